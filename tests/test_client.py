"""The client against a scripted server: every fault of the wire, and both data centres."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import pytest

from sms4a import client as client_module
from sms4a import known
from sms4a._http import Timeouts
from sms4a.client import Client
from sms4a.errors import (
    AuthenticationFailed,
    ConfigurationError,
    DuplicateJob,
    InvalidRequest,
    NoAnswer,
    NotConnected,
    NotFound,
    NotVisibleYet,
    RateLimited,
    ServerError,
    Sms4aError,
    TransportError,
    UnexpectedAnswer,
)
from sms4a.models import JobRequest, Message, Recipient, SentJob
from sms4a.status import Outcome
from tests import wire
from tests.wire import JOB_ID

SAMPLES = Path(__file__).parent / "samples"
OTHER_ID = "J.20220928-130000.000-1l8lin2u0BCDEFGHIJ"
NOWHERE = "http://127.0.0.1:9/rest/v1"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def a_client(*, total_s: float = 5, eu: str = NOWHERE, de2: str = NOWHERE, de1: str = NOWHERE, **more: Any) -> Client:
    timeouts = Timeouts(connect_s=total_s, send_s=total_s, read_s=total_s, list_s=total_s)
    return Client("user", "hush-hush", eu_url=eu, de2_url=de2, de1_url=de1, timeouts=timeouts, **more)


def a_job() -> JobRequest:
    return JobRequest(messages=(Message(text="Grüße", recipients=(Recipient(dst="+491713920011"),)),))


def refused_by_the_kernel(peer: wire.Peer) -> bool:
    peer.reset()
    return False


def refused_once_something_came(peer: wire.Peer) -> bool:
    # A reset before the first byte would, now and then, be seen while connecting: provably unsent, another case.
    peer.sock.recv(1, socket.MSG_PEEK)
    peer.reset()
    return False


CREATED = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
WHOLE = CREATED + b"Content-Length: %d\r\n\r\n" % len(wire.ACCEPTED) + wire.ACCEPTED
HTML = {"Content-Type": "text/html"}
ZIPPED = wire.answer(201, wire.ACCEPTED, headers={"Content-Encoding": "gzip"})
NO_LOGIN = wire.answer(401, b"Credentials are required", headers={"Content-Type": "text/plain"})

FAULTS: list[tuple[str, wire.Reply, type[Sms4aError], bool, bool]] = [
    # fault, what the server does, error, maybe accepted, retryable
    ("reset after the body", wire.reset, NoAnswer, True, False),
    ("close after the body", wire.close, NoAnswer, True, False),
    ("silence after the body", wire.silence, NoAnswer, True, False),
    ("headers, then silence", wire.then_silence(CREATED + b"\r\n"), NoAnswer, True, False),
    ("a refusal, then silence", wire.then_silence(b"HTTP/1.1 404 Not Found\r\n\r\n"), NoAnswer, True, False),
    ("half a body, then silence", wire.then_silence(WHOLE[:-5]), NoAnswer, True, False),
    ("header drip", wire.drip(WHOLE, every_s=0.1), NoAnswer, True, False),
    ("body drip", wire.drip(wire.ACCEPTED, every_s=0.1, at_once=CREATED + b"\r\n"), NoAnswer, True, False),
    ("header cut", wire.raw(CREATED), NoAnswer, True, False),
    ("header of a refusal cut", wire.raw(b"HTTP/1.1 404 Not Found\r\nContent-Ty"), NoAnswer, True, False),
    ("status line cut", wire.raw(b"HTTP/1.1 20"), UnexpectedAnswer, True, False),
    ("body cut", wire.raw(WHOLE[:-5]), UnexpectedAnswer, True, False),
    ("body of a refusal cut", wire.raw(b"HTTP/1.1 422 N\r\nContent-Length: 9\r\n\r\n"), UnexpectedAnswer, True, False),
    ("broken chunk", wire.raw(CREATED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), UnexpectedAnswer, True, False),
    ("wrong compression", ZIPPED, UnexpectedAnswer, True, False),
    ("garbage", wire.raw(b"\x00\x01\x02 not HTTP\r\n\r\n"), UnexpectedAnswer, True, False),
    ("307 to itself", wire.answer(307, headers={"Location": "/rest/v1/jobs"}), UnexpectedAnswer, True, False),
    ("308 to itself", wire.answer(308, headers={"Location": "/rest/v1/jobs"}), UnexpectedAnswer, True, False),
    ("302", wire.answer(302, headers={"Location": "http://[broken"}), UnexpectedAnswer, True, False),
    ("202", wire.answer(202, wire.ACCEPTED), UnexpectedAnswer, True, False),
    ("204", wire.answer(204), UnexpectedAnswer, True, False),
    ("200 in HTML", wire.answer(200, b"<html>Welcome</html>", headers=HTML), UnexpectedAnswer, True, False),
    ("201 with broken JSON", wire.answer(201, b'{"jobId":"J.'), UnexpectedAnswer, True, False),
    ("201 nested too deep", wire.answer(201, b"[" * 100_000), UnexpectedAnswer, True, False),
    ("201 empty", wire.answer(201), UnexpectedAnswer, True, False),
    ("201 with a list", wire.answer(201, b"[]"), UnexpectedAnswer, True, False),
    ("201 with jobId null", wire.answer(201, b'{"jobId":null}'), UnexpectedAnswer, True, False),
    ("201 with a short jobId", wire.answer(201, b'{"jobId":"J.12345678901234567"}'), UnexpectedAnswer, True, False),
    (
        "201 with a line in jobId",
        wire.answer(201, b'{"jobId":"J.12345678901234567\\n8"}'),
        UnexpectedAnswer,
        True,
        False,
    ),
    ("400", wire.answer(400, sample("error_message.json")), InvalidRequest, False, False),
    ("401", NO_LOGIN, AuthenticationFailed, False, False),
    ("403", wire.answer(403), AuthenticationFailed, False, False),
    ("403 in HTML", wire.answer(403, b"<html>Blocked</html>", headers=HTML), UnexpectedAnswer, True, False),
    ("404", wire.answer(404), NotFound, False, False),
    ("405", wire.answer(405), NotFound, False, False),
    ("409", wire.answer(409), DuplicateJob, True, False),
    ("413", wire.answer(413), InvalidRequest, False, False),
    ("415", wire.answer(415), NotFound, False, False),
    ("418", wire.answer(418), UnexpectedAnswer, True, False),
    ("422", wire.answer(422, sample("error_list.json")), InvalidRequest, False, False),
    ("429", wire.answer(429), RateLimited, False, True),
    ("500", wire.answer(500), ServerError, True, False),
    ("503 with Retry-After", wire.answer(503, headers={"Retry-After": "1"}), ServerError, True, False),
    ("507", wire.answer(507), ServerError, True, False),
]


def patience_s(fault: str) -> float:
    """A short deadline where the test waits for it, an ample one elsewhere."""
    return 0.25 if "silen" in fault or "drip" in fault or "hang" in fault or "picks up" in fault else 10


@contextmanager
def ending_soon() -> Iterator[None]:
    """A drip would go on for many seconds."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("fault", "reply", "kind", "maybe_accepted", "retryable"), FAULTS, ids=[row[0] for row in FAULTS]
)
def test_each_fault_after_sending_has_its_error_and_is_never_repeated(
    fault: str, reply: wire.Reply, kind: type[Sms4aError], maybe_accepted: bool, retryable: bool
) -> None:
    with wire.ScriptedServer(reply) as server, a_client(eu=server.url, total_s=patience_s(fault)) as client:
        with ending_soon(), pytest.raises(Sms4aError) as failure:
            client.send(a_job())
        assert [seen.method for seen in server.seen] == ["POST"]
        assert server.connections == 1
    error = failure.value
    assert (type(error), error.maybe_accepted, error.retryable) == (kind, maybe_accepted, retryable)
    assert error.__cause__ is not None or not isinstance(error, NoAnswer)


