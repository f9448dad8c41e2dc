"""Bring what a click has changed into view, when it lies below what is seen."""

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_name("into_view.js").read_text("utf-8")


def ask(key: str) -> None:
    """In a callback: what is drawn under this key is to be seen."""
    st.session_state[_turn(key)] = st.session_state.get(_turn(key), 0) + 1


def draw(key: str) -> None:
    """Beside what has this key."""
    component = st.components.v2.component("sms4a_into_view", html="<span hidden></span>", js=_SCRIPT)
    component(data={"key": key, "turn": st.session_state.get(_turn(key), 0)}, key=f"{key}_into_view", width=1, height=1)


def _turn(key: str) -> str:
    return f"{key}_turn"
