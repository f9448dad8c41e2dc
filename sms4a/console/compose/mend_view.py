"""Files of mended rows on the Recipients step: brought in beside the download, listed on the card, taken back."""

import streamlit as st

from sms4a.campaigns.lists.contact_lists import ListChanged
from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.lists.mended import MendRefused
from sms4a.console import runtime, widgets, wording, words_lists
from sms4a.console.compose.desk import key
from sms4a.console.wording import _
from sms4a.recipients import ListRefused


def draw_upload(contacts: ContactList) -> None:
    """Where the mended rows come in."""
    if not contacts.can_be_mended:
        return
    uploader = _uploader()
    # The key changes with each file, and so the box closes.
    with st.popover(_("Upload corrected rows"), icon=":material/build:", key=f"{uploader}_popover"):
        st.markdown(words_lists.how_to_mend(contacts))
        st.file_uploader(
            _("Corrected rows"),
            key=uploader,
            on_change=_take_file,
            args=(contacts,),
            label_visibility="collapsed",
            max_upload_size=widgets.QUICK_MB,
        )


def draw_problem() -> None:
    """Why the last file was not taken; its rows are where they were."""
    if problem := st.session_state.pop(key("mend_problem"), None):
        st.error(widgets.plain(problem), title=_("The corrected rows were not added"))


def draw_files(contacts: ContactList) -> None:
    """A line for each file of mended rows, with what it has changed."""
    for file in contacts.mended:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(words_lists.mended_file(file, is_read=bool(contacts.piles)), width="content")
            st.button(
                _("Take it back"), key=key(f"mended_back_{file.n}"), on_click=_take_back, type="tertiary",
                icon=":material/undo:", args=(contacts.id, contacts.version, file.n),
            )  # fmt: skip


def _uploader() -> str:
    """Another key after each file: the old one must not come back by itself."""
    return key(f"mended_{st.session_state.setdefault(key('mended_uploads'), 0)}")


def _take_file(contacts: ContactList) -> None:
    file = st.session_state.get(_uploader())
    if file is None:
        return
    st.session_state[key("mended_uploads")] += 1
    row_column = words_lists.file_headings(contacts)[0]
    try:
        runtime.store().lists.mend(
            contacts.id, contacts.version, file.name, file.getvalue(), runtime.actor(), row_column=row_column
        )
    except ListRefused as refused:
        st.session_state[key("mend_problem")] = wording.list_problem(refused.code, refused.detail)
    except MendRefused as refused:
        st.session_state[key("mend_problem")] = words_lists.not_mended(refused)
    except ListChanged:
        st.session_state[key("mend_problem")] = _("Somebody else has just changed this list. Look again.")
    else:
        st.session_state.pop(key("pile"), None)


def _take_back(list_id: str, version: int, n: int) -> None:
    try:
        runtime.store().lists.take_mended_back(list_id, version, n)
    except ListChanged:
        st.session_state[key("mend_problem")] = _("Somebody else has just changed this list. Look again.")
