"""Analytics: what became of the messages of a period or of one campaign."""

from datetime import date

import streamlit as st

from sms4a.campaigns.reports import start_of_day
from sms4a.campaigns.views import CampaignRow, Selection, Tally, Tile
from sms4a.console import (
    address,
    campaign_view,
    charts,
    queries,
    registry,
    runtime,
    theme,
    widgets,
    wording,
    words_analytics,
    words_results,
)
from sms4a.console.wording import _, ngettext

PERIODS = ("7", "30", "90")
USUAL_PERIOD = "30"
ALL = "all"

store = runtime.store()
reports = store.reports


def now_ms() -> int:
    return int(runtime.now().timestamp() * 1000)


def period_filter() -> int:
    address.seed("analytics_period", PERIODS, USUAL_PERIOD)
    days = st.segmented_control(
        _("Period"), PERIODS, required=True, format_func=lambda days: _("{n} days").format(n=days),
        key="analytics_period", on_change=address.keep, args=("analytics_period", USUAL_PERIOD),
    )  # fmt: skip
    return int(days or USUAL_PERIOD)


def campaign_filter(rows: tuple[CampaignRow, ...]) -> str | None:
    names = {row.id: f"{row.name or _('Untitled')} · {wording.when(row.begin_ts, seconds=False)}" for row in rows}
    all_of_them = ngettext("The one campaign", "All {n} campaigns", len(rows)).format(n=wording.number(len(rows)))
    options = [ALL, *names]
    address.seed("analytics_campaign", options, ALL)
    picked = st.selectbox(
        _("Campaign"), options, format_func=lambda option: names.get(option, all_of_them), width=320,
        key="analytics_campaign", on_change=address.keep, args=("analytics_campaign", ALL),
    )  # fmt: skip
    return None if picked == ALL else picked


def since(days: int) -> int:
    """The period is whole days on the viewer's clock, today included."""
    first = reports.daily(days, now_ms(), runtime.zone())[0][0]
    return start_of_day(first, runtime.zone())


def funnel(selection: Selection) -> None:
    found = reports.funnel(selection)
    widgets.section(_("From the list to the phone"), words_analytics.funnel_finding(found))
    frame = queries.funnel(found)
    alt = wording.listing(
        f"{name} {wording.number(n)}" for name, n in zip(frame["label"], frame["people"], strict=True)
    )
    widgets.chart(charts.funnel(frame, theme.ink()), alt=alt, key="analytics_funnel")


def why(selection: Selection, tally: Tally) -> None:
    reasons = reports.reasons(selection)
    if not reasons:
        return
    widgets.section(words_results.why_title(tally), words_analytics.why_finding(tally, reasons))
    frame = queries.reasons(reasons)
    alt = wording.listing(
        f"{name} {wording.number(n)}" for name, n in zip(frame["label"], frame["people"], strict=True)
    )
    widgets.chart(charts.bars(frame, theme.ink(), tile=Tile.FAILED), alt=alt, key="analytics_reasons")


def trend(days: tuple[tuple[date, Tally], ...]) -> None:
    tally = sum((tally for _day, tally in days), Tally())
    widgets.section(_("Trend by day"), words_analytics.trend_finding(days))
    alt = _("People by the day their campaign was sent, stacked by outcome; the table below has the figures")
    campaign_view.legend(tally)
    widgets.chart(charts.daily_stack(queries.days(days), theme.ink()), alt=alt, key="analytics_days")
    with st.expander(_("The same figures as a table"), icon=":material/table:", key="analytics_table"):
        frame = queries.day_table(days)
        widgets.table(
            frame, alt=_("People by day and outcome"), right=[str(name) for name in frame.columns[1:]],
            key="analytics_day_table",
        )  # fmt: skip


def everything(campaign_id: str | None, days: int) -> None:
    selection = Selection(campaign_id=campaign_id) if campaign_id else Selection(since(days), now_ms())
    _count, tally = reports.totals(selection)
    st.markdown(words_analytics.analytics_finding(tally))
    with st.container(gap="small"):
        campaign_view.breakdown(tally, key="analytics_breakdown")
        campaign_view.tiles(tally, key="analytics_tiles")
    with st.grid(2, min_column_width=400, gap=("medium", "large"), key="analytics_pair") as pair:
        with pair.cell():
            funnel(selection)
        with pair.cell():
            why(selection, tally)
    trend(reports.daily(days, now_ms(), runtime.zone(), campaign_id))


def first_steps() -> None:
    st.markdown(_("**Nothing to learn from yet.** Once you have sent messages, you will see here what became of them."))
    if st.button(_("New campaign"), icon=":material/edit_square:", type="primary", key="analytics_new"):
        st.switch_page(registry.page("new_campaign"))


def show_more() -> None:
    address.choose("analytics_period", PERIODS[-1], USUAL_PERIOD)
    address.choose("analytics_campaign", ALL, ALL)


place_of_download = widgets.page_head(_("Analytics"))
if not reports.campaign_count():
    first_steps()
else:
    with st.container(horizontal=True, vertical_alignment="top"):
        days = period_filter()
        rows = reports.campaigns_in(Selection(since(days), now_ms()))
        chosen = campaign_filter(rows)
    if rows:
        place_of_download.download_button(
            _("Download the figures"),
            queries.days_csv(reports.daily(days, now_ms(), runtime.zone(), chosen)),
            file_name=f"analytics-{days}.csv", mime="text/csv", icon=":material/download:", on_click="ignore",
            key="analytics_download",
        )  # fmt: skip
        everything(chosen, days)
    else:
        st.markdown(_("**Nothing was sent in the last {n} days.**").format(n=days))
        if days != int(PERIODS[-1]):
            st.button(_("Show {n} days").format(n=PERIODS[-1]), on_click=show_more, key="analytics_show_more")
