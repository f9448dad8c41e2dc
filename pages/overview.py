"""Overview: is everything working, what is running, what needs somebody."""

import streamlit as st

from sms4a.campaigns.stages import Stage
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import Decisions, Progress, Selection
from sms4a.console import (
    registry,
    runtime,
    truth,
    widgets,
    wording,
    words_campaign,
    words_overview,
    words_results,
    words_start,
)
from sms4a.console.results import queries
from sms4a.console.wording import _

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
RECENT = 5

# Tiles of the last days; who was left out belongs to the campaigns.
TILES = tuple(tile for tile in wording.TILES if tile is not Tile.LEFT_OUT)

store = runtime.store()
reports = store.reports


@st.fragment(run_every="5s")
def present() -> None:
    """How things stand and what is running; changes by itself."""
    with st.container(gap="xxsmall"):
        st.markdown(truth.truth().line)
        if runtime.mode() == "practice":
            st.markdown(f":orange[:material/school:] {_('Practice mode: no message reaches a phone.')}")
    moving = truth.moving()
    for progress in reports.running(runtime.now_ts()):
        # What has left has its line under "Recent campaigns", and under "Needs you" if it needs somebody.
        if progress.stage(runtime.now_ts()) is not Stage.LEFT:
            running(progress, moving=moving)


def running(progress: Progress, *, moving: bool) -> None:
    with widgets.card(f"overview_running_{progress.campaign_id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{widgets.plain(progress.name or _('Untitled'))}**", width="content")
            widgets.state_badge(words_campaign.campaign_words(progress, runtime.now_ts(), moving=moving))
            st.space("stretch")
            st.page_link(
                registry.page("campaign"), label=_("Open campaign"), icon=":material/arrow_forward:",
                icon_position="right", query_params={"id": progress.campaign_id},
            )  # fmt: skip
        if progress.stage(runtime.now_ts()) in (Stage.LEAVING, Stage.PAUSED):
            st.progress(progress.share, text=words_campaign.pace(progress))
            if its_turn := words_start.turn(progress):
                st.markdown(its_turn)
        else:
            st.markdown(words_start.in_one_line(progress, runtime.now_ts()))


def last_days() -> None:
    now = runtime.now_ts()
    week = Selection(now - WEEK_MS, now)
    count, tally = reports.totals(week)
    _before, tally_before = reports.totals(Selection(now - 2 * WEEK_MS, now - WEEK_MS))
    if not count:
        widgets.section(_("The last 7 days"), _("Nothing was sent in the last 7 days."))
        return
    widgets.section(_("The last 7 days"), words_overview.week(count, tally, tally_before))
    days = reports.daily(7, now, runtime.zone())
    unclear = reports.verdicts(week).get("unclear", 0)
    with st.grid(5, min_column_width=160, key="overview_tiles"):
        for tile in TILES:
            words = words_results.named(tile, tally)
            st.metric(
                f":{words.color}[{words.icon}] {words.label}",
                wording.number(tally[tile]),
                words_overview.week_note(tile, tally, tally_before, unclear),
                # A red mark for nobody would only alarm.
                delta_color=words.color if tally[tile] else "gray",  # type: ignore[arg-type]
                delta_arrow="off",
                border=True,
                chart_data=[day[tile] for _day, day in days],
                chart_type="area",
            )


def recent() -> None:
    widgets.section(_("Recent campaigns"))
    rows = reports.campaigns(limit=RECENT)
    widgets.table(
        queries.campaign_table(rows, runtime.now_ts(), moving=truth.moving(), short=True),
        alt=_("The newest campaigns"),
        right=[_("People"), _("Delivered of finished")],
        markdown=[_("Campaign"), _("State")],
        key="overview_recent",
    )
    st.page_link(
        registry.page("campaigns"), label=_("All campaigns"), icon=":material/arrow_forward:", icon_position="right"
    )


def needs_you(decisions: Decisions) -> None:
    """One card per decision, each with one button."""
    widgets.section(_("Needs you"))
    cards = words_overview.decisions(decisions)
    for n, decision in enumerate(cards):
        with widgets.card(f"overview_decision_{n}"):
            st.markdown(decision.title)
            st.markdown(f":small[:gray[{decision.sentence}]]")
            if st.button(decision.button, key=f"overview_decide_{n}"):
                st.switch_page(registry.page(decision.page), query_params=decision.query)
    if not cards:
        # What holds all sending stands above every page.
        nothing = _("Nothing else needs you.") if decisions.hold else _("Nothing needs you right now.")
        st.markdown(f":gray[{nothing}]")


def first_steps() -> None:
    """Nothing was ever sent."""
    with widgets.card("overview_first"):
        widgets.card_head(
            "overview_first",
            _("No campaign yet"),
            _(
                "Write a text, give it a list, look at what each person gets, then send. "
                "The first one takes about five minutes."
            ),
        )
        if st.button(_("New campaign"), type="primary", icon=":material/edit_square:", key="overview_new"):
            st.switch_page(registry.page("new_campaign"))


sent = reports.campaign_count()
with widgets.page_head(_("Overview")):
    if sent and st.button(_("New campaign"), type="primary", icon=":material/edit_square:", key="overview_new"):
        st.switch_page(registry.page("new_campaign"))
present()
decisions = reports.decisions(runtime.now_ts())
if sent:
    last_days()
    with st.grid(3, min_column_width=260, gap=("medium", "large"), key="overview_below") as below:
        with below.cell(column_span=2):
            recent()
        with below.cell():
            needs_you(decisions)
else:
    first_steps()
    if not decisions.nothing:
        needs_you(decisions)
