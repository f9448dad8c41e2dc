"""Data frame → Plotly figure: shares, reasons, steps. Outcomes keep their colour; `ink` gives that of text and grid."""

import pandas as pd
import plotly.graph_objects as go

from sms4a.campaigns.tiles import Tile
from sms4a.console import theme, wording
from sms4a.console.results import chart_style
from sms4a.console.theme import Ink

# Below these shares a piece of the breakdown has no room for its name, or for anything.
NAME_FROM = 0.20
SHARE_FROM = 0.03

MOST_SHARES = 12
"""With more bars than this only the highest has its share on top."""

WIDTH_OF_DIGIT = 8
"""In the figure's font, in pixels."""


@chart_style.drawn_once
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
            **chart_style.WHEN_PICKED,
        )
    chart_style.dress(figure, ink, height=44)
    figure.update_layout(barmode="stack", bargap=0, uniformtext={"minsize": 13, "mode": "hide"})
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_xaxes(visible=False, range=[0, total or 1])
    figure.update_yaxes(visible=False)
    return figure


@chart_style.drawn_once
def bars(frame: pd.DataFrame, ink: Ink, *, tile: Tile) -> go.Figure:
    """A bar per row, the first on top, its figure at its end.

    `frame`: `label` str, `people` int, and `code` str where a bar can be clicked; all have the colour of `tile`.
    """
    people = [int(n) for n in frame["people"]]
    names = [chart_style.label(text) for text in frame["label"]]
    figures = [wording.number(n) for n in people]
    figure = go.Figure(
        go.Bar(
            x=people,
            y=names,
            orientation="h",
            marker_color=theme.FILLS[tile],
            text=figures,
            textposition="outside",
            textfont={"color": ink.text},
            cliponaxis=False,
            customdata=[[code] for code in frame["code"]] if "code" in frame else None,
            **chart_style.WHEN_PICKED,
            hovertemplate=[
                f"{name}: {wording.people(n)}<extra></extra>" for name, n in zip(names, people, strict=True)
            ],
        )
    )
    chart_style.dress(figure, ink, height=chart_style.bar_height(len(frame)))
    # The figure of the longest bar stands beyond the plot, where it is cut off without room for all its digits.
    figure.update_layout(margin={"r": WIDTH_OF_DIGIT * max(map(len, figures), default=0)})
    figure.update_xaxes(visible=False, range=[0, max(people, default=0) or 1])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": ink.text})
    return figure


@chart_style.drawn_once
def columns(frame: pd.DataFrame, ink: Ink, *, tile: Tile) -> go.Figure:
    """A bar per step from left to right, its share on top.

    `frame`: `label` str, `people` int; all bars have the colour of `tile`.
    """
    people = [int(n) for n in frame["people"]]
    names = [chart_style.label(text) for text in frame["label"]]
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
            hovertemplate=chart_style.hover(names, people),
        )
    )
    chart_style.dress(figure, ink, height=200)
    figure.update_xaxes(type="category", showgrid=False)
    if many:
        figure.update_xaxes(tickvals=names[:: len(names) // 8], ticktext=names[:: len(names) // 8])
    figure.update_yaxes(visible=False, range=[0, (most or 1) * 1.15])
    return figure


@chart_style.drawn_once
def funnel(frame: pd.DataFrame, ink: Ink) -> go.Figure:
    """Steps over a track as long as the first one; the last step is green, those before it gray.

    `frame`, first step on top: `label` str, `people` int.
    """
    people = [int(n) for n in frame["people"]]
    names = [chart_style.label(text) for text in frame["label"]]
    whole = people[0] if people else 0
    colours = [theme.FILLS["pending"]] * (len(people) - 1) + [theme.FILLS["delivered"]]
    figure = go.Figure()
    figure.add_bar(x=[whole] * len(people), y=names, orientation="h", marker_color=ink.grid, hoverinfo="skip")
    figure.add_bar(
        x=people,
        y=names,
        orientation="h",
        marker_color=colours,
        hovertemplate=chart_style.hover(names, people),
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
    chart_style.dress(figure, ink, height=chart_style.bar_height(len(people)))
    figure.update_layout(barmode="overlay", margin={"r": 140})
    figure.update_xaxes(visible=False, range=[0, whole or 1])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": ink.text})
    return figure


def _inside(name: str, percent: str, share: float) -> str:
    """What a piece of the breakdown has room for; the spaces keep it off the edge."""
    if share < SHARE_FROM:
        return ""
    return f"{wording.NBSP * 2}{name} {percent}" if share >= NAME_FROM else f"{wording.NBSP * 2}{percent}"
