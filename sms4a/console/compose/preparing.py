"""From a draft to a campaign that can be sent: what is missing, how far it is, and whether it was read."""

import hashlib

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.states import CampaignState
from sms4a.console import runtime, widgets, wording, words_campaign, words_compose
from sms4a.console.compose import desk as desks
from sms4a.console.compose import second_look, steps_message, steps_recipients
from sms4a.console.compose.desk import Desk, key
from sms4a.console.wording import _, ngettext

# Up to so many people one click is enough; above the second number a tick is not enough either.
READ_ABOVE = 100
TYPE_ABOVE = 5_000


def obstacles(desk: Desk) -> list[str]:
    """Everything that must be mended before anything can be checked."""
    return steps_message.obstacles(desk) + steps_recipients.obstacles(desk)


def continue_obstacles(desk: Desk) -> list[str]:
    """Why the author cannot go on from the check yet, one sentence each."""
    if reasons := obstacles(desk):
        return reasons
    campaign = ready(desk)
    if campaign is None or campaign.state is CampaignState.FAILED:
        return [_("The messages could not be prepared.")]
    if campaign.state is CampaignState.PREPARING:
        return [_("The messages are still being put together.")]
    if not campaign.people:
        return [_("Nobody is left to send to.")]
    return second_look.forbidden(desk, campaign) + unconfirmed(campaign)


def nothing_against_it(desk: Desk) -> bool:
    """Whether the step Check is done; what is left to confirm can be confirmed on the next one, too."""
    campaign = ready(desk)
    return not obstacles(desk) and not (campaign and second_look.forbidden(desk, campaign))


def ready(desk: Desk) -> Campaign | None:
    """What was prepared from exactly this draft and list; None if that is not done."""
    # Read again: this run may have prepared it after the page was opened.
    draft, contacts = desk.store.drafts.get(desk.draft.id) if desk.draft else None, desk.contacts
    campaign = desk.store.ledger.campaign(draft.campaign_id) if draft and draft.campaign_id else None
    if campaign is None or draft is None or contacts is None:
        return None
    same = (campaign.draft_version, campaign.list_id, campaign.list_version) == (
        draft.version,
        contacts.id,
        contacts.version,
    )
    return campaign if same else None


def prepared(desk: Desk) -> Campaign | None:
    """The campaign, ready to be sent; else draws what is missing or how far it is, and returns None."""
    if reasons := obstacles(desk):
        _draw_obstacles(reasons)
        return None
    campaign = ready(desk)
    if campaign is None:
        campaign = _prepare(desk)
    if campaign is None:
        return None
    if campaign.state is CampaignState.FAILED:
        st.error(widgets.plain(wording.campaign_problem(campaign.problem)), title=_("It could not be prepared"))
        st.button(_("Try again"), key=key("prepare_again"), on_click=_prepare_again, args=(desk,))
        return None
    if campaign.state is CampaignState.PREPARING:
        _preparing(campaign.id)
        return None
    return campaign


def _prepare(desk: Desk) -> Campaign | None:
    assert desk.draft is not None
    size = runtime.settings().submission_size
    ledger = desk.store.ledger
    try:
        campaign_id = ledger.prepare(desk.draft.id, desk.draft.version, runtime.actor(), submission_size=size)
    except LedgerError as error:
        st.error(wording.ledger_problem(error), title=_("This cannot be checked now"))
        return None
    return ledger.campaign(campaign_id)


def _prepare_again(desk: Desk) -> None:
    _prepare(desk)


def _draw_obstacles(reasons: list[str]) -> None:
    title = ngettext(
        "One point is open before this can be checked",
        "{n} points are open before this can be checked",
        len(reasons),
    )
    st.warning("\n".join(f"- {reason}" for reason in reasons), title=title.format(n=wording.number(len(reasons))))
    with st.container(horizontal=True):
        for step in ("message", "recipients"):
            st.button(
                _("Go to {step}").format(step=words_compose.step(step)),
                key=key(f"go_{step}"),
                on_click=desks.go,
                args=(step,),
            )


@st.fragment(run_every="1s")
def _preparing(campaign_id: str) -> None:
    """Progress while a worker puts the messages together; the page goes on by itself."""
    campaign = runtime.store().ledger.campaign(campaign_id)
    if campaign is None or campaign.state is not CampaignState.PREPARING:
        st.rerun()
    with widgets.card(key("preparing")):
        done, total = campaign.rows_done, campaign.rows_total
        st.markdown(_("**Every message is being put together and counted.** Nothing is sent."))
        st.progress(min(1.0, done / max(1, total)), text=words_campaign.put_together(campaign))
        if not runtime.store().brakes.state().workers_alive:
            st.caption(_("The sending service is not running. It goes on as soon as that starts."))


def unconfirmed(campaign: Campaign) -> list[str]:
    """What the author still has to confirm, one sentence each: the more people, the more."""
    content, reasons = _content(campaign), []
    if campaign.people > READ_ABOVE and st.session_state.get(key("read")) != content:
        reasons.append(_("Tick that you have read the message and checked the list."))
    if campaign.people > TYPE_ABOVE and st.session_state.get(key("counted")) != content:
        reasons.append(_("Type how many people will get the message."))
    return reasons


def draw_tick(campaign: Campaign) -> None:
    content = _content(campaign)
    if campaign.people > READ_ABOVE:
        st.session_state[key("tick")] = st.session_state.get(key("read")) == content
        st.checkbox(
            _("I have read the message and checked the list."),
            key=key("tick"),
            wrap=True,
            on_change=_tick,
            args=(content,),
        )
    if campaign.people > TYPE_ABOVE:
        _draw_number(campaign, content)


def _tick(content: str) -> None:
    st.session_state[key("read")] = content if st.session_state[key("tick")] else None


def _draw_number(campaign: Campaign, content: str) -> None:
    """Whoever types the number has seen it; a wrong list is often ten times too long."""
    typed = st.text_input(
        _("How many people will get it? Type {n}.").format(n=wording.number(campaign.people)),
        key=key("number_of_people"),
        on_change=_type,
        args=(campaign.people, content),
    )
    if typed and st.session_state.get(key("counted")) != content:
        st.warning(_("That is another number."))


def _type(people: int, content: str) -> None:
    digits = "".join(c for c in st.session_state[key("number_of_people")] if c.isalnum())
    st.session_state[key("counted")] = content if digits == str(people) else None


def _content(campaign: Campaign) -> str:
    """What the tick is about: everything but the time."""
    facts = (
        campaign.text,
        campaign.sender,
        campaign.options.model_dump_json(),
        campaign.list_id,
        campaign.list_version,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
