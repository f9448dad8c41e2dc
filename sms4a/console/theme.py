"""Colours for what is drawn: the outcomes' fills (equal in both themes) and the ink of the theme in use."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

FILLS = {
    "delivered": "#067551",
    "accepted": "#1A97EE",
    "pending": "#8C909B",
    "failed": "#AF4519",
    "unknown": "#83559B",
    "left_out": "#CB8401",
}
"""By the names of `wording.TILES`; the same values as the named colours in `.streamlit/config.toml`."""

_DARK_INK = "#10151D"
ON_FILLS = {
    "delivered": "#FFFFFF",
    "accepted": _DARK_INK,
    "pending": _DARK_INK,
    "failed": "#FFFFFF",
    "unknown": "#FFFFFF",
    "left_out": _DARK_INK,
}
"""What can be read on each fill."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one theme."""

    page: str
    text: str
    muted: str
    grid: str
    accent: str


LIGHT = Ink(page="#FFFFFF", text="#111827", muted="#4F5765", grid="#DFE3EA", accent="#3347C4")
DARK = Ink(page="#10151D", text="#E6EAF0", muted="#A9B3C2", grid="#2B3443", accent="#5468E8")


def kind() -> Literal["light", "dark"]:
    """Which theme the browser of this session shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


# Streamlit follows the system at once and draws what it was given: logo, charts and our own style stay as they were
# made for the other theme until the page runs again.
_SCRIPT = """
export default function ({ data, setTriggerValue }) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const shown = () => getComputedStyle(document.querySelector("[data-testid=stApp]")).colorScheme;
  const tell = () => setTimeout(() => { if (shown() !== data.drawn) setTriggerValue("changed", true); }, 200);
  dark.addEventListener("change", tell);
  tell();
  return () => dark.removeEventListener("change", tell);
}
"""


def follow() -> None:
    """Draw the page anew when the system turns from light to dark or back; once on every page."""
    component = st.components.v2.component("sms4a_theme", html="<span hidden></span>", js=_SCRIPT)
    component(data={"drawn": kind()}, key="frame_theme", on_changed_change=lambda: None, height=1)


def ink() -> Ink:
    return DARK if kind() == "dark" else LIGHT
