"""Lists: recognised at once, read by a worker in chunks, every row in exactly one pile."""

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a import recipients
from sms4a.campaigns.lists import contact_lists as lists
from sms4a.campaigns.lists import list_child, list_reading
from sms4a.campaigns.lists.contact_lists import ListChanged
from sms4a.campaigns.lists.list_reading import LEASE_MS
from sms4a.campaigns.lists.list_records import _BUCKETS, DENSE, NO_PHONE_COLUMN, ContactList
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import contact_list, list_row, opt_out
from sms4a.numbers import Bare, NumberProblem
from sms4a.recipients import ListProblem, ListRefused, Pile, recognition, row_blocks, text_rows
from tests.builders import a_number, customers_csv
from tests.worked import read


def checked(store: Store, content: bytes, **answers: Any) -> ContactList:
    """A list of this content, read to its end by a worker."""
    created = store.lists.create("list.csv", content, "anna")
    if answers:
        store.lists.answer(created.id, created.version, **answers)
    return read(store, created.id)


def stored_rows(store: Store, list_id: str) -> int:
    with store.database.read() as c:
        return int(c.execute(sa.select(sa.func.count()).where(list_row.c.list_id == list_id)).scalar_one())


def test_a_new_list_says_what_was_recognised_and_waits(store: Store) -> None:
    created = store.lists.create("kunden.csv", customers_csv(50, 2, 3), "anna", home="DE")
    assert created.state is ListState.NEW
    assert (created.format.delimiter, created.format.encoding, created.format.row_count) == (";", "cp1252", 50)
    assert created.answers.phone == "Mobil"
    assert created.piles == {}
    assert store.lists.get(created.id) == created


def test_numbers_that_stand_close_together_are_counted(store: Store) -> None:
    # Two thousands in one of the buckets by which most are ruled out, and strangers between them.
    near = [17_612_345_000, 17_612_345_000 + 1_000 * _BUCKETS]
    numbers = [near[0] + n for n in range(DENSE)] + [near[1] + n for n in range(DENSE - 1)]
    strangers = [17_650_000_000 + 7_000 * n for n in range(DENSE)]
    found = checked(store, "\n".join(["mobile", *(f"+49{n}" for n in [*numbers, *strangers])]).encode())
    assert (found.piles[Pile.RECEIVE], found.neighbours) == (3 * DENSE - 1, DENSE)


def test_every_row_lies_in_one_pile_with_its_reason(store: Store) -> None:
    found = checked(store, customers_csv(1200, 20, 15))
    assert found.state is ListState.CHECKED
    assert found.piles == {**dict.fromkeys(Pile, 0), Pile.RECEIVE: 1165, Pile.DUPLICATE: 20, Pile.UNREADABLE: 15}
    assert (found.rows_done, found.rows_total) == (1200, 1200)
    assert found.regions == {"DE": 1165}
    assert sum(found.reasons.values()) == 15
    assert all(row.problem for row in store.lists.rows(found.id, Pile.UNREADABLE))
    assert all(row.duplicate_of for row in store.lists.rows(found.id, Pile.DUPLICATE))
    assert len(list(store.lists.all_rows(found.id, Pile.RECEIVE))) == 1165


def test_rows_keep_the_number_of_the_file_and_all_cells(store: Store) -> None:
    content = f"Vorname;Mobil\nJörg;{a_number(1)}\n\nUte;siehe Mail\n".encode()
    found = checked(store, content)
    (bad,) = store.lists.rows(found.id, Pile.UNREADABLE)
    assert (bad.row, bad.raw_number, bad.problem) == (4, "siehe Mail", NumberProblem.NO_DIGITS)
    assert bad.values == {"Vorname": "Ute", "Mobil": "siehe Mail"}


