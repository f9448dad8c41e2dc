"""Store → data frames and files: what tables show, what charts draw, what people download."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

import pandas as pd

from sms4a.campaigns.sending.undecided import LookRow, Unclear
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import CampaignRow, Funnel, RecipientRow
from sms4a.console import opt_out_entry, widgets, wording, words_campaign, words_decisions, words_people, words_results
from sms4a.console.exports import csv_file
from sms4a.console.result_file import Columns, separator
from sms4a.console.wording import _
from sms4a.console.workbook import Cell
from sms4a.recipients import Pile
from sms4a.status import Outcome

# More bars than this say less; the rest is summed up.
MOST_REASONS = 5

# A table of deliveries spans one of these for each row, so that it has about this many rows.
ROW_MINUTES = (1, 5, 15, 60, 360, 1440)
MOST_TIMES = 24


def outcomes(tally: Tally) -> pd.DataFrame:
    """People by outcome, in the order of the tiles: `tile`, `label`, `people`; those left out are not in it."""
    tiles = [tile for tile in wording.TILES if tile is not Tile.LEFT_OUT and tally[tile]]
    rows = [(tile.value, words_results.named(tile, tally).label, tally[tile]) for tile in tiles]
    return pd.DataFrame(rows, columns=["tile", "label", "people"])


def bars_shown(n: int) -> int:
    """How many of n bars get a line of their own: a single rest takes the line that would sum it up."""
    return n if n <= MOST_REASONS + 1 else MOST_REASONS


def reasons(found: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """`code`, `label`, `people` for the most frequent verdicts; what is rarer comes last, summed up, without a code."""
    most = bars_shown(len(found))
    shown = [(code, wording.verdict(code).reason, people) for code, people in found[:most]]
    if rest := sum(people for _code, people in found[most:]):
        shown.append(("", _("Other reasons"), rest))
    return pd.DataFrame(shown, columns=["code", "label", "people"])


def minutes(found: Iterable[tuple[int, int]], zone: ZoneInfo) -> pd.DataFrame:
    """`minute` on the clock of `zone`, without a zone of its own, and `people` delivered within it."""
    return pd.DataFrame(
        [(datetime.fromtimestamp(ts / 1000, zone).replace(tzinfo=None), people) for ts, people in found],
        columns=["minute", "people"],
    )


def minute_figures(found: Sequence[tuple[int, int]], zone: ZoneInfo) -> pd.DataFrame:
    """A row for each minute with deliveries, plain figures: when it began, people in it, and people up to its end."""
    begins = [datetime.fromtimestamp(ts / 1000, zone).strftime("%Y-%m-%d %H:%M") for ts, _people in found]
    people = [n for _ts, n in found]
    return pd.DataFrame({_("From"): begins, _("Delivered"): people, _("Delivered so far"): list(accumulate(people))})


def minute_table(found: Sequence[tuple[int, int]], zone: ZoneInfo) -> pd.DataFrame:
    """The same as text, in a few rows of so many minutes each; times without deliveries are missing."""
    step_ms = _row_minutes(found) * 60_000
    rows: dict[int, int] = {}
    for ts, people in found:
        # Rows begin at round times of the viewer's clock.
        local_ms = ts + _offset_ms(ts, zone)
        begin = ts - local_ms % step_ms
        rows[begin] = rows.get(begin, 0) + people
    sums = accumulate(rows.values())
    return pd.DataFrame(
        {
            _("From"): [wording.when(ts, seconds=False) for ts in rows],
            _("Delivered"): [wording.number(n) for n in rows.values()],
            _("Delivered so far"): [wording.number(n) for n in sums],
        }
    )


def _row_minutes(found: Sequence[tuple[int, int]]) -> int:
    """How many minutes a row of the table spans."""
    span = (found[-1][0] - found[0][0]) // 60_000 + 1 if found else 1
    return next((step for step in ROW_MINUTES if span <= step * MOST_TIMES), ROW_MINUTES[-1])


def _offset_ms(ts: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(ts / 1000, zone).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0


def days(found: Iterable[tuple[date, Tally]]) -> pd.DataFrame:
    """`day`, `tile`, `people`: a row per day and outcome, zeros included."""
    return pd.DataFrame(
        [(day, tile.value, tally[tile]) for day, tally in found for tile in wording.TILES if tile is not Tile.LEFT_OUT],
        columns=["day", "tile", "people"],
    )


def funnel(found: Funnel) -> pd.DataFrame:
    """`label`, `people` from the list to the phone."""
    steps = [
        (_("Rows uploaded"), found.uploaded),
        (_("People planned"), found.planned),
        (_("Accepted by Retarus"), found.accepted),
        (_("Delivered"), found.delivered),
    ]
    return pd.DataFrame([step for step in steps if step[1] is not None], columns=["label", "people"])


def _began(row: CampaignRow, now_ts: int) -> int | None:
    """When it began or will; None if it was stopped before."""
    was_to_come = row.state is CampaignState.STOPPED and (row.begin_ts or 0) > now_ts
    return None if was_to_come else row.begin_ts


def campaign_table(rows: Sequence[CampaignRow], now_ts: int, *, moving: bool, short: bool = False) -> pd.DataFrame:
    """Text under headings, for `widgets.table`; Campaign (a link) and State are Markdown.

    `moving`: messages can leave now. Where nobody signs in there is no column for who sent it.
    """

    def started(row: CampaignRow) -> str:
        began = wording.when(_began(row, now_ts), seconds=False)
        # Among all columns the names need the room more.
        return wording.on_one_line(began) if short else began

    frame = pd.DataFrame(
        [
            (
                widgets.link(row.name or _("Untitled"), "campaign", id=row.id),
                words_campaign.campaign_words(row, now_ts, moving=moving).badge,
                wording.number(row.people),
                words_results.delivered_share(row.tally),
                wording.number(row.tally.failed) if row.tally.failed else "",
                started(row),
                wording.actor_name(row.actor),
            )
            for row in rows
        ],
        columns=[
            _("Campaign"), _("State"), _("People"), _("Delivered of finished"), _("Failed"), _("Started"), _("By"),
        ],
    )  # fmt: skip
    if short:
        return frame.drop(columns=[_("Failed"), _("By")])
    return frame if frame[_("By")].any() else frame.drop(columns=_("By"))


def recipient_table(
    campaign_id: str,
    rows: Iterable[RecipientRow],
    columns: Columns,
    *,
    show_numbers: bool,
    theirs: Sequence[str] = (),
) -> pd.DataFrame:
    """Text under headings, for `widgets.table`; Outcome and Reason are Markdown. `theirs`: columns of the list."""
    before, after = (
        [_("Row"), _("Number")],
        [_("Outcome"), _("Parts"), _("Sent"), _("Result"), _("Send again?"), _("Reason")],
    )
    return pd.DataFrame(
        [
            (
                wording.number(row.row),
                shown_number(row, show_numbers=show_numbers),
                *(columns.value(row, column) for column in theirs),
                words_people.recipient_words(row).badge,
                wording.number(row.parts),
                wording.on_one_line(wording.when(row.sent_ts)),
                wording.on_one_line(wording.when(row.finished_ts)),
                "" if row.outcome is Outcome.DELIVERED else words_people.light(row),
                _reason(campaign_id, row),
            )
            for row in rows
        ],
        columns=[*before, *widgets.unlike(theirs, [*before, *after]), *after],
    )


def _reason(campaign_id: str, row: RecipientRow) -> str:
    """Markdown: whoever does not want messages leads to the entry that says so."""
    words = words_people.reason(row)
    if row.pile is Pile.OPTED_OUT and row.number:
        return opt_out_entry.link(words, campaign_id=campaign_id, row=row.row)
    return widgets.plain(words)


def look_table(looks: Iterable[LookRow]) -> pd.DataFrame:
    """Text under headings, for `widgets.table`: a row per search in both data centres."""
    return pd.DataFrame(
        [
            (
                wording.when(row.ts),
                words_decisions.look(row),
                wording.number(row.listed) if row.listed or row.complete else "",
                words_decisions.hits(row),
            )
            for row in looks
        ],
        columns=[_("Searched"), _("Data centres"), _("Jobs seen"), _("Found")],
    )


def searched_table(found: Iterable[Unclear]) -> pd.DataFrame:
    """Text under headings, for `widgets.table`: a row per hand-over that is looked for."""
    return pd.DataFrame(
        [
            (
                wording.when(one.attempt_ts),
                wording.number(one.people),
                wording.submission_problem(one.problem),
                words_decisions.last_look(one.looks[-1]) if one.looks else "",
                one.reference,
            )
            for one in found
        ],
        columns=[_("Left"), _("People"), _("Why it is unclear"), _("Newest search"), _("Reference")],
    )


def shown_number(row: RecipientRow, *, show_numbers: bool) -> str:
    if row.number is None:
        return row.raw_number if show_numbers else _masked_raw(row.raw_number)
    return wording.shown_number(row.number) if show_numbers else wording.masked(row.number)


def _masked_raw(raw: str) -> str:
    """A cell that is no number may still hold one: its last digits only."""
    digits = sum(character.isdigit() for character in raw)
    return raw if digits < 4 else wording.masked(raw)


def day_table(found: Iterable[tuple[date, Tally]]) -> pd.DataFrame:
    """A row per day that has people, newest first; figures as text."""
    shown = [(day, tally) for day, tally in found if tally.rows]
    columns = [_("Day"), _("People"), *_outcomes(shown), _("Delivered of finished")]
    return pd.DataFrame(
        [
            (
                wording.day(day),
                wording.number(tally.people),
                *(wording.number(tally[tile]) for tile in wording.TILES),
                words_results.delivered_share(tally),
            )
            for day, tally in reversed(shown)
        ],
        columns=columns,
    )


def _outcomes(found: Iterable[tuple[date, Tally]]) -> list[str]:
    """The headings of people by outcome."""
    together = sum((tally for _day, tally in found), Tally())
    return [words_results.named(tile, together).label for tile in wording.TILES]


def days_csv(found: Iterable[tuple[date, Tally]]) -> bytes:
    """The figures by day as a file: plain numbers, one row a day."""
    listed = list(found)
    rows: list[list[Cell]] = [
        [day.isoformat(), tally.people, *(tally[tile] for tile in wording.TILES)] for day, tally in listed
    ]
    header = [_("Day"), _("People"), *_outcomes(listed)]
    return csv_file(header, rows, delimiter=separator())
