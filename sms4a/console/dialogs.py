"""Which dialog is open: it stays open, with what was typed in it, while the page behind it is drawn again."""

from typing import Any, NoReturn

import streamlit as st

_OPEN = "dialog_open"


def ask(*what: Any) -> NoReturn:
    """Open the dialog that answers to this; from a fragment, too, whose own dialogs would close with its next look."""
    st.session_state[_OPEN] = what
    st.rerun()


def asked() -> tuple[Any, ...]:
    """What the open dialog is about; empty if none is open."""
    return tuple(st.session_state.get(_OPEN, ()))


def close() -> None:
    """Also the dialog's `on_dismiss`."""
    st.session_state.pop(_OPEN, None)


def done() -> NoReturn:
    """Close it and draw the page."""
    close()
    st.rerun()
