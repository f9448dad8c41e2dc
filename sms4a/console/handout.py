"""Large files: written in the background, handed out once at an address nobody can guess, and never left lying."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sms4a.console.exports import Progress
from sms4a.console.own_folder import OwnFolder

log = logging.getLogger(__name__)

ROUTE = "/api/file/"

# Long enough to click, short enough that no list of numbers lies about.
KEPT_S = 900.0

# More at once would slow down the sender in the same process.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Ticket:
    """One file that was asked for."""

    id: str
    """Also the secret part of its address."""
    name: str
    media_type: str
    total: int
    """Rows."""
    asked_at: float
    """Of the clock of `Handouts`."""
    done: int = 0
    ready: bool = False
    failed: bool = False
    size: int = 0
    """Bytes."""

    @property
    def url(self) -> str:
        return ROUTE + self.id


class Handouts:
    """The files of one process. A page asks, looks how far it is, and shows the address; the route hands it out."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """What earlier processes left in the folder is removed; those that live have a part of their own."""
        self._folder = OwnFolder(folder)
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, Ticket] = {}
        self._places = threading.Semaphore(AT_ONCE)
        self._threads: list[threading.Thread] = []

    def ask(self, name: str, media_type: str, total: int, write: Callable[[Path, Progress], None]) -> str:
        """Begin to write a file; gives back the ticket's id."""
        self._forget_old()
        ticket = Ticket(secrets.token_urlsafe(32), name, media_type, total, self._clock())
        with self._lock:
            self._tickets[ticket.id] = ticket
        thread = threading.Thread(target=self._run, args=(ticket.id, write), name="handout", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return ticket.id

    def look(self, ticket_id: str | None) -> Ticket | None:
        """None if it was handed out, or has become too old."""
        self._forget_old()
        with self._lock:
            return self._tickets.get(ticket_id or "")

    def take(self, ticket_id: str) -> tuple[Ticket, Path] | None:
        """The file, for one reader alone; whoever takes it deletes it. None if somebody else has emptied the folder."""
        self._forget_old()
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is None or not ticket.ready:
                return None
            del self._tickets[ticket_id]
        path = self._path(ticket_id)
        return (ticket, path) if path.exists() else None

    def wait(self) -> None:
        """Until everything that was asked for is written."""
        for thread in self._threads:
            thread.join()

    def clear(self) -> None:
        with self._lock:
            self._tickets.clear()
        self._folder.remove()

    def _run(self, ticket_id: str, write: Callable[[Path, Progress], None]) -> None:
        path = self._path(ticket_id)
        with self._places:
            try:
                self._folder.make()
                write(path, lambda done: self._told(ticket_id, done))
                size = path.stat().st_size
            except _Unwanted:
                path.unlink(missing_ok=True)
            except Exception as error:
                # Its message could quote a row.
                log.error("a file could not be written: %s", type(error).__name__)
                path.unlink(missing_ok=True)
                self._change(ticket_id, failed=True)
            else:
                if not self._change(ticket_id, ready=True, size=size):
                    path.unlink(missing_ok=True)

    def _told(self, ticket_id: str, done: int) -> None:
        if not self._change(ticket_id, done=done):
            raise _Unwanted

    def _change(self, ticket_id: str, **changes: int | bool) -> bool:
        """Time counts from the last sign of life; False if nobody waits for it any more."""
        with self._lock:
            ticket = self._tickets.get(ticket_id)
            if ticket is not None:
                self._tickets[ticket_id] = replace(ticket, asked_at=self._clock(), **changes)  # type: ignore[arg-type]
            return ticket is not None

    def _forget_old(self) -> None:
        limit = self._clock() - KEPT_S
        with self._lock:
            old = [ticket.id for ticket in self._tickets.values() if ticket.asked_at < limit]
            for ticket_id in old:
                del self._tickets[ticket_id]
        for ticket_id in old:
            self._path(ticket_id).unlink(missing_ok=True)

    def _path(self, ticket_id: str) -> Path:
        return self._folder.path / ticket_id


class _Unwanted(Exception):
    """Nobody waits for the file any more."""


_SECRET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


async def hand_out(request: Request, handouts: Handouts) -> Response:
    """The file behind an address, once; its name says nothing of the people in it."""
    found = handouts.take(request.path_params["ticket"]) if request.method == "GET" else None
    if found is None:
        return PlainTextResponse("This file was handed out or is too old.\n", status_code=404, headers=_SECRET)
    ticket, path = found
    return FileResponse(
        path,
        media_type=ticket.media_type,
        filename=ticket.name,
        headers=_SECRET,
        background=BackgroundTask(path.unlink, missing_ok=True),
    )
