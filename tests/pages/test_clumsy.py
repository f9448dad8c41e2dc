"""Whatever is touched, in whatever order, no page fails; see `clumsy`.

More seeds: `uv run --group dev pytest -m long tests/pages/test_clumsy.py`.
"""

import pytest

from tests.builders import a_number
from tests.line import Line, people
from tests.pages.clumsy import Clumsy
from tests.pages.conftest import OpenPage

ENDINGS = ("01", "901", "902", "904", "03", "904", "05", "910")


def a_list(first: int) -> bytes:
    return people(*(a_number(first + n, ending) for n, ending in enumerate(ENDINGS)))


def a_world(line: Line) -> None:
    """Campaigns in every state, so that each page has something to show and to press."""
    line.released(a_list(0), size=3)
    line.send_all()
    line.run_to_the_end()
    line.prepared(a_list(10))
    line.released(a_list(20), start_ts=line.clock.ms() + 7_200_000)
    line.store.ledger.pause(line.released(a_list(30), size=2).id, "ann")
    line.simulator.faults.add("drop", when="after", times=1)
    line.released(a_list(40), size=3)
    line.send_all()


def play(open_page: OpenPage, line: Line, seed: int, steps: int) -> None:
    a_world(line)
    clumsy = Clumsy(open_page, line, seed)
    clumsy.play(steps)
    clumsy.assert_all_is_well()


@pytest.mark.parametrize("seed", range(3))
def test_a_clumsy_person_breaks_nothing(open_page: OpenPage, line: Line, seed: int) -> None:
    play(open_page, line, seed, steps=50)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_clumsy_people_break_nothing(open_page: OpenPage, line: Line, seed: int) -> None:
    play(open_page, line, seed, steps=150)
