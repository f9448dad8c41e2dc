"""Campaigns as everybody sees them: frozen plain objects, their balance, and the change of their state."""

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.states import BALANCE, CampaignState
from sms4a.campaigns.tables import campaign, counter
from sms4a.recipients import Pile

_CAMPAIGN = sa.select(campaign).where(campaign.c.id == sa.bindparam("its_id"))
_SET_STATE = sa.update(campaign).where(
    campaign.c.id == sa.bindparam("its_id"), campaign.c.state == sa.bindparam("from_state")
)
_TOTALS = sa.select(campaign.c.rows_total, campaign.c.people).where(campaign.c.id == sa.bindparam("its_id"))
_COUNTS = sa.select(counter.c.kind, counter.c.key, counter.c.n).where(
    counter.c.campaign_id == sa.bindparam("its_id"), counter.c.kind.in_(("pile", "state"))
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; times in epoch milliseconds."""

    id: str
    draft_id: str
    draft_version: int
    state: CampaignState
    problem: str | None
    mode: str
    name: str
    text: str
    sender: str
    options: CampaignOptions
    list_id: str
    list_version: int
    list_name: str
    submission_size: int
    rows_total: int
    rows_done: int
    people: int
    parts: int
    fingerprint: str | None
    start_ts: int | None
    """When it shall leave; None: as soon as Send is pressed."""
    release_ts: int | None
    """Set by Send: nothing leaves before. Until then it can be undone."""
    actor: str
    created_ts: int
    sent_ts: int | None
    finished_ts: int | None
    columns: dict[str, Any] | None
    """Of the list: `header`, `phone`, and `fields`, placeholder → column. None before it is prepared."""
    follows: str | None
    """The campaign whose people are sent to again."""
    root: str | None
    """The first campaign of such a chain."""
    erased_ts: int | None
    """When numbers and texts were taken out; the figures stay."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Where every row of the list and every planned person is. It must add up at any moment."""

    rows_total: int
    piles: dict[Pile, int]
    planned: int
    states: dict[str, int]
    """People by the words of `states.BALANCE`; every word is there."""

    @property
    def left_out(self) -> int:
        return sum(n for pile, n in self.piles.items() if pile is not Pile.RECEIVE)

    @property
    def adds_up(self) -> bool:
        return self.rows_total == self.planned + self.left_out and self.planned == sum(self.states.values())


def one_campaign(connection: Connection, campaign_id: str) -> Campaign | None:
    row = connection.execute(_CAMPAIGN, {"its_id": campaign_id}).mappings().first()
    return campaign_from(row) if row else None


def campaign_from(row: RowMapping) -> Campaign:
    """The plain object of one row of the table."""
    values = {field.name: row[field.name] for field in fields(Campaign)}
    values["state"] = CampaignState(values["state"])
    values["options"] = CampaignOptions.model_validate(values["options"])
    return Campaign(**values)


def balance_of(connection: Connection, campaign_id: str) -> Balance:
    totals = connection.execute(_TOTALS, {"its_id": campaign_id}).one()
    counts = {(kind, key): n for kind, key, n in connection.execute(_COUNTS, {"its_id": campaign_id})}
    return Balance(
        rows_total=totals.rows_total,
        piles={pile: counts.get(("pile", pile), 0) for pile in Pile},
        planned=totals.people,
        states={word: sum(counts.get(("state", state), 0) for state in states) for word, states in BALANCE.items()},
    )


def set_state(
    connection: Connection, campaign_id: str, start: CampaignState, end: CampaignState, **values: Any
) -> bool:
    values |= {"its_id": campaign_id, "from_state": start, "state": end}
    return bool(connection.execute(_SET_STATE, values).rowcount)