def test_a_reset_before_anything_was_read_may_still_have_been_sent() -> None:
    with wire.ScriptedServer(on_accept=refused_once_something_came) as server, a_client(eu=server.url) as client:
        with pytest.raises(NoAnswer):
            client.send_body(b"x" * 2_000_000)
        assert server.connections == 1


def test_a_body_nobody_takes_ends_with_the_deadline_as_maybe_sent() -> None:
    def hold(peer: wire.Peer) -> bool:
        peer.over.wait()
        return False

    with wire.ScriptedServer(on_accept=hold) as server, a_client(eu=server.url, total_s=0.1) as client:
        with pytest.raises(NoAnswer):
            client.send_body(b"x" * 50_000_000)
        assert server.connections == 1


def test_an_early_413_is_heard_while_the_body_is_still_being_written() -> None:
    def refuse(peer: wire.Peer) -> bool:
        peer.sock.recv(1000)
        peer.sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        while peer.sock.recv(65536):
            pass
        return False

    with (
        wire.ScriptedServer(on_accept=refuse) as server,
        a_client(eu=server.url, total_s=2) as client,
        pytest.raises(InvalidRequest),
    ):
        client.send_body(b"x" * 5_000_000)


def test_a_slow_line_may_take_longer_for_a_body_than_for_the_connection() -> None:
    def wait_first(peer: wire.Peer) -> bool:
        peer.over.wait(0.15)
        return True

    body = b"x" * 20_000_000
    with wire.ScriptedServer(wire.answer(201, wire.ACCEPTED), on_accept=wait_first) as server:
        client = Client("u", "p", eu_url=server.url, timeouts=Timeouts(connect_s=0.05, send_s=5))
        assert client.send_body(body).job_id == JOB_ID
        client.close()
    assert server.seen[0].body == body


