"""Saved lists: the same rows for another campaign, judged anew; erasure and retention hold for them as well."""

from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.lists import saved_lists
from sms4a.campaigns.lists.contact_lists import FileErased
from sms4a.campaigns.lists.list_reading import LEASE_MS
from sms4a.campaigns.lists.list_records import SOURCE_CHANGED, ContactList
from sms4a.campaigns.lists.saved_lists import NameTaken, SourceChanged
from sms4a.campaigns.results.retention import DAY_MS, LOOK_EVERY_MS, Retention
from sms4a.campaigns.sending.sweep import ORPHAN_MS, Sweeper
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import list_row, metadata
from sms4a.numbers import NumberProblem
from sms4a.recipients import CellProblem, CheckedRow, Pile, RowProblem
from tests.builders import a_number, customers_csv
from tests.campaigns.test_lists import Killed, checked, kill, stop_after
from tests.campaigns.test_mended import mend
from tests.line import Line, people
from tests.spreadsheets import xlsx
from tests.worked import planned, read

ANNA, BEN = a_number(11), a_number(22)
LIST = f"Vorname;Mobil\nAnna;{ANNA}\nCleo;siehe Mail\nBen;{BEN}\nDora;{ANNA}\n".encode()


def kept(store: Store, found: ContactList, name: str = "Customers") -> ContactList:
    return read(store, store.saved_lists.keep(found.id, name, "anna").id)


def used(store: Store, saved: ContactList) -> ContactList:
    return read(store, store.saved_lists.use(saved.id, "ben").id)


def rows(store: Store, found: ContactList) -> list[CheckedRow]:
    everybody = [row for pile in Pile for row in store.lists.all_rows(found.id, pile)]
    assert len(everybody) == found.rows_total == sum(found.piles.values())
    return sorted(everybody, key=lambda row: row.row)


def everything(store: Store) -> str:
    with store.database.read() as c:
        return "\n".join(str(row) for table in metadata.tables.values() for row in c.execute(sa.select(table)))


def sweep(store: Store, clock: Any) -> None:
    clock.advance(milliseconds=ORPHAN_MS + 1)
    sweeper = Sweeper(store.database)
    while sweeper.step():
        pass


@pytest.mark.parametrize(
    "content",
    [
        LIST,
        customers_csv(60, 5, 10),
        f'Vorname;Mobil\nToo;many;{ANNA}\nfew\nAn"na;{BEN}\n'.encode(),
        xlsx([["Vorname", "Mobil"], ["lost", 4.9176123456789e16], ["fine", ANNA]]),
    ],
)
def test_a_list_that_is_kept_and_used_has_the_same_rows_with_the_same_reasons(store: Store, content: bytes) -> None:
    found = checked(store, content)
    saved = kept(store, found)
    again = used(store, saved)
    assert rows(store, saved) == rows(store, again) == rows(store, found)
    assert (again.name, again.answers, again.format.header) == ("Customers", found.answers, found.format.header)


def test_rows_of_all_kinds_were_in_these_lists(store: Store) -> None:
    """What the test above proves, it proves for these."""
    shifted = checked(store, f"Vorname;Mobil\nToo;many;{ANNA}\nfew\n".encode())
    assert [(row.problem, row.detail) for row in rows(store, shifted)] == [
        (RowProblem.SHIFTED, "3"),
        (RowProblem.SHIFTED, "1"),
    ]
    lost = checked(store, xlsx([["Vorname", "Mobil"], ["lost", 4.9176123456789e16], ["fine", ANNA]]))
    assert rows(store, lost)[0].problem == CellProblem.DIGITS_LOST
    assert NumberProblem.NO_DIGITS in checked(store, LIST).reasons


def test_opt_outs_of_today_hold_and_mended_rows_say_where_they_come_from(store: Store) -> None:
    found = mend(store, checked(store, LIST), [f"3;;;Cleo;{a_number(33)}"])
    saved = kept(store, found)
    store.opt_outs.add([BEN], "STOP", "anna")
    by_row = {row.row: row for row in rows(store, used(store, saved))}
    assert (by_row[4].pile, by_row[3].pile) == (Pile.OPTED_OUT, Pile.RECEIVE)
    assert by_row[3].mended == rows(store, found)[1].mended is not None
    again = mend(store, used(store, saved), ["5;;;Dora;0176 04"])
    assert again.piles[Pile.UNREADABLE] == 1


