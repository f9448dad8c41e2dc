"""What others did to the draft on the desk, told, and what the author can do about it."""

import streamlit as st

from sms4a.campaigns.drafts import Draft
from sms4a.console import runtime, widgets
from sms4a.console.compose.desk import Desk, key, saved_words, seen
from sms4a.console.compose.desk_saving import present_draft, save
from sms4a.console.wording import _


def draw_news(desk: Desk) -> None:
    """What others did to this draft, and what the author can do about it."""
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    place = st.empty()
    if seen().conflict and desk.draft:
        with place, widgets.card(key("conflict_card")):
            st.warning(_conflict(desk.draft), title=saved_words(desk.draft))
            with st.container(horizontal=True):
                st.button(_("Take the saved version"), on_click=_take_theirs, key=key("take_theirs"))
                st.button(_("Keep what I entered"), on_click=_keep_mine, key=key("keep_mine"))
    elif news := st.session_state.pop(key("news"), None):
        place.info(news)


def _conflict(draft: Draft) -> str:
    if draft.actor == runtime.actor():
        return _("What you entered last in this window was not saved. Which version should stay?")
    return _("What you entered last was not saved, and nothing of theirs was lost. Which version should stay?")


def _take_theirs() -> None:
    seen().conflict.clear()


def _keep_mine() -> None:
    shown, draft = seen(), present_draft()
    mine = dict(shown.conflict)
    shown.conflict.clear()
    if draft:
        shown.version = draft.version
        save(**mine)
