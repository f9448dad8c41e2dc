"""What is unclear is looked for in both data centres, and what stays open is put before a person."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.sending.reconcile import next_look
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import recipient, submission
from sms4a.errors import NoAnswer
from sms4a.models import JobReport, JobRequest, Message, Options, Recipient
from tests.builders import a_number
from tests.line import Line, people

MINUTE = 60_000
MARGIN = timedelta(minutes=5)


def unclear_campaign(line: Line, when: str, **fault: object) -> Campaign:
    """A campaign of one submission whose POST was cut: accepted all the same (`after`), or not (`before`)."""
    campaign = line.released(people(a_number(1), a_number(2)))
    line.simulator.faults.add("drop", when=when, **fault)
    line.send_all()
    return campaign


def state(line: Line) -> tuple[str, str | None]:
    with line.store.database.read() as c:
        row = c.execute(sa.select(submission.c.state, submission.c.problem)).one()
    return row.state, row.problem


def look_for(line: Line, hours: float) -> None:
    """Looks as time passes, a step every three minutes."""
    for _ in range(int(hours * 20)):
        line.reconcile_all()
        line.clock.advance(minutes=3)


def undecided(line: Line, campaign: Campaign) -> int:
    look_for(line, 1.1)
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert found.state is SubmissionState.UNDECIDED
    return found.n


def test_a_job_that_was_taken_is_found_at_the_first_look_and_followed_to_its_end(line: Line) -> None:
    campaign = unclear_campaign(line, "after")
    line.reconcile_all()
    assert state(line) == (SubmissionState.ACCEPTED, None)
    line.run_to_the_end(hours=2)
    assert line.again(campaign).state is CampaignState.FINISHED
    with line.store.database.read() as c:
        assert set(c.scalars(sa.select(recipient.c.outcome))) == {"delivered"}
    assert Counter(line.accepted().values()) == {1: 2}


def test_a_job_that_was_already_listed_as_a_strangers_is_folded_in_when_it_turns_out_to_be_ours(line: Line) -> None:
    campaign = unclear_campaign(line, "after")
    line.indexer.step()
    line.clock.advance(minutes=10)
    line.track_all()
    line.reconcile_all()
    line.run_to_the_end(hours=2)
    with line.store.database.read() as c:
        assert set(c.scalars(sa.select(recipient.c.outcome))) == {"delivered"}
    assert line.again(campaign).state is CampaignState.FINISHED


def test_a_job_that_is_still_filling_is_no_other_job_because_it_could_not_be_read_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear_campaign(line, "after")
    read, answers = line.client.job, iter((1, 0))

    def job(job_id: str, *, address: str | None = None) -> JobReport:
        if (shown := next(answers, None)) == 0:
            raise NoAnswer("silence")
        report = read(job_id, address=address)
        return report.model_copy(update={"recipient_ids": report.recipient_ids[:shown]})

    monkeypatch.setattr(line.client, "job", job)
    line.reconcile_all()
    assert state(line) == (SubmissionState.UNCERTAIN, "no_answer")
    assert line.store.brakes.state().hold_code is None
    line.clock.advance(minutes=1)
    line.reconcile_all()
    assert state(line) == (SubmissionState.ACCEPTED, None)


def test_the_job_of_the_tenth_submission_is_not_that_of_the_first(line: Line) -> None:
    campaign = line.released(people(*[a_number(n) for n in range(10)]), size=1)
    line.simulator.faults.add("drop", when="before")
    assert line.send_all() == 10
    assert undecided(line, campaign) == 1
    assert Counter(line.accepted().values()) == {1: 9}


def test_without_a_trace_a_person_decides_and_nothing_is_sent_again_by_itself(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    look_for(line, 0.9)
    assert state(line) == (SubmissionState.UNCERTAIN, "no_answer")
    look_for(line, 0.2)
    assert state(line) == (SubmissionState.UNDECIDED, "no_trace")
    for _ in range(50):
        line.clock.advance(hours=1)
        line.reconcile_all()
        assert line.send_all() == 0
    assert line.accepted() == {}
    balance = line.store.ledger.balance(campaign.id)
    assert (balance.states["undecided"], balance.adds_up) == (2, True)


def test_with_one_centre_down_absence_proves_nothing(line: Line) -> None:
    unclear_campaign(line, "before")
    line.simulator.faults.set_down("de1")
    look_for(line, 23.9)
    assert state(line)[0] == SubmissionState.UNCERTAIN
    look_for(line, 0.7)
    assert state(line) == (SubmissionState.UNDECIDED, "could_not_look")


def test_a_job_in_the_other_centre_is_found_while_the_first_is_down(line: Line) -> None:
    campaign = unclear_campaign(line, "after")
    taken_by = line.client.job_ids(line.clock() - MARGIN, line.clock() + MARGIN).job_ids
    (centre,) = taken_by.values()
    other = {"de1": "de2", "de2": "de1"}[centre]
    line.indexer.step()
    line.track_all()
    line.simulator.faults.set_down(other)
    line.reconcile_all()
    assert state(line)[0] == SubmissionState.ACCEPTED
    assert line.store.ledger.balance(campaign.id).adds_up


def test_a_job_that_turns_up_after_it_was_put_before_a_person_is_found_all_the_same(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    undecided(line, campaign)
    accepted_late(line, campaign)
    look_for(line, 1.1)
    assert state(line)[0] == SubmissionState.ACCEPTED


def test_send_again_goes_out_once_with_the_same_reference(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    line.store.undecided.send_again(campaign.id, n, "nothing found, people ask", "ann")
    line.reconcile_all()
    assert line.send_all() == 1
    assert Counter(line.accepted().values()) == {1: 2}
    assert state(line)[0] == SubmissionState.ACCEPTED


def test_send_again_finds_what_was_taken_meanwhile_instead(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    accepted_late(line, campaign)
    line.store.undecided.send_again(campaign.id, n, "people ask", "ann")
    line.reconcile_all()
    assert state(line)[0] == SubmissionState.ACCEPTED
    assert line.send_all() == 0


def test_send_again_waits_when_the_look_is_not_complete(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    line.simulator.faults.set_down("de1")
    line.store.undecided.send_again(campaign.id, n, "people ask", "ann")
    line.reconcile_all()
    assert state(line)[0] == SubmissionState.UNDECIDED
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert found.decisions[-1].result == "look_incomplete"
    assert line.send_all() == 0


def test_it_was_sent_needs_a_job_that_is_ours(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    message = Message(text="Hi", recipients=(Recipient(dst=a_number(9)),))
    foreign = line.client.send(JobRequest(messages=(message,)))
    line.store.undecided.it_was_sent(campaign.id, n, foreign.job_id, "support says so", "ann")
    line.reconcile_all()
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert (found.state, found.decisions[-1].result) == (SubmissionState.UNDECIDED, "no_such_job")


def test_write_off_ends_it_and_counts_the_people_as_possibly_reached(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    line.store.undecided.write_off(campaign.id, n, "too late", "ann")
    line.sweep_all()
    assert line.again(campaign).state is CampaignState.FINISHED
    with line.store.database.read() as c:
        assert set(c.execute(sa.select(recipient.c.outcome, recipient.c.verdict)).all()) == {("unknown", "written_off")}


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_decision_needs_a_reason(line: Line, reason: str) -> None:
    campaign = unclear_campaign(line, "before")
    n = undecided(line, campaign)
    with pytest.raises(LedgerError, match="no_reason"):
        line.store.undecided.send_again(campaign.id, n, reason, "ann")


def test_a_submission_that_is_still_looked_for_cannot_be_decided(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    with pytest.raises(LedgerError, match="not_undecided"):
        line.store.undecided.send_again(campaign.id, 1, "hurry", "ann")


def test_two_jobs_with_one_reference_are_an_incident_that_holds_the_sender(line: Line) -> None:
    campaign = unclear_campaign(line, "after")
    accepted_late(line, campaign)
    line.reconcile_all()
    assert line.store.brakes.state().hold_code == "double_job"
    assert state(line) == (SubmissionState.UNDECIDED, "double_job")


def test_a_job_with_another_number_of_people_is_an_incident(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    accepted_late(line, campaign, people=1)
    line.reconcile_all()
    assert line.store.brakes.state().hold_code is None, "a young job may not show all its people yet"
    line.clock.advance(minutes=2)
    line.reconcile_all()
    assert line.store.brakes.state().hold_code == "job_differs"
    assert state(line) == (SubmissionState.UNDECIDED, "job_differs")


def test_looks_come_at_once_then_after_1_3_10_30_60_minutes_then_hourly() -> None:
    now, times = 0, []
    for _ in range(8):
        now = next_look(0, now)
        times.append(now // MINUTE)
    assert times == [1, 3, 10, 30, 60, 120, 180, 240]


def test_the_evidence_says_what_was_looked_at(line: Line) -> None:
    campaign = unclear_campaign(line, "before")
    line.simulator.faults.set_down("de1")
    line.reconcile_all()
    line.simulator.faults.clear()
    line.clock.advance(minutes=1)
    line.reconcile_all()
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert [(look.complete, look.problem, look.hits) for look in found.looks] == [
        (False, "de1_silent", 0),
        (True, None, 0),
    ]


def accepted_late(line: Line, campaign: Campaign, people: int = 2) -> None:
    """The job of the cut POST turns up: a job with its reference."""
    with line.store.database.read() as c:
        reference = c.execute(sa.select(submission.c.reference)).scalar_one()
    recipients = tuple(Recipient(dst=a_number(i), customer_ref=f"{campaign.id}.{i + 1}") for i in range(1, people + 1))
    line.client.send(
        JobRequest(messages=(Message(text="Hello", recipients=recipients),), options=Options(customer_ref=reference))
    )
