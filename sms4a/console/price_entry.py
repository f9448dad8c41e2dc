"""Entering money on the page Prices: read strictly, kept exactly, refused with a sentence."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

import streamlit as st
from phonenumbers import SUPPORTED_REGIONS

from sms4a.campaigns.prices import HIGHEST_PRICE, LARGEST_LIMIT, Spending
from sms4a.console import runtime, widgets, wording, words_compose, words_cost
from sms4a.console.wording import _

# Digits, then at most four decimals after a comma or a point: 0.075 and 0,075 mean the same.
_MONEY = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,4}))?")

# Signs between the thousands are clear where another one stands before the decimals: 1,500.00 or 1.500,00.
_THOUSANDS = re.compile(r"([0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3}){0,2})(?!\2)[.,]([0-9]{1,4})")


def key(name: str) -> str:
    return f"prices_{name}"


def read_money(typed: str, most: Decimal) -> Decimal | None:
    """What was typed as an amount; None if it is none, more than `most`, or could mean two.

    1.500 is one and a half to some and fifteen hundred to others; 0.075 can only be less than one.
    """
    typed = typed.strip()
    if grouped := _THOUSANDS.fullmatch(typed):
        whole, sign, decimals = grouped.groups()
        amount = Decimal(f"{whole.replace(sign, '')}.{decimals}")
        return amount if amount <= most else None
    found = _MONEY.fullmatch(typed)
    if found is None or (int(found[1]) and len(found[2] or "") == len("500")):
        return None
    amount = Decimal(f"{found[1]}.{found[2] or 0}")
    return amount if amount <= most else None


def field(label: str, name: str, amount: Decimal | None, save: Callable[..., None], *args: Any) -> None:
    """A field that shows what is kept; what cannot be taken stays as typed until it is mended."""
    shown = "" if amount is None else words_cost.figure(amount)
    if name != st.session_state.get(key("wrong")):
        st.session_state[key(name)] = shown
    st.text_input(words_compose.in_label(label), key=key(name), on_change=save, args=(name, *args), width=280)


def save_price(name: str, region: str) -> None:
    typed = st.session_state[key(name)]
    if not typed.strip():
        _keep(name, lambda: runtime.store().prices.set_price(region, None, runtime.actor()))
        return
    amount = read_money(typed, HIGHEST_PRICE)
    if amount is None:
        _refuse(name, typed)
        return
    _keep(name, lambda: runtime.store().prices.set_price(region, amount, runtime.actor()))


def add() -> None:
    region, typed = st.session_state.get(key("country")), st.session_state.get(key("new"), "")
    amount = read_money(typed, HIGHEST_PRICE)
    if region is None or amount is None:
        problem = _("Choose a country first.") if region is None else _unreadable(typed)
        st.session_state[key("problem")] = problem
        return
    runtime.store().prices.set_price(region, amount, runtime.actor())
    st.session_state[key("country")], st.session_state[key("new")] = None, ""


def remove(region: str) -> None:
    runtime.store().prices.set_price(region, None, runtime.actor())


def save_spending(name: str) -> None:
    typed = st.session_state[key(name)]
    amount = read_money(typed, LARGEST_LIMIT)
    if amount is None and typed.strip():
        _refuse(name, typed)
        return
    change: Spending = {"day_limit": amount} if name == "day_limit" else {"campaign_limit": amount}
    _keep(name, lambda: runtime.store().prices.set_spending(runtime.actor(), **change))


def choose_currency(currency: str) -> None:
    st.session_state[key("currency")] = currency
    st.selectbox(
        _("Currency"), words_cost.CURRENCIES, key=key("currency"), width=120,
        on_change=_save_currency,
    )  # fmt: skip


def _save_currency() -> None:
    runtime.store().prices.set_spending(runtime.actor(), currency=st.session_state[key("currency")])


def draw_problem() -> None:
    """Why the last entry was not taken."""
    if problem := st.session_state.pop(key("problem"), None):
        st.warning(widgets.plain(problem), title=_("Nothing was changed"))


def other_countries(listed: Collection[str]) -> list[str]:
    """Countries that have no price of their own yet, by name."""
    return sorted(SUPPORTED_REGIONS - set(listed), key=words_cost.country)


def with_code(region: str) -> str:
    return wording.country_with_code(region)


def _keep(name: str, save: Callable[[], None]) -> None:
    if st.session_state.get(key("wrong")) == name:
        st.session_state.pop(key("wrong"))
    save()


def _refuse(name: str, typed: str) -> None:
    st.session_state[key("wrong")] = name
    st.session_state[key("problem")] = _unreadable(typed)


def _unreadable(typed: str) -> str:
    words = _("“{typed}” cannot be read as an amount. Write it like 0.075, 1500 or 1,500.00.")
    return words.format(typed=typed.strip()[:30])
