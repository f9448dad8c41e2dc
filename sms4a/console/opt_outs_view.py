"""Opt-outs on a page: added, brought in from a file, looked up, and taken off with a reason."""

from collections.abc import Callable, Iterator
from typing import Literal

import pandas as pd
import streamlit as st

from sms4a import recipients
from sms4a.campaigns.lists.opt_outs import OptOut, read_opt_out
from sms4a.console import dialogs, exports, reveal, runtime, widgets, wording, words_opt_outs
from sms4a.console.language import in_this_language
from sms4a.console.result_file import separator
from sms4a.console.wording import _
from sms4a.console.workbook import MEDIA_TYPE, xlsx_file
from sms4a.recipients import ListRefused

REMOVE = "opt_out_remove"
"""The dialog that takes somebody off."""

_NEWS = "opt_outs_news"


def draw_news() -> None:
    """What the last press has come to."""
    if news := st.session_state.pop(_NEWS, None):
        told, sentence = news
        {"done": st.success, "partly": st.warning, "not": st.error}[told](sentence)


def say(told: Literal["done", "partly", "not"], sentence: str) -> None:
    st.session_state[_NEWS] = (told, sentence)


def draw_download(total: int) -> None:
    with st.popover(_("Download"), icon=":material/download:"), st.container(horizontal=True):
        for label, make, kind, mime in (
            (_("Excel"), _workbook, "xlsx", MEDIA_TYPE),
            (_("CSV"), _csv, "csv", "text/csv"),
        ):
            noted = reveal.noted(in_this_language(make), "opt_out:all", total)
            st.download_button(label, noted, f"opt-outs.{kind}", mime, key=f"opt_outs_{kind}", on_click="ignore")


def draw_ways_in() -> None:
    """Two ways to put people on the list."""
    grid = st.grid(2, min_column_width=320, gap="medium")
    with grid.cell(), st.container(border=True, gap="small"):
        widgets.card_head("opt_outs_one", _("One person"), _("A number as you have it, and how you know."))
        st.text_input(_("Number"), key="opt_outs_number", placeholder="+49 …")
        st.text_input(_("How you know"), key="opt_outs_reason", placeholder=_("Reply STOP, a letter, a call …"))
        st.button(_("Add this person"), key="opt_outs_add", on_click=_add, icon=":material/person_off:")
    with grid.cell(), st.container(border=True, gap="small"):
        widgets.card_head(
            "opt_outs_list",
            _("A list"),
            _("Excel, OpenDocument or CSV with phone numbers, and perhaps a column “Reason”."),
        )
        st.file_uploader(
            _("List of people"), key=_uploader(), on_change=_import, label_visibility="collapsed",
            max_upload_size=widgets.QUICK_MB,
        )  # fmt: skip
        st.caption(_("People already on the list stay as they are. A file never takes anybody off."))


def draw_table(rows: tuple[OptOut, ...], *, show_numbers: bool) -> None:
    shown = wording.shown_number if show_numbers else wording.masked
    frame = pd.DataFrame(
        [[shown(row.number), wording.when(row.created_ts), row.reason, wording.actor_name(row.actor)] for row in rows],
        columns=[_("Number"), _("Since"), _("How we know"), _("By")],
    )
    if not any(frame[_("By")]):
        # On one's own machine nobody signs in.
        frame = frame.drop(columns=[_("By")])
    widgets.table(frame, alt=_("People who do not want messages, newest first"), key="opt_outs_table")


def draw_remove(rows: tuple[OptOut, ...], *, show_numbers: bool) -> None:
    """Pick one of the page; the reason is asked for in a dialog."""
    shown = wording.shown_number if show_numbers else wording.masked
    picked = st.selectbox(
        _("Take somebody off the list"), [row.number for row in rows], index=None, format_func=shown,
        key="opt_outs_pick", placeholder=_("Pick a number on this page"), width=300,
    )  # fmt: skip
    if not show_numbers and len({wording.masked(row.number) for row in rows}) < len(rows):
        st.caption(_("Some of these look alike. Search for the whole number, or show the numbers."))
    if picked and st.button(_("Take off …"), key="opt_outs_remove"):
        dialogs.ask(REMOVE, picked)


