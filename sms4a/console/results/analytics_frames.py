"""Figures over many campaigns → data frames and files: what Analytics draws, shows beside it and hands out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from sms4a.campaigns.prices import money
from sms4a.campaigns.results.delays import Delays, between
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import By, Group, RecipientRow
from sms4a.console import widgets, wording, words_analytics, words_cost, words_people, words_results
from sms4a.console.exports import csv_file
from sms4a.console.result_file import separator
from sms4a.console.results import queries
from sms4a.console.wording import _
from sms4a.console.workbook import Cell

# Seconds at which the bars of the time to deliver end; what took longer has the last one.
DELAY_EDGES_S = (2, 5, 10, 30, 60, 300, 3600, 86400)


def delays(found: Delays) -> pd.DataFrame:
    """`label`, `people`: how long delivery took, in a few steps."""
    units = [_("0–2 s"), _("2–5 s"), _("5–10 s"), _("10–30 s"), _("30–60 s"), _("1–5 min"), _("5–60 min"), _("1–24 h")]
    people = between(found, DELAY_EDGES_S)
    return pd.DataFrame({"label": [*units, _("later")], "people": people})


def hours_of_day(found: Iterable[tuple[int, int]], zone: ZoneInfo) -> dict[int, int]:
    """Hour on the clock of `zone` → people; every hour is there."""
    hours = dict.fromkeys(range(24), 0)
    for ts, people in found:
        hours[datetime.fromtimestamp(ts / 1000, zone).hour] += people
    return hours


def hours(found: Mapping[int, int]) -> pd.DataFrame:
    """`label`, `people`: a row per hour of the day."""
    return pd.DataFrame({"label": [f"{hour:02d}:00" for hour in found], "people": list(found.values())})


def countries(groups: Sequence[Group]) -> pd.DataFrame:
    """`code`, `label`, `people` of the countries with most people; the others come last, summed up."""
    most = queries.bars_shown(len(groups))
    shown = [(group.key, wording.country(group.key), group.tally.people) for group in groups[:most]]
    if rest := sum(group.tally.people for group in groups[most:]):
        shown.append(("", _("Other countries"), rest))
    return pd.DataFrame(shown, columns=["code", "label", "people"])


def side_by_side(groups: Iterable[Group], by: By) -> pd.DataFrame:
    """Text under headings, for `widgets.table`: a row per group."""
    found = list(groups)
    frame = pd.DataFrame(
        [
            (
                words_analytics.group(group, by),
                wording.number(group.campaigns),
                wording.number(group.tally.people),
                *(wording.number(group.tally[tile]) for tile in wording.TILES if tile is not Tile.LEFT_OUT),
                words_results.delivered_share(group.tally),
                "" if group.parts is None else wording.number(group.parts),
                _cost(group),
            )
            for group in found
        ],
        columns=[
            words_analytics.one(by), _("Campaigns"), _("People"),
            *_outcomes(found),
            _("Delivered of finished"), _("Planned parts"), _("Expected cost"),
        ],
    )  # fmt: skip
    if by is By.CAMPAIGN:
        frame = frame.drop(columns=[_("Campaigns")])
    if by is By.COUNTRY:
        frame = frame.drop(columns=[_("Planned parts")])
    return frame if any(group.cost for group in found) else frame.drop(columns=[_("Expected cost")])


def compared_csv(groups: Iterable[Group], by: By) -> bytes:
    """The groups as a file: plain figures."""
    found, tiles = list(groups), [tile for tile in wording.TILES if tile is not Tile.LEFT_OUT]
    header = [
        words_analytics.one(by), _("Campaigns"), _("People"), *_outcomes(found),
        _("Planned parts"), _("Expected cost"), _("Currency"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            words_analytics.group(group, by), group.campaigns, group.tally.people,
            *(group.tally[tile] for tile in tiles), group.parts,
            None if group.cost is None else str(money(group.cost)), group.currency,
        ]
        for group in found
    ]  # fmt: skip
    return csv_file(header, rows, delimiter=separator())


def _outcomes(groups: Iterable[Group]) -> list[str]:
    """The headings of people by outcome."""
    together = sum((group.tally for group in groups), Tally())
    return [words_results.named(tile, together).label for tile in wording.TILES if tile is not Tile.LEFT_OUT]


def _cost(group: Group) -> str:
    if group.cost is None or group.currency is None:
        return ""
    return words_cost.money(money(group.cost), group.currency)


def delay_table(found: Mapping[str, Delays]) -> pd.DataFrame:
    """Text under headings: how fast each country was, most people first."""
    ordered = sorted(found.items(), key=lambda item: -sum(item[1].values()))
    return pd.DataFrame(
        [
            (
                wording.country(region),
                wording.number(sum(steps.values())),
                *(wording.on_one_line(words_analytics.within(steps, share)) for share in (0.5, 0.95, 0.99)),
            )
            for region, steps in ordered
        ],
        columns=[_("Country"), _("Times known"), _("Half within"), _("95 of 100 within"), _("99 of 100 within")],
    )


def across_table(rows: Iterable[tuple[str, str, RecipientRow]]) -> pd.DataFrame:
    """Text under headings: people of several campaigns; Campaign (a link) and Outcome are Markdown."""
    return pd.DataFrame(
        [
            (
                widgets.link(name or _("Untitled"), "campaign", id=campaign_id, row=row.row),
                wording.number(row.row),
                queries.shown_number(row, show_numbers=False),
                words_people.recipient_words(row).badge,
                wording.on_one_line(wording.when(row.finished_ts)),
                words_people.light(row),
                words_people.reason(row),
            )
            for campaign_id, name, row in rows
        ],
        columns=[
            _("Campaign"), _("Row"), _("Number"), _("Outcome"), _("Result"), _("Send again?"), _("Reason"),
        ],
    )  # fmt: skip


def figures_csv(frame: pd.DataFrame) -> bytes:
    """What a chart draws, as a file: plain figures."""
    rows: list[list[Cell]] = [
        [value if isinstance(value, str) else int(value) for value in row] for row in frame.itertuples(index=False)
    ]
    return csv_file([str(name) for name in frame.columns], rows, delimiter=separator())
