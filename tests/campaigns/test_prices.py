"""What a campaign costs, and the limits of what may be spent; on both databases."""

from datetime import UTC
from decimal import Decimal

import pytest
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.policy import Ruling, accepted
from sms4a.campaigns.prices import ELSEWHERE, PriceList
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign
from sms4a.campaigns.views import By, Selection
from tests.line import Line, people

DAY_MS = 86_400_000


def kept(line: Line, sent: Campaign) -> tuple[int | None, str | None]:
    query = sa.select(campaign.c.cost, campaign.c.currency).where(campaign.c.id == sent.id)
    with line.store.database.read() as connection:
        cost, currency = connection.execute(query).one()
    return cost, currency


def a_price(line: Line, amount: str = "0.075", region: str = "DE") -> None:
    line.store.prices.set_price(region, Decimal(amount), "ann")


def limits(line: Line, *, campaign: str | None = None, day: str | None = None) -> None:
    campaign_limit, day_limit = (None if limit is None else Decimal(limit) for limit in (campaign, day))
    line.store.prices.set_spending("ann", currency="EUR", campaign_limit=campaign_limit, day_limit=day_limit)


def send(line: Line, prepared: Campaign) -> bool:
    return line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann", zone=UTC)


def refused(line: Line, prepared: Campaign) -> str:
    with pytest.raises(LedgerError) as error:
        send(line, prepared)
    assert line.again(prepared).state is CampaignState.PREPARED
    return error.value.code


def test_prices_are_kept_exactly_and_can_be_taken_off_the_list(line: Line) -> None:
    a_price(line, "0.0751")
    a_price(line, "0.11", "CH")
    a_price(line, "0.2", ELSEWHERE)
    a_price(line, "0.0752")
    line.store.prices.set_price("CH", None, "ann")
    found = line.store.prices.list()
    assert found.prices == {"DE": Decimal("0.0752"), ELSEWHERE: Decimal("0.2")}
    assert (found.of("DE"), found.of("FR")) == (Decimal("0.0752"), Decimal("0.2"))


