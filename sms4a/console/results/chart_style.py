"""What all figures share: fonts, colours, axes, and that the same one is drawn once."""

import html
from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import pandas as pd
import plotly.graph_objects as go
from babel.numbers import get_decimal_symbol, get_group_symbol

from sms4a.console import wording
from sms4a.console.theme import Ink

P = ParamSpec("P")

FONT = '"Source Sans", sans-serif'
CLEAR = "rgba(0,0,0,0)"

# A click says which bar was meant; the others keep their colour.
WHEN_PICKED: dict[str, Any] = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}

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


def dress(figure: go.Figure, ink: Ink, *, height: int) -> None:
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


def hover(names: Sequence[str], people: Sequence[int]) -> list[str]:
    return [f"{name}: {wording.people(n)}<extra></extra>" for name, n in zip(names, people, strict=True)]


def bar_height(count: int) -> int:
    return min(220, 16 + 38 * count)
