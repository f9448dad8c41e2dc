"""One search for a submission: both data centres are listed until two passes agree, and every unread job is read."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from sms4a.addresses import CENTRES
from sms4a.campaigns.bookkeeping import upsert
from sms4a.campaigns.database import Database, epoch_ms
from sms4a.campaigns.sending.adoption import FILLING_MS, FoundJob, as_stored, is_ours, notice_job
from sms4a.campaigns.tables import job
from sms4a.errors import NotFound, Sms4aError
from sms4a.models import JOB_ID_PATTERN, JobList, JobReport, StatusList

log = logging.getLogger(__name__)

# Clocks of both sides may differ, and the time in the list is the other side's.
MARGIN = timedelta(minutes=15)

# Paging by offset shifts while jobs come in: the list counts only when two passes in a row agree.
PASSES = 5

# So many ids fit into one query of either database, and so many jobs are read between two signs of life.
CHUNK_IDS = 5_000
ALIVE_EVERY = 20

_ALREADY_READ = sa.select(job.c.job_id).where(
    job.c.job_id.in_(sa.bindparam("ids", expanding=True)), job.c.reference_known.is_(True)
)
_STORED = sa.select(job.c.people, job.c.address).where(job.c.job_id == sa.bindparam("its_job"))
_ADOPTED = sa.select(job.c.job_id).where(job.c.job_id == sa.bindparam("its_job"), job.c.campaign_id.is_not(None))
_HITS = sa.select(job.c.job_id).where(job.c.reference == sa.bindparam("reference")).order_by(job.c.job_id)


class Searches(Protocol):
    """What a search needs of a client."""

    def job_ids(self, from_ts: datetime, to_ts: datetime) -> JobList: ...

    def job(self, job_id: str, *, address: str | None = None) -> JobReport: ...

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look has come to. Incomplete proves nothing."""

    complete: bool
    problem: str | None
    listed: int
    hits: tuple[str, ...]
    """Ids of the jobs with the reference."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and where in time."""

    reference: str
    people: int
    since_ts: int
    """No attempt was made before."""
    now: int
    named_job: str | None
    """The job that a person says it is; it may lie outside the list."""
    alive: Callable[[], None]
    """Called now and then: many unknown jobs take long to read, and the lease must not run out meanwhile."""


class Searcher:
    """Stores each job that it reads: its reference does not change, so once is enough."""

    def __init__(self, database: Database, client: Searches) -> None:
        self._database = database
        self._client = client

    def look(self, search: Search) -> Finding:
        """List the jobs of both data centres around the attempts, and read each that was never read."""
        start = datetime.fromtimestamp(search.since_ts / 1000, UTC) - MARGIN
        end = datetime.fromtimestamp(search.now / 1000, UTC) + MARGIN
        try:
            listed = self._settled_list(start, end)
            if listed is None:
                return Finding(False, "list_moves", 0, ())
            problem = f"{listed.missing[0]}_silent" if listed.missing else None
            if any(not re.fullmatch(JOB_ID_PATTERN, job_id) for job_id in listed.job_ids):
                problem = problem or "not_readable"
            if problem is None:
                self._read_new(dict(listed.job_ids), search.alive)
                self._read_named(search.named_job)
            hits = self._hits(search.reference)
            if len(hits) == 1 and not self._counts_agree(search, hits[0]):
                return Finding(False, "too_young", len(listed.job_ids), ())
        except Sms4aError as error:
            log.warning("search for %s: %s", search.reference, type(error).__name__)
            return Finding(False, "not_readable", 0, self._whole_hits(search))
        return Finding(problem is None, problem, len(listed.job_ids), hits)

    def _settled_list(self, start: datetime, end: datetime) -> JobList | None:
        before = self._client.job_ids(start, end)
        for _ in range(PASSES):
            again = self._client.job_ids(start, end)
            if (dict(again.job_ids), again.missing) == (dict(before.job_ids), before.missing):
                return again
            before = again
        return None

    def _read_new(self, ids: dict[str, str], alive: Callable[[], None]) -> None:
        """Read the jobs whose reference is not known yet. An error anywhere makes the look incomplete."""
        listed = list(ids)
        for begin in range(0, len(listed), CHUNK_IDS):
            chunk = listed[begin : begin + CHUNK_IDS]
            with self._database.read() as connection:
                known = set(connection.scalars(_ALREADY_READ, {"ids": chunk}))
            for read, job_id in enumerate(job_id for job_id in chunk if job_id not in known):
                self._remember(self._client.job(job_id, address=ids[job_id]), ids[job_id])
                if read % ALIVE_EVERY == 0:
                    alive()

    def _read_named(self, job_id: str | None) -> None:
        """That nobody knows the job that a person names is an answer too."""
        if job_id:
            with suppress(NotFound):
                self._remember(self._client.job(job_id), CENTRES[0])

    def _counts_agree(self, search: Search, job_id: str) -> bool:
        """False if the job shows fewer people than were sent, and is so young that it may still be filling."""
        known, address = self._stored(job_id)
        if known == search.people:
            return True
        report = self._client.job(job_id, address=address)
        people = self._remember(report, address)
        received_ts = epoch_ms(report.receipt_ts) or search.now
        return people == search.people or search.now - received_ts > FILLING_MS

    def _remember(self, report: JobReport, address: str) -> int:
        """Store whose job it is; returns how many people it has."""
        report = as_stored(report)
        # A report without recipients would make every job of ours look like another one.
        people = len(report.recipient_ids) or len(self._client.sms_statuses(report.job_id).statuses)
        told = {"reference": report.customer_ref, "reference_known": True, "people": people}
        new = {"report": {}, "final": 0, "settled": False, "incident": False, "looks": 0}
        found = FoundJob(
            report.job_id, report.address or address, report.customer_ref, people, epoch_ms(report.receipt_ts)
        )
        row = {"job_id": found.job_id, "address": found.address, **new, **told}
        with self._database.write() as connection:
            now = self._database.now(connection)
            matters = is_ours(connection, found.reference)
            # Of a job that has been adopted meanwhile it is known better; it may still be filling.
            adopted = connection.execute(_ADOPTED, {"its_job": found.job_id}).first() is not None
            changes = [name for name in told if name != "people" or not adopted]
            upsert(connection, job, {**row, "next_look_ts": now}, changes=changes)
            if matters:
                notice_job(connection, found, now)
        return people

    def _stored(self, job_id: str) -> tuple[int, str]:
        """How many people it had when it was read, and who has it."""
        with self._database.read() as connection:
            people, address = connection.execute(_STORED, {"its_job": job_id}).one()
        return people, address

    def _whole_hits(self, search: Search) -> tuple[str, ...]:
        """What is known already; not a job with fewer people than were sent, as nobody could look whether it is still
        filling."""
        hits = self._hits(search.reference)
        return () if len(hits) == 1 and self._stored(hits[0])[0] < search.people else hits

    def _hits(self, reference: str) -> tuple[str, ...]:
        with self._database.read() as connection:
            return tuple(connection.scalars(_HITS, {"reference": reference}))
