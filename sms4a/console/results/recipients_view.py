"""The recipients on a campaign's page: by outcome and reason, searched, sorted, in pages, and as a file."""

import re
from typing import NamedTuple

import streamlit as st

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import Order, RecipientRow, Selection, Who
from sms4a.console import address, into_view, result_file, reveal, runtime, widgets, wording, words_results
from sms4a.console.results import file_view, queries, story_view
from sms4a.console.wording import _

ALL = "all"
HEAD = "campaign_people_head"

# A row as tables write it, in any language: 1,099.
_WRITTEN_ROW = re.compile(r"[1-9][0-9]{0,2}(?:[.,\u202f\xa0][0-9]{3})+")
PAGER = "campaign_page"

# More of the list's own columns than these would push ours off the page; the file has them all.
MOST_COLUMNS = 4


class _Chosen(NamedTuple):
    """The narrower choices."""

    who: Who
    order: Order
    theirs: tuple[str, ...]
    """Columns of the list that stand beside."""
    show_numbers: bool


def recipients(campaign: Campaign, tally: Tally) -> None:
    """Everybody on the list, by outcome, searched and in pages."""
    reports = runtime.store().reports
    with st.container(horizontal=True, vertical_alignment="bottom", key=HEAD):
        st.header(_("Recipients"), anchor=False, width="content")
        into_view.draw(HEAD)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="bottom", width="content", wrap=False):
            search = st.text_input(
                _("Row or number"), key="campaign_search", icon=":material/search:", placeholder="+49 …", width=190
            )
            place_of_download = st.container(width="content")
    tile = _pick_tile(tally)
    chosen = _filters(campaign, tile, search or "")
    who = chosen.who
    total = reports.recipient_count(campaign.id, who)
    with place_of_download:
        file_view.ask(
            "campaign_people", total, f"{campaign.id}-{who.verdict or tile or ALL}",
            lambda kind: result_file.writer(reports, campaign, who, kind, runtime.zone()), f"campaign:{campaign.id}",
        )  # fmt: skip
    file_view.follow("campaign_people")
    if not total:
        _nobody(who)
        return
    _table(campaign, chosen, total)


def _table(campaign: Campaign, chosen: _Chosen, total: int) -> None:
    place = st.container()
    page = widgets.pager(total, PAGER)
    rows = runtime.store().reports.recipients(
        campaign.id, chosen.who, order=chosen.order, offset=page.offset, limit=page.limit, total=total
    )
    columns = result_file.columns_of(campaign)
    with place:
        widgets.table(
            queries.recipient_table(campaign.id, rows, columns, show_numbers=chosen.show_numbers, theirs=chosen.theirs),
            alt=_("Recipients of {name}").format(name=campaign.name),
            right=[_("Row"), _("Parts")],
            markdown=[_("Outcome"), _("Reason")],
            key="campaign_recipients",
        )
    _pick_row(rows)
    story_view.open_story(campaign, show_numbers=chosen.show_numbers)


def _pick_tile(tally: Tally) -> Tile | None:
    options = [ALL, *(tile.value for tile in wording.TILES if tally[tile])]

    def name(option: str) -> str:
        if option == ALL:
            return _("All {n}").format(n=wording.number(tally.rows))
        words = words_results.named(Tile(option), tally)
        return f":{words.color}[{words.icon}] {words.label} {wording.number(tally[Tile(option)])}"

    address.seed("campaign_tile", options, ALL)
    picked = st.pills(
        _("Outcome"), options, required=True, format_func=name, key="campaign_tile", label_visibility="collapsed",
        wrap=True, on_change=address.keep, args=("campaign_tile", ALL, PAGER),
    )  # fmt: skip
    return None if picked in (ALL, None) else Tile(picked)


