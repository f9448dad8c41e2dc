"""Sending again from a campaign's page: the light of each fate, a choice, and a draft with only those people."""

import streamlit as st

from sms4a.campaigns.again import SAFE, Fate
from sms4a.campaigns.campaign_records import Campaign
from sms4a.console import dialogs, registry, runtime, widgets, wording, words_again
from sms4a.console.wording import _
from sms4a.status import Resend

TICKED = frozenset({Resend.YES, Resend.LATER})
"""Chosen already; what needs a look first is not."""


def offer(campaign: Campaign) -> None:
    """Says whom a second message would be safe for, with the one button; nothing if there is nobody."""
    if campaign.erased_ts:
        return
    fates = runtime.store().again.fates(campaign.id)
    if not any(fate.open for fate in fates):
        return
    with widgets.card("campaign_again"), st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown(words_again.finding(fates), width="stretch")
        if st.button(_("Send again …"), icon=":material/replay:", key="campaign_again_open"):
            dialogs.ask(campaign.id, "again")


def choose(campaign: Campaign) -> None:
    """The dialog: everybody who has a result, who may and who must not, and the button with its amount."""
    fates = runtime.store().again.fates(campaign.id)
    st.markdown(_("A new campaign with the same message, for these people alone. You check it before anything leaves."))
    chosen = [fate for fate in fates if fate.open and _ticked(fate)]
    closed = [fate for fate in fates if fate.resend not in SAFE]
    if closed:
        with st.expander(_("Who does not get it again, and why"), icon=":material/block:", key="campaign_again_not"):
            st.markdown("  \n".join(words_again.fate(fate) for fate in closed))
    people = sum(fate.open for fate in chosen)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Cancel"), key="campaign_again_cancel"):
            dialogs.done()
        if st.button(
            words_again.begin(people), type="primary", icon=":material/edit_square:", disabled=not people,
            key="campaign_again_begin",
        ):  # fmt: skip
            _begin(campaign, [fate.verdict for fate in chosen])


def _ticked(fate: Fate) -> bool:
    return st.checkbox(
        words_again.fate(fate), value=fate.resend in TICKED, key=f"campaign_again_{fate.verdict}", width="stretch"
    )


def _begin(campaign: Campaign, verdicts: list[str]) -> None:
    name = _("{name}, again").format(name=campaign.name or _("Untitled"))
    draft_id = runtime.store().again.begin(campaign.id, verdicts, runtime.actor(), name)
    dialogs.close()
    if draft_id:
        query = {"draft": draft_id, "step": "recipients"}
        st.switch_page(registry.page("new_campaign"), query_params=query)


def line(campaign: Campaign) -> None:
    """Links to the campaigns before and after, if these people were sent to more than once."""
    found = runtime.store().again.line(campaign.id)
    if len(found) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="campaign_line"):
        st.markdown(f":small[:gray[{_('Sent to the same people:')}]]", width="content")
        for place, (other, name) in enumerate(found, start=1):
            label = _("{n}. {name}").format(n=wording.number(place), name=widgets.plain(name or _("Untitled")))
            if other == campaign.id:
                st.markdown(f":small[**{label}**]", width="content")
            else:
                st.page_link(registry.page("campaign"), label=label, query_params={"id": other})
