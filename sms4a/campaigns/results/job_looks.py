"""Looks at accepted jobs: whose turn it is, and how long until the next one."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.database import Database
from sms4a.campaigns.leases import Leases
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.tables import job

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

INTERVALS = (
    (2 * MINUTE, 10 * SECOND),
    (10 * MINUTE, 30 * SECOND),
    (HOUR, 2 * MINUTE),
    (24 * HOUR, 15 * MINUTE),
)
"""A job younger than the first is looked at again after the second; older ones hourly."""

CORRECTED_AFTER = (24 * HOUR, 7 * 24 * HOUR)
"""So long after it came in, a settled job of ours is looked at once more: nobody says that a final status never
changes, and a report of the network can be late. Two looks, whatever comes of them: they cost as much as any other."""

_LEASES = Leases(
    job,
    sa.select(job)
    .where(
        job.c.next_look_ts <= sa.bindparam("now"),
        sa.or_(job.c.lease_ts.is_(None), job.c.lease_ts < sa.bindparam("now")),
    )
    .order_by(job.c.campaign_id.is_(None), job.c.settled, job.c.next_look_ts)
    .limit(1),
    lease_ms=2 * MINUTE,
)
_MINE = (job.c.job_id == sa.bindparam("its_job"), job.c.owner == sa.bindparam("its_owner"))
_STILL_MINE = sa.select(job.c.job_id).where(*_MINE).with_for_update()
_END = sa.update(job).where(*_MINE)


@dataclass(frozen=True, slots=True)
class Look:
    """A job whose turn it is."""

    job_id: str
    address: str
    owner: str
    campaign_id: str | None
    submission_n: int | None
    people: int
    receipt_ts: int
    looks: int
    settled: bool
    """It was before this look, which is for late corrections."""

    def is_still_mine(self, connection: Connection) -> bool:
        """And stays so until the end of the transaction."""
        return connection.execute(_STILL_MINE, {"its_job": self.job_id, "its_owner": self.owner}).first() is not None

    def end(self, connection: Connection, **values: object) -> None:
        """Give the job back with new values."""
        its = {"its_job": self.job_id, "its_owner": self.owner}
        connection.execute(_END, {**its, **values, "owner": None, "lease_ts": None})


def claim_look(database: Database, worker: str) -> Look | None:
    """The job that is due longest, our own ones first, what is settled after what is not; None if there is none."""
    # A name of its own for each look: one whose lease ran out must not pass for the next one.
    owner = f"{worker}/{random_id(4)}"
    claimed = _LEASES.claim(database, owner)
    if claimed is None:
        return None
    row, now = claimed
    return Look(
        job_id=row["job_id"],
        address=row["address"],
        owner=owner,
        campaign_id=row["campaign_id"],
        submission_n=row["submission_n"],
        people=row["people"],
        receipt_ts=row["receipt_ts"] or now,
        looks=row["looks"],
        settled=row["settled"],
    )


def postpone(database: Database, look: Look) -> None:
    """Nothing came of this look."""
    with database.write() as connection:
        now = database.now(connection)
        look.end(connection, next_look_ts=next_look(look, now, look.receipt_ts, settled=look.settled))


def next_look(look: Look, now: int, receipt_ts: int, *, settled: bool) -> int | None:
    """When this job is looked at again; None: not any more."""
    if not settled:
        return now + next((wait for limit, wait in INTERVALS if now - receipt_ts < limit), HOUR)
    if look.campaign_id is None:
        return None
    return next((receipt_ts + after for after in CORRECTED_AFTER if receipt_ts + after > now), None)
