"""The Recipients step: a list comes in, is read, and lies in piles with a reason for each row that is left out."""

import streamlit as st

from sms4a import recipients
from sms4a.campaigns.lists.list_records import CANCELLED, NO_PHONE_COLUMN, NO_SHEET, ContactList
from sms4a.campaigns.lists.memory import FAILED_BEFORE
from sms4a.campaigns.states import ListState
from sms4a.console import runtime, widgets, wording, words_compose, words_lists
from sms4a.console.compose import desk_saving, list_card, mend_view, piles_view, saved_view
from sms4a.console.compose.desk import Desk, key
from sms4a.console.compose.desk_saving import save
from sms4a.console.wording import _, ngettext
from sms4a.recipients import ListRefused, Pile


def draw(desk: Desk) -> None:
    if desk.contacts is None:
        _ask(desk)
        return
    contacts = desk.contacts
    if contacts.state is ListState.CHECKED:
        st.markdown(_finding(desk, contacts))
    mend_view.draw_problem()
    saved_view.draw_kept()
    list_card.draw(desk, contacts)
    if contacts.state is ListState.CHECKED:
        _warnings(desk, contacts)
        _failed_before(contacts)
        piles_view.draw(desk, contacts)
    elif contacts.state is ListState.FAILED:
        _not_read(contacts)
    else:
        _reading(contacts.id, contacts.is_recognised)


def obstacles(desk: Desk) -> list[str]:
    """Why the list cannot be used as it is, one sentence each; empty if it can."""
    contacts = desk.contacts
    if contacts is None:
        return [_("Choose a list of recipients.")]
    if contacts.state in (ListState.NEW, ListState.CHECKING) and not contacts.is_recognised:
        return [_("The list is still being read.")]
    reasons = [
        _("Choose the column that fills {name}.").format(name=words_compose.placeholder(name))
        for name in desk.template.fields
        if name not in desk.columns
    ]
    if contacts.problem == NO_PHONE_COLUMN:
        reasons.append(_("Choose the column with the phone numbers."))
    elif contacts.problem == NO_SHEET:
        return [_("Choose the sheet with the recipients.")]
    elif contacts.problem == CANCELLED:
        reasons.append(_("You stopped the reading of the list. Go on reading it, or use another one."))
    elif contacts.state is ListState.FAILED:
        reasons.append(_("Use another list; this one cannot be read."))
    elif contacts.state is not ListState.CHECKED:
        reasons.append(_("The list is still being read."))
    elif not desk.people:
        reasons.append(_("Nobody on this list can receive the message."))
    return reasons


def _finding(desk: Desk, contacts: ContactList) -> str:
    receive = contacts.piles[Pile.RECEIVE]
    left_out = contacts.rows_total - receive
    if not receive:
        nobody = _("**Nobody will receive this message.** All rows are left out: {rows}.")
        return nobody.format(rows=wording.number(left_out))
    finding = f"**{words_lists.title(Pile.RECEIVE, receive, desk.without_value)}.** "
    if not left_out:
        return finding + _("No row is left out.")
    return finding + ngettext("{n} of {total} is left out.", "{n} of {total} are left out.", left_out).format(
        n=wording.number(left_out), total=wording.rows(contacts.rows_total)
    )


def _warnings(desk: Desk, contacts: ContactList) -> None:
    """Who would be left out by the text, and what is allowed and still odd for a list of customers."""
    if points := [*words_lists.without_value(desk.without_value), *words_lists.warnings(contacts)]:
        st.warning("  \n".join(points), icon=":material/warning:")


def _failed_before(contacts: ContactList) -> None:
    """Numbers that earlier campaigns have found dead are offered for leaving out, and can be taken back."""
    left_out = contacts.reasons.get(FAILED_BEFORE, 0)
    if not contacts.failed_before and not left_out:
        return
    with widgets.card(key("failed_before")), st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown(words_lists.failed_before(contacts.failed_before or left_out), width="stretch")
        label = _("Write to them anyway") if left_out else _("Leave them out")
        st.button(label, key=key("failed_before_button"), on_click=_leave_out_failed, args=(not left_out,))


def _leave_out_failed(leave_out: bool) -> None:
    desk_saving.answer(leave_out_failed=leave_out)