UNSENT = [
    "refused",
    "no such host",
    "nobody picks up",
    "handshake hangs",
    "handshake drips",
    "handshake reset",
    "not TLS at all",
]


def no_such_host(*_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@contextmanager
def an_address_that_fails(how: str) -> Iterator[str]:
    replies: dict[str, wire.Reply] = {
        "handshake hangs": wire.silence,
        "handshake drips": wire.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 90, every_s=0.1),
        "handshake reset": refused_by_the_kernel,
        "not TLS at all": wire.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    }
    if how == "refused":
        yield NOWHERE
    elif how == "no such host":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", no_such_host)
            yield "https://nowhere.invalid/rest/v1"
    elif how == "nobody picks up":
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            with socket.create_connection(address):
                yield f"http://127.0.0.1:{address[1]}/rest/v1"
    else:
        with wire.ScriptedServer(on_accept=replies[how]) as server:
            yield server.url.replace("http:", "https:")


@pytest.mark.parametrize("how", UNSENT)
def test_what_provably_did_not_leave_may_be_sent_again(how: str) -> None:
    with (
        an_address_that_fails(how) as url,
        a_client(eu=url, total_s=patience_s(how)) as client,
        ending_soon(),
        pytest.raises(NotConnected) as failure,
    ):
        client.send(a_job())
    error = failure.value
    assert (error.retryable, error.maybe_accepted, error.certificate) == (True, False, False)
    assert error.address == "eu"


def test_a_certificate_nobody_vouches_for_stops_the_sending(tmp_path: Path) -> None:
    tls, _ = wire.self_signed(tmp_path)
    with (
        wire.ScriptedServer(wire.answer(201, wire.ACCEPTED), tls=tls) as server,
        a_client(eu=server.url) as client,
        pytest.raises(NotConnected) as failure,
    ):
        client.send(a_job())
    assert failure.value.certificate
    assert server.seen == []


def test_the_same_faults_over_tls_count_as_sent(tmp_path: Path) -> None:
    tls, certificate = wire.self_signed(tmp_path)
    for reply in (wire.silence, wire.reset, wire.close, wire.drip(WHOLE, every_s=0.1)):
        with (
            wire.ScriptedServer(reply, tls=tls) as server,
            a_client(eu=server.url, ca_file=certificate, total_s=0.4) as client,
        ):
            with ending_soon(), pytest.raises(NoAnswer):
                client.send(a_job())
            assert len(server.seen) == 1