def draw_dialog() -> None:
    asked = dialogs.asked()
    if asked[:1] == (REMOVE,):
        _dialog()(asked[1])


def _dialog() -> Callable[[str], None]:
    @st.dialog(_("Take this person off the list?"), on_dismiss=dialogs.close)
    def remove(number: str) -> None:
        sentence = _("{number} gets messages again from the next campaign on.")
        st.markdown(sentence.format(number=f"**{wording.shown_number(number)}**"))
        reason = st.text_input(
            _("Why"), key="opt_outs_why", help=_("It is kept, with your name: people may ask why they got a message.")
        )
        if st.button(_("Take off the list"), type="primary", key="opt_outs_take_off"):
            if not reason.strip():
                st.error(_("Say why. The reason is kept."))
                return
            runtime.store().opt_outs.remove(number, reason, runtime.actor())
            say("done", _("{number} gets messages again.").format(number=wording.shown_number(number)))
            dialogs.done()

    return remove


def _add() -> None:
    written = st.session_state["opt_outs_number"]
    said = read_opt_out(written, runtime.settings().home_country)
    # A landline gets no message today; whoever opts out with one is to be left alone all the same.
    number = said.number or (said.detail if said.detail.startswith("+") else None)
    if number is None:
        say("not", words_opt_outs.not_added(written, said))
        return
    reason = st.session_state["opt_outs_reason"].strip() or _("Entered by hand")
    new = runtime.store().opt_outs.add([number], reason, runtime.actor())
    say("done", words_opt_outs.added(number, bool(new)))
    st.session_state["opt_outs_number"] = st.session_state["opt_outs_reason"] = ""


def _uploader() -> str:
    """Another key after each file: the old one must not come back by itself."""
    return f"opt_outs_file_{st.session_state.setdefault('opt_outs_uploads', 0)}"


def _import() -> None:
    file = st.session_state.get(_uploader())
    if file is None:
        return
    st.session_state["opt_outs_uploads"] += 1
    content, home = file.getvalue(), runtime.settings().home_country
    try:
        recipients.refuse_at_sight(content)
        if not recipients.is_quick(content):
            say("not", _("This file is too large to be taken in at once. Split it."))
            return
        form = recipients.recognise(content)
    except ListRefused as refused:
        say("not", widgets.plain(f"{file.name}: {wording.list_problem(refused.code, refused.detail)}"))
        return
    if form.asks_for_sheet:
        say(
            "not", _("Several sheets of this file have something in them. Upload the numbers as a file with one sheet.")
        )
        return
    phone = recipients.guess_phone(content, form, home)
    if phone is None:
        say("not", _("Which column holds the phone numbers is not clear. Upload a file with that column alone."))
        return
    reason_column = recipients.guess_reason(form.header)
    found = runtime.store().opt_outs.import_file(
        content, form, phone, home=home, reason=_("File {name}").format(name=file.name), actor=runtime.actor(),
        reason_column=reason_column,
    )  # fmt: skip
    say("partly" if found.unreadable else "done", words_opt_outs.imported(file.name, found, reason_column))


def _headings() -> list[str]:
    return [_("Number"), _("Since"), _("How we know"), _("By")]


def _rows() -> Iterator[list[str | int | None]]:
    for entry in runtime.store().opt_outs.all():
        yield [entry.number, wording.when_exactly(entry.created_ts), entry.reason, entry.actor]


def _workbook() -> bytes:
    return xlsx_file(_headings(), _rows())


def _csv() -> bytes:
    return exports.csv_file(_headings(), _rows(), delimiter=separator())
