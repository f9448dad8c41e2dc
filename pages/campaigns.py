"""Campaigns: what was sent or scheduled, newest first."""

import streamlit as st

from sms4a.campaigns.views import CampaignFilter
from sms4a.console import address, registry, runtime, truth, widgets, wording, words_campaign
from sms4a.console.results import queries
from sms4a.console.wording import _, ngettext

store = runtime.store()
reports = store.reports


def filters() -> tuple[CampaignFilter, str]:
    options = [show.value for show in CampaignFilter]
    address.seed("campaigns_state", options, CampaignFilter.ALL.value)
    address.seed("campaigns_search")
    with st.container(horizontal=True, vertical_alignment="top"):
        show = st.segmented_control(
            _("State"), options, required=True, wrap=True, key="campaigns_state",
            format_func=lambda show: words_campaign.campaign_filter(CampaignFilter(show)),
            on_change=address.keep, args=("campaigns_state", CampaignFilter.ALL.value, "campaigns_page"),
        )  # fmt: skip
        search = st.text_input(
            _("Name"), icon=":material/search:", width=240, key="campaigns_search", on_change=address.keep,
            args=("campaigns_search", "", "campaigns_page"),
        )  # fmt: skip
    return CampaignFilter(show or CampaignFilter.ALL), (search or "").strip()


def show_all() -> None:
    address.choose("campaigns_state", CampaignFilter.ALL.value, CampaignFilter.ALL.value, "campaigns_page")
    address.choose("campaigns_search", "", "", "campaigns_page")


def nothing_found(show: CampaignFilter, search: str) -> None:
    if search and show is CampaignFilter.ALL:
        sentence = _("**No campaign is named like “{search}”.**")
    elif search:
        sentence = _("**No campaign is named like “{search}”** among these: {state}.")
    else:
        sentence = _("**There is no campaign with this state:** {state}.")
    st.markdown(sentence.format(search=widgets.plain(search), state=words_campaign.campaign_filter(show)))
    if st.button(_("Show all"), on_click=show_all, key="campaigns_show_all"):
        st.rerun()  # the filters stand outside the fragment


@st.fragment(run_every="10s")
def listing(show: CampaignFilter, search: str) -> None:
    total = reports.campaign_count(search=search, show=show, now_ts=runtime.now_ts())
    if not total:
        nothing_found(show, search)
        return
    place = st.container()
    page = widgets.pager(total, "campaigns_page")
    rows = reports.campaigns(search=search, show=show, now_ts=runtime.now_ts(), offset=page.offset, limit=page.limit)
    with place:
        widgets.table(
            queries.campaign_table(rows, runtime.now_ts(), moving=truth.moving()),
            alt=_("Campaigns, newest first"),
            right=[_("People"), _("Delivered of finished"), _("Failed")],
            markdown=[_("Campaign"), _("State")],
            key="campaigns_table",
        )


total = reports.campaign_count()
with widgets.page_head(_("Campaigns")):
    if total and st.button(_("New campaign"), type="primary", icon=":material/edit_square:", key="campaigns_new"):
        st.switch_page(registry.page("new_campaign"))
if total:
    running = len(reports.running(runtime.now_ts()))
    sentence = ngettext("**{n} campaign**", "**{n} campaigns**", total).format(n=wording.number(total))
    moving = _("{n} of them running or scheduled.") if running else _("none of them running or scheduled.")
    st.markdown(f"{sentence}, {moving.format(n=wording.number(running))}")
    listing(*filters())
else:
    st.markdown(_("**No campaign yet.** The first one takes about five minutes; once sent, it appears here."))
    if st.button(_("New campaign"), type="primary", icon=":material/edit_square:", key="campaigns_new"):
        st.switch_page(registry.page("new_campaign"))
