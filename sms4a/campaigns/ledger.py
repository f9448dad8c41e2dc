"""The ledger as people use it: prepare, send, pause, resume and stop a campaign, and its balance."""

from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import again
from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.brakes import lock_sender, restored_since
from sms4a.campaigns.campaign_records import Balance, Campaign, balance_of, one_campaign, set_state
from sms4a.campaigns.database import Database
from sms4a.campaigns.departures import MAY_HAVE_LEFT
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.prices import cost_map_of, day_over_limit, over_limit, price_list, stored
from sms4a.campaigns.states import SENT_STATES, CampaignState, ListState
from sms4a.campaigns.tables import (
    campaign,
    contact_list,
    draft,
    installation,
    submission,
)
from sms4a.errors import Sms4aError

_HAS_LEFT = sa.select(campaign.c.id).where(campaign.c.id == sa.bindparam("its_id"), MAY_HAVE_LEFT)
_LOCK_DRAFT = sa.select(draft).where(draft.c.id == sa.bindparam("its_id")).with_for_update()
_DRAFT_SENT = sa.update(draft).where(
    draft.c.id == sa.bindparam("its_id"),
    draft.c.version == sa.bindparam("its_version"),
    draft.c.campaign_id == sa.bindparam("its_campaign"),
    draft.c.sent_ts.is_(None),
    sa.exists().where(
        contact_list.c.id == sa.bindparam("its_list"), contact_list.c.version == sa.bindparam("list_version")
    ),
)


