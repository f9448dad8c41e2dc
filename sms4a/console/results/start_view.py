"""When a campaign begins, on its page: taken back, started now, at another time, or not at all."""

from contextlib import suppress
from datetime import datetime, timedelta

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.drafts import DraftClosed, DraftConflict
from sms4a.campaigns.ledger import LedgerError
from sms4a.console import dialogs, registry, runtime, wording, words_compose, words_start
from sms4a.console.compose import second_look
from sms4a.console.moments import moments, offset, to_ms, wall
from sms4a.console.wording import _

_TOO_LATE, _TAKEN_BACK, _REFUSED = "campaign_too_late", "campaign_taken_back", "campaign_start_refused"


def take_back_button(campaign: Campaign) -> None:
    # A callback: the button is gone in the run after the press if the time was up, and the press would be lost.
    st.button(_("Take it back"), icon=":material/undo:", key="campaign_undo", on_click=take_back, args=(campaign,))


def take_back(campaign: Campaign) -> None:
    """A draft again, if nothing has left; the page then goes there, or says that it was too late."""
    store = runtime.store()
    if not store.ledger.undo(campaign.id, runtime.actor()):
        st.session_state[_TOO_LATE] = True
        return
    draft = store.drafts.get(campaign.draft_id)
    if draft is not None and draft.start_ts != campaign.start_ts:
        # The start was changed since; the draft shall show it, and not send at a time that nobody sees.
        with suppress(DraftConflict, DraftClosed):
            store.drafts.save(draft.id, draft.version, actor=runtime.actor(), start_ts=campaign.start_ts)
    st.session_state[_TAKEN_BACK] = campaign.draft_id


def start_now(campaign: Campaign) -> None:
    """After the same delay as Send, in which it can be taken back."""
    _reschedule(campaign, runtime.now_ts() + runtime.settings().undo_s * 1000)


def _reschedule(campaign: Campaign, start_ts: int) -> None:
    try:
        moved = runtime.store().ledger.reschedule(campaign.id, start_ts, runtime.actor(), zone=runtime.zone())
    except LedgerError as error:
        st.session_state[_REFUSED] = wording.ledger_problem(error)
        return
    if not moved:
        st.session_state[_TOO_LATE] = True


def follow_up() -> None:
    """What the last press has come to, for the whole page."""
    if draft_id := st.session_state.pop(_TAKEN_BACK, None):
        st.switch_page(registry.page("new_campaign"), query_params={"draft": draft_id, "step": "send"})
    if refused := st.session_state.pop(_REFUSED, None):
        st.warning(refused, title=_("The start stays as it was"))
    if st.session_state.pop(_TOO_LATE, False):
        st.warning(
            _("Something has left meanwhile. What has not left can still be paused or stopped."),
            title=_("It was too late for that"),
        )


def change_start(campaign: Campaign) -> None:
    """The dialog: another date and time on the clock of whoever looks."""
    zone = runtime.zone()
    present = max(campaign.start_ts or 0, to_ms(runtime.now() + timedelta(minutes=15)))
    chosen = st.datetime_input(
        _("Date and time ({zone})").format(zone=wording.zone_name()), wall(present, zone), key="campaign_start",
        format="DD.MM.YYYY", step=timedelta(minutes=15), width=280,
    )  # fmt: skip
    found = moments(chosen, zone) if chosen else ()
    problem = words_start.problem(chosen, found, runtime.now())
    coming = words_start.to_come(found, runtime.now())
    if problem:
        st.warning(problem, title=_("This time cannot be used"))
    moment = _which_of(coming) if len(coming) == 2 else coming[0] if coming else None
    if moment is None:
        return
    start_ts = to_ms(moment)
    st.markdown(_("The first messages go out on **{when}**.").format(when=words_compose.start(start_ts)))
    if told := second_look.at_night(start_ts):
        st.warning(told, icon=":material/bedtime:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Change the start"), type="primary", icon=":material/schedule_send:", key="campaign_start_yes"):
            _reschedule(campaign, start_ts)
            dialogs.done()


def _which_of(coming: tuple[datetime, ...]) -> datetime | None:
    """Of two moments at which the clock shows the same."""
    names = (_("The first"), _("The second"))
    picked = st.segmented_control(
        _("Which one?"), [0, 1], key="campaign_start_which", label_visibility="collapsed",
        format_func=lambda place: f"{names[place]} ({offset(coming[place].astimezone(runtime.zone()))})",
    )  # fmt: skip
    return None if picked is None else coming[picked]
