"""Scenarios that a review has found: each would have lost, doubled or misreported somebody."""

from collections import Counter
from dataclasses import replace
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, OperationalError

from sms4a.campaigns.bookkeeping import move
from sms4a.campaigns.brakes import hold_sender
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.policy import Ruling, accepted
from sms4a.campaigns.results import persons
from sms4a.campaigns.sending import claims, sweep
from sms4a.campaigns.sending.guard import Guard
from sms4a.campaigns.sending.send import RECORD_PAUSES_S
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import job, list_row, recipient, submission
from sms4a.models import JobRequest, Message, Options, Recipient
from tests.builders import a_number
from tests.line import Line, given_up, people, release_what_holds
from tests.waiting import until


def the_state(line: Line) -> str:
    with line.store.database.read() as c:
        return str(c.execute(sa.select(submission.c.state)).scalar_one())


def somebody_waits(line: Line) -> bool:
    """For what another transaction of PostgreSQL has locked."""
    with line.store.database.read() as c:
        return bool(c.execute(sa.text("select count(*) from pg_locks where not granted")).scalar_one())


def rows_left(line: Line) -> int:
    with line.store.database.read() as c:
        return c.execute(sa.select(sa.func.count()).select_from(list_row)).scalar_one()


def test_the_list_stays_until_something_has_left_so_that_send_can_be_undone(line: Line) -> None:
    prepared = line.prepared(people(a_number(1), a_number(2)))
    line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann", undo_s=30)
    line.sweep_all()
    assert line.store.ledger.undo(prepared.id, "ann")
    draft = line.store.drafts.get(prepared.draft_id)
    assert draft is not None
    draft = line.store.drafts.save(draft.id, draft.version, text="Another text", actor="ann")
    again = line.store.ledger.prepare(draft.id, draft.version, "ann")
    line.planner.plan_next("w")
    planned = line.store.ledger.campaign(again)
    assert planned is not None
    assert planned.people == 2


def test_the_list_goes_once_something_has_left(line: Line) -> None:
    line.released(people(a_number(1)))
    line.send_all()
    line.sweep_all()
    assert rows_left(line) == 0


def test_a_plan_of_a_list_that_lost_rows_fails(line: Line) -> None:
    prepared = line.prepared(people(a_number(1), a_number(2)))
    draft = line.store.drafts.get(prepared.draft_id)
    assert draft is not None
    draft = line.store.drafts.save(draft.id, draft.version, text="Another text", actor="ann")
    again = line.store.ledger.prepare(draft.id, draft.version, "ann")
    with line.store.database.write() as c:
        c.execute(sa.delete(list_row).where(list_row.c.row == 2))
    line.planner.plan_next("w")
    planned = line.store.ledger.campaign(again)
    assert planned is not None
    assert (planned.state, planned.problem) == (CampaignState.FAILED, "list_changed")


def test_what_nobody_uses_any_more_is_cleared_away(line: Line) -> None:
    prepared = line.prepared(people(a_number(1)))
    line.store.drafts.delete(prepared.draft_id, "ann")
    line.clock.advance(hours=2)
    line.sweep_all()
    assert rows_left(line) == 0
    with line.store.database.read() as c:
        assert c.execute(sa.select(sa.func.count()).select_from(recipient)).scalar_one() == 0


def test_a_restored_copy_is_noticed_although_the_login_holds(line: Line) -> None:
    line.guard.at_start()
    line.released(people(a_number(1)))
    line.simulator.faults.add("status", status=401)
    line.send_all()
    assert line.store.brakes.state().hold_code == "login"
    line.guard.note_marker(7)
    line.guard.at_start()
    assert line.store.brakes.state().hold_code == "restored"
    assert not line.store.brakes.release("sender", "login")


def test_nobody_releases_what_they_have_not_seen(line: Line) -> None:
    line.store.brakes.stop_everything("ann")
    assert not line.store.brakes.release("bob", "login")
    assert line.store.brakes.state().hold_code == "emergency"


