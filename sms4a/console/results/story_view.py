"""The whole story of one person in a campaign: what became of the message, when, why, and what Retarus calls it."""

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.sending.messages import text_of
from sms4a.campaigns.views import RecipientRow, Story
from sms4a.console import opt_out_entry, runtime, widgets, wording, words_people
from sms4a.console.wording import _

ROW = "row"
"""In the address: whose story is open."""


def open_story(campaign: Campaign, *, show_numbers: bool) -> None:
    """The card of the row in the address; nothing if there is none."""
    wanted = st.query_params.get(ROW, "")
    story = (
        runtime.store().reports.story(campaign.id, int(wanted))
        if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9
        else None
    )
    if story is not None:
        _card(campaign, story, show_numbers=show_numbers)


def _card(campaign: Campaign, story: Story, *, show_numbers: bool) -> None:
    row = story.recipient
    with widgets.card("campaign_story"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(_("Row {row}").format(row=wording.number(row.row)), anchor=False, width="content")
            st.markdown(words_people.recipient_words(row).badge, width="content")
            st.space("stretch")
            st.button(_("Close"), icon=":material/close:", type="tertiary", on_click=_close, key="campaign_close")
        st.markdown(words_people.story_sentence(row))
        _opt_out(campaign, row)
        with st.grid(2, min_column_width=320, gap=("medium", "large"), key="campaign_story_halves") as halves:
            with halves.cell():
                widgets.fields(words_people.story_fields(story, show_numbers=show_numbers), alt=_("What is known"))
            with halves.cell():
                _text_of(campaign, row)
                widgets.fields(words_people.story_events(story), alt=_("What happened, oldest first"))
        if raw := words_people.raw_fields(story):
            with st.expander(_("Details"), icon=":material/data_object:", key="campaign_story_details"):
                widgets.fields(raw, alt=_("The words of Retarus"))


def _opt_out(campaign: Campaign, row: RecipientRow) -> None:
    """One click for people who should not be written to again."""
    if row.number is None:
        return
    if runtime.store().opt_outs.holds(row.number):
        st.markdown(f":small[:gray[:material/do_not_disturb_on: {_('This person is on the opt-out list.')}]]")
        opt_out_entry.page_link(campaign.id, row.row)
        return
    reason = _("Campaign {name}, row {row}").format(name=campaign.name or campaign.id, row=wording.number(row.row))
    st.button(
        _("Do not write to this person any more"), icon=":material/do_not_disturb_on:", key="campaign_opt_out",
        on_click=_add_opt_out, args=(row.number, reason),
    )  # fmt: skip


def _add_opt_out(number: str, reason: str) -> None:
    runtime.store().opt_outs.add([number], reason, runtime.actor())


def _text_of(campaign: Campaign, row: RecipientRow) -> None:
    rendered = text_of(campaign, row.fields)
    if rendered.text and row.submission_n is not None:
        st.markdown(f":small[:gray[{_('Message')}]]")
        st.code(rendered.text, language=None, wrap_lines=True)


def _close() -> None:
    st.query_params.pop(ROW, None)
    st.session_state["campaign_pick"] = None
