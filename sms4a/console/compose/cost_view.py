"""What a campaign costs, on its Check page: by kind of message and by country, and what one change would save."""

from collections import Counter, defaultdict

import pandas as pd
import streamlit as st

from sms4a.campaigns.cost_map import Cause, CostMap, Kind
from sms4a.campaigns.prices import Cost, PriceList
from sms4a.console import registry, widgets, wording, words_cost
from sms4a.console.compose.desk import key
from sms4a.console.wording import _, ngettext

# Kinds with fewest people are told of together.
MOST_KINDS = 8

_Line = tuple[Kind, int, Counter[str]]
"""A kind without its country, its people, and its parts by country."""


def draw(counted: CostMap, priced: PriceList, cost: Cost) -> None:
    widgets.section(_("What it costs"), _finding(counted))
    with st.container(gap="xxsmall"):
        for sentence in words_cost.savings(counted, priced):
            st.markdown(f":material/savings: {widgets.plain(sentence)}")
    _kinds(counted, priced)
    _countries(counted, priced)
    if not cost.complete:
        _without_price(cost)


def _finding(counted: CostMap) -> str:
    n = sum(group.people for kind, group in counted.groups.items() if kind.cause is not Cause.TEXT)
    if not n:
        return _("Every message takes as many SMS parts as the text itself.")
    form = ngettext(
        "**{n} person needs more SMS parts than the text itself**, because of a value in the list.",
        "**{n} people need more SMS parts than the text itself**, because of values in the list.",
        n,
    )
    return form.format(n=wording.number(n))


def _kinds(counted: CostMap, priced: PriceList) -> None:
    lines = _lines(counted)
    if len(lines) == 1 and lines[0][0].cause is Cause.TEXT:
        return  # the sentence has said it
    frame = pd.DataFrame(
        [
            [
                words_cost.kind(kind),
                wording.number(people),
                wording.number(kind.parts) if kind.parts else "",
                wording.number(sum(parts.values())),
                _money(priced, parts),
            ]
            for kind, people, parts in lines[:MOST_KINDS]
        ],
        columns=[_("Kind of message"), _("People"), _("Parts each"), _("SMS parts"), _("Cost")],
    )
    figures = [_("People"), _("Parts each"), _("SMS parts"), _("Cost")]
    widgets.table(frame, alt=_("Messages by what they cost and why"), right=figures, key=key("kinds"))
    if rest := lines[MOST_KINDS:]:
        people, parts = sum(n for _kind, n, _parts in rest), sum((parts for _kind, _n, parts in rest), Counter[str]())
        words = _("Of other kinds: {people}, {parts}.")
        st.caption(words.format(people=wording.people(people), parts=wording.parts(sum(parts.values()))))


def _lines(counted: CostMap) -> list[_Line]:
    """Kinds over all countries: what the text itself needs first, then by people."""
    people: Counter[Kind] = Counter()
    parts: dict[Kind, Counter[str]] = defaultdict(Counter)
    for kind, group in counted.groups.items():
        anywhere = kind._replace(region="")
        people[anywhere] += group.people
        parts[anywhere][kind.region] += kind.parts * group.people
    ordered = sorted(people, key=lambda kind: (kind.cause is not Cause.TEXT, -people[kind], kind))
    return [(kind, people[kind], parts[kind]) for kind in ordered]


def _countries(counted: CostMap, priced: PriceList) -> None:
    people, parts = counted.people_by_region(), counted.parts_by_region()
    rows = []
    for region, n in parts.items():
        each = priced.of(region)
        price = "" if each is None else words_cost.price(each, priced.currency)
        cost = _money(priced, {region: n})
        rows.append([wording.country(region), wording.number(people[region]), wording.number(n), price, cost])
    figures = [_("People"), _("SMS parts"), _("Price of a part"), _("Cost")]
    frame = pd.DataFrame(rows, columns=[_("Country"), *figures])
    widgets.table(frame, alt=_("People, SMS parts and cost by country"), right=figures, key=key("countries"))


def _money(priced: PriceList, parts: dict[str, int] | Counter[str]) -> str:
    cost = priced.cost(parts)
    return words_cost.money(cost.amount, priced.currency) if cost.complete else ""


def _without_price(cost: Cost) -> None:
    named = wording.listing(wording.country(region) for region in list(cost.unpriced)[:5])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(widgets.plain(_("There is no price for {countries} yet.").format(countries=named)), width="content")
        st.page_link(registry.page("prices"), label=_("Enter prices"), icon=":material/sell:")