@pytest.mark.parametrize("status", [200, 201])
def test_an_accepted_job_has_its_id_and_where_it_went(status: int) -> None:
    with wire.ScriptedServer(wire.answer(status, sample("sent.json"))) as server, a_client(eu=server.url) as client:
        assert client.send(a_job()) == SentJob(JOB_ID, "eu")
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/rest/v1/jobs")
    assert json.loads(seen.body) == {"messages": [{"text": "Grüße", "recipients": [{"dst": "+491713920011"}]}]}


def test_a_written_body_leaves_byte_for_byte_to_the_address_of_choice() -> None:
    body = '{"messages": [ {"text":"ü"} ] }'.encode()
    with (
        wire.ScriptedServer(wire.answer(201, sample("sent.json"))) as server,
        a_client(de1=server.url, de2=server.url, send_via="de2") as client,
    ):
        assert client.send_body(body).address == "de2"
        assert client.send_body(body, address="de1").address == "de1"
        with pytest.raises(ValueError, match="no such address"):
            client.send_body(body, address="de3")
    assert [seen.body for seen in server.seen] == [body, body]


def test_the_reasons_of_a_refusal_are_told() -> None:
    with (
        wire.ScriptedServer(wire.answer(422, sample("error_list.json"))) as server,
        a_client(eu=server.url) as client,
        pytest.raises(InvalidRequest, match="messages may not be empty") as failure,
    ):
        client.send(a_job())
    assert "options.src must match" in failure.value.message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12), ("Mon, 23 Nov 2026 12:01:00 GMT", 60), ("Mon, 23 Nov 2026 11:00:00 GMT", 0), ("soon", None)],
)
def test_a_rate_limit_tells_when_to_come_back(value: str, seconds: float | None) -> None:
    reply = wire.answer(429, headers={"Retry-After": value})
    with (
        wire.ScriptedServer(reply) as server,
        a_client(eu=server.url, now=lambda: NOON) as client,
        pytest.raises(RateLimited) as failure,
    ):
        client.send(a_job())
    assert failure.value.retry_after_s == seconds


REPORT = wire.answer(200, sample("job_finished.json"))
MISSING = wire.answer(404, b'{"code":404}')

READS: list[tuple[str, wire.Reply, wire.Reply, str | type[Sms4aError], int]] = [
    # case, what de2 does, what de1 does, who answers or what is raised, requests at de1
    ("de2 has it", REPORT, MISSING, "de2", 0),
    ("de1 has it", MISSING, REPORT, "de1", 1),
    ("de2 fails", wire.answer(500), REPORT, "de1", 1),
    ("de2 is silent", wire.silence, REPORT, "de1", 1),
    ("de2 hangs up", wire.close, REPORT, "de1", 1),
    ("de2 shows a page of a proxy", wire.answer(404, b"<html>"), REPORT, "de1", 1),
    ("de2 shows the page of a portal", wire.answer(200, b"<html>"), REPORT, "de1", 1),
    ("de2 tells something else", wire.answer(200, b'{"jobId":null}'), REPORT, "de1", 1),
    ("nobody has it", MISSING, MISSING, NotFound, 1),
    ("de2 fails, de1 has it not", wire.answer(503), MISSING, ServerError, 1),
    ("de2 has it not, de1 fails", MISSING, wire.answer(503), ServerError, 1),
    ("de2 has it not, de1 is silent", MISSING, wire.silence, NoAnswer, 1),
    ("de2 has it not, de1 is not an API", MISSING, wire.answer(405), UnexpectedAnswer, 1),
    ("de2 refuses the login", wire.answer(401), REPORT, AuthenticationFailed, 0),
    ("de2 refuses the request", wire.answer(400), REPORT, InvalidRequest, 0),
    ("de2 wants a pause", wire.answer(429), REPORT, RateLimited, 0),
]


