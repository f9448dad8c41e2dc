"""What a client remembers of the jobs it has met: when it sent them and which data centre has them."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# A few megabytes; who forgets a job only asks the other data centre first.
MOST_JOBS = 10_000


@dataclass(slots=True)
class _Job:
    owner: str | None = None
    sent_ts: datetime | None = None


class KnownJobs:
    """The last jobs met; may be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()

    def sent(self, job_id: str, owner: str | None, sent_ts: datetime) -> None:
        """`owner` is None if the entry that took the job may have given it to either."""
        with self._lock:
            self._jobs[job_id] = _Job(owner, sent_ts)
            self._forget()

    def found(self, job_ids: Iterable[str], owner: str) -> None:
        with self._lock:
            for job_id in job_ids:
                self._jobs.setdefault(job_id, _Job()).owner = owner
                self._jobs.move_to_end(job_id)
            self._forget()

    def owner(self, job_id: str) -> str | None:
        with self._lock:
            job = self._jobs.get(job_id)
            return job.owner if job else None

    def sent_ts(self, job_id: str) -> datetime | None:
        with self._lock:
            job = self._jobs.get(job_id)
            return job.sent_ts if job else None

    def _forget(self) -> None:
        while len(self._jobs) > MOST_JOBS:
            self._jobs.popitem(last=False)
