"""What deserves a second look before sending: what forbids it, what may go wrong, and what is good to know."""

import re
from collections.abc import Callable
from datetime import datetime

import streamlit as st

from sms4a.campaigns.campaign_records import Balance, Campaign
from sms4a.campaigns.cost_map import CostMap
from sms4a.console import registry, runtime, widgets, wording, words_cost, words_lists
from sms4a.console.compose.desk import Desk
from sms4a.console.wording import _, ngettext
from sms4a.recipients import Pile

_NIGHT_BEGINS, _MORNING_BEGINS, _NIGHT_ENDS = 21, 5, 8

# How people are told that they can say no, in the languages our texts are written in.
_OPT_OUT = re.compile(
    r"\bstopp?\b|abmeld|abbestell|austrag|opt.?out|unsubscribe|no more|d[ée]sinscri|d[ée]sabonn|baja|disiscri|wypis|"
    r"odhl[áa]s",
    re.IGNORECASE,
)
_ASKS_FOR_REPLY = re.compile(r"\breply\b|\banswer\b|\bantwort|r[ée]pond|\brispond|\brespond|odpow", re.IGNORECASE)
_LINK = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:ly|gl|to|cc|me|gd|link)/\S+", re.IGNORECASE)
_SHORTENED = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|cutt\.ly|rb\.gy|t\.ly|shorturl\.at)/",
    re.IGNORECASE,
)

_NO_LETTERS = frozenset({"US", "CA", "PR", "MX", "BR", "AR", "CL", "CO", "UY", "CN", "KR", "TW", "NZ", "ZA"})
"""Countries whose networks do not show a sender with letters, or only after a registration."""

_Point = tuple[bool, Callable[[], str]]


def draw(desk: Desk, campaign: Campaign, balance: Balance, counted: CostMap) -> None:
    draw_forbidden(desk, campaign)
    repeated = desk.store.memory.same_text(campaign) if campaign.people else None
    points = [words_lists.repeated(repeated)] if repeated else []
    if points := points + warnings(campaign, balance, counted):
        title = ngettext("Look at one point before you send", "Look at {n} points before you send", len(points))
        st.warning(
            "\n".join(f"- {point}" for point in points),
            title=title.format(n=wording.number(len(points))),
            icon=":material/warning:",
        )
    if good_to_know := hint(campaign):
        st.caption(good_to_know)


def draw_forbidden(desk: Desk, campaign: Campaign) -> None:
    """What must change, where the author stands; nothing if it may be sent."""
    if reasons := forbidden(desk, campaign):
        st.error("\n".join(f"- {widgets.plain(reason)}" for reason in reasons), title=_("This cannot be sent"))
        st.page_link(registry.page("prices"), label=_("Look at prices and limits"), icon=":material/sell:")


def forbidden(desk: Desk, campaign: Campaign) -> list[str]:
    """What must change before this may be sent: limits of spending."""
    begin_ts, prices = campaign.start_ts or runtime.now_ts(), desk.store.prices
    code = prices.limit_broken(campaign.id, begin_ts, runtime.zone()) if campaign.people else None
    counted = prices.cost_map(campaign.id)
    if code is None or counted is None:
        return []
    priced = prices.list()
    cost = priced.cost(counted.parts_by_region())
    return [words_cost.limit(code, priced, cost.amount, prices.spent_on(begin_ts, runtime.zone()))]


def warnings(campaign: Campaign, balance: Balance, counted: CostMap) -> list[str]:
    """What is allowed and may still go wrong, one sentence each, the gravest first."""
    regions, options = counted.people_by_region(), campaign.options
    text_problems = balance.piles[Pile.TEXT_PROBLEM]
    deaf = [region for region in regions if region in _NO_LETTERS]
    by_name = bool(re.search("[A-Za-z]", campaign.sender))
    points: list[_Point] = [
        (bool(by_name and deaf), lambda: _no_letters(deaf)),
        (bool(at_night(campaign.start_ts)), lambda: at_night(campaign.start_ts)),
        (text_problems > 0, lambda: _not_made(text_problems)),
        (len(regions) > 1, lambda: _countries(regions)),
        (
            bool(by_name and _ASKS_FOR_REPLY.search(campaign.text)),
            lambda: _("The text asks for a reply, and nobody can reply to a sender with letters."),
        ),
        (not _OPT_OUT.search(campaign.text), lambda: _("The text does not say how to stop such messages.")),
        (
            bool(_SHORTENED.search(campaign.text)),
            lambda: _("The text has a shortened link. Many networks filter messages with such links."),
        ),
        (options.status_requested is False, lambda: _("Without delivery reports nobody can say what arrived.")),
        (options.flash is True, lambda: _("It is a flash message: it costs extra and is often not kept.")),
        (options.qos == "EXPRESS", lambda: _("Express priority costs extra.")),
    ]
    return [words() for holds, words in points if holds]


def hint(campaign: Campaign) -> str:
    """What is good to know and needs no decision; empty if there is nothing."""
    if _LINK.search(campaign.text) and not _SHORTENED.search(campaign.text):
        return _("The text has a link. Open it once from the test message, on a phone.")
    return ""


def _no_letters(regions: list[str]) -> str:
    named = wording.listing(wording.country(region) for region in regions[:5])
    words = _("Networks in {countries} often change or refuse a sender with letters.")
    return widgets.plain(words.format(countries=named))


def _not_made(n: int) -> str:
    return ngettext(
        "{n} person is left out because the message cannot be made for them.",
        "{n} people are left out because the message cannot be made for them.",
        n,
    ).format(n=wording.number(n))


def _countries(regions: dict[str, int]) -> str:
    words = _("The numbers belong to {n} countries: {countries}.")
    return words.format(n=len(regions), countries=wording.countries(regions))


def _local_start(start_ts: int | None) -> datetime:
    zone = runtime.zone()
    return runtime.now().astimezone(zone) if start_ts is None else datetime.fromtimestamp(start_ts / 1000, zone)


def at_night(start_ts: int | None) -> str:
    """That many people would be woken; empty if they would not. None: now."""
    local = _local_start(start_ts)
    if _NIGHT_ENDS <= local.hour < _NIGHT_BEGINS:
        return ""
    early = _MORNING_BEGINS <= local.hour < _NIGHT_ENDS
    if start_ts is None:
        words = (
            _("It is {time} in {zone} now: many people would get it early in the morning.")
            if early
            else _("It is {time} in {zone} now: many people would get it at night.")
        )
    else:
        words = (
            _("It would leave at {time} ({zone}): many people would get it early in the morning.")
            if early
            else _("It would leave at {time} ({zone}): many people would get it at night.")
        )
    return words.format(time=f"{local:%H:%M}", zone=wording.zone_name())