@pytest.mark.parametrize(
    ("case", "de2_reply", "de1_reply", "result", "asked_de1"), READS, ids=[row[0] for row in READS]
)
def test_a_report_is_looked_for_in_both_data_centres(
    case: str, de2_reply: wire.Reply, de1_reply: wire.Reply, result: str | type[Sms4aError], asked_de1: int
) -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(de2_reply))
        de1 = stack.enter_context(wire.ScriptedServer(de1_reply))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url, total_s=patience_s(case)))
        if isinstance(result, str):
            report = client.job(JOB_ID)
            assert (report.job_id, report.address) == (JOB_ID, result)
        else:
            with pytest.raises(Sms4aError) as failure:
                client.job(JOB_ID)
            assert type(failure.value) is result
        assert (len(de2.seen), len(de1.seen)) == (1, asked_de1)


def test_a_data_centre_that_is_down_does_not_hide_a_job_in_the_other() -> None:
    with wire.ScriptedServer(REPORT) as de1, a_client(de1=de1.url) as client:
        assert client.job(JOB_ID).address == "de1"
    with wire.ScriptedServer(MISSING) as de1, a_client(de1=de1.url) as client, pytest.raises(NotConnected):
        client.job(JOB_ID)


@pytest.mark.parametrize(("address", "first"), [("de1", "de1"), ("de2", "de2"), ("eu", "de2"), (None, "de2")])
def test_the_remembered_data_centre_is_asked_first_and_eu_never(address: str | None, first: str) -> None:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(wire.ScriptedServer(REPORT)) for name in ("eu", "de2", "de1")}
        urls = {name: server.url for name, server in servers.items()}
        client = stack.enter_context(a_client(eu=urls["eu"], de2=urls["de2"], de1=urls["de1"]))
        assert client.job(JOB_ID, address=address).address == first
        assert {name: len(server.seen) for name, server in servers.items() if server.seen} == {first: 1}
        assert servers[first].seen[0].path == f"/rest/v1/jobs/{JOB_ID}"


def test_the_owner_of_a_job_is_remembered_and_asked_first() -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(MISSING))
        de1 = stack.enter_context(wire.ScriptedServer(REPORT))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        assert [client.job(JOB_ID).address for _ in range(3)] == ["de1"] * 3
        assert (len(de2.seen), len(de1.seen)) == (1, 3)
        with pytest.raises(UnexpectedAnswer):  # what was remembered may be wrong: the other one is asked too
            client.sms_statuses(JOB_ID, address="de2")
        assert len(de2.seen) == 2


@pytest.mark.parametrize("how", ["listed", "sent there"])
def test_the_owner_is_known_from_the_list_and_from_sending_to_it(how: str) -> None:
    listed, sent = wire.answer(200, sample("job_ids.json")), wire.answer(201, sample("sent.json"))

    def choose(seen: wire.Seen) -> wire.Reply:
        if seen.method == "POST":
            return sent
        return listed if seen.path == "/rest/v1/jobs" else REPORT

    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(MISSING))
        de1 = stack.enter_context(wire.ScriptedServer(choose=choose))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        if how == "listed":
            client.job_ids(NOON - timedelta(hours=1), NOON, address="de1")
        else:
            client.send(a_job(), address="de1")
        assert client.job(JOB_ID).address == "de1"
        assert de2.seen == []


def test_only_so_many_jobs_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST_JOBS", 2)
    jobs = known.KnownJobs()
    jobs.sent("a", None, NOON)
    jobs.found(["b", "a", "c"], "de1")
    assert [jobs.owner(job_id) for job_id in "abc"] == ["de1", None, "de1"]
    assert [jobs.sent_ts(job_id) for job_id in "abc"] == [NOON, None, None]


