"""Client: one method per operation of the API."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from pydantic import ConfigDict, TypeAdapter, ValidationError

from sms4a._answers import Answer, check_answer
from sms4a._http import Timeouts, Wire, basic_login, check_base
from sms4a.addresses import ADDRESSES, CENTRES, DE1_URL, DE2_URL, EU_URL
from sms4a.connection import Connection, finding_of
from sms4a.errors import ConfigurationError, NotFound, NotVisibleYet, ServerError, Sms4aError, TransportError
from sms4a.follow import Progress, changes, watch
from sms4a.known import KnownJobs
from sms4a.models import (
    JOB_ID_PATTERN,
    JobList,
    JobReport,
    JobRequest,
    SentJob,
    SmsStatus,
    StatusList,
    format_ts,
)

# The API's maximum; the list is slow, so few large pages.
PAGE_SIZE = 1000

MAX_WINDOW = timedelta(days=30)

# The examples of the vendor's SDKs wait 2 to 20 s between sending and reading.
YOUNG = timedelta(seconds=60)

# From bytes in one go: there may be 3,000.
_STATUSES = TypeAdapter(tuple[SmsStatus, ...], config=ConfigDict(hide_input_in_errors=True))

_T = TypeVar("_T")


class Client:
    """The Retarus SMS4A API, with one account. Addresses are named `eu`, `de2` and `de1`.

    May be shared by threads. A job is sent with exactly one POST, whatever happens; errors tell by `retryable` and
    `maybe_accepted` what may be done next (see `sms4a.errors`). Reads look in both data centres, first in the one that
    is known to have the job: the client remembers what it saw, and takes `address` from those who know better.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        eu_url: str = EU_URL,
        de2_url: str = DE2_URL,
        de1_url: str = DE1_URL,
        send_via: str = "eu",
        proxy: str | None = None,
        ca_file: str | Path | None = None,
        timeouts: Timeouts | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`send_via`: the address jobs go to unless a call names another. `proxy`: `http://proxy.example:3128`, for all
        that is not on this machine; the environment's are not used. `ca_file`: trust only the certificates in this
        file or folder. `now`: aware. ConfigurationError names what is wrong.
        """
        bases = {
            "eu": check_base("eu_url", eu_url),
            "de2": check_base("de2_url", de2_url),
            "de1": check_base("de1_url", de1_url),
        }
        if send_via not in bases:
            raise ConfigurationError(f"send_via is one of {', '.join(ADDRESSES)}")
        self.send_via = send_via
        self._bases = bases
        self._now = now
        self._known = KnownJobs()
        self._wire = Wire(bases, basic_login(username, password), proxy=proxy, ca_file=ca_file, timeouts=timeouts)

    def __repr__(self) -> str:
        return f"<Client send_via={self.send_via} {self._bases}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open between reads."""
        self._wire.close()

    def send(self, job: JobRequest, *, address: str | None = None) -> SentJob:
        """Send a job: exactly one POST, to `address` or else where `send_via` says.

        After an error that is `retryable` nothing was taken. After one with `maybe_accepted` look for a job with this
        `customer_ref` (`job_ids`, then `job`) before anybody sends it again.
        """
        return self.send_body(job.body(), address=address)

    def send_body(self, body: bytes, *, address: str | None = None) -> SentJob:
        """Send a job that is already written as JSON: exactly one POST of exactly these bytes."""
        answer = self._wire.post(address or self.send_via, "/jobs", body)
        check_answer(answer, sending=True, now=self._now)
        job_id = _job_id(answer)
        self._known.sent(job_id, answer.address if answer.address in CENTRES else None, self._now())
        return SentJob(job_id, answer.address)

    def job(self, job_id: str, *, address: str | None = None, sent_ts: datetime | None = None) -> JobReport:
        """The report of one job; its `address` tells which data centre has it. `address`: ask this one first.

        NotFound only if both data centres say so; if one of them did not answer, its error. NotVisibleYet instead of
        NotFound for a job less than a minute old: ask again in some seconds. The client knows the age of what it sent
        itself; who sent a job elsewhere can say when, with `sent_ts`.
        """
        path = f"/jobs/{quote(_checked(job_id), safe='')}"
        return self._read(job_id, path, {}, address, sent_ts, _report)

    def sms_statuses(self, job_id: str, *, address: str | None = None, sent_ts: datetime | None = None) -> StatusList:
        """The status of each SMS of one job; parameters and errors as in `job`."""
        return self._read(job_id, "/sms", {"jobId": _checked(job_id)}, address, sent_ts, _statuses)

    def follow(
        self,
        job_id: str,
        *,
        address: str | None = None,
        timeout_s: float = 3600,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[SmsStatus]:
        """The statuses of a job as they come: each SMS when it is first seen and whenever it has changed.

        Ends when the job is over, or after `timeout_s` seconds. Looks every 2 s at first, later once a minute. What
        time may mend (a data centre that does not answer, 429, a job not visible yet) is waited for; other errors are
        raised, and at the end of the time the last one if the job was never seen.
        """
        looks = watch(self, _checked(job_id), address=address, timeout_s=timeout_s, clock=clock, sleep=sleep)
        return changes(looks)

    def wait(
        self,
        job_id: str,
        *,
        address: str | None = None,
        timeout_s: float = 3600,
        on_progress: Callable[[Progress], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Progress:
        """How a job has ended; `final` is False if it had not after `timeout_s` seconds.

        `on_progress` is called after each look; looks and errors are those of `follow`.
        """
        progress = Progress(_checked(job_id), address)
        for progress in watch(self, job_id, address=address, timeout_s=timeout_s, clock=clock, sleep=sleep):
            if on_progress:
                on_progress(progress)
        return progress

    def job_ids(
        self, from_ts: datetime, to_ts: datetime, *, open: bool | None = None, address: str | None = None
    ) -> JobList:
        """All jobs received in a period, from both data centres (or only from `address`), whoever sent them.

        `open`: True for those not finished, False for the finished ones, None for both. Longer periods than the 30
        days of the API are asked for in pieces. A data centre that does not answer is named in `missing`; the error is
        raised only if none answers, or if the API refuses. With `open`, jobs that finish between two pages can be
        missed: ask again, or without it.
        """
        windows = list(_windows(from_ts, to_ts))
        found: dict[str, str] = {}
        failures: dict[str, Sms4aError] = {}
        centres = (address,) if address else CENTRES
        for centre in centres:
            try:
                ids = [job_id for window in windows for job_id in self._pages(centre, window, open)]
            except (NotFound, ServerError, TransportError) as error:
                failures[centre] = error
            else:
                found.update((job_id, centre) for job_id in ids if job_id not in found)
                self._known.found(ids, centre)
        if len(failures) == len(centres):
            raise failures[centres[0]]
        return JobList(found, tuple(failures))

    def version(self, address: str = "de2") -> dict[str, Any]:
        """What the API says about its version. Proves nothing about the login: see `check`."""
        return _object(self._get(address, "/version", {}, self._wire.timeouts.read_s))

    def check(self, address: str = "de2") -> None:
        """Returns if this data centre answers and accepts the login; AuthenticationFailed if it does not accept it."""
        _list(self._get(address, "/jobs", {"jobIdsOnly": "true", "limit": "1"}, self._wire.timeouts.list_s))

    def test_connection(self) -> dict[str, Connection]:
        """Every address asked at once, and what is wrong with those that do not work. Sends nothing.

        Of `eu` only the version is asked, as it offers no more than that and sending; so a wrong password shows at the
        data centres alone.
        """
        with ThreadPoolExecutor(len(self._bases)) as pool:
            return {test.address: test for test in pool.map(self._test, self._bases)}

    def _test(self, address: str) -> Connection:
        error: Sms4aError | None = None
        begin = time.monotonic()
        try:
            self.check(address) if address in CENTRES else self.version(address)
        except Sms4aError as problem:
            error = problem
        return Connection(address, finding_of(error), round((time.monotonic() - begin) * 1000), error)

    def _get(self, address: str, path: str, params: Mapping[str, str], total_s: float) -> Answer:
        answer = self._wire.get(address, path, params, total_s=total_s)
        check_answer(answer, sending=False, now=self._now)
        return answer

    def _read(
        self,
        job_id: str,
        path: str,
        params: Mapping[str, str],
        address: str | None,
        sent_ts: datetime | None,
        parse: Callable[[Answer], _T],
    ) -> _T:
        if address is not None and address not in self._bases:
            raise ValueError(f"no such address: {address!r}")
        owner = address if address in CENTRES else self._known.owner(job_id)
        failures: list[Sms4aError] = []
        for centre in dict.fromkeys([owner, *CENTRES] if owner else CENTRES):
            try:
                found = parse(self._get(centre, path, params, self._wire.timeouts.read_s))
            except (NotFound, ServerError, TransportError) as error:
                failures.append(error)
            else:
                self._known.found([job_id], centre)
                return found
        raise self._nowhere(job_id, sent_ts, failures)

    def _nowhere(self, job_id: str, sent_ts: datetime | None, failures: list[Sms4aError]) -> Sms4aError:
        """What it means that neither data centre has shown a job."""
        # What one of them could not tell is unknown, even if the other one says "not here".
        unknown = next((failure for failure in failures if not isinstance(failure, NotFound)), None)
        if unknown:
            return unknown
        sent_ts = sent_ts or self._known.sent_ts(job_id)
        if sent_ts and self._now() - sent_ts < YOUNG:
            return NotVisibleYet("the job is not visible yet", http_status=404)
        return failures[0]

    def _pages(self, centre: str, window: tuple[datetime, datetime], open: bool | None) -> Iterator[str]:
        params = {"jobIdsOnly": "true", "fromTs": format_ts(window[0]), "toTs": format_ts(window[1])}
        if open is not None:
            params["open"] = "true" if open else "false"
        seen: set[str] = set()
        for offset in range(0, 10**9, PAGE_SIZE):
            page = {**params, "offset": str(offset), "limit": str(PAGE_SIZE)}
            answer = self._get(centre, "/jobs", page, self._wire.timeouts.list_s)
            ids = [_listed_id(answer, item) for item in _list(answer)]
            yield from ids
            if len(ids) < PAGE_SIZE:
                return
            if seen.issuperset(ids):
                raise answer.unexpected("the same page of the list again and again")
            seen.update(ids)


def _checked(job_id: str) -> str:
    if not re.fullmatch(JOB_ID_PATTERN, job_id):
        raise ValueError("a job id is J. and 18 to 38 characters")
    return job_id


def _job_id(answer: Answer) -> str:
    job_id = _object(answer).get("jobId")
    if not isinstance(job_id, str) or not re.fullmatch(JOB_ID_PATTERN, job_id):
        raise answer.unexpected("a success without a job id")
    return job_id


def _report(answer: Answer) -> JobReport:
    try:
        return JobReport.model_validate({**_object(answer), "address": answer.address})
    except ValidationError as error:
        raise answer.unexpected("not a job report") from error


def _statuses(answer: Answer) -> StatusList:
    try:
        return StatusList(answer.address, _STATUSES.validate_json(answer.body))
    except ValidationError as error:
        raise answer.unexpected("not a list of statuses") from error


def _listed_id(answer: Answer, item: object) -> str:
    """An item of the job list is an object or, as some clients saw it, the bare id."""
    job_id = item.get("jobId") if isinstance(item, dict) else item
    if not isinstance(job_id, str) or not job_id:
        raise answer.unexpected("a list of jobs with an entry that has no id")
    return job_id


def _object(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        raise answer.unexpected("not a JSON object")
    return body


def _list(answer: Answer) -> list[Any]:
    body = answer.json()
    if not isinstance(body, list):
        raise answer.unexpected("not a JSON list")
    return body


def _windows(from_ts: datetime, to_ts: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The period in pieces of at most 30 days, in UTC: a day of clock faces may have 25 hours."""
    if from_ts.utcoffset() is None or to_ts.utcoffset() is None:
        raise ValueError("a time needs its offset from UTC")
    start, end = from_ts.astimezone(UTC), to_ts.astimezone(UTC)
    if end <= start:
        raise ValueError("a period ends after it starts")
    while start < end:
        stop = min(start + MAX_WINDOW, end)
        yield start, stop
        start = stop
