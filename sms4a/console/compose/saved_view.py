"""Saved lists on the Recipients step: a list is kept under a name, used again, or thrown away."""

import streamlit as st

from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.lists.saved_lists import LONGEST_NAME, NameTaken, SourceChanged
from sms4a.campaigns.states import ListState
from sms4a.console import runtime, widgets, words_lists
from sms4a.console.compose.desk import key
from sms4a.console.compose.desk_saving import save
from sms4a.console.wording import _

_PER_PAGE = 10

_UNDER_WAY = (ListState.NEW, ListState.CHECKING)


def draw_keep(contacts: ContactList) -> None:
    """Keep this list under a name."""
    if contacts.state is not ListState.CHECKED or contacts.sends_again:
        return
    # Another key each time it was of use: the box closes.
    turn = st.session_state.get(key("keep_turn"), 0)
    with st.popover(_("Save this list"), icon=":material/bookmark_add:", key=key(f"keep_popover_{turn}")):
        st.markdown(words_lists.what_keeping_means(runtime.settings().keep_days))
        st.text_input(_("Name of the saved list"), key=key("keep_name"), max_chars=LONGEST_NAME)
        if problem := st.session_state.pop(key("keep_problem"), None):
            st.error(problem)
        st.button(_("Save it"), key=key("keep_list"), on_click=_keep, args=(contacts.id,))


def draw_kept() -> None:
    """That it is kept, once."""
    if name := st.session_state.pop(key("kept"), None):
        st.success(
            _("The list is saved as **{name}**. You will find it wherever a list is asked for.").format(name=name)
        )


def draw_choice() -> None:
    """Every saved list, to be used; nothing while there is none."""
    found = runtime.store().saved_lists.list()
    if not found:
        return
    with widgets.card(key("saved")):
        widgets.card_head(key("saved"), _("A saved list"), _("Its rows are checked again, with today's opt-outs."))
        place = st.container(gap="small")
        page = widgets.Page(0, _PER_PAGE)
        if len(found) > _PER_PAGE:
            page = widgets.pager(len(found), key("saved_page"), per_page=_PER_PAGE)
        with place:
            for saved in found[page.offset : page.offset + page.limit]:
                _one(saved)
    if any(saved.state in _UNDER_WAY for saved in found):
        _until_copied()


def _one(saved: ContactList) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(words_lists.saved(saved), width="stretch")
        is_there = saved.state is ListState.CHECKED
        st.button(
            _("Use this list"), key=key(f"use_{saved.id}"), on_click=_use, args=(saved.id,), disabled=not is_there
        )
        with st.popover(_("Delete"), icon=":material/delete:", type="tertiary", key=key(f"forget_{saved.id}")):
            st.markdown(_("Campaigns and drafts that use it keep their rows."))
            st.button(_("Delete this list"), key=key(f"delete_{saved.id}"), on_click=_delete, args=(saved.id,))


@st.fragment(run_every="2s")
def _until_copied() -> None:
    if not any(saved.state in _UNDER_WAY for saved in runtime.store().saved_lists.list()):
        st.rerun()


def _keep(list_id: str) -> None:
    name = st.session_state[key("keep_name")].strip()
    if not name:
        st.session_state[key("keep_problem")] = _("Give the list a name.")
        return
    try:
        kept = runtime.store().saved_lists.keep(list_id, name, runtime.actor())
    except NameTaken:
        st.session_state[key("keep_problem")] = _("There is a list with this name already. Choose another name.")
    except SourceChanged:
        st.session_state[key("keep_problem")] = _("Somebody else has just changed this list. Look again.")
    else:
        st.session_state[key("keep_turn")] = st.session_state.get(key("keep_turn"), 0) + 1
        st.session_state[key("kept")] = widgets.plain(kept.kept_name or "")
        st.session_state[key("keep_name")] = ""


def _use(saved_id: str) -> None:
    try:
        used = runtime.store().saved_lists.use(saved_id, runtime.actor(), allowed=runtime.settings().countries)
    except SourceChanged:
        title, words = _("This list cannot be used"), _("Somebody has just deleted or changed it. Look again.")
        st.session_state[key("list_problem")] = (title, words)
        return
    save(list_id=used.id)
    st.session_state.pop(key("pile"), None)


def _delete(saved_id: str) -> None:
    runtime.store().saved_lists.delete(saved_id, runtime.actor())
