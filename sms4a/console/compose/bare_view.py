"""Digits without +, 00 or a leading zero: what each kind of them in a list is to be taken for."""

import streamlit as st

from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.store import Store
from sms4a.console import widgets, wording, words_bare
from sms4a.console.compose import desk_saving
from sms4a.console.compose.desk import key
from sms4a.console.compose.desk_saving import widget
from sms4a.console.wording import _, ngettext
from sms4a.numbers import Bare, NumberProblem

# What a kind may be taken for, beside being left out.
_KINDS: dict[str, tuple[Bare, ...]] = {
    NumberProblem.LOST_ZERO: (Bare.LOST_ZERO,),
    NumberProblem.LOST_PLUS: (Bare.LOST_PLUS,),
    NumberProblem.TWO_MEANINGS: (Bare.TWO_AS_NATIONAL, Bare.TWO_AS_INTERNATIONAL),
}

# The same cell stands in many rows at times; only different ones say more.
_EXAMPLES, _LOOKED_AT = 3, 25


def draw_questions(store: Store, contacts: ContactList) -> None:
    """Each kind there is, where its pile is and only while it has no answer."""
    found = {kind: contacts.reasons[kind] for kind in _KINDS if contacts.reasons.get(kind)}
    if not found:
        return
    total = sum(found.values())
    with widgets.card(key("bare_card")):
        title = ngettext(
            "{n} row has digits without +, 00 or a leading zero",
            "{n} rows have digits without +, 00 or a leading zero",
            total,
        )
        st.warning(
            _("What you leave unanswered is left out. Say how they are to be read."),
            title=title.format(n=wording.number(total)), icon=":material/help:",
        )  # fmt: skip
        for kind, n in found.items():
            cells = dict.fromkeys(row.raw_number for row in store.lists.examples(contacts.id, kind, _LOOKED_AT))
            shown = list(cells)[:_EXAMPLES]
            _answer(contacts, kind, words_bare.question(kind, n, shown, contacts.answers.home))


def draw_answers(contacts: ContactList) -> None:
    """Answers stay with the list, where they can be changed."""
    for kind, choices in _KINDS.items():
        if not contacts.reasons.get(kind) and any(choice in contacts.answers.bare for choice in choices):
            _answer(contacts, kind, words_bare.answered(kind))


def _answer(contacts: ContactList, kind: str, label: str) -> None:
    choices = _KINDS[kind]
    given = contacts.answers.bare
    chosen = next((choice for choice in choices if choice in given), Bare.ASK)
    others = int(given) & ~sum(choices)
    st.radio(
        label,
        [Bare.ASK.value, *(choice.value for choice in choices)],
        format_func=lambda value: words_bare.meaning(Bare(value), contacts.answers.home),
        key=widget(f"bare_{kind}", chosen.value),
        on_change=_take_answer,
        args=(kind, others),
        horizontal=True,
    )


def _take_answer(kind: str, others: int) -> None:
    desk_saving.answer(bare=others | st.session_state[key(f"bare_{kind}")])
