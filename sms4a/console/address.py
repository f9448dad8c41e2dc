"""Choices that a link brings back: the address holds their code, in every language the same.

Streamlit's own `bind` writes what is shown, which here is translated and may contain a figure, and it does not
follow a change that a callback inside a fragment makes.
"""

from collections.abc import Sequence

import streamlit as st

from sms4a.campaigns.database import storable


def said(name: str, default: str = "") -> str:
    """What the address says under this name, so that it can be looked for in any database."""
    return storable(st.query_params.get(name, default))


def seed(key: str, options: Sequence[str] | None = None, default: str = "") -> None:
    """Call it before the widget with this key: its value comes from the address at first, then from the session.

    What is no option (any more) becomes the default; without `options` every text is one.
    """
    if options is None:
        options = [st.session_state.get(key, said(key, default))]
    if st.session_state.get(key, said(key, default)) not in options:
        st.session_state[key] = default
        st.query_params.pop(key, None)
    elif key not in st.session_state:
        st.session_state[key] = said(key, default)


def keep(key: str, default: str = "", pager: str = "") -> None:
    """The widget's `on_change`: the address follows it; the list with this `pager` starts at its first page again."""
    value = st.session_state[key]
    if value == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
    if pager and pager in st.session_state:
        st.session_state[pager] = 1


def choose(key: str, value: str, default: str = "", pager: str = "") -> None:
    """Choose for the person, in a callback."""
    st.session_state[key] = value
    keep(key, default, pager)
