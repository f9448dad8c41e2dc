"""One request to the API: address, login, deadlines, and every foreign error turned into one of ours."""

import base64
import errno
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import DecodeError, ProtocolError
from urllib3.util.ssl_ import create_urllib3_context

from sms4a._answers import Answer
from sms4a._line import Adapter, Exchange
from sms4a.addresses import EU_URL
from sms4a.errors import ConfigurationError, NoAnswer, NotConnected, Obstacle, TransportError, UnexpectedAnswer

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; each but the first is for one request as a whole, answer included."""

    connect_s: float = 5
    """Per address of the host, and per step of the TLS handshake."""
    send_s: float = 90
    read_s: float = 30
    list_s: float = 120
    """The list of jobs is known to be slow."""


def check_base(name: str, url: str) -> str:
    """The base address without a slash at its end; ConfigurationError unless it is https (http on loopback only)."""
    parts = _split(name, url)
    if parts.username is not None:
        raise ConfigurationError(f"{name} must not contain a login: it would show up in logs")
    if parts.query or parts.fragment or not parts.hostname:
        raise ConfigurationError(f"{name} is not a base address such as {EU_URL}")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ConfigurationError(f"{name} must start with https:// (http:// only for this machine itself)")
    return url.strip().rstrip("/")


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name} is not an address") from error
    return parts


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def basic_login(username: str, password: str) -> str:
    """The Authorization header: plain Base64 over UTF-8, so that any password works."""
    if not username or not password:
        raise ConfigurationError("the API needs a login ID and a password")
    if ":" in username:
        raise ConfigurationError("a login ID cannot contain a colon")
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


class Wire:
    """Makes requests to the given base addresses; may be shared by threads.

    A POST has a connection of its own, because a kept-alive one can die after it took the body. No POST is repeated
    and no redirect is followed: the adapter is used without its session, which would follow them.
    """

    def __init__(
        self,
        bases: Mapping[str, str],
        login: str,
        *,
        proxy: str | None = None,
        ca_file: str | Path | None = None,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self._bases = dict(bases)
        self._headers = {"Authorization": login, "Accept": "application/json", "User-Agent": "sms4a"}
        # Plain http is for loopback alone, where a proxy has no business.
        self._proxies = {"https": check_proxy("proxy", proxy)} if proxy else {}
        self._clock = clock
        needs_tls = ca_file is not None or any(base.startswith("https:") for base in self._bases.values())
        self._tls = _trust(ca_file) if needs_tls else None
        self._reader = Adapter(self._tls)

    def post(self, address: str, path: str, body: bytes) -> Answer:
        """Exactly one POST, never repeated."""
        request = self._request("POST", address, path, data=body, headers={"Content-Type": "application/json"})
        with closing(Adapter(self._tls)) as adapter:
            return self._perform(Exchange(address, self.timeouts.send_s), adapter, request, max_bytes=10 * MIB)

    def get(self, address: str, path: str, params: Mapping[str, str] | None = None, *, total_s: float) -> Answer:
        """One GET, over a kept-alive connection if there is one."""
        request = self._request("GET", address, path, params=params)
        exchange = Exchange(address, total_s)
        # 3,000 statuses with a kilobyte of reason each come to 5 MiB, a page of 1,000 job ids to 50 KiB.
        max_bytes = 50 * MIB
        try:
            return self._perform(exchange, self._reader, request, max_bytes=max_bytes)
        except NoAnswer:
            # A server closes an idle connection whenever it likes, also just as we use it again.
            if not exchange.reused or exchange.expired:
                raise
        with closing(Adapter(self._tls)) as adapter:
            return self._perform(Exchange(address, total_s), adapter, request, max_bytes=max_bytes)

    def close(self) -> None:
        self._reader.close()

    def _request(
        self, method: str, address: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> requests.PreparedRequest:
        try:
            base = self._bases[address]
        except KeyError:
            raise ValueError(f"no such address: {address!r}") from None
        return requests.Request(method, base + path, headers={**self._headers, **(headers or {})}, **more).prepare()

    def _perform(
        self, exchange: Exchange, adapter: Adapter, request: requests.PreparedRequest, *, max_bytes: int
    ) -> Answer:
        deadline = self._clock() + exchange.total_s
        timeout = (min(self.timeouts.connect_s, exchange.total_s), exchange.total_s)
        try:
            with exchange:
                response = adapter.send(request, stream=True, timeout=timeout, proxies=self._proxies)
                with closing(response):
                    body = b"".join(self._chunks(response, deadline, max_bytes))
                # A connection that was cut looks like the end of an answer that names no length.
                exchange.check()
                return Answer(exchange.address, response.status_code, response.headers, body)
        except _FOREIGN as error:
            ours = _transport_error(error, exchange, proxied="https" in self._proxies and _is_https(request))
            # What came back may be anything, a proxy's page or an echo of numbers, and tracebacks end up in logs.
            raise ours from (None if isinstance(ours, UnexpectedAnswer) else error)

    def _chunks(self, response: requests.Response, deadline: float, max_bytes: int) -> Iterator[bytes]:
        left = max_bytes
        for chunk in response.raw.stream(64 * 1024, decode_content=True):
            left -= len(chunk)
            if left < 0:
                raise AnswerTooLong(f"the answer is longer than {max_bytes // MIB} MiB")
            if self._clock() >= deadline:
                raise TimeoutError("the answer was not complete in time")
            yield chunk


def _is_https(request: requests.PreparedRequest) -> bool:
    return (request.url or "").startswith("https:")


def check_proxy(name: str, url: str) -> str:
    """The address of a proxy; ConfigurationError if it is none."""
    parts = _split(name, url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{name} is not an address such as http://proxy.example:3128")
    return url.strip()


def _trust(ca_file: str | Path | None) -> ssl.SSLContext:
    """Verifies certificate and host name against `ca_file` (a file or a folder) or else the list `requests` brings."""
    context = create_urllib3_context()
    place = Path(ca_file or DEFAULT_CA_BUNDLE_PATH)
    try:
        if place.is_dir():
            context.load_verify_locations(capath=place)
        else:
            context.load_verify_locations(cafile=place)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"the file of trusted certificates cannot be read: {place}") from error
    return context


class AnswerTooLong(HTTPException):
    """More bytes than any answer of the API has."""


_FOREIGN = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
    ValueError,
    RuntimeError,
)


def _transport_error(error: BaseException, exchange: Exchange, *, proxied: bool) -> TransportError:
    """Ours for anything that kept a request from a complete answer; it quotes no foreign text."""
    causes = list(_causes(error))
    root = _root_name(causes)
    address = exchange.address
    if not exchange.sent:
        obstacle = _obstacle(causes, in_proxy=proxied and not exchange.tunnelled, expired=exchange.expired)
        what = "the certificate is not trusted" if obstacle is Obstacle.CERTIFICATE else f"no connection ({root})"
        return NotConnected(f"{address}: {what}", address=address, obstacle=obstacle)
    if exchange.expired or any(isinstance(cause, TimeoutError) for cause in causes):
        return NoAnswer(f"{address}: no complete answer in time", address=address)
    if any(isinstance(cause, ConnectionError) for cause in causes):
        return NoAnswer(f"{address}: the connection was lost ({root})", address=address)
    if any(isinstance(cause, HTTPException | DecodeError | ProtocolError | ValueError) for cause in causes):
        return UnexpectedAnswer(f"{address}: the answer is broken ({root})", address=address)
    return NoAnswer(f"{address}: no answer ({root})", address=address)


_NO_WAY_OUT = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


def _obstacle(causes: list[BaseException], *, in_proxy: bool, expired: bool) -> Obstacle:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Obstacle.CERTIFICATE
    if in_proxy:
        return Obstacle.PROXY
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            # "Try again" is what a machine without a network hears; a name that does not exist is another matter.
            return Obstacle.NETWORK if cause.errno == socket.EAI_AGAIN else Obstacle.HOST
        if isinstance(cause, ConnectionRefusedError):
            return Obstacle.REFUSED
        if isinstance(cause, OSError) and cause.errno in _NO_WAY_OUT:
            return Obstacle.NETWORK
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError | ssl.SSLEOFError):
            return Obstacle.TLS
    is_silent = expired or any(isinstance(cause, TimeoutError) for cause in causes)
    return Obstacle.SILENCE if is_silent else Obstacle.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it was made from, nearest first."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        near = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        waiting.extend(item for item in near if isinstance(item, BaseException))


def _root_name(causes: list[BaseException]) -> str:
    """A word on the reason that quotes nothing: texts of foreign errors may contain addresses and logins."""
    system = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return (system[-1].strerror or "") if system else type(causes[-1]).__name__
