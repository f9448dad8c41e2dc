"""Bring what a click has changed into view, when it lies above or below what is seen."""

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_name("into_view.js").read_text("utf-8")


def ask(key: str) -> None:
    """In a callback: what is drawn under this key is to be seen."""
    st.session_state[_asked(key)] = True


def draw(key: str) -> None:
    """Within what has this key, or beside it."""
    asked = st.session_state.pop(_asked(key), False)
    turn = st.session_state.get(_turn(key), 0) + asked
    st.session_state[_turn(key)] = turn
    component = st.components.v2.component("sms4a_into_view", html="<span hidden></span>", js=_SCRIPT)
    component(data={"key": key, "turn": turn, "asked": asked}, key=f"{key}_into_view", width=1, height=1)


def _asked(key: str) -> str:
    return f"{key}_asked"


def _turn(key: str) -> str:
    return f"{key}_turn"