def test_an_acceptance_that_comes_to_light_after_a_person_sent_again_prevents_the_second_post(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = given_up(line, campaign, SubmissionState.UNDECIDED, SubmissionState.READY)
    sent = line.client.send_body(line.claims.body(claim))
    assert line.claims.record_late(claim, accepted(sent.job_id, sent.address))
    assert line.send_all() == 0
    assert the_state(line) == SubmissionState.ACCEPTED
    assert line.accepted() == {a_number(1): 1}
    assert line.again(campaign).people == 1


def an_older_copy_is_put_in_its_place(line: Line) -> None:
    """Of one submission that has left since, it knows nothing."""
    with line.store.database.write() as c:
        campaign_id = c.execute(sa.select(submission.c.campaign_id)).scalar_one()
        move(c, campaign_id, 1, SubmissionState.SENDING, SubmissionState.READY, due_ts=0)
        c.execute(sa.update(submission).values(attempt=0, attempt_ts=None, owner=None, lease_ts=None))


def test_what_left_since_an_older_copy_was_taken_does_not_leave_again_once_its_job_is_listed(line: Line) -> None:
    line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.client.send_body(line.claims.body(claim))
    an_older_copy_is_put_in_its_place(line)
    line.indexer.step()
    line.track_all()
    assert line.send_all() == 0
    assert the_state(line) == SubmissionState.ACCEPTED
    assert line.accepted() == {a_number(1): 1}


def test_what_left_since_an_older_copy_was_taken_does_not_leave_again_if_the_spool_knows_it(line: Line) -> None:
    line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    sent = line.client.send_body(line.claims.body(claim))
    line.spool.add(claim, accepted(sent.job_id, sent.address))
    an_older_copy_is_put_in_its_place(line)
    line.spool.replay(line.claims)
    assert the_state(line) == SubmissionState.ACCEPTED
    assert line.send_all() == 0
    assert line.accepted() == {a_number(1): 1}


def test_an_acceptance_of_another_database_does_not_keep_the_worker_from_beginning(line: Line) -> None:
    line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    other = replace(claim, campaign_id="practice", reference="S4.OTHER222.practice.1")
    line.spool.add(other, accepted("J." + "a" * 38, "de2"))
    assert line.spool.replay(line.claims) == 1
    assert "practice" in (line.simulator.path.parent / "spool.bad").read_text()
    assert line.store.brakes.state().hold_code is None


def test_a_late_answer_that_no_database_can_store_does_not_stop_its_sender_for_ever(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    away, bad = (kind("update", {}, Exception("bad")) for kind in (OperationalError, DataError))
    # Each try of the step, one of the next step, and then the database is back.
    errors = iter([*[away] * (len(RECORD_PAUSES_S) + 1), away, bad])
    record = line.claims.record

    def recorded(*arguments: Any) -> bool:
        if error := next(errors, None):
            raise error
        return record(*arguments)

    monkeypatch.setattr(line.claims, "record", recorded)
    assert line.sender.step("w")
    assert not line.sender.step("w")
    assert line.send_all() == 1
    line.clock.advance(minutes=2)
    line.claims.give_up()
    line.reconcile_all()
    assert line.accepted() == {a_number(1): 1, a_number(2): 1}
    with line.store.database.read() as c:
        assert set(c.scalars(sa.select(submission.c.state))) == {SubmissionState.ACCEPTED}


def test_a_body_that_cannot_be_built_waits_and_the_log_quotes_nothing_of_it(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    line.released(people(a_number(1)))

    def broken(_claim: object) -> bytes:
        raise ValueError(f"no place for {a_number(1)}")

    with monkeypatch.context() as bodies:
        bodies.setattr(line.claims, "body", broken)
        assert line.send_all() == 1
    assert "cannot be built: ValueError" in caplog.text
    assert a_number(1) not in caplog.text
    line.clock.advance(minutes=1)
    assert line.send_all() == 1
    assert line.accepted() == {a_number(1): 1}


def test_a_second_job_with_our_reference_holds_the_sender_once(line: Line) -> None:
    line.released(people(a_number(1)))
    line.send_all()
    with line.store.database.read() as c:
        reference = c.execute(sa.select(submission.c.reference)).scalar_one()
    twin = Message(text="Hello", recipients=(Recipient(dst=a_number(1)),))
    line.client.send(JobRequest(messages=(twin,), options=Options(customer_ref=reference)))
    line.indexer.step()
    line.track_all()
    assert line.store.brakes.state().hold_code == "double_job"
    line.store.brakes.release("ann", "double_job")
    line.clock.advance(hours=1)
    line.track_all()
    assert line.store.brakes.state().hold_code is None


def test_a_full_disk_between_marker_and_post_holds_and_sends_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)

    def full(_markers: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(line.guard, "note_marker", full)
        assert line.send_all() == 1
    assert line.store.brakes.state().hold_code == "disk"
    assert line.accepted() == {}
    line.store.brakes.release("ann", "disk")
    assert line.send_all() == 2
    assert Counter(line.accepted().values()) == {1: 2}


def test_an_answer_that_no_database_can_store_becomes_unclear_and_is_found(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.released(people(a_number(1)))
    record = line.claims.record
    calls = iter([True])

    def refused_once(*arguments: object) -> bool:
        if next(calls, False):
            raise DataError("update", {}, Exception("bad"))
        return record(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as database:
        database.setattr(line.claims, "record", refused_once)
        line.send_all()
    assert the_state(line) == SubmissionState.UNCERTAIN
    line.reconcile_all()
    assert the_state(line) == SubmissionState.ACCEPTED


def test_a_status_word_of_any_length_and_a_nul_are_taken(line: Line) -> None:
    line.released(people(a_number(1)))
    line.send_all()
    row = '[{"smsId": "S.1", "dst": "%s", "processStatus": "%s", "status": "a\\u0000b", "customerRef": "x"}]'
    line.simulator.faults.add("garbage", operation="sms", body=row % (a_number(1), "WORD" * 20), times=None)
    line.clock.advance(minutes=1)
    line.track_all()
    with line.store.database.read() as c:
        assert c.execute(sa.select(job.c.looks)).scalar_one() == 1


def test_a_start_that_has_passed_before_send_was_pressed_is_not_made_up_for(line: Line) -> None:
    prepared = line.prepared(people(a_number(1)), start_ts=line.clock.ms() + 3_600_000)
    line.clock.advance(hours=1)
    with pytest.raises(LedgerError, match="start_passed"):
        line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    assert line.again(prepared).state is CampaignState.PREPARED


def test_after_another_start_and_undo_the_same_send_means_the_start_that_was_checked(line: Line) -> None:
    checked = line.clock.ms() + 3_600_000
    campaign = line.released(people(a_number(1)), start_ts=checked)
    assert line.store.ledger.reschedule(campaign.id, checked + 3_600_000, "bob")
    assert line.store.ledger.undo(campaign.id, "bob")
    assert line.store.ledger.send(campaign.id, campaign.fingerprint or "", "ann")
    assert line.again(campaign).release_ts == checked


@pytest.mark.parametrize("job_id", ["nonsense", "", "J.1"])
def test_a_mistyped_job_id_is_refused_at_once(line: Line, job_id: str) -> None:
    with pytest.raises(LedgerError, match="no_job_id"):
        line.store.undecided.it_was_sent("c", 1, job_id, "because", "ann")


def test_a_stop_is_not_undone_by_another_start(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = line.released(people(a_number(1)), start_ts=line.clock.ms() + 60_000)
    assert line.store.ledger.stop(campaign.id, "ann")
    assert not line.store.ledger.reschedule(campaign.id, line.clock.ms() + 120_000, "bob")
    assert line.again(campaign).state is CampaignState.STOPPED


def test_practice_and_live_share_a_folder_without_forgetting_each_other(line: Line) -> None:
    line.guard.note_marker(1007)
    ours, line.guard._token = line.guard._token, "another"
    line.guard._write(3)
    assert (line.guard._known(ours), line.guard._known("another")) == (1007, 3)


def test_a_file_of_markers_that_was_cut_short_says_nothing_and_is_written_anew(line: Line) -> None:
    line.guard.note_marker(1007)
    line.guard._file.write_text('{"abc": 12')
    assert line.guard._known(line.guard._token) == 0
    line.guard.note_marker(1008)
    assert line.guard._known(line.guard._token) == 1008


def test_the_count_of_markers_beside_the_database_never_goes_back(line: Line) -> None:
    line.guard.note_marker(1007)
    Guard(line.store.database, line.guard._file.parent).note_marker(7)
    assert line.guard._known(line.guard._token) == 1007


def test_an_answer_of_what_the_database_no_longer_knows_does_not_stop_its_sender_for_ever(line: Line) -> None:
    """PostgreSQL was put back from an older copy while an answer waited to be stored."""
    line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.claims.record(claim, Ruling(SubmissionState.READY, "not_connected"))
    gone = replace(claim, campaign_id="gone", reference="S4.OTHER222.gone.1")
    line.sender._keep(gone, accepted("J." + "a" * 38, "de2"))
    assert line.send_all() == 1
    assert line.accepted() == {a_number(1): 1}
    assert line.spool.replay(line.claims) == 1
    assert "gone" in (line.simulator.path.parent / "spool.bad").read_text()


def begin_after(line: Line, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, other: Thread) -> None:
    """As soon as this function of the module has answered, the other thread begins; whoever has called the function
    goes on when that has ended, or waits for a lock."""
    called = getattr(module, name)

    def meanwhile(*args: Any) -> Any:
        found = called(*args)
        other.start()
        until(lambda: not other.is_alive() or somebody_waits(line))
        return found

    monkeypatch.setattr(module, name, meanwhile)


def test_a_late_acceptance_is_not_hidden_by_a_campaign_that_ends_at_that_moment(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    if line.store.database.is_sqlite:
        pytest.skip("SQLite lets nobody write meanwhile")
    campaign = line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.claims.record(claim, Ruling(SubmissionState.REFUSED, "refused"))
    sent = line.client.send_body(line.claims.body(claim))
    late = Thread(target=line.claims.record_late, args=(claim, accepted(sent.job_id, sent.address)))
    begin_after(line, monkeypatch, sweep, "balance_of", late)
    line.sweeper.step()
    late.join()
    assert the_state(line) == SubmissionState.ACCEPTED
    assert line.again(campaign).state is CampaignState.SENDING


def test_once_pause_has_answered_no_further_marker_is_written(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    if line.store.database.is_sqlite:
        pytest.skip("SQLite lets nobody write meanwhile")
    campaign = line.released(people(a_number(1)))
    seen: list[str] = []

    def pause() -> None:
        assert line.store.ledger.pause(campaign.id, "ann")
        seen.append(the_state(line))

    pausing = Thread(target=pause)
    begin_after(line, monkeypatch, claims, "oldest_due", pausing)
    line.claims.claim_next("w")
    pausing.join()
    assert seen == [the_state(line)] == [SubmissionState.SENDING]


def test_what_is_sent_while_a_person_is_erased_is_not_held_as_changed(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    if line.store.database.is_sqlite:
        pytest.skip("SQLite lets nobody write meanwhile")
    prepared = line.prepared(people(a_number(1), a_number(2)))
    refused: list[str] = []

    def send() -> None:
        try:
            line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
        except LedgerError as error:
            refused.append(error.code)

    sending = Thread(target=send)
    begin_after(line, monkeypatch, persons, "erase_from_lists", sending)
    line.store.persons.erase(a_number(2), "ann")
    sending.join()
    assert refused == ["changed"]
    assert line.again(prepared).state is CampaignState.PREPARED


@pytest.mark.parametrize("standing", ["disk", "restored", "double_job"])
def test_incidents_that_come_while_something_else_holds_are_seen_one_after_the_other(line: Line, standing: str) -> None:
    wanted = [("sent_again", "S4.t.a.1"), ("double_job", "S4.t.b.2")]
    with line.store.database.write() as c:
        hold_sender(c, line.clock.ms(), standing, "sender", "S4.t.c.3")
        for code, reference in wanted:
            assert not hold_sender(c, line.clock.ms(), code, "sender", reference)
    for code, reference in wanted:
        release_what_holds(line)
        hold = line.store.reports.hold()
        assert hold is not None
        assert (hold.code, hold.detail) == (code, reference)
    release_what_holds(line)
    assert line.store.brakes.state().hold_code is None


def test_an_incident_outlives_that_the_database_turns_out_to_be_an_older_copy(line: Line) -> None:
    with line.store.database.write() as c:
        for code in ("job_differs", "restored", "restored"):
            assert hold_sender(c, line.clock.ms(), code, "sender", None)
    release_what_holds(line)
    assert line.store.brakes.state().hold_code == "job_differs"
    release_what_holds(line)
    assert line.store.brakes.state().hold_code is None


def test_the_end_of_an_emergency_stop_shows_what_else_holds_and_once(line: Line) -> None:
    line.store.brakes.stop_everything("ann")
    with line.store.database.write() as c:
        hold_sender(c, line.clock.ms(), "job_differs", "sender", None)
    for _ in range(2):
        release_what_holds(line)
    assert line.store.brakes.state().hold_code is None


def test_a_second_job_that_is_found_while_something_else_holds_is_not_forgotten(line: Line) -> None:
    line.released(people(a_number(1)))
    line.send_all()
    with line.store.database.write() as c:
        reference = c.execute(sa.select(submission.c.reference)).scalar_one()
        hold_sender(c, line.clock.ms(), "disk", "sender")
    twin = Message(text="Hello", recipients=(Recipient(dst=a_number(1)),))
    line.client.send(JobRequest(messages=(twin,), options=Options(customer_ref=reference)))
    line.indexer.step()
    line.track_all()
    release_what_holds(line)
    assert line.store.brakes.state().hold_code == "double_job"
