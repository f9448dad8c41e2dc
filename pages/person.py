"""One person: a number in any spelling leads to everything that is known, to a file of it, and to its erasure."""

import streamlit as st

from sms4a.campaigns.results.persons import Person
from sms4a.console import dialogs, runtime, widgets, words_person
from sms4a.console.results import person_view
from sms4a.console.wording import _
from sms4a.numbers import read_number


def forget_receipt() -> None:
    st.session_state.pop(person_view.RECEIPT, None)


def show(person: Person) -> None:
    st.markdown(words_person.finding(person))
    person_view.receipt()
    person_view.actions(person)
    person_view.campaigns(person)
    person_view.foreign(person)
    person_view.drafts(person)
    if dialogs.asked() == ("person", "erase"):
        title = _("Erase this person?")
        st.dialog(title, icon=":material/delete:", on_dismiss=dialogs.close)(person_view.erase_question)(person)


widgets.page_head(_("Find a person"))
# What is looked for stays out of the address: it is somebody's number.
typed = st.text_input(
    _("Phone number, in any spelling"), icon=":material/search:", placeholder="+49 …", width=300, key="person_number",
    on_change=forget_receipt,
)  # fmt: skip
reading = read_number(typed or "", runtime.settings().home_country)
if not (typed or "").strip():
    st.markdown(_("**Every campaign, message and result of one number**, to answer a question or to erase it."))
elif reading.number is None:
    st.markdown(_("**This is no phone number that can be read.** Type it with the country, such as +49 …"))
else:
    show(runtime.store().persons.find(reading.number))