def test_rows_are_read_a_page_at_a_time(store: Store) -> None:
    found = checked(store, customers_csv(60, 0, 0))
    pages = [store.lists.rows(found.id, Pile.RECEIVE, offset, 25) for offset in (0, 25, 50)]
    assert [len(page) for page in pages] == [25, 25, 10]
    together = list(itertools.chain(*pages))
    assert together == list(store.lists.all_rows(found.id, Pile.RECEIVE))
    assert [row.row for row in together] == sorted(row.row for row in together)


def test_people_who_opted_out_have_their_own_pile(store: Store) -> None:
    with store.database.write() as c:
        c.execute(opt_out.insert().values(number=a_number(2), reason="STOP", actor="anna", created_ts=1))
    found = checked(store, "\n".join(["Mobil", a_number(1), a_number(2)]).encode())
    assert (found.piles[Pile.RECEIVE], found.piles[Pile.OPTED_OUT]) == (1, 1)


def test_what_is_no_list_is_refused_with_its_reason_and_nothing_is_stored(store: Store) -> None:
    with pytest.raises(ListRefused) as refused:
        store.lists.create("list.pdf", b"%PDF-1.7", "anna")
    assert refused.value.code is ListProblem.PDF
    with store.database.read() as c:
        assert c.execute(sa.select(sa.func.count()).select_from(contact_list)).scalar_one() == 0


def test_a_list_without_a_phone_column_waits_for_an_answer(store: Store) -> None:
    created = store.lists.create("names.csv", b"a;b\nx;y\nz;w\n", "anna")
    assert (created.state, created.problem) == (ListState.FAILED, NO_PHONE_COLUMN)
    assert not store.lists.check_next("worker")
    answered = store.lists.answer(created.id, created.version, phone="b")
    assert (answered.state, answered.problem) == (ListState.NEW, None)


def test_another_meaning_of_bare_digits_has_the_list_read_again(store: Store) -> None:
    content = f"Mobil\n{a_number(1)}\n{a_number(2).removeprefix('+49')}\n".encode()
    found = checked(store, content)
    assert found.reasons == {NumberProblem.TWO_MEANINGS: 1}
    again = store.lists.answer(found.id, found.version, bare=Bare.NATIONAL)
    assert (again.state, again.piles) == (ListState.NEW, {})
    assert store.lists.check_next("worker")
    assert read(store, found.id).piles[Pile.RECEIVE] == 2
    assert stored_rows(store, found.id) == 2


def test_a_few_rows_of_a_reason_are_examples_of_it(store: Store) -> None:
    bare = [f"1511234567{n}" for n in range(5)]
    found = checked(store, "\n".join(["Mobil", "x", *bare]).encode())
    assert [row.raw_number for row in store.lists.examples(found.id, NumberProblem.LOST_ZERO)] == bare[:3]
    assert [row.row for row in store.lists.examples(found.id, NumberProblem.NO_DIGITS)] == [2]
    assert store.lists.examples(found.id, NumberProblem.LOST_PLUS) == ()


def test_a_word_that_once_answered_for_all_bare_digits_still_does(store: Store) -> None:
    found = checked(store, f"Mobil\n{a_number(1)}\n".encode())
    with store.database.write() as c:
        was = c.execute(sa.select(contact_list.c.answers)).scalar_one()
        c.execute(sa.update(contact_list).values(answers={**was, "bare": "national"}))
    assert read(store, found.id).answers.bare is Bare.NATIONAL


def test_another_column_for_a_placeholder_needs_no_second_reading(store: Store) -> None:
    found = checked(store, customers_csv(10, 0, 0))
    answered = store.lists.answer(found.id, found.version, fields={"store": "Filiale"})
    assert (answered.state, answered.version) == (ListState.CHECKED, found.version + 1)
    assert answered.answers.fields == {"store": "Filiale"}
    assert answered.piles == found.piles


def test_the_same_answer_changes_nothing(store: Store) -> None:
    found = checked(store, customers_csv(10, 0, 0))
    assert store.lists.answer(found.id, found.version, home="DE") == found


