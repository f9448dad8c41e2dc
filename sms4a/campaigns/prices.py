"""What an SMS part costs in each country, what may be spent, and what a campaign will cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import analysis
from sms4a.campaigns.begin import BEGIN_TS
from sms4a.campaigns.bookkeeping import insert, upsert, write_audit
from sms4a.campaigns.cost_map import CostMap
from sms4a.campaigns.database import Database
from sms4a.campaigns.spared import COST
from sms4a.campaigns.states import SENT_STATES
from sms4a.campaigns.tables import campaign, price, spending

# Money is an integer in the database: SQLite has no exact fractions.
_UNIT = Decimal(10_000)

ELSEWHERE = ""
"""Stands for every country that has no price of its own."""

HIGHEST_PRICE = Decimal(1_000)
LARGEST_LIMIT = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many SMS parts cost."""

    amount: Decimal
    """Of those that have a price."""
    unpriced: Mapping[str, int] = field(default_factory=dict)
    """Region → SMS parts without a price."""

    @property
    def complete(self) -> bool:
        return not self.unpriced


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices of one SMS part, and how much may be spent."""

    currency: str = "EUR"
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    """Region → price; `ELSEWHERE` for the others."""
    campaign_limit: Decimal | None = None
    day_limit: Decimal | None = None

    def of(self, region: str) -> Decimal | None:
        """The price of a part to this country; None if there is none."""
        return self.prices.get(region, self.prices.get(ELSEWHERE))

    def dearest(self, counted: CostMap) -> int | None:
        """The row of the file whose message costs most; None without anybody."""
        by_cost = {
            (kind.parts * (self.of(kind.region) or 0), kind.parts, -group.row): group.row
            for kind, group in counted.groups.items()
        }
        return by_cost[max(by_cost)] if by_cost else None

    def cost(self, parts_by_region: Mapping[str, int]) -> Cost:
        prices = {region: self.of(region) for region in parts_by_region}
        amount = sum((p * parts_by_region[region] for region, p in prices.items() if p is not None), Decimal(0))
        return Cost(amount, {region: n for region, n in parts_by_region.items() if prices[region] is None and n})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a campaign costs by the price list, as far as Retarus accepted it or may yet."""

    planned: Decimal
    """All that was to be sent when Send was pressed."""
    now: Decimal
    """Without those who were stopped, refused or taken out since."""
    currency: str


class Spending(TypedDict, total=False):
    """Currency of the prices, and what may be spent for a campaign and on a day; None: no limit."""

    currency: str
    campaign_limit: Decimal | None
    day_limit: Decimal | None


