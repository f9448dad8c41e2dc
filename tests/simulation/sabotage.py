"""Planted defects, and who catches each: python -m tests.simulation.sabotage [NAME …]

Each defect is a small patch of the sending core. It must be caught by a seed of the simulation, or by a named test.
"""

import argparse
import dataclasses
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from greenlet import getcurrent  # type: ignore[import-untyped]

from sms4a import _http, client
from sms4a.campaigns import bookkeeping, brakes, by_number, database, ledger, policy, worker
from sms4a.campaigns.bodies import api_options, body_hash
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.sending import (
    adoption,
    claims,
    guard,
    late_opt_outs,
    plan,
    planned,
    rebuilt,
    reconcile,
    search,
    send,
    spool,
    sweep,
    turns,
)
from sms4a.campaigns.sending.sweep import clear_plan
from sms4a.campaigns.states import MOVES, CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign, job, sender, submission
from sms4a.errors import APIError, DuplicateJob, NoAnswer, RateLimited, ServerError, UnexpectedAnswer
from tests.simulation.__main__ import say
from tests.simulation.runs import run_seed, stage

S = SubmissionState
Plant = Callable[[ExitStack], None]

SEEDS = 3000
"""So many seeds are tried before a defect counts as not caught."""

_BROKEN = re.compile(r": \w+Error ")
"""A step that ended with an error which is none of the world's."""


@dataclass(frozen=True)
class Defect:
    name: str
    plant: Plant
    seed: int = 1
    """A seed that caught it; the search begins here."""
    test: str = ""
    """The test that catches it, if the simulation cannot."""


def _set(stack: ExitStack, owner: object, name: str, value: object) -> None:
    stack.enter_context(patch.object(owner, name, value))


def _arrow(stack: ExitStack, start: SubmissionState, end: SubmissionState) -> None:
    """The sabotaged code may do what the table of moves forbids."""
    stack.enter_context(patch.dict(MOVES, {start: MOVES[start] | {end}}))


def drop_the_marker(stack: ExitStack) -> None:
    def no_marker(self: Any, connection: Any, due: Any, owner: str, marker: int, now: int) -> claims.Claim:
        return _claim(due, owner, due["address"] or self._send_via, marker)

    _set(stack, claims.Claims, "_mark", no_marker)


def _claim(due: Any, owner: str, address: str, marker: int) -> claims.Claim:
    return claims.Claim(
        due["campaign_id"], due["n"], due["reference"], due["attempt"] + 1, owner, due["people"], address,
        due["body_hash"], marker,
    )  # fmt: skip


def marker_after_the_post(stack: ExitStack) -> None:
    mark, post = claims.Claims._mark, send.Sender._post

    def later(self: Any, connection: Any, due: Any, owner: str, marker: int, now: int) -> claims.Claim:
        self.kept = due
        return _claim(due, owner, due["address"] or self._send_via, marker)

    def post_first(self: Any, claim: claims.Claim, body: bytes) -> Any:
        ruling = post(self, claim, body)
        with self._claims._database.write() as connection:
            now = self._claims._database.now(connection)
            mark(self._claims, connection, self._claims.kept, claim.owner, claim.marker, now)
        return ruling

    _set(stack, claims.Claims, "_mark", later)
    _set(stack, send.Sender, "_post", post_first)


def _post_again_after(*errors: type[Exception]) -> Plant:
    def plant(stack: ExitStack) -> None:
        original = client.Client.send_body

        def again(self: Any, body: bytes, *, address: str | None = None) -> Any:
            try:
                return original(self, body, address=address)
            except errors:
                return original(self, body, address=address)

        _set(stack, client.Client, "send_body", again)

    return plant


def follow_redirects(stack: ExitStack) -> None:
    original = _http.Wire.post

    def following(self: Any, address: str, path: str, body: bytes) -> Any:
        answer = original(self, address, path, body)
        return original(self, address, path, body) if answer.http_status in (307, 308) else answer

    _set(stack, _http.Wire, "post", following)


