"""Jobs: everything the account sent through Retarus, whoever sent it, newest first."""

import pandas as pd
import streamlit as st

from sms4a.campaigns.results.jobs import JobFilter, JobRow
from sms4a.console import registry, runtime, widgets, wording, words_jobs
from sms4a.console.results import job_view, jobs_filter
from sms4a.console.wording import _

store = runtime.store()


def frame(rows: tuple[JobRow, ...]) -> pd.DataFrame:
    """What tells a person which one it is comes first: on a narrow screen the rest is out of sight."""
    return pd.DataFrame(
        [
            (
                wording.when(row.receipt_ts),
                job_view.origin(row.campaign_id, row.campaign_name),
                job_view.job_state(settled=row.settled).label,
                row.people or None,
                row.reference,
                row.job_id,
                row.address,
            )
            for row in rows
        ],
        columns=[
            _("Received"), _("Campaign"), _("State"), _("People"), _("Reference"), _("Job id"), _("Data centre"),
        ],
    )  # fmt: skip


def rows_of(chosen: JobFilter) -> tuple[JobRow, ...]:
    """The rows of the page in use, drawn above its page numbers."""
    total = store.jobs.count(chosen)
    place = st.container()
    page = widgets.pager(total, jobs_filter.PAGER)
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
            st.header(widgets.plain(job.job_id), anchor=False, width="content")
            widgets.state_badge(job_view.job_state(settled=job.settled))
            st.space("stretch")
            st.page_link(
                registry.page("job"), label=_("Open job"), icon=":material/arrow_forward:", icon_position="right",
                query_params={"id": job.job_id},
            )  # fmt: skip
        job_view.draw(job, key="jobs_detail")


@st.fragment(run_every="15s")
def finding_now(chosen: JobFilter, period: str) -> None:
    st.markdown(words_jobs.finding(store.jobs, chosen, period))


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
        + words_jobs.centres(store.jobs)
    )
    if st.button(_("New campaign"), icon=":material/edit_square:", type="primary", key="jobs_new_campaign"):
        st.switch_page(registry.page("new_campaign"))
else:
    above = st.container()
    chosen, period = jobs_filter.draw()
    if chosen.since_ts is not None:
        store.jobs.want(chosen.since_ts)
    with above:
        finding_now(chosen, period)
    if total := store.jobs.count(chosen):
        with actions:
            download(chosen, total)
        list_now(chosen)
    else:
        st.markdown(_("**No job matches these filters.**"))
        st.button(_("Show all"), on_click=jobs_filter.show_all, key="jobs_show_all")
