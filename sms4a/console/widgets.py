"""Pieces that every page draws the same way: head, section, card, table, pager, chart, empty page."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sms4a.console import registry, wording
from sms4a.console.wording import NOTHING, Words, _
from sms4a.status import Outcome

PER_PAGE = 25

QUICK_MB = 4
"""As much of a file as can be taken in while somebody waits (`recipients.is_quick`)."""

RIGHT = "_right-{}-"
"""In the name of a table: its n-th column is aligned to the right. A pandas style would take longer than the page."""
MOST_COLUMNS = 16

PAGER_STEP_PX = 38
PAGER_NUMBERS = 7

_CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}

# What CommonMark lets a backslash make harmless; users' words must never become links, headings or colours.
_BREAKS = re.compile(r"[ \t\n\r\f\v\x85\u2028\u2029]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:=&])")

# Icons, emojis, addresses and arrows are looked for after Markdown is read, where a backslash is no longer seen. They
# are found within one piece of text only, so an empty piece between two characters keeps them as they are written:
# :word: and :material/word: · https:// · www. · @ · -> and its like, standing alone.
_LIVE = re.compile(
    r":(?=[\w+/-]+:)|:(?=//)|(?<=\bwww)(?=\.)|(?=@)|(?<!\S)[<>~-](?=[>=-])(?=(?:->|>|-|=)(?!\S))|"
    r"(?<=[<-]-)(?=>(?!\S))",
    re.IGNORECASE,
)
_APART = ":small[]"

_UNSEEN = "\u200b"
"""A blank without width, which unlike others is not cut off at the end of a text."""


def plain(text: str) -> str:
    """Words of a user or of the API, to stand inside Markdown as they are, on one line."""
    return apart(_BREAKS.sub(" ", text).strip(), lambda piece: _MARKDOWN.sub(r"\\\1", piece))


def apart(text: str, escaped: Callable[[str], str]) -> str:
    """A text as Markdown in pieces of which none is more than its letters, each as `escaped` writes it."""
    ends = [0, *(found.end() for found in _LIVE.finditer(text)), len(text)]
    return _APART.join(escaped(text[start:end]) for start, end in pairwise(ends))


def link(words: str, page: str, **query: object) -> str:
    """Markdown that leads to a page; `page` is a name of the registry. What comes from elsewhere cannot end it."""
    return f"[{plain(words)}]({registry.entry(page).url_path}?{urlencode(query)})"


def page_head(title: str, badge: Words | None = None) -> DeltaGenerator:
    """The page's title, its state beside it; gives back the place for the page's actions, on the right."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(title), anchor=False, width="content")
        if badge:
            state_badge(badge)
        st.space("stretch")
        return st.container(horizontal=True, width="content", wrap=False, vertical_alignment="center")


def section(title: str, sentence: str = "") -> None:
    """A section's title with the sentence (Markdown) that says what was found."""
    with st.container(gap="xxsmall"):
        st.header(plain(title), anchor=False)
        if sentence:
            st.markdown(sentence)


def card_head(key: str, title: str, sentence: str = "") -> None:
    """The same inside a card: by its name the frame takes away the room above, which the card has already."""
    with st.container(key=f"{key}_card_head"):
        section(title, sentence)


def state_badge(words: Words) -> None:
    """A state as a badge; its sentence appears on pointing at it."""
    st.badge(words.label, icon=words.icon, color=words.color, help=words.sentence)  # type: ignore[arg-type]


def outcome_badge(outcome: Outcome) -> str:
    """An outcome as Markdown, for a cell of `table` or for `st.markdown`."""
    return wording.outcome(outcome).badge


def card(key: str) -> DeltaGenerator:
    """A bordered box: for something one acts on or that changes by itself."""
    return st.container(border=True, gap="small", key=key)


class Page(NamedTuple):
    """Which rows of a list to read."""

    offset: int
    limit: int