def _filters(campaign: Campaign, tile: Tile | None, search: str) -> _Chosen:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        verdict = _pick_reason(campaign.id, tile)
        region = _pick_country(campaign.id)
        order = _pick_order()
        theirs = result_file.columns_of(campaign).shown
        shown = bool(theirs) and st.toggle(_("Columns of the list"), key="campaign_columns")
        show_numbers = reveal.numbers("campaign_numbers", f"campaign:{campaign.id}")
    if _WRITTEN_ROW.fullmatch(search.strip()):
        search = re.sub(r"\D", "", search)
    who = Who(tile, verdict, region, search, runtime.settings().home_country)
    return _Chosen(who, order, theirs[:MOST_COLUMNS] if shown else (), show_numbers)


def _pick_reason(campaign_id: str, tile: Tile | None) -> str | None:
    reports, selection = runtime.store().reports, Selection(campaign_id=campaign_id)
    tiles = [tile] if tile else [each for each in wording.TILES if each is not Tile.LEFT_OUT]
    found = reports.reasons(selection, tiles)
    names = {code: f"{wording.verdict(code).reason} ({wording.number(n)})" for code, n in found}
    return _select("campaign_why", _("Reason"), names, _("Every reason"), 250)


def _pick_country(campaign_id: str) -> str | None:
    _senders, _codes, regions = runtime.store().reports.choices(Selection(campaign_id=campaign_id))
    if len(regions) < 2:
        return None
    return _select("campaign_country", _("Country"), {code: wording.country(code) for code in regions}, _("All"), 180)


def _select(key: str, label: str, names: dict[str, str], every: str, width: int) -> str | None:
    options = [ALL, *names]
    address.seed(key, options, ALL)
    picked = st.selectbox(
        label, options, format_func=lambda option: names.get(option, every), key=key, width=width,
        on_change=address.keep, args=(key, ALL, PAGER),
    )  # fmt: skip
    return None if picked == ALL else picked


def _pick_order() -> Order:
    names = {
        Order.FILE.value: _("As in the file"),
        Order.FILE_UP.value: _("Last row first"),
        Order.OUTCOME.value: _("By outcome"),
        Order.NUMBER.value: _("By number"),
        Order.PARTS.value: _("Most SMS parts first"),
    }
    address.seed("campaign_order", list(names), Order.FILE.value)
    picked = st.selectbox(
        _("Order"), list(names), format_func=names.__getitem__, key="campaign_order", width=190,
        on_change=address.keep, args=("campaign_order", Order.FILE.value, PAGER),
    )  # fmt: skip
    return Order(picked or Order.FILE)


def _nobody(who: Who) -> None:
    if not who.search.strip():
        st.markdown(_("**Nobody here matches these filters.**"))
    else:
        among = wording.tile(who.tile).label if who.tile else _("all rows")
        text = _(
            "**Nobody here matches “{search}”** among: {among}. Type a row of the file, a number, or its last digits."
        )
        st.markdown(text.format(search=widgets.plain(who.search), among=among))
    st.button(_("Show all"), on_click=_show_all, key="campaign_show_all")


def _show_all() -> None:
    for key in ("campaign_tile", "campaign_why", "campaign_country"):
        address.choose(key, ALL, ALL, PAGER)
    st.session_state["campaign_search"] = ""


def pick(tile: Tile | None, verdict: str | None = None) -> None:
    """Narrow the table to these people, None to everybody, in a callback: for whoever clicks a figure."""
    address.choose("campaign_tile", tile.value if tile else ALL, ALL, PAGER)
    address.choose("campaign_why", verdict or ALL, ALL, PAGER)
    into_view.ask(HEAD)


def picked_tile() -> Tile | None:
    """Whose people the table shows."""
    said = st.session_state.get("campaign_tile", st.query_params.get("campaign_tile", ALL))
    return Tile(said) if said in list(Tile) else None


def _pick_row(rows: tuple[RecipientRow, ...]) -> None:
    st.selectbox(
        _("One row in detail"), [row.row for row in rows], index=None, key="campaign_pick",
        placeholder=_("Pick a row on this page"), on_change=_picked, width=260,
    )  # fmt: skip


def _picked() -> None:
    if (row := st.session_state["campaign_pick"]) is not None:
        st.query_params[story_view.ROW] = str(row)
