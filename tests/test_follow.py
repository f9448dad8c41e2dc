"""Following a job: how often it is looked at, what is shown on the way, and when it is over."""

from dataclasses import dataclass, field

import pytest

from sms4a.client import Client
from sms4a.errors import (
    AuthenticationFailed,
    NoAnswer,
    NotConnected,
    NotFound,
    NotVisibleYet,
    RateLimited,
    ServerError,
    Sms4aError,
)
from sms4a.follow import Progress, changes, watch
from sms4a.models import JobReport, JobRequest, Message, Options, Recipient, SmsStatus, StatusList
from sms4a.simulator import Simulator
from sms4a.status import Outcome
from tests.clock import Clock
from tests.wire import JOB_ID


def a_status(sms_id: str = "S.1", process_status: str = "OPEN", status: str = "") -> SmsStatus:
    return SmsStatus.model_validate({"smsId": sms_id, "processStatus": process_status, "status": status})


OPEN, SENT, ARRIVED = a_status(), a_status(process_status="RUNNING"), a_status("S.1", "DONE", "SUC_FIN")
OTHER = a_status("S.2", "DONE", "INVALID_DST")
STRANGE = a_status("S.1", "ARCHIVED", "SUC_FIN")
ENDED = "2026-11-23T12:00:00Z"


@dataclass
class Script:
    """An API that shows one list of statuses, or fails with one error, a look; the last one for ever."""

    looks: list[tuple[SmsStatus, ...] | Sms4aError]
    sms: int = 1
    finished_ts: str | None = None
    time_s: float = 0
    slept: list[float] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList:
        self.asked.append(address)
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Sms4aError):
            raise look
        return StatusList("de1", look)

    def job(self, job_id: str, *, address: str | None = None) -> JobReport:
        ids = [f"S.{n}" for n in range(self.sms)]
        return JobReport.model_validate({"jobId": job_id, "recipientIds": ids, "finishedTs": self.finished_ts})

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.time_s += seconds

    def watched(self, timeout_s: float = 3600) -> list[Progress]:
        return list(watch(self, JOB_ID, address=None, timeout_s=timeout_s, clock=lambda: self.time_s, sleep=self.sleep))


def test_a_job_is_looked_at_until_every_sms_is_final() -> None:
    script = Script([(OPEN,), (SENT,), (ARRIVED,)])
    progress = script.watched()
    assert [(item.final, item.final_count, item.outcomes) for item in progress] == [
        (False, 0, {Outcome.PENDING: 1}),
        (False, 0, {Outcome.ACCEPTED: 1}),
        (True, 1, {Outcome.DELIVERED: 1}),
    ]
    assert script.asked == [None, "de1", "de1"]


def test_looks_become_rarer_and_the_last_one_is_at_the_end_of_the_time() -> None:
    script = Script([(OPEN,)])
    progress = script.watched(timeout_s=300)
    assert not progress[-1].final
    assert sum(script.slept) == 300
    assert script.slept[:4] == [2, 3, 4.5, 6.75]
    assert max(script.slept) == 60
    assert len(progress) == len(script.slept) + 1


def test_without_time_there_is_one_look() -> None:
    script = Script([(OPEN,)])
    assert len(script.watched(timeout_s=0)) == 1
    assert script.slept == []


@pytest.mark.parametrize(
    ("statuses", "sms", "finished_ts", "final"),
    [
        ((ARRIVED,), 1, None, True),
        ((ARRIVED,), 2, None, False),  # one SMS is not shown yet
        ((ARRIVED,), 2, ENDED, False),
        ((ARRIVED, OTHER), 2, ENDED, True),
        ((SENT, OTHER), 2, ENDED, False),
        ((STRANGE,), 1, None, False),  # a process status nobody knows may still change
        ((STRANGE,), 1, ENDED, True),
        ((), 1, ENDED, False),
        ((), 0, None, False),
    ],
)
def test_a_job_is_over_when_all_its_sms_are_there_and_none_can_change(
    statuses: tuple[SmsStatus, ...], sms: int, finished_ts: str | None, final: bool
) -> None:
    assert Script([statuses], sms, finished_ts).watched(timeout_s=0)[-1].final is final