def _rule(of: Callable[[Exception], Ruling | None]) -> Plant:
    """Another row in the table of answers."""

    def plant(stack: ExitStack) -> None:
        original = policy.ruling_of
        _set(stack, send, "ruling_of", lambda error, *rest: of(error) or original(error, *rest))

    return plant


def ignore_de1(stack: ExitStack) -> None:
    _set(stack, client, "CENTRES", ("de2",))


def one_pass(stack: ExitStack) -> None:
    _set(stack, search.Searcher, "_settled_list", lambda self, start, end: self._client.job_ids(start, end))


def absent_means_resend(stack: ExitStack) -> None:
    _arrow(stack, S.UNCERTAIN, S.READY)

    def resend(connection: Any, case: Any, complete_looks: int, now: int) -> None:
        if complete_looks >= 3:
            reconcile._send_again(connection, case, now)
        else:
            absent(connection, case, complete_looks, now)

    absent = reconcile._absent
    _set(stack, reconcile, "_absent", resend)


def incomplete_is_complete(stack: ExitStack) -> None:
    original = search.Searcher.look

    def complete(self: Any, wanted: Any) -> search.Finding:
        return dataclasses.replace(original(self, wanted), complete=True)

    _set(stack, search.Searcher, "look", complete)


def attempt_in_the_reference(stack: ExitStack) -> None:
    original = send.Sender._post

    def numbered(self: Any, claim: claims.Claim, body: bytes) -> Any:
        reference = f'"customerRef":"{claim.reference}"'.encode()
        return original(self, claim, body.replace(reference, reference[:-1] + f'.{claim.attempt}"'.encode()))

    _set(stack, send.Sender, "_post", numbered)


def _bare_move(connection: Any, campaign_id: str, n: int, end: Any, **values: Any) -> bool:
    """Moves a submission from wherever it is."""
    state = connection.execute(
        sa.select(submission.c.state).where(submission.c.campaign_id == campaign_id, submission.c.n == n)
    ).scalar_one()
    if state == end:
        return False
    with patch.dict(MOVES, {S(state): MOVES[S(state)] | {end}}):
        return bookkeeping.move(connection, campaign_id, n, S(state), end, **values)


def record_ignores_the_state(stack: ExitStack) -> None:
    def move(connection: Any, campaign_id: str, n: int, start: Any, end: Any, same: Any = None, **values: Any) -> bool:
        if start is S.SENDING and values.get("problem") != "interrupted":
            return _bare_move(connection, campaign_id, n, end, **values)
        return bookkeeping.move(connection, campaign_id, n, start, end, same, **values)

    _set(stack, claims, "move", move)


def claim_without_comparing(stack: ExitStack) -> None:
    """What was due before the lock is what is sent."""
    due, seen = turns.oldest_due, {}

    def claim_next(self: Any, owner: str) -> Any:
        with self._database.read() as connection:
            seen[getcurrent()] = due(connection, self._database.now(connection))
        if not seen[getcurrent()]:
            return None
        with self._database.write() as connection:
            return self._claim(connection, owner)

    def move(connection: Any, campaign_id: str, n: int, start: Any, end: Any, same: Any = None, **values: Any) -> bool:
        if end is not S.SENDING:
            return bookkeeping.move(connection, campaign_id, n, start, end, same, **values)
        mine = (submission.c.campaign_id == campaign_id, submission.c.n == n)
        return _bare_move(connection, campaign_id, n, end, **values) or bool(
            connection.execute(sa.update(submission).where(*mine).values(**values)).rowcount
        )

    _set(stack, claims.Claims, "claim_next", claim_next)
    _set(stack, claims, "oldest_due", lambda *_: seen.pop(getcurrent(), None))
    _set(stack, claims, "move", move)


def opt_outs_only_at_planning(stack: ExitStack) -> None:
    _set(stack, late_opt_outs, "_opted_out_rows", lambda *_: [])