@pytest.mark.parametrize(
    ("age_s", "kind"), [(0, NotVisibleYet), (59, NotVisibleYet), (60, NotFound), (86400, NotFound)]
)
def test_a_young_job_that_both_sides_deny_is_not_visible_yet(age_s: int, kind: type[NotFound]) -> None:
    time_of = {"now": NOON}

    def choose(seen: wire.Seen) -> wire.Reply:
        return wire.answer(201, sample("sent.json")) if seen.method == "POST" else MISSING

    with (
        wire.ScriptedServer(choose=choose) as server,
        a_client(eu=server.url, de2=server.url, de1=server.url, now=lambda: time_of["now"]) as client,
    ):
        client.send(a_job())
        time_of["now"] += timedelta(seconds=age_s)
        for read in (client.job, client.sms_statuses):
            with pytest.raises(NotFound) as failure:
                read(JOB_ID)
            assert type(failure.value) is kind
            assert (failure.value.retryable, failure.value.maybe_accepted) == (kind is NotVisibleYet, False)


def test_the_age_of_a_job_sent_elsewhere_can_be_told() -> None:
    with (
        wire.ScriptedServer(MISSING) as server,
        a_client(de2=server.url, de1=server.url, now=lambda: NOON) as client,
    ):
        with pytest.raises(NotFound) as failure:
            client.job(JOB_ID)
        assert type(failure.value) is NotFound
        with pytest.raises(NotVisibleYet):
            client.job(JOB_ID, sent_ts=NOON - timedelta(seconds=5))


def test_a_young_job_that_one_side_could_not_tell_of_is_unknown() -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(MISSING))
        de1 = stack.enter_context(wire.ScriptedServer(wire.answer(500)))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url, now=lambda: NOON))
        with pytest.raises(ServerError):
            client.job(JOB_ID, sent_ts=NOON)


def test_a_read_is_repeated_when_its_kept_connection_turns_out_to_be_closed() -> None:
    served = iter([wire.answer(200, sample("job_finished.json"), keep=True), wire.close, REPORT, wire.close])
    with wire.ScriptedServer(choose=lambda seen: next(served)) as server, a_client(de2=server.url) as client:
        assert client.job(JOB_ID).address == "de2"
        assert client.job(JOB_ID).address == "de2"
        assert (len(server.seen), server.connections) == (3, 2)
        with pytest.raises(TransportError):
            client.job(JOB_ID)
        assert len(server.seen) == 4


def test_an_address_that_does_not_exist_is_misuse() -> None:
    with a_client() as client, pytest.raises(ValueError, match="no such address"):
        client.job(JOB_ID, address="de3")


def test_statuses_come_with_the_data_centre_that_has_the_job() -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(MISSING))
        de1 = stack.enter_context(wire.ScriptedServer(wire.answer(200, sample("sms_statuses.json"))))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        found = client.sms_statuses(JOB_ID)
    assert found.address == "de1"
    assert [status.outcome for status in found.statuses] == [Outcome.DELIVERED, Outcome.FAILED, Outcome.PENDING]
    assert (de1.seen[0].path, de1.seen[0].query) == ("/rest/v1/sms", {"jobId": JOB_ID})


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"null", b"[", b""])
def test_statuses_in_another_form_are_an_unexpected_answer(body: bytes) -> None:
    with (
        wire.ScriptedServer(wire.answer(200, body)) as server,
        a_client(de2=server.url, de1=server.url) as client,
        pytest.raises(UnexpectedAnswer),
    ):
        client.sms_statuses(JOB_ID)


@pytest.mark.parametrize("job_id", ["", "J.", "J.12345678901234567", "J." + "1" * 39, "../version", "j." + "1" * 38])
def test_what_is_no_job_id_is_not_asked_for(job_id: str) -> None:
    with a_client() as client:
        with pytest.raises(ValueError, match="job id"):
            client.job(job_id)
        with pytest.raises(ValueError, match="job id"):
            client.sms_statuses(job_id)


def test_a_job_id_with_odd_characters_stays_one_step_of_the_path() -> None:
    with wire.ScriptedServer(REPORT) as server, a_client(de2=server.url) as client:
        client.job("J./../../version?x=1#abc")
    assert server.seen[0].target == "/rest/v1/jobs/J.%2F..%2F..%2Fversion%3Fx%3D1%23abc"


def pages(ids: list[str]) -> Callable[[wire.Seen], wire.Reply]:
    """A job list that honours offset and limit."""

    def choose(seen: wire.Seen) -> wire.Reply:
        offset, limit = int(seen.query["offset"]), int(seen.query["limit"])
        return wire.answer(200, json.dumps([{"jobId": job_id} for job_id in ids[offset : offset + limit]]).encode())

    return choose


