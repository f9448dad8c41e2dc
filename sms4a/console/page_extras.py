"""What every page needs in the browser and Streamlit has no setting for; without it the pages stay usable."""

import re
from pathlib import Path

import streamlit as st

from sms4a.console import registry, theme, widgets

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


_STYLE = _COMMENT.sub("", _text("page.css")) + "".join(
    f'[class*="{widgets.RIGHT.format(place)}"] tr > :nth-child({place}) {{text-align: right !important}}\n'
    for place in range(1, widgets.MOST_COLUMNS)
)
_DARK_STYLE = _COMMENT.sub("", _text("page_dark.css"))
_SAME_TAB, _WIDE_TABLES = _text("same_tab.js"), _text("wide_tables.js")


def style() -> None:
    """Once on every page, before anything else."""
    accent = f":root {{--tile-edge: {theme.ink().accent}}}\n"
    st.html(f"<style>\n{_STYLE}{accent}{_DARK_STYLE if theme.kind() == 'dark' else ''}</style>")


def scripts() -> None:
    """Once on every page, where they are in nobody's way."""
    _mount("sms4a_links", _SAME_TAB, key="frame_stay", data={"pages": [entry.url_path for entry in registry.ENTRIES]})
    theme.follow()
    _mount("sms4a_wide_tables", _WIDE_TABLES, key="frame_wide_tables")


def _mount(name: str, script: str, *, key: str, data: dict[str, list[str]] | None = None) -> None:
    component = st.components.v2.component(name, html="<span hidden></span>", js=script)
    component(data=data, key=key, height=1)
