"""Words and figures for what a campaign costs: money, kinds of messages, savings, limits."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal, get_currency_symbol

from sms4a.campaigns.cost_map import Cause, CostMap, Kind, TextChange
from sms4a.campaigns.prices import ELSEWHERE, Cost, Expected, PriceList
from sms4a.console import widgets, wording, words_compose
from sms4a.console.wording import N_, _, ngettext
from sms4a.text import measure

CURRENCIES = ("EUR", "CHF", "GBP", "USD", "SEK", "DKK", "NOK", "PLN", "CZK", "HUF")

_KINDS = {
    Cause.TEXT: N_("As many parts as the text itself"),
    Cause.LONG_VALUE: N_("Long value in {field}"),
    Cause.ODD_CHARACTER: N_("{character} in {field}"),
    Cause.SCRIPT: N_("Letters outside the short alphabet in {field}"),
}


def money(amount: Decimal, currency: str) -> str:
    """An amount with two decimals, half a cent rounded up as on an invoice: 737.36 €."""
    return _written(amount.quantize(Decimal("0.01"), ROUND_HALF_UP), currency, "#,##0.00")


def price(amount: Decimal, currency: str) -> str:
    """The price of a part, as exact as it is: 0.075 €."""
    return _written(amount, currency, "#,##0.00##")


def figure(amount: Decimal) -> str:
    """An amount as it is typed, without its currency: 10,000.00."""
    return str(format_decimal(amount, format="#,##0.00##", locale=wording.locale()))


def symbol(currency: str) -> str:
    return str(get_currency_symbol(currency, locale=wording.locale()))


def _written(amount: Decimal, currency: str, form: str) -> str:
    return f"{format_decimal(amount, format=form, locale=wording.locale())}{wording.NBSP}{symbol(currency)}"


def expected(cost: Cost, currency: str, people: int) -> tuple[str, str]:
    """What is known of the cost of so many people, and the note beside it; a plus if some parts have no price."""
    if not people:
        return wording.NOTHING, wording.NOTHING
    if cost.complete:
        each = price(round(cost.amount / people, 4), currency)
        return money(cost.amount, currency), _("{cost} each").format(cost=each)
    if not cost.amount:
        return wording.NOTHING, _("prices missing")
    parts = sum(cost.unpriced.values())
    missing = ngettext("{n} part without a price", "{n} parts without a price", parts)
    return f"{money(cost.amount, currency)} +", missing.format(n=wording.number(parts))


def expected_of(found: Expected) -> str:
    """What a campaign that was sent costs, and what it was to cost if that was more."""
    cost = money(found.now, found.currency)
    if found.now == found.planned:
        return cost
    return _("{cost} ({planned} were planned)").format(cost=cost, planned=money(found.planned, found.currency))


def finding(people: int, cost: Cost, currency: str) -> str:
    """Who would get the message and for what, before anything is sent; Markdown."""
    if not people:
        return _("**Nobody would get this message.** Below is why.")
    if not cost.complete:
        text = ngettext(
            "**{n} person will get this message.** Nothing has been sent yet.",
            "**{n} people will get this message.** Nothing has been sent yet.",
            people,
        )
        return text.format(n=wording.number(people))
    text = ngettext(
        "**{n} person will get this message for about {cost}.** Nothing has been sent yet.",
        "**{n} people will get this message for about {cost}.** Nothing has been sent yet.",
        people,
    )
    return text.format(n=wording.number(people), cost=widgets.plain(money(cost.amount, currency)))


def country(region: str) -> str:
    return _("Everywhere else") if region == ELSEWHERE else wording.country(region)


def kind(found: Kind) -> str:
    """Why these messages have the parts they have; no Markdown."""
    if found.cause is not Cause.TEXT and not found.field:
        return _("Other values") if found.cause is Cause.LONG_VALUE else _("Other letters outside the short alphabet")
    return _(_KINDS[found.cause]).format(field="{" + found.field + "}", character=found.character)


def saving(parts: Mapping[str, int], priced: PriceList) -> str:
    """What so many parts fewer are worth: `22.35 € (298 SMS parts)`; parts alone where a price is missing."""
    words = wording.parts(sum(parts.values()))
    cost = priced.cost(parts)
    return f"{money(cost.amount, priced.currency)} ({words})" if cost.complete else words


def savings(counted: CostMap, priced: PriceList) -> list[str]:
    """What one change of the text or the options would save, the most first; one sentence each."""
    found: list[tuple[int, str]] = []
    if best := counted.best_shorter():
        units, fewer = best
        form = ngettext(
            "Shorten the text by {n} character and you save {saving}.",
            "Shorten the text by {n} characters and you save {saving}.",
            units,
        )
        sentence = form.format(n=wording.number(units), saving=saving(fewer, priced))
        found.append((sum(fewer.values()), sentence))
    by_text, by_look_alikes = dict(counted.saved_by_text), dict(counted.saved_by_look_alikes)
    if (n := sum(by_text.values())) > 0:
        found.append((n, _changed(counted.change, saving(by_text, priced))))
    if any(by_look_alikes.values()):
        words = _("Allow look-alikes instead of special letters and you save about {saving}.")
        found.append((sum(by_look_alikes.values()), words.format(saving=saving(by_look_alikes, priced))))
    return [sentence for _n, sentence in sorted(found, reverse=True)]


def _changed(change: TextChange, saving: str) -> str:
    """What a change of the text saves."""
    if change.taken_out and change.replaced:
        form = _("Do without {signs} in the text, replace what can be replaced, and you save {saving}.")
    elif change.taken_out:
        form = _("Do without {signs} in the text and you save {saving}.")
    elif len(change.replaced) == 1:
        form = _("Replace {signs} in the text and you save {saving}.")
    else:
        form = _("Replace what can be replaced in the text and you save {saving}.")
    odd = [one for sign in change.taken_out or change.replaced for one in measure(sign).odd]
    return form.format(signs=wording.listing(map(words_compose.odd_character, odd)), saving=saving)


def limit(code: str, priced: PriceList, cost: Decimal, spent: Decimal) -> str:
    """Which limit of spending stands in the way, with its figures."""
    costs = money(cost, priced.currency)
    if code == "no_price":
        return _("There is a spending limit, and no price for some of the countries. Enter them first.")
    if code == "over_campaign_limit":
        most = money(priced.campaign_limit or Decimal(0), priced.currency)
        return _("It would cost {cost}, and one campaign may cost at most {most}.").format(cost=costs, most=most)
    words = _("It would cost {cost}. {spent} of at most {most} are planned for that day already.")
    most = money(priced.day_limit or Decimal(0), priced.currency)
    return words.format(cost=costs, spent=money(spent, priced.currency), most=most)