def an_id(number: int) -> str:
    return f"J.{number:038d}"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_the_list_is_followed_to_its_last_page(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    ids = [an_id(number) for number in range(count)]
    with wire.ScriptedServer(choose=pages(ids)) as de2, a_client(de2=de2.url) as client:
        found = client.job_ids(NOON - timedelta(days=1), NOON, address="de2")
        assert list(found.job_ids) == ids
        assert found.complete
        assert len(de2.seen) == count // 2 + 1


def test_the_list_is_the_union_of_both_data_centres() -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(choose=pages([an_id(1), an_id(2)])))
        de1 = stack.enter_context(wire.ScriptedServer(choose=pages([an_id(2), an_id(3)])))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        berlin = ZoneInfo("Europe/Berlin")
        found = client.job_ids(datetime(2026, 7, 1, tzinfo=berlin), datetime(2026, 7, 2, tzinfo=berlin), open=False)
    assert found.job_ids == {an_id(1): "de2", an_id(2): "de2", an_id(3): "de1"}
    assert de1.seen[0].query == {
        "jobIdsOnly": "true",
        "fromTs": "2026-06-30T22:00:00.000+00:00",
        "toTs": "2026-07-01T22:00:00.000+00:00",
        "open": "false",
        "offset": "0",
        "limit": "1000",
    }
    assert "%2B00%3A00" in de1.seen[0].target


@pytest.mark.parametrize(
    "body", [sample("job_ids.json"), json.dumps([JOB_ID, OTHER_ID]).encode(), b"[%s]" % sample("job_finished.json")]
)
def test_entries_of_the_list_are_objects_or_bare_ids(body: bytes) -> None:
    with wire.ScriptedServer(wire.answer(200, body)) as server, a_client(de2=server.url) as client:
        found = client.job_ids(NOON - timedelta(hours=1), NOON, address="de2")
    assert set(found.job_ids) <= {JOB_ID, OTHER_ID}
    assert JOB_ID in found.job_ids


@pytest.mark.parametrize(
    "reply", [wire.answer(500), wire.answer(404), wire.close, wire.answer(200, b"{}"), wire.answer(200, b'[{"id":1}]')]
)
def test_a_data_centre_that_does_not_tell_its_jobs_is_named(reply: wire.Reply) -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(reply))
        de1 = stack.enter_context(wire.ScriptedServer(choose=pages([an_id(3)])))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        found = client.job_ids(NOON - timedelta(hours=1), NOON)
    assert (found.job_ids, found.missing, found.complete) == ({an_id(3): "de1"}, ("de2",), False)


def test_half_a_list_of_one_data_centre_is_not_passed_off_as_its_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 1)
    whole = pages([an_id(1), an_id(2)])
    broken = wire.answer(500)
    with ExitStack() as stack:
        de2 = stack.enter_context(
            wire.ScriptedServer(choose=lambda seen: broken if seen.query["offset"] == "1" else whole(seen))
        )
        de1 = stack.enter_context(wire.ScriptedServer(choose=pages([])))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        found = client.job_ids(NOON - timedelta(hours=1), NOON)
    assert (found.job_ids, found.missing) == ({}, ("de2",))


def test_no_list_at_all_is_an_error_never_an_empty_list() -> None:
    with (
        wire.ScriptedServer(wire.answer(500)) as server,
        a_client(de2=server.url, de1=server.url) as client,
        pytest.raises(ServerError),
    ):
        client.job_ids(NOON - timedelta(hours=1), NOON)


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationFailed), (400, InvalidRequest), (429, RateLimited)])
def test_a_refusal_of_the_list_is_not_a_missing_data_centre(status: int, kind: type[Sms4aError]) -> None:
    with ExitStack() as stack:
        de2 = stack.enter_context(wire.ScriptedServer(choose=pages([])))
        de1 = stack.enter_context(wire.ScriptedServer(wire.answer(status)))
        client = stack.enter_context(a_client(de2=de2.url, de1=de1.url))
        with pytest.raises(kind):
            client.job_ids(NOON - timedelta(hours=1), NOON)


