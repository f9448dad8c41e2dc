"""Test first: the messages worth reading, sent to one's own phone before anybody else gets one."""

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.sending.trials import MOST_NUMBERS
from sms4a.console import runtime, widgets, wording
from sms4a.console.compose import preview
from sms4a.console.compose.desk import Desk, key
from sms4a.console.wording import _, ngettext
from sms4a.numbers import read_number
from sms4a.recipients import Pile

# What is shown of the tests that were sent; older ones stay on the page Jobs.
_SHOWN = 8


def draw(desk: Desk, campaign: Campaign) -> None:
    rows = list(dict.fromkeys(preview.extremes(desk, campaign).values()))
    if not rows:
        return
    numbers = desk.store.trials.numbers(runtime.actor())
    with widgets.card(key("trial")):
        widgets.card_head(key("trial"), _("Test first"))
        st.caption(_what(len(rows)))
        _own_numbers(numbers)
        n = len(rows) * len(numbers)
        label = (
            ngettext("Send {n} test message to me", "Send {n} test messages to me", n) if n else _("Send tests to me")
        )
        st.button(
            label.format(n=wording.number(n)),
            icon=":material/science:",
            key=key("trial_send"),
            disabled=not numbers,
            on_click=_send,
            args=(campaign, rows),
            width="stretch",
        )
        if told := st.session_state.pop(key("trial_told"), None):
            st.info(told)
        if desk.store.trials.of(campaign.id):
            _results(campaign.id)


def _what(rows: int) -> str:
    what = ngettext(
        "The message above goes to your own numbers, exactly as it would leave.",
        "The messages above, {n} different ones, go to your own numbers, exactly as they would leave.",
        rows,
    )
    if runtime.mode() == "practice":
        told = _("In practice mode no phone gets them; you see here what would become of them.")
    else:
        told = _("Tests are billed like any SMS and count in no figure.")
    return f"{what.format(n=wording.number(rows))} {told}"


def _own_numbers(numbers: tuple[str, ...]) -> None:
    for n, number in enumerate(numbers):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(widgets.plain(wording.shown_number(number)), width="stretch")
            st.button(_("Remove"), key=key(f"trial_forget_{n}"), type="tertiary", on_click=_forget, args=(number,))
    if len(numbers) < MOST_NUMBERS:
        st.text_input(
            _("Your number") if not numbers else _("One more number"), key=key("trial_number"), on_change=_keep
        )
    if problem := st.session_state.get(key("trial_problem")):
        st.warning(widgets.plain(problem))


def _keep() -> None:
    typed = st.session_state[key("trial_number")]
    st.session_state.pop(key("trial_problem"), None)
    if not typed.strip():
        return
    settings = runtime.settings()
    reading = read_number(typed, settings.home_country, allowed=settings.countries)
    if reading.number is None:
        problem = wording.row_problem(Pile.UNREADABLE, reading.problem, reading.detail)
        st.session_state[key("trial_problem")] = _("This number cannot be used. {why}.").format(why=problem)
        return
    runtime.store().trials.keep(runtime.actor(), reading.number)
    st.session_state[key("trial_number")] = ""


def _forget(number: str) -> None:
    runtime.store().trials.forget(runtime.actor(), number)


def _send(campaign: Campaign, rows: list[int]) -> None:
    name = _("Test of {name}").format(name=campaign.name or _("a campaign without a name"))
    try:
        sent = runtime.store().trials.send(campaign.id, campaign.fingerprint or "", rows, runtime.actor(), name=name)
    except LedgerError as error:
        st.session_state[key("trial_told")] = wording.ledger_problem(error)
        return
    if not sent:
        st.session_state[key("trial_told")] = _("The last test is still on its way. Wait a moment before the next one.")


@st.fragment(run_every="2s")
def _results(campaign_id: str) -> None:
    """What became of the tests, as far as it is known."""
    with st.container(gap="xxsmall"):
        for trial in runtime.store().trials.of(campaign_id)[:_SHOWN]:
            words = wording.outcome(trial.outcome)
            row = _("Row {row}").format(row=wording.number(trial.row))
            number = widgets.plain(wording.shown_number(trial.number))
            st.markdown(f":small[{words.inline} · {row} · {number}]")
