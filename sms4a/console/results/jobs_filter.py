"""The filters of Jobs: period, state, whence, words and a number; the address holds all of it but the number."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, get_args

import streamlit as st

from sms4a.campaigns.analysis import start_of_day
from sms4a.campaigns.results.jobs import JobFilter, Origin, State
from sms4a.console import address, runtime
from sms4a.console.wording import _
from sms4a.numbers import read_number

DAY = timedelta(days=1)

PERIODS = {"7": timedelta(days=7), "30": timedelta(days=30), "120": timedelta(days=120), "own": None, "all": None}
USUAL_PERIOD = "7"
ALL = "all"

PAGER = "jobs_page"


class Chosen(NamedTuple):
    """What to list, and the period by its name."""

    jobs: JobFilter
    period: str


def draw() -> Chosen:
    with st.container(horizontal=True, vertical_alignment="top"):
        period = _segments("jobs_period", _("Period"), list(PERIODS), _period_name, USUAL_PERIOD)
        since_ts, until_ts = _span(period)
        state = _segments("jobs_state", _("State"), list(get_args(State)), _state_name, ALL)
        address.seed("jobs_origin", list(get_args(Origin)), ALL)
        origin = st.selectbox(
            _("Sent from"), list(get_args(Origin)), format_func=_origin_name, key="jobs_origin", width=170,
            on_change=address.keep, args=("jobs_origin", ALL, PAGER),
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="top"):
        address.seed("jobs_search")
        search = st.text_input(
            _("Job id, reference, sender or bill code"), key="jobs_search", width=310, icon=":material/search:",
            on_change=address.keep, args=("jobs_search", "", PAGER),
        )  # fmt: skip
        # A number never stands in an address.
        phone = st.text_input(_("Phone number"), key="jobs_number", width=190, placeholder="+49 …")
    return Chosen(JobFilter(search.strip(), state, origin, since_ts, until_ts, _number(phone)), period)


def show_all() -> None:
    """A callback: no filter at all."""
    address.choose("jobs_period", ALL, USUAL_PERIOD, PAGER)
    for key in ("jobs_state", "jobs_origin"):
        address.choose(key, ALL, ALL, PAGER)
    address.choose("jobs_search", "", "", PAGER)
    st.session_state["jobs_number"] = ""


def _segments(key: str, label: str, options: list[str], name: Callable[[str], str], usual: str) -> Any:
    address.seed(key, options, usual)
    return st.segmented_control(
        label, options, required=True, format_func=name, key=key, on_change=address.keep, args=(key, usual, PAGER)
    )


def _period_name(period: str) -> str:
    names = {"7": _("7 days"), "30": _("30 days"), "120": _("120 days")}
    return names.get(period) or {"own": _("From – to"), "all": _("All")}[period]


def _state_name(state: str) -> str:
    return {"all": _("All"), "open": _("Open"), "done": _("Closed")}[state]


def _origin_name(origin: str) -> str:
    return {"all": _("All"), "ours": _("Sent from here"), "others": _("Not from here")}[origin]


def _number(typed: str) -> str | None:
    """A number in any spelling; what is none finds nothing, and says so."""
    if not typed.strip():
        return None
    return read_number(typed, runtime.settings().home_country).number or typed.strip()


def _span(period: str) -> tuple[int | None, int | None]:
    """Begin and end of a period in epoch milliseconds; None: open."""
    length = PERIODS[period]
    if length:
        return int((runtime.now() - length).timestamp() * 1000), None
    if period == "all":
        return None, None
    today = runtime.now().astimezone(runtime.zone()).date()
    picked = st.date_input(
        _("From – to"), (today - 30 * DAY, today), max_value=today, format="DD.MM.YYYY", key="jobs_dates",
        bind="query-params", width=230,
    )  # fmt: skip
    days = picked if isinstance(picked, tuple) else (picked,)
    if not days:
        return None, None
    return start_of_day(days[0], runtime.zone()), start_of_day(days[-1] + DAY, runtime.zone())
