"""An older copy of the database is put back: whoever got a message by what it has lost does not get it again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.guard import Guard
from sms4a.campaigns.tables import metadata
from tests.builders import a_number
from tests.line import Line, people, release_what_holds

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def copy_of(line: Line) -> Rows:
    """All rows by table, as a backup has them."""
    with line.store.database.read() as c:
        return {table.name: [dict(row) for row in c.execute(sa.select(table)).mappings()] for table in TABLES}


def put_back(line: Line, copy: Rows) -> None:
    with line.store.database.write() as c:
        for table in reversed(TABLES):
            c.execute(sa.delete(table))
        for table in TABLES:
            if copy[table.name]:
                c.execute(sa.insert(table), copy[table.name])


TABLES = metadata.sorted_tables


def start_worker(line: Line) -> None:
    """A new process, which knows only what the folder beside the database says."""
    line.guard = Guard(line.store.database, line.simulator.path.parent, steady=lambda: line.clock.ms() / 1000)
    line.sender._guard = line.guard
    line.guard.at_start()
    line.guard.beat()


def held(line: Line) -> str | None:
    return line.store.brakes.state().hold_code


def test_the_same_copy_put_back_twice_holds_each_time(line: Line) -> None:
    start_worker(line)
    line.released(people(a_number(1), a_number(2)), size=1)
    copy = copy_of(line)
    line.send_all()
    for _ in range(2):
        put_back(line, copy)
        start_worker(line)
        assert held(line) == "restored"
        assert line.send_all() == 0
    release_what_holds(line)
    start_worker(line)
    assert held(line) is None, "it is told once for each time"
    assert line.accepted() == {a_number(1): 1, a_number(2): 1}


def test_a_copy_that_is_put_back_while_a_worker_runs_holds_at_its_next_sign_of_life(line: Line) -> None:
    start_worker(line)
    line.released(people(a_number(1)))
    copy = copy_of(line)
    line.send_all()
    put_back(line, copy)
    line.guard.beat()
    assert held(line) == "restored"
    assert line.send_all() == 0
    assert line.accepted() == {a_number(1): 1}


def test_a_worker_that_has_sent_nothing_itself_notices_it_too(line: Line) -> None:
    start_worker(line)
    idle = Guard(line.store.database, line.simulator.path.parent / "elsewhere", steady=lambda: line.clock.ms() / 1000)
    idle.at_start()
    line.released(people(a_number(1)))
    copy = copy_of(line)
    line.send_all()
    idle.beat()
    put_back(line, copy)
    idle.beat()
    assert held(line) == "restored"


def test_nothing_leaves_between_a_copy_that_is_put_back_and_the_next_sign_of_life(line: Line) -> None:
    start_worker(line)
    line.released(people(a_number(1), a_number(2)), size=1)
    copy = copy_of(line)
    line.send_all()
    put_back(line, copy)
    assert line.send_all() == 1, "an attempt that ends before its POST"
    assert held(line) == "restored"
    assert line.accepted() == {a_number(1): 1, a_number(2): 1}


@pytest.mark.parametrize("late", [1, 2, 3])
def test_a_marker_that_another_thread_has_overtaken_is_no_reason_to_hold(line: Line, late: int) -> None:
    start_worker(line)
    line.released(people(*map(a_number, range(1, 5))), size=1)
    claims = [line.claims.claim_next("w") for _ in range(4)]
    line.guard.note_marker(4)
    for claim in claims[late - 1 : 3]:
        assert claim is not None
        line.guard.note_marker(claim.marker)
    line.guard.beat()
    assert held(line) is None
