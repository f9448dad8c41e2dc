"""Data frame → Plotly figure. Outcomes keep their colour in both themes; `ink` gives text, grid and hover colours."""

import html
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import wraps
from typing import Any, ParamSpec

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from sms4a.campaigns.tiles import Tile
from sms4a.console import theme, wording
from sms4a.console.theme import Ink
from sms4a.console.wording import _

P = ParamSpec("P")

FONT = '"Source Sans", sans-serif'
CLEAR = "rgba(0,0,0,0)"

# Below these shares a piece of the breakdown has no room for its name, or for anything.
NAME_FROM = 0.20
SHARE_FROM = 0.03

# A click says which bar was meant; the others keep their colour.
_WHEN_PICKED: dict[str, Any] = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}

MOST_SHARES = 12
"""With more bars than this only the highest has its share on top."""

_DELIVERED_TINT = "rgba(6,117,81,0.14)"
_MINUTE = pd.Timedelta(minutes=1)


_drawn: dict[Hashable, go.Figure] = {}
_MOST_DRAWN = 200


def drawn_once(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """The same figures in the same language and colours are drawn once: a rerun shows what is drawn already."""

    @wraps(draw)
    def kept(*args: P.args, **chosen: P.kwargs) -> go.Figure:
        said = [_hashable(arg) for arg in (*args, *chosen.values())]
        key = (draw.__name__, wording.language(), *said)
        figure = _drawn.get(key)
        if figure is None:
            if len(_drawn) >= _MOST_DRAWN:
                _drawn.clear()
            figure = _drawn[key] = draw(*args, **chosen)
        return figure

    return kept


def _hashable(arg: object) -> Hashable:
    if isinstance(arg, pd.DataFrame):
        return (*arg.columns, *arg.itertuples(index=False, name=None))
    assert isinstance(arg, Hashable)
    return arg


def label(text: str) -> str:
    """Words that come from data, as a figure may show them: no markup, no formulas."""
    return html.escape(text.replace("$", ""), quote=False)


@drawn_once
def breakdown(frame: pd.DataFrame, ink: Ink) -> go.Figure:
    """One bar of all people, a piece for each outcome.

    `frame` has a row per outcome, in the order of `wording.TILES`:
        tile    str   a value of `Tile`
        label   str   its name
        people  int
    An empty frame gives an empty figure.
    """
    figure = go.Figure()
    total = int(frame["people"].sum())
    for tile, name, people in zip(frame["tile"], frame["label"], frame["people"], strict=True):
        share = people / total if total else 0
        figure.add_bar(
            x=[people],
            y=[""],
            name=name,
            orientation="h",
            marker={"color": theme.FILLS[tile], "line": {"width": 1.5, "color": ink.page}},
            text=[_inside(name, wording.percent(people, total), share)],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            textfont={"color": theme.ON_FILLS[tile]},
            hovertemplate=f"{name}: {wording.people(people)}, {wording.percent(people, total)}<extra></extra>",
            customdata=[[tile]],
            **_WHEN_PICKED,
        )
    _dress(figure, ink, height=44)
    figure.update_layout(barmode="stack", bargap=0, uniformtext={"minsize": 13, "mode": "hide"})
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_xaxes(visible=False, range=[0, total or 1])
    figure.update_yaxes(visible=False)
    return figure


@drawn_once
def bars(frame: pd.DataFrame, ink: Ink, *, tile: Tile) -> go.Figure:
    """A bar per row, the first on top, its figure at its end.

    `frame`: `label` str, `people` int, and `code` str where a bar can be clicked; all have the colour of `tile`.
    """
    people = [int(n) for n in frame["people"]]
    names = [label(text) for text in frame["label"]]
    figure = go.Figure(
        go.Bar(
            x=people,
            y=names,
            orientation="h",
            marker_color=theme.FILLS[tile],
            text=[wording.number(n) for n in people],
            textposition="outside",
            textfont={"color": ink.text},
            cliponaxis=False,
            customdata=[[code] for code in frame["code"]] if "code" in frame else None,
            **_WHEN_PICKED,
            hovertemplate=[
                f"{name}: {wording.people(n)}<extra></extra>" for name, n in zip(names, people, strict=True)
            ],
        )
    )
    _dress(figure, ink, height=_bar_height(len(frame)))
    figure.update_xaxes(visible=False, range=[0, max(people, default=1) * 1.15])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": ink.text})
    return figure


@drawn_once
def columns(frame: pd.DataFrame, ink: Ink, *, tile: Tile) -> go.Figure:
    """A bar per step from left to right, its share on top.

    `frame`: `label` str, `people` int; all bars have the colour of `tile`.
    """
    people = [int(n) for n in frame["people"]]
    names = [label(text) for text in frame["label"]]
    total = sum(people)
    # On many narrow bars the shares would meet; the highest says enough.
    most = max(people, default=0)
    many = len(people) > MOST_SHARES
    shares = [wording.percent(n, total) if n and (not many or n == most) else "" for n in people]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=people,
            marker_color=theme.FILLS[tile],
            text=shares,
            textposition="outside",
            constraintext="none",
            textangle=0,
            textfont={"color": ink.text},
            cliponaxis=False,
            hovertemplate=_hover(names, people),
        )
    )
    _dress(figure, ink, height=200)
    figure.update_xaxes(type="category", showgrid=False)
    if many:
        figure.update_xaxes(tickvals=names[:: len(names) // 8], ticktext=names[:: len(names) // 8])
    figure.update_yaxes(visible=False, range=[0, (most or 1) * 1.15])
    return figure


@drawn_once
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
    _dress(figure, ink, height=180)
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


@drawn_once
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
            name=long_label(tile),
            marker_color=theme.FILLS[tile],
            customdata=[f"{wording.day(day)}: {wording.people(int(people.get(day, 0)))}" for day in days],
            hovertemplate=f"{wording.tile(tile).label}<br>%{{customdata}}<extra></extra>",
        )
    _dress(figure, ink, height=220)
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


@drawn_once
def funnel(frame: pd.DataFrame, ink: Ink) -> go.Figure:
    """Steps over a track as long as the first one; the last step is green, those before it gray.

    `frame`, first step on top: `label` str, `people` int.
    """
    people = [int(n) for n in frame["people"]]
    names = [label(text) for text in frame["label"]]
    whole = people[0] if people else 0
    colours = [theme.FILLS["pending"]] * (len(people) - 1) + [theme.FILLS["delivered"]]
    figure = go.Figure()
    figure.add_bar(x=[whole] * len(people), y=names, orientation="h", marker_color=ink.grid, hoverinfo="skip")
    figure.add_bar(
        x=people,
        y=names,
        orientation="h",
        marker_color=colours,
        hovertemplate=_hover(names, people),
    )
    for name, n in zip(names, people, strict=True):
        figure.add_annotation(
            x=1,
            xref="paper",
            y=name,
            text=f"<b>{wording.number(n)}</b>  {wording.percent(n, whole)}",
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"color": ink.text},
        )
    _dress(figure, ink, height=_bar_height(len(people)))
    figure.update_layout(barmode="overlay", margin={"r": 140})
    figure.update_xaxes(visible=False, range=[0, whole or 1])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": ink.text})
    return figure