def test_a_list_that_ignores_the_offset_ends_as_an_unexpected_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 1)
    with wire.ScriptedServer(wire.answer(200, b'["%s"]' % an_id(1).encode())) as server:
        with a_client(de2=server.url) as client, pytest.raises(UnexpectedAnswer):
            client.job_ids(NOON - timedelta(hours=1), NOON, address="de2")
        assert len(server.seen) == 2


@pytest.mark.parametrize(("days", "windows"), [(1, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_periods_over_30_days_are_asked_for_in_pieces_without_a_gap(days: int, windows: int) -> None:
    start = datetime(2026, 10, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    with wire.ScriptedServer(choose=pages([])) as server, a_client(de2=server.url) as client:
        client.job_ids(start, start.astimezone(UTC) + timedelta(days=days), address="de2")
    pieces = [
        (datetime.fromisoformat(seen.query["fromTs"]), datetime.fromisoformat(seen.query["toTs"]))
        for seen in server.seen
    ]
    assert len(pieces) == windows
    assert all(timedelta(0) < end - begin <= timedelta(days=30) for begin, end in pieces)
    assert [end for _, end in pieces[:-1]] == [begin for begin, _ in pieces[1:]]
    assert (pieces[0][0], pieces[-1][1]) == (start, start.astimezone(UTC) + timedelta(days=days))


@pytest.mark.parametrize(
    ("start", "end"), [(NOON, NOON), (NOON, NOON - timedelta(hours=1)), (NOON.replace(tzinfo=None), NOON)]
)
def test_a_period_that_is_none_is_misuse(start: datetime, end: datetime) -> None:
    with a_client() as client, pytest.raises(ValueError, match=r"period|offset"):
        client.job_ids(start, end)


def test_the_login_is_checked_where_a_wrong_one_shows() -> None:
    def choose(seen: wire.Seen) -> wire.Reply:
        return wire.answer(200, b"[]") if seen.headers["authorization"] == "Basic dXNlcjpodXNoLWh1c2g=" else MISSING

    with wire.ScriptedServer(choose=choose) as server, a_client(de2=server.url) as client:
        client.check("de2")
    assert (server.seen[0].path, server.seen[0].query) == ("/rest/v1/jobs", {"jobIdsOnly": "true", "limit": "1"})
    with (
        wire.ScriptedServer(wire.answer(401)) as server,
        a_client(de2=server.url) as client,
        pytest.raises(AuthenticationFailed),
    ):
        client.check()


def test_a_page_of_something_else_is_no_login() -> None:
    with (
        wire.ScriptedServer(wire.answer(200, b"<html>", headers=HTML)) as server,
        a_client(de2=server.url) as client,
        pytest.raises(TransportError),
    ):
        client.check()


def test_the_version_is_whatever_object_the_server_tells() -> None:
    with wire.ScriptedServer(wire.answer(200, b'{"buildNumber": 7}')) as server, a_client(de1=server.url) as client:
        assert client.version("de1") == {"buildNumber": 7}


def test_one_client_serves_many_threads() -> None:
    def choose(seen: wire.Seen) -> wire.Reply:
        number = json.loads(seen.body)["n"]
        return wire.answer(201, json.dumps({"jobId": an_id(number)}).encode())

    results: dict[int, str] = {}

    def send(client: Client, number: int) -> None:
        results[number] = client.send_body(json.dumps({"n": number}).encode()).job_id

    with wire.ScriptedServer(choose=choose) as server, a_client(eu=server.url) as client:
        threads = [threading.Thread(target=send, args=(client, number)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.seen) == 12
    assert results == {number: an_id(number) for number in range(12)}


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="send_via"):
        a_client(send_via="us")
    with pytest.raises(ConfigurationError, match="de1_url"):
        a_client(de1="http://sms4a.de1.retarus.com/rest/v1")
    with pytest.raises(ConfigurationError, match="password"):
        Client("user", "")
