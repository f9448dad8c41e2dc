"""An acceptance that comes to light when something else has been concluded: nobody gets it twice, and it is told."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.policy import Ruling, accepted
from sms4a.campaigns.sending.claims import Claim
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import job, recipient, submission
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import Selection
from tests.builders import a_number
from tests.line import Line, actions, given_up, people, release_what_holds
from tests.worked import planned

S = SubmissionState

# From `undecided`, as a person or the sender concludes it.
WAYS = {
    S.UNCERTAIN: (),
    S.UNDECIDED: (S.UNDECIDED,),
    S.READY: (S.UNDECIDED, S.READY),
    S.HELD: (S.UNDECIDED, S.READY, S.HELD),
    S.STOPPED: (S.UNDECIDED, S.READY, S.STOPPED),
    S.REFUSED: (S.UNDECIDED, S.READY, S.SENDING, S.REFUSED),
    S.WRITTEN_OFF: (S.UNDECIDED, S.WRITTEN_OFF),
}


def state_of(line: Line, campaign: Campaign) -> SubmissionState:
    with line.store.database.read() as c:
        query = sa.select(submission.c.state).where(submission.c.campaign_id == campaign.id, submission.c.n == 1)
        return SubmissionState(c.execute(query).scalar_one())


def taken(line: Line, claim: Claim) -> Ruling:
    """The worker wakes up: Retarus had accepted it."""
    sent = line.client.send_body(line.claims.body(claim))
    return accepted(sent.job_id, sent.address)


@pytest.mark.parametrize("concluded", WAYS)
def test_a_late_acceptance_ends_whatever_was_concluded(line: Line, concluded: SubmissionState) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    claim = given_up(line, campaign, *WAYS[concluded])
    line.sweep_all()
    assert line.claims.record_late(claim, taken(line, claim))
    assert state_of(line, campaign) == S.ACCEPTED
    assert line.store.brakes.state().hold_code is None
    assert line.send_all() == 0
    assert actions(line, campaign)[-1] in ("found", "after_all")
    line.run_to_the_end()
    assert line.again(campaign).state is CampaignState.FINISHED
    assert line.store.ledger.balance(campaign.id).adds_up
    assert line.store.reports.totals(Selection(campaign_id=campaign.id))[1].tiles == {Tile.DELIVERED: 2}
    assert line.accepted() == {a_number(1): 1, a_number(2): 1}


@pytest.mark.parametrize("concluded", [S.HELD, S.STOPPED, S.REFUSED, S.WRITTEN_OFF])
def test_a_job_in_the_list_ends_what_was_concluded_just_as_well(line: Line, concluded: SubmissionState) -> None:
    campaign = line.released(people(a_number(1)))
    taken(line, given_up(line, campaign, *WAYS[concluded]))
    line.indexer.step()
    line.track_all()
    assert state_of(line, campaign) == S.ACCEPTED
    assert line.store.brakes.state().hold_code is None
    line.run_to_the_end()
    assert line.store.reports.totals(Selection(campaign_id=campaign.id))[1].tiles == {Tile.DELIVERED: 1}


def test_the_campaign_tells_for_how_many_people_a_job_was_found(line: Line) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    taken(line, given_up(line, campaign, S.UNDECIDED, S.READY))
    line.indexer.step()
    line.track_all()
    assert line.send_all() == 0
    (found,) = [event for event in line.store.reports.timeline(campaign.id) if event.action == "found"]
    assert (found.detail["submission"], found.detail["people"]) == (1, 2)


def test_whoever_opted_out_since_does_not_keep_a_late_acceptance_from_counting(line: Line) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    claim = given_up(line, campaign, S.UNDECIDED, S.READY)
    ruling = taken(line, claim)
    line.store.opt_outs.add([a_number(2)], "asked", "ann")
    second = line.claims.claim_next("w")
    assert second is not None
    line.claims.record(second, Ruling(S.READY, "not_connected"))
    assert line.claims.record_late(claim, ruling)
    assert line.send_all() == 0
    assert line.store.brakes.state().hold_code is None
    line.run_to_the_end()
    assert line.again(campaign).state is CampaignState.FINISHED
    assert line.store.reports.totals(Selection(campaign_id=campaign.id))[1].tiles == {
        Tile.DELIVERED: 1, Tile.LEFT_OUT: 1,
    }  # fmt: skip


def test_a_job_with_somebody_who_opted_out_since_is_over_when_all_its_people_are(line: Line) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    claim = given_up(line, campaign, S.UNDECIDED, S.READY)
    body = line.claims.body(claim)
    line.store.opt_outs.add([a_number(2)], "asked", "ann")
    second = line.claims.claim_next("w")
    assert second is not None
    line.client.send_body(body)
    line.claims.record(second, Ruling(S.UNCERTAIN, "no_answer"))
    line.clock.advance(minutes=2)
    line.reconcile_all()
    assert state_of(line, campaign) == S.ACCEPTED
    with line.store.database.read() as c:
        assert c.execute(sa.select(job.c.people)).scalar_one() == 2


def test_a_late_acceptance_while_it_is_sent_again_holds_everything_and_is_told_as_that(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, S.UNDECIDED, S.READY)
    second = line.claims.claim_next("w")
    assert second is not None
    assert not line.claims.record_late(claim, taken(line, claim))
    assert line.store.brakes.state().hold_code == "sent_again"
    line.claims.record(second, Ruling(S.READY, "not_connected"))
    release_what_holds(line)
    assert line.send_all() == 0
    assert state_of(line, campaign) == S.ACCEPTED
    assert line.accepted() == {a_number(1): 1}


def test_a_late_acceptance_of_people_who_were_sent_to_again_meanwhile_holds_everything(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, S.UNDECIDED, S.READY)
    line.store.ledger.stop(campaign.id, "ann")
    line.sweep_all()
    again = sent_again(line, campaign)
    assert line.claims.record_late(claim, taken(line, claim))
    assert state_of(line, campaign) == S.ACCEPTED
    assert line.store.brakes.state().hold_code == "sent_again"
    assert line.send_all() == 0
    assert line.store.ledger.stop(again.id, "ann")
    release_what_holds(line)
    line.send_all()
    assert line.accepted() == {a_number(1): 1}


def sent_again(line: Line, campaign: Campaign) -> Campaign:
    """A campaign for those who were stopped; nothing of it has left."""
    draft_id = line.store.again.begin(campaign.id, ["stopped"], "ann", "Again")
    assert draft_id is not None
    while line.store.lists.check_next("w"):
        pass
    again = planned(line.store, draft_id)
    assert again.fingerprint is not None
    assert line.store.ledger.send(again.id, again.fingerprint, "ann")
    return again


def test_an_acceptance_by_another_job_is_a_double_and_holds_everything(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, S.UNDECIDED, S.READY)
    second = line.claims.claim_next("w")
    assert second is not None
    line.claims.record(second, accepted("J." + "b" * 38, "de2"))
    assert not line.claims.record_late(claim, taken(line, claim))
    assert line.store.brakes.state().hold_code == "double_job"


def test_nobody_is_shown_as_stopped_whose_message_was_accepted(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, *WAYS[S.STOPPED])
    line.claims.record_late(claim, taken(line, claim))
    with line.store.database.read() as c:
        assert c.execute(sa.select(recipient.c.outcome, recipient.c.verdict)).one() == ("pending", None)


@pytest.mark.parametrize("ask", ["the list of jobs", "a person"])
def test_whoever_notices_a_job_of_ours_locks_the_sender_before_the_job(line: Line, ask: str) -> None:
    """As a sender does that records it at this moment; or the two would wait for each other."""
    campaign = line.released(people(a_number(1)))
    ruling = taken(line, given_up(line, campaign, S.UNDECIDED))
    locked: list[str] = []
    orders: set[tuple[str, ...]] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: object) -> None:
        if found := re.search(r"(FROM sender|(?:INTO|UPDATE) job|job\.owner = .*)(?=\s|$)", statement):
            locked.append("sender" if "sender" in found[0] else "job")
            orders.add(tuple(dict.fromkeys(locked)))

    engine = line.store.database._engine
    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "begin", lambda _connection: locked.clear())
    if ask == "a person":
        line.store.undecided.it_was_sent(campaign.id, 1, ruling.job_id or "", "seen there", "ann")
        line.reconcile_all()
    else:
        line.indexer.step()
        line.track_all()
    sa.event.remove(engine, "before_cursor_execute", note)
    assert ("sender", "job") in orders
    assert ("job", "sender") not in orders