def long_label(tile: Tile) -> str:
    """The word of an outcome where there is room for a long one."""
    return _("Handed to the network") if tile is Tile.ACCEPTED else wording.tile(tile).label


def _inside(name: str, percent: str, share: float) -> str:
    """What a piece of the breakdown has room for; the spaces keep it off the edge."""
    if share < SHARE_FROM:
        return ""
    return f"{wording.NBSP * 2}{name} {percent}" if share >= NAME_FROM else f"{wording.NBSP * 2}{percent}"


def _dress(figure: go.Figure, ink: Ink, *, height: int) -> None:
    """What all figures share."""
    locale = wording.locale()
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        font={"family": FONT, "size": 13, "color": ink.muted},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        bargap=0.28,
        barcornerradius=3,
        separators=get_decimal_symbol(locale) + get_group_symbol(locale),
        hoverlabel={"bgcolor": ink.page, "bordercolor": ink.grid, "font": {"family": FONT, "color": ink.text}},
    )
    axis: dict[str, Any] = {
        "fixedrange": True,
        "showline": False,
        "zeroline": False,
        "ticks": "",
        "title": None,
        "automargin": True,
        "tickangle": 0,
    }
    figure.update_xaxes(**axis, ticklabelstandoff=4)
    figure.update_yaxes(**axis, ticklabelstandoff=8)


def _hover(names: Sequence[str], people: Sequence[int]) -> list[str]:
    return [f"{name}: {wording.people(n)}<extra></extra>" for name, n in zip(names, people, strict=True)]


def _bar_height(count: int) -> int:
    return min(220, 16 + 38 * count)


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
