"""Housekeeping of a worker, a few rows at a time: stop, finish and clear away."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import by_number
from sms4a.campaigns.bookkeeping import move, write_audit
from sms4a.campaigns.brakes import lock_sender
from sms4a.campaigns.campaign_records import balance_of, set_state
from sms4a.campaigns.database import Database
from sms4a.campaigns.departures import MAY_HAVE_LEFT
from sms4a.campaigns.lists.list_records import DELETED, HAS_FILE
from sms4a.campaigns.sending.adoption import adopt_known_job
from sms4a.campaigns.states import ENDS, CampaignState, ListState, SubmissionState
from sms4a.campaigns.tables import (
    campaign,
    contact_list,
    counter,
    draft,
    list_file,
    list_row,
    mended_file,
    recipient,
    submission,
)

# One transaction touches about this many rows, so that nobody else waits for it.
SWEEP_ROWS = 5_000

# A list that was just uploaded is not yet named by its draft.
ORPHAN_MS = 3_600_000

_LEFT_BEHIND = (
    sa.select(submission.c.campaign_id, submission.c.n, submission.c.state, submission.c.reference)
    .join(campaign, campaign.c.id == submission.c.campaign_id)
    .where(
        campaign.c.state == CampaignState.STOPPED,
        submission.c.state.in_((SubmissionState.READY, SubmissionState.HELD)),
    )
    .order_by(submission.c.campaign_id, submission.c.n)
    .limit(5)
)
_OPEN = sa.exists().where(
    counter.c.campaign_id == campaign.c.id, counter.c.kind == "state", counter.c.key.not_in(ENDS), counter.c.n != 0
)
_ENDED = (
    sa.select(campaign.c.id, campaign.c.state)
    .where(
        campaign.c.state.in_((CampaignState.SENDING, CampaignState.PAUSED, CampaignState.STOPPED)),
        campaign.c.finished_ts.is_(None),
        ~_OPEN,
    )
    .order_by(campaign.c.id)
)
_ABANDONED = (
    sa.select(campaign.c.id)
    .where(
        campaign.c.state.in_((CampaignState.PREPARED, CampaignState.FAILED)),
        campaign.c.sent_ts.is_(None),
        ~sa.exists().where(draft.c.id == campaign.c.draft_id, draft.c.campaign_id == campaign.c.id),
    )
    .limit(1)
)


def _list_to_clear() -> sa.Select[str]:
    """A list whose campaign has begun to leave (before that, Send can be taken back), or that no draft uses.

    If its rows are just being copied for later use, it waits.
    """
    used = (
        sa.exists()
        .where(draft.c.list_id == contact_list.c.id, draft.c.sent_ts.is_not(None))
        .where(campaign.c.id == draft.c.campaign_id, sa.or_(campaign.c.finished_ts.is_not(None), MAY_HAVE_LEFT))
    )
    orphan = ~sa.exists().where(draft.c.list_id == contact_list.c.id)
    old = sa.or_(contact_list.c.created_ts < sa.bindparam("orphaned_before"), contact_list.c.problem == DELETED)
    copy = contact_list.alias()
    being_copied = sa.exists().where(
        copy.c.follows["list"].as_string() == contact_list.c.id,
        copy.c.state.in_((ListState.NEW, ListState.CHECKING)),
    )
    return sa.select(contact_list.c.id).where(HAS_FILE, sa.or_(used, sa.and_(orphan, old)), ~being_copied).limit(1)


_LIST_TO_CLEAR = _list_to_clear()


class Sweeper:
    """Work that no person waits for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def step(self) -> bool:
        """One small piece of work; False if there was none.

        1. Submissions of stopped campaigns that have not left become stopped.
        2. Campaigns whose submissions are all at their end are finished, if the balance closes.
        3. Lists whose campaign was sent, and campaigns that were replaced before they were sent, lose their rows.
        """
        with self._database.read() as connection:
            # Without a lock, so that a worker with nothing to do is in nobody's way.
            now = self._database.now(connection)
            waiting = [work for work, query in self._work(now) if connection.execute(query).first()]
        return any(work() for work in waiting)

    def _work(self, now: int) -> tuple[tuple[Callable[[], bool], sa.Select[Any]], ...]:
        """What may be to do, and what is found if it is."""
        return (
            (self._stop_some, _LEFT_BEHIND),
            (self._finish_one, _ENDED),
            (self._clear_some, _LIST_TO_CLEAR.params(orphaned_before=now - ORPHAN_MS)),
            (self._clear_some, _ABANDONED),
        )

    def _stop_some(self) -> bool:
        with self._database.write() as connection:
            lock_sender(connection)
            now = self._database.now(connection)
            # Whoever counts as stopped may be sent to again: not if Retarus has their message already.
            return any([
                not adopt_known_job(connection, row.reference, now)
                and move(connection, row.campaign_id, row.n, SubmissionState(row.state), SubmissionState.STOPPED)
                for row in connection.execute(_LEFT_BEHIND).all()
            ])  # fmt: skip

    def _finish_one(self) -> bool:
        with self._database.write() as connection:
            # Or an answer that comes late would open one again between the look at its balance and its end.
            lock_sender(connection)
            rows = connection.execute(_ENDED).all()
            return any([_finish(self._database, connection, row.id, CampaignState(row.state)) for row in rows])

    def _clear_some(self) -> bool:
        """Personal data that nothing needs any more: lists that were sent or left behind, plans that were replaced."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            list_id: str | None = connection.execute(_LIST_TO_CLEAR, {"orphaned_before": now - ORPHAN_MS}).scalar()
            if list_id is not None:
                _clear_list(connection, list_id)
                return True
            return _clear_abandoned(connection)


def _finish(database: Database, connection: Connection, campaign_id: str, state: CampaignState) -> bool:
    if not balance_of(connection, campaign_id).adds_up:
        return False
    end = CampaignState.STOPPED if state is CampaignState.STOPPED else CampaignState.FINISHED
    now = database.now(connection)
    finished = set_state(connection, campaign_id, state, end, finished_ts=now)
    if finished:
        write_audit(connection, now, "sender", "finish", f"campaign:{campaign_id}")
    return finished


def _clear_list(connection: Connection, list_id: str) -> None:
    rows = sa.select(list_row.c.row).where(list_row.c.list_id == list_id).order_by(list_row.c.row).limit(SWEEP_ROWS)
    gone = connection.execute(
        sa.delete(list_row).where(list_row.c.list_id == list_id, list_row.c.row.in_(rows.scalar_subquery()))
    ).rowcount
    if not gone:
        for files in (list_file, mended_file):
            connection.execute(sa.delete(files).where(files.c.list_id == list_id))


def _clear_abandoned(connection: Connection) -> bool:
    campaign_id = connection.execute(_ABANDONED).scalar()
    if campaign_id is None:
        return False
    clear_plan(connection, campaign_id, SWEEP_ROWS)
    empty = not connection.execute(
        sa.select(recipient.c.row).where(recipient.c.campaign_id == campaign_id).limit(1)
    ).first()
    if empty:
        connection.execute(sa.delete(campaign).where(campaign.c.id == campaign_id))
    return True


def clear_plan(connection: Connection, campaign_id: str, rows: int) -> int:
    """Take away up to `rows` recipients of a plan that was never sent, with its submissions and counters."""
    for table in (submission, counter):
        connection.execute(sa.delete(table).where(table.c.campaign_id == campaign_id))
    # In an order, so that both statements mean the same ones.
    of_plan = sa.select(recipient.c.row).where(recipient.c.campaign_id == campaign_id)
    some = of_plan.order_by(recipient.c.row).limit(rows)
    by_number.forget(connection, some)
    return connection.execute(
        sa.delete(recipient).where(recipient.c.campaign_id == campaign_id, recipient.c.row.in_(some.scalar_subquery()))
    ).rowcount
