"""Figures over many campaigns, from the counters alone: what became of it, why, where, how fast, side by side."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from sms4a.campaigns.begin import BEGIN_TS
from sms4a.campaigns.bookkeeping import FATES, NO_WORD
from sms4a.campaigns.database import Database
from sms4a.campaigns.spared import COST
from sms4a.campaigns.states import SENT_STATES, SubmissionState
from sms4a.campaigns.tables import campaign, counter
from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, TILE_OF, Tally, Tile
from sms4a.campaigns.views import By, Funnel, Group, Selection
from sms4a.recipients import Pile
from sms4a.status import Outcome

# Tests to one's own numbers are no campaigns for whoever reads figures.
NO_TEST: ColumnElement[bool] = campaign.c.test_of.is_(None)

_billcode: ColumnElement[str] = sa.func.coalesce(campaign.c.options["billcode"].as_string(), "")

# By its name: the same expression with its parameters would be another one to PostgreSQL.
_GROUP = "grouped_by"

_HERE = frozenset({SubmissionState.READY, SubmissionState.HELD, SubmissionState.SENDING})
"""States whose people have not been accepted, and of whom there is no word."""

_NOT_ACCEPTED = frozenset({"unclear", "refused", "stopped", "written_off"})
"""Verdicts of people without a job; all others come from a status, or from its absence, of an accepted one."""

Figure = tuple[str, str, int]
"""Kind, key and number of a counter."""


class Analysis:
    """All queries read `counter` and `campaign`, never a row of a recipient."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def totals(self, selection: Selection) -> tuple[int, Tally]:
        """How many campaigns a selection has, and their rows by where they stand."""
        count = sa.select(sa.func.count()).select_from(campaign).where(selected(selection))
        with self.database.read() as connection:
            return connection.execute(count).scalar_one(), tally_of(_standing(connection, selection))

    def funnel(self, selection: Selection) -> Funnel:
        everywhere = selection.region is None
        with self.database.read() as connection:
            standing = _standing(connection, selection)
            accepted = _accepted(connection, selection) if everywhere else _accepted_in(connection, selection)
        tally = tally_of(standing)
        return Funnel(
            uploaded=sum(n for kind, _, n in standing if kind == "pile") if everywhere else None,
            planned=tally.people,
            accepted=accepted,
            delivered=tally[Tile.DELIVERED],
        )

    def verdicts(self, selection: Selection) -> dict[str, int]:
        """Verdict → people; of whom nothing is known yet, they are in none."""
        with self.database.read() as connection:
            if selection.region is None:
                return {verdict: n for verdict, n in _summed(connection, selection, "verdict") if n}
            found = _summed(connection, selection, "country")
        theirs = {key.partition(":")[2]: n for key, n in found if key.partition(":")[0] == selection.region}
        return {verdict: n for verdict, n in theirs.items() if n and verdict != NO_WORD}

    def reasons(self, selection: Selection, tiles: Sequence[Tile] = (Tile.FAILED,)) -> tuple[tuple[str, int], ...]:
        """Verdict and people: one tile after the other, in each most people first."""
        found = [(tile_of_verdict(verdict), -n, verdict) for verdict, n in self.verdicts(selection).items()]
        wanted = sorted((tiles.index(tile), n, verdict) for tile, n, verdict in found if tile in tiles)
        return tuple((verdict, -n) for _, n, verdict in wanted)

    def delays(self, selection: Selection) -> dict[str, dict[str, int]]:
        """Country → how long delivery took (steps of `delays`) → people."""
        found: dict[str, dict[str, int]] = {}
        with self.database.read() as connection:
            for key, n in _summed(connection, selection, "delay"):
                region, _, step = key.partition(":")
                if n > 0 and selection.region in (None, region):
                    found.setdefault(region, {})[step] = n
        return found

    def arrivals(self, selection: Selection) -> tuple[tuple[int, int], ...]:
        """Begin of the hour (epoch ms, UTC) and people delivered in it, oldest first; not counted by country."""
        hours: Counter[int] = Counter()
        with self.database.read() as connection:
            for minute, n in _summed(connection, selection, "delivered"):
                hours[int(minute) // 3_600_000 * 3_600_000] += n
        return tuple(sorted((hour, n) for hour, n in hours.items() if n > 0))

    def delivered_by_minute(self, campaign_id: str) -> tuple[tuple[int, int], ...]:
        """Begin of the minute (epoch ms) and people delivered in it, oldest first; minutes without any are missing."""
        with self.database.read() as connection:
            found = _summed(connection, Selection(campaign_id=campaign_id), "delivered")
        return tuple(sorted((int(key), n) for key, n in found if n > 0))

    def daily(
        self,
        days: int,
        now_ts: int,
        zone: tzinfo,
        campaign_id: str | None = None,
        *,
        within: Selection = Selection(),  # noqa: B008  (frozen)
    ) -> tuple[tuple[date, Tally], ...]:
        """The last `days` days up to today in `zone`, oldest first, with what began to leave on them."""
        dates = last_days(days, now_ts, zone)
        chosen = replace(
            within,
            since_ts=start_of_day(dates[0], zone),
            until_ts=now_ts + 1,
            campaign_id=campaign_id or within.campaign_id,
        )
        found: dict[date, list[Figure]] = {day: [] for day in dates}
        with self.database.read() as connection:
            for moment, kind, key, n in _standing_by(connection, chosen, BEGIN_TS):
                found[datetime.fromtimestamp(moment / 1000, zone).date()].append((kind, key, n))
        return tuple((day, tally_of(figures)) for day, figures in found.items())

    def side_by_side(self, selection: Selection, by: By, *, limit: int = 50) -> tuple[Group, ...]:
        """The figures of a selection in groups, most people first."""
        with self.database.read() as connection:
            groups = _countries(connection, selection) if by is By.COUNTRY else _grouped(connection, selection, by)
        return tuple(sorted(groups, key=lambda group: (-group.tally.people, group.name))[:limit])

    def choices(self, selection: Selection) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Senders, bill codes and countries that a selection has, each sorted; the empty word is one of them."""
        about = sa.select(campaign.c.sender, _billcode).where(selected(selection)).distinct()
        with self.database.read() as connection:
            pairs = connection.execute(about).all()
            regions = {key.partition(":")[0] for key, n in _summed(connection, selection, "country") if n}
        return (
            tuple(sorted({sender for sender, _ in pairs})),
            tuple(sorted({code for _, code in pairs})),
            tuple(sorted(regions)),
        )


def last_days(days: int, now_ts: int, zone: tzinfo) -> list[date]:
    """So many days up to today in `zone`, oldest first."""
    today = datetime.fromtimestamp(now_ts / 1000, zone).date()
    return [today - timedelta(days=back) for back in reversed(range(days))]


def start_of_day(day: date, zone: tzinfo) -> int:
    """Midnight in `zone` as epoch milliseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def tile_of_verdict(verdict: str) -> Tile:
    return TILE_OF[OUTCOME_OF_VERDICT.get(verdict, Outcome.UNKNOWN)]


def selected(selection: Selection) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [campaign.c.state.in_(SENT_STATES)]
    if selection.campaign_id is not None:
        conditions.append(campaign.c.id == selection.campaign_id)
    else:
        conditions.append(NO_TEST)
    if selection.since_ts is not None:
        conditions.append(selection.since_ts <= BEGIN_TS)
    if selection.until_ts is not None:
        conditions.append(selection.until_ts > BEGIN_TS)
    if selection.sender is not None:
        conditions.append(campaign.c.sender == selection.sender)
    if selection.billcode is not None:
        conditions.append(_billcode == selection.billcode)
    return sa.and_(*conditions)


def tally_of(figures: Iterable[Figure]) -> Tally:
    """From the counters that `_STANDING` selects."""
    tiles: dict[Tile, int] = {}
    cancelled = stopped = 0
    for kind, key, n in figures:
        if kind == "pile" and key == Pile.RECEIVE:
            continue
        if kind == "verdict":
            stopped += n
            continue
        tile = Tile.LEFT_OUT if kind == "pile" else TILE_OF[Outcome(key)]
        tiles[tile] = tiles.get(tile, 0) + n
        cancelled += n if (kind, key) == ("outcome", Outcome.CANCELLED) else 0
    return Tally({tile: n for tile in Tile if (n := tiles.get(tile, 0))}, cancelled, stopped)


_STOPPED = ("verdict", FATES[SubmissionState.STOPPED][1])

_STANDING = sa.or_(counter.c.kind.in_(("outcome", "pile")), sa.tuple_(counter.c.kind, counter.c.key) == _STOPPED)
"""The counters that tell where rows stand."""


def tallies(connection: Connection, campaign_ids: Sequence[str]) -> dict[str, Tally]:
    query = sa.select(counter.c.campaign_id, counter.c.kind, counter.c.key, counter.c.n).where(
        counter.c.campaign_id.in_(campaign_ids), _STANDING
    )
    found: dict[str, list[Figure]] = {campaign_id: [] for campaign_id in campaign_ids}
    for campaign_id, kind, key, n in connection.execute(query):
        found[campaign_id].append((kind, key, n))
    return {campaign_id: tally_of(figures) for campaign_id, figures in found.items()}


def _standing(connection: Connection, selection: Selection) -> list[Figure]:
    return [(kind, key, n) for _, kind, key, n in _standing_by(connection, selection, sa.literal(0))]


def _standing_by(
    connection: Connection, selection: Selection, by: ColumnElement[Any]
) -> list[tuple[Any, str, str, int]]:
    """What `tally_of` adds up, by an expression over the campaign."""
    counted = _STANDING if selection.region is None else counter.c.kind == "country"
    query = (
        sa.select(by.label(_GROUP), counter.c.kind, counter.c.key, sa.func.sum(counter.c.n))
        .join_from(counter, campaign)
        .where(counted, selected(selection))
        .group_by(sa.text(_GROUP), counter.c.kind, counter.c.key)
    )
    rows = [(group, kind, key, int(n)) for group, kind, key, n in connection.execute(query)]
    if selection.region is None:
        return rows
    split = ((group, key.partition(":"), n) for group, _, key, n in rows)
    return [
        (group, *figure)
        for group, (region, _, verdict), n in split
        if region == selection.region
        for figure in _figures(verdict, n)
    ]


def _figures(verdict: str, n: int) -> Iterator[Figure]:
    """A counter by country as those of `_STANDING`."""
    if ("verdict", verdict) == _STOPPED:
        yield *_STOPPED, n
    outcome = Outcome.PENDING if verdict == NO_WORD else OUTCOME_OF_VERDICT.get(verdict, Outcome.UNKNOWN)
    yield "outcome", outcome, n


def _summed(connection: Connection, selection: Selection, kind: str) -> list[tuple[str, int]]:
    query = (
        sa.select(counter.c.key, sa.func.sum(counter.c.n))
        .join_from(counter, campaign)
        .where(counter.c.kind == kind, selected(selection))
        .group_by(counter.c.key)
    )
    return [(key, int(n)) for key, n in connection.execute(query)]


def _accepted(connection: Connection, selection: Selection) -> int:
    states = dict(_summed(connection, selection, "state"))
    return sum(states.get(state, 0) for state in (SubmissionState.ACCEPTED, SubmissionState.SETTLED))


def _accepted_in(connection: Connection, selection: Selection) -> int | None:
    """People of one country whom Retarus has accepted; None while that cannot be told from the counters.

    Each verdict says it, but of whom there is no word yet it is only known if none of their campaign is still here, or
    nobody else of it is.
    """
    theirs: dict[str, Counter[str]] = {}
    wordless: Counter[str] = Counter()
    here: Counter[str] = Counter()
    query = (
        sa.select(counter.c.campaign_id, counter.c.kind, counter.c.key, counter.c.n)
        .join_from(counter, campaign)
        .where(counter.c.kind.in_(("country", "state")), counter.c.n > 0, selected(selection))
    )
    for campaign_id, kind, key, n in connection.execute(query):
        if kind == "state":
            here[campaign_id] += n if key in _HERE else 0
            continue
        region, _, verdict = key.partition(":")
        wordless[campaign_id] += n if verdict == NO_WORD else 0
        if region == selection.region:
            theirs.setdefault(campaign_id, Counter())[verdict] += n
    accepted = 0
    for campaign_id, verdicts in theirs.items():
        waiting = verdicts.pop(NO_WORD, 0)
        accepted += sum(n for verdict, n in verdicts.items() if verdict not in _NOT_ACCEPTED)
        if waiting and 0 < here[campaign_id] < wordless[campaign_id]:
            return None
        accepted += 0 if here[campaign_id] else waiting
    return accepted


def _grouped(connection: Connection, selection: Selection, by: By) -> list[Group]:
    column = {By.CAMPAIGN: campaign.c.id, By.SENDER: campaign.c.sender, By.BILLCODE: _billcode}[by]
    figures: dict[str, list[Figure]] = {}
    for group, kind, key, n in _standing_by(connection, selection, column):
        figures.setdefault(group, []).append((kind, key, n))
    about = (
        sa.select(
            column.label(_GROUP),
            sa.func.min(campaign.c.name).label("name"),
            sa.func.count().label("campaigns"),
            sa.func.sum(campaign.c.parts).label("parts"),
            sa.func.sum(COST).label("cost"),
            sa.func.count(campaign.c.cost).label("priced"),
            sa.func.min(campaign.c.currency).label("currency"),
            sa.func.max(campaign.c.currency).label("other_currency"),
        )
        .where(selected(selection))
        .group_by(sa.text(_GROUP))
    )
    return [_group(row, figures, by, selection) for row in connection.execute(about)]


def _group(row: Any, figures: dict[str, list[Figure]], by: By, selection: Selection) -> Group:
    everywhere = selection.region is None
    priced = everywhere and row.priced == row.campaigns and row.currency == row.other_currency
    key = row.grouped_by
    return Group(
        key=key,
        name=row.name if by is By.CAMPAIGN else key,
        campaigns=row.campaigns,
        parts=int(row.parts) if everywhere else None,
        tally=tally_of(figures.get(key, ())),
        cost=int(row.cost) if priced else None,
        currency=row.currency if priced else None,
    )


def _countries(connection: Connection, selection: Selection) -> list[Group]:
    figures: dict[str, list[Figure]] = {}
    campaigns: dict[str, set[str]] = {}
    query = (
        sa.select(counter.c.campaign_id, counter.c.key, counter.c.n)
        .join_from(counter, campaign)
        .where(counter.c.kind == "country", counter.c.n > 0, selected(selection))
    )
    for campaign_id, key, n in connection.execute(query):
        region, _, verdict = key.partition(":")
        if selection.region in (None, region):
            figures.setdefault(region, []).extend(_figures(verdict, n))
            campaigns.setdefault(region, set()).add(campaign_id)
    return [Group(region, region, len(campaigns[region]), None, tally_of(found)) for region, found in figures.items()]
