"""One connection: when the first byte of a request leaves, and when its time is over."""

import math
import os
import socket
import ssl
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from heapq import heappop, heappush
from http.client import HTTPResponse
from itertools import count
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.retry import Retry


class Exchange:
    """What is known of one request under way, and the end of its time.

    Time-outs of sockets count from byte to byte and never end a slow drip, so a timer cuts the connection instead.
    The cut goes through a duplicate of the socket, which stays valid while TLS and http.client pass the original on.
    """

    def __init__(self, address: str, total_s: float) -> None:
        self.address = address
        self.total_s = total_s
        self.sent = False
        """At least one byte of the request itself (not of TLS, not of a proxy's CONNECT) may have left."""
        self.reused = False
        """It went over a connection that was open already."""
        self.tunnelled = False
        """The proxy, if there is one, has connected us to the other side."""
        self.expired = False
        self.line: socket.socket | None = None
        self.over = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        _timer.watch(self)
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over = True
        _current.reset(self._token)
        with self._lock:
            if self.line:
                self.line.close()
            self.line = None

    def watch(self, descriptor: int) -> None:
        with self._lock:
            if self.line:
                self.line.close()
            self.line = socket.socket(fileno=socket.dup(descriptor))
        self.check()

    def begin(self) -> None:
        """The first byte is about to leave; TimeoutError, and nothing leaves, if the time is already over."""
        with self._lock:
            self.check()
            self.sent = True

    def check(self) -> None:
        if self.expired:
            raise TimeoutError("the time for this request is over")

    def expire(self) -> None:
        """Its time is over; nothing happens if it has ended before."""
        with self._lock:
            if self.over:
                return
            self.expired = True
            if self.line:
                with suppress(OSError):
                    self.line.shutdown(socket.SHUT_RDWR)


class Timer:
    """One thread that ends what takes too long; a thread for each request would cost more than the rest of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Exchange]] = []
        self._serial = count()
        self._thread: threading.Thread | None = None
        self._looks_at = math.inf
        """When the thread looks by itself, in monotonic seconds."""

    def watch(self, exchange: Exchange) -> None:
        with self._changed:
            while self._waiting and self._waiting[0][2].over:
                heappop(self._waiting)
            entry = (time.monotonic() + exchange.total_s, next(self._serial), exchange)
            heappush(self._waiting, entry)
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                # Whatever cannot be watched must not begin: RuntimeError, if the machine has no thread left.
                thread.start()
                self._thread = thread
            elif entry[0] < self._looks_at:
                # Only then: to wake a thread at each request costs more than its connection.
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._looks_at = self._waiting[0][0] if self._waiting else math.inf
                left_s = self._looks_at - time.monotonic()
                if left_s > 0:
                    self._changed.wait(min(left_s, threading.TIMEOUT_MAX))
                    continue
                _, _, exchange = heappop(self._waiting)
            exchange.expire()


_timer = Timer()


def _new_timer() -> None:
    global _timer
    _timer = Timer()


# A process that was forked has none of the threads.
os.register_at_fork(after_in_child=_new_timer)

# The connection runs in the thread of its request, several layers below it.
_current: ContextVar[Exchange] = ContextVar("_current")


class _WholeAnswer(HTTPResponse):
    """http.client takes the end of the connection for the end of the headers; here it is an error."""

    def begin(self) -> None:
        last = b""
        readline = self.fp.readline

        def remembered(limit: int) -> bytes:
            nonlocal last
            last = readline(limit)
            return last

        self.fp.readline = remembered  # type: ignore[method-assign,assignment]
        super().begin()
        if not last:
            raise ConnectionResetError("the connection ended inside the headers of the answer")


class _Connection(HTTPConnection):
    """Tells the exchange when the first byte of the request leaves: after connect, CONNECT and TLS."""

    response_class = _WholeAnswer
    _connecting = False

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        try:
            _current.get().watch(sock.fileno())
        except BaseException:
            sock.close()
            raise
        return sock

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def _tunnel(self) -> None:
        super()._tunnel()
        _current.get().tunnelled = True

    def send(self, data: Any) -> None:
        if self._connecting:
            super().send(data)
            return
        if self.sock is None:
            self.connect()
        exchange = _current.get()
        if exchange.line is None:
            exchange.reused = True
            exchange.watch(self.sock.fileno())
        # Until here the time-out is the one for connecting, too short for a large body on a slow line.
        self.sock.settimeout(exchange.total_s)
        exchange.begin()
        super().send(data)


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """Connections that report to the exchange and trust what our context trusts, never more."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        super().__init__(max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **more)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # The inherited one adds the bundle of `requests` to the context, on each connection anew.
        conn.cert_reqs = "CERT_REQUIRED"
