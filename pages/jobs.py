"""Jobs: everything the account sent through Retarus, whoever sent it, newest first."""

from datetime import timedelta
from typing import get_args

import pandas as pd
import streamlit as st

from sms4a.campaigns.analysis import start_of_day
from sms4a.campaigns.jobs import AddressHealth, JobFilter, JobRow, Origin, State
from sms4a.console import job_view, registry, runtime, widgets, wording
from sms4a.console.wording import _
from sms4a.numbers import read_number

PERIODS = {"7": timedelta(days=7), "30": timedelta(days=30), "120": timedelta(days=120), "own": None, "all": None}

DAY = timedelta(days=1)

# The clock goes on while a list is read.
TOLERANCE_MS = 300_000

store = runtime.store()


def period_name(period: str) -> str:
    names = {"7": _("7 days"), "30": _("30 days"), "120": _("120 days")}
    return names.get(period) or {"own": _("From – to"), "all": _("All")}[period]


def state_name(state: str) -> str:
    return {"all": _("All"), "open": _("Open"), "done": _("Closed")}[state]


def origin_name(origin: str) -> str:
    return {"all": _("All"), "ours": _("Sent from here"), "others": _("Not from here")}[origin]


def filters() -> tuple[JobFilter, str]:
    """What to list, and the period by its name."""
    with st.container(horizontal=True, vertical_alignment="top"):
        period = st.segmented_control(
            _("Period"), list(PERIODS), default="7", required=True, format_func=period_name,
            key="jobs_period", bind="query-params",
        )  # fmt: skip
        since_ts, until_ts = span(period or "7")
        state = st.segmented_control(
            _("State"), list(get_args(State)), default="all", required=True, format_func=state_name,
            key="jobs_state", bind="query-params",
        )  # fmt: skip
        origin = st.selectbox(
            _("Sent from"), list(get_args(Origin)), format_func=origin_name,
            key="jobs_origin", bind="query-params", width=170,
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="top"):
        search = st.text_input(
            _("Job id, reference, sender or bill code"), key="jobs_search", bind="query-params", width=345,
            icon=":material/search:",
        )  # fmt: skip
        # A number never stands in an address.
        phone = st.text_input(_("Phone number"), key="jobs_number", width=190, placeholder="+49 …")
    if since_ts is not None:
        store.jobs.want(since_ts)
    chosen = JobFilter(search.strip(), state, origin, since_ts, until_ts, number(phone))
    return chosen, period or "7"


def number(typed: str) -> str | None:
    """A number in any spelling; what is none finds nothing, and says so."""
    if not typed.strip():
        return None
    return read_number(typed, runtime.settings().home_country).number or typed.strip()


def span(period: str) -> tuple[int | None, int | None]:
    """Begin and end of a period in epoch milliseconds; None: open."""
    length = PERIODS[period]
    if length:
        return int((runtime.now() - length).timestamp() * 1000), None
    if period == "all":
        return None, None
    today = runtime.now().astimezone(runtime.zone()).date()
    picked = st.date_input(
        _("From – to"), (today - 30 * DAY, today), max_value=today, key="jobs_dates", bind="query-params", width=230
    )
    days = picked if isinstance(picked, tuple) else (picked,)
    if not days:
        return None, None
    return start_of_day(days[0], runtime.zone()), start_of_day(days[-1] + DAY, runtime.zone())


def finding(since_ts: int | None, until_ts: int | None, period: str) -> str:
    total = store.jobs.count(JobFilter(since_ts=since_ts, until_ts=until_ts))
    ours = store.jobs.count(JobFilter(since_ts=since_ts, until_ts=until_ts, origin="ours"))
    found = wording.ngettext("**{n} job", "**{n} jobs", total).format(n=wording.number(total))
    when = {
        "7": _("in the last 7 days**"), "30": _("in the last 30 days**"), "120": _("in the last 120 days**"),
        "own": _("in this period**"), "all": _("at Retarus**"),
    }[period]  # fmt: skip
    if total == ours:
        whose = _("all sent from here.")
    elif not ours:
        whose = _("none of them sent from here.")
    else:
        whose = _("{n} not sent from here.").format(n=wording.number(total - ours))
    return f"{found} {when}, {whose} {centres()} {completeness(since_ts)}".strip()


