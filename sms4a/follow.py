"""A job followed to its end: how often to look, and when there is nothing left to wait for."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from sms4a.errors import NotConnected, NotVisibleYet, RateLimited, ServerError, Sms4aError, TransportError
from sms4a.models import JobReport, SmsStatus, StatusList
from sms4a.status import Outcome, ProcessStatus

# Most SMS arrive within seconds; whoever waits longer than that waits for a phone that is switched off.
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
SLOWER = 1.5

# The API counts requests over ten seconds; how long to wait it does not always say.
RATE_LIMIT_S = 10.0


class Reads(Protocol):
    """What following a job needs of a client."""

    def job(self, job_id: str, *, address: str | None = None) -> JobReport: ...
    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, after one more look."""

    job_id: str
    address: str | None = None
    """Which data centre has it; None until one was found."""
    statuses: tuple[SmsStatus, ...] = ()
    """All SMS of the job as last seen; those the API does not show yet are missing."""
    final: bool = False
    """The job is over: nothing will change any more."""
    error: Sms4aError | None = None
    """Why the last look failed; the statuses are older then. None if it did not fail."""

    @property
    def final_count(self) -> int:
        return sum(status.verdict.final for status in self.statuses)

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """How many SMS there are of each outcome; outcomes that do not occur are left out."""
        return dict(Counter(status.outcome for status in self.statuses))


def watch(
    reads: Reads,
    job_id: str,
    *,
    address: str | None,
    timeout_s: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Progress]:
    """One item a look, until the job is over or the time is: the last item tells by `final`.

    An error that time may mend (a side that is down, a job not visible yet, too many requests) is an item too; any
    other is raised, and so is the last one if not a single look succeeded.
    """
    end = clock() + timeout_s
    progress, seen = Progress(job_id, address), False
    for wait_s in _waits():
        progress = _look(reads, progress)
        left_s = end - clock()
        seen = seen or progress.error is None
        if progress.error and left_s <= 0 and not seen:
            raise progress.error
        yield progress
        if progress.final or left_s <= 0:
            return
        sleep(min(max(wait_s, _pause_s(progress.error)), left_s))


def changes(looks: Iterable[Progress]) -> Iterator[SmsStatus]:
    """Each SMS when it is first seen, and again whenever its state is another."""
    known: dict[str | None, SmsStatus] = {}
    for progress in looks:
        for status in progress.statuses:
            if known.get(status.sms_id) != status:
                known[status.sms_id] = status
                yield status


def _look(reads: Reads, before: Progress) -> Progress:
    try:
        found = reads.sms_statuses(before.job_id, address=before.address)
        is_final = _is_over(reads, before.job_id, found)
    except (NotVisibleYet, RateLimited, ServerError, TransportError) as error:
        if isinstance(error, NotConnected) and error.certificate:
            raise
        return replace(before, error=error)
    return Progress(before.job_id, found.address, found.statuses, is_final)


def _is_over(reads: Reads, job_id: str, found: StatusList) -> bool:
    """Whether all SMS of the job are there and none can change; asks for the report only if it looks like it.

    An SMS with a process status we do not know counts as over when the report has a time for its end.
    """
    if not found.statuses or any(_goes_on(status) for status in found.statuses):
        return False
    report = reads.job(job_id, address=found.address)
    all_final = all(status.verdict.final for status in found.statuses)
    return len(found.statuses) >= len(report.recipient_ids) and (all_final or report.finished_ts is not None)


def _goes_on(status: SmsStatus) -> bool:
    return isinstance(status.process_status, ProcessStatus) and not status.verdict.final


def _waits() -> Iterator[float]:
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s
        wait_s = min(wait_s * SLOWER, LONGEST_WAIT_S)


def _pause_s(error: Sms4aError | None) -> float:
    if not isinstance(error, RateLimited):
        return 0.0
    return error.retry_after_s if error.retry_after_s and math.isfinite(error.retry_after_s) else RATE_LIMIT_S
