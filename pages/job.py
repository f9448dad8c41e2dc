"""Job: one job as Retarus shows it, with the result of each recipient."""

import streamlit as st

from sms4a.console import address, registry, runtime, widgets
from sms4a.console.results import job_view
from sms4a.console.wording import _

job_id = address.said("id")
job = runtime.store().jobs.job(job_id)


@st.fragment(run_every="10s")
def live(job_id: str) -> None:
    fresh = runtime.store().jobs.job(job_id)
    if fresh:
        job_view.draw(fresh, key="job")


if job is None:
    widgets.page_head(_("Job"))
    widgets.empty(
        _("**This job is not known here.** It may be older than what was read, or its address was typed wrong."),
        button=_("All jobs"),
        page="jobs",
        key="job_all",
    )
else:
    with widgets.page_head(job.job_id, job_view.job_state(settled=job.settled)):
        st.page_link(registry.page("jobs"), label=_("All jobs"), icon=":material/arrow_back:")
        if job.campaign_id:
            st.page_link(
                registry.page("campaign"), label=_("Open campaign"), icon=":material/arrow_forward:",
                icon_position="right", query_params={"id": job.campaign_id},
            )  # fmt: skip
    live(job_id)
