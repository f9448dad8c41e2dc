"""The pieces of Analytics: each chart with its finding, its figures as a table and a file, and the people behind it."""

from collections import Counter
from datetime import date

import streamlit as st

from sms4a.campaigns.results.delays import Delays
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import By, Selection, Who
from sms4a.console import address, into_view, runtime, theme, widgets, wording, words_analytics, words_results
from sms4a.console.results import analytics_frames, charts, charts_in_time, figure_view, queries
from sms4a.console.wording import _

BEHIND = "analytics_behind"
"""In the address: whose people are listed, `tile` or `tile.verdict`."""

PEOPLE = "analytics_people"

NOBODY = ""
PAGER = "analytics_people_page"


def funnel(selection: Selection) -> None:
    found = runtime.store().reports.funnel(selection)
    frame = queries.funnel(found)
    figure_view.figure(
        _("From the list to the phone"), words_analytics.funnel_finding(found), charts.funnel(frame, theme.ink()),
        frame, heading=_("Step"), key="analytics_funnel",
    )  # fmt: skip


def delays(selection: Selection, tally: Tally) -> None:
    """How long delivery took, and below how fast each country was."""
    found = runtime.store().reports.delays(selection)
    together: Delays = sum((Counter(steps) for steps in found.values()), Counter())
    finding = words_analytics.delay_finding(together, tally[Tile.DELIVERED])
    if not together:
        widgets.section(_("Time to deliver"), finding)
        return
    frame = analytics_frames.delays(together)
    figure_view.figure(
        _("Time to deliver"), finding,
        charts.columns(frame, theme.ink(), tile=Tile.DELIVERED), frame, heading=_("Time"), key="analytics_delays",
    )  # fmt: skip
    by_country = analytics_frames.delay_table(found)
    widgets.table(
        by_country, alt=_("Time to deliver by country"), right=[str(name) for name in by_country.columns[1:]],
        key="analytics_delays_countries",
    )  # fmt: skip


def why(selection: Selection, tally: Tally) -> None:
    reasons = runtime.store().reports.reasons(selection)
    if not reasons:
        widgets.section(_("Reasons"), _("Nobody failed."))
        return
    frame = queries.reasons(reasons)
    figure_view.figure(
        words_results.why_title(tally), words_analytics.why_finding(tally, reasons),
        charts.bars(frame, theme.ink(), tile=Tile.FAILED), frame,
        heading=_("Reason"), key="analytics_reasons",
        on_pick=lambda code: show(f"{Tile.FAILED}.{code}"),
    )  # fmt: skip


def countries(selection: Selection) -> None:
    groups = runtime.store().reports.side_by_side(selection, By.COUNTRY)
    if not groups:
        return
    frame = analytics_frames.countries(groups)
    figure_view.figure(
        _("Countries"), words_analytics.countries_finding(groups),
        charts.bars(frame, theme.ink(), tile=Tile.PENDING), frame,
        heading=_("Country"), key="analytics_countries",
        on_pick=lambda code: address.choose("analytics_country", code, "all"),
    )  # fmt: skip


def trend(days: tuple[tuple[date, Tally], ...]) -> None:
    tally = sum((tally for _day, tally in days), Tally())
    widgets.section(_("Trend by day"), words_analytics.trend_finding(days))
    alt = _("People by the day their campaign was sent, stacked by outcome; the table below has the figures")
    figure_view.legend(tally)
    widgets.chart(charts_in_time.daily_stack(queries.days(days), theme.ink()), alt=alt, key="analytics_days")
    frame = queries.day_table(days)
    with st.expander(_("The same figures as a table"), icon=":material/table:", type="compact", key="analytics_table"):
        widgets.table(
            frame, alt=_("People by day and outcome"), right=[str(name) for name in frame.columns[1:]],
            key="analytics_day_table",
        )  # fmt: skip


def hours(selection: Selection) -> None:
    """When messages arrive; it cannot be told by country."""
    found = analytics_frames.hours_of_day(runtime.store().reports.arrivals(selection), runtime.zone())
    frame = analytics_frames.hours(found)
    if not sum(found.values()):
        widgets.section(_("Delivered by hour of the day"), words_analytics.hours_finding(found))
        return
    figure_view.figure(
        _("Delivered by hour of the day"), words_analytics.hours_finding(found),
        charts.columns(frame, theme.ink(), tile=Tile.DELIVERED), frame,
        heading=_("Hour"), key="analytics_hours",
    )  # fmt: skip


def side_by_side(selection: Selection) -> None:
    options = [by.value for by in By]
    address.seed("analytics_by", options, By.CAMPAIGN.value)
    with st.container(gap="xsmall"):
        place = st.container()
        picked = st.segmented_control(
            _("Compare"), options, required=True, format_func=lambda by: words_analytics.by(By(by)),
            key="analytics_by", on_change=address.keep, args=("analytics_by", By.CAMPAIGN.value),
        )  # fmt: skip
    by = By(picked or By.CAMPAIGN)
    groups = runtime.store().reports.side_by_side(selection, by)
    with place:
        widgets.section(_("Side by side"), words_analytics.side_by_side_finding(groups, by))
    frame = analytics_frames.side_by_side(groups, by)
    right = [str(name) for name in frame.columns[1:]]
    widgets.table(frame, alt=words_analytics.by(by), right=right, key="analytics_side_by_side")
    st.download_button(
        _("Download these figures"), analytics_frames.compared_csv(groups, by), file_name=f"{by}.csv",
        mime="text/csv", icon=":material/download:", type="tertiary", on_click="ignore", key="analytics_by_download",
    )  # fmt: skip


def show(behind: str) -> None:
    """List the people behind a figure, in a callback."""
    st.session_state.pop(PAGER, None)
    st.query_params[BEHIND] = behind
    into_view.ask(PEOPLE)


def show_tile(tile: Tile | None) -> None:
    """List the people of a tile, None to close the list, in a callback."""
    show(tile) if tile else _close()


def shown_tile() -> Tile | None:
    """The tile whose people are listed."""
    said = st.query_params.get(BEHIND, NOBODY)
    return Tile(said) if said in list(Tile) else None


def _close() -> None:
    st.query_params.pop(BEHIND, None)


def behind(selection: Selection, tally: Tally) -> None:
    """The people behind the figure that was clicked."""
    who = _who(address.said(BEHIND, NOBODY), selection)
    if who is None:
        return
    reports = runtime.store().reports
    total = reports.across_count(selection, who)
    with widgets.card(PEOPLE):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(_title(who, total, tally), anchor=False, width="content")
            into_view.draw(PEOPLE)
            st.space("stretch")
            st.button(
                _("Close"), icon=":material/close:", type="tertiary", on_click=_close, key="analytics_people_close"
            )
        place = st.container()
        page = widgets.pager(total, PAGER)
        rows = reports.across(selection, who, offset=page.offset, limit=page.limit)
        with place:
            widgets.table(
                analytics_frames.across_table(rows), alt=_("The people behind this figure"), right=[_("Row")],
                markdown=[_("Campaign"), _("Outcome")], key="analytics_people_table",
            )  # fmt: skip


def _who(said: str, selection: Selection) -> Who | None:
    tile, _dot, verdict = said.partition(".")
    if tile not in list(Tile):
        return None
    if verdict:
        return Who(verdict=verdict, region=selection.region)
    return Who(Tile(tile), region=selection.region)


def _title(who: Who, total: int, tally: Tally) -> str:
    tile = who.tile or Tile.FAILED
    words = wording.verdict(who.verdict).reason if who.verdict else words_results.named(tile, tally).label
    return f"{words}: {wording.people(total)}"
