"""Whole phone numbers instead of masked ones: only on demand, and with a note of who asked."""

from collections.abc import Callable

import streamlit as st

from sms4a.console import runtime
from sms4a.console.wording import _


def numbers(key: str, about: str) -> bool:
    """Draws the switch and says whether numbers are to be shown; each time it is turned on is noted once.

    `about`: what the numbers belong to, as `<table>:<id>`.
    """
    is_on = st.toggle(_("Show numbers"), key=key, help=_("Who looks at the numbers is noted."))
    noted = f"{key}_noted"
    if not is_on:
        st.session_state.pop(noted, None)
    elif st.session_state.get(noted) != about:
        # Also when the switch is still on from another campaign.
        runtime.store().reveals.shown(about, runtime.actor())
        st.session_state[noted] = about
    return is_on


def noted(make: Callable[[], bytes], about: str, rows: int) -> Callable[[], bytes]:
    """The same file of so many rows, for a download button: who takes it is noted before it is made.

    The button must not run the page again, which could take the file away before the browser has asked for it.
    """
    reveals, actor = runtime.store().reveals, runtime.actor()

    def made() -> bytes:
        reveals.handed_out(about, actor, rows)
        return make()

    return made