class LedgerError(Sms4aError):
    """What was asked for is not possible now; the code says why, the page says it in words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """changed: the draft or its list was changed after the check · not_prepared · no_people · list_not_ready ·
        draft_gone · already_sent · over_campaign_limit · over_day_limit · no_price: there is a limit and the cost is
        not known · sent_again: somebody of it was sent to again meanwhile, or must not be any more · start_passed

        Of decisions: no_reason · no_job_id · not_undecided · already_asked"""


class Ledger:
    """All verbs may be called twice: the second call changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def campaign(self, campaign_id: str) -> Campaign | None:
        with self._database.read() as connection:
            return one_campaign(connection, campaign_id)

    def prepare(self, draft_id: str, version: int, actor: str, *, submission_size: int = 1000) -> str:
        """Begin to fix what would be sent; a worker does the rest. Returns the campaign's id.

        The same draft version gives the same campaign. What an older version had prepared is thrown away.
        Raises LedgerError: draft_gone, changed, list_not_ready, already_sent.
        """
        with self._database.write() as connection:
            # Locked first, here and in send and undo: two clicks at once come one after the other.
            d = connection.execute(_LOCK_DRAFT, {"its_id": draft_id}).mappings().first()
            if d is None:
                raise LedgerError("draft_gone")
            if d["sent_ts"] is not None:
                raise LedgerError("already_sent")
            if d["version"] != version:
                raise LedgerError("changed")
            listed = (
                connection.execute(sa.select(contact_list).where(contact_list.c.id == d["list_id"])).mappings().first()
            )
            if listed is None or listed["state"] != ListState.CHECKED:
                raise LedgerError("list_not_ready")
            present = one_campaign(connection, d["campaign_id"] or "")
            same = present and (present.draft_version, present.list_version) == (version, listed["version"])
            if present and same and present.state is not CampaignState.FAILED:
                return present.id
            if present:
                _abandon(connection, present.id)
            now = self._database.now(connection)
            campaign_id = _insert_campaign(connection, d, listed, actor, submission_size, now)
            connection.execute(sa.update(draft).where(draft.c.id == draft_id).values(campaign_id=campaign_id))
            write_audit(connection, now, actor, "prepare", f"campaign:{campaign_id}", draft_version=version)
            return campaign_id

    def send(self, campaign_id: str, fingerprint: str, actor: str, *, undo_s: float = 0, zone: tzinfo = UTC) -> bool:
        """Release exactly what was checked. True: this call did it; False: it was already done.

        Nothing leaves for `undo_s` seconds, so that it can be taken back. A day that has a limit is a day of `zone`.
        Raises LedgerError: changed (draft, list or fingerprint differ), not_prepared, no_people, start_passed, or that
        of a limit.
        """
        with self._database.write() as connection:
            # Two campaigns at once must not both be the last that the day's limit allows.
            lock_sender(connection)
            present = _with_draft_locked(connection, campaign_id)
            if present is None or present.state in {CampaignState.PREPARING, CampaignState.FAILED}:
                raise LedgerError("not_prepared")
            if present.fingerprint != fingerprint:
                raise LedgerError("changed")
            if present.state in SENT_STATES:
                return False
            if not present.people:
                raise LedgerError("no_people")
            if present.follows and not again.claim(connection, present.id, present.follows, present.people):
                raise LedgerError("sent_again")
            now = self._database.now(connection)
            # The page may have been open for hours: what was to leave in the morning must not do so at night.
            if present.start_ts is not None and present.start_ts <= now:
                raise LedgerError("start_passed")
            release_ts = max(present.start_ts or 0, now + int(undo_s * 1000))
            cost = _cost_within_limits(connection, present, release_ts, zone)
            as_checked = {
                "its_id": present.draft_id,
                "its_version": present.draft_version,
                "its_campaign": campaign_id,
                "its_list": present.list_id,
                "list_version": present.list_version,
            }
            if not connection.execute(_DRAFT_SENT, {**as_checked, "sent_ts": now}).rowcount:
                raise LedgerError("changed")
            values = {"actor": actor, "sent_ts": now, "release_ts": release_ts, **cost}
            set_state(connection, campaign_id, CampaignState.PREPARED, CampaignState.SENDING, **values)
            _take_turn(connection, campaign_id, release_ts)
            write_audit(
                connection, now, actor, "send", f"campaign:{campaign_id}", people=present.people, hash=fingerprint
            )
            return True

    def undo(self, campaign_id: str, actor: str) -> bool:
        """Take Send back while nothing has left: the campaign is a draft again. False if something may have left."""
        with self._database.write() as connection:
            present = _still_here(connection, campaign_id)
            if present is None:
                return False
            # It was checked with the start that its draft has; another one may have been chosen since.
            start_ts = connection.execute(sa.select(draft.c.start_ts).where(draft.c.id == present.draft_id)).scalar()
            values = {"sent_ts": None, "release_ts": None, "problem": None, "start_ts": start_ts}
            if not set_state(connection, campaign_id, present.state, CampaignState.PREPARED, **values):
                return False
            now = self._database.now(connection)
            again_a_draft = {"sent_ts": None, "updated_ts": now}
            connection.execute(sa.update(draft).where(draft.c.id == present.draft_id).values(**again_a_draft))
            again.give_back(connection, campaign_id)
            write_audit(connection, now, actor, "undo", f"campaign:{campaign_id}", people=present.people)
            return True

    def reschedule(self, campaign_id: str, start_ts: int, actor: str, *, zone: tzinfo = UTC) -> bool:
        """Another start for a campaign that waits for its time; False if it has begun to leave.

        Raises LedgerError: over_day_limit, if it would begin on another day that has no room for it.
        """
        with self._database.write() as connection:
            present = _still_here(connection, campaign_id)
            if present is None:
                return False
            if day_over_limit(connection, campaign_id, start_ts, zone):
                raise LedgerError("over_day_limit")
            values = {"problem": None, "start_ts": start_ts, "release_ts": start_ts}
            if not set_state(connection, campaign_id, present.state, CampaignState.SENDING, **values):
                return False
            _take_turn(connection, campaign_id, start_ts)
            now = self._database.now(connection)
            detail = {"start_ts": start_ts, "before": present.start_ts}
            write_audit(connection, now, actor, "reschedule", f"campaign:{campaign_id}", **detail)
            return True

    def pause(self, campaign_id: str, actor: str) -> bool:
        return self._turn(campaign_id, actor, "pause", CampaignState.SENDING, CampaignState.PAUSED)

    def resume(self, campaign_id: str, actor: str) -> bool:
        return self._turn(campaign_id, actor, "resume", CampaignState.PAUSED, CampaignState.SENDING)

    def stop(self, campaign_id: str, actor: str) -> bool:
        """No further marker is written; what has none is then stopped by a worker, a few submissions at a time."""
        return self._turn(campaign_id, actor, "stop", CampaignState.SENDING, CampaignState.STOPPED) or self._turn(
            campaign_id, actor, "stop", CampaignState.PAUSED, CampaignState.STOPPED
        )

    def _turn(self, campaign_id: str, actor: str, action: str, start: CampaignState, end: CampaignState) -> bool:
        with self._database.write() as connection:
            # A claim that has looked at the campaign is through, or will see what it is now.
            lock_sender(connection)
            if not set_state(connection, campaign_id, start, end, finished_ts=None, problem=None):
                return False
            write_audit(connection, self._database.now(connection), actor, action, f"campaign:{campaign_id}")
            return True

    def senders(self, limit: int = 5) -> tuple[str, ...]:
        """Senders of campaigns that were sent, the one used last first."""
        query = (
            sa.select(campaign.c.sender)
            .where(campaign.c.sent_ts.is_not(None), campaign.c.sender != "")
            .group_by(campaign.c.sender)
            .order_by(sa.func.max(campaign.c.sent_ts).desc(), campaign.c.sender)
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query.limit(limit)))

    def balance(self, campaign_id: str) -> Balance:
        """Read from the counters, which change in the transactions that change the rows."""
        with self._database.read() as connection:
            return balance_of(connection, campaign_id)


