"""Links in tables stay in their tab, as those of the navigation do."""

from pathlib import Path

import streamlit as st

from sms4a.console import registry

_SCRIPT = Path(__file__).with_name("same_tab.js").read_text("utf-8")


def draw() -> None:
    """Once on every page."""
    component = st.components.v2.component("sms4a_links", html="<span hidden></span>", js=_SCRIPT)
    component(data={"pages": [entry.url_path for entry in registry.ENTRIES]}, key="frame_stay", height=1)
