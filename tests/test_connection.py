"""The test of the connection: each trouble has its own name."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from sms4a._http import Timeouts
from sms4a.client import Client
from sms4a.connection import Connection, Finding, finding_of
from sms4a.errors import InvalidRequest, NotConnected, Obstacle, RateLimited, ServerError
from sms4a.simulator import Simulator
from tests import wire
from tests.clients import client_for

NOWHERE = "http://127.0.0.1:9/rest/v1"
TLS_NOWHERE = "https://127.0.0.1:9/rest/v1"


def connection_to(url: str, *, proxy: str | None = None) -> Connection:
    timeouts = Timeouts(connect_s=0.3, send_s=0.3, read_s=0.3, list_s=0.3)
    with Client(
        "user",
        "password",
        eu_url=NOWHERE,
        de2_url=url,
        de1_url=NOWHERE,
        proxy=proxy,
        timeouts=timeouts,
    ) as client:
        return client.test_connection()["de2"]


def failing_with(error: OSError) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


@contextmanager
def trouble(name: str, folder: Path) -> Iterator[tuple[str, str | None]]:
    """An address that fails in this way, and a proxy where that is the trouble."""
    replies: dict[str, wire.Reply] = {
        "wrong password": wire.answer(401, b"Credentials are required", headers={"Content-Type": "text/plain"}),
        "not allowed": wire.answer(403),
        "another service": wire.answer(404, b"<html>no such page</html>", headers={"Content-Type": "text/html"}),
        "another path": wire.answer(404),
        "a portal": wire.answer(200, b"<html>Welcome</html>", headers={"Content-Type": "text/html"}),
        "not a list": wire.answer(200, b"{}"),
        "not HTTP": wire.raw(b"220 mail.example ESMTP\r\n\r\n"),
        "silence": wire.silence,
        "hangs up": wire.close,
        "busy": wire.answer(429),
        "internal error": wire.answer(503),
        "refuses": wire.answer(400),
        "works": wire.answer(200, b"[]"),
    }
    lookups = {
        "no such host": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        "no name server": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        "no route": OSError(errno.ENETUNREACH, "Network is unreachable"),
    }
    with ExitStack() as stack:
        if name in replies:
            yield stack.enter_context(wire.ScriptedServer(replies[name])).url, None
        elif name in lookups:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(socket, "getaddrinfo", failing_with(lookups[name]))
            yield "https://sms4a.invalid/rest/v1", None
        elif name == "wrong port":
            yield NOWHERE, None
        elif name == "not TLS":
            server = stack.enter_context(wire.ScriptedServer(on_accept=wire.raw(b"SSH-2.0-OpenSSH\r\n")))
            yield server.url.replace("http:", "https:"), None
        elif name == "certificate":
            yield stack.enter_context(wire.ScriptedServer(wire.close, tls=wire.self_signed(folder)[0])).url, None
        elif name == "no proxy":
            yield TLS_NOWHERE, "http://127.0.0.1:9"
        elif name == "proxy silent":
            yield TLS_NOWHERE, f"http://127.0.0.1:{stack.enter_context(wire.ScriptedServer(wire.silence)).port}"
        else:
            status = {"proxy login": 407, "proxy forbids": 403, "proxy finds nobody": 502}[name]
            proxy = stack.enter_context(wire.ScriptedServer(wire.answer(status, b"<html>")))
            yield TLS_NOWHERE, f"http://127.0.0.1:{proxy.port}"


TROUBLES = [
    ("works", Finding.WORKS),
    ("wrong password", Finding.WRONG_LOGIN),
    ("not allowed", Finding.WRONG_LOGIN),
    ("another service", Finding.WRONG_ADDRESS),
    ("another path", Finding.WRONG_ADDRESS),
    ("a portal", Finding.WRONG_ADDRESS),
    ("not a list", Finding.WRONG_ADDRESS),
    ("not HTTP", Finding.WRONG_ADDRESS),
    ("no such host", Finding.WRONG_ADDRESS),
    ("not TLS", Finding.WRONG_ADDRESS),
    ("no name server", Finding.NO_NETWORK),
    ("no route", Finding.NO_NETWORK),
    ("wrong port", Finding.NOBODY_THERE),
    ("certificate", Finding.CERTIFICATE),
    ("no proxy", Finding.PROXY),
    ("proxy silent", Finding.PROXY),
    ("proxy login", Finding.PROXY),
    ("proxy forbids", Finding.PROXY),
    ("proxy finds nobody", Finding.PROXY),
    ("silence", Finding.NO_ANSWER),
    ("hangs up", Finding.NO_ANSWER),
    ("busy", Finding.BUSY),
    ("internal error", Finding.SERVER_TROUBLE),
    ("refuses", Finding.ODD_ANSWER),
]


@pytest.mark.parametrize(("name", "finding"), TROUBLES, ids=[row[0] for row in TROUBLES])
def test_each_trouble_is_told_apart(name: str, finding: Finding, tmp_path: Path) -> None:
    with trouble(name, tmp_path) as (url, proxy):
        test = connection_to(url, proxy=proxy)
    assert test.finding is finding
    assert (test.error is None) is (finding is Finding.WORKS)
    assert test.address == "de2"
    assert 0 <= test.elapsed_ms < 5000


def test_every_finding_has_a_case() -> None:
    assert {finding for _, finding in TROUBLES} == set(Finding)


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_every_obstacle_has_a_finding_and_only_one_is_a_matter_of_certificates(obstacle: Obstacle) -> None:
    error = NotConnected("", obstacle=obstacle)
    assert finding_of(error) in set(Finding)
    assert error.certificate is (finding_of(error) is Finding.CERTIFICATE)


def test_refusals_have_findings_too() -> None:
    errors = [InvalidRequest("", http_status=400), RateLimited(""), ServerError("", http_status=500)]
    assert [finding_of(error) for error in errors] == [Finding.ODD_ANSWER, Finding.BUSY, Finding.SERVER_TROUBLE]


def test_all_addresses_are_asked_at_once_and_nothing_is_sent(simulator: Simulator) -> None:
    with client_for(simulator) as client:
        assert {key: test.finding for key, test in client.test_connection().items()} == dict.fromkeys(
            ("eu", "de2", "de1"), Finding.WORKS
        )
    with client_for(simulator, password="wrong") as client:
        findings = {key: test.finding for key, test in client.test_connection().items()}
    # The entry for sending has nothing that proves a login without sending.
    assert findings == {"eu": Finding.WORKS, "de2": Finding.WRONG_LOGIN, "de1": Finding.WRONG_LOGIN}