def pager(total: int, key: str, *, per_page: int = PER_PAGE, numbers: int = PAGER_NUMBERS) -> Page:
    """Draws `Rows 1 to 25 of 9,640` and the page numbers, and says which rows to read.

    It belongs below the rows: make `place = st.container()`, call the pager, then draw the rows `with place`.
    """
    pages = max(1, -(-total // per_page))
    current = st.session_state.get(key)
    if isinstance(current, int) and current > pages:
        # The list became shorter, by a filter or by itself.
        st.session_state[key] = pages
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.empty()
        st.space("stretch")
        # Left to itself it takes the least room and shows a single number; to show all it needs room for one more.
        width = PAGER_STEP_PX * (pages + 4 if pages < numbers else numbers + 2)
        chosen = (
            st.pagination(pages, max_visible_pages=numbers, key=key, bind="query-params", width=width)
            if pages > 1
            else 1
        )
    offset = (min(chosen, pages) - 1) * per_page
    if total:
        place.markdown(
            ":small[:gray["
            + _("Rows {first} to {last} of {total}").format(
                first=wording.number(offset + 1),
                last=wording.number(min(offset + per_page, total)),
                total=wording.number(total),
            )
            + "]]",
            width="content",
        )
    return Page(offset, per_page)


def table(
    frame: pd.DataFrame,
    *,
    alt: str,
    key: str,
    right: Collection[str] = (),
    markdown: Collection[str] = (),
) -> None:
    """A read list of at most some dozen rows; `frame` holds what is shown, as text, under translated headings.

    `right`: columns of figures. `markdown`: columns whose cells are our own Markdown (badges, links); all
    others are shown as they are. An empty text or None is shown as a dash.
    """
    shown = pd.DataFrame(
        {
            name: [_cell(value, as_is=name in markdown) for value in column]
            for name, column in frame.astype(object).items()
        }
    )
    places = [place for place, name in enumerate(shown.columns, start=1) if name in right]
    shown.columns = pd.Index(unlike(map(plain, shown.columns)))
    with st.container(key=key), st.container(key=key + "".join(map(RIGHT.format, places)) + "_rows"):
        st.table(shown, border="horizontal", hide_index=True, alt=alt)


def unlike(names: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Headings as they are written, also those of somebody's file; an equal one differs by what nobody sees.

    A table needs each name once, and `taken` are ours, which columns of a list may be called like.
    """
    used, found = set(taken), []
    for name in names:
        while name in used:
            name += _UNSEEN
        used.add(name)
        found.append(name)
    return found


def _cell(value: Any, *, as_is: bool) -> str:
    if value is None or value == "" or (isinstance(value, float) and pd.isna(value)):
        return NOTHING
    return str(value) if as_is else plain(str(value))


def fields(
    pairs: Mapping[str, str] | Sequence[tuple[str, str]],
    *,
    alt: str,
    markdown: Collection[str] = (),
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Names and values, one pair a line; `markdown`: names whose value is our own Markdown."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    lines = [(f":gray[{plain(name)}]", _cell(value, as_is=name in markdown)) for name, value in items]
    frame = pd.DataFrame(lines, columns=["name", "value"])
    st.table(frame, border="horizontal", hide_index=True, hide_header=True, alt=alt, width=width)


def chart(figure: go.Figure, *, alt: str, key: str, on_pick: Callable[[str], None] | None = None) -> None:
    """A figure of `charts`; `alt` says in words what it shows.

    `on_pick` is called with the name of the bar that was clicked, which the figure carries as its `customdata`.
    """
    if on_pick is None:
        st.plotly_chart(figure, width="stretch", theme=None, alt=alt, config=_CHART_CONFIG, key=key)
        return
    pick = on_pick
    # A chart that was drawn anew has no bar selected, so that the same one can be clicked twice.
    turn = f"{key}_turn"
    drawn = f"{key}_{st.session_state.get(turn, 0)}"

    def clicked() -> None:
        points = st.session_state[drawn].selection.points
        if points and points[0].get("customdata"):
            st.session_state[turn] = st.session_state.get(turn, 0) + 1
            found = points[0]["customdata"]
            pick(str(found if isinstance(found, str) else found[0]))

    with st.container(key=key):
        st.plotly_chart(
            figure, width="stretch", theme=None, alt=alt, config=_CHART_CONFIG, key=drawn,
            on_select=clicked, selection_mode="points",
        )  # fmt: skip


def empty(sentence: str, *, button: str = "", page: str = "", key: str = "") -> bool:
    """Says what will be here, with one button to the first step; `page` is a name of the registry.

    With a page the button goes there; without, the answer says whether it was pressed.
    """
    st.markdown(sentence)
    if not button:
        return False
    pressed = st.button(button, key=key or None)
    if pressed and page:
        st.switch_page(registry.page(page))
    return pressed
