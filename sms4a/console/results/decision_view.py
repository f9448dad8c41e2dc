"""Hand-overs whose fate is unknown, on their campaign's page: the evidence, and the three things somebody may say."""

from collections.abc import Callable, Sequence

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.sending.undecided import LookRow, Unclear
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.console import dialogs, runtime, widgets, wording, words_decisions
from sms4a.console.results import queries
from sms4a.console.wording import _, ngettext

# After so many people a second POST is confirmed by typing their number.
TYPED_ABOVE = 100

CARDS = 5
LOOKS = 6

SENT, AGAIN, WRITE_OFF = "sent", "again", "write_off"


def cards(campaign: Campaign) -> None:
    """One card each, those that need a decision first; one for all together that nobody can do anything about yet."""
    everything = runtime.store().undecided.of_campaign(campaign.id)
    searched = [one for one in everything if one.state is SubmissionState.UNCERTAIN and not one.decisions]
    together = searched if len(searched) > 1 else []
    found = [one for one in everything if one not in together]
    found.sort(key=lambda one: (one.state is not SubmissionState.UNDECIDED, one.n))
    shown = found if st.session_state.get("campaign_all_unclear") else found[:CARDS]
    for one in shown:
        _card(campaign, one)
    if len(shown) < len(found):
        rest = len(found) - len(shown)
        label = ngettext("Show {n} more unclear hand-over", "Show {n} more unclear hand-overs", rest)
        st.button(label.format(n=wording.number(rest)), key="campaign_show_unclear", on_click=_show_all)

    if together:
        _searched(together)


def _searched(found: Sequence[Unclear]) -> None:
    """Several at once come from one outage, and the same holds for each of them."""
    with widgets.card("campaign_searched"):
        with st.container(gap="xxsmall"):
            st.markdown(f":violet[:material/help:] **{words_decisions.title_of(sum(one.people for one in found))}**")
            st.markdown(words_decisions.several(found))
        with st.expander(
            _("Each hand-over"), icon=":material/manage_search:", type="compact", key="campaign_searched_each"
        ):
            widgets.table(
                queries.searched_table(found[:widgets.PER_PAGE]), alt=_("Hand-overs that are looked for"),
                right=[_("People")], key="campaign_searched_table",
            )  # fmt: skip
            if more := len(found[widgets.PER_PAGE :]):
                text = ngettext("and {n} more", "and {n} more", more)
                st.markdown(f":small[:gray[{text.format(n=wording.number(more))}]]")


def _show_all() -> None:
    st.session_state["campaign_all_unclear"] = True


def _card(campaign: Campaign, found: Unclear) -> None:
    pending = any(row.result is None for row in found.decisions)
    with widgets.card(f"campaign_unclear_{found.n}"):
        with st.container(gap="xxsmall"):
            st.markdown(f":violet[:material/help:] **{words_decisions.title(found)}**")
            st.markdown(f"{words_decisions.what_happened(found)} {words_decisions.what_next(found, pending=pending)}")
            evidence = [words_decisions.last_look(found.looks[-1])] if found.looks else []
            evidence.append(_("Reference {reference}").format(reference=found.reference))
            st.markdown(f":small[:gray[{' · '.join(map(widgets.plain, evidence))}]]")
        for row in found.decisions:
            st.markdown(f":small[{words_decisions.decision(row)}]")
        if len(found.looks) > 1:
            _looks(found)
        if found.state is SubmissionState.UNDECIDED and not pending:
            _choices(campaign, found)


def _looks(found: Unclear) -> None:
    """Every search, for whoever wants to see them."""
    looks: tuple[LookRow, ...] = found.looks[-LOOKS:]
    label = _("All {n} searches").format(n=wording.number(len(found.looks)))
    with st.expander(label, icon=":material/manage_search:", type="compact", key=f"campaign_searches_{found.n}"):
        widgets.table(
            queries.look_table(looks),
            alt=_("Searches for hand-over {n}, the newest last").format(n=found.n),
            right=[_("Jobs seen")],
            key=f"campaign_looks_{found.n}",
        )
        if earlier := len(found.looks) - len(looks):
            text = ngettext("and {n} search before", "and {n} searches before", earlier)
            st.markdown(f":small[:gray[{text.format(n=wording.number(earlier))}]]")


