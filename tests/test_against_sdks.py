"""Defects found in the vendor's SDKs, and for each a test that this client does not have it.

P: retarus-sms 1.0.1 (Python), N: retarus-node-sms 1.0.0, G: retarus-go 1.0.1, R: retarus-rust 0.1.0.
"""

import asyncio
import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from sms4a import client as client_module
from sms4a._http import Timeouts
from sms4a.addresses import DE1_URL, DE2_URL, EU_URL
from sms4a.client import Client
from sms4a.errors import (
    APIError,
    AuthenticationFailed,
    ConfigurationError,
    DuplicateJob,
    InvalidRequest,
    NoAnswer,
    NotFound,
    RateLimited,
    ServerError,
    Sms4aError,
    UnexpectedAnswer,
)
from sms4a.models import JobReport, JobRequest, Message, Options, Period, Qos, Recipient
from sms4a.simulator import Simulator, accepted_sms
from sms4a.split import split_jobs
from sms4a.status import Outcome
from tests import wire
from tests.apart import run_apart

ROOT = Path(__file__).parents[1]
SAMPLES = Path(__file__).parent / "samples"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = Period(start=datetime(2026, 11, 23, 20, tzinfo=UTC), end=datetime(2026, 11, 24, 7, tzinfo=UTC))

DEFECTS = {
    "P1": "options of more than one word and recipient references never reach the API",
    "P2": "only one data centre is read",
    "P3": "an error of the first data centre ends the reading; not found in both is a generic error",
    "P4": "the login is written in URL-safe Base64",
    "P5": "the list sends True and False, leaves out jobIdsOnly, asks one data centre",
    "P6": "cannot be used inside a running event loop",
    "P7": "the report of an open job does not fit its model",
    "P8": "no limit is checked, misspelt options are ignored",
    "P9": "one login for the whole process",
    "P10": "a connection per recipient, all at once, with no regard for the rate limit",
    "P11": "its tests need a real account",
    "N1": "options of more than one word are sent under other names",
    "N2": "the reference of a recipient is sent under another name",
    "N3": "every failure of a read ends as 404",
    "N4": "the API's reasons are thrown away; a 202 counts as success",
    "N5": "no time-out",
    "N6": "the list prints its arguments and stops at the first data centre",
    "N7": "one login for the whole process; passwords beyond Latin-1 fail",
    "N8": "the package may lack the file that is imported",
    "G1": "GET /sms goes out without the job id",
    "G2": "statuses are never decoded",
    "G3": "hangs for ever if one data centre does not answer",
    "G4": "an error of one data centre discards the answer of the other; connections leak",
    "G5": "the usual configuration points at the fax service",
    "G6": "blackout periods of recipients are moments; false and 0 cannot be sent; qos in lower case",
    "G7": "the time-out is ignored: always 5 s, after which the job may have been accepted",
    "G8": "a missing login ends the process",
    "G9": "the end of the period is filled with its start",
    "R1": "panics beyond 3 messages",
    "R2": "options and references cannot be set from outside",
    "R3": "blackout periods of a recipient are one text, not a list",
    "R4": "what was not set is sent as null",
    "R5": "a wrong login is told as no report; a network error at the first data centre ends the reading",
    "R6": "times of the list are not ISO 8601 and not escaped; open cannot be asked for",
    "R7": "no time-out",
}
TESTS: dict[str, list[str]] = {}
"""Defect → names of the tests that we do not have it."""

Test = Callable[..., None]


def without(*codes: str) -> Callable[[Test], Test]:
    def note(test: Test) -> Test:
        for code in codes:
            TESTS.setdefault(code, []).append(test.__name__)
        return test

    return note


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


SENT = wire.answer(201, sample("sent"))
REPORT = wire.answer(200, sample("job_finished"))
STATUSES = wire.answer(200, sample("sms_statuses"))
MISSING = wire.answer(404)
EMPTY = wire.answer(200, b"[]")