def test_a_stale_answer_is_refused(store: Store) -> None:
    found = checked(store, customers_csv(10, 0, 0))
    store.lists.answer(found.id, found.version, home="AT")
    with pytest.raises(ListChanged):
        store.lists.answer(found.id, found.version, home="CH")
    with pytest.raises(ListChanged):
        store.lists.answer("nosuchlist", 1, home="CH")


def stop_after(chunks: int, monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Let the reading go so many chunks of ten rows far, and then do something."""
    real = recipients.check_blocks

    def interrupted(*args: Any, **options: Any) -> Iterator[Any]:
        for n, block in enumerate(real(*args, **options)):
            assert len(block) == 1
            if n == chunks * 10:
                then()
            yield block

    monkeypatch.setattr(list_reading, "CHUNK_ROWS", 10)
    monkeypatch.setattr(text_rows, "_PIECE_CHARACTERS", 1)
    monkeypatch.setattr(row_blocks, "BLOCK_ROWS", 1)
    monkeypatch.setattr(recipients, "check_blocks", interrupted)


class Killed(BaseException):
    """The process is gone: nothing after this runs."""


def kill() -> None:
    raise Killed


def test_a_crash_in_the_middle_starts_over_and_no_row_is_there_twice(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = store.lists.create("list.csv", customers_csv(100, 5, 5), "anna")
    with monkeypatch.context() as patch:
        stop_after(3, patch, kill)
        with pytest.raises(Killed):
            store.lists.check_next("first")
    halfway = store.lists.get(created.id)
    assert halfway is not None
    assert (halfway.state, halfway.rows_done, halfway.piles) == (ListState.CHECKING, 30, {})
    assert stored_rows(store, created.id) == 30

    assert not store.lists.check_next("second"), "the first may still be alive"
    clock.advance(milliseconds=LEASE_MS + 1)
    assert store.lists.check_next("second")
    assert sum(read(store, created.id).piles.values()) == 100
    assert stored_rows(store, created.id) == 100


def test_an_answer_while_the_list_is_read_wins(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    created = store.lists.create("list.csv", customers_csv(100, 0, 0), "anna")
    with monkeypatch.context() as patch:
        stop_after(2, patch, lambda: store.lists.answer(created.id, created.version, home="AT"))
        assert store.lists.check_next("worker")
    waiting = store.lists.get(created.id)
    assert waiting is not None
    assert (waiting.state, waiting.answers.home) == (ListState.NEW, "AT")
    assert store.lists.check_next("worker")
    assert sum(read(store, created.id).piles.values()) == 100
    assert stored_rows(store, created.id) == 100


def test_a_worker_that_lost_its_lease_writes_nothing_more(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = store.lists.create("list.csv", customers_csv(100, 0, 0), "anna")
    real = recipients.check_blocks

    def taken_over() -> None:
        clock.advance(milliseconds=LEASE_MS + 1)
        with monkeypatch.context() as patch:
            patch.setattr(recipients, "check_blocks", real)
            assert store.lists.check_next("second")

    with monkeypatch.context() as patch:
        stop_after(2, patch, taken_over)
        assert store.lists.check_next("first")
    assert stored_rows(store, created.id) == 100
    assert sum(read(store, created.id).piles.values()) == 100


def test_a_list_that_cannot_be_read_after_all_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Iterator[Any]:
        raise ListRefused(ListProblem.OPEN_QUOTE, "7")

    monkeypatch.setattr(recipients, "check_blocks", broken)
    found = checked(store, customers_csv(10, 0, 0))
    assert (found.state, found.problem) == (ListState.FAILED, ListProblem.OPEN_QUOTE)
    assert not store.lists.check_next("worker"), "it is not tried for ever"


def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list counts as big; its file is loaded by nobody who does not read it."""
    monkeypatch.setattr(recognition, "QUICK_BYTES", 0)
    monkeypatch.setattr(recipients, "QUICK_BYTES", 0)
    monkeypatch.delattr(lists, "file_of")


def test_a_big_list_is_recognised_and_read_by_a_process_of_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    big(monkeypatch)
    created = store.lists.create("list.csv", customers_csv(200, 10, 5), "anna")
    assert (created.state, created.is_recognised, created.rows_total) == (ListState.NEW, False, 0)
    assert store.lists.check_next("worker")
    found = store.lists.get(created.id)
    assert found is not None
    assert (found.state, found.rows_total, found.answers.phone) == (ListState.CHECKED, 200, "Mobil")
    assert found.piles[Pile.RECEIVE] == 185
    assert stored_rows(store, created.id) == 200
    assert capfd.readouterr().err == "", "the process ends in peace"


def test_a_big_list_that_is_none_says_why(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    big(monkeypatch)
    found = checked(store, b";".join(b"c%d" % i for i in range(101)) + b"\n1")
    assert (found.state, found.problem, found.problem_detail) == (ListState.FAILED, ListProblem.TOO_MANY_COLUMNS, "101")


def test_a_list_that_takes_too_much_memory_costs_nobody_else_anything(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    big(monkeypatch)
    monkeypatch.setattr(list_child, "_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    found = checked(store, customers_csv(10, 0, 0))
    assert (found.state, found.problem) == (ListState.FAILED, "too_much")


def test_a_list_whose_reading_finds_the_database_away_is_not_called_too_much(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    big(monkeypatch)
    usual = list_child._COMMAND
    monkeypatch.setattr(list_child, "_COMMAND", (sys.executable, "-c", "import os, sys; sys.exit(os.EX_TEMPFAIL)"))
    created = store.lists.create("list.csv", customers_csv(10, 0, 0), "anna")
    assert store.lists.check_next("worker")
    found = store.lists.get(created.id)
    assert found is not None
    assert found.state is ListState.CHECKING
    with store.database.write() as c:
        c.execute(sa.update(contact_list).values(lease_ts=0))
    monkeypatch.setattr(list_child, "_COMMAND", usual)
    assert store.lists.check_next("worker")
    found = store.lists.get(created.id)
    assert found is not None
    assert found.state is ListState.CHECKED


def test_the_process_says_so_when_the_database_is_away(tmp_path: Path) -> None:
    command = {"url": f"sqlite:///{tmp_path}/nowhere/console.db", "list_id": "a", "version": 1, "owner": "w"}
    with subprocess.Popen(list_child._COMMAND, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(json.dumps(command).encode() + b"\n")
        child.stdin.flush()
        assert child.wait(60) == os.EX_TEMPFAIL


def test_a_small_file_that_unfolds_to_many_rows_counts_as_a_big_list(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "QUICK_ROWS", 9)
    monkeypatch.setattr(list_child, "_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    assert checked(store, customers_csv(9, 0, 0)).state is ListState.CHECKED
    assert checked(store, customers_csv(10, 0, 0)).problem == "too_much"


def test_a_worker_that_is_stopped_leaves_a_big_list_to_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    big(monkeypatch)
    created = store.lists.create("list.csv", customers_csv(10, 0, 0), "anna")
    stop = threading.Event()
    stop.set()
    store.lists.check_next("worker", stop)
    found = store.lists.get(created.id)
    assert found is not None
    assert found.state is ListState.CHECKING, "its lease runs out, and it is started over"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("jörg", 1),
        ("JÖRG", 1),
        ("Köln", 0),
        ("4000003", 2),
        ("+49 176 04000002", 1),
        ("100%", 2),
        ("nobody", None),
        ("%", 2),
    ],
)
def test_a_person_is_found_by_a_word_or_a_number(store: Store, words: str, place: int | None) -> None:
    people = ["Anna;+4917604000001;Köln", "bad;12;Köln", "Jörg;+4917604000002;Köln", "Mia;+4917604000003;100%"]
    listed = store.lists.create("people.csv", ("name;mobile;store\n" + "\n".join(people)).encode(), "ann")
    while store.lists.check_next("w"):
        pass
    assert store.lists.find(listed.id, words) == place
