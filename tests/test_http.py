"""One request: what may go in, what refusals mean, and that nothing leaks or lingers."""

import base64
import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sms4a import _line
from sms4a._answers import Answer, check_answer, retry_after_s
from sms4a._http import Timeouts, Wire, basic_login, check_base
from sms4a._line import Exchange, Timer
from sms4a.errors import (
    APIError,
    AuthenticationFailed,
    ConfigurationError,
    DuplicateJob,
    InvalidRequest,
    NoAnswer,
    NotConnected,
    NotFound,
    RateLimited,
    ServerError,
    Sms4aError,
    UnexpectedAnswer,
)
from sms4a.masking import mask_numbers
from tests import wire

SAMPLES = Path(__file__).parent / "samples"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOGIN = basic_login("user", "password")


def an_answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    return Answer("eu", status, headers or {}, body)


def a_wire(url: str, *, total_s: float = 5, ca_file: Path | None = None, proxy: str | None = None) -> Wire:
    timeouts = Timeouts(connect_s=total_s, send_s=total_s, read_s=total_s, list_s=total_s)
    return Wire({"eu": url}, LOGIN, timeouts=timeouts, ca_file=ca_file, proxy=proxy)


GOOD_BASES = [
    ("https://sms4a.eu.retarus.com/rest/v1", "https://sms4a.eu.retarus.com/rest/v1"),
    (" https://sms4a.eu.retarus.com/rest/v1/ ", "https://sms4a.eu.retarus.com/rest/v1"),
    ("http://127.0.0.1:8080/eu/rest/v1", "http://127.0.0.1:8080/eu/rest/v1"),
    ("http://localhost:8080", "http://localhost:8080"),
    ("http://[::1]:8080", "http://[::1]:8080"),
]
BAD_BASES = [
    "http://sms4a.eu.retarus.com/rest/v1",
    "http://127.0.0.1.example.com/",
    "http://0.0.0.0:8080",
    "https://user:secret@sms4a.eu.retarus.com/rest/v1",
    "https://sms4a.eu.retarus.com/rest/v1?x=1",
    "https://sms4a.eu.retarus.com:99999/rest/v1",
    "https:///rest/v1",
    "ftp://127.0.0.1/",
    "sms4a.eu.retarus.com",
    "http://[::1",
    "",
]


@pytest.mark.parametrize(("url", "base"), GOOD_BASES)
def test_an_address_is_https_or_on_this_machine(url: str, base: str) -> None:
    assert check_base("eu_url", url) == base


