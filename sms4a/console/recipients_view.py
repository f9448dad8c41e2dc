"""The recipients on a campaign's page: by outcome, searched, in pages, and the story of one of them."""

import streamlit as st

from sms4a.campaigns.ledger import Campaign
from sms4a.campaigns.views import RecipientRow, Story, Tally, Tile
from sms4a.console import address, queries, runtime, widgets, wording, words_results
from sms4a.console.wording import _
from sms4a.templates import Template, render

ALL = "all"

ROW = "row"
"""In the address: whose story is open."""


def recipients(campaign: Campaign) -> None:
    """Everybody on the list, by outcome, searched and in pages."""
    reports = runtime.store().reports
    tally = reports.tally(campaign.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(_("Recipients"), anchor=False, width="content")
        st.space("stretch")
        show_numbers = st.toggle(_("Show numbers"), key="campaign_numbers")
        search = st.text_input(
            _("Row or number"), key="campaign_search", icon=":material/search:", placeholder="+49 …", width=190
        )
        place_of_download = st.empty()
    tile = _pick_tile(tally)
    home = runtime.settings().home_country
    total = reports.recipient_count(campaign.id, tile=tile, search=search or "", home=home)
    place_of_download.download_button(
        _("Download {rows}").format(rows=wording.rows(total)),
        queries.recipients_csv(reports, campaign.id, tile=tile, search=search or "", home=home, zone=runtime.zone()),
        file_name=f"{campaign.id}-{tile or ALL}.csv",
        mime="text/csv",
        icon=":material/download:",
        disabled=not total,
        on_click="ignore",
        key="campaign_download",
    )
    if not total:
        _nobody(tile, search or "")
        return
    place = st.container()
    page = widgets.pager(total, "campaign_page")
    rows = reports.recipients(
        campaign.id, tile=tile, search=search or "", home=home, offset=page.offset, limit=page.limit
    )
    with place:
        widgets.table(
            queries.recipient_table(rows, show_numbers=show_numbers),
            alt=_("Recipients of {name}").format(name=campaign.name),
            right=[_("Row"), _("Parts")],
            markdown=[_("Outcome")],
            key="campaign_recipients",
        )
    _pick_row(rows)
    _open_story(campaign, show_numbers=show_numbers)


def _pick_tile(tally: Tally) -> Tile | None:
    options = [ALL, *(tile.value for tile in wording.TILES if tally[tile])]

    def name(option: str) -> str:
        if option == ALL:
            return _("All {n}").format(n=wording.number(tally.rows))
        words = wording.tile(Tile(option))
        return f":{words.color}[{words.icon}] {words.label} {wording.number(tally[Tile(option)])}"

    address.seed("campaign_tile", options, ALL)
    picked = st.pills(
        _("Outcome"), options, required=True, format_func=name, key="campaign_tile", label_visibility="collapsed",
        wrap=True, on_change=address.keep, args=("campaign_tile", ALL, "campaign_page"),
    )  # fmt: skip
    return None if picked in (ALL, None) else Tile(picked)


def _nobody(tile: Tile | None, search: str) -> None:
    among = wording.tile(tile).label if tile else _("all rows")
    st.markdown(
        _(
            "**Nobody here fits “{search}”** among: {among}. Type a row of the file, a number, or its last digits."
        ).format(search=widgets.plain(search), among=among)
    )
    st.button(_("Show all"), on_click=_show_all, key="campaign_show_all")


def _show_all() -> None:
    address.choose("campaign_tile", ALL, ALL, "campaign_page")
    st.session_state["campaign_search"] = ""


def _pick_row(rows: tuple[RecipientRow, ...]) -> None:
    st.selectbox(
        _("Look closer at one row"), [row.row for row in rows], index=None, key="campaign_pick",
        placeholder=_("Pick a row of this page"), on_change=_picked, width=260,
    )  # fmt: skip


def _picked() -> None:
    if (row := st.session_state["campaign_pick"]) is not None:
        st.query_params[ROW] = str(row)


def _open_story(campaign: Campaign, *, show_numbers: bool) -> None:
    wanted = st.query_params.get(ROW, "")
    story = (
        runtime.store().reports.story(campaign.id, int(wanted))
        if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9
        else None
    )
    if story is not None:
        _story_card(campaign, story, show_numbers=show_numbers)


def _story_card(campaign: Campaign, story: Story, *, show_numbers: bool) -> None:
    row = story.recipient
    with widgets.card("campaign_story"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Row {row}").format(row=wording.number(row.row)), anchor=False, width="content")
            st.markdown(queries.recipient_words(row).badge, width="content")
            st.space("stretch")
            st.button(_("Close"), icon=":material/close:", type="tertiary", on_click=_close_story, key="campaign_close")
        st.markdown(words_results.story_sentence(row))
        _opt_out(campaign, row)
        with st.grid(2, min_column_width=320, gap=("medium", "large"), key="campaign_story_halves") as halves:
            with halves.cell():
                widgets.fields(words_results.story_fields(story, show_numbers=show_numbers), alt=_("What is known"))
            with halves.cell():
                _text_of(campaign, row)
                widgets.fields(words_results.story_events(story), alt=_("What happened, oldest first"))


def _opt_out(campaign: Campaign, row: RecipientRow) -> None:
    """One click for people who should not be written to again."""
    if row.number is None:
        return
    if runtime.store().opt_outs.holds(row.number):
        st.markdown(f":small[:gray[:material/do_not_disturb_on: {_('This person is on the opt-out list.')}]]")
        return
    reason = _("Campaign {name}, row {row}").format(name=campaign.name or campaign.id, row=wording.number(row.row))
    st.button(
        _("Do not write to this person any more"), icon=":material/do_not_disturb_on:", key="campaign_opt_out",
        on_click=_add_opt_out, args=(row.number, reason),
    )  # fmt: skip


def _add_opt_out(number: str, reason: str) -> None:
    runtime.store().opt_outs.add([number], reason, runtime.actor())


def _text_of(campaign: Campaign, row: RecipientRow) -> None:
    rendered = render(Template.parse(campaign.text), row.fields)
    if rendered.text and row.submission_n is not None:
        st.markdown(f":small[:gray[{_('Message')}]]")
        st.code(rendered.text, language=None, wrap_lines=True)


def _close_story() -> None:
    st.query_params.pop(ROW, None)
    st.session_state["campaign_pick"] = None