@contextmanager
def centres(
    de2: wire.Reply = MISSING, de1: wire.Reply = MISSING, *, eu: wire.Reply = SENT, total_s: float = 5, **login: str
) -> Iterator[tuple[Client, dict[str, wire.ScriptedServer]]]:
    """A client, and the three servers it talks to."""
    with ExitStack() as stack:
        replies = {"eu": eu, "de2": de2, "de1": de1}
        servers = {name: stack.enter_context(wire.ScriptedServer(reply)) for name, reply in replies.items()}
        urls: dict[str, Any] = {f"{name}_url": server.url for name, server in servers.items()}
        timeouts = Timeouts(connect_s=total_s, send_s=total_s, read_s=total_s, list_s=total_s)
        who: dict[str, Any] = {"username": "user", "password": "password", **login}
        yield stack.enter_context(Client(**who, **urls, timeouts=timeouts)), servers


def a_job(**options: Any) -> JobRequest:
    people = (Recipient(dst="+491713920011", customer_ref="row-1", blackout_periods=(NIGHT,)),)
    return JobRequest(messages=(Message(text="Hello", recipients=people),), options=Options(**options))


def sent(job: JobRequest) -> dict[str, Any]:
    """What arrives at the server."""
    with centres() as (client, servers):
        client.send(job)
        (seen,) = servers["eu"].seen
    body: dict[str, Any] = json.loads(seen.body)
    return body


@without("P1", "N1", "R2")
def test_every_option_reaches_the_api_under_its_own_name_however_it_is_spelled_here() -> None:
    values = json.loads(sample("request"))["options"]
    assert len(values) == 13
    snake = {name: values[model.alias] for name, model in Options.model_fields.items() if model.alias}
    assert sent(a_job(**values))["options"] == values
    assert sent(a_job(**snake))["options"] == values


@without("N2")
def test_the_reference_of_a_recipient_reaches_the_api_under_its_own_name() -> None:
    (person,) = sent(a_job())["messages"][0]["recipients"]
    assert person["customerRef"] == "row-1"


@without("P2")
@pytest.mark.parametrize("owner", ["de2", "de1"])
def test_a_job_is_found_in_whichever_data_centre_has_it(owner: str) -> None:
    has_it: dict[str, Any] = {owner: REPORT}
    with centres(**has_it) as (client, _):
        assert client.job(wire.JOB_ID).address == owner


@without("P3")
def test_an_error_of_one_data_centre_does_not_hide_the_other_and_not_found_says_so() -> None:
    for trouble in (wire.answer(500), wire.close, wire.answer(503, b"<html>")):
        with centres(de2=trouble, de1=REPORT) as (client, _):
            assert client.job(wire.JOB_ID).address == "de1"
    with centres() as (client, _), pytest.raises(NotFound):
        client.job(wire.JOB_ID)