def completeness(since_ts: int | None) -> str:
    """Whether the list goes back as far as was asked, and whether every job in it was read."""
    known = store.jobs.coverage()
    said = []
    for key, from_ts in known.from_ts.items():
        if from_ts is not None and since_ts is not None and from_ts > since_ts + TOLERANCE_MS:
            text = _("Jobs of {centre} before {day} are still being listed.")
            said.append(text.format(centre=key, day=wording.when(from_ts, seconds=False)))
    if not said and all(known.from_ts.values()) and since_ts is None:
        first = max(ts for ts in known.from_ts.values() if ts is not None)
        said.append(_("Listed back to {day}.").format(day=wording.when(first, seconds=False)))
    if known.unread:
        text = wording.ngettext("{n} job is not read yet.", "{n} jobs are not read yet.", known.unread)
        said.append(text.format(n=wording.number(known.unread)))
    return " ".join(said)


def centres() -> str:
    health = {address.key: address for address in store.jobs.addresses()}
    both = [health.get(key) for key in ("de2", "de1")]
    silent = [address for address in both if address and address.failing_ts]
    if silent:
        return " ".join(_silence(address) for address in silent)
    listed = [address.listed_ts for address in both if address and address.listed_ts]
    if len(listed) < len(both):
        return _("The data centres have not been asked for their lists yet.")
    return _("Both data centres answered at {time}.").format(time=wording.at(min(listed)))


def _silence(address: AddressHealth) -> str:
    return _("Data centre {name} has not answered since {time}; jobs there may be missing.").format(
        name=address.key, time=wording.at(address.failing_ts)
    )


def frame(rows: tuple[JobRow, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                row.job_id,
                wording.when(row.receipt_ts),
                row.reference,
                job_view.origin(row.campaign_id, row.campaign_name),
                job_view.job_state(settled=row.settled).label,
                row.people or None,
                row.address,
            )
            for row in rows
        ],
        columns=[
            _("Job id"), _("Received"), _("Reference"), _("Campaign"), _("State"), _("People"), _("Data centre"),
        ],
    )  # fmt: skip


def show_all() -> None:
    st.session_state.update(jobs_period="all", jobs_state="all", jobs_origin="all", jobs_search="", jobs_number="")


def rows_of(chosen: JobFilter) -> tuple[JobRow, ...]:
    """The rows of the page in use, drawn above its page numbers."""
    total = store.jobs.count(chosen)
    place = st.container()
    page = widgets.pager(total, "jobs_page")
    rows = store.jobs.jobs(chosen, offset=page.offset, limit=page.limit)
    with place:
        picked = st.dataframe(
            frame(rows),
            hide_index=True,
            height="content",
            placeholder=wording.NOTHING,
            column_config={
                _("People"): st.column_config.NumberColumn(format="localized"),
                _("Campaign"): st.column_config.TextColumn(width="medium"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key="jobs_table",
            alt=_("Jobs, newest first"),
        )
    return tuple(rows[place] for place in picked.selection.rows if place < len(rows))


def detail(row: JobRow) -> None:
    job = store.jobs.job(row.job_id)
    if job is None:
        return
    with widgets.card("jobs_detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(widgets.plain(job.job_id), anchor=False, width="content")
            widgets.state_badge(job_view.job_state(settled=job.settled))
            st.space("stretch")
            st.page_link(
                registry.page("job"), label=_("Open job"), icon=":material/arrow_forward:", icon_position="right",
                query_params={"id": job.job_id},
            )  # fmt: skip
        job_view.draw(job, key="jobs_detail")


@st.fragment(run_every="15s")
def finding_now(chosen: JobFilter, period: str) -> None:
    st.markdown(finding(chosen.since_ts, chosen.until_ts, period))


@st.fragment(run_every="15s")
def list_now(chosen: JobFilter) -> None:
    for row in rows_of(chosen):
        detail(row)


def download(chosen: JobFilter, total: int) -> None:
    label = wording.ngettext("Download {n} job", "Download {n} jobs", total).format(n=wording.number(total))
    st.download_button(
        label, job_view.file_of(store.jobs, chosen), "jobs.csv", "text/csv", on_click="ignore",
        icon=":material/download:", key="jobs_download",
    )  # fmt: skip


actions = widgets.page_head(_("Jobs"))
if not store.jobs.count(JobFilter()):
    st.markdown(
        _(
            "**No job yet.** Each hand-over to Retarus appears here as a job, including those of other "
            "programs that use the same account."
        )
        + " "
        + centres()
    )
    if st.button(_("New campaign"), icon=":material/edit_square:", type="primary", key="jobs_new_campaign"):
        st.switch_page(registry.page("new_campaign"))
else:
    above = st.container()
    chosen, period = filters()
    with above:
        finding_now(chosen, period)
    if total := store.jobs.count(chosen):
        with actions:
            download(chosen, total)
        list_now(chosen)
    else:
        st.markdown(_("**No job matches these filters.**"))
        st.button(_("Show all"), on_click=show_all, key="jobs_show_all")
