"""Fields that store what is typed after a short pause; a text area also counts at every letter."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from sms4a.campaigns.options import Treatment
from sms4a.console import wording
from sms4a.console.wording import _

# Short enough to feel live, long enough that nobody's typing starts a run at every letter.
_PAUSE_MS = 700

# Any longer text is told by its figure alone.
_MOST_PARTS = 20

_SCRIPT = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("part_counter.js", "live_text.js"))

# Streamlit hands its colours and fonts to components; the second line is only for screen readers.
_STYLE = """
span { display: block; min-height: 20px; line-height: 20px; font-family: var(--st-font); font-size: 13px;
       color: var(--st-text-color); font-variant-numeric: tabular-nums; }
span[role=status] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""


def follow(key: str, stored: str, values: Mapping[str, str], treatment: Treatment) -> None:
    """Let the text area with this key count and store while one types.

    `stored`: the text as it is kept now. `values`: what one row has for each placeholder, as it goes into the text.
    Where the API replaces characters only the meter counts, after the pause: it knows what we expect in their place.
    """
    words = {
        "parts": [wording.parts(n) for n in range(_MOST_PARTS + 1)],
        "many": _("{n} SMS parts"),
        "left": _("{n} left in the last one"),
        "odd": _("{sign} needs Unicode"),
    }
    data = {
        "key": key,
        "stored": stored,
        "values": keyed(values),
        "counts": treatment not in (Treatment.REPLACE, Treatment.TRANSLITERATE),
        "encoding": "ucs2" if treatment is Treatment.UNICODE else None,
        "words": words,
        "pause_ms": _PAUSE_MS,
    }
    html = '<span aria-hidden="true"></span><span role="status"></span>'
    component = st.components.v2.component("sms4a_live_text", html=html, css=_STYLE, js=_SCRIPT)
    component(data=data, key=f"{key}_live", height="content")


def keep(key: str, stored: str) -> None:
    """Let the field with this key store while one types, so that what is wrong with it is said at once."""
    component = st.components.v2.component("sms4a_live_field", html="<span hidden></span>", js=_SCRIPT)
    data = {"key": key, "stored": stored, "counts": False, "pause_ms": _PAUSE_MS}
    component(data=data, key=f"{key}_live", height=1)


def keyed(values: Mapping[str, str]) -> dict[str, str]:
    """Values by what the page's counter makes of a placeholder's name; a browser has no case folding."""
    names = {name: unicodedata.normalize("NFC", name).lower().replace("_", " ") for name in values}
    return {" ".join(names[name].split()): value for name, value in values.items()}
