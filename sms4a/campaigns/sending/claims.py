"""A submission's way out: claimed with its marker, what came of it recorded, given up when its worker died."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import brakes
from sms4a.campaigns.bookkeeping import move, write_audit
from sms4a.campaigns.brakes import lock_sender, may_leave, note_answer
from sms4a.campaigns.database import Database, storable
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.sending.adoption import FoundJob, accepted_late, adopt_job, adopt_known_job
from sms4a.campaigns.sending.late_opt_outs import without_opted_out
from sms4a.campaigns.sending.rebuilt import stored_body
from sms4a.campaigns.sending.turns import anything_due, oldest_due
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import submission

PACE_WINDOW_MS = 60_000

# The API needs a moment until a job that it took can be read.
FIRST_LOOK_MS = 10_000

# Words of the other side, as far as anybody reads them.
_MOST_DETAIL = 1_000

_RECENT_PEOPLE = sa.select(sa.func.coalesce(sa.func.sum(submission.c.people), 0)).where(
    submission.c.attempt_ts > sa.bindparam("since")
)
_SENDING = (
    sa.select(submission.c.campaign_id, submission.c.n, submission.c.people, submission.c.attempt)
    .where(submission.c.state == SubmissionState.SENDING)
    .order_by(submission.c.campaign_id, submission.c.n)
)
_CLAIMED = sa.select(submission).where(
    submission.c.state == SubmissionState.SENDING, submission.c.owner == sa.bindparam("its_owner")
)
_EXPIRED = _SENDING.where(submission.c.lease_ts < sa.bindparam("now"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A submission whose marker is written: whoever holds this may POST once, and nobody else may."""

    campaign_id: str
    n: int
    reference: str
    attempt: int
    owner: str
    people: int
    address: str
    body_hash: str
    marker: int
    """The how-manieth marker of this database it is."""


