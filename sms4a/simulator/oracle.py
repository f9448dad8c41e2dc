"""What the simulator has accepted, read from its file: while it runs, after it ended, after it was killed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class AcceptedJob:
    """One job the simulator has said yes to, whether or not the answer arrived."""

    job_id: str
    centre: str
    customer_ref: str | None
    accepted_ts: datetime
    sms_count: int
    options: dict[str, Any]
    """As sent, without nulls."""
    body_sha256: str
    """Of the bytes of the request."""


@dataclass(frozen=True)
class AcceptedSms:
    """One text to one number."""

    job_id: str
    dst: str
    text: str
    customer_ref: str | None


def accepted_jobs(path: str | Path) -> list[AcceptedJob]:
    """Every accepted job, oldest first; `FileNotFoundError` if there is no such file."""
    rows = _rows(
        path,
        "select job_id, centre, customer_ref, accepted_ms, sms_count, options, body_sha256 from job order by seq",
    )
    return [
        AcceptedJob(job_id, centre, reference, _moment(accepted_ms), count, json.loads(options), body_sha256)
        for job_id, centre, reference, accepted_ms, count, options, body_sha256 in rows
    ]


def accepted_sms(path: str | Path, job_id: str | None = None) -> list[AcceptedSms]:
    """Every accepted SMS in the order of the requests, or those of one job."""
    rows = _rows(
        path,
        "select job.job_id, sms.dst, message.text, sms.customer_ref from sms join job on job.seq = sms.job"
        " join message on message.job = sms.job and message.n = sms.message"
        " where :job_id is null or job.job_id = :job_id order by sms.job, sms.n",
        {"job_id": job_id},
    )
    return [AcceptedSms(*row) for row in rows]


def accepted_numbers(path: str | Path) -> dict[str, int]:
    """How often each number was accepted, as it was written in the requests."""
    return dict(_rows(path, "select dst, count(*) from sms group by dst"))


def duplicates(path: str | Path) -> dict[str, Any]:
    """`{"sms": all, "distinct": numbers, "twice": [numbers accepted more than once]}`."""
    numbers = accepted_numbers(path)
    return {
        "sms": sum(numbers.values()),
        "distinct": len(numbers),
        "twice": sorted(dst for dst, times in numbers.items() if times > 1),
    }


def _rows(path: str | Path, sql: str, values: Any = ()) -> Any:
    with _reading(Path(path)) as connection:
        return connection.execute(sql, values).fetchall()


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise FileNotFoundError(f"no simulator file at {path}")
    # Not opened with mode=ro: after a kill the write-ahead log must be recovered first.
    connection = sqlite3.connect(path, timeout=10)
    try:
        connection.execute("pragma query_only = on")
        yield connection
    finally:
        connection.close()


def _moment(epoch_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=epoch_ms)
