"""Numbers and texts go when they are old enough, a few rows at a time; outcomes, times and figures stay."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import drafts
from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists import saved_lists
from sms4a.campaigns.results.erasure import erase_rows, lock_jobs
from sms4a.campaigns.tables import campaign, draft, job, recipient, sms_status

DAY_MS = 86_400_000
ROWS = 5_000

# Nothing becomes old from one moment to the next.
LOOK_EVERY_MS = 60_000

# A row may have no number and still a name.
_IS_FULL = sa.or_(
    recipient.c.raw_number != "",
    recipient.c.number.is_not(None),
    sa.cast(recipient.c.fields, sa.Text) != "{}",
    recipient.c.others.is_not(sa.null()),
    recipient.c.mended.is_not(sa.null()),
)

Forget = Callable[[Connection, str, int], object]


class Retention:
    """`keep_days` after a campaign has ended, or a list of a draft or a saved one was last used; None: for ever."""

    def __init__(self, database: Database, keep_days: int | None) -> None:
        self._database = database
        self._keep_days = keep_days
        self._next_ts = 0
        self._passed: dict[str, int] = {}
        """Campaign → the last row of it that is empty by now: what lies before is not searched again."""
        self._forgotten: tuple[tuple[Callable[[int], sa.Select[str]], Forget], ...] = (
            (saved_lists.old_one, _forget_saved_list),
            (drafts.with_old_list, drafts.forget_list),
            (_old_campaign, self._forget_campaign),
            (_old_job, _forget_job),
        )

    def step(self) -> bool:
        """Erase some rows; False if nothing is old enough."""
        if self._keep_days is None:
            return False
        with self._database.read() as connection:
            now = self._database.now(connection)
            if now < self._next_ts:
                return False
            limit_ts = now - self._keep_days * DAY_MS
            found = self._oldest(connection, limit_ts)
        if found is None:
            self._next_ts = now + LOOK_EVERY_MS
            return False
        try:
            with self._database.write() as connection:
                # Somebody may have begun to use it.
                if found := self._oldest(connection, limit_ts):
                    forget, its_id = found
                    forget(connection, its_id, now)
        except Exception:
            # Its rows are as they were.
            self._passed.clear()
            raise
        return True

    def _oldest(self, connection: Connection, limit_ts: int) -> tuple[Forget, str] | None:
        """Something that nobody has used since then, and how it is forgotten."""
        for old, forget in self._forgotten:
            its_id = connection.execute(old(limit_ts)).scalar()
            if its_id is not None:
                return forget, its_id
        return None

    def _forget_campaign(self, connection: Connection, campaign_id: str, now: int) -> None:
        """Its next rows; when all are empty, what it has of its own."""
        further = recipient.c.row > self._passed.get(campaign_id, -1)
        some = sa.select(recipient.c.row).where(recipient.c.campaign_id == campaign_id, further, _IS_FULL)
        rows = list(connection.scalars(some.order_by(recipient.c.row).limit(ROWS)))
        if rows:
            erase_rows(connection, campaign_id, recipient.c.row.in_(rows))
            self._passed[campaign_id] = rows[-1]
            return
        self._passed.pop(campaign_id, None)
        # The cost map names characters of values and their rows; its sums are in other columns.
        forgotten = {"text": "", "cost_map": sa.null(), "columns": sa.null(), "erased_ts": now}
        connection.execute(sa.update(campaign).where(campaign.c.id == campaign_id).values(**forgotten))
        connection.execute(sa.delete(draft).where(draft.c.campaign_id == campaign_id, draft.c.sent_ts.is_not(None)))
        write_audit(connection, now, "sender", "forget", f"campaign:{campaign_id}")


def _old_campaign(limit_ts: int) -> sa.Select[str]:
    old = (campaign.c.finished_ts < limit_ts, campaign.c.erased_ts.is_(None))
    return sa.select(campaign.c.id).where(*old).order_by(campaign.c.finished_ts).limit(1)


def _old_job(limit_ts: int) -> sa.Select[str]:
    """With a number in one of its statuses: it was sent by another program, or to somebody we do not know."""
    return (
        sa.select(sms_status.c.job_id)
        .join_from(sms_status, job, sms_status.c.job_id == job.c.job_id)
        .where(sms_status.c.number.is_not(None), job.c.receipt_ts < limit_ts)
        .limit(1)
    )


def _forget_job(connection: Connection, job_id: str, now: int) -> None:
    lock_jobs(connection, sa.select(sa.literal(job_id)))
    mine = sa.update(sms_status).where(sms_status.c.job_id == job_id)
    connection.execute(mine.values(number=None, reason=None))


def _forget_saved_list(connection: Connection, list_id: str, now: int) -> None:
    saved_lists.forget(connection, list_id, now, "sender")
