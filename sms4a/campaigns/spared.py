"""What a campaign costs less than planned: people who were stopped, refused or taken out after Send."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import campaign

NOT_PAID = frozenset({SubmissionState.STOPPED, SubmissionState.REFUSED})
"""Whoever is in these states was not accepted, and that is known; whatever is unclear may have to be paid."""

COST = campaign.c.cost - campaign.c.spared
"""Null if a price was missing at Send."""

_PRICES = sa.select(campaign.c.prices).where(campaign.c.id == sa.bindparam("its_id"))
_SPARE = (
    sa.update(campaign)
    .where(campaign.c.id == sa.bindparam("its_id"))
    .values(spared=campaign.c.spared + sa.bindparam("amount"))
)


def spare(connection: Connection, campaign_id: str, parts: Iterable[tuple[str | None, int]], *, sign: int = 1) -> None:
    """These people, by country and SMS parts, need not be paid; `sign` -1: they must be after all."""
    prices = connection.execute(_PRICES, {"its_id": campaign_id}).scalar()
    if prices is None:
        return
    amount = sum(n * prices.get(region or "", 0) for region, n in parts)
    connection.execute(_SPARE, {"its_id": campaign_id, "amount": sign * amount})
