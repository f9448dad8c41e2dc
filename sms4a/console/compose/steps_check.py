"""The Check step: what exactly would be sent, to whom, what to look at before, and who is left out."""

from itertools import islice
from textwrap import shorten

import pandas as pd
import streamlit as st

from sms4a.campaigns.campaign_records import Balance, Campaign
from sms4a.campaigns.cost_map import CostMap
from sms4a.campaigns.prices import Cost, PriceList
from sms4a.campaigns.sending.messages import text_of
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import RecipientRow, Who
from sms4a.console import widgets, wording, words_compose, words_cost
from sms4a.console.compose import cost_view, preparing, preview, second_look, trial_card
from sms4a.console.compose import desk as desks
from sms4a.console.compose.desk import Desk, key
from sms4a.console.wording import _
from sms4a.recipients import Pile
from sms4a.templates import Template

_CUT_SHOWN = 80
_LONGEST_SHOWN = 320


def draw(desk: Desk) -> None:
    campaign = preparing.prepared(desk)
    if campaign is None:
        return
    balance = desk.store.ledger.balance(campaign.id)
    counted, priced = desk.store.prices.cost_map(campaign.id) or CostMap(), desk.store.prices.list()
    cost = priced.cost(counted.parts_by_region())
    st.markdown(words_cost.finding(campaign.people, cost, priced.currency))
    grid = st.grid(3, min_column_width=260, gap=("medium", "large"))
    with grid.cell(column_span=2):
        _tiles(campaign, balance, priced, cost)
        second_look.draw(desk, campaign, balance, counted)
        if campaign.people:
            cost_view.draw(counted, priced, cost)
        _answers(desk, campaign)
        _left_out(desk, campaign, balance)
    with grid.cell():
        preview.draw_made(desk, campaign)
        # Near the message it is about, and in sight without scrolling.
        preparing.draw_tick(campaign)
        trial_card.draw(desk, campaign)


def _tiles(campaign: Campaign, balance: Balance, priced: PriceList, cost: Cost) -> None:
    left_out = _("{n} left out").format(n=wording.number(balance.left_out))
    each = _("{n} each").format(n=wording.average(campaign.parts, campaign.people)) if campaign.people else None
    expected, of_each = words_cost.expected(cost, priced.currency, campaign.people)
    tiles = (
        (_("People"), wording.number(campaign.people), left_out),
        (_("SMS parts"), wording.number(campaign.parts), each or wording.NOTHING),
        (_("Expected cost"), expected, of_each),
    )
    grid = st.grid(3, min_column_width=160)
    for label, value, note in tiles:
        with grid.cell():
            st.metric(
                widgets.plain(label), widgets.plain(value), note, delta_color="gray", delta_arrow="off", border=True
            )


def start_sentence(start_ts: int | None) -> str:
    """When the first message leaves, spelled out."""
    if start_ts is None:
        return _("As soon as you press Send")
    return words_compose.start(start_ts)


def _answers(desk: Desk, campaign: Campaign) -> None:
    widgets.section(_("Your answers"))
    text = campaign.text
    contacts = desk.contacts
    listed = f"{contacts.name or _('Pasted numbers')}, {wording.rows(contacts.rows_total)}" if contacts else ""
    lines = [
        (_("Name"), campaign.name or wording.NOTHING, "message"),
        (_("Message"), shorten(text, _LONGEST_SHOWN, placeholder=" …"), "message"),
        (_("Sender"), campaign.sender or _("As your account sets it"), "message"),
        (_("List"), listed, "recipients"),
        (_("Start"), start_sentence(campaign.start_ts), "send"),
        (_("Options"), words_compose.options_line(campaign.options, Template.parse(campaign.text).fields), "message"),
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
    made = (row for row in desk.store.reports.export(campaign.id, Who(Tile.LEFT_OUT)) if row.pile is Pile.TEXT_PROBLEM)
    shown = list(islice(made, widgets.PER_PAGE))
    with st.container(horizontal=True, wrap=False, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            ways_out = words_compose.ways_out(row.problem for row in shown)
            widgets.section(words_compose.pile_title(Pile.TEXT_PROBLEM, total), " ".join(ways_out))
        label = _("Go to {step}").format(step=words_compose.step("message"))
        st.button(label, key=key("go_mend"), on_click=desks.go, args=("message",))
    frame = pd.DataFrame(
        [
            [
                wording.number(row.row),
                row.raw_number,
                wording.row_problem(row.pile, row.problem, row.detail, fields=row.fields),
                _cut(campaign, row),
            ]
            for row in shown
        ],
        columns=[_("Row"), _("Number as in the file"), _("Why it is left out"), _("Words that would be cut")],
    )
    if not any(row.problem == "too_many_parts" for row in shown):
        frame = frame.iloc[:, :3]
    widgets.table(frame, alt=words_compose.pile_title(Pile.TEXT_PROBLEM, total), right=[_("Row")], key=key("unmade"))
    if total > len(shown):
        st.caption(_("The first {n}.").format(n=wording.rows(len(shown))))


def _cut(campaign: Campaign, row: RecipientRow) -> str:
    """What would not arrive of a message with too many parts; a long end is shortened in the middle."""
    if row.problem != "too_many_parts":
        return ""
    rest = preview.beyond(text_of(campaign, row.fields).text, campaign.options)
    return rest if len(rest) <= _CUT_SHOWN else f"{rest[: _CUT_SHOWN // 2]} … {rest[-_CUT_SHOWN // 2 :]}"
