"""The pieces of the page about one person: campaigns, messages, other programs, the file, and erasing."""

from itertools import chain

import pandas as pd
import streamlit as st

from sms4a.campaigns.results.persons import Person, Receipt
from sms4a.console import dialogs, registry, reveal, runtime, widgets, wording, words_person
from sms4a.console.wording import _
from sms4a.console.workbook import MEDIA_TYPE, Cell, xlsx_file
from sms4a.status import Outcome

RECEIPT = "person_receipt"
"""In the session: what the last erasure has done."""


def campaigns(person: Person) -> None:
    """One line for each campaign, newest first, with a link to the row there."""
    if not person.appearances:
        return
    widgets.section(_("Campaigns"))
    frame = pd.DataFrame(
        [
            (
                wording.on_one_line(wording.when(one.begin_ts, seconds=False)),
                widgets.link(one.campaign_name or _("Untitled"), "campaign", id=one.campaign_id, row=one.row),
                words_person.outcome(one).badge,
                wording.on_one_line(wording.when(one.finished_ts)),
                "" if one.outcome is Outcome.DELIVERED else words_person.reason(one),
            )
            for one in person.appearances
        ],
        columns=[_("Start"), _("Campaign"), _("Outcome"), _("Result"), _("Reason")],
    )
    widgets.table(
        frame, alt=_("Campaigns of this person"), markdown=[_("Campaign"), _("Outcome")], key="person_campaigns"
    )
    with st.expander(_("The messages"), icon=":material/sms:", key="person_messages"):
        for one in person.appearances:
            if one.text:
                st.markdown(f":small[:gray[{wording.when(one.begin_ts, seconds=False)}]]")
                st.code(one.text, language=None, wrap_lines=True)


def foreign(person: Person) -> None:
    """What other programs sent over the same account."""
    if not person.foreign:
        return
    widgets.section(_("Sent by other programs"))
    frame = pd.DataFrame(
        [
            (
                wording.when(sms.receipt_ts),
                widgets.link(sms.job_id, "job", id=sms.job_id),
                wording.outcome(sms.outcome).badge,
                wording.verdict(sms.verdict).reason,
            )
            for sms in person.foreign
        ],
        columns=[_("Received"), _("Job"), _("Outcome"), _("Reason")],
    )
    widgets.table(frame, alt=_("Jobs with this number"), markdown=[_("Job"), _("Outcome")], key="person_foreign")


def drafts(person: Person) -> None:
    if not person.drafts:
        return
    widgets.section(_("Drafts whose list has this number"))
    for draft_id, name in person.drafts.items():
        st.page_link(
            registry.page("new_campaign"), label=widgets.plain(name or _("Untitled")), icon=":material/edit_note:",
            query_params={"draft": draft_id},
        )  # fmt: skip


def actions(person: Person) -> None:
    """The file for the person who asks what is kept, erasing, and the end of all messages to whoever asks for that.

    Not right after an erasure: it would enter the number again.
    """
    with st.container(horizontal=True):
        if person.known:
            _keepsakes(person)
        if not person.opt_out and RECEIPT not in st.session_state:
            st.button(
                _("Do not write to this person any more"), icon=":material/do_not_disturb_on:", key="person_opt_out",
                on_click=_add_opt_out, args=(person.number,),
            )  # fmt: skip


def _keepsakes(person: Person) -> None:
    content = file_of(person)
    st.download_button(
        _("Download everything"), reveal.noted(lambda: content, "person:", len(_rows(person))),
        file_name="person.xlsx", icon=":material/download:", key="person_download", on_click="ignore",
        mime=MEDIA_TYPE,
    )  # fmt: skip
    if st.button(_("Erase this person …"), icon=":material/delete:", key="person_erase"):
        dialogs.ask("person", "erase")


def _add_opt_out(number: str) -> None:
    reason = _("Entered on the page {page}").format(page=_(registry.entry("person").title))
    runtime.store().opt_outs.add([number], reason, runtime.actor())


def file_of(person: Person) -> bytes:
    """Everything that is kept of a number, a row for each place where it stands."""
    header = [_("Sent"), _("Campaign"), _("Message"), _("Outcome"), _("Result"), _("Reason"), *_columns(person)]
    return xlsx_file(header, _rows(person))


def _columns(person: Person) -> list[str]:
    """Of all lists together."""
    told = chain(
        (one.values for one in person.appearances),
        (one.values for one in person.saved),
        (one.values for one in person.drafted),
    )
    return list(dict.fromkeys(chain.from_iterable(told)))


def _rows(person: Person) -> list[list[Cell]]:
    columns = _columns(person)
    rows: list[list[Cell]] = [
        [
            wording.when_exactly(one.begin_ts), one.campaign_name, one.text, words_person.outcome(one).label,
            wording.when_exactly(one.finished_ts), words_person.reason(one),
            *(one.values.get(name, "") for name in columns),
        ]
        for one in person.appearances
    ]  # fmt: skip
    rows += [
        [
            wording.when_exactly(sms.receipt_ts), _("Job {id}").format(id=sms.job_id), "",
            wording.outcome(sms.outcome).label, "", wording.verdict(sms.verdict).reason,
        ]
        for sms in person.foreign
    ]  # fmt: skip
    lists = [(_("Saved list {name}").format(name=one.list_name), one.values) for one in person.saved]
    lists += [(_("Draft {name}").format(name=one.draft_name or _("Untitled")), one.values) for one in person.drafted]
    rows += [[None, where, "", "", None, "", *(values.get(name, "") for name in columns)] for where, values in lists]
    if person.opt_out:
        rows.append([wording.when_exactly(person.opt_out.created_ts), _("Opt-out list"), person.opt_out.reason])
    return rows


def erase_question(person: Person) -> None:
    """The dialog: what goes, what stays, and the number typed once more."""
    st.markdown(words_person.erasure(person))
    ending = person.number[-4:]
    typed = st.text_input(
        _("Type the last four digits of the number"), key="person_erase_digits", max_chars=4, width=260
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Keep everything"), key="person_erase_no"):
            dialogs.done()
        if st.button(_("Erase for good"), icon=":material/delete:", disabled=typed != ending, key="person_erase_yes"):
            st.session_state[RECEIPT] = runtime.store().persons.erase(person.number, runtime.actor())
            dialogs.done()


def receipt() -> None:
    """What the last erasure has done, until another number is looked for."""
    found: Receipt | None = st.session_state.get(RECEIPT)
    if found is None:
        return
    st.success(words_person.done(found), title=_("Erased"))
    st.download_button(
        _("Download the receipt"), words_person.receipt(found), file_name=f"receipt-{found.id}.txt", mime="text/plain",
        icon=":material/receipt_long:", on_click="ignore", key="person_receipt_download",
    )  # fmt: skip
