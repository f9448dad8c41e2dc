"""Tables that scroll sideways can be scrolled by keyboard."""

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_name("wide_tables.js").read_text("utf-8")


def draw() -> None:
    """Once on every page."""
    component = st.components.v2.component("sms4a_wide_tables", html="<span hidden></span>", js=_SCRIPT)
    component(key="frame_wide_tables", height=1)
