"""Drafts that were not sent, on the empty Message step: gone on with, or thrown away."""

import streamlit as st

from sms4a.campaigns.drafts import Draft
from sms4a.console import runtime, widgets, wording, words_compose
from sms4a.console.compose.desk import Desk, key
from sms4a.console.wording import _, ngettext

ALL = "drafts"
"""In the address: all of them are shown at once."""

# So many are one click away; the others are in the list.
_NEWEST = 4
_PER_PAGE = 10


def draw(desk: Desk) -> None:
    # What comes and goes has a place of its own: a field below that moved would lose what is being typed.
    place = st.empty()
    total = 0 if desk.draft else desk.store.drafts.open_count()
    if not total:
        return
    with place.container(gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":small[:gray[{_('Continue a draft')}]]", width="content")
            for draft in desk.store.drafts.open_drafts(_NEWEST):
                label = widgets.plain(words_compose.short(_name(draft)))
                st.button(label, key=key(f"draft_{draft.id}"), type="tertiary", on_click=_take, args=(draft.id,))
        label = ngettext("{n} draft that was not sent", "{n} drafts that were not sent", total)
        with st.expander(
            label.format(n=wording.number(total)), icon=":material/edit_note:", type="compact",
            expanded=ALL in st.query_params, key=key("drafts"), on_change="rerun",
        ) as box:  # fmt: skip
            if box.open:
                _all(total)


def _all(total: int) -> None:
    place = st.container(gap="small")
    page = widgets.Page(0, _PER_PAGE)
    if total > _PER_PAGE:
        page = widgets.pager(total, key("drafts_page"), per_page=_PER_PAGE)
    with place:
        for draft in runtime.store().drafts.open_drafts(page.limit, page.offset):
            _one(draft)


def _one(draft: Draft) -> None:
    saved = (wording.when(draft.updated_ts, seconds=False), wording.actor_name(draft.actor))
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        about = widgets.plain(" · ".join(filter(None, saved)))
        st.markdown(f"{widgets.plain(_name(draft))} :small[:gray[{about}]]", width="stretch")
        st.button(_("Continue"), key=key(f"continue_{draft.id}"), on_click=_take, args=(draft.id,))
        with st.popover(_("Delete"), icon=":material/delete:", type="tertiary", key=key(f"throw_{draft.id}")):
            st.markdown(_("Its message is deleted, and its list too, unless you saved it. This cannot be undone."))
            st.button(_("Delete this draft"), key=key(f"delete_{draft.id}"), on_click=_delete, args=(draft.id,))


def _name(draft: Draft) -> str:
    """By its name, else by what its text begins with, else by its time."""
    return draft.name or " ".join(draft.text.split())[:30] or wording.when(draft.updated_ts, seconds=False)


def _take(draft_id: str) -> None:
    st.query_params.pop(ALL, None)
    st.query_params["draft"] = draft_id


def _delete(draft_id: str) -> None:
    runtime.store().drafts.delete(draft_id, runtime.actor())
