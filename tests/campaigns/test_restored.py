"""An older copy of the database is put back: whoever got a message by what it has lost does not get it again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.bookkeeping import move
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.policy import Ruling, accepted
from sms4a.campaigns.sending.adoption import HAS_A_JOB
from sms4a.campaigns.sending.guard import Guard, OlderCopy
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import job, metadata, submission
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import Selection
from sms4a.models import JobRequest, Message, Options, Recipient
from tests.builders import a_number
from tests.line import Line, actions, given_up, people, release_what_holds

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


def read_jobs(line: Line) -> None:
    """Those of the account, a few times."""
    for _ in range(3):
        line.indexer.step()
        line.track_all()
        line.clock.advance(minutes=2)


def states(line: Line) -> set[SubmissionState]:
    with line.store.database.read() as c:
        return {SubmissionState(state) for state in c.scalars(sa.select(submission.c.state))}


def sent_and_lost(line: Line, content: bytes, **changes: Any) -> Campaign:
    """A campaign that has left, and an older copy of the database that does not know it; it was put back."""
    start_worker(line)
    campaign = line.released(content, **changes)
    copy = copy_of(line)
    line.send_all()
    line.clock.advance(minutes=11)
    put_back(line, copy)
    start_worker(line)
    assert held(line) == "restored"
    return campaign


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


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_nothing_leaves_between_a_copy_that_is_put_back_and_the_next_sign_of_life(line: Line, lost: int) -> None:
    start_worker(line)
    numbers = [a_number(n) for n in range(lost)]
    line.released(people(*numbers), size=1)
    copy = copy_of(line)
    line.send_all()
    put_back(line, copy)
    assert line.send_all() == 1, "an attempt that ends before its POST"
    assert held(line) == "restored"
    assert line.accepted() == dict.fromkeys(numbers, 1)


def test_nothing_leaves_if_it_is_put_back_again_before_this_worker_has_sent_anything(line: Line) -> None:
    start_worker(line)
    line.released(people(a_number(1)))
    copy = copy_of(line)
    line.send_all()
    for _ in range(2):
        put_back(line, copy)
        if held(line) is None:
            start_worker(line)
        put_back(line, copy)
        assert line.send_all() == 1, "an attempt that ends before its POST"
        assert held(line) == "restored"
    assert line.accepted() == {a_number(1): 1}


def test_threads_that_claim_at_once_do_not_hide_what_a_copy_has_lost(line: Line) -> None:
    """Together they write as many markers as are missing, before the first of them asks."""
    start_worker(line)
    line.released(people(*map(a_number, range(3))), size=1)
    copy = copy_of(line)
    line.send_all()
    put_back(line, copy)
    for claim in [line.claims.claim_next("w") for _ in range(3)]:
        assert claim is not None
        with pytest.raises(OlderCopy):
            line.guard.note_marker(claim.marker)
    assert held(line) == "restored"


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


@pytest.mark.parametrize("stop", ["before the jobs are read", "afterwards"])
def test_whoever_has_got_it_is_not_shown_as_stopped(line: Line, stop: str) -> None:
    campaign = sent_and_lost(line, people(a_number(1), a_number(2)), size=1)
    if stop == "afterwards":
        read_jobs(line)
        assert states(line) <= HAS_A_JOB
    assert line.store.ledger.stop(campaign.id, "ann")
    line.sweep_all()
    read_jobs(line)
    assert states(line) <= HAS_A_JOB
    assert nobody_may_be_sent_to_again(line, campaign)


def nobody_may_be_sent_to_again(line: Line, campaign: Campaign) -> bool:
    line.run_to_the_end()
    assert line.store.reports.totals(Selection(campaign_id=campaign.id))[1].tiles == {Tile.DELIVERED: campaign.people}
    return not any(fate.open for fate in line.store.again.fates(campaign.id))


@pytest.mark.parametrize("start", [SubmissionState.READY, SubmissionState.HELD])
def test_a_worker_that_stops_a_campaign_asks_for_jobs_that_are_known(line: Line, start: SubmissionState) -> None:
    """As an earlier program may have left them: read, and passed over."""
    campaign = sent_and_lost(line, people(a_number(1)))
    with line.store.database.write() as c:
        if start is SubmissionState.HELD:
            move(c, campaign.id, 1, SubmissionState.READY, SubmissionState.HELD, problem="changed")
        (reference,) = c.scalars(sa.select(submission.c.reference))
    line.indexer.step()
    with line.store.database.write() as c:
        c.execute(sa.update(job).values(reference=reference, reference_known=True, people=1, settled=True))
    line.store.ledger.stop(campaign.id, "ann")
    line.sweep_all()
    assert states(line) <= HAS_A_JOB
    assert nobody_may_be_sent_to_again(line, campaign)


@pytest.mark.parametrize("answer", [SubmissionState.READY, SubmissionState.HELD, SubmissionState.REFUSED])
def test_a_job_that_was_read_while_it_was_sent_again_counts(line: Line, answer: SubmissionState) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, SubmissionState.UNDECIDED, SubmissionState.READY)
    second = line.claims.claim_next("w")
    assert second is not None
    line.client.send_body(line.claims.body(claim))
    line.indexer.step()
    line.track_all()
    line.claims.record(second, Ruling(answer, "refused"))
    assert states(line) <= HAS_A_JOB
    assert nobody_may_be_sent_to_again(line, campaign)


def test_two_jobs_of_one_hand_over_are_told_whichever_is_read_first(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, SubmissionState.UNDECIDED, SubmissionState.READY)
    second = line.claims.claim_next("w")
    assert second is not None
    line.client.send_body(line.claims.body(claim))
    line.indexer.step()
    line.track_all()
    line.claims.record(second, accepted("J." + "b" * 38, "de2"))
    assert held(line) == "double_job"


def test_nothing_of_an_older_copy_can_be_taken_back_or_put_off(line: Line) -> None:
    start_worker(line)
    campaign = line.released(people(a_number(1)), start_ts=line.clock.ms() + 3_600_000)
    copy = copy_of(line)
    for _ in range(61):
        line.clock.advance(minutes=1)
        line.guard.beat()
    assert line.send_all() == 1
    line.clock.advance(minutes=30)
    put_back(line, copy)
    start_worker(line)
    assert (line.again(campaign).state, line.again(campaign).problem) == (CampaignState.PAUSED, None)
    assert actions(line, campaign)[-1] == "perhaps_missed"
    for released in (False, True):
        if released:
            release_what_holds(line)
        assert not line.store.ledger.undo(campaign.id, "ann")
        assert not line.store.ledger.reschedule(campaign.id, line.clock.ms() + 60_000, "ann")


def test_what_was_sent_after_an_older_copy_came_back_can_be_taken_back(line: Line) -> None:
    sent_and_lost(line, people(a_number(1)))
    line.clock.advance(minutes=1)
    newer = line.released(people(a_number(2)))
    assert line.store.ledger.undo(newer.id, "ann")


def test_a_draft_that_was_sent_after_the_copy_was_taken_is_no_draft_any_more(line: Line) -> None:
    start_worker(line)
    prepared = line.prepared(people(a_number(1), a_number(2)), size=1)
    copy = copy_of(line)
    line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    line.send_all()
    put_back(line, copy)
    start_worker(line)
    read_jobs(line)
    assert states(line) <= HAS_A_JOB
    assert line.again(prepared).state is CampaignState.PAUSED
    assert not line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    with pytest.raises(LedgerError, match="already_sent"):
        line.store.ledger.prepare(prepared.draft_id, prepared.draft_version, "ann")
    assert "was_sent" in actions(line, prepared)


def test_a_job_of_a_campaign_that_this_copy_never_had_holds_everything_once(line: Line) -> None:
    copy = copy_of(line)
    for n in (1, 2):
        line.released(people(a_number(n)))
        line.send_all()
    put_back(line, copy)
    line.clock.advance(minutes=2)
    line.indexer.step()
    line.tracker.step("w")
    assert held(line) == "restored"
    release_what_holds(line)
    line.track_all()
    assert held(line) is None, "what came in before was told with the first"


def test_a_plan_that_was_thrown_away_in_a_copy_and_had_left_holds_everything(line: Line) -> None:
    prepared = line.prepared(people(a_number(1)))
    copy = copy_of(line)
    line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    line.send_all()
    put_back(line, copy)
    draft = line.store.drafts.get(prepared.draft_id)
    assert draft is not None
    draft = line.store.drafts.save(draft.id, draft.version, text="Another", actor="ann")
    line.store.ledger.prepare(draft.id, draft.version, "ann")
    line.clock.advance(minutes=2)
    line.indexer.step()
    line.track_all()
    assert held(line) == "restored"


@pytest.mark.parametrize("reference", ["S4.{token}.x", "S4.{token}.x.1.1", "S4.other.x.1", "s4.{token}.x.1", None])
def test_a_job_with_a_reference_that_only_resembles_ours_holds_nothing(line: Line, reference: str | None) -> None:
    line.guard.at_start()
    named = reference and reference.format(token=line.guard._token)
    message = Message(text="Hello", recipients=(Recipient(dst=a_number(1)),))
    line.client.send(JobRequest(messages=(message,), options=Options(customer_ref=named)))
    line.indexer.step()
    line.track_all()
    assert held(line) is None


def test_a_job_without_those_who_had_opted_out_before_is_adopted_and_told(line: Line) -> None:
    """The copy has lost who opted out: it does not know who is not in the job."""
    start_worker(line)
    campaign = line.released(people(a_number(1), a_number(2)))
    copy = copy_of(line)
    line.store.opt_outs.add([a_number(2)], "asked", "ann")
    line.send_all()
    assert line.accepted() == {a_number(1): 1}
    put_back(line, copy)
    start_worker(line)
    line.clock.advance(minutes=2)
    read_jobs(line)
    assert states(line) <= HAS_A_JOB
    assert "incident" in actions(line, campaign)
    (found,) = [event for event in line.store.reports.timeline(campaign.id) if event.action == "found"]
    assert found.detail["people"] == 1
    line.run_to_the_end(hours=400)
    assert not any(fate.open for fate in line.store.again.fates(campaign.id))


def test_a_job_with_those_who_opted_out_since_is_adopted_before_the_next_attempt(line: Line) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    claim = given_up(line, campaign, SubmissionState.UNDECIDED, SubmissionState.READY)
    line.client.send_body(line.claims.body(claim))
    line.store.opt_outs.add([a_number(2)], "asked", "ann")
    second = line.claims.claim_next("w")
    assert second is not None
    line.claims.record(second, Ruling(SubmissionState.READY, "not_connected"))
    line.indexer.step()
    line.track_all()
    assert held(line) is None
    assert states(line) <= HAS_A_JOB
    (since,) = [event for event in line.store.reports.timeline(campaign.id) if event.action == "opted_out_since"]
    assert since.detail["people"] == 1