def _take_turn(connection: Connection, campaign_id: str, release_ts: int) -> None:
    """Campaigns leave in the order in which they may."""
    connection.execute(sa.update(submission).where(submission.c.campaign_id == campaign_id).values(due_ts=release_ts))


def _with_draft_locked(connection: Connection, campaign_id: str) -> Campaign | None:
    """The campaign as it is once nobody else works on its draft."""
    found = one_campaign(connection, campaign_id)
    if found is None:
        return None
    connection.execute(_LOCK_DRAFT, {"its_id": found.draft_id})
    return one_campaign(connection, campaign_id)


def _cost_within_limits(connection: Connection, present: Campaign, begin_ts: int, zone: tzinfo) -> dict[str, Any]:
    """The columns that keep what it costs by today's prices; LedgerError if that is more than may be spent."""
    counted, priced = cost_map_of(connection, present.id), price_list(connection)
    if counted is None:
        raise LedgerError("not_prepared")
    cost = priced.cost(counted.parts_by_region())
    if code := over_limit(connection, priced, cost, begin_ts, zone):
        raise LedgerError(code)
    if not cost.complete:
        return {"cost": None, "currency": priced.currency, "prices": None}
    prices = {region: stored(priced.of(region) or Decimal(0)) for region in counted.parts_by_region()}
    return {"cost": stored(cost.amount), "currency": priced.currency, "prices": prices}


def _still_here(connection: Connection, campaign_id: str) -> Campaign | None:
    """The campaign, if Send was pressed and nothing of it can have left; None otherwise.

    In an older copy of the database nobody knows that of a campaign that is older than the copy's return.

    The claim locks the sender first: nothing can be claimed between this look and the end of the transaction.
    """
    lock_sender(connection)
    present = _with_draft_locked(connection, campaign_id)
    if present is None or present.state not in {CampaignState.SENDING, CampaignState.PAUSED}:
        return None
    if (
        restored_since(connection, present.sent_ts or 0)
        or connection.execute(_HAS_LEFT, {"its_id": campaign_id}).first()
    ):
        return None
    return present


def _insert_campaign(
    connection: Connection, d: RowMapping, listed: RowMapping, actor: str, submission_size: int, now: int
) -> str:
    campaign_id = random_id(8)
    follows = (listed["follows"] or {}).get("campaign")
    mode = connection.execute(sa.select(installation.c.mode)).scalar_one()
    connection.execute(
        campaign.insert().values(
            id=campaign_id,
            draft_id=d["id"],
            draft_version=d["version"],
            state=CampaignState.PREPARING,
            mode=mode,
            name=d["name"],
            text=d["text"],
            sender=d["sender"],
            options=d["options"],
            list_id=listed["id"],
            list_version=listed["version"],
            list_name=listed["name"],
            submission_size=submission_size,
            rows_total=listed["rows_total"],
            rows_done=0,
            people=0,
            parts=0,
            start_ts=d["start_ts"],
            actor=actor,
            created_ts=now,
            follows=follows,
            root=again.root_of(connection, follows) if follows else None,
        )
    )
    return campaign_id


def _abandon(connection: Connection, campaign_id: str) -> None:
    """A newer version of the draft replaces it; a worker takes its rows away."""
    connection.execute(
        sa.update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.sent_ts.is_(None))
        .values(state=CampaignState.FAILED, problem="replaced", fingerprint=None, owner=None)
    )
