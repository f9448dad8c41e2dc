"""Data frame → Plotly figure: what happened by minute and by day."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from sms4a.campaigns.tiles import Tile
from sms4a.console import theme, wording
from sms4a.console.results import chart_style
from sms4a.console.theme import Ink
from sms4a.console.wording import _

_DELIVERED_TINT = "rgba(6,117,81,0.14)"
_MINUTE = pd.Timedelta(minutes=1)


@chart_style.drawn_once
def delivered_area(frame: pd.DataFrame, ink: Ink) -> go.Figure:
    """People delivered so far, minute by minute.

    `frame`, oldest first: `minute` datetime on the viewer's clock (no zone), `people` int delivered within it.
    A time without any deliveries is flat, not sloped.
    """
    moments, sums = _steps(frame)
    figure = go.Figure(
        go.Scatter(
            x=moments,
            y=sums,
            mode="lines",
            line={"color": theme.FILLS["delivered"], "width": 2.5},
            fill="tozeroy",
            fillcolor=_DELIVERED_TINT,
            hovertemplate="%{x|%H:%M}  %{y:,}<extra></extra>",
        )
    )
    chart_style.dress(figure, ink, height=180)
    ticks = _minute_ticks(moments)
    days = {moment.date() for moment in ticks}
    pattern = "%H:%M" if len(days) < 2 else "%-d.%-m. %H:%M"
    figure.update_xaxes(showgrid=False, tickvals=ticks, ticktext=[tick.strftime(pattern) for tick in ticks])
    figure.update_yaxes(rangemode="tozero", nticks=4, gridcolor=ink.grid, tickformat=",d")
    if sums:
        figure.add_annotation(
            x=moments[-1],
            y=sums[-1],
            text=f"<b>{wording.number(sums[-1])}</b>",
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            yshift=4,
            font={"color": ink.text},
        )
        figure.update_layout(margin={"t": 24})
    return figure


@chart_style.drawn_once
def daily_stack(frame: pd.DataFrame, ink: Ink) -> go.Figure:
    """A bar per day, stacked by outcome; the legend is the page's, as Plotly's covers the bars in little room.

    `frame` has a row per day and outcome, days oldest first and none missing:
        day     date
        tile    str   a value of `Tile`
        people  int
    """
    figure = go.Figure()
    days = sorted(set(frame["day"]))
    names = [str(day) for day in days]
    present = set(frame.loc[frame["people"] > 0, "tile"])
    for tile in (tile for tile in wording.TILES if tile in present):
        people = frame[frame["tile"] == tile].set_index("day")["people"]
        figure.add_bar(
            x=names,
            y=[int(people.get(day, 0)) for day in days],
            name=_long_label(tile),
            marker_color=theme.FILLS[tile],
            customdata=[f"{wording.day(day)}: {wording.people(int(people.get(day, 0)))}" for day in days],
            hovertemplate=f"{wording.tile(tile).label}<br>%{{customdata}}<extra></extra>",
        )
    chart_style.dress(figure, ink, height=220)
    figure.update_layout(barmode="stack", barcornerradius=0)
    marked = _marked(days)
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=names,
        tickvals=[str(day) for day in marked],
        ticktext=[_short(day) for day in marked],
        showgrid=False,
    )
    figure.update_yaxes(gridcolor=ink.grid, nticks=6, tickformat=",d", rangemode="tozero")
    return figure


def _long_label(tile: Tile) -> str:
    """The word of an outcome where there is room for a long one."""
    return _("Handed to the network") if tile is Tile.ACCEPTED else wording.tile(tile).label


def _steps(frame: pd.DataFrame) -> tuple[list[pd.Timestamp], list[int]]:
    """Moments and sums: at the begin and at the end of each minute, so that a pause stays level."""
    moments: list[pd.Timestamp] = []
    sums: list[int] = []
    total = 0
    for minute, people in zip(frame["minute"], frame["people"], strict=True):
        begin = pd.Timestamp(minute)
        if not moments or moments[-1] != begin:
            moments.append(begin)
            sums.append(total)
        total += int(people)
        moments.append(begin + _MINUTE)
        sums.append(total)
    return moments, sums


# Minutes between two labels; full hours and days fall on round ones.
_TICK_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)

_MOST_TICKS = 5


def _minute_ticks(moments: Sequence[pd.Timestamp]) -> list[pd.Timestamp]:
    """Round minutes to label, no two alike, at most a few."""
    if not moments:
        return []
    first, last = moments[0], moments[-1]
    span = (last - first) / _MINUTE
    days = 1 + int(span // (1440 * _MOST_TICKS))
    step = next((step for step in _TICK_MINUTES if span / step < _MOST_TICKS), 1440 * days)
    midnight = first.normalize()
    start = midnight + _MINUTE * (-(-((first - midnight) // _MINUTE) // step) * step)
    return list(pd.date_range(start, last, freq=f"{step}min"))


def _marked(days: Sequence[date]) -> list[date]:
    """The days that get a label: every one of a week, else every seventh up to the last."""
    step = 1 if len(days) <= 7 else 7 if len(days) <= 35 else 14
    return list(reversed(list(reversed(days))[::step]))


def _short(day: date) -> str:
    return str(format_date(day, "d MMM", locale=wording.locale()))
