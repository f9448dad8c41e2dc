"""The simulator as a server on a loopback port: in a thread (console, tests) or as a process of its own."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sms4a.simulator.app import create_app
from sms4a.simulator.behaviour import Behaviour
from sms4a.simulator.engine import Engine
from sms4a.simulator.scenarios import ADDRESSES, Faults

HOST = "127.0.0.1"
LAST_ANSWERS_S = 2


class Simulator:
    """The simulated API in a thread: `with Simulator(path) as simulator: ... simulator.addresses["eu"]`.

    What it accepted is in the file at `path`; a second one on the same file, after the first has ended, knows it all.
    `clock` is asked for the time (aware) at each request. Further `settings` are those of `Behaviour`.
    """

    def __init__(
        self,
        path: str | Path,
        port: int = 0,
        username: str = "practice",
        password: str = "practice",
        clock: Callable[[], datetime] | None = None,
        **settings: Any,
    ) -> None:
        self.path = Path(path)
        self.username = username
        self.password = password
        self.faults = Faults()
        behaviour = Behaviour(**settings)
        # Listening before the thread runs: the port is known and nobody can come too early.
        self._socket = socket.create_server((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        try:
            self.engine = Engine(path, behaviour=behaviour, clock=clock)
        except BaseException:
            self._socket.close()
            raise
        self._server = _server(self.engine, self.faults, username, password)
        self._thread: threading.Thread | None = None
        self._stopped = False

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def addresses(self) -> dict[str, str]:
        """Base URLs, including /rest/v1, under `eu`, `de2` and `de1`."""
        return {address: f"{self.url}/{address}/rest/v1" for address in ADDRESSES}

    def advance(self, by: timedelta) -> None:
        """Let its time jump ahead."""
        self.engine.set_now(self.engine.clock.now_ms() + round(by.total_seconds() * 1000))

    def start(self) -> "Simulator":
        """Serve in a thread; returns at once, connections are taken from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)
            self._thread.start()
        return self

    def serve(self) -> None:
        """Serve in this thread until a signal ends the process."""
        try:
            self._serve()
        finally:
            self.stop()

    def stop(self) -> None:
        """Take no more connections, drop those that wait, close the file. Stopping twice does no harm."""
        self.faults.stopping = True
        self._server.end()
        if self._thread is not None:
            self._thread.join(10)
        if not self._stopped:
            self._stopped = True
            self._socket.close()
            self.engine.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """Ends at once: uvicorn's own looks ten times a second whether it should, and waits a tenth of a second then."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def end(self) -> None:
        """May be called from any thread, also before the server has begun."""
        self.should_exit = True
        if self._ending is not None:
            loop, event = self._ending
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(event.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.end()

    async def main_loop(self) -> None:
        event = asyncio.Event()
        self._ending = asyncio.get_running_loop(), event
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        end = asyncio.get_running_loop().time() + LAST_ANSWERS_S
        while self.server_state.connections or self.server_state.tasks:
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.002)


def _server(engine: Engine, faults: Faults, username: str, password: str) -> _Server:
    connections: dict[tuple[str, int], asyncio.Transport] = {}

    class Protocol(H11Protocol):
        """Knows its connections, so that one can be closed without an answer; writes no access log."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.access_log = False
            # asyncio leaves this out for a listener made by `create_server`, and each answer would wait 40 ms.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections[transport.get_extra_info("peername")] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    def cut(client: tuple[str, int], reset: bool) -> None:
        transport = connections.get(client)
        if transport is None:  # the caller has gone already
            return
        if reset:
            # Lingering for no time at all makes the kernel send a reset instead of an orderly end.
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    return _Server(
        uvicorn.Config(
            create_app(engine, faults, username=username, password=password, cut=cut),
            http=Protocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            # Loggers are shared with every other uvicorn in this process, such as the console's own.
            log_config=None,
            log_level=None,
            proxy_headers=False,
        )
    )
