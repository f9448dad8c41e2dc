"""One job as Retarus shows it: its sentence, its breakdown, its fields and its recipients."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from sms4a.campaigns.results.jobs import JobDetail, JobFilter, JobRow, Jobs, SmsRow
from sms4a.campaigns.tiles import Tile
from sms4a.console import runtime, theme, widgets, wording
from sms4a.console.exports import csv_file
from sms4a.console.result_file import separator
from sms4a.console.results import charts
from sms4a.console.wording import Words, _
from sms4a.status import Outcome

RECIPIENTS_PER_PAGE = 10

# A file of more jobs than this would keep the page waiting; a narrower filter gives the rest.
FILE_ROWS = 50_000


def job_state(*, settled: bool) -> Words:
    """Open as long as a result of the job may still change."""
    if settled:
        return Words(_("Closed"), ":material/lock:", "gray", _("Every result is known."))
    return Words(_("Open"), ":material/lock_open:", "gray", _("Some results are still to come."))


def origin(campaign_id: str | None, campaign_name: str | None) -> str:
    """The campaign a job belongs to, or that it was not sent from here."""
    if campaign_id is None:
        return _("Not from here")
    return campaign_name or _("Sent from here")


def file_of(jobs: Jobs, chosen: JobFilter) -> Callable[[], bytes]:
    """All jobs that fit, as CSV, written when somebody asks for it; times are ISO 8601 in UTC.

    It runs on a thread that knows no browser session, so its words are chosen here.
    """
    header = [
        _("Job id"), _("Received"), _("Finished"), _("Reference"), _("Sender"), _("Bill code"), _("Campaign"),
        _("State"), _("People"), _("Data centre"),
    ]  # fmt: skip
    states = {settled: job_state(settled=settled).label for settled in (True, False)}
    delimiter = separator()
    elsewhere, here = origin(None, None), origin("", None)

    def cells(row: JobRow) -> list[str | int | None]:
        campaign = elsewhere if row.campaign_id is None else row.campaign_name or here
        moments = [_iso(row.receipt_ts), _iso(row.finished_ts)]
        words = [row.reference, row.src, row.billcode, campaign, states[row.settled]]
        return [row.job_id, *moments, *words, row.people, row.address]

    return lambda: csv_file(header, (cells(row) for row in jobs.jobs(chosen, limit=FILE_ROWS)), delimiter=delimiter)


def _iso(ts_ms: int | None) -> str:
    return "" if ts_ms is None else datetime.fromtimestamp(ts_ms / 1000, UTC).isoformat(timespec="seconds")


def draw(job: JobDetail, *, key: str) -> None:
    """Everything below the job's title; `key` is the prefix of the keys of what is drawn."""
    tally = tiles(job, runtime.store().jobs.outcomes(job.job_id))
    st.markdown(sentence(job, tally))
    if job.people:
        names = [wording.tile(tile).label for tile in tally]
        frame = pd.DataFrame({"tile": list(tally), "label": names, "people": list(tally.values())})
        widgets.chart(charts.breakdown(frame, theme.ink()), alt=alt_text(tally, job.people), key=f"{key}_breakdown")
    with st.grid(2, min_column_width=320, gap=("medium", "large"), key=f"{key}_halves") as halves:
        with halves.cell():
            widgets.fields(fields(job), alt=_("What Retarus says about this job"), markdown=[_("Campaign")])
        with halves.cell():
            _recipients(job, tally, key)


def tiles(job: JobDetail, outcomes: Mapping[Outcome, int]) -> dict[Tile, int]:
    """People of the job by tile, in the one order, without those that are empty; who has no status yet waits."""
    counts = dict.fromkeys(wording.TILES, 0)
    for outcome, n in outcomes.items():
        counts[wording.tile_of(outcome)] += n
    counts[Tile.PENDING] += max(0, job.people - sum(outcomes.values()))
    return {tile: n for tile, n in counts.items() if n}


def sentence(job: JobDetail, tally: Mapping[Tile, int]) -> str:
    """The finding, as Markdown."""
    if not job.people:
        return _("**This job was found in the list.** Its details are being fetched.")
    first = Tile.DELIVERED if tally.get(Tile.DELIVERED) or not tally.get(Tile.ACCEPTED) else Tile.ACCEPTED
    said = _headline(first).format(n=wording.number(tally.get(first, 0)), people=wording.people(job.people))
    others = [_remark(tile).format(n=wording.number(n)) for tile, n in tally.items() if tile is not first]
    rest = wording.listing(others) if others else ""
    took = ""
    if job.settled and job.receipt_ts and job.finished_ts and job.finished_ts - job.receipt_ts >= 1000:
        took = _("It took {duration} until the last result.").format(
            duration=wording.duration(job.finished_ts - job.receipt_ts)
        )
    return " ".join(filter(None, (said, f"{rest}." if rest else "", took)))


def _headline(tile: Tile) -> str:
    if tile is Tile.ACCEPTED:
        return _("**For {n} of {people} it was handed to the network.**")
    return _("**{n} of {people} got it.**")


