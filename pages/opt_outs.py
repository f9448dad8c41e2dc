"""Opt-outs: people who do not want messages."""

import streamlit as st

from sms4a.console import opt_out_entry, opt_outs_view, reveal, runtime, widgets, words_opt_outs
from sms4a.console.wording import _

opt_outs = runtime.store().opt_outs


def listing() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Number or a part of it"), icon=":material/search:", width=240, key="opt_outs_search",
            placeholder="+49 …", on_change=first_page,
        )  # fmt: skip
        st.space("stretch")
        show_numbers = reveal.numbers("opt_outs_numbers", "opt_out:all")
    found = opt_outs.count(search or "")
    if not found:
        st.markdown(_("**Nobody on the list has “{search}”** in their number.").format(search=widgets.plain(search)))
        st.button(_("Show all"), on_click=show_all, key="opt_outs_show_all")
        return
    place = st.container()
    page = widgets.pager(found, "opt_outs_page")
    rows = opt_outs.page(search or "", page.offset, page.limit)
    with place:
        opt_outs_view.draw_table(rows, show_numbers=show_numbers)
    opt_outs_view.draw_remove(rows, show_numbers=show_numbers)


def first_page() -> None:
    """What is looked for stays out of the address: it is somebody's number."""
    if "opt_outs_page" in st.session_state:
        st.session_state["opt_outs_page"] = 1


def show_all() -> None:
    st.session_state["opt_outs_search"] = ""
    first_page()


total = opt_outs.count()
with widgets.page_head(_("Opt-outs")):
    if total:
        opt_outs_view.draw_download(total)
st.markdown(words_opt_outs.finding(total) if total else words_opt_outs.empty())
opt_outs_view.draw_news()
opt_out_entry.draw()
opt_outs_view.draw_ways_in()
if total:
    listing()
opt_outs_view.draw_dialog()