@pytest.mark.parametrize("amount", ["0.00001", "-1", "1000.01"])
def test_money_that_cannot_be_kept_is_refused(line: Line, amount: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|from 0"):
        a_price(line, amount)
    assert line.store.prices.list() == PriceList()


def test_a_cost_is_the_sum_over_the_countries_and_names_those_without_a_price() -> None:
    found = PriceList(prices={"DE": Decimal("0.075"), "CH": Decimal("0.11")})
    assert found.cost({"DE": 9_739, "CH": 63}).amount == Decimal("737.355")
    partial = found.cost({"DE": 2, "FR": 3})
    assert (partial.amount, dict(partial.unpriced), partial.complete) == (Decimal("0.15"), {"FR": 3}, False)


def test_what_a_campaign_costs_is_kept_when_it_is_sent_and_no_later_price_changes_it(line: Line) -> None:
    a_price(line)
    sent = line.released(people("+4917604000001", "+4917604000002"), "Hello {first name} 🙂" + "x" * 70)
    a_price(line, "9")
    assert kept(line, sent) == (2 * 2 * 750, "EUR")


def test_without_a_price_for_somebody_the_cost_is_unknown_and_not_less(line: Line) -> None:
    a_price(line)
    assert kept(line, line.released(people("+4917604000001", "+41791234567"))) == (None, "EUR")


def test_a_campaign_over_its_limit_is_not_sent_and_one_at_its_limit_is(line: Line) -> None:
    a_price(line)
    prepared = line.prepared(people("+4917604000001", "+4917604000002"))
    limits(line, campaign="0.1499")
    assert refused(line, prepared) == "over_campaign_limit"
    limits(line, campaign="0.15")
    assert send(line, prepared)
    assert line.send_all() == 1


def test_a_limit_needs_a_price_for_everybody(line: Line) -> None:
    limits(line, campaign="100")
    assert refused(line, line.prepared(people("+4917604000001"))) == "no_price"


def test_a_day_has_a_limit_over_all_its_campaigns(line: Line) -> None:
    a_price(line)
    limits(line, day="0.2")
    first, second, third = (line.prepared(people(f"+49176040000{n:02d}", f"+49176040001{n:02d}")) for n in range(3))
    assert send(line, first)
    assert refused(line, second) == "over_day_limit"
    # What was taken back does not count any more.
    assert line.store.ledger.undo(first.id, "ann")
    assert send(line, second)
    line.clock.advance(hours=24)
    assert send(line, third)


def test_a_campaign_counts_on_the_day_on_which_it_begins_and_cannot_be_moved_around_the_limit(line: Line) -> None:
    a_price(line)
    limits(line, day="0.2")
    tomorrow = line.clock.ms() + DAY_MS
    scheduled = line.prepared(people("+4917604000001", "+4917604000002"), start_ts=tomorrow)
    assert send(line, scheduled)
    assert send(line, line.prepared(people("+4917604000003", "+4917604000004")))
    assert line.store.prices.spent_on(tomorrow, UTC) == Decimal("0.15")
    with pytest.raises(LedgerError, match="over_day_limit"):
        line.store.ledger.reschedule(scheduled.id, line.clock.ms() + 1_000, "ann", zone=UTC)
    assert line.again(scheduled).start_ts == tomorrow
    assert line.store.ledger.reschedule(scheduled.id, tomorrow + 1_000, "ann", zone=UTC)


def test_what_is_sent_just_before_midnight_counts_on_the_day_on_which_it_leaves(line: Line) -> None:
    a_price(line)
    limits(line, day="0.08")
    line.clock.advance(hours=11, minutes=59, seconds=55)
    assert send(line, line.prepared(people("+4917604000001")))
    late = line.prepared(people("+4917604000002"))
    assert line.store.ledger.send(late.id, late.fingerprint or "", "ann", undo_s=10, zone=UTC)
    tomorrow = line.clock.ms() + 5_000
    assert line.store.prices.spent_on(tomorrow, UTC) == Decimal("0.075")
    assert [row.id for row in line.store.reports.campaigns_in(Selection(tomorrow, tomorrow + DAY_MS))] == [late.id]
    (row,) = line.store.reports.campaigns_in(Selection(campaign_id=late.id))
    assert row.begin_ts == tomorrow + 5_000


def costs(line: Line, campaign: Campaign) -> tuple[str, str]:
    """Now, and as it was planned."""
    found = line.store.prices.expected(campaign.id)
    assert found is not None
    return str(found.now), str(found.planned)


def test_who_was_stopped_or_refused_or_opted_out_costs_nothing(line: Line) -> None:
    a_price(line)
    a_price(line, "0.1", ELSEWHERE)
    numbers = ["+4917604000001", "+41791234567", "+4917604000002", "+4917604000003"]
    campaign = line.released(people(*numbers), size=1)
    line.store.opt_outs.add([numbers[1]], "asked", "ann")
    a_price(line, "9")
    assert line.sender.step("w")
    assert costs(line, campaign) == ("0.325", "0.325")
    line.simulator.faults.add("status", status=400)
    assert not line.sender.step("w"), "nobody is left of the second"
    assert line.send_all() == 2
    assert costs(line, campaign) == ("0.15", "0.325")
    assert line.store.prices.spent_on(line.clock.ms(), UTC) == Decimal("0.15")


def test_a_campaign_that_was_stopped_costs_what_had_left(line: Line) -> None:
    a_price(line)
    campaign = line.released(people(*(f"+49176040000{n:02d}" for n in range(5))), size=2)
    line.sender.step("w")
    line.store.ledger.stop(campaign.id, "ann")
    line.sweep_all()
    assert costs(line, campaign) == ("0.15", "0.375")
    (group,) = line.store.reports.side_by_side(Selection(campaign_id=campaign.id), By.CAMPAIGN)
    assert group.cost == 1_500
    again = line.prepared(people("+4917604000099"))
    limits(line, day="0.225")
    assert send(line, again)


def test_what_was_accepted_after_all_is_paid_after_all(line: Line) -> None:
    a_price(line)
    campaign = line.released(people("+4917604000001", "+4917604000002"))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.claims.record(claim, Ruling(SubmissionState.REFUSED, "refused"))
    assert costs(line, campaign) == ("0", "0.15")
    sent = line.client.send_body(line.claims.body(claim))
    assert line.claims.record_late(claim, accepted(sent.job_id, sent.address))
    assert costs(line, campaign) == ("0.15", "0.15")