def test_a_saved_list_stays_when_its_first_campaign_is_sent_and_its_draft_is_gone(line: Line) -> None:
    store = line.store
    campaign = line.prepared(people(ANNA, BEN))
    found = store.lists.get(campaign.list_id)
    assert found is not None
    saved = kept(store, found)
    assert campaign.fingerprint is not None
    store.ledger.send(campaign.id, campaign.fingerprint, "ann")
    line.send_all()
    sweep(store, line.clock)
    assert not store.lists.rows(found.id, Pile.RECEIVE)
    again = used(store, saved)
    assert [row.number for row in rows(store, again)] == [ANNA, BEN]
    sweep(store, line.clock)
    assert rows(store, saved)
    assert not store.lists.rows(again.id, Pile.RECEIVE), "no draft uses it"


def test_names_are_there_once_and_a_list_must_be_read(store: Store) -> None:
    found = checked(store, LIST)
    kept(store, found)
    with pytest.raises(NameTaken):
        store.saved_lists.keep(found.id, " Customers ", "ben")
    with pytest.raises(ValueError, match="name"):
        store.saved_lists.keep(found.id, "  ", "ben")
    waiting = store.lists.create("b.csv", LIST, "anna")
    with pytest.raises(SourceChanged):
        store.saved_lists.keep(waiting.id, "Other", "ben")
    (saved,) = store.saved_lists.list()
    store.saved_lists.delete(saved.id, "anna")
    with pytest.raises(SourceChanged):
        store.saved_lists.use(saved.id, "ben")


def test_a_list_that_changes_while_it_is_kept_is_not_kept_by_half(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_lists, "CHUNK_ROWS", 10)
    found = checked(store, customers_csv(50, 0, 0))
    saved = store.saved_lists.keep(found.id, "Customers", "anna")
    with monkeypatch.context() as patch:
        stop_after(2, patch, lambda: store.lists.answer(found.id, found.version, home="AT"))
        assert store.lists.check_next("worker")
    failed = store.lists.get(saved.id)
    assert failed is not None
    assert (failed.state, failed.problem) == (ListState.FAILED, SOURCE_CHANGED)


