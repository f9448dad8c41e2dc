"""Figures on pages: tiles that filter, the outcome bar, and charts with their finding, their table and their file."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from sms4a.campaigns.tiles import Tally, Tile
from sms4a.console import theme, widgets, wording, words_results
from sms4a.console.results import analytics_frames, charts, queries
from sms4a.console.wording import _


def figure(
    title: str, finding: str, chart: go.Figure, frame: pd.DataFrame, *, heading: str, key: str,
    on_pick: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """A chart over `frame` (`label`, `people`): the sentence above, the same figures below, and as a file.

    `heading` stands above the labels in the table and the file, where the title would not: it may hold a figure.
    """
    names, people = list(frame["label"]), [int(n) for n in frame["people"]]
    counts = [wording.number(n) for n in people]
    widgets.section(title, finding)
    alt = wording.listing(f"{name} {count}" for name, count in zip(names, counts, strict=True))
    widgets.chart(chart, alt=alt, key=key, on_pick=on_pick)
    column = _("People")
    shown, plain = ({heading: names, column: each} for each in (counts, people))
    table(pd.DataFrame(shown), [column], pd.DataFrame(plain), key)


def table(shown: pd.DataFrame, right: list[str], plain: pd.DataFrame, key: str) -> None:
    """The figures of a chart, out of the way until somebody wants them."""
    label, icon = _("The same figures as a table"), ":material/table:"
    with st.expander(label, icon=icon, type="compact", key=f"{key}_table", on_change="rerun") as box:
        if not box.open:
            # A table nobody looks at would take as long as the rest of the page.
            return
        widgets.table(shown, alt=str(shown.columns[0]), right=right, key=f"{key}_figures")
        st.download_button(
            _("Download these figures"), analytics_frames.figures_csv(plain), file_name=f"{key}.csv", mime="text/csv",
            icon=":material/download:", type="tertiary", on_click="ignore", key=f"{key}_download",
        )  # fmt: skip


def tiles(tally: Tally, *, key: str, chosen: Tile | None, on_pick: Callable[[Tile | None], None]) -> None:
    """Six figures; shares are of people, but for those left out. A click shows who they are, a second one everybody.

    `key` ends in `_tiles`: by that the frame lays each button over its tile.
    """
    with st.grid(6, min_column_width=140, key=key):
        for tile in wording.TILES:
            with st.container(key=f"{key}_of_{tile}"):
                _tile(tile, tally)
                if tally[tile]:
                    _pick(tile, tally, key, tile is chosen, on_pick)


def _tile(tile: Tile, tally: Tally) -> None:
    words = words_results.named(tile, tally)
    note = words_results.share(tile, tally)
    if tile is Tile.FAILED and tally.cancelled:
        # Who was stopped did not fail; a large red figure alone would say so.
        note = words_results.stopped_note(tally)
    st.metric(
        f":{words.color}[{words.icon}] {words.label}",
        wording.number(tally[tile]),
        note,
        delta_color="off",
        delta_arrow="off",
        border=True,
    )


def _pick(tile: Tile, tally: Tally, key: str, is_chosen: bool, on_pick: Callable[[Tile | None], None]) -> None:
    outcome = words_results.named(tile, tally).label
    show = _("Show {outcome}: {n}").format(outcome=outcome, n=wording.number(tally[tile]))
    st.button(
        _("Show everybody") if is_chosen else show, type="primary" if is_chosen else "tertiary",
        key=f"{key}_pick_{tile}", on_click=on_pick, args=(None if is_chosen else tile,),
    )  # fmt: skip


def legend(tally: Tally) -> None:
    """Icon, word and colour of the outcomes in a chart; as text it wraps where there is little room."""
    words = [words_results.named(tile, tally) for tile in wording.TILES if tile is not Tile.LEFT_OUT and tally[tile]]
    st.markdown(f":small[{'&emsp;'.join(word.inline for word in words)}]")


def breakdown(tally: Tally, *, key: str, on_pick: Callable[[str], None] | None = None) -> None:
    shares = (
        f"{words_results.named(tile, tally).label} {wording.percent(tally[tile], tally.people)}"
        for tile in wording.TILES
        if tile is not Tile.LEFT_OUT and tally[tile]
    )
    alt = _("People by what became of their message: {shares}").format(shares=wording.listing(shares))
    widgets.chart(charts.breakdown(queries.outcomes(tally), theme.ink()), alt=alt, key=key, on_pick=on_pick)


def breakdown_table(tally: Tally, *, key: str) -> None:
    """The figures of the outcome bar, with those who have no piece in it."""
    names = [words_results.named(tile, tally).label for tile in wording.TILES]
    people = [tally[tile] for tile in wording.TILES]
    shown = pd.DataFrame(
        {
            _("Outcome"): names,
            _("People"): [wording.number(n) for n in people],
            _("Share of people"): [
                "" if tile is Tile.LEFT_OUT else wording.percent(tally[tile], tally.people) for tile in wording.TILES
            ],
        }
    )
    plain = pd.DataFrame({_("Outcome"): names, _("People"): people})
    table(shown, [_("People"), _("Share of people")], plain, key)