def hash_not_compared(stack: ExitStack) -> None:
    original = send.Sender._hand_over

    def hand_over(self: Any, claim: claims.Claim, begin: float) -> Any:
        body = self._claims.body(claim)
        return original(self, dataclasses.replace(claim, body_hash=body_hash(body)), begin)

    _set(stack, send.Sender, "_hand_over", hand_over)


def give_up_puts_back(stack: ExitStack) -> None:
    def move(connection: Any, campaign_id: str, n: int, start: Any, end: Any, same: Any = None, **values: Any) -> bool:
        if values.get("problem") == "interrupted":
            values, end = {"owner": None, "lease_ts": None}, S.READY
        return bookkeeping.move(connection, campaign_id, n, start, end, same, **values)

    _set(stack, claims, "move", move)


def short_lease(stack: ExitStack) -> None:
    original = claims.Claims

    def claims_with(database: Any, *, lease_s: float, **more: Any) -> Any:
        return original(database, lease_s=2.0, **more)

    _set(stack, worker, "Claims", claims_with)


def pace_not_counted(stack: ExitStack) -> None:
    _set(stack, claims.Claims, "_within_pace", lambda *_: True)


def _due_although(**missing: bool) -> Plant:
    def plant(stack: ExitStack) -> None:
        def due(connection: Any, now: int) -> Any:
            conditions = [submission.c.state == S.READY]
            if not missing.get("stopped"):
                conditions.append(campaign.c.state == CampaignState.SENDING)
            if not missing.get("waiting"):
                conditions += [submission.c.due_ts <= now, campaign.c.release_ts <= now]
            query = sa.select(submission).join(campaign, campaign.c.id == submission.c.campaign_id)
            return connection.execute(query.where(*conditions).limit(1)).mappings().first()

        def look(self: Any) -> bool:
            with self._database.read() as connection:
                return due(connection, self._database.now(connection)) is not None

        _set(stack, claims.Claims, "_anything_due", look)
        _set(stack, claims, "oldest_due", due)

    return plant


def hold_not_looked_at(stack: ExitStack) -> None:
    _sender_without(stack, "hold_code")


def slow_down_not_looked_at(stack: ExitStack) -> None:
    _sender_without(stack, "slow_until_ts")


def stop_not_looked_at(stack: ExitStack) -> None:
    _sender_without(stack, "stop_ts")


def _sender_without(stack: ExitStack, column: str) -> None:
    """A claim that does not see what stands in this column."""
    original = brakes.lock_sender
    _set(stack, claims, "lock_sender", lambda connection: {**original(connection), column: None})


def people_not_compared(stack: ExitStack) -> None:
    original = reconcile._found

    def found(connection: Any, case: Any, job_id: str, now: int) -> str:
        people = connection.execute(sa.select(job.c.people).where(job.c.job_id == job_id)).scalar_one()
        return original(connection, dataclasses.replace(case, people=people), job_id, now)

    _set(stack, reconcile, "_found", found)


def counters_not_updated(stack: ExitStack) -> None:
    _set(stack, bookkeeping, "count", lambda *_: None)