def test_a_crash_while_it_is_copied_starts_over_and_its_source_waits(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checked(store, customers_csv(50, 5, 5))
    saved = store.saved_lists.keep(found.id, "Customers", "anna")
    with monkeypatch.context() as patch:
        stop_after(2, patch, kill)
        with pytest.raises(Killed):
            store.lists.check_next("first")
    clock.advance(milliseconds=LEASE_MS + 1)
    sweep(store, clock)
    assert rows(store, read(store, saved.id)) == rows(store, found)
    sweep(store, clock)
    assert not store.lists.rows(found.id, Pile.RECEIVE), "no draft uses the first one"


def test_an_erased_person_is_gone_from_saved_lists_and_their_figures(store: Store) -> None:
    found = checked(store, LIST)
    saved = kept(store, found)
    store.saved_lists.delete(kept(store, found, "Other").id, "anna")
    person = store.persons.find(ANNA)
    assert [(one.list_name, one.row, one.values) for one in person.saved] == [
        ("Customers", 2, {"Vorname": "Anna", "Mobil": ANNA}),
        ("Customers", 5, {"Vorname": "Dora", "Mobil": ANNA}),
    ]
    receipt = store.persons.erase(ANNA, "anna")
    assert (receipt.saved, receipt.lists, receipt.rows) == (2, 1, 0)
    assert not store.persons.find(ANNA).known
    after = store.lists.get(saved.id)
    assert after is not None
    assert [row.row for row in rows(store, after)] == [3, 4]
    assert (after.piles[Pile.RECEIVE], after.regions) == (1, {"DE": 1})
    assert [row.number for row in rows(store, used(store, after))] == [None, BEN]


def rows_of(store: Store, phone: str) -> int:
    """Rows of lists with this number, whether they count already or not."""
    with store.database.read() as c:
        query = sa.select(sa.func.count()).select_from(list_row).where(list_row.c.number == phone)
        return c.execute(query).scalar_one()


def test_an_erasure_while_a_list_is_being_kept_lets_nobody_slip_in(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = LIST + "".join(f"P{n};{a_number(500 + n * 37)}\n" for n in range(40)).encode()
    saved = store.saved_lists.keep(checked(store, content).id, "Customers", "anna")
    receipts = []

    def erase() -> None:
        assert rows_of(store, ANNA) == 4
        receipts.append(store.persons.erase(ANNA, "anna"))
        assert rows_of(store, ANNA) == 0

    with monkeypatch.context() as patch:
        stop_after(2, patch, erase)
        assert store.lists.check_next("worker")
    assert [(receipt.saved, receipt.lists) for receipt in receipts] == [(2, 1)]
    after = read(store, saved.id)
    assert (after.state, after.rows_total) == (ListState.CHECKED, 42)
    assert ANNA not in {row.number for row in rows(store, after)}
    assert store.persons.find(ANNA).saved == ()


def test_who_is_erased_leaves_no_row_in_a_list_that_was_read_by_half(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = LIST + "".join(f"P{n};{a_number(500 + n * 37)}\n" for n in range(40)).encode()
    found = checked(store, content)
    saved = store.saved_lists.keep(found.id, "Customers", "anna")
    with monkeypatch.context() as patch:
        stop_after(2, patch, lambda: store.lists.answer(found.id, found.version, home="AT"))
        assert store.lists.check_next("worker")
    failed = store.lists.get(saved.id)
    assert failed is not None
    assert (failed.state, rows_of(store, ANNA)) == (ListState.FAILED, 4)
    receipt = store.persons.erase(ANNA, "anna")
    assert (receipt.lists, receipt.unread, rows_of(store, ANNA)) == (0, 1, 0)


def test_who_is_erased_from_a_list_that_was_mended_takes_only_the_files_along(store: Store) -> None:
    saved = kept(store, checked(store, LIST))
    found = mend(store, used(store, saved), [f"3;;;Cleo;{a_number(33)}"])
    store.persons.erase(BEN, "anna")
    after = store.lists.get(found.id)
    assert after is not None
    assert [(row.row, row.number) for row in rows(store, after)] == [(2, ANNA), (3, a_number(33)), (5, ANNA)]
    with pytest.raises(FileErased):
        store.lists.answer(after.id, after.version, home="AT")


def test_a_deleted_list_leaves_nothing_behind(store: Store, clock: Any) -> None:
    found = checked(store, LIST)
    saved = kept(store, found)
    sweep(store, clock)
    assert ANNA in everything(store)
    assert store.saved_lists.delete(saved.id, "anna")
    assert not store.saved_lists.delete(saved.id, "anna")
    assert store.saved_lists.list() == ()
    sweeper = Sweeper(store.database)
    while sweeper.step():
        pass
    assert ANNA not in everything(store)
    with store.database.read() as c:
        assert c.execute(sa.select(sa.func.count()).select_from(list_row)).scalar_one() == 0


def test_the_list_of_a_draft_that_nobody_touched_for_the_set_time_goes_with_what_was_prepared(
    store: Store, clock: Any
) -> None:
    retention, uploaded = Retention(store.database, 30), checked(store, LIST)
    draft = store.drafts.create("anna")
    draft = store.drafts.save(draft.id, draft.version, text="Hello {Vorname}", list_id=uploaded.id, actor="anna")

    def after(days: int) -> bool:
        clock.advance(milliseconds=days * DAY_MS + LOOK_EVERY_MS)
        return retention.step()

    assert not after(days=29)
    draft = store.drafts.save(draft.id, draft.version, name="Autumn", actor="anna")
    assert not after(days=29)
    prepared = planned(store, draft.id)
    assert prepared.fingerprint is not None
    assert not after(days=29)
    assert after(days=2)
    assert not retention.step()
    left = store.drafts.get(draft.id)
    assert left is not None
    assert (left.name, left.text, left.list_id, left.version) == ("Autumn", "Hello {Vorname}", None, draft.version + 1)
    with pytest.raises(LedgerError, match="changed"):
        store.ledger.send(prepared.id, prepared.fingerprint, "anna")
    sweep(store, clock)
    assert ANNA not in everything(store)
    assert store.ledger.campaign(prepared.id) is None


def test_what_waits_for_its_time_keeps_its_list_and_what_was_taken_back_is_new_again(store: Store, clock: Any) -> None:
    uploaded = checked(store, LIST)
    draft = store.drafts.create("anna")
    begin_ts = clock.ms() + 100 * DAY_MS
    draft = store.drafts.save(
        draft.id, draft.version, text="Hello", list_id=uploaded.id, start_ts=begin_ts, actor="anna"
    )
    prepared = planned(store, draft.id)
    assert prepared.fingerprint is not None
    assert store.ledger.send(prepared.id, prepared.fingerprint, "anna")
    retention = Retention(store.database, 30)
    clock.advance(milliseconds=60 * DAY_MS)
    assert not retention.step()
    assert store.ledger.undo(prepared.id, "anna")
    clock.advance(milliseconds=29 * DAY_MS)
    assert not retention.step()
    clock.advance(milliseconds=2 * DAY_MS)
    assert retention.step()


def test_a_list_that_nobody_used_for_the_set_time_goes_by_itself(store: Store, clock: Any) -> None:
    saved = kept(store, checked(store, LIST))
    retention = Retention(store.database, 30)
    clock.advance(milliseconds=29 * DAY_MS)
    used(store, saved)
    clock.advance(milliseconds=29 * DAY_MS)
    assert not retention.step()
    assert len(store.saved_lists.list()) == 1
    clock.advance(milliseconds=2 * DAY_MS + LOOK_EVERY_MS)
    assert retention.step()
    assert store.saved_lists.list() == ()
    sweep(store, clock)
    assert ANNA not in everything(store)
