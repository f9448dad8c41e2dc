"""Jobs and SMS of the simulated API in one SQLite file; their states are worked out at the moment of reading."""

import json
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sms4a.simulator.behaviour import Behaviour, Clock
from sms4a.simulator.checks import NewJob, Refused
from sms4a.simulator.fates import Fate, Periods, Terms, fate_of
from sms4a.simulator.ids import job_id_of, sms_ids_of, timestamp

CENTRES = ("de2", "de1")
DUPLICATE_WINDOW_MS = 600_000
RATE_WINDOW_MS = 10_000
LAST_MS = 253_370_764_800_000  # the year 9999

SCHEMA = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists job (
    seq integer primary key,
    job_id text not null unique,
    centre text not null,
    accepted_ms integer not null,
    final_ms integer not null,
    sms_count integer not null,
    customer_ref text,
    report text not null,       -- JSON: the options a job report shows
    options text not null,      -- JSON: the options as sent
    terms text not null,        -- JSON: what the life of its SMS depends on
    body_sha256 text not null,  -- of the bytes as they arrived
    request_hash text           -- equal for equal JSON; null without duplicateDetection
);
create index if not exists job_by_time on job (centre, accepted_ms);
create index if not exists job_by_request on job (request_hash, accepted_ms) where request_hash is not null;
create table if not exists message (job integer not null, n integer not null, text text not null,
    primary key (job, n)) without rowid;
create table if not exists sms (job integer not null, n integer not null, message integer not null, dst text not null,
    customer_ref text, periods text, primary key (job, n)) without rowid;
"""


class Engine:
    """The two data centres. All methods may be called from any thread; one engine per file at a time."""

    def __init__(
        self,
        path: str | Path,
        *,
        behaviour: Behaviour | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.path = Path(path)
        self.behaviour = behaviour or Behaviour()
        self._lock = threading.RLock()
        self._posts: deque[int] = deque()
        self._reads = 0
        self._db = _open(self.path)
        self.clock = Clock(clock, int(self._meta("clock_offset_ms") or 0))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def set_now(self, now_ms: int) -> None:
        """Let the clock go on from this moment, also after a restart; `ValueError` beyond the years 1970 to 9998."""
        if not 0 <= now_ms < LAST_MS:
            raise ValueError("this moment is out of range")
        offset_ms = self.clock.offset_ms + now_ms - self.clock.now_ms()
        with self._writing():
            self._db.execute("insert or replace into meta values ('clock_offset_ms', ?)", (str(offset_ms),))
            self.clock.offset_ms = offset_ms

    def count_post(self) -> bool:
        """Note one more POST; False if it is one too many for the last 10 seconds."""
        with self._lock:
            now = self.clock.now_ms()
            while self._posts and self._posts[0] <= now - RATE_WINDOW_MS:
                self._posts.popleft()
            if self.behaviour.rate and len(self._posts) >= self.behaviour.rate:
                return False
            self._posts.append(now)
            return True

    def sending_centre(self, up: set[str]) -> str | None:
        """Where `eu` takes the next job: the centres by turns, as far as they are up."""
        with self._lock:
            turn = (self._next_seq() + self.behaviour.seed) % 2
        order = CENTRES[turn:] + CENTRES[:turn]
        return next((centre for centre in order if centre in up), None)

    def reading_centre(self, up: set[str]) -> str | None:
        """Which centre answers a GET on `eu`: by turns, as nobody knows how it is in life."""
        with self._lock:
            self._reads += 1
            order = CENTRES if self._reads % 2 else CENTRES[::-1]
        return next((centre for centre in order if centre in up), None)

    def accept(self, job: NewJob, centre: str) -> str:
        """Take a job for good and return its id; raises `Refused` (409) for a duplicate."""
        with self._writing():
            now = self.clock.now_ms()
            self._refuse_duplicate(job, centre, now)
            seq = self._next_seq()
            terms = self._terms(job, seq, now)
            job_id = job_id_of(terms)
            self._insert(job, job_id, centre, terms)
        return job_id

    def job_ids(
        self, centre: str, from_ms: int, to_ms: int, *, is_open: bool | None, offset: int, limit: int
    ) -> list[str]:
        """Jobs accepted in this time, oldest first; `is_open` None: open and finished ones."""
        now = self.clock.now_ms()
        listed_ms = min(self._visible_ms(now), now - round(self.behaviour.list_lag_s * 1000))
        state = {None: "", True: "and final_ms > :now", False: "and final_ms <= :now"}[is_open]
        rows = self._rows(
            "select job_id from job where centre = :centre and accepted_ms between :from_ms and :to_ms"
            f" and accepted_ms <= :visible {state} order by accepted_ms, seq limit :limit offset :offset",
            {
                "centre": centre, "from_ms": from_ms, "to_ms": to_ms, "now": now, "visible": listed_ms,
                "limit": limit, "offset": offset,
            },
        )  # fmt: skip
        return [job_id for (job_id,) in rows]

    def job_report(self, centre: str, job_id: str) -> dict[str, Any] | None:
        """The report under the API's keys; None if this centre does not know the job."""
        now = self.clock.now_ms()
        found = self._job(centre, job_id, now)
        if found is None:
            return None
        terms, report, final_ms, sms_count = found
        return {
            "jobId": job_id,
            **report,
            "receiptTs": timestamp(terms.accepted_ms),
            "finishedTs": timestamp(final_ms) if now >= final_ms else None,
            "recipientIds": sorted(sms_ids_of(terms, sms_count)),
        }

    def sms_reports(self, centre: str, job_id: str) -> list[dict[str, Any]] | None:
        """One row per recipient in the order of their ids, which is not the order of the request; None: unknown job."""
        now = self.clock.now_ms()
        found = self._job(centre, job_id, now)
        if found is None:
            return None
        terms = found[0]
        rows = self._rows("select n, dst, customer_ref, periods from sms where job = ? order by n", (terms.seq,))
        reports = []
        for sms_id, (n, dst, reference, periods) in zip(sms_ids_of(terms, len(rows)), rows, strict=True):
            fate = fate_of(terms, n, dst, None if periods is None else json.loads(periods))
            if now >= fate.visible_ms:
                reports.append(_sms_report(fate, now, sms_id, dst, reference))
        reports.sort(key=lambda report: str(report["smsId"]))
        return reports

    def _job(self, centre: str, job_id: str, now: int) -> tuple[Terms, dict[str, Any], int, int] | None:
        rows = self._rows(
            "select terms, report, final_ms, sms_count from job where job_id = ? and centre = ? and accepted_ms <= ?",
            (job_id, centre, self._visible_ms(now)),
        )
        if not rows:
            return None
        terms, report, final_ms, sms_count = rows[0]
        return Terms.from_json(terms), json.loads(report), final_ms, sms_count

    def _visible_ms(self, now: int) -> int:
        return now - round(self.behaviour.visibility_s * 1000)

    def _refuse_duplicate(self, job: NewJob, centre: str, now: int) -> None:
        if job.request_hash is None:
            return
        centres = CENTRES if self.behaviour.shared_duplicates else (centre, centre)
        rows = self._rows(
            "select 1 from job where request_hash = ? and accepted_ms > ? and centre in (?, ?) limit 1",
            (job.request_hash, now - DUPLICATE_WINDOW_MS, *centres),
        )
        if rows:
            raise Refused(409, "Duplicate job")

    def _terms(self, job: NewJob, seq: int, now: int) -> Terms:
        return Terms(
            seed=self.behaviour.seed,
            seq=seq,
            accepted_ms=now,
            start_ms=max(now, job.start_ms or 0),
            periods=job.periods,
            status_requested=job.report["statusRequested"],
            express=job.report["qos"] == "EXPRESS",
            validity_min=job.report["validityMin"],
            provider_validity_min=self.behaviour.provider_validity_min,
            speed=self.behaviour.speed,
            outcomes=self.behaviour.outcomes,
        )

    def _insert(self, job: NewJob, job_id: str, centre: str, terms: Terms) -> None:
        rows = list(_sms_rows(job, terms.seq))
        final_ms = max(
            fate_of(terms, row[1], recipient.dst, recipient.periods).final_ms
            for row, recipient in zip(rows, _recipients(job), strict=True)
        )
        report = job.report
        self._db.execute(
            "insert into job values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                terms.seq, job_id, centre, terms.accepted_ms, final_ms, len(rows), report["customerRef"],
                json.dumps(report), json.dumps(job.options), terms.to_json(), job.body_sha256, job.request_hash,
            ),
        )  # fmt: skip
        self._db.executemany(
            "insert into message values (?, ?, ?)", [(terms.seq, n, text) for n, (text, _) in enumerate(job.messages)]
        )
        self._db.executemany("insert into sms values (?, ?, ?, ?, ?, ?)", rows)

    def _next_seq(self) -> int:
        return int(self._rows("select coalesce(max(seq), 0) + 1 from job")[0][0])

    def _meta(self, key: str) -> str | None:
        rows = self._rows("select value from meta where key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def _rows(self, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")


