"""From a row that was left out to its entry on the opt-out list: the address names the row, never the number."""

import streamlit as st

from sms4a.campaigns.lists.opt_outs import OptOut
from sms4a.console import address, dialogs, opt_outs_view, registry, runtime, widgets, wording, words_opt_outs
from sms4a.console.wording import _

# In the address: where the row stands, and which one it is.
_LIST, _CAMPAIGN, _ROW = "list", "campaign", "row"


def link(words: str, *, row: int, list_id: str = "", campaign_id: str = "") -> str:
    """Markdown for a cell: these words lead to the entry of this row of a list or a campaign."""
    place = {_LIST: list_id} if list_id else {_CAMPAIGN: campaign_id}
    return widgets.link(words, "opt_outs", **place, **{_ROW: row})


def page_link(campaign_id: str, row: int) -> None:
    """The same outside of a table."""
    st.page_link(
        registry.page("opt_outs"), label=_("Its entry on the opt-out list"), icon=":material/do_not_disturb_on:",
        query_params={_CAMPAIGN: campaign_id, _ROW: str(row)},
    )  # fmt: skip


def draw() -> None:
    """The card of the row that the address names; nothing if it names none."""
    written = st.query_params.get(_ROW, "")
    if not (written.isascii() and written.isdecimal() and len(written) < 9):
        return
    row = int(written)
    number = _number(row)
    found = runtime.store().opt_outs.get(number) if number else None
    with widgets.card("opt_outs_entry"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(words_opt_outs.entry(row, number, found), width="stretch")
            st.button(_("Close"), icon=":material/close:", type="tertiary", on_click=_close, key="opt_outs_entry_close")
        if found:
            _entry(found)


def _entry(found: OptOut) -> None:
    widgets.fields(
        [
            (_("Number"), wording.masked(found.number)),
            (_("Since"), wording.when(found.created_ts)),
            (_("How we know"), found.reason),
            (_("By"), wording.actor_name(found.actor)),
        ],
        alt=_("The entry on the opt-out list"),
    )
    if st.button(_("Take off …"), key="opt_outs_entry_remove"):
        dialogs.ask(opt_outs_view.REMOVE, found.number)


def _number(row: int) -> str | None:
    store = runtime.store()
    if list_id := address.said(_LIST):
        listed = store.lists.row(list_id, row)
        return listed.number if listed else None
    story = store.reports.story(address.said(_CAMPAIGN), row)
    return story.recipient.number if story else None


def _close() -> None:
    for name in (_LIST, _CAMPAIGN, _ROW):
        st.query_params.pop(name, None)
