"""What became of a submission whose fate is unknown: both data centres are searched for its reference."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.bookkeeping import move, write_audit
from sms4a.campaigns.brakes import hold_sender, lock_sender
from sms4a.campaigns.database import Database
from sms4a.campaigns.leases import Leases
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.policy import INCIDENTS
from sms4a.campaigns.sending.adoption import FoundJob, adopt_job
from sms4a.campaigns.sending.search import Finding, Search, Searcher, Searches
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import campaign, decision, job, look, submission

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

LOOKS_AFTER_MIN = (0, 1, 3, 10, 30, 60)
"""Minutes after the attempt became unclear; later once an hour."""

# A job can be taken long after we gave up waiting for the answer; absence before this proves nothing.
SETTLE_MS = 60 * MINUTE_MS
COMPLETE_LOOKS = 3

# Nobody could look completely for so long: a person must know.
BLIND_MS = 24 * HOUR_MS

# Undecided submissions are still looked for, in case the job appears after all.
WATCH_MS = 48 * HOUR_MS

LEASE_MS = 10 * MINUTE_MS

_IS_OPEN = sa.and_(
    decision.c.campaign_id == submission.c.campaign_id, decision.c.n == submission.c.n, decision.c.done_ts.is_(None)
)
_LEASES = Leases(
    submission,
    sa.select(
        submission,
        campaign.c.release_ts,
        decision.c.id.label("decision_id"),
        decision.c.kind,
        decision.c.job_id.label("named_job"),
        decision.c.actor,
    )
    .join(campaign, campaign.c.id == submission.c.campaign_id)
    .outerjoin(decision, _IS_OPEN)
    .where(
        submission.c.state.in_((SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED)),
        submission.c.look_ts <= sa.bindparam("now"),
        sa.or_(submission.c.lease_ts.is_(None), submission.c.lease_ts < sa.bindparam("now")),
    )
    .order_by(submission.c.look_ts, submission.c.campaign_id, submission.c.n, decision.c.id)
    .limit(1),
    lease_ms=LEASE_MS,
)
_ONE = (submission.c.campaign_id == sa.bindparam("its_campaign"), submission.c.n == sa.bindparam("its_n"))
_UPDATE = sa.update(submission).where(*_ONE)
_RENEW = _UPDATE.where(submission.c.owner == sa.bindparam("its_owner"))
_END = _RENEW.where(submission.c.state == sa.bindparam("its_state"))
_ASKED_MEANWHILE = sa.select(decision.c.id).where(
    decision.c.campaign_id == sa.bindparam("its_campaign"), decision.c.n == sa.bindparam("its_n"),
    decision.c.done_ts.is_(None),
)  # fmt: skip
_ANSWER = sa.update(decision).where(decision.c.id == sa.bindparam("its_id"))
_NOTE_LOOK = look.insert()
_FOUND = sa.select(job.c.people, job.c.address).where(job.c.job_id == sa.bindparam("its_job"))


@dataclass(frozen=True, slots=True)
class _Case:
    """A submission to be looked for, and what a person asked for, if anything."""

    owner: str
    campaign_id: str
    n: int
    state: SubmissionState
    problem: str | None
    reference: str
    people: int
    since_ts: int
    """No attempt was made before."""
    uncertain_ts: int
    complete_looks: int
    decision_id: int | None
    kind: str | None
    named_job: str | None
    """The job that a person says it is."""
    actor: str
    claimed_ts: int

    @property
    def name(self) -> str:
        return f"campaign:{self.campaign_id}"

    @property
    def its(self) -> dict[str, Any]:
        return {"its_campaign": self.campaign_id, "its_n": self.n}


class Reconciler:
    """Looks for one submission a call; any number may work on one database."""

    def __init__(self, database: Database, client: Searches) -> None:
        self._database = database
        self._searcher = Searcher(database, client)

    def step(self, worker: str) -> bool:
        """Look for the submission whose turn it is, and conclude: found, no trace, or not known. False if there was
        none."""
        # A name of its own for each look: one whose lease ran out must not pass for the next one.
        case = self._claim(f"{worker}/{random_id(4)}")
        if case is None:
            return False
        self._conclude(case, self._look(case))
        return True

    def _claim(self, owner: str) -> _Case | None:
        claimed = _LEASES.claim(self._database, owner)
        if claimed is None:
            return None
        row, now = claimed
        return _Case(
            owner=owner,
            campaign_id=row["campaign_id"],
            n=row["n"],
            state=SubmissionState(row["state"]),
            problem=row["problem"],
            reference=row["reference"],
            people=row["people"],
            # An earlier attempt may have been taken long ago and have come to light since.
            since_ts=row["attempt_ts"] if row["attempt"] == 1 else row["release_ts"] or row["attempt_ts"],
            uncertain_ts=row["uncertain_ts"],
            complete_looks=row["complete_looks"],
            decision_id=row["decision_id"],
            kind=row["kind"],
            named_job=row["named_job"],
            actor=row["actor"] or "sender",
            claimed_ts=now,
        )

    def _look(self, case: _Case) -> Finding:
        renew = partial(self._renew, case)
        return self._searcher.look(
            Search(case.reference, case.people, case.since_ts, case.claimed_ts, case.named_job, renew)
        )

    def _renew(self, case: _Case) -> None:
        with self._database.write() as connection:
            lease_ts = self._database.now(connection) + LEASE_MS
            connection.execute(_RENEW, {**case.its, "its_owner": case.owner, "lease_ts": lease_ts})

    def _conclude(self, case: _Case, finding: Finding) -> None:
        with self._database.write() as connection:
            lock_sender(connection)
            now = self._database.now(connection)
            mine = {**case.its, "its_owner": case.owner, "its_state": case.state}
            if not connection.execute(_END, {**mine, "owner": None, "lease_ts": None}).rowcount:
                return
            looked = {"complete": finding.complete, "problem": finding.problem, "listed": finding.listed}
            where = {"campaign_id": case.campaign_id, "n": case.n, "ts": now}
            connection.execute(_NOTE_LOOK, {**where, **looked, "hits": len(finding.hits)})
            result = _verdict(connection, case, finding, now)
            if case.decision_id is not None:
                connection.execute(_ANSWER, {"its_id": case.decision_id, "done_ts": now, "result": result})
            elif connection.execute(_ASKED_MEANWHILE, case.its).first():
                # A person has decided while this look went on: theirs comes next, not in an hour.
                connection.execute(_UPDATE, {**case.its, "look_ts": now})


def _verdict(connection: Connection, case: _Case, finding: Finding, now: int) -> str:
    """Change the submission by what was found; returns the result for the person who asked."""
    if len(finding.hits) > 1:
        _put_before_a_person(connection, case, now, "double_job")
        return "double_job"
    if finding.hits:
        return _found(connection, case, finding.hits[0], now)
    complete_looks = case.complete_looks + finding.complete
    if case.kind == "sent":
        result = "no_such_job" if finding.complete else "look_incomplete"
    elif case.kind == "again" and finding.complete:
        return _send_again(connection, case, now)
    else:
        result = "look_incomplete"
    _absent(connection, case, complete_looks, now)
    return result


def _found(connection: Connection, case: _Case, job_id: str, now: int) -> str:
    found = connection.execute(_FOUND, {"its_job": job_id}).one()
    if found.people < case.people:
        _put_before_a_person(connection, case, now, "job_differs")
        return "job_differs"
    move(
        connection, case.campaign_id, case.n, case.state, SubmissionState.ACCEPTED,
        job_id=job_id, address=found.address, answer_ts=now, problem=None, detail=None, look_ts=None,
    )  # fmt: skip
    # Whoever opted out since is not in the submission any more, but in the job of an earlier attempt.
    its_job = FoundJob(job_id, found.address, case.reference, found.people)
    adopt_job(connection, its_job, case.campaign_id, case.n, first_look_ts=now, now=now)
    write_audit(connection, now, case.actor, "found", case.name, submission=case.n, job_id=job_id, people=case.people)
    return "done"


def _send_again(connection: Connection, case: _Case, now: int) -> str:
    move(
        connection, case.campaign_id, case.n, case.state, SubmissionState.READY,
        due_ts=now, look_ts=None, uncertain_ts=None, problem=None, detail=None,
    )  # fmt: skip
    write_audit(connection, now, case.actor, "send_again", case.name, submission=case.n, people=case.people)
    return "done"


def _absent(connection: Connection, case: _Case, complete_looks: int, now: int) -> None:
    """Nothing was found: look again later, or put it before a person once absence means something."""
    values: dict[str, Any] = {"complete_looks": complete_looks, "look_ts": next_look(case.uncertain_ts, now)}
    age = now - case.uncertain_ts
    if case.state is SubmissionState.UNCERTAIN:
        if complete_looks >= COMPLETE_LOOKS and age >= SETTLE_MS:
            _put_before_a_person(connection, case, now, "no_trace", **values)
            return
        if age >= BLIND_MS:
            _put_before_a_person(connection, case, now, "could_not_look", **values)
            return
    elif age >= WATCH_MS:
        values["look_ts"] = None
    connection.execute(_UPDATE, {**case.its, **values})


def _put_before_a_person(connection: Connection, case: _Case, now: int, problem: str, **values: Any) -> None:
    values.setdefault("look_ts", next_look(case.uncertain_ts, now))
    if problem in INCIDENTS and problem != case.problem:  # not again at each later look
        hold_sender(connection, now, problem, "sender", case.reference)
    if case.state is SubmissionState.UNDECIDED:
        connection.execute(_UPDATE, {**case.its, "problem": problem, **values})
        return
    move(
        connection, case.campaign_id, case.n, SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED,
        problem=problem, **values,
    )  # fmt: skip
    write_audit(
        connection, now, "sender", SubmissionState.UNDECIDED, case.name, submission=case.n, people=case.people,
        problem=problem,
    )  # fmt: skip


def next_look(uncertain_ts: int, now: int) -> int:
    """When to look again: 1, 3, 10, 30 and 60 minutes after it became unclear, then hourly."""
    planned = [uncertain_ts + minutes * MINUTE_MS for minutes in LOOKS_AFTER_MIN]
    return next((ts for ts in planned if ts > now), now + HOUR_MS)