def _open(path: Path) -> sqlite3.Connection:
    # It holds phone numbers and texts: nobody else's business.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        connection.execute("pragma journal_mode = wal")
        # A committed job survives a killed process; that it may not survive a power cut matters to nobody here.
        connection.execute("pragma synchronous = normal")
        connection.executescript(SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _recipients(job: NewJob) -> Iterator[Any]:
    for _, recipients in job.messages:
        yield from recipients


def _sms_rows(job: NewJob, seq: int) -> Iterator[tuple[int, int, int, str, str | None, str | None]]:
    n = 0
    for message, (_, recipients) in enumerate(job.messages):
        for recipient in recipients:
            periods: Periods | None = recipient.periods
            stored = None if periods is None else json.dumps(periods)
            yield seq, n, message, recipient.dst, recipient.customer_ref, stored
            n += 1


def _sms_report(fate: Fate, now: int, sms_id: str, dst: str, reference: str | None) -> dict[str, Any]:
    ending = fate.ending_at(now)
    is_final = now >= fate.final_ms
    is_sent = fate.sent_ms is not None and now >= fate.sent_ms
    if is_final:
        process_status, status = ending.process_status, ending.status
    elif is_sent:
        process_status, status = "RUNNING", ending.running_status
    else:
        is_retrying = fate.retry_ms is not None and now >= fate.retry_ms
        process_status, status = "OPEN", ending.retry_status if is_retrying else ""
    report = {"smsId": sms_id, "dst": dst, "processStatus": process_status, "status": status}
    if fate.sparse:
        return report
    return report | {
        "customerRef": dst if reference is None else reference,
        "reason": ending.reason if is_final else "",
        "sentTs": timestamp(fate.sent_ms) if is_sent and fate.sent_ms is not None else None,
        "finishedTs": timestamp(fate.final_ms) if is_final else None,
    }
