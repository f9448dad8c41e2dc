"""A tour: 10,000 SMS through everything that goes wrong, and not one lost, doubled or unaccounted for.

    uv run --group dev python -m tests.tour

Starts the simulator as a process of its own, lets it fail in every way while sending and reading, finds out what became
of each unclear job, and compares every figure with what the simulator has really accepted.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from sms4a import Client, JobRequest, Message, Options, Outcome, Recipient, Sms4aError, SmsStatus, Timeouts, split_jobs
from sms4a.simulator import accepted_jobs, accepted_sms, duplicates

PEOPLE, JOB_SIZE = 10_000, 250

# Each hits one of the 40 jobs, or one of the reads after it. "after": the job was taken, whatever the answer says.
FAULTS: list[dict[str, Any]] = [
    {"action": "status", "status": 503},
    {"action": "status", "status": 500, "when": "after"},
    {"action": "status", "status": 429, "retry_after": 0},
    {"action": "drop"},
    {"action": "drop", "when": "after"},
    {"action": "drop", "when": "after", "reset": True},
    {"action": "delay", "when": "after", "seconds": 3},
    {"action": "garbage", "when": "after"},
    {"action": "garbage", "when": "after", "body": "<html>Welcome</html>", "content_type": "text/html"},
    {"action": "drop", "operation": "job", "address": "de2", "times": 3},
    {"action": "status", "status": 500, "operation": "sms", "address": "de1", "times": 3},
    {"action": "status", "status": 429, "operation": "sms", "retry_after": 0},
    {"action": "garbage", "operation": "sms", "body": "[1", "times": 2},
]


def main() -> int:
    """0 if every figure agrees."""
    with tempfile.TemporaryDirectory() as folder, simulator(Path(folder)) as (url, file):
        with client_of(url) as client:
            for fault in FAULTS:
                control(url, "faults", fault)
            sent, unclear = send_all(client, url)
            found = look_for(client, unclear)
            # Both data centres were asked and neither has them. In life a person decides this, after an hour.
            absent = {reference: send_once(client, unclear[reference]) for reference in unclear.keys() - found.keys()}
            print(f"{PEOPLE:,} SMS in {PEOPLE // JOB_SIZE} jobs over both data centres, {len(FAULTS)} kinds of faults")
            print(
                f"{len(sent)} accepted at once, {len(unclear)} unclear: {len(found)} taken after all, {len(absent)} not"
            )
            job_ids = [job_id for job_id in {**sent, **found, **absent}.values() if job_id]
            statuses = read_all(client, url, job_ids)
        return compare(file, job_ids, statuses)


@contextmanager
def simulator(folder: Path) -> Iterator[tuple[str, Path]]:
    file = folder / "simulator.db"
    options = ["--port=0", f"--file={file}", "--rate=0", "--outcomes=steered", "--visibility=0.2"]
    command = [sys.executable, "-m", "sms4a.simulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            yield lines[3].split()[-1].removesuffix("/control/health"), file
        finally:
            process.terminate()


def client_of(url: str) -> Client:
    timeouts = Timeouts(send_s=1)
    return Client(
        "practice",
        "practice",
        eu_url=f"{url}/eu/rest/v1",
        de2_url=f"{url}/de2/rest/v1",
        de1_url=f"{url}/de1/rest/v1",
        timeouts=timeouts,
    )


def control(url: str, name: str, body: dict[str, Any]) -> None:
    requests.post(f"{url}/control/{name}", json=body, timeout=10).raise_for_status()


def jobs() -> Iterator[JobRequest]:
    """10,000 people in jobs of 250; the last three digits of their numbers decide how they end."""
    people = tuple(Recipient(dst=f"+49176040{n:05d}", customer_ref=f"tour.{n}") for n in range(PEOPLE))
    options = Options(status_requested=True, validity_min=60)
    return split_jobs([Message(text="Hello", recipients=people)], options, reference="tour", size=JOB_SIZE)


def send_all(client: Client, url: str) -> tuple[dict[str, str], dict[str, JobRequest]]:
    """By reference: the ids of the jobs that were accepted, and the jobs that may have been."""
    sent: dict[str, str] = {}
    unclear: dict[str, JobRequest] = {}
    for n, job in enumerate(jobs()):
        if n in (25, 30):  # for five jobs one data centre is away
            control(url, "centres", {"de1": "down" if n == 25 else "up"})
        assert job.options is not None
        reference = str(job.options.customer_ref)
        job_id = send_once(client, job)
        if job_id:
            sent[reference] = job_id
        else:
            unclear[reference] = job
    return sent, unclear


def send_once(client: Client, job: JobRequest) -> str | None:
    """The job id; None if nobody knows whether it was taken. Again only what was certainly not taken."""
    while True:
        try:
            return client.send(job).job_id
        except Sms4aError as error:
            if error.maybe_accepted:
                return None
            if not error.retryable:
                raise


def look_for(client: Client, references: Collection[str]) -> dict[str, str]:
    """Reference → job id of those that were taken after all."""
    time.sleep(0.3)  # until the youngest job is visible
    now = datetime.now(UTC)
    listed = client.job_ids(now - timedelta(hours=1), now + timedelta(hours=1))
    assert listed.complete
    reports = (again(lambda job_id=job_id: client.job(job_id)) for job_id in listed.job_ids)
    return {report.customer_ref: report.job_id for report in reports if report.customer_ref in references}


def again(read: Any) -> Any:
    """A read may always be repeated."""
    while True:
        try:
            return read()
        except Sms4aError as error:
            if not (error.retryable or error.maybe_accepted):
                raise


def read_all(client: Client, url: str, job_ids: list[str]) -> list[SmsStatus]:
    """Every status, after an hour and a half of the simulator's time."""
    control(url, "clock", {"advance_s": 5400})
    ends = [client.wait(job_id, sleep=lambda _: None) for job_id in job_ids]
    assert all(end.final for end in ends)
    return [status for end in ends for status in end.statuses]


def compare(file: Path, job_ids: list[str], statuses: list[SmsStatus]) -> int:
    jobs_there, sms_there = accepted_jobs(file), accepted_sms(file)
    people = Counter(status.dst or "" for status in statuses)
    rows = [
        ("jobs", len(job_ids), len(jobs_there)),
        ("SMS", len(statuses), len(sms_there)),
        ("people", len(people), duplicates(file)["distinct"]),
        ("people reached twice", sum(count > 1 for count in people.values()), len(duplicates(file)["twice"])),
    ]
    for what, ours, theirs in rows:
        print(f"{what:<22}{ours:>8,}  the simulator says {theirs:>8,}")
    outcomes = Counter(status.outcome for status in statuses)
    print(", ".join(f"{outcome}: {outcomes[outcome]:,}" for outcome in Outcome if outcomes[outcome]))
    centres = Counter(job.centre for job in jobs_there)
    print(", ".join(f"{centre}: {count} jobs" for centre, count in sorted(centres.items())))
    agree = (
        all(ours == theirs for _, ours, theirs in rows)
        and sorted(job_ids) == sorted(job.job_id for job in jobs_there)
        and sorted(people) == sorted(sms.dst for sms in sms_there)
        and len(statuses) == PEOPLE
        and len(centres) == 2
    )
    print("Everything agrees." if agree else "THE FIGURES DIFFER.")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