@pytest.mark.parametrize("url", BAD_BASES)
def test_any_other_address_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="eu_url") as refusal:
        check_base("eu_url", url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("password", ["a?>~b", "pässwörd€", "a:b", " ", "\U0001f512"])
def test_any_password_works_and_travels_in_plain_base64(password: str) -> None:
    scheme, _, token = basic_login("user", password).partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(token, validate=True).decode() == f"user:{password}"


@pytest.mark.parametrize(("username", "password"), [("", "p"), ("u", ""), ("u:x", "p")])
def test_a_login_that_cannot_work_is_refused(username: str, password: str) -> None:
    with pytest.raises(ConfigurationError):
        basic_login(username, password)


RETRY_AFTER = [
    (None, None),
    ("0", 0),
    ("10", 10),
    (" 12 ", 12),
    ("1.5", 1.5),
    ("-5", 0),
    ("Mon, 23 Nov 2026 12:00:30 GMT", 30),
    ("Mon, 23 Nov 2026 13:00:30 +0100", 30),
    ("Mon, 23 Nov 2026 12:00:30 -0000", 30),
    ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
    ("soon", None),
    ("", None),
    ("nan", None),
    ("inf", None),
    ("9" * 400, None),
    ("Mon, 99 Nov 2026 12:00:30 GMT", None),
    ("Mon, 23 Nov 99999999999 12:00:30 GMT", None),
]


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER)
def test_retry_after_is_read_in_any_form(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOON) == seconds


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("number +491713920011 is blocked", "number …11 is blocked"),
        ("+49 (0)171 / 39 200-11, 0171 3920011", "…11, …11"),
        ("(0171) 392 00 11 and 00491713920011", "…11 and …11"),
        ("between 2026-07-09 and 2026-07-10", "between 2026-07-09 and 2026-07-10"),
        ("1234567", "…67"),
        ("123456", "123456"),
        ("options.src must match", "options.src must match"),
    ],
)
def test_phone_numbers_are_masked(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


REFUSALS: list[tuple[int, bytes, dict[str, str], type[Sms4aError], type[Sms4aError]]] = [
    # status, body, headers, when sending, when reading
    (400, b'{"message":"Wrong qos"}', {}, InvalidRequest, InvalidRequest),
    (401, b"Credentials are required", {"Content-Type": "text/plain"}, AuthenticationFailed, AuthenticationFailed),
    (403, b"", {}, AuthenticationFailed, AuthenticationFailed),
    (404, b"", {}, NotFound, NotFound),
    (405, b"", {}, NotFound, UnexpectedAnswer),
    (409, b"", {}, DuplicateJob, DuplicateJob),
    (413, b"", {}, InvalidRequest, InvalidRequest),
    (415, b"", {}, NotFound, UnexpectedAnswer),
    (418, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
    (422, b'{"errors":["x"]}', {}, InvalidRequest, InvalidRequest),
    (429, b"", {}, RateLimited, RateLimited),
    (401, b"<html>", {}, UnexpectedAnswer, UnexpectedAnswer),
    (429, b"slow down", {"Content-Type": "text/HTML; charset=utf-8"}, UnexpectedAnswer, UnexpectedAnswer),
    (404, b"\n<!DOCTYPE html>", {}, UnexpectedAnswer, UnexpectedAnswer),
    (500, b"", {}, ServerError, ServerError),
    (503, b"<html>", {"Retry-After": "5"}, ServerError, ServerError),
    (599, b"", {}, ServerError, ServerError),
    (600, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
    (202, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
    (204, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
    (304, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
    (103, b"", {}, UnexpectedAnswer, UnexpectedAnswer),
]


@pytest.mark.parametrize(("status", "body", "headers", "sending", "reading"), REFUSALS)
def test_each_status_has_its_error(
    status: int, body: bytes, headers: dict[str, str], sending: type[Sms4aError], reading: type[Sms4aError]
) -> None:
    for kind, is_sending in ((sending, True), (reading, False)):
        with pytest.raises(Sms4aError) as refusal:
            check_answer(an_answer(status, body, headers), sending=is_sending, now=lambda: NOON)
        assert type(refusal.value) is kind
        assert refusal.value.http_status == status  # type: ignore[attr-defined]
        assert refusal.value.address == "eu"  # type: ignore[attr-defined]


def test_success_is_200_and_only_when_sending_201() -> None:
    check_answer(an_answer(200), sending=False, now=lambda: NOON)
    check_answer(an_answer(200), sending=True, now=lambda: NOON)
    check_answer(an_answer(201), sending=True, now=lambda: NOON)
    with pytest.raises(UnexpectedAnswer):
        check_answer(an_answer(201), sending=False, now=lambda: NOON)


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ((SAMPLES / "error_message.json").read_bytes(), "Wrong qos: invalid", 400),
        (b'{"errors":["a","b",5]}', "a; b", None),
        (b'{"message":"no","code":"x","errors":"y"}', "no", None),
        (b'{"code":true}', "", None),
        (
            b"Credentials are required to access this resource.",
            "Credentials are required to access this resource.",
            None,
        ),
        (b'"quoted"', "quoted", None),
        (b"[1]", "", None),
        (b"", "", None),
        (b"\xff\xfe", "\ufffd\ufffd", None),
        (b'{"message":"+491713920011 is wrong"}', "…11 is wrong", None),
        (json.dumps({"message": "x" * 9999}).encode(), "x" * 500, None),
        (b"[" * 100_000, ("[" * 500), None),
    ],
)
def test_the_reason_is_found_in_every_shape_of_error_body(body: bytes, message: str, code: int | None) -> None:
    with pytest.raises(APIError) as refusal:
        check_answer(an_answer(400, body), sending=True, now=lambda: NOON)
    assert (refusal.value.message, refusal.value.code) == (message, code)


def test_a_rate_limit_tells_how_long_to_wait() -> None:
    with pytest.raises(RateLimited) as refusal:
        check_answer(an_answer(429, b"", {"Retry-After": "12"}), sending=True, now=lambda: NOON)
    assert refusal.value.retry_after_s == 12


def test_each_post_has_a_connection_of_its_own_while_reads_share_one() -> None:
    with wire.ScriptedServer(wire.answer(200, b"{}", keep=True)) as server:
        line = a_wire(server.url)
        for _ in range(3):
            line.post("eu", "/jobs", b"{}")
        assert server.connections == 3
        for _ in range(3):
            line.get("eu", "/version", total_s=5)
        assert server.connections == 4
        line.close()


def test_login_and_body_reach_the_server_as_they_are_and_the_environment_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with wire.ScriptedServer(wire.answer(200, b"{}")) as server:
        line = a_wire(server.url)
        line.post("eu", "/jobs", "{é}".encode())
        line.close()
    (seen,) = server.seen
    assert seen.body == "{é}".encode()
    assert seen.headers["authorization"] == LOGIN
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["accept-encoding"] == "identity"
    assert "cookie" not in seen.headers


def test_an_answer_without_end_is_cut_off() -> None:
    with wire.ScriptedServer(wire.answer(201, b"1" * (10 * 1024 * 1024 + 1))) as server:
        line = a_wire(server.url)
        with pytest.raises(UnexpectedAnswer):
            line.post("eu", "/jobs", b"{}")
        assert len(line.get("eu", "/sms", total_s=5).body) > 10 * 1024 * 1024
        line.close()


def test_a_clock_that_runs_out_ends_the_reading_of_an_answer() -> None:
    times = iter([0.0, 10.0])
    with wire.ScriptedServer(wire.answer(200, b"{}")) as server:
        line = Wire({"eu": server.url}, LOGIN, timeouts=Timeouts(send_s=5), clock=lambda: next(times))
        with pytest.raises(NoAnswer):
            line.post("eu", "/jobs", b"{}")
        line.close()


def test_one_thread_watches_the_time_of_all_requests() -> None:
    with wire.ScriptedServer(wire.answer(200, b"{}")) as server:
        line = a_wire(server.url)
        line.post("eu", "/jobs", b"{}")
        watching = _watching()
        for _ in range(3):
            line.post("eu", "/jobs", b"{}")
        line.close()
    assert _watching() == watching
    assert all(thread.daemon for thread in watching)


def _watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "deadlines"]


class Ending(Exchange):
    """An exchange that tells when its time is over."""

    def __init__(self, total_s: float) -> None:
        super().__init__("eu", total_s)
        self.ended = threading.Event()

    def expire(self) -> None:
        super().expire()
        self.ended.set()


def test_a_request_with_little_time_does_not_wait_for_one_that_began_before_with_more() -> None:
    timer, slow, quick = Timer(), Ending(60), Ending(0.01)
    timer.watch(slow)
    timer.watch(quick)
    assert quick.ended.wait(10)
    assert (quick.expired, slow.expired) == (True, False)


def test_a_request_that_has_ended_does_not_expire() -> None:
    timer, over = Timer(), Ending(0.01)
    over.over = True
    timer.watch(over)
    assert over.ended.wait(10)
    assert not over.expired


def test_a_machine_that_cannot_watch_the_deadline_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with wire.ScriptedServer(wire.answer(200, b"{}")) as server:
        line = a_wire(server.url)
        with monkeypatch.context() as exhausted:
            exhausted.setattr(_line, "_timer", Timer())
            exhausted.setattr(threading.Thread, "start", start)
            for _ in range(2):
                with pytest.raises(NotConnected):
                    line.post("eu", "/jobs", b"{}")
        line.close()
        assert server.seen == []


def test_tls_is_trusted_with_the_right_certificate_only(tmp_path: Path) -> None:
    tls, certificate = wire.self_signed(tmp_path)
    with wire.ScriptedServer(wire.answer(200, b"{}", keep=True), tls=tls) as server:
        trusting = a_wire(server.url, ca_file=certificate)
        assert trusting.post("eu", "/jobs", b"{}").http_status == 200
        for _ in range(2):
            assert trusting.get("eu", "/version", total_s=5).http_status == 200
        trusting.close()
        strict = a_wire(server.url)
        with pytest.raises(NotConnected) as refusal:
            strict.post("eu", "/jobs", b"{}")
        assert refusal.value.certificate
        strict.close()
    assert len(server.seen) == 3


def test_a_trusted_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    tls, certificate = wire.self_signed(tmp_path, host="127.0.0.2")
    with wire.ScriptedServer(wire.answer(200, b"{}"), tls=tls) as server:
        line = a_wire(server.url, ca_file=certificate)
        with pytest.raises(NotConnected) as refusal:
            line.post("eu", "/jobs", b"{}")
        assert refusal.value.certificate
        line.close()
    assert server.seen == []


def test_a_file_of_trusted_certificates_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for place in (tmp_path / "empty.pem", tmp_path / "absent.pem"):
        with pytest.raises(ConfigurationError, match="certificates"):
            a_wire("https://127.0.0.1:9", ca_file=place)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "127.0.0.1:9", "http://", "http://[bad"])
def test_a_proxy_that_cannot_work_is_refused(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        a_wire("https://127.0.0.1:9", proxy=proxy)


@pytest.mark.parametrize(
    "reply", [wire.answer(407), wire.answer(502, b"<html>"), wire.close, wire.reset, wire.raw(b"nonsense\r\n\r\n")]
)
def test_what_a_proxy_refuses_was_not_sent_and_shows_it_no_login(reply: wire.Reply) -> None:
    with wire.ScriptedServer(reply) as proxy:
        line = a_wire("https://127.0.0.1:9/rest/v1", proxy=f"http://name:hidden@127.0.0.1:{proxy.port}")
        with pytest.raises(NotConnected) as refusal:
            line.post("eu", "/jobs", b"secret body")
        line.close()
    (seen,) = proxy.seen
    assert (seen.method, seen.body) == ("CONNECT", b"")
    assert "authorization" not in seen.headers
    assert "hidden" not in str(refusal.value)


def tunnel_to(port: int) -> wire.Reply:
    """Does what CONNECT asks for: bytes go both ways until the client ends."""

    def reply(peer: wire.Peer) -> bool:
        peer.sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            back = threading.Thread(target=pour, args=(upstream, peer.sock))
            back.start()
            pour(peer.sock, upstream)
            with suppress(OSError):
                upstream.shutdown(socket.SHUT_RDWR)
            back.join()
        return False

    return reply


def pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)


def test_a_proxy_sees_the_tunnel_and_nothing_of_what_goes_through_it(tmp_path: Path) -> None:
    tls, certificate = wire.self_signed(tmp_path)
    with wire.ScriptedServer(wire.answer(201, wire.ACCEPTED), tls=tls) as server:
        with wire.ScriptedServer(tunnel_to(server.port)) as proxy:
            line = a_wire(server.url, ca_file=certificate, proxy=f"http://127.0.0.1:{proxy.port}")
            assert line.post("eu", "/jobs", b"{}").body == wire.ACCEPTED
            line.close()
        assert [seen.method for seen in proxy.seen] == ["CONNECT"]
        assert [seen.body for seen in server.seen] == [b"{}"]


def test_silence_behind_a_proxy_counts_as_sent(tmp_path: Path) -> None:
    tls, certificate = wire.self_signed(tmp_path)
    with wire.ScriptedServer(wire.silence, tls=tls) as server, wire.ScriptedServer(tunnel_to(server.port)) as proxy:
        line = a_wire(server.url, ca_file=certificate, proxy=f"http://127.0.0.1:{proxy.port}", total_s=0.4)
        with pytest.raises(NoAnswer):
            line.post("eu", "/jobs", b"{}")
        line.close()
        assert len(server.seen) == 1


def test_a_proxy_that_never_answers_its_connect_ends_with_the_deadline_unsent() -> None:
    with wire.ScriptedServer(wire.silence) as proxy:
        line = a_wire("https://127.0.0.1:9/rest/v1", total_s=0.1, proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(NotConnected):
            line.post("eu", "/jobs", b"{}")
        line.close()