def _choices(campaign: Campaign, found: Unclear) -> None:
    labels = {SENT: _("It was sent …"), AGAIN: _("Send again …"), WRITE_OFF: _("Write it off …")}
    if found.problem in words_decisions.FOUND_BADLY:
        labels = {WRITE_OFF: labels[WRITE_OFF]}
    elif campaign.state is CampaignState.STOPPED:
        # It would be stopped before it leaves.
        del labels[AGAIN]
    with st.container(horizontal=True):
        for kind, label in labels.items():
            if st.button(label, key=f"campaign_{kind}_{found.n}"):
                dialogs.ask(campaign.id, kind, found.n)


def open_dialog(campaign: Campaign) -> None:
    """The open decision, if it is about a hand-over of this campaign."""
    match dialogs.asked():
        case (campaign.id, (("sent" | "again" | "write_off") as kind), int(n)):
            found = next((one for one in runtime.store().undecided.of_campaign(campaign.id) if one.n == n), None)
        case _:
            return
    if found is None or found.state is not SubmissionState.UNDECIDED:
        dialogs.close()
        return
    title, icon, content = {
        SENT: (_("It was sent"), ":material/check_circle:", _it_was_sent),
        AGAIN: (_("Send it again?"), ":material/redo:", _send_again),
        WRITE_OFF: (_("Write it off?"), ":material/do_not_disturb_on:", _write_off),
    }[kind]
    st.dialog(title, icon=icon, on_dismiss=dialogs.close)(content)(found)


def _it_was_sent(found: Unclear) -> None:
    st.markdown(
        _(
            "Somebody has found the job: at Retarus, or on the page Jobs. It is read first, and counts only if it "
            "carries the reference {reference} and is for {people}."
        ).format(reference=f"`{found.reference}`", people=wording.people(found.people))
    )
    job_id = (st.text_input(_("Job id"), key="campaign_job_id", placeholder="J.…", max_chars=64) or "").strip()
    reason = _reason()
    problem = "" if job_id else _("Type the id of the job, as the page Jobs shows it.")
    _confirm(
        _("Look at this job"), [problem, _reason_problem(reason)],
        lambda: runtime.store().undecided.it_was_sent(found.campaign_id, found.n, job_id, reason, runtime.actor()),
    )  # fmt: skip


def _send_again(found: Unclear) -> None:
    st.markdown(words_decisions.risk(found))
    st.markdown(
        _(
            "Both data centres are read completely once more first. If the job is found, nothing is sent; if a data "
            "centre does not answer, nothing is sent either."
        )
    )
    problem = _typed_problem(found.people) if found.people > TYPED_ABOVE else ""
    reason = _reason()
    _confirm(
        _("Send to {people} again").format(people=wording.people(found.people)), [problem, _reason_problem(reason)],
        lambda: runtime.store().undecided.send_again(found.campaign_id, found.n, reason, runtime.actor()),
    )  # fmt: skip


def _typed_problem(people: int) -> str:
    typed = st.text_input(
        _("Type the number of people: {n}").format(n=wording.number(people)), key="campaign_typed", width=240
    )
    digits = "".join(character for character in typed or "" if character.isdecimal())
    return "" if digits == str(people) else _("Type {n}, the number of people.").format(n=wording.number(people))


def _write_off(found: Unclear) -> None:
    st.markdown(
        _(
            "**Nobody looks for it any more.** These {people} stay *unknown*: they may have got the message, or not. "
            "This campaign does not send to them again."
        ).format(people=wording.people(found.people))
    )
    reason = _reason()
    _confirm(
        _("Write it off for {people}").format(people=wording.people(found.people)), [_reason_problem(reason)],
        lambda: runtime.store().undecided.write_off(found.campaign_id, found.n, reason, runtime.actor()),
    )  # fmt: skip


def _reason() -> str:
    return (st.text_input(_("Reason"), key="campaign_reason", max_chars=500) or "").strip()


def _reason_problem(reason: str) -> str:
    return "" if reason else wording.ledger_problem(LedgerError("no_reason"))


def _confirm(label: str, problems: list[str], decide: Callable[[], None]) -> None:
    """The two ends of a dialog; what is missing is said when somebody presses, and nothing typed is lost."""
    place = st.empty()
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Cancel"), key="campaign_decide_no"):
            dialogs.done()
        pressed = st.button(label, key="campaign_decide_yes")
    if not pressed:
        return
    if missing := [problem for problem in problems if problem]:
        place.warning(" ".join(missing), title=_("Something is missing"))
        return
    try:
        decide()
    except LedgerError as error:
        place.error(wording.ledger_problem(error), title=_("Nothing was changed"))
        return
    dialogs.done()