class Prices:
    """The one price list, and the cost of campaigns by it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> PriceList:
        with self._database.read() as connection:
            return price_list(connection)

    def cost_map(self, campaign_id: str) -> CostMap | None:
        """What was counted while a campaign was prepared; None before that is done."""
        with self._database.read() as connection:
            return cost_map_of(connection, campaign_id)

    def expected(self, campaign_id: str) -> Expected | None:
        """What a campaign costs by the prices at Send; None if one was missing, or before that."""
        query = sa.select(campaign.c.cost, COST.label("now"), campaign.c.currency).where(campaign.c.id == campaign_id)
        with self._database.read() as connection:
            found = connection.execute(query).one_or_none()
        if found is None or found.cost is None:
            return None
        return Expected(planned=money(found.cost), now=money(found.now), currency=found.currency)

    def set_price(self, region: str, amount: Decimal | None, actor: str) -> None:
        """The price of a part to a country; None takes it off the list. ValueError if it is not within its limits."""
        if amount is not None and not 0 <= amount <= HIGHEST_PRICE:
            raise ValueError("a price is from 0 to 1,000")
        with self._database.write() as connection:
            now = self._database.now(connection)
            if amount is None:
                connection.execute(sa.delete(price).where(price.c.region == region))
            else:
                values = {"price": stored(amount), "actor": actor, "updated_ts": now}
                connection.execute(
                    insert(connection, price)
                    .values(region=region, **values)
                    .on_conflict_do_update(index_elements=["region"], set_=values)
                )
            told = None if amount is None else str(amount)
            write_audit(connection, now, actor, "price", f"price:{region or 'elsewhere'}", price=told)

    def set_spending(self, actor: str, **changes: Unpack[Spending]) -> None:
        """Change what is named, and leave the rest to whoever changes it at the same moment."""
        limits = (changes.get("campaign_limit"), changes.get("day_limit"))
        if any(limit is not None and not 0 <= limit <= LARGEST_LIMIT for limit in limits):
            raise ValueError("a limit is from 0 to 1,000,000,000")
        values = {name: stored(value) if isinstance(value, Decimal) else value for name, value in changes.items()}
        with self._database.write() as connection:
            now = self._database.now(connection)
            values |= {"actor": actor, "updated_ts": now}
            row = {"id": 1, "currency": PriceList().currency, **values}
            upsert(connection, spending, row, changes=tuple(values))
            told = {name: str(value) for name, value in changes.items()}
            write_audit(connection, now, actor, "spending", "spending:1", **told)

    def limit_broken(self, campaign_id: str, begin_ts: int, zone: tzinfo) -> str | None:
        """The code of the limit that a prepared campaign would break if it began then; None: it may be sent."""
        with self._database.read() as connection:
            counted, priced = cost_map_of(connection, campaign_id), price_list(connection)
            cost = priced.cost(counted.parts_by_region() if counted else {})
            return over_limit(connection, priced, cost, begin_ts, zone)

    def spent_on(self, day_ts: int, zone: tzinfo) -> Decimal:
        """What campaigns cost that begin on the day of this moment, as far as their prices are known."""
        with self._database.read() as connection:
            return spent_on(connection, day_ts, zone)


def price_list(connection: Connection) -> PriceList:
    prices = {region: money(amount) for region, amount in connection.execute(sa.select(price.c.region, price.c.price))}
    limits = connection.execute(sa.select(spending).where(spending.c.id == 1)).mappings().one_or_none()
    if limits is None:
        return PriceList(prices=prices)
    campaign_limit, day_limit = (
        None if limits[name] is None else money(limits[name]) for name in ("campaign_limit", "day_limit")
    )
    return PriceList(limits["currency"], prices, campaign_limit, day_limit)


def cost_map_of(connection: Connection, campaign_id: str) -> CostMap | None:
    counted = connection.execute(sa.select(campaign.c.cost_map).where(campaign.c.id == campaign_id)).scalar()
    return CostMap.from_json(counted) if counted else None


def spent_on(connection: Connection, day_ts: int, zone: tzinfo) -> Decimal:
    begin, end = _day(day_ts, zone)
    query = sa.select(sa.func.coalesce(sa.func.sum(COST), 0)).where(
        campaign.c.state.in_(SENT_STATES), begin <= BEGIN_TS, end > BEGIN_TS
    )
    return money(int(connection.execute(query).scalar_one()))


def _day(ts: int, zone: tzinfo) -> tuple[int, int]:
    """Begin and end of the day of this moment."""
    day = datetime.fromtimestamp(ts / 1000, zone).date()
    return analysis.start_of_day(day, zone), analysis.start_of_day(day + timedelta(days=1), zone)


def over_limit(connection: Connection, priced: PriceList, cost: Cost, begin_ts: int, zone: tzinfo) -> str | None:
    """The code of the limit that a campaign of this cost would break."""
    if priced.campaign_limit is None and priced.day_limit is None:
        return None
    if not cost.complete:
        return "no_price"
    if priced.campaign_limit is not None and cost.amount > priced.campaign_limit:
        return "over_campaign_limit"
    if priced.day_limit is not None and spent_on(connection, begin_ts, zone) + cost.amount > priced.day_limit:
        return "over_day_limit"
    return None


def day_over_limit(connection: Connection, campaign_id: str, start_ts: int, zone: tzinfo) -> bool:
    """Whether a campaign that was sent would break the limit of the day on which it now begins."""
    limit = price_list(connection).day_limit
    mine = sa.select(COST, BEGIN_TS).where(campaign.c.id == campaign_id)
    cost, begin_ts = connection.execute(mine).one()
    if limit is None or cost is None or _day(begin_ts, zone) == _day(start_ts, zone):
        return False
    return bool(spent_on(connection, start_ts, zone) + money(cost) > limit)


def stored(amount: Decimal) -> int:
    """As the database keeps it; ValueError if it has more than four decimals."""
    scaled = amount * _UNIT
    if scaled != scaled.to_integral_value():
        raise ValueError("money has at most four decimals")
    return int(scaled)


def money(units: int) -> Decimal:
    return Decimal(units) / _UNIT
