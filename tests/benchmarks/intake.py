"""How fast answers about jobs are taken in: read, judged, stored, folded into people and counters.

    uv run --group dev python -m tests.benchmarks.intake --people 300000

Each job has 3,000 people. In the first look 86 of 100 are final, in the second all: so each side stores everything once
and changes a part. Beside it plain sqlite3, which only stores the statuses of the same answers, one transaction a job.
"""

import argparse
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sms4a._answers import Answer
from sms4a.campaigns.database import Database
from sms4a.campaigns.health import Health
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.results.track import Tracker
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import job
from sms4a.campaigns.tiles import Tile
from sms4a.client import _report, _statuses
from sms4a.console.process import spare_the_collector
from sms4a.models import JobReport, StatusList
from tests.ledger_rows import HOUR, MINUTE, NOW, Batch, a_campaign
from tests.postgres import a_database, a_server

PEOPLE = 3_000
FIRST_FINAL = 86
"""Of 100, at the first look."""

ID = "aaaa2222"
UPSERT = """
insert into status values (?, ?, ?, ?, ?, ?, ?)
on conflict (job_id, sms_id) do update set process_status = excluded.process_status, status = excluded.status,
    reason = excluded.reason, finished_ts = excluded.finished_ts where status is not excluded.status
"""


def answer(n: int, look: int) -> bytes:
    """What the API says of job `n` at this look."""
    first = 2 + n * PEOPLE
    return json.dumps(
        [_sms(row, is_final=look > 0 or row % 100 < FIRST_FINAL) for row in range(first, first + PEOPLE)]
    ).encode()


def report(n: int) -> bytes:
    """What the API says of the job itself, whatever the look."""
    return json.dumps(
        {
            "jobId": _job_id(n),
            "src": "Retail",
            "encoding": "STANDARD",
            "statusRequested": True,
            "validityMin": 1440,
            "customerRef": f"S4.TEST22.{ID}.{n + 1}",
            "receiptTs": "2026-11-23T14:14:58.021Z",
            "recipientIds": [sms["smsId"] for sms in json.loads(answer(n, 0))],
        }
    ).encode()


def _job_id(n: int) -> str:
    return f"J.20261123-{ID}-{n + 1:04d}"


def _sms(row: int, *, is_final: bool) -> dict[str, str]:
    """Ids come in no order, and hardly a time twice."""
    mixed = row * 1_103_515_245 % (2**31 - 1)
    sent_ts = f"2026-11-23T14:15:{mixed % 10:02d}.{mixed % 1000:03d}Z"
    known = {
        "smsId": f"S.20261123-151500.{mixed % 1000:03d}-0l8likuey{mixed:010d}",
        "dst": f"+49176{10_000_000 + row}",
        "customerRef": f"{ID}.{row}",
        "sentTs": sent_ts,
    }
    if not is_final:
        return {**known, "processStatus": "RUNNING", "status": "SUC_ACC"}
    finished_ts = f"2026-11-23T14:15:{10 + mixed % 47:02d}.{mixed % 997:03d}Z"
    reason = "DELIVERED [0x000]"
    return {**known, "processStatus": "DONE", "status": "SUC_FIN", "reason": reason, "finishedTs": finished_ts}


class Answers:
    """A client without a wire: the bytes are there, and its own functions read them."""

    def __init__(self, jobs: int) -> None:
        self.look = 0
        self._statuses = {(n, look): answer(n, look) for n in range(jobs) for look in (0, 1)}
        self._reports = [report(n) for n in range(jobs)]

    def of(self, job_id: str) -> bytes:
        return self._statuses[_number(job_id), self.look]

    def job(self, job_id: str, *, address: str | None = None) -> JobReport:
        return _report(Answer("de2", 200, {}, self._reports[_number(job_id)]))

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList:
        return _statuses(Answer("de2", 200, {}, self.of(job_id)))


def _number(job_id: str) -> int:
    return int(job_id.rpartition("-")[2]) - 1


Took = tuple[float, float]
"""Seconds by the clock, and of these by the processor in this process."""


def _clocks() -> Took:
    return time.perf_counter(), time.process_time()


def _since(began: Took) -> Took:
    now = _clocks()
    return now[0] - began[0], now[1] - began[1]


def taken_in(url: str, answers: Answers, jobs: int) -> Iterator[Took]:
    """What each look took."""
    now = [NOW]
    database = Database(url, clock=lambda: now[0])
    migrate(database, "practice")
    a_campaign(database, ID, batches=[Batch(SubmissionState.ACCEPTED, PEOPLE)] * jobs)
    store = Store(database)
    tracker = Tracker(database, answers, Health(database))
    for look in (0, 1):
        answers.look = look
        now[0] += HOUR
        with database.write() as connection:
            connection.execute(job.update().where(job.c.settled.is_(False)).values(next_look_ts=now[0] - MINUTE))
        began = _clocks()
        for _ in range(jobs):
            assert tracker.step("w")
        yield _since(began)
    assert store.reports.tally(ID)[Tile.DELIVERED] == jobs * PEOPLE
    store.close()


def only_stored(path: Path, answers: Answers, jobs: int) -> Iterator[Took]:
    """The same answers by plain sqlite3: parsed, and upserted into one table."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute(
        "create table status (job_id text, sms_id text, process_status text, status text, reason text, "
        "sent_ts integer, finished_ts integer, primary key (job_id, sms_id)) without rowid"
    )
    for look in (0, 1):
        answers.look = look
        began = _clocks()
        for n in range(jobs):
            rows = [_values(_job_id(n), row) for row in json.loads(answers.of(_job_id(n)))]
            connection.execute("begin immediate")
            connection.executemany(UPSERT, rows)
            connection.execute("commit")
        yield _since(began)
    connection.close()


def _values(job_id: str, row: dict[str, Any]) -> tuple[Any, ...]:
    times = (_epoch(row.get("sentTs")), _epoch(row.get("finishedTs")))
    return job_id, row["smsId"], row["processStatus"], row["status"], row.get("reason"), *times


def _epoch(written: str | None) -> int | None:
    return written and int(datetime.fromisoformat(written).astimezone(UTC).timestamp() * 1000)  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=300_000)
    jobs = max(1, parser.parse_args().people // PEOPLE)
    people, answers = jobs * PEOPLE, Answers(jobs)
    spare_the_collector()  # as a process does when it has started
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory()))
        server = opened.enter_context(a_server())
        sides = {
            "plain sqlite3, stored only": only_stored(folder / "plain.db", answers, jobs),
            "sms4a on SQLite": taken_in(f"sqlite:///{folder}/practice.db", answers, jobs),
            "sms4a on PostgreSQL": taken_in(a_database(server, "console"), answers, jobs),
        }
        print(f"{people:,} people in jobs of {PEOPLE:,}; µs an SMS, and of these in this process's processor")
        for name, looks in sides.items():
            first, second = ((clock / people * 1e6, processor / people * 1e6) for clock, processor in looks)
            print(
                f"  {name:28} first look {first[0]:6.1f} ({first[1]:4.1f})   second {second[0]:6.1f} ({second[1]:4.1f})"
            )


if __name__ == "__main__":
    main()
