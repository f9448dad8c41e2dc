"""Words for digits without +, 00 or a leading zero."""

from collections.abc import Sequence

from sms4a.console import wording, words_compose
from sms4a.console.wording import N_, _, ngettext
from sms4a.numbers import Bare, NumberProblem, read_number

_ANSWERED: dict[str, str] = {
    NumberProblem.LOST_ZERO: N_("Digits that lack their zero"),
    NumberProblem.LOST_PLUS: N_("Digits that lack their plus"),
    NumberProblem.TWO_MEANINGS: N_("Digits that could be two numbers"),
}

_MEANINGS = {
    Bare.ASK: N_("Leave out"),
    Bare.LOST_ZERO: N_("Read as numbers of {country}"),
    Bare.LOST_PLUS: N_("Read with their country code"),
    Bare.TWO_AS_NATIONAL: N_("Read as numbers of {country}"),
    Bare.TWO_AS_INTERNATIONAL: N_("Read with their country code"),
}


def question(kind: str, n: int, cells: Sequence[str], home: str) -> str:
    """How many there are of a kind, and what some of them would be read as; a label."""
    forms: dict[str, str] = {
        NumberProblem.LOST_ZERO: ngettext("{n} row lacks its zero", "{n} rows lack their zero", n),
        NumberProblem.LOST_PLUS: ngettext("{n} row lacks its plus", "{n} rows lack their plus", n),
        NumberProblem.TWO_MEANINGS: ngettext("{n} row could be two numbers", "{n} rows could be two numbers", n),
    }
    examples = [f"{words_compose.in_label(cell)} → {_(' or ').join(_meanings(cell, home))}" for cell in cells]
    return f"**{forms[kind].format(n=wording.number(n))}:** {' · '.join(examples)}"


def answered(kind: str) -> str:
    return _(_ANSWERED[kind])


def meaning(bare: Bare, home: str) -> str:
    return _(_MEANINGS[bare]).format(country=wording.country(home))


def _meanings(cell: str, home: str) -> list[str]:
    """Each number that these digits can be."""
    found = [read_number(cell, home, bare=bare).number for bare in (Bare.NATIONAL, Bare.INTERNATIONAL)]
    return [wording.shown_number(number) for number in found if number]
