"""From a checked list and a draft to submissions: staged in chunks, made valid by one final flip."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import again, by_number
from sms4a.campaigns.bookkeeping import count
from sms4a.campaigns.campaign_records import Campaign, campaign_from
from sms4a.campaigns.database import Database
from sms4a.campaigns.leases import Leases
from sms4a.campaigns.lists.list_records import one_list
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.sending.planned import Listed, Plan, Staged
from sms4a.campaigns.sending.sweep import clear_plan
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.tables import campaign, installation, list_row, opt_out
from sms4a.templates import Template, matched

# Written at once: few enough that no other writer waits for long, enough that the pages of an index are not written
# again and again for some rows each.
CHUNK_ROWS = 20_000

# Of a list's row, what becomes of a recipient as it stands.
_LISTED = ("row", "raw_number", "number", "region", "pile", "problem", "detail", "duplicate_of")

# So many are in memory as objects of their own: more of them, and Python would search for garbage all the time.
_TOGETHER = 400

# Longer than any chunk takes; a planner that is silent for so long is dead, and the next one starts over.
LEASE_MS = 60_000

_LEASES = Leases(
    campaign,
    sa.select(campaign)
    .where(
        campaign.c.state == CampaignState.PREPARING,
        sa.or_(campaign.c.lease_ts.is_(None), campaign.c.lease_ts < sa.bindparam("now")),
    )
    .order_by(campaign.c.created_ts)
    .limit(1),
    lease_ms=LEASE_MS,
)


class Planner:
    """Prepares campaigns, one chunk after the other; a crash in the middle starts the campaign over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan_next(self, worker: str) -> bool:
        """Prepare one campaign that waits for it; False if there was none."""
        # A name of its own for each claim: a planner that slept too long must not pass for the one that took over.
        owner = f"{worker}/{random_id(4)}"
        claimed = self._claim(owner)
        if claimed is None:
            return False
        job = Plan(claimed, *self._surroundings(claimed))
        if problem := job.obstacle():
            self._fail(claimed.id, owner, problem)
            return True
        for staged in self._chunks(job):
            if not self._stage(job, owner, staged):
                return True
        if job.rows_done != claimed.rows_total:
            # Rows of the list went away while it was planned: a plan of the rest would look complete.
            self._fail(claimed.id, owner, "list_changed")
            return True
        if self._enter_numbers(job, owner):
            self._flip(job, owner)
        return True

    def _claim(self, owner: str) -> Campaign | None:
        claimed = _LEASES.claim(self._database, owner)
        if claimed is None:
            return None
        row, _now = claimed
        return campaign_from(row) if self._clear(row["id"], owner) else None

    def _clear(self, campaign_id: str, owner: str) -> bool:
        """Take away what an earlier, interrupted attempt has staged; False if the campaign was lost meanwhile."""
        while True:
            with self._database.write() as connection:
                if not self._still_mine(connection, campaign_id, owner, 0):
                    return False
                if not clear_plan(connection, campaign_id, CHUNK_ROWS):
                    return True

    def _surroundings(self, c: Campaign) -> tuple[str, dict[str, Any]]:
        """The installation's token, and what is kept of the list."""
        with self._database.read() as connection:
            token = connection.execute(sa.select(installation.c.token)).scalar_one()
            listed = one_list(connection, c.list_id)
        assert listed is not None
        fields = {**matched(Template.parse(c.text), listed.header), **listed.answers.fields}
        return token, {"header": list(listed.header), "phone": listed.answers.phone, "fields": fields}

    def _chunks(self, plan: Plan) -> Iterator[Staged]:
        last = -1
        while True:
            staged = Staged()
            for listed in self._listed(plan.campaign.list_id, last):
                plan.add(listed, staged, self._spent(plan.campaign, listed))
                last = listed.rows[-1]
            if staged.is_empty:
                return
            yield staged

    def _listed(self, list_id: str, last: int) -> Iterator[Listed]:
        """The next rows of a list, some at a time."""
        plain = [list_row.c[name] for name in _LISTED]
        mended, fields = (sa.cast(list_row.c[name], sa.Text) for name in ("mended", "fields"))
        query = (
            sa.select(*plain, mended, opt_out.c.number.is_not(None), fields)
            .outerjoin(opt_out, opt_out.c.number == list_row.c.number)
            .where(list_row.c.list_id == list_id, list_row.c.row > last)
            .order_by(list_row.c.row)
            .limit(CHUNK_ROWS)
        )
        with self._database.read() as connection:
            for some in connection.execute(query).partitions(_TOGETHER):
                *told, written = zip(*some, strict=True)
                # One call for all rows takes a fifth of the time of one for each.
                yield Listed._make([*told, json.loads(f"[{','.join(written)}]")])

    def _spent(self, c: Campaign, listed: Listed) -> frozenset[int]:
        """Rows of people who must not be sent to again, or were by somebody else."""
        if not c.follows:
            return frozenset()
        rows = set(listed.rows)
        with self._database.read() as connection:
            safe = connection.scalars(again.may_be_sent_to(connection, c.follows, min(rows), max(rows)))
            return frozenset(rows - set(safe))

    def _stage(self, plan: Plan, owner: str, staged: Staged) -> bool:
        """Write down what was planned; False if the campaign was lost meanwhile."""
        with self._database.write() as connection:
            if not self._still_mine(connection, plan.campaign.id, owner, plan.rows_done):
                return False
            staged.write(connection, plan.campaign.id)
        return True

    def _enter_numbers(self, plan: Plan, owner: str) -> bool:
        """Let its people be found by their numbers; False if the campaign was lost meanwhile."""
        with (
            self._database.read() as reading,
            closing(by_number.in_order(reading, plan.campaign.id, CHUNK_ROWS)) as numbers,
        ):
            for places in numbers:
                with self._database.write() as connection:
                    if not self._still_mine(connection, plan.campaign.id, owner, plan.rows_done):
                        return False
                    by_number.enter(connection, places)
        return True

    def _flip(self, plan: Plan, owner: str) -> None:
        with self._database.write() as connection:
            if not self._still_mine(connection, plan.campaign.id, owner, plan.rows_done):
                return
            last = Staged()
            plan.close(last)
            last.write(connection, plan.campaign.id)
            count(connection, plan.campaign.id, plan.deltas())
            connection.execute(
                sa.update(campaign)
                .where(campaign.c.id == plan.campaign.id)
                .values(
                    state=CampaignState.PREPARED,
                    people=plan.people,
                    parts=plan.parts,
                    fingerprint=plan.fingerprint(),
                    cost_map=plan.costs.map.json(),
                    columns=plan.kept,
                    owner=None,
                    lease_ts=None,
                )
            )

    def _still_mine(self, connection: Connection, campaign_id: str, owner: str, rows_done: int) -> bool:
        """Renew the lease; False if the campaign was replaced, or given to another worker."""
        renewed = connection.execute(
            sa.update(campaign)
            .where(
                campaign.c.id == campaign_id,
                campaign.c.owner == owner,
                campaign.c.state == CampaignState.PREPARING,
            )
            .values(lease_ts=self._database.now(connection) + LEASE_MS, rows_done=rows_done)
        )
        return bool(renewed.rowcount)

    def _fail(self, campaign_id: str, owner: str, problem: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(campaign)
                .where(campaign.c.id == campaign_id, campaign.c.owner == owner)
                .values(state=CampaignState.FAILED, problem=problem, owner=None, lease_ts=None)
            )
