"""One number: everything that is known of it, and its erasure, after which every figure is what it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from sms4a.campaigns.cost_map import Cause, CostMap, Group, Kind
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.lists.contact_lists import FileErased
from sms4a.campaigns.lists.list_records import DENSE, ContactList
from sms4a.campaigns.results import erasure, persons
from sms4a.campaigns.results.retention import Retention
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.states import CampaignState, ListState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign, metadata, recipient, sms_status
from sms4a.campaigns.views import By, Selection
from sms4a.recipients import Pile
from tests.clock import Clock
from tests.ledger_rows import DAY, NOW, Batch, a_campaign, a_number
from tests.pages.job_rows import add_job
from tests.worked import planned, read

S = SubmissionState
NUMBER = a_number(0)
FINISHED = {"state": CampaignState.FINISHED, "finished_ts": NOW - DAY}


@pytest.fixture
def two(store: Store) -> Store:
    """The same person in two campaigns and in a job of another program."""
    batch = Batch(S.SETTLED, verdicts={"delivered": 2, "timeout": 1})
    a_campaign(store.database, batches=[batch], name="Autumn", **FINISHED)  # type: ignore[arg-type]
    a_campaign(store.database, "bbbb3333", batches=[batch], name="Winter", sent_ts=NOW - 5 * DAY, **FINISHED)  # type: ignore[arg-type]
    add_job(store.database, "J.foreign", ts=NOW, verdicts={"delivered": 1})
    with store.database.write() as connection:
        connection.execute(sa.update(sms_status).where(sms_status.c.job_id == "J.foreign").values(number=NUMBER))
        connection.execute(sa.update(recipient).values(others={"Filiale": "Gießen"}))
    return store


def everything(store: Store) -> str:
    """Whatever stands anywhere in the database."""
    with store.database.read() as connection:
        return "\n".join(str(row) for table in metadata.tables.values() for row in connection.execute(sa.select(table)))


def figures(store: Store) -> list[Any]:
    reports, all_of_it = store.reports, Selection()
    return [
        reports.totals(all_of_it),
        reports.funnel(all_of_it),
        reports.verdicts(all_of_it),
        reports.delays(all_of_it),
        reports.side_by_side(all_of_it, By.CAMPAIGN),
        reports.side_by_side(all_of_it, By.COUNTRY),
        store.ledger.balance("aaaa2222"),
    ]


def test_a_number_leads_to_its_campaigns_texts_results_and_jobs(two: Store) -> None:
    two.opt_outs.add([NUMBER], "asked by phone", "ann")
    person = two.persons.find(NUMBER)
    assert [one.campaign_name for one in person.appearances] == ["Autumn", "Winter"]
    first = person.appearances[0]
    assert first.text == "Hello Chloé, 20 % off everything until Sunday."
    assert first.values == {"first name": "Chloé", "Filiale": "Gießen"}
    assert (first.outcome, first.row, first.past) == ("delivered", 2, True)
    assert [sms.job_id for sms in person.foreign] == ["J.foreign"]
    assert person.opt_out is not None
    assert not two.persons.find("+4917604069999").known


def test_erasing_takes_number_names_and_values_and_leaves_every_figure(two: Store) -> None:
    before = figures(two)
    receipt = two.persons.erase(NUMBER, "ann")
    assert (receipt.campaigns, receipt.rows, receipt.foreign, receipt.kept) == (2, 2, 1, 0)
    assert NUMBER not in everything(two)
    assert "Chloé" not in everything(two)
    assert figures(two) == before
    assert not two.persons.find(NUMBER).known
    assert a_number(1) in everything(two)


def test_the_receipt_is_in_the_audit_and_names_nobody(two: Store) -> None:
    receipt = two.persons.erase(NUMBER, "ann")
    with two.database.read() as connection:
        row = connection.execute(sa.text("select actor, object, detail from audit where action = 'erase'")).one()
    assert (row.actor, row.object) == ("ann", f"receipt:{receipt.id}")
    assert "4917604069" not in str(row.detail)


def test_who_is_still_being_sent_to_is_kept_until_then(store: Store) -> None:
    a_campaign(store.database, batches=[Batch(S.READY, 2)])
    receipt = store.persons.erase(NUMBER, "ann")
    assert (receipt.rows, receipt.kept) == (0, 1)
    assert store.persons.find(NUMBER).known


def test_an_erased_person_is_not_sent_to_again(two: Store) -> None:
    gone = a_number(2)
    assert [fate.open for fate in two.again.fates("aaaa2222") if fate.verdict == "timeout"] == [1]
    two.persons.erase(gone, "ann")
    draft_id = two.again.begin("aaaa2222", ["timeout"], "ann", "again")
    while two.lists.check_next("w"):
        pass
    draft = two.drafts.get(draft_id or "")
    assert draft is not None
    listed = two.lists.get(draft.list_id or "")
    assert listed is not None
    assert listed.rows_total == 0


ROWS = [
    "Ada;0176 04069010;Kassel",
    "Wilhelmine;0176 04069011;",
    "Eva;0176 04069012;Köln",
    "Wilhelmine;+49 (0)176 04069011;Oldenburg",
    "nobody;-;-",
]
LISTED = a_number(11)


def a_list(store: Store, rows: list[str]) -> ContactList:
    content = "\r\n".join(["first name;mobile;store", *rows]).encode("cp1252")
    return read(store, store.lists.create("customers.csv", content, "ann").id)


def a_draft_with(store: Store, listed: ContactList) -> str:
    draft = store.drafts.create("ann")
    return store.drafts.save(draft.id, 1, actor="ann", text="Hello {first name}", list_id=listed.id).id


def totals(listed: ContactList | None) -> dict[str, Any]:
    assert listed is not None
    names = ("piles", "regions", "reasons", "failed_before", "neighbours", "blank", "rows_total", "rows_done")
    return {name: getattr(listed, name) for name in names}


def test_an_unsent_draft_loses_the_person_and_its_file_and_goes_on_with_the_others(store: Store) -> None:
    listed = a_list(store, ROWS)
    draft_id = a_draft_with(store, listed)
    before = planned(store, draft_id)
    assert (before.state, before.people) == (CampaignState.PREPARED, 3)
    assert before.fingerprint is not None
    assert "04069011" in everything(store)
    receipt = store.persons.erase(LISTED, "ann")
    assert (receipt.lists, receipt.unread, receipt.kept) == (1, 0, 0)
    left = everything(store)
    assert "04069011" not in left
    assert "Wilhelmine" not in left
    # As if the file had never had these rows.
    assert totals(store.lists.get(listed.id)) == totals(a_list(store, [ROWS[0], ROWS[2], ROWS[4]]))
    with pytest.raises(LedgerError):
        store.ledger.send(before.id, before.fingerprint, "ann")
    after = planned(store, draft_id)
    assert (after.state, after.people, after.rows_total) == (CampaignState.PREPARED, 2, 3)


def test_what_a_list_says_of_neighbours_and_of_failures_follows_the_erasure(store: Store) -> None:
    batch = Batch(S.SETTLED, verdicts={"delivered": 11, "number_invalid": 1})
    a_campaign(store.database, batches=[batch], **FINISHED)  # type: ignore[arg-type]
    rows = [f"Ada;{a_number(n)};Kassel" for n in range(DENSE)]
    listed = a_list(store, rows)
    assert (listed.failed_before, listed.neighbours) == (1, DENSE)
    a_draft_with(store, listed)
    store.persons.erase(LISTED, "ann")
    assert totals(store.lists.get(listed.id)) == totals(a_list(store, rows[:11] + rows[12:]))


def test_a_list_whose_file_is_gone_says_so_and_keeps_its_rows(store: Store) -> None:
    listed = a_list(store, ROWS)
    a_draft_with(store, listed)
    store.persons.erase(LISTED, "ann")
    now = store.lists.get(listed.id)
    assert now is not None
    assert now.file_erased
    with pytest.raises(FileErased):
        store.lists.answer(now.id, now.version, home="AT")
    answered = store.lists.answer(now.id, now.version, fields={"first name": "store"})
    assert answered.state is ListState.CHECKED
    assert [row.row for row in store.lists.all_rows(listed.id, Pile.RECEIVE)] == [2, 4]


def test_a_list_that_nobody_has_read_yet_is_told_of_in_the_receipt(store: Store) -> None:
    listed = store.lists.create("new.csv", "\n".join(["first name;mobile;store", *ROWS]).encode(), "ann")
    a_draft_with(store, listed)
    receipt = store.persons.erase(LISTED, "ann")
    assert (receipt.lists, receipt.unread) == (0, 1)


def test_a_list_that_is_read_to_its_end_while_a_person_is_erased_is_told_of_as_well(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.database.is_sqlite:
        pytest.skip("SQLite lets nobody write meanwhile")
    listed = store.lists.create("new.csv", "\n".join(["first name;mobile;store", *ROWS]).encode(), "ann")
    a_draft_with(store, listed)

    def read_meanwhile(connection: Connection, number: str) -> int:
        found = erasure.erase_from_lists(connection, number)
        read(store, listed.id)
        return found

    monkeypatch.setattr(persons, "erase_from_lists", read_meanwhile)
    receipt = store.persons.erase(LISTED, "ann")
    assert (receipt.lists, receipt.unread) == (0, 1)


def test_a_plan_that_is_being_made_begins_again_without_the_person(store: Store) -> None:
    listed = a_list(store, ROWS)
    draft_id = a_draft_with(store, listed)
    store.ledger.prepare(draft_id, 2, "ann")
    planner = Planner(store.database)
    stage = planner._stage

    def erased_meanwhile(*arguments: Any) -> bool:
        store.persons.erase(LISTED, "ann")
        return stage(*arguments)

    planner._stage = erased_meanwhile  # type: ignore[method-assign,assignment]
    planner.plan_next("w")
    assert "04069011" not in everything(store)
    assert planned(store, draft_id).people == 2


def test_a_test_of_that_row_keeps_nothing_of_it(two: Store) -> None:
    test = a_campaign(two.database, "cccc4444", batches=[Batch(S.SETTLED, verdicts={"delivered": 1})], **FINISHED)  # type: ignore[arg-type]
    with two.database.write() as connection:
        about = {"test_of": "aaaa2222", "test_row": 2}
        connection.execute(sa.update(campaign).where(campaign.c.id == test).values(**about))
        mine = {"fields": {"first name": "Wilhelmine"}, "number": a_number(77), "raw_number": a_number(77)}
        connection.execute(sa.update(recipient).where(recipient.c.campaign_id == test).values(**mine))
    two.persons.erase(NUMBER, "ann")
    assert "Wilhelmine" not in everything(two)


def test_after_the_set_time_numbers_and_texts_go_and_figures_stay(two: Store, clock: Clock) -> None:
    costs = CostMap({Kind("DE", 2, Cause.ODD_CHARACTER, "first name", "ł"): Group(1, 1, 2)})
    with two.database.write() as connection:
        kept = {"cost_map": costs.json(), "columns": {"header": ["Wilhelmine"], "phone": None, "fields": {}}}
        connection.execute(sa.update(campaign).values(**kept))
    clock.advance(seconds=(NOW - clock.ms()) / 1000)
    retention = Retention(two.database, 30)
    assert not retention.step()
    before = figures(two)
    clock.advance(hours=24 * 31)
    while retention.step():
        pass
    left = everything(two)
    for private in ("+4917604069", "Chloé", "Gießen", "20 % off", "ł", "Wilhelmine"):
        assert private not in left
    assert figures(two) == before
    with two.database.read() as connection:
        assert None not in connection.execute(sa.select(campaign.c.erased_ts)).scalars().all()
    assert two.again.begin("aaaa2222", ["timeout"], "ann", "again") is None


@pytest.mark.parametrize("kept", [{"fields": {"first name": "Wilhelmine"}}, {"others": {"city": "Wilhelmine"}}])
def test_a_row_whose_number_is_missing_is_erased_as_well(two: Store, clock: Clock, kept: dict[str, Any]) -> None:
    with two.database.write() as connection:
        bare: dict[str, Any] = {
            "raw_number": "",
            "number": None,
            "fields": {},
            "others": None,
            "submission_n": None,
            "outcome": None,
        }
        row = (recipient.c.campaign_id == "aaaa2222", recipient.c.row == 3)
        connection.execute(sa.update(recipient).where(*row).values(**bare | {"pile": Pile.UNREADABLE} | kept))
    clock.advance(seconds=(NOW - clock.ms()) / 1000, hours=24 * 31)
    retention = Retention(two.database, 30)
    while retention.step():
        pass
    assert "Wilhelmine" not in everything(two)


def test_what_was_erased_of_a_campaign_is_not_searched_again(
    two: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms4a.campaigns.results.retention.ROWS", 1)
    clock.advance(seconds=(NOW - clock.ms()) / 1000, hours=24 * 31)
    with two.database.read() as connection:
        theirs = sa.select(recipient.c.campaign_id, recipient.c.row).order_by(recipient.c.row)
        rows = [(found.campaign_id, found.row) for found in connection.execute(theirs)]
    begun: list[tuple[str, int]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if "raw_number !=" in statement:
            its_id, after, *_more = parameters.values() if isinstance(parameters, dict) else parameters
            begun.append((its_id, after))

    sa.event.listen(two.database._engine, "before_cursor_execute", note)
    retention = Retention(two.database, 30)
    while retention.step():
        pass
    sa.event.remove(two.database._engine, "before_cursor_execute", note)
    for its_id in {found for found, _ in rows}:
        mine = [row for found, row in rows if found == its_id]
        assert [after for found, after in begun if found == its_id] == [-1, *mine]


def test_rows_that_could_not_be_erased_are_erased_later(
    two: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms4a.campaigns.results.retention.ROWS", 1)
    clock.advance(seconds=(NOW - clock.ms()) / 1000, hours=24 * 31)
    retention, write = Retention(two.database, 30), two.database.write

    @contextmanager
    def failing() -> Iterator[Connection]:
        monkeypatch.setattr(two.database, "write", write)
        with write() as connection:
            yield connection
            raise OperationalError("commit", {}, Exception("disk I/O error"))

    retention.step()
    monkeypatch.setattr(two.database, "write", failing)
    with pytest.raises(OperationalError):
        retention.step()
    while retention.step():
        pass
    assert "+4917604069" not in everything(two)


def test_without_a_time_nothing_is_erased(two: Store, clock: Clock) -> None:
    clock.advance(hours=24 * 5_000)
    assert not Retention(two.database, None).step()
    assert NUMBER in everything(two)