def _remark(tile: Tile) -> str:
    return {
        Tile.DELIVERED: _("{n} delivered"),
        Tile.ACCEPTED: _("{n} handed over"),
        Tile.PENDING: _("{n} waiting"),
        Tile.FAILED: _("{n} failed"),
        Tile.UNKNOWN: _("{n} unknown"),
        Tile.LEFT_OUT: _("{n} left out"),
    }[tile]


def alt_text(tally: Mapping[Tile, int], people: int) -> str:
    """The breakdown in words, for those who do not see it."""
    return wording.listing(
        f"{wording.tile(tile).label} {wording.number(n)} ({wording.percent(n, people)})" for tile, n in tally.items()
    )


def fields(job: JobDetail) -> list[tuple[str, str]]:
    """Names and values of the report, as people read them; Campaign (a link) is Markdown."""
    report = job.report
    return [
        (_("Received"), wording.when_exactly(job.receipt_ts)),
        (_("Finished"), wording.when_exactly(job.finished_ts)),
        (_("Campaign"), _link(job)),
        (_("Reference"), job.reference or ""),
        (_("Bill code"), job.billcode or ""),
        (_("Sender"), job.src or _("as the account sets it")),
        (_("Delivery reports"), _switch(report.get("status_requested"))),
        (_("Shown at once (flash)"), _switch(report.get("flash"))),
        (_("Valid for"), _validity(report.get("validity_min"))),
        (_("Alphabet"), _alphabet(report.get("encoding"))),
        (_("Priority"), str(report.get("qos") or "").capitalize()),
        (_("Data centre"), job.address),
        (_("Results read"), wording.when(job.looked_ts)),
    ]


def _link(job: JobDetail) -> str:
    words = origin(job.campaign_id, job.campaign_name)
    return widgets.link(words, "campaign", id=job.campaign_id) if job.campaign_id else widgets.plain(words)


def _switch(value: Any) -> str:
    return "" if value is None else _("on") if value else _("off")


def _alphabet(encoding: Any) -> str:
    """A word of the API that we do not know is shown as it is."""
    return {"STANDARD": _("short alphabet"), "UTF-16": _("Unicode")}.get(encoding, str(encoding or ""))


def _validity(minutes: Any) -> str:
    if not isinstance(minutes, int):
        return ""
    return wording.duration(minutes * 60_000) if minutes else _("as long as the network allows")


def _recipients(job: JobDetail, tally: Mapping[Tile, int], key: str) -> None:
    choice = _choice(job, tally, key) if len(tally) > 1 else "all"
    wanted = [outcome for outcome in Outcome if choice != "all" and wording.tile_of(outcome) == choice]
    known = runtime.store().jobs.outcomes(job.job_id)
    total = sum(known.get(outcome, 0) for outcome in wanted) if wanted else sum(known.values())
    if not total:
        st.markdown(_("No result has come in yet."))
        return
    place = st.container()
    page = widgets.pager(total, f"{key}_recipients_page", per_page=RECIPIENTS_PER_PAGE, numbers=5)
    rows = _rows(job.job_id, wanted, page)
    with place:
        widgets.table(
            recipients_frame(rows),
            alt=_("Recipients of this job"),
            markdown=[_("Outcome")],
            key=f"{key}_recipients",
        )


def _choice(job: JobDetail, tally: Mapping[Tile, int], key: str) -> str:
    def label(option: str) -> str:
        if option == "all":
            return _("All {n}").format(n=wording.number(job.people))
        words = wording.tile(Tile(option))
        return f":{words.color}[{words.icon}] {words.label} {wording.number(tally[Tile(option)])}"

    options = ["all", *tally]
    return st.pills(
        _("Outcome"),
        options,
        default="all",
        required=True,
        wrap=True,
        format_func=label,
        label_visibility="collapsed",
        key=f"{key}_outcome",
    )


def _rows(job_id: str, wanted: list[Outcome], page: widgets.Page) -> list[SmsRow]:
    jobs = runtime.store().jobs
    if not wanted:
        return list(jobs.statuses(job_id, offset=page.offset, limit=page.limit))
    found: list[SmsRow] = []
    for outcome in wanted:
        found += jobs.statuses(job_id, outcome=outcome, offset=0, limit=page.offset + page.limit)
    return found[page.offset : page.offset + page.limit]


def recipients_frame(rows: list[SmsRow]) -> pd.DataFrame:
    """What the table of recipients shows: number (masked), outcome (Markdown), time of the result, reason."""
    return pd.DataFrame(
        [
            (
                wording.masked(row.number),
                widgets.outcome_badge(row.outcome),
                wording.when(row.finished_ts),
                wording.verdict(row.verdict).reason if row.outcome is not Outcome.DELIVERED else "",
            )
            for row in rows
        ],
        columns=[_("Number"), _("Outcome"), _("Result"), _("Reason")],
    )
