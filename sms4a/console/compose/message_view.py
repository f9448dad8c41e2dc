"""What a campaign says, on its page: its text on the phone, and what it was expected to cost."""

import streamlit as st

from sms4a.campaigns.bodies import as_sent
from sms4a.campaigns.campaign_records import Campaign
from sms4a.console import runtime, widgets, wording, words_compose, words_cost
from sms4a.console.compose import preview
from sms4a.console.wording import _
from sms4a.templates import Template


def draw(campaign: Campaign) -> None:
    """A button that opens it; the message of one person is in the closer look at their row."""
    with st.popover(_("The message"), icon=":material/sms:", type="tertiary", key="campaign_message"):
        text = as_sent(campaign.text, campaign.options.treatment)
        preview.phone(campaign.sender, preview.Shown(text), campaign.release_ts or campaign.start_ts)
        fields = [
            (_("People"), wording.number(campaign.people)),
            (_("SMS parts"), wording.number(campaign.parts)),
            (_("Expected cost"), _cost(campaign)),
            (_("Options"), words_compose.options_line(campaign.options, Template.parse(campaign.text).fields)),
        ]
        widgets.fields(fields, alt=_("What was planned"))


def _cost(campaign: Campaign) -> str:
    """As prices were when it was sent."""
    found = runtime.store().prices.expected(campaign.id)
    return words_cost.expected_of(found) if found else ""
