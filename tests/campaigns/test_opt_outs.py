"""Opt-outs: nobody on the list is written to, everything done to the list is accounted for."""

import pytest
import sqlalchemy as sa

from sms4a import recipients
from sms4a.campaigns.lists.opt_outs import NoReason, read_opt_out
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import audit, opt_out_removal
from tests.builders import a_number


def numbers(store: Store) -> list[str]:
    return [entry.number for entry in store.opt_outs.all()]


def test_people_are_added_once_with_reason_and_actor(store: Store) -> None:
    assert store.opt_outs.add([a_number(1), a_number(2), a_number(1)], "STOP by letter", "anna") == 2
    assert store.opt_outs.add([a_number(2), a_number(3)], "again", "ben") == 1
    assert numbers(store) == [a_number(1), a_number(2), a_number(3)]
    entry = next(store.opt_outs.all())
    assert (entry.reason, entry.actor) == ("STOP by letter", "anna")
    assert store.opt_outs.holds(a_number(3))
    assert not store.opt_outs.holds(a_number(4))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", 12),
        ("7604000011", 1),
        ("0176 0400 0011", 1),
        ("+49 176 04000011", 1),
        ("+49 (0)176 04000011", 1),
        ("0049 (0)176/04000011", 1),
        ("00011", 1),
        ("99999", 0),
        ("1", 12),
    ],
)
def test_a_number_is_found_however_it_is_spelled(store: Store, search: str, found: int) -> None:
    store.opt_outs.add([a_number(i) for i in range(12)], "x", "anna")
    assert store.opt_outs.count(search) == found
    assert len(store.opt_outs.page(search)) == found


def test_the_newest_come_first_and_a_page_at_a_time(store: Store, clock: object) -> None:
    for i in range(5):
        store.opt_outs.add([a_number(i)], "x", "anna")
        clock.advance(seconds=1)  # type: ignore[attr-defined]
    assert [entry.number for entry in store.opt_outs.page("", 0, 2)] == [a_number(4), a_number(3)]
    assert [entry.number for entry in store.opt_outs.page("", 4, 2)] == [a_number(0)]


def test_taking_somebody_off_needs_a_reason_and_leaves_a_trace(store: Store) -> None:
    store.opt_outs.add([a_number(1)], "STOP", "anna")
    with pytest.raises(NoReason):
        store.opt_outs.remove(a_number(1), "  ", "ben")
    assert store.opt_outs.holds(a_number(1))
    assert store.opt_outs.remove(a_number(1), "asked for it by mail", "ben")
    assert not store.opt_outs.remove(a_number(1), "twice", "ben")
    assert numbers(store) == []
    with store.database.read() as c:
        (trace,) = c.execute(sa.select(opt_out_removal)).all()
        actions = c.execute(sa.select(audit.c.action, audit.c.object)).all()
    assert (trace.number, trace.reason, trace.actor) == (a_number(1), "asked for it by mail", "ben")
    assert [action for action, _object in actions] == ["opt_out.add", "opt_out.remove"]
    assert not any(a_number(1) in found for _action, found in actions)


def test_a_file_is_taken_in_with_everything_that_can_be_one_number_only(store: Store) -> None:
    content = f"Name;Mobil\nA;{a_number(1)}\nB;0176 04000002\nC;1725550188\nD;siehe Mail\nE;{a_number(1)}\n".encode()
    store.opt_outs.add([a_number(2)], "x", "anna")
    found = store.opt_outs.import_file(
        content, recipients.recognise(content), "Mobil", home="DE", reason="old list", actor="anna"
    )
    assert (found.added, found.known) == (2, 2)
    assert [(row.row, row.raw_number) for row in found.unreadable] == [(5, "siehe Mail")]
    assert numbers(store) == ["+491725550188", a_number(1), a_number(2)]


def test_a_file_brings_the_reasons_of_its_people_along(store: Store) -> None:
    content = (
        f"Mobil;Grund\n{a_number(1)};Brief vom  3. Mai\n{a_number(2)};\n{a_number(3)};STOP\n{a_number(3)};later\n"
        f"{a_number(4)};{'x' * 400}\n0561 700311;Anruf\n"
    ).encode()
    store.opt_outs.add([a_number(3)], "known before", "anna")
    form = recipients.recognise(content)
    column = recipients.guess_reason(form.header)
    found = store.opt_outs.import_file(
        content, form, "Mobil", home="DE", reason="old list", actor="anna", reason_column=column
    )
    assert (column, found.added, found.known, found.with_reason, found.unreadable) == ("Grund", 4, 2, 3, ())
    assert {entry.number: entry.reason for entry in store.opt_outs.all()} == {
        a_number(1): "Brief vom 3. Mai",
        a_number(2): "old list",
        a_number(3): "known before",
        a_number(4): "x" * 300 + "…",
        # A landline gets no message today; who opts out with one is left alone all the same.
        "+49561700311": "Anruf",
    }


def test_many_are_added_in_pieces(store: Store) -> None:
    many = [a_number(i) for i in range(12_000)]
    assert store.opt_outs.add(many, "x", "anna") == 12_000
    assert numbers(store) == sorted(many)


def test_a_typed_number_may_lack_its_country_where_there_is_just_one(store: Store) -> None:
    assert read_opt_out("1725550188", "DE").number == "+491725550188"
    assert read_opt_out("siehe Mail", "DE").number is None
