"""Memory: dead numbers are offered for leaving out, and the same text to the same people is noticed."""

from typing import Any

import pytest

from sms4a.campaigns.lists import memory
from sms4a.campaigns.lists.memory import FAILED_BEFORE
from sms4a.campaigns.tables import IS_DEAD
from sms4a.numbers import NumberProblem
from sms4a.recipients import Pile
from tests.builders import a_number
from tests.line import Line, people
from tests.worked import read

DEAD = a_number(1, "901")
BLOCKED = a_number(1, "902")
UNREACHED = a_number(1, "904")
GOOD = a_number(1)


def sent(line: Line, *numbers: str, **changes: Any) -> None:
    """A campaign that went to these numbers and is finished."""
    line.released(people(*numbers), **changes)
    line.send_all()
    line.run_to_the_end()


def looked_through(line: Line, *numbers: str, leave_out: bool = False) -> Any:
    created = line.store.lists.create("next.csv", people(*numbers), "anna")
    if leave_out:
        line.store.lists.answer(created.id, created.version, leave_out_failed=True)
    return read(line.store, created.id)


@pytest.mark.parametrize("kept", [50_000, 1], ids=["all in memory", "too many for that"])
def test_numbers_that_failed_for_good_are_counted_and_nothing_else(
    line: Line, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_MOST_DEAD", kept)
    sent(line, DEAD, BLOCKED, UNREACHED, GOOD)
    found = looked_through(line, DEAD, BLOCKED, UNREACHED, GOOD, a_number(9))
    assert (found.failed_before, found.piles[Pile.RECEIVE], found.piles[Pile.LEFT_OUT]) == (2, 5, 0)


def test_the_index_of_dead_numbers_knows_every_word_for_them() -> None:
    assert {word.strip(" ()'") for word in IS_DEAD.text.removeprefix("verdict in ").split(",")} == memory.DEAD


def test_they_are_left_out_if_the_author_wants_that(line: Line) -> None:
    sent(line, DEAD, GOOD)
    found = looked_through(line, DEAD, GOOD, "x", leave_out=True)
    assert (found.failed_before, found.piles[Pile.RECEIVE], found.piles[Pile.LEFT_OUT]) == (0, 1, 1)
    assert found.reasons == {FAILED_BEFORE: 1, NumberProblem.NO_DIGITS: 1}
    (row,) = line.store.lists.rows(found.id, Pile.LEFT_OUT)
    assert (row.number, row.problem) == (DEAD, FAILED_BEFORE)


def test_the_same_text_to_the_same_people_is_noticed(line: Line) -> None:
    numbers = [a_number(i) for i in range(10)]
    sent(line, *numbers, text="Hello {first name}, our sale starts on Monday")
    line.clock.advance(days=2)
    again = line.prepared(people(*numbers[1:], a_number(99)), text="Hello {first name},  our sale starts on MONDAY")
    found = line.store.memory.same_text(again)
    assert found is not None
    assert (found.name, found.shared, found.compared) == ("Autumn", 9, 10)


@pytest.mark.parametrize(
    ("numbers", "text", "days"),
    [
        (range(20, 30), "Hello {first name}, our sale starts on Monday", 2),
        (range(10), "Dear {first name}, please confirm your appointment", 2),
        (range(10), "Hello {first name}, our sale starts on Monday", 40),
    ],
)
def test_other_people_another_text_or_long_ago_is_nothing(line: Line, numbers: range, text: str, days: int) -> None:
    sent(line, *[a_number(i) for i in range(10)], text="Hello {first name}, our sale starts on Monday")
    line.clock.advance(days=days)
    again = line.prepared(people(*[a_number(i) for i in numbers]), text=text)
    assert line.store.memory.same_text(again) is None


def test_of_many_people_a_part_from_everywhere_is_looked_at(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SAMPLE", 10)
    sent(line, *[a_number(i) for i in range(50)])
    again = line.prepared(people(*[a_number(i) for i in range(100)]))
    found = line.store.memory.same_text(again)
    assert found is not None
    assert (found.shared, found.compared) == (5, 10)