@pytest.mark.parametrize(
    "error",
    [
        NotVisibleYet("", http_status=404),
        NoAnswer("", address="de2"),
        NotConnected("", address="de2"),
        ServerError("", http_status=503),
        RateLimited(""),
    ],
)
def test_what_time_may_mend_is_waited_for_and_shown(error: Sms4aError) -> None:
    progress = Script([(SENT,), error, (ARRIVED,)]).watched()
    assert [item.error for item in progress] == [None, error, None]
    assert [item.statuses for item in progress] == [(SENT,), (SENT,), (ARRIVED,)]


@pytest.mark.parametrize(
    "error",
    [NotFound("", http_status=404), AuthenticationFailed("", http_status=401), NotConnected("", certificate=True)],
)
def test_what_time_does_not_mend_is_raised(error: Sms4aError) -> None:
    with pytest.raises(type(error)):
        Script([(SENT,), error]).watched()


def test_a_job_that_was_never_seen_is_an_error_at_the_end_of_the_time() -> None:
    with pytest.raises(ServerError):
        Script([ServerError("", http_status=500)]).watched(timeout_s=60)


def test_a_job_that_was_seen_without_any_sms_is_no_error_at_the_end_of_the_time() -> None:
    *_, last = Script([(), ServerError("", http_status=500)]).watched(timeout_s=60)
    assert (last.final, last.statuses, isinstance(last.error, ServerError)) == (False, (), True)


@pytest.mark.parametrize(("retry_after_s", "waited_s"), [(None, 10), (0, 10), (30, 30), (0.5, 2)])
def test_too_many_requests_are_answered_with_patience(retry_after_s: float | None, waited_s: float) -> None:
    script = Script([RateLimited("", retry_after_s=retry_after_s), (ARRIVED,)])
    script.watched()
    assert script.slept == [waited_s]


def test_changes_are_told_once_each() -> None:
    looks = [Progress(JOB_ID, statuses=rows) for rows in [(OPEN,), (OPEN,), (SENT, OTHER), (SENT, OTHER), (ARRIVED,)]]
    assert list(changes(looks)) == [OPEN, SENT, OTHER, ARRIVED]


def a_sent_job(client: Client, *endings: str) -> str:
    people = tuple(Recipient(dst=f"+4917604069{ending}", customer_ref=ending) for ending in endings)
    job = JobRequest(messages=(Message(text="Hello", recipients=people),), options=Options(status_requested=True))
    return client.send(job).job_id


def test_a_client_waits_until_all_is_final(simulator: Simulator, client: Client, clock: Clock) -> None:
    simulator.engine.behaviour = type(simulator.engine.behaviour)(outcomes="steered", visibility_s=5)
    seen: list[Progress] = []
    end = client.wait(
        a_sent_job(client, "000", "901", "914"),
        on_progress=seen.append,
        clock=lambda: clock().timestamp(),
        sleep=lambda seconds: clock.advance(seconds=seconds),
    )
    assert end.final
    assert end.outcomes == {Outcome.DELIVERED: 2, Outcome.FAILED: 1}
    assert isinstance(seen[0].error, NotVisibleYet)
    assert {len(progress.statuses) for progress in seen} == {0, 2, 3}
    assert seen[-1] is end


def test_a_client_tells_statuses_as_they_come(client: Client, clock: Clock) -> None:
    told = [
        (status.customer_ref, status.verdict.code)
        for status in client.follow(
            a_sent_job(client, "918", "902"),
            clock=lambda: clock().timestamp(),
            sleep=lambda seconds: clock.advance(seconds=seconds),
        )
    ]
    assert [code for ref, code in told if ref == "918"] == ["waiting", "running", "delivered"]
    assert [code for ref, code in told if ref == "902"] == ["waiting", "blocked"]


def test_what_is_no_job_id_is_refused_before_anything_is_asked(client: Client) -> None:
    with pytest.raises(ValueError, match="job id"):
        client.wait("J.1")
    with pytest.raises(ValueError, match="job id"):
        client.follow("J.1")