def relaxed_sync(stack: ExitStack) -> None:
    original = database._sqlite_engine

    def engine(url: Any, **pool: Any) -> Any:
        made = original(url, **pool)
        sa.event.listen(made, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=NORMAL"))
        return made

    _set(stack, database, "_sqlite_engine", engine)


def late_refusal_counts(stack: ExitStack) -> None:
    _arrow(stack, S.UNCERTAIN, S.REFUSED)
    _arrow(stack, S.UNCERTAIN, S.READY)
    original = claims.Claims.record_late

    def record_late(self: Any, claim: claims.Claim, ruling: Ruling) -> bool:
        if original(self, claim, ruling):
            return True
        if ruling.state not in (S.REFUSED, S.READY):
            return False
        with self._database.write() as connection:
            same = {"attempt": claim.attempt}
            return bookkeeping.move(connection, claim.campaign_id, claim.n, S.UNCERTAIN, ruling.state, same)

    _set(stack, claims.Claims, "record_late", record_late)


def spool_ignored(stack: ExitStack) -> None:
    _set(stack, spool.Spool, "replay", lambda *_: 0)


def again_without_a_look(stack: ExitStack) -> None:
    _set(stack, search.Searcher, "look", lambda *_: search.Finding(True, None, 0, ()))


def undecided_at_once(stack: ExitStack) -> None:
    _set(stack, reconcile, "SETTLE_MS", 0)


def one_look_is_enough(stack: ExitStack) -> None:
    _set(stack, reconcile, "COMPLETE_LOOKS", 1)


def reference_by_its_beginning(stack: ExitStack) -> None:
    query = sa.select(job.c.job_id).where(job.c.reference.startswith(sa.bindparam("reference"))).order_by(job.c.job_id)
    _set(stack, search, "_HITS", query)


def without_duplicate_detection(stack: ExitStack) -> None:
    original = api_options

    def options(*args: Any) -> Any:
        return original(*args).model_copy(update={"duplicate_detection": None})

    _set(stack, planned, "api_options", options)
    _set(stack, rebuilt, "api_options", options)


def late_start(stack: ExitStack) -> None:
    _set(stack, send, "START_WITHIN_S", 1e9)


def weak_hold_stays(stack: ExitStack) -> None:
    _set(stack, brakes, "MENDS_ITSELF", ("login", "wrong_address", "certificate", "double_job"))


def probe_releases_anything(stack: ExitStack) -> None:
    def release(self: Any, actor: str, code: str) -> bool:
        values = dict.fromkeys((*brakes.HOLD_COLUMNS, "stop_ts"))
        with self._database.write() as connection:
            return bool(connection.execute(sa.update(sender).where(sender.c.id == 1).values(**values)).rowcount)

    _set(stack, brakes.Brakes, "release", release)


def planner_clears_what_is_not_its_own(stack: ExitStack) -> None:
    def clear(self: Any, campaign_id: str, owner: str) -> bool:
        with self._database.write() as connection:
            clear_plan(connection, campaign_id, 10_000)
        return True

    _set(stack, plan.Planner, "_clear", clear)


def numbers_not_entered(stack: ExitStack) -> None:
    _set(stack, by_number, "enter", lambda *_: None)


def marker_not_noted_outside(stack: ExitStack) -> None:
    _set(stack, guard.Guard, "note_marker", lambda *_: None)


def nothing_kept_when_the_database_is_away(stack: ExitStack) -> None:
    _set(stack, send.Sender, "_keep", lambda *_: None)


def answer_goes_down_with_the_next_claim(stack: ExitStack) -> None:
    def record_and_claim(self: Any, claim: claims.Claim, ruling: Ruling, name: str) -> bool:
        with suppress(Exception):
            self._claims.record_and_claim(claim, ruling, name)
        return True

    _set(stack, send.Sender, "_record_and_claim", record_and_claim)


def first_attempts_are_not_looked_for(stack: ExitStack) -> None:
    original = adoption.adopt_known_job

    def adopt(connection: Any, reference: str, now: int) -> bool:
        tried = sa.select(submission.c.n).where(submission.c.reference == reference, submission.c.attempt > 0)
        return connection.execute(tried).first() is not None and original(connection, reference, now)

    _set(stack, claims, "adopt_known_job", adopt)
    what_is_ready_learns_of_no_job(stack)


def given_back_and_kept(stack: ExitStack) -> None:
    original = send.Sender.give_back

    def give_back(self: Any) -> None:
        begun = self._next
        original(self)
        self._next = begun

    _set(stack, send.Sender, "give_back", give_back)


def write_off_counted_twice(stack: ExitStack) -> None:
    original = bookkeeping._outcomes

    def outcomes(regions: Any, start: Any, end: Any) -> Any:
        deltas = original(regions, start, end)
        if end is S.WRITTEN_OFF:
            deltas["outcome", "unknown"] = deltas["verdict", "written_off"]
        return deltas

    _set(stack, bookkeeping, "_outcomes", outcomes)


def undo_does_not_look(stack: ExitStack) -> None:
    _set(
        stack, ledger, "_still_here", lambda connection, campaign_id: ledger._with_draft_locked(connection, campaign_id)
    )


def unconfirmed_claims_are_forgotten(stack: ExitStack) -> None:
    _set(stack, send.Sender, "_give_back_unconfirmed", lambda self: self._unconfirmed.clear())


def late_acceptances_end_only_a_search(stack: ExitStack) -> None:
    _set(stack, adoption, "NOTHING_UNDER_WAY", {S.UNCERTAIN, S.UNDECIDED})


def late_acceptances_are_not_remembered(stack: ExitStack) -> None:
    _set(stack, adoption, "_remember", lambda *_: None)


def lost_markers_are_not_made_up_for(stack: ExitStack) -> None:
    def newest(connection: Any, known: Any, noted: int, now: int) -> int:
        if known["markers"] < noted:
            brakes.hold_sender(connection, now, brakes.RESTORED, "sender")
        return int(known["markers"])

    def write(self: Any, markers: int) -> None:
        self._file.write_text(json.dumps({self._token: markers}))
        self._noted = markers

    _set(stack, guard, "_newest", newest)
    _set(stack, guard.Guard, "_write", write)


def older_copy_is_noticed_only_at_a_start(stack: ExitStack) -> None:
    _set(stack, guard.Guard, "note_marker", lambda self, markers: markers <= self._noted or self._write(markers))


def stopped_without_asking(stack: ExitStack) -> None:
    _set(stack, sweep, "adopt_known_job", lambda *_: False)


def what_is_ready_learns_of_no_job(stack: ExitStack) -> None:
    _set(stack, adoption, "NOTHING_UNDER_WAY", adoption.NOTHING_UNDER_WAY - {S.READY})


def older_copy_is_taken_back(stack: ExitStack) -> None:
    _set(stack, ledger, "restored_since", lambda *_: False)


def incidents_wait_for_ever(stack: ExitStack) -> None:
    _set(stack, brakes, "_hold_over_what_was_not_seen", lambda *_: None)


def _no_id(error: Exception) -> Ruling | None:
    return Ruling(S.ACCEPTED) if isinstance(error, RateLimited) else None


def _as(state: SubmissionState, *errors: type[Exception]) -> Callable[[Exception], Ruling | None]:
    return lambda error: Ruling(state, "planted") if isinstance(error, errors) else None


DEFECTS = [
    Defect("the marker is dropped", drop_the_marker),
    Defect("the marker comes after the POST", marker_after_the_post),
    Defect("a POST is repeated after a time-out", _post_again_after(NoAnswer), seed=5),
    Defect("a POST is repeated after a 500", _post_again_after(ServerError), seed=17),
    Defect("a POST is repeated after a broken answer", _post_again_after(UnexpectedAnswer), seed=20),
    Defect("redirects are followed", follow_redirects,
           test="tests/test_client.py::test_each_fault_after_sending_has_its_error_and_is_never_repeated"),
    Defect("a time-out means ready again", _rule(_as(S.READY, NoAnswer)), seed=5),
    Defect("a 500 means ready again", _rule(_as(S.READY, ServerError)), seed=17),
    Defect("409 means refused", _rule(_as(S.REFUSED, DuplicateJob)), seed=72),
    Defect("any refusal means refused", _rule(_as(S.REFUSED, APIError)), seed=10),
    Defect("429 means accepted", _rule(_no_id), seed=88),
    Defect("de1 is ignored", ignore_de1, seed=2),
    Defect("one pass over the list is enough", one_pass,
           test="tests/simulation/test_mended.py::test_a_list_that_moves_while_it_is_read_is_read_again"),
    Defect("absent means send again", absent_means_resend, seed=4),
    Defect("an incomplete look counts as complete", incomplete_is_complete, seed=404),
    Defect("one complete look is enough", one_look_is_enough, seed=4),
    Defect("nothing waits for the hour", undecided_at_once, seed=91),
    Defect("a person's word is carried out without a look", again_without_a_look, seed=5),
    Defect("references are compared by their beginning", reference_by_its_beginning,
           test="tests/campaigns/test_reconcile.py::test_the_job_of_the_tenth_submission_is_not_that_of_the_first"),
    Defect("the number of people is not compared", people_not_compared,
           test="tests/campaigns/test_reconcile.py::test_a_job_with_another_number_of_people_is_an_incident"),
    Defect("the attempt is in the reference", attempt_in_the_reference),
    Defect("duplicate detection is off", without_duplicate_detection, seed=9),
    Defect("an answer is recorded whatever the state", record_ignores_the_state, seed=62),
    Defect("a claim does not compare", claim_without_comparing, seed=3),
    Defect("a late refusal overwrites uncertain", late_refusal_counts, seed=62),
    Defect("a dead worker's submission is ready again", give_up_puts_back, seed=6),
    Defect("the lease is shorter than the POST", short_lease, seed=62),
    Defect("a frozen worker starts its POST late", late_start, seed=62),
    Defect("opt-outs count only at planning", opt_outs_only_at_planning),
    Defect("the hash is not compared", hash_not_compared, seed=8),
    Defect("the pace is not counted", pace_not_counted, seed=5),
    Defect("stop and pause are not looked at", _due_although(stopped=True), seed=4),
    Defect("the time to leave is not looked at", _due_although(waiting=True), seed=5),
    Defect("the hold is not looked at", hold_not_looked_at, seed=3),
    Defect("too many requests slows nobody down", slow_down_not_looked_at, seed=261),
    Defect("the emergency stop is not looked at", stop_not_looked_at, seed=5),
    Defect("a hold that mends itself hides one for a person", weak_hold_stays,
           test="tests/simulation/test_mended.py::test_a_hold_that_needs_a_person_outlives_one_that_mends_itself"),
    Defect("the probe ends any hold", probe_releases_anything,
           test="tests/simulation/test_mended.py::test_the_probe_does_not_end_the_emergency_stop"),
    Defect("undo does not look at what has left", undo_does_not_look, seed=8),
    Defect("counters are not updated", counters_not_updated),
    Defect("a write-off is counted twice", write_off_counted_twice, seed=33),
    Defect("a planner clears what is not its own any more", planner_clears_what_is_not_its_own,
           test="tests/simulation/test_mended.py::test_a_planner_whose_lease_ran_out_leaves_the_plan_of_the_next_one_alone"),
    Defect("a prepared campaign's people are not found by their numbers", numbers_not_entered),
    Defect("relaxed sync", relaxed_sync,
           test="tests/campaigns/test_migrate.py::test_a_marker_is_synced_to_the_disk_before_it_counts"),
    Defect("the spool is ignored", spool_ignored,
           test="tests/campaigns/test_guard.py::test_an_answer_outlives_the_process_in_the_spool_file"),
    Defect("an answer is dropped when the database is away", nothing_kept_when_the_database_is_away,
           test="tests/campaigns/test_guard.py::test_an_answer_that_the_database_cannot_take_is_not_forgotten"),
    Defect("an answer is lost if the next claim fails", answer_goes_down_with_the_next_claim,
           test="tests/campaigns/test_sending.py::test_an_answer_is_recorded_although_the_next_claim_fails"),
    Defect("what was given back is sent all the same", given_back_and_kept,
           test="tests/campaigns/test_sending.py::test_what_was_claimed_ahead_is_given_back_when_no_step_follows"),
    Defect("an older copy sends again what it has not heard of", first_attempts_are_not_looked_for,
           test="tests/campaigns/test_reviewed.py"
           "::test_what_left_since_an_older_copy_was_taken_does_not_leave_again_once_its_job_is_listed"),
    Defect("no marker count outside the database", marker_not_noted_outside,
           test="tests/campaigns/test_guard.py::test_a_backup_put_back_over_the_file_is_recognised"),
    Defect("a claim that was not confirmed is forgotten", unconfirmed_claims_are_forgotten,
           test="tests/campaigns/test_sending.py::"
                "test_a_claim_whose_commit_was_not_confirmed_is_given_back_and_leaves"),
    Defect("a late acceptance ends only a search", late_acceptances_end_only_a_search,
           test="tests/campaigns/test_late.py::test_a_late_acceptance_ends_whatever_was_concluded"),
    Defect("a late acceptance is not remembered", late_acceptances_are_not_remembered,
           test="tests/campaigns/test_late.py::"
                "test_a_late_acceptance_while_it_is_sent_again_holds_everything_and_is_told_as_that"),
    Defect("an older copy that comes back again passes for a newer one", lost_markers_are_not_made_up_for,
           test="tests/campaigns/test_restored.py::test_the_same_copy_put_back_twice_holds_each_time"),
    Defect("an older copy is noticed only at a start", older_copy_is_noticed_only_at_a_start,
           test="tests/campaigns/test_restored.py::"
                "test_nothing_leaves_between_a_copy_that_is_put_back_and_the_next_sign_of_life"),
    Defect("stopped without asking for jobs that are known", stopped_without_asking,
           test="tests/campaigns/test_restored.py::test_a_worker_that_stops_a_campaign_asks_for_jobs_that_are_known"),
    Defect("what is ready learns of no job", what_is_ready_learns_of_no_job,
           test="tests/campaigns/test_restored.py::"
                "test_a_job_with_those_who_opted_out_since_is_adopted_before_the_next_attempt"),
    Defect("what an older copy shows is taken back", older_copy_is_taken_back,
           test="tests/campaigns/test_restored.py::test_nothing_of_an_older_copy_can_be_taken_back_or_put_off"),
    Defect("an incident that comes while something else holds is forgotten", incidents_wait_for_ever,
           test="tests/campaigns/test_reviewed.py::"
                "test_incidents_that_come_while_something_else_holds_are_seen_one_after_the_other"),
]  # fmt: skip


@contextmanager
def planted(defect: Defect) -> Iterator[None]:
    with ExitStack() as stack:
        defect.plant(stack)
        yield


def caught_by(defect: Defect, seeds: int = SEEDS) -> str:
    """The seed or the test that catches it, and what it says; empty if nobody does."""
    return _caught_by_test(defect) if defect.test else _caught_by_seed(defect, seeds)


def _caught_by_seed(defect: Defect, count: int) -> str:
    stage()  # it lasts for the whole process: not to be set while a defect is planted
    seeds = [defect.seed, *(seed for seed in range(1, count + 1) if seed != defect.seed)]
    for seed in seeds:
        with planted(defect):
            problem = run_seed(seed)[2]
        # A seed that fails without the defect as well proves nothing; nor does a defect that cannot even run.
        if problem and not _BROKEN.search(problem) and not run_seed(seed)[2]:
            return f"seed {seed}: {problem}"
    return ""


def _caught_by_test(defect: Defect) -> str:
    """In a process of its own: a test that runs another test is not what pytest is made for."""
    command = [sys.executable, "-m", "tests.simulation.sabotage", "--pytest", defect.name]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    # 1 is pytest's word for "ran, and some failed"; anything else proves nothing.
    return defect.test.rpartition("::")[2] if found.returncode == 1 and " failed" in found.stdout else ""


def _run_test(name: str) -> int:
    import pytest

    (defect,) = (defect for defect in DEFECTS if defect.name == name)
    with planted(defect):
        # In this process: the defect is planted nowhere else.
        return int(pytest.main(["-q", "-x", "-n", "0", defect.test]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="only the defects with these words in their names")
    parser.add_argument("--pytest", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pytest:
        return _run_test(options.pytest)
    missed = 0
    for defect in DEFECTS:
        if options.names and not any(name in defect.name for name in options.names):
            continue
        begin = time.monotonic()
        by = caught_by(defect)
        missed += not by
        say(f"{defect.name:55} {by[:150] or 'NOT CAUGHT'}   [{time.monotonic() - begin:.1f} s]")
    say(f"{missed} not caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