@without("P4")
@pytest.mark.parametrize("password", ["a?>~b", "~~~???", "pass>word?", "ÿÿÿ"])
def test_the_login_is_plain_base64(password: str) -> None:
    with centres(de2=EMPTY, password=password) as (client, servers):
        client.check()
    token = servers["de2"].seen[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64encode(f"user:{password}".encode()).decode() == token
    assert base64.b64decode(token, validate=True).decode() == f"user:{password}"


@without("P5", "N6")
def test_the_list_asks_both_data_centres_in_the_apis_words_and_prints_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with centres(de2=wire.answer(200, b'["J.1"]'), de1=wire.answer(200, b'["J.2"]')) as (client, servers):
        found = client.job_ids(NOON - timedelta(days=1), NOON, open=True)
    assert found.job_ids == {"J.1": "de2", "J.2": "de1"}
    for centre in ("de2", "de1"):
        query = servers[centre].seen[0].query
        assert (query["jobIdsOnly"], query["open"]) == ("true", "true")
    assert capsys.readouterr() == ("", "")


@without("P6")
def test_it_works_inside_a_running_event_loop() -> None:
    async def page(client: Client) -> tuple[str, str]:
        return client.send(a_job()).job_id, (await asyncio.to_thread(client.send, a_job())).job_id

    with centres() as (client, _):
        assert run_apart(lambda: page(client)) == (wire.JOB_ID, wire.JOB_ID)


@without("P7")
def test_the_report_of_an_open_job_is_read() -> None:
    with centres(de2=wire.answer(200, sample("job_open"))) as (client, _):
        report = client.job(wire.JOB_ID)
    assert report.finished_ts is None
    assert JobReport.model_validate({"jobId": "J.1"}).status_requested is None


@without("P8")
@pytest.mark.parametrize(
    "options",
    [
        {"encoding": "bogus"},
        {"validity_min": 99999},
        {"max_parts": 0},
        {"src": "x" * 50},
        {"billcode": "b" * 500},
        {"status_request": True},
    ],
)
def test_limits_are_checked_before_anything_is_sent(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_job(**options)


@without("P9", "N7")
def test_two_accounts_live_in_one_process_with_any_password() -> None:
    with centres(username="one", password="пароль€") as (one, first), centres(username="two") as (two, second):
        for client in (one, two, one):
            client.send(a_job())
    tokens = [[seen.headers["authorization"][6:] for seen in servers["eu"].seen] for servers in (first, second)]
    assert [[base64.b64decode(token).decode() for token in each] for each in tokens] == [
        ["one:пароль€"] * 2,
        ["two:password"],
    ]


@without("P10")
def test_many_people_are_few_requests_and_a_rate_limit_is_heard() -> None:
    people = tuple(Recipient(dst=f"+4917604{n:06d}") for n in range(6000))
    with centres(eu=wire.answer(201, sample("sent"))) as (client, servers):
        for job in split_jobs([Message(text="Hello", recipients=people)], reference="r"):
            client.send(job)
    assert len(servers["eu"].seen) == 2
    with centres(eu=wire.answer(429, headers={"Retry-After": "7"})) as (client, servers):
        with pytest.raises(RateLimited) as refusal:
            client.send(a_job())
        assert (refusal.value.retry_after_s, refusal.value.retryable, len(servers["eu"].seen)) == (7, True, 1)


@without("P10", "G4")
def test_reads_share_a_connection() -> None:
    with centres(de2=wire.answer(200, sample("job_finished"), keep=True)) as (client, servers):
        for _ in range(5):
            client.job(wire.JOB_ID)
    assert (servers["de2"].connections, len(servers["de2"].seen)) == (1, 5)


@without("P11")
def test_everything_can_be_tried_without_an_account(client: Client, simulator: Simulator) -> None:
    job = client.send(a_job(status_requested=True))
    assert client.job(job.job_id).status_requested is True
    assert [status.customer_ref for status in client.sms_statuses(job.job_id).statuses] == ["row-1"]
    assert len(accepted_sms(simulator.path)) == 1


@without("N3", "R5")
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (404, NotFound),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_a_failure_of_a_read_keeps_its_name_and_its_status(status: int, kind: type[APIError]) -> None:
    with centres(de2=wire.answer(status), de1=wire.answer(status)) as (client, _), pytest.raises(APIError) as failure:
        client.job(wire.JOB_ID)
    assert (type(failure.value), failure.value.http_status) == (kind, status)


@without("R5")
def test_a_network_error_at_one_data_centre_leaves_the_other() -> None:
    with centres(de1=REPORT) as (_, servers):
        gone = "http://127.0.0.1:9/rest/v1"
        with Client("u", "p", eu_url=gone, de2_url=gone, de1_url=servers["de1"].url) as client:
            assert client.job(wire.JOB_ID).address == "de1"


@without("N4")
def test_the_apis_reasons_are_told_and_a_202_is_no_success() -> None:
    with centres(eu=wire.answer(422, sample("error_list"))) as (client, _), pytest.raises(InvalidRequest) as refusal:
        client.send(a_job())
    assert "options.src must match" in refusal.value.message
    with centres(eu=wire.answer(400, sample("error_message"))) as (client, _), pytest.raises(InvalidRequest) as refusal:
        client.send(a_job())
    assert (refusal.value.message, refusal.value.code) == ("Wrong qos: invalid", 400)
    with centres(eu=wire.answer(202, sample("sent"))) as (client, _), pytest.raises(UnexpectedAnswer):
        client.send(a_job())


@pytest.mark.parametrize(("status", "kind"), [(409, DuplicateJob), (422, InvalidRequest), (429, RateLimited)])
def test_409_and_422_and_429_are_told_apart(status: int, kind: type[APIError]) -> None:
    with centres(eu=wire.answer(status)) as (client, _), pytest.raises(APIError) as failure:
        client.send(a_job())
    assert (type(failure.value), failure.value.http_status, failure.value.address) == (kind, status, "eu")


@without("N5", "R7")
@pytest.mark.parametrize("operation", ["send", "job", "sms", "list", "version"])
def test_everything_ends_in_time(operation: str) -> None:
    with centres(wire.silence, wire.silence, eu=wire.silence, total_s=0.2) as (client, _):
        calls: dict[str, Callable[[], object]] = {
            "send": lambda: client.send(a_job()),
            "job": lambda: client.job(wire.JOB_ID),
            "sms": lambda: client.sms_statuses(wire.JOB_ID),
            "list": lambda: client.job_ids(NOON - timedelta(hours=1), NOON),
            "version": client.version,
        }
        begin = time.monotonic()
        with pytest.raises(NoAnswer):
            calls[operation]()
        assert time.monotonic() - begin < 2


@without("N8")
def test_the_package_is_whole_from_anywhere(tmp_path: Path) -> None:
    program = "import sms4a, sms4a.client; print(sms4a.Client.__module__)"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "sms4a.client"
    assert metadata.metadata("sms4a")["Name"] == "sms4a"


@without("G1", "G2")
def test_statuses_are_asked_for_by_job_and_decoded() -> None:
    with centres(de2=STATUSES) as (client, servers):
        found = client.sms_statuses(wire.JOB_ID)
    assert servers["de2"].seen[0].query == {"jobId": wire.JOB_ID}
    assert [status.outcome for status in found.statuses] == [Outcome.DELIVERED, Outcome.FAILED, Outcome.PENDING]
    assert found.statuses[0].customer_ref == "7.1"


@without("G3")
def test_a_silent_data_centre_does_not_keep_the_answer_of_the_other_back() -> None:
    begin = time.monotonic()
    with centres(de2=wire.silence, de1=REPORT, total_s=0.3) as (client, _):
        assert client.job(wire.JOB_ID).address == "de1"
    assert time.monotonic() - begin < 2


@without("G4")
def test_an_error_of_one_data_centre_does_not_discard_the_answer_of_the_other() -> None:
    with centres(de2=REPORT, de1=wire.answer(500)) as (client, _):
        assert client.job(wire.JOB_ID).address == "de2"
    with centres(de2=wire.answer(500), de1=REPORT) as (client, _):
        assert client.job(wire.JOB_ID).address == "de1"


@without("G5")
def test_without_addresses_it_talks_to_the_sms_service() -> None:
    with Client("user", "password") as client:
        assert [url for url in (EU_URL, DE2_URL, DE1_URL) if url in repr(client)] == [EU_URL, DE2_URL, DE1_URL]
    assert all(url.startswith("https://sms4a.") for url in (EU_URL, DE2_URL, DE1_URL))


@without("G6", "R3")
def test_blackout_periods_of_a_recipient_are_a_list_of_intervals() -> None:
    (person,) = sent(a_job())["messages"][0]["recipients"]
    assert person["blackoutPeriods"] == ["2026-11-23T20:00:00.000+00:00/2026-11-24T07:00:00.000+00:00"]


@without("G6")
def test_false_and_zero_can_be_sent_and_qos_is_in_upper_case() -> None:
    options = {"flash": False, "status_requested": False, "validity_min": 0, "qos": Qos.EXPRESS}
    assert sent(a_job(**options))["options"] == {
        "flash": False,
        "statusRequested": False,
        "validityMin": 0,
        "qos": "EXPRESS",
    }


@without("G7")
def test_the_time_out_is_the_one_asked_for_and_a_late_answer_may_have_been_an_acceptance() -> None:
    def late(peer: wire.Peer) -> bool:
        peer.over.wait(0.4)
        return SENT(peer)

    with centres(eu=late, total_s=2) as (client, _):
        assert client.send(a_job()).job_id == wire.JOB_ID
    with centres(eu=late, total_s=0.2) as (client, _):
        with pytest.raises(NoAnswer) as failure:
            client.send(a_job())
        assert (failure.value.maybe_accepted, failure.value.retryable) == (True, False)


@without("G8")
@pytest.mark.parametrize(("username", "password"), [("", "password"), ("user", "")])
def test_a_missing_login_is_an_error_and_not_the_end_of_the_process(username: str, password: str) -> None:
    with pytest.raises(ConfigurationError):
        Client(username, password)


@without("G9", "R6")
def test_the_list_has_start_and_end_in_iso_8601_and_escaped() -> None:
    start = datetime(2022, 6, 13, tzinfo=ZoneInfo("Europe/Berlin"))
    with centres(de2=EMPTY, de1=EMPTY) as (client, servers):
        client.job_ids(start, start + timedelta(days=1), open=False)
    (seen,) = servers["de2"].seen
    assert seen.query["fromTs"] == "2022-06-12T22:00:00.000+00:00"
    assert seen.query["toTs"] == "2022-06-13T22:00:00.000+00:00"
    assert seen.query["open"] == "false"
    assert "+" not in seen.target
    assert " " not in seen.target


@without("R1")
@pytest.mark.parametrize(("count", "fits"), [(4, True), (3000, True), (3001, False)])
def test_a_job_takes_3000_messages_and_not_3(count: int, fits: bool) -> None:
    message = Message(text="Hello", recipients=(Recipient(dst="+491713920011"),))
    if fits:
        assert len(sent(JobRequest(messages=(message,) * count))["messages"]) == count
    else:
        with pytest.raises(ValidationError):
            JobRequest(messages=(message,) * count)


@without("R4")
def test_what_was_not_set_is_left_out() -> None:
    job = JobRequest(messages=(Message(text="Hello", recipients=(Recipient(dst="+491713920011"),)),), options=Options())
    body = sent(job)
    assert body == {"options": {}, "messages": [{"text": "Hello", "recipients": [{"dst": "+491713920011"}]}]}


def test_a_list_longer_than_one_page_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    ids = [f"J.{n:038d}" for n in range(5)]

    def page(seen: wire.Seen) -> wire.Reply:
        offset = int(seen.query["offset"])
        return wire.answer(200, json.dumps(ids[offset : offset + 2]).encode())

    with wire.ScriptedServer(choose=page) as server, Client("u", "p", de2_url=server.url) as client:
        assert list(client.job_ids(NOON - timedelta(days=1), NOON, address="de2").job_ids) == ids


def test_every_error_is_of_one_family() -> None:
    for reply in (wire.close, wire.answer(500), wire.answer(404), wire.answer(200, b"[")):
        with centres(reply, reply, eu=reply) as (client, _):
            for call in (lambda: client.send(a_job()), lambda: client.job(wire.JOB_ID)):
                with pytest.raises(Sms4aError):
                    call()


def test_every_defect_has_its_test() -> None:
    assert TESTS.keys() == DEFECTS.keys()


def test_the_readme_names_tests_that_exist() -> None:
    """Tables of the README say "yes" with the name of a test."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    there = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        there |= {file.stem, *re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)}
    assert named <= there
