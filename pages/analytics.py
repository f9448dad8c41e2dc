"""Analytics: what became of the messages of a period or of one campaign."""

from dataclasses import replace

import streamlit as st

from sms4a.campaigns.analysis import last_days, start_of_day
from sms4a.campaigns.views import CampaignRow, Selection
from sms4a.console import address, registry, runtime, widgets, wording, words_analytics
from sms4a.console.results import analytics_view, figure_view, queries
from sms4a.console.wording import _, ngettext

PERIODS = ("7", "30", "90", "365")
USUAL_PERIOD = "30"
ALL = "all"

NONE = "none"
"""Stands in the address for the empty word."""

store = runtime.store()
reports = store.reports


def period_filter() -> int:
    address.seed("analytics_period", PERIODS, USUAL_PERIOD)
    days = st.segmented_control(
        _("Period"), PERIODS, required=True, format_func=lambda days: _("{n} days").format(n=days),
        key="analytics_period", on_change=address.keep, args=("analytics_period", USUAL_PERIOD),
    )  # fmt: skip
    return int(days or USUAL_PERIOD)


def campaign_filter(rows: tuple[CampaignRow, ...]) -> str | None:
    names = {row.id: f"{row.name or _('Untitled')} · {wording.when(row.begin_ts, seconds=False)}" for row in rows}
    all_of_them = ngettext("The only campaign", "All {n} campaigns", len(rows)).format(n=wording.number(len(rows)))
    options = [ALL, *names]
    address.seed("analytics_campaign", options, ALL)
    picked = st.selectbox(
        _("Campaign"), options, format_func=lambda option: names.get(option, all_of_them), width=320,
        key="analytics_campaign", on_change=address.keep, args=("analytics_campaign", ALL),
    )  # fmt: skip
    return None if picked == ALL else picked


def choice(key: str, label: str, names: dict[str, str]) -> str | None:
    """One more filter; not drawn where there is nothing to choose."""
    options = [ALL, *names]
    address.seed(key, options, ALL)
    if len(names) < 2 and st.session_state[key] == ALL:
        return None
    picked = st.selectbox(
        label, options, format_func=lambda option: names.get(option, _("All")), width=170, key=key,
        on_change=address.keep, args=(key, ALL),
    )  # fmt: skip
    return None if picked == ALL else "" if picked == NONE else picked


def filters(days: int) -> Selection:
    """What the figures are about; the address holds all of it."""
    period = Selection(since(days), runtime.now_ts())
    rows = reports.campaigns_in(period)
    chosen = campaign_filter(rows)
    senders, codes, regions = reports.choices(period)
    sender = choice(
        "analytics_sender", _("Sender"), {name or NONE: name or _("as the account sets it") for name in senders}
    )
    code = choice("analytics_billcode", _("Bill code"), {name or NONE: name or _("without one") for name in codes})
    region = choice("analytics_country", _("Country"), {name or NONE: wording.country(name) for name in regions})
    span = Selection() if chosen else period
    return replace(span, campaign_id=chosen, sender=sender, billcode=code, region=region)


def since(days: int) -> int:
    """The period is whole days on the viewer's clock, today included."""
    return start_of_day(last_days(days, runtime.now_ts(), runtime.zone())[0], runtime.zone())


def everything(selection: Selection, days: int) -> None:
    _count, tally = reports.totals(selection)
    if not tally.rows:
        st.markdown(_("**Nothing matches these filters.**"))
        st.button(_("Show all"), on_click=show_all, key="analytics_show_all")
        return
    st.markdown(words_analytics.analytics_finding(tally))
    with st.container(gap="small"):
        figure_view.breakdown(tally, key="analytics_breakdown", on_pick=analytics_view.show)
        figure_view.tiles(
            tally, key="analytics_tiles", chosen=analytics_view.shown_tile(), on_pick=analytics_view.show_tile
        )
        figure_view.breakdown_table(tally, key="analytics_outcomes")
    analytics_view.behind(selection, tally)
    with st.grid(2, min_column_width=400, gap=("medium", "large"), key="analytics_pair") as pair:
        with pair.cell():
            analytics_view.funnel(selection)
        with pair.cell():
            analytics_view.delays(selection, tally)
        with pair.cell():
            analytics_view.why(selection, tally)
        with pair.cell():
            analytics_view.countries(selection)
    analytics_view.trend(reports.daily(days, runtime.now_ts(), runtime.zone(), within=selection))
    if selection.region is None:
        analytics_view.hours(selection)
    analytics_view.side_by_side(selection)


def show_all() -> None:
    for key in ("analytics_campaign", "analytics_sender", "analytics_billcode", "analytics_country"):
        address.choose(key, ALL, ALL)


def first_steps() -> None:
    st.markdown(_("**No results yet.** Once you have sent messages, you will see here what became of them."))
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
        selection = filters(days)
    if reports.totals(Selection(since(days), runtime.now_ts()))[0]:
        place_of_download.download_button(
            _("Download the figures"),
            queries.days_csv(reports.daily(days, runtime.now_ts(), runtime.zone(), within=selection)),
            file_name=f"analytics-{days}.csv", mime="text/csv", icon=":material/download:", on_click="ignore",
            key="analytics_download",
        )  # fmt: skip
        everything(selection, days)
    else:
        st.markdown(_("**Nothing was sent in the last {n} days.**").format(n=days))
        if days != int(PERIODS[-1]):
            st.button(_("Show {n} days").format(n=PERIODS[-1]), on_click=show_more, key="analytics_show_more")
