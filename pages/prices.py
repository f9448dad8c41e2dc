"""Prices: what an SMS part costs in each country, and what may be spent for a campaign and on a day."""

from decimal import Decimal

import streamlit as st

from sms4a.campaigns.prices import ELSEWHERE, PriceList
from sms4a.console import price_entry, runtime, widgets, words_cost
from sms4a.console.price_entry import key
from sms4a.console.wording import _

store = runtime.store()


def countries(priced: PriceList) -> None:
    widgets.section(
        _("Price of one SMS part"),
        _("As in your contract with Retarus. Campaigns already sent keep the cost they were sent with."),
    )
    listed = sorted((region for region in priced.prices if region != ELSEWHERE), key=words_cost.country)
    with widgets.card(key("card")):
        for region in listed:
            price(region, priced.prices[region], priced.currency, words_cost.country(region))
        rest = words_cost.country(ELSEWHERE) if listed else _("Every country")
        price(ELSEWHERE, priced.prices.get(ELSEWHERE), priced.currency, rest)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            others = price_entry.other_countries(listed)
            st.selectbox(
                _("A country with another price"), others, format_func=price_entry.with_code, index=None,
                placeholder=_("Choose a country"), key=key("country"), width=280,
            )  # fmt: skip
            st.text_input(in_currency(_("Price"), priced.currency), key=key("new"), width=100)
            st.button(_("Add"), icon=":material/add:", key=key("add"), on_click=price_entry.add)


def price(region: str, amount: Decimal | None, currency: str, name: str) -> None:
    """One country in one line: name, price, and a way to take it off the list."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        price_entry.field(in_currency(name, currency), f"price_{region}", amount, price_entry.save_price, region)
        if region != ELSEWHERE:
            st.button(
                _("Remove"), key=key(f"remove_{region}"), type="tertiary", on_click=price_entry.remove, args=(region,)
            )


def in_currency(name: str, currency: str) -> str:
    return f"{name} ({words_cost.symbol(currency)})"


def limits(priced: PriceList) -> None:
    widgets.section(
        _("Spending limits"),
        _("Nobody can send a campaign that would cost more until the limit is raised. Left empty, there is no limit."),
    )
    with widgets.card(key("limits")), st.container(horizontal=True, vertical_alignment="bottom"):
        for name, limit, amount in (
            (_("For one campaign"), "campaign_limit", priced.campaign_limit),
            (_("For all campaigns that begin on one day"), "day_limit", priced.day_limit),
        ):
            price_entry.field(in_currency(name, priced.currency), limit, amount, price_entry.save_spending)
        price_entry.choose_currency(priced.currency)


widgets.page_head(_("Prices"))
priced = store.prices.list()
if not priced.prices:
    st.markdown(
        _("**No price is known yet.** Enter what one SMS part costs, and every check says what a campaign will cost.")
    )
price_entry.draw_problem()
countries(priced)
limits(priced)
