"""What became of a submission whose fate is unknown: both data centres are searched for its reference."""

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.adoption import adopt_job, notice_job
from sms4a.campaigns.bookkeeping import insert, move, write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import hold_sender, lock_sender
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import campaign, decision, job, look, submission
from sms4a.errors import NotFound, Sms4aError
from sms4a.models import JOB_ID_PATTERN, JobList, JobReport, StatusList

log = logging.getLogger(__name__)

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

# Clocks of both sides may differ, and the time in the list is the other side's.
MARGIN = timedelta(minutes=15)

# Paging by offset shifts while jobs come in: the list counts only when two passes in a row agree.
PASSES = 5

LEASE_MS = 10 * MINUTE_MS

# So many ids fit into one query of either database, and so many jobs are read between two renewals of the lease.
CHUNK_IDS = 5_000
RENEW_EVERY = 20

# A job this young may not show all its people yet.
FILLING_MS = 60_000

INCIDENTS = frozenset({"double_job", "job_differs"})
"""Findings that hold the sender when they are made; not again at each later look."""


class Searches(Protocol):
    """What a search needs of a client."""

    def job_ids(self, from_ts: datetime, to_ts: datetime) -> JobList: ...

    def job(self, job_id: str, *, address: str | None = None) -> JobReport: ...

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look has come to. Incomplete proves nothing."""

    complete: bool
    problem: str | None
    listed: int
    hits: tuple[str, ...]
    """Ids of the jobs with the reference."""


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
    job_id: str | None
    """The job that a person says it is."""
    actor: str

    @property
    def name(self) -> str:
        return f"campaign:{self.campaign_id}"


class Reconciler:
    """Looks for one submission a call; any number may work on one database."""

    def __init__(self, database: Database, client: Searches) -> None:
        self._database = database
        self._client = client

    def step(self, worker: str) -> bool:
        """Look for the submission whose turn it is; False if there was none.

        1. List the jobs of both data centres around the attempt until two passes agree.
        2. Read each job that was never read; its reference does not change, so once is enough.
        3. Conclude: found, no trace, or not known.
        """
        # A name of its own for each look: one whose lease ran out must not pass for the next one.
        case = self._claim(f"{worker}/{random_id(4)}")
        if case is None:
            return False
        self._conclude(case, self._look(case))
        return True

    def _claim(self, owner: str) -> _Case | None:
        with self._database.read() as connection:
            if _due(connection, self._database.now(connection), lock=False) is None:
                return None
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = _due(connection, now)
            if row is None:
                return None
            connection.execute(
                sa.update(submission)
                .where(_is(row["campaign_id"], row["n"]))
                .values(owner=owner, lease_ts=now + LEASE_MS)
            )
            asked = _open_decision(connection, row["campaign_id"], row["n"])
            since_ts = _first_attempt_ts(connection, row)
        return _Case(
            owner=owner,
            campaign_id=row["campaign_id"],
            n=row["n"],
            state=SubmissionState(row["state"]),
            problem=row["problem"],
            reference=row["reference"],
            people=row["people"],
            since_ts=since_ts,
            uncertain_ts=row["uncertain_ts"],
            complete_looks=row["complete_looks"],
            decision_id=asked["id"] if asked else None,
            kind=asked["kind"] if asked else None,
            job_id=asked["job_id"] if asked else None,
            actor=asked["actor"] if asked else "sender",
        )

    def _look(self, case: _Case) -> Finding:
        with self._database.read() as connection:
            now = self._database.now(connection)
        start = datetime.fromtimestamp(case.since_ts / 1000, UTC) - MARGIN
        end = datetime.fromtimestamp(now / 1000, UTC) + MARGIN
        try:
            listed = self._settled_list(start, end)
            if listed is None:
                return Finding(False, "list_moves", 0, ())
            problem = f"{listed.missing[0]}_silent" if listed.missing else None
            if any(not re.fullmatch(JOB_ID_PATTERN, job_id) for job_id in listed.job_ids):
                problem = problem or "not_readable"
            if problem is None:
                self._read_new(case, dict(listed.job_ids))
                self._read_named(case)
            hits = self._hits(case)
            if len(hits) == 1 and not self._counts_agree(case, hits[0], now):
                return Finding(False, "too_young", len(listed.job_ids), ())
        except Sms4aError as error:
            log.warning("search for %s: %s", case.reference, type(error).__name__)
            return Finding(False, "not_readable", 0, self._hits(case))
        return Finding(problem is None, problem, len(listed.job_ids), hits)

    def _settled_list(self, start: datetime, end: datetime) -> JobList | None:
        before = self._client.job_ids(start, end)
        for _ in range(PASSES):
            again = self._client.job_ids(start, end)
            if (dict(again.job_ids), again.missing) == (dict(before.job_ids), before.missing):
                return again
            before = again
        return None

    def _read_new(self, case: _Case, ids: dict[str, str]) -> None:
        """Read the jobs whose reference is not known yet. An error anywhere makes the look incomplete."""
        listed = list(ids)
        for begin in range(0, len(listed), CHUNK_IDS):
            chunk = listed[begin : begin + CHUNK_IDS]
            query = sa.select(job.c.job_id).where(job.c.job_id.in_(chunk), job.c.reference_known.is_(True))
            with self._database.read() as connection:
                known = set(connection.scalars(query))
            for read, job_id in enumerate(job_id for job_id in chunk if job_id not in known):
                self._remember(self._client.job(job_id, address=ids[job_id]), ids[job_id])
                if read % RENEW_EVERY == 0:
                    self._renew(case)

    def _renew(self, case: _Case) -> None:
        """Many unknown jobs take long to read; the lease must not run out meanwhile."""
        mine = sa.and_(_is(case.campaign_id, case.n), submission.c.owner == case.owner)
        with self._database.write() as connection:
            lease_ts = self._database.now(connection) + LEASE_MS
            connection.execute(sa.update(submission).where(mine).values(lease_ts=lease_ts))

    def _read_named(self, case: _Case) -> None:
        """The job that a person names may lie outside the list; that nobody knows it is an answer too."""
        if case.job_id:
            with suppress(NotFound):
                self._remember(self._client.job(case.job_id), "de2")

    def _counts_agree(self, case: _Case, job_id: str, now: int) -> bool:
        """False if the job shows fewer people than were sent, and is so young that it may still be filling."""
        with self._database.read() as connection:
            stored = connection.execute(sa.select(job.c.people, job.c.address).where(job.c.job_id == job_id)).one()
        if stored.people == case.people:
            return True
        report = self._client.job(job_id, address=stored.address)
        people = self._remember(report, stored.address)
        received_ts = report.receipt_ts.timestamp() * 1000 if report.receipt_ts else now
        return people == case.people or now - received_ts > FILLING_MS

    def _remember(self, report: JobReport, address: str) -> int:
        """Store whose job it is; returns how many people it has."""
        # A report without recipients would make every job of ours look like another one.
        people = len(report.recipient_ids) or len(self._client.sms_statuses(report.job_id).statuses)
        values = {"reference": report.customer_ref, "reference_known": True, "people": people}
        with self._database.write() as connection:
            now = self._database.now(connection)
            add = insert(connection, job).values(
                job_id=report.job_id,
                address=report.address or address,
                report={},
                final=0,
                settled=False,
                incident=False,
                looks=0,
                next_look_ts=now,
                **values,
            )
            connection.execute(add.on_conflict_do_update(index_elements=["job_id"], set_=values))
            notice_job(connection, report.job_id, report.customer_ref, now)
        return people

    def _hits(self, case: _Case) -> tuple[str, ...]:
        with self._database.read() as connection:
            query = sa.select(job.c.job_id).where(job.c.reference == case.reference).order_by(job.c.job_id)
            return tuple(connection.scalars(query))

    def _conclude(self, case: _Case, finding: Finding) -> None:
        with self._database.write() as connection:
            lock_sender(connection)
            now = self._database.now(connection)
            mine = connection.execute(
                sa.update(submission)
                .where(
                    _is(case.campaign_id, case.n), submission.c.owner == case.owner, submission.c.state == case.state
                )
                .values(owner=None, lease_ts=None)
            )
            if not mine.rowcount:
                return
            connection.execute(
                look.insert().values(
                    campaign_id=case.campaign_id,
                    n=case.n,
                    ts=now,
                    complete=finding.complete,
                    problem=finding.problem,
                    listed=finding.listed,
                    hits=len(finding.hits),
                )
            )
            result = _verdict(connection, case, finding, now)
            if case.decision_id is not None:
                done = {"done_ts": now, "result": result}
                connection.execute(sa.update(decision).where(decision.c.id == case.decision_id).values(**done))
            elif _open_decision(connection, case.campaign_id, case.n):
                # A person has decided while this look went on: theirs comes next, not in an hour.
                connection.execute(sa.update(submission).where(_is(case.campaign_id, case.n)).values(look_ts=now))


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
    row = connection.execute(sa.select(job).where(job.c.job_id == job_id)).mappings().one()
    if row["people"] != case.people:
        _put_before_a_person(connection, case, now, "job_differs")
        return "job_differs"
    move(
        connection, case.campaign_id, case.n, case.state, SubmissionState.ACCEPTED,
        job_id=job_id, address=row["address"], answer_ts=now, problem=None, detail=None, look_ts=None,
    )  # fmt: skip
    adopt_job(
        connection, job_id, row["address"], campaign_id=case.campaign_id, n=case.n,
        reference=case.reference, people=case.people, first_look_ts=now, now=now,
    )  # fmt: skip
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
    connection.execute(sa.update(submission).where(_is(case.campaign_id, case.n)).values(**values))


def _put_before_a_person(connection: Connection, case: _Case, now: int, problem: str, **values: Any) -> None:
    values.setdefault("look_ts", next_look(case.uncertain_ts, now))
    if problem in INCIDENTS and problem != case.problem:
        hold_sender(connection, now, problem, "sender", case.reference)
    if case.state is SubmissionState.UNDECIDED:
        connection.execute(sa.update(submission).where(_is(case.campaign_id, case.n)).values(problem=problem, **values))
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


def _is(campaign_id: str, n: int) -> sa.ColumnElement[bool]:
    return sa.and_(submission.c.campaign_id == campaign_id, submission.c.n == n)


def _due(connection: Connection, now: int, *, lock: bool = True) -> RowMapping | None:
    query = (
        sa.select(submission)
        .where(
            submission.c.state.in_((SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED)),
            submission.c.look_ts <= now,
            sa.or_(submission.c.lease_ts.is_(None), submission.c.lease_ts < now),
        )
        .order_by(submission.c.look_ts, submission.c.campaign_id, submission.c.n)
        .limit(1)
    )
    return connection.execute(query.with_for_update(skip_locked=True) if lock else query).mappings().first()


def _first_attempt_ts(connection: Connection, row: RowMapping) -> int:
    """From when its job can be listed: an earlier attempt may have been taken long ago and have come to light since."""
    if row["attempt"] == 1:
        return int(row["attempt_ts"])
    release_ts = sa.select(campaign.c.release_ts).where(campaign.c.id == row["campaign_id"])
    return int(connection.execute(release_ts).scalar() or row["attempt_ts"])


def _open_decision(connection: Connection, campaign_id: str, n: int) -> RowMapping | None:
    query = sa.select(decision).where(
        decision.c.campaign_id == campaign_id, decision.c.n == n, decision.c.done_ts.is_(None)
    )
    return connection.execute(query.order_by(decision.c.id).limit(1)).mappings().first()