def _ask(desk: Desk) -> None:
    """The ways to bring a list: a file, pasted, or one that was kept."""
    st.markdown(
        _("**Who should get the message?** Add a list with one person per row; you check it before anything is sent.")
    )
    if problem := st.session_state.pop(key("list_problem"), None):
        st.error(problem[1], title=problem[0])
    fields = desk.template.fields
    grid = st.grid(2, min_column_width=320, gap="medium")
    with grid.cell(), st.container(border=True, gap="small"):
        widgets.card_head(
            key("file"), _("A file"), _("Excel, OpenDocument or CSV with any separator, with or without headings.")
        )
        st.file_uploader(
            _("List of recipients"),
            key=_uploader(),
            on_change=_take_file,
            label_visibility="collapsed",
        )
        if fields:
            names = wording.listing(words_compose.placeholder(name) for name in fields)
            st.caption(_("Your text needs a column for {names}.").format(names=names))
    with grid.cell(), st.container(border=True, gap="small"):
        widgets.card_head(
            key("pasted"), _("Paste"), _("Numbers, one per line or with commas; or rows copied from a spreadsheet.")
        )
        st.text_area(_("Numbers"), height=120, key=key("paste"), label_visibility="collapsed")
        st.button(_("Use these numbers"), key=key("use_paste"), on_click=_take_paste)
    saved_view.draw_choice()


def _uploader() -> str:
    """Another key after each list: the old file must not come back by itself."""
    return key(f"file_{st.session_state.setdefault(key('uploads'), 0)}")


def _take_file() -> None:
    file = st.session_state.get(_uploader())
    if file is not None:
        _take(file.name, file.getvalue())


def _take_paste() -> None:
    text = st.session_state.get(key("paste")) or ""
    _take("", recipients.pasted(text))


def _take(name: str, content: bytes) -> None:
    """Store the list, or say why it is none."""
    settings = runtime.settings()
    try:
        taken = runtime.store().lists.create(
            name, content, runtime.actor(), home=settings.home_country, allowed=settings.countries
        )
    except ListRefused as refused:
        title = _("{name} cannot be used").format(name=widgets.plain(name)) if name else _("This cannot be used")
        st.session_state[key("list_problem")] = (
            title,
            widgets.plain(wording.list_problem(refused.code, refused.detail)),
        )
    else:
        save(list_id=taken.id)
        st.session_state.pop(key("pile"), None)
    st.session_state[key("uploads")] = st.session_state.get(key("uploads"), 0) + 1


def _not_read(contacts: ContactList) -> None:
    if contacts.problem == NO_PHONE_COLUMN:
        st.warning(
            _("Choose it above; then the list is read."), title=_("Which column holds the phone numbers is not clear")
        )
    elif contacts.problem == NO_SHEET:
        st.warning(
            _("Choose above which one has the recipients; then it is read."),
            title=_("Several sheets have something in them"),
        )
    elif contacts.problem == CANCELLED:
        st.info(_("As it is, nothing in it is used."), title=_("You stopped the reading of this list"))
        st.button(_("Read it after all"), key=key("resume"), on_click=_resume, args=(contacts.id, contacts.version))
    else:
        st.error(widgets.plain(words_lists.not_read(contacts)), title=_("This list cannot be read"))


def _cancel(list_id: str, version: int) -> None:
    runtime.store().lists.cancel(list_id, version)


def _resume(list_id: str, version: int) -> None:
    runtime.store().lists.resume(list_id, version)


@st.fragment(run_every="1s")
def _reading(list_id: str, was_recognised: bool) -> None:
    """Progress while a worker reads; the page goes on by itself."""
    contacts = runtime.store().lists.get(list_id)
    is_read = contacts is None or contacts.state not in (ListState.NEW, ListState.CHECKING)
    if contacts is None or is_read or contacts.is_recognised != was_recognised:
        # Its columns can be chosen by now, or it is read.
        st.rerun()
    with widgets.card(key("reading")):
        done, total = contacts.rows_done, contacts.rows_total
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(words_lists.reading(contacts), width="stretch")
            st.button(_("Stop reading"), key=key("cancel"), on_click=_cancel, args=(contacts.id, contacts.version))
        st.progress(min(1.0, done / max(1, total)), text=words_lists.progress(done, total, _rate(contacts)))
        if not runtime.store().brakes.state().workers_alive:
            st.caption(_("The sending service is not running. The list is read as soon as that starts."))


def _rate(contacts: ContactList) -> float | None:
    """Rows a second since this page first saw it being read; None until that tells anything."""
    now, done = runtime.now().timestamp(), contacts.rows_done
    seen_id, since, first = st.session_state.get(key("pace"), ("", now, done))
    if seen_id != contacts.id or done < first or not done:
        st.session_state[key("pace")] = (contacts.id, now, done)
        return None
    return (done - first) / (now - since) if now - since >= 1 and done > first else None