class Claims:
    """`rate_per_minute` is people over any sliding minute, all workers together; `lease_s` outlasts every POST."""

    def __init__(self, database: Database, *, send_via: str, rate_per_minute: int, lease_s: float) -> None:
        self._database = database
        self._send_via = send_via
        self._rate_per_minute = rate_per_minute
        self._lease_ms = int(lease_s * 1000)
        self._idle = True

    def claim_next(self, owner: str) -> Claim | None:
        """The oldest submission that is due, marked as leaving; None if nothing may leave now.

        The row of the sender is locked first: claims of all workers come one after the other, so the pace holds.
        """
        if self._idle and not self._anything_due():
            return None
        with self._database.write() as connection:
            claim = self._claim(connection, owner)
        self._idle = claim is None
        return claim

    def _claim(self, connection: Connection, owner: str) -> Claim | None:
        guard = lock_sender(connection)
        now = self._database.now(connection)
        if not may_leave(guard, now):
            return None
        due = oldest_due(connection, now)
        if due is None or not self._within_pace(connection, due["people"], now):
            return None
        if adopt_known_job(connection, due["reference"], now):
            return None
        checked = without_opted_out(connection, due, now)
        return self._mark(connection, checked, owner, guard["markers"] + 1, now) if checked else None

    def _anything_due(self) -> bool:
        """A look without a lock, so that idle workers are in nobody's way."""
        with self._database.read() as connection:
            return anything_due(connection, self._database.now(connection))

    def _anything_expired(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(_EXPIRED, {"now": self._database.now(connection)}).first() is not None

    def _within_pace(self, connection: Connection, people: int, now: int) -> bool:
        recent = connection.execute(_RECENT_PEOPLE, {"since": now - PACE_WINDOW_MS}).scalar_one()
        return bool(recent + people <= self._rate_per_minute or recent == 0)

    def _mark(self, connection: Connection, due: RowMapping, owner: str, marker: int, now: int) -> Claim | None:
        attempt = due["attempt"] + 1
        address = due["address"] or self._send_via
        marked = move(
            connection,
            due["campaign_id"],
            due["n"],
            SubmissionState.READY,
            SubmissionState.SENDING,
            attempt=attempt,
            attempt_ts=now,
            owner=owner,
            lease_ts=now + self._lease_ms,
            address=address,
            problem=None,
            detail=None,
        )
        if not marked:
            return None
        brakes.note(connection, markers=marker)
        return _claim_of({**due, "attempt": attempt, "owner": owner, "address": address}, marker)

    def body(self, claim: Claim) -> bytes:
        """The bytes to send, rebuilt from the rows; the caller compares them with the claim's hash."""
        with self._database.read() as connection:
            return stored_body(connection, claim.campaign_id, claim.n)

    def record(self, claim: Claim, ruling: Ruling) -> bool:
        """Write down what came of the attempt. False: this claim had been given up meanwhile; nothing was changed."""
        with self._database.write() as connection:
            return self._record(connection, claim, ruling)

    def record_and_claim(self, claim: Claim, ruling: Ruling, owner: str) -> tuple[bool, Claim | None]:
        """`record`, and by the same commit the next claim, for `owner`: the disk is waited for once, not twice."""
        with self._database.write() as connection:
            if not self._record(connection, claim, ruling):
                return False, None
            return True, self._claim(connection, owner)

    def give_back(self, owner: str) -> bool:
        """What this owner has claimed is ready again; False if that is nothing.

        Only for an owner who was never told of the claim, because the commit was not confirmed: so nothing of it left.
        The sender's row is locked first, which such a commit has locked too: by then it is through or will never be.
        """
        with self._database.write() as connection:
            lock_sender(connection)
            row = connection.execute(_CLAIMED, {"its_owner": owner}).mappings().first()
            if row is None:
                return False
            return self._record(
                connection, _claim_of(dict(row), marker=0), Ruling(SubmissionState.READY, "not_confirmed")
            )

    def _record(self, connection: Connection, claim: Claim, ruling: Ruling) -> bool:
        guard = lock_sender(connection)
        now = self._database.now(connection)
        recorded = move(
            connection,
            claim.campaign_id,
            claim.n,
            SubmissionState.SENDING,
            ruling.state,
            {"attempt": claim.attempt, "owner": claim.owner},
            answer_ts=now,
            owner=None,
            lease_ts=None,
            job_id=ruling.job_id,
            address=ruling.address or claim.address,
            due_ts=now + int(ruling.wait_s * 1000),
            problem=ruling.problem,
            detail=ruling.detail and storable(ruling.detail)[:_MOST_DETAIL],
            **looked_for(now if ruling.state is SubmissionState.UNCERTAIN else None),
        )
        if not recorded:
            return False
        if ruling.job_id:
            its_job = _job_of(claim, ruling.job_id, ruling)
            adopt_job(connection, its_job, claim.campaign_id, claim.n, first_look_ts=now + FIRST_LOOK_MS, now=now)
        note_answer(connection, guard, ruling, now)
        write_audit(
            connection,
            now,
            "sender",
            ruling.state,
            f"campaign:{claim.campaign_id}",
            submission=claim.n,
            attempt=claim.attempt,
            people=claim.people,
            problem=ruling.problem,
            job_id=ruling.job_id,
        )
        if ruling.state not in (SubmissionState.ACCEPTED, SubmissionState.UNCERTAIN):
            # The job of an earlier attempt may have come to light while this one was under way.
            adopt_known_job(connection, claim.reference, now)
        return True

    def record_late(self, claim: Claim, ruling: Ruling) -> bool:
        """Write down an answer that could not be recorded at its time; False if it is of no use any more.

        The attempt may have been given up meanwhile: then only an acceptance counts, and goes before whatever was
        concluded without it.
        """
        if self.record(claim, ruling):
            return True
        if ruling.state is not SubmissionState.ACCEPTED or ruling.job_id is None:
            return False
        with self._database.write() as connection:
            lock_sender(connection)
            return accepted_late(connection, _job_of(claim, ruling.job_id, ruling), self._database.now(connection))

    def give_up(self, dead_owners: bool = False) -> int:
        """Attempts whose lease ran out become uncertain: their worker died, and nobody knows what had left.

        Looked for without a lock first. `dead_owners`: this process has just proved (by the file lock) that no other
        worker lives; no need to wait.
        """
        if not dead_owners and not self._anything_expired():
            return 0
        with self._database.write() as connection:
            lock_sender(connection)
            now = self._database.now(connection)
            rows = (
                connection.execute(_SENDING).all() if dead_owners else connection.execute(_EXPIRED, {"now": now}).all()
            )
            for row in rows:
                gone = move(
                    connection,
                    row.campaign_id,
                    row.n,
                    SubmissionState.SENDING,
                    SubmissionState.UNCERTAIN,
                    {"attempt": row.attempt},
                    owner=None,
                    lease_ts=None,
                    problem="interrupted",
                    **looked_for(now),
                )
                if gone:
                    write_audit(
                        connection,
                        now,
                        "sender",
                        SubmissionState.UNCERTAIN,
                        f"campaign:{row.campaign_id}",
                        submission=row.n,
                        attempt=row.attempt,
                        people=row.people,
                        problem="interrupted",
                    )
            return len(rows)


def _claim_of(row: Mapping[str, Any], marker: int) -> Claim:
    names = ("campaign_id", "n", "reference", "attempt", "owner", "people", "address", "body_hash")
    return Claim(**{name: row[name] for name in names}, marker=marker)


def _job_of(claim: Claim, job_id: str, ruling: Ruling) -> FoundJob:
    return FoundJob(job_id, ruling.address or claim.address, claim.reference, claim.people)


def looked_for(now: int | None) -> dict[str, int | None]:
    """Columns of a submission: from `now` on it is searched for in both data centres; None: it is not."""
    return {"uncertain_ts": now, "look_ts": now, "complete_looks": 0}
