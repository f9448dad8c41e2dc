"""Prices: entered, refused with a sentence, and what the Check step makes of them."""

from decimal import Decimal
from typing import Unpack

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.prices import ELSEWHERE, Spending
from sms4a.campaigns.store import Store
from sms4a.console import price_entry
from tests.pages.conftest import OpenPage, words


@pytest.fixture
def prices(open_page: OpenPage) -> AppTest:
    return open_page("prices")


def enter(at: AppTest, name: str, value: str) -> None:
    at.text_input(key=f"prices_{name}").set_value(value)
    assert not at.run().exception


def test_an_empty_list_says_what_prices_are_for(prices: AppTest) -> None:
    assert "No price is known yet." in words(prices)


def test_prices_of_countries_and_of_everywhere_else_are_kept_exactly(prices: AppTest, page_store: Store) -> None:
    enter(prices, f"price_{ELSEWHERE}", "0,11")
    prices.selectbox(key="prices_country").set_value("DE")
    enter(prices, "new", "0.0751")
    prices.button(key="prices_add").click().run()
    assert page_store.prices.list().prices == {ELSEWHERE: Decimal("0.11"), "DE": Decimal("0.0751")}
    assert prices.text_input(key="prices_price_DE").value == "0.0751"
    assert prices.selectbox(key="prices_country").value is None
    assert "DE" not in prices.selectbox(key="prices_country").options
    prices.button(key="prices_remove_DE").click().run()
    assert page_store.prices.list().prices == {ELSEWHERE: Decimal("0.11")}
    enter(prices, f"price_{ELSEWHERE}", "")
    assert page_store.prices.list().prices == {}


def test_a_large_limit_is_shown_with_its_thousands_and_read_as_it_is_shown(prices: AppTest, page_store: Store) -> None:
    enter(prices, "day_limit", "10000")
    assert prices.text_input(key="prices_day_limit").value == "10,000.00"
    enter(prices, "day_limit", "12,000.00")
    assert page_store.prices.list().day_limit == Decimal(12_000)


def test_what_is_no_amount_is_refused_and_stays_as_typed(prices: AppTest, page_store: Store) -> None:
    enter(prices, "campaign_limit", "about 500")
    assert "“about 500” cannot be read as an amount" in words(prices).replace("\\", "")
    assert prices.text_input(key="prices_campaign_limit").value == "about 500"
    assert page_store.prices.list().campaign_limit is None
    enter(prices, "campaign_limit", "500")
    enter(prices, "day_limit", "1500,5")
    found = page_store.prices.list()
    assert (found.campaign_limit, found.day_limit) == (Decimal(500), Decimal("1500.5"))
    assert "cannot be read as an amount" not in words(prices)


def test_a_price_without_a_country_is_asked_about(prices: AppTest, page_store: Store) -> None:
    enter(prices, "new", "0.07")
    prices.button(key="prices_add").click().run()
    assert "Choose a country first." in words(prices).replace("\\", "")
    assert page_store.prices.list().prices == {}


def test_the_currency_is_kept_with_the_limits(prices: AppTest, page_store: Store) -> None:
    enter(prices, "day_limit", "20")
    prices.selectbox(key="prices_currency").set_value("CHF").run()
    found = page_store.prices.list()
    assert (found.currency, found.day_limit) == ("CHF", Decimal(20))


def test_two_limits_that_are_changed_at_the_same_moment_are_both_kept(
    prices: AppTest, page_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(prices, "campaign_limit", "500")
    set_spending = page_store.prices.set_spending

    def a_colleague_is_faster(actor: str, **changes: Unpack[Spending]) -> None:
        monkeypatch.undo()
        set_spending("bob", campaign_limit=Decimal(100), currency="CHF")
        set_spending(actor, **changes)

    monkeypatch.setattr(page_store.prices, "set_spending", a_colleague_is_faster)
    enter(prices, "day_limit", "1500,5")
    found = page_store.prices.list()
    assert (found.campaign_limit, found.day_limit, found.currency) == (Decimal(100), Decimal("1500.5"), "CHF")
    enter(prices, "campaign_limit", "")
    assert page_store.prices.list().campaign_limit is None


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("0.075", "0.075"),
        (" 0,0751 ", "0.0751"),
        ("1500", "1500"),
        ("1500.50", "1500.50"),
        ("1.500", None),  # one and a half, or fifteen hundred
        ("1,500", None),
        ("1.500,00", "1500.00"),
        ("1,500.00", "1500.00"),
        ("1,999.9999", "1999.9999"),
        ("1,500,00", None),
        ("1,500.", None),
        ("1,50.00", None),
        ("1,500.500.00", None),
        ("2,000.01", None),  # more than the most that was asked for
        ("0.00001", None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        ("", None),
        ("1001", "1001"),
        ("100000", None),  # more than the most that was asked for
    ],
)
def test_amounts_are_read_strictly(typed: str, amount: str | None) -> None:
    assert price_entry.read_money(typed, Decimal(2_000)) == (None if amount is None else Decimal(amount))
