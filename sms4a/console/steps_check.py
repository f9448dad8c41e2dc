"""The Check step: what exactly would be sent, to whom, what to look at before, and who is left out."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import islice

import pandas as pd
import streamlit as st

from sms4a.campaigns.ledger import Balance, Campaign
from sms4a.campaigns.views import Tile
from sms4a.console import desk as desks
from sms4a.console import preparing, preview, runtime, widgets, wording, words_compose
from sms4a.console.desk import Desk, key
from sms4a.console.wording import _, ngettext
from sms4a.recipients import Pile

_NIGHT_BEGINS, _NIGHT_ENDS = 21, 8

# How people are told that they can say no, in the languages our texts are written in.
_OPT_OUT = re.compile(
    r"\bstopp?\b|abmeld|abbestell|austrag|opt.?out|unsubscribe|no more|d[ée]sinscri|d[ée]sabonn|baja|disiscri|wypis|"
    r"odhl[áa]s",
    re.IGNORECASE,
)


def draw(desk: Desk) -> None:
    campaign = preparing.prepared(desk)
    if campaign is None:
        return
    balance = desk.store.ledger.balance(campaign.id)
    st.markdown(_finding(campaign))
    grid = st.grid(3, min_column_width=260, gap=("medium", "large"))
    with grid.cell(column_span=2):
        _tiles(campaign, balance)
        _warn(desk, campaign, balance)
        _answers(desk, campaign)
        _left_out(desk, campaign, balance)
    with grid.cell():
        preview.draw_longest(desk, campaign)
        preparing.draw_tick(campaign)


def _finding(campaign: Campaign) -> str:
    if not campaign.people:
        return _("**Nobody would get this message.** Below is why.")
    finding = ngettext(
        "**{n} person will get this message.** Nothing has been sent yet.",
        "**{n} people will get this message.** Nothing has been sent yet.",
        campaign.people,
    )
    return finding.format(n=wording.number(campaign.people))


def _tiles(campaign: Campaign, balance: Balance) -> None:
    grid = st.grid(2, min_column_width=160)
    with grid.cell():
        left_out = _("{n} left out").format(n=wording.number(balance.left_out))
        st.metric(
            _("People"), wording.number(campaign.people), left_out, delta_color="gray", delta_arrow="off", border=True
        )
    with grid.cell():
        each = f"{campaign.parts / campaign.people:.2f}" if campaign.people else wording.NOTHING
        st.metric(
            _("SMS parts"),
            wording.number(campaign.parts),
            _("{n} for each person").format(n=each),
            delta_color="gray",
            delta_arrow="off",
            border=True,
        )


def _warn(desk: Desk, campaign: Campaign, balance: Balance) -> None:
    points = warnings(desk, campaign, balance)
    if points:
        title = ngettext("Look at one point before you send", "Look at {n} points before you send", len(points))
        st.warning(
            "\n".join(f"- {point}" for point in points),
            title=title.format(n=wording.number(len(points))),
            icon=":material/warning:",
        )


def warnings(desk: Desk, campaign: Campaign, balance: Balance) -> list[str]:
    """What is allowed and still worth a second look, one sentence each."""
    regions = desk.contacts.regions if desk.contacts else {}
    options, text_problems = campaign.options, balance.piles[Pile.TEXT_PROBLEM]
    points: list[tuple[bool, Callable[[], str]]] = [
        (len(regions) > 1, lambda: _countries(regions)),
        (
            text_problems > 0,
            lambda: ngettext(
                "{n} person is left out because the message cannot be made for them.",
                "{n} people are left out because the message cannot be made for them.",
                text_problems,
            ).format(n=wording.number(text_problems)),
        ),
        (_at_night(campaign.start_ts), lambda: _night(campaign.start_ts)),
        (not _OPT_OUT.search(campaign.text), lambda: _("The text does not say how to stop such messages.")),
        (options.flash is True, lambda: _("It is a flash message: it costs extra and is often not kept.")),
        (options.qos == "EXPRESS", lambda: _("Express priority costs extra.")),
        (options.status_requested is False, lambda: _("Without delivery reports nobody can say what arrived.")),
    ]
    return [words() for holds, words in points if holds]


def _countries(regions: dict[str, int]) -> str:
    words = _("The numbers belong to {n} countries: {countries}.")
    return words.format(n=len(regions), countries=wording.countries(regions))


def _local_start(start_ts: int | None) -> datetime:
    zone = runtime.zone()
    return runtime.now().astimezone(zone) if start_ts is None else datetime.fromtimestamp(start_ts / 1000, zone)


def _at_night(start_ts: int | None) -> bool:
    hour = _local_start(start_ts).hour
    return hour >= _NIGHT_BEGINS or hour < _NIGHT_ENDS


def _night(start_ts: int | None) -> str:
    time = f"{_local_start(start_ts):%H:%M}"
    if start_ts is None:
        return _("It is {time} in {zone} now: many people would get it at night.").format(
            time=time, zone=wording.zone_name()
        )
    return _("It would leave at {time} ({zone}): many people would get it at night.").format(
        time=time, zone=wording.zone_name()
    )


def start_sentence(start_ts: int | None) -> str:
    """When the first message leaves, spelled out."""
    if start_ts is None:
        return _("As soon as you press Send")
    return words_compose.start(start_ts)


def _answers(desk: Desk, campaign: Campaign) -> None:
    widgets.section(_("Your answers"))
    text = " ".join(campaign.text.split())
    contacts = desk.contacts
    listed = f"{contacts.name or _('Pasted numbers')}, {wording.rows(contacts.rows_total)}" if contacts else ""
    lines = [
        (_("Name"), campaign.name or wording.NOTHING, "message"),
        (_("Message"), text if len(text) < 90 else f"{text[:88]}…", "message"),
        (_("Sender"), campaign.sender or _("As your account sets it"), "message"),
        (_("List"), listed, "recipients"),
        (_("Start"), start_sentence(campaign.start_ts), "send"),
        (_("Options"), words_compose.options_line(campaign.options), "message"),
    ]
    with widgets.card(key("answers")):
        for n, (label, value, step) in enumerate(lines):
            with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
                st.markdown(f":gray[{label}]", width=76)
                st.markdown(widgets.plain(value), width="stretch")
                st.button(_("Change"), key=key(f"change_{n}"), type="tertiary", on_click=desks.go, args=(step,))


def _left_out(desk: Desk, campaign: Campaign, balance: Balance) -> None:
    """Who does not get it and why, by reason, with the first rows."""
    piles = {pile: n for pile, n in balance.piles.items() if n and pile is not Pile.RECEIVE}
    if not piles:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="content"):
            widgets.section(_("Who is left out"))
        st.space("stretch")
        st.button(_("Look at the list"), key=key("look_at_list"), on_click=desks.go, args=("recipients",))
    frame = pd.DataFrame(
        [[wording.pile(pile), wording.number(n), wording.percent(n, campaign.rows_total)] for pile, n in piles.items()],
        columns=[_("Why"), _("Rows"), _("Of all rows")],
    )
    widgets.table(
        frame, alt=_("Rows that are left out, by reason"), right=[_("Rows"), _("Of all rows")], key=key("left_out")
    )
    if Pile.TEXT_PROBLEM in piles:
        _text_problems(desk, campaign, piles[Pile.TEXT_PROBLEM])


def _text_problems(desk: Desk, campaign: Campaign, total: int) -> None:
    """These are known only now, so the list page cannot show them."""
    widgets.section(words_compose.pile_title(Pile.TEXT_PROBLEM, total))
    made = (row for row in desk.store.reports.export(campaign.id, tile=Tile.LEFT_OUT) if row.pile is Pile.TEXT_PROBLEM)
    shown = list(islice(made, widgets.PER_PAGE))
    frame = pd.DataFrame(
        [
            [
                wording.number(row.row),
                row.raw_number,
                wording.row_problem(row.pile, row.problem, row.detail, fields=row.fields),
            ]
            for row in shown
        ],
        columns=[_("Row"), _("Number as in the file"), _("Why it is left out")],
    )
    widgets.table(frame, alt=words_compose.pile_title(Pile.TEXT_PROBLEM, total), right=[_("Row")], key=key("unmade"))
    if total > len(shown):
        st.caption(_("The first {n}.").format(n=wording.rows(len(shown))))
