"""One number: everything that is known of it, and its erasure, after which every figure is what it was."""

from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.retention import Retention
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign, metadata, recipient, sms_status
from sms4a.campaigns.views import By, Selection
from tests.clock import Clock
from tests.ledger_rows import DAY, NOW, Batch, a_campaign, a_number
from tests.pages.job_rows import add_job

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
        connection.execute(
            sa.update(sms_status).where(sms_status.c.job_id == "J.foreign").values(number=NUMBER, reference=NUMBER)
        )
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


def test_after_the_set_time_numbers_and_texts_go_and_figures_stay(two: Store, clock: Clock) -> None:
    clock.advance(seconds=(NOW - clock.ms()) / 1000)
    retention = Retention(two.database, 30)
    assert not retention.step()
    before = figures(two)
    clock.advance(hours=24 * 31)
    while retention.step():
        pass
    left = everything(two)
    for private in ("+4917604069", "Chloé", "Gießen", "20 % off"):
        assert private not in left
    assert figures(two) == before
    with two.database.read() as connection:
        assert None not in connection.execute(sa.select(campaign.c.erased_ts)).scalars().all()
    assert two.again.begin("aaaa2222", ["timeout"], "ann", "again") is None


def test_without_a_time_nothing_is_erased(two: Store, clock: Clock) -> None:
    clock.advance(hours=24 * 5_000)
    assert not Retention(two.database, None).step()
    assert NUMBER in everything(two)
