"""The worker: what is due next, until told to stop. The same code in the console's process and in its own."""

import fcntl
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from sms4a.campaigns.bookkeeping import upsert
from sms4a.campaigns.health import Health
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.policy import MENDS_ITSELF
from sms4a.campaigns.results.index import Indexer
from sms4a.campaigns.results.retention import Retention
from sms4a.campaigns.results.track import Tracker
from sms4a.campaigns.sending.claims import Claims
from sms4a.campaigns.sending.guard import Guard
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.sending.reconcile import Reconciler
from sms4a.campaigns.sending.send import Sender
from sms4a.campaigns.sending.spool import Spool
from sms4a.campaigns.sending.sweep import Sweeper
from sms4a.campaigns.sending.troubles import Troubles
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import worker
from sms4a.client import Client
from sms4a.errors import Sms4aError

log = logging.getLogger(__name__)

BEAT_S = 5.0

# A lease outlasts the deadline of a POST (90 s) by 15 s; after that its worker counts as dead.
LEASE_S = 105.0

# How often a sender that is held asks whether it has been mended.
PROBE_S = 60.0

# How long a worker waits before it tries again to begin.
RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker sends."""

    send_via: str = "eu"
    rate_per_minute: int = 60_000
    send_threads: int = 4
    lease_s: float = LEASE_S
    keep_days: int | None = None
    """After so many days numbers and texts are erased; None: never."""


class Worker:
    """Threads around the steps; each step is one small transaction or call and can be interrupted between two."""

    def __init__(self, store: Store, client: Client, pace: Pace, folder: Path) -> None:
        """`folder`: where the worker keeps what must not be lost with the database."""
        database = store.database
        self.id = f"{socket.gethostname()[:40]}-{os.getpid()}-{random_id(6)}"
        self._store = store
        self._client = client
        self._health = Health(database)
        self._claims = Claims(
            database, send_via=pace.send_via, rate_per_minute=pace.rate_per_minute, lease_s=pace.lease_s
        )
        self._guard = Guard(database, folder)
        self._spool = Spool(folder)
        # One for each thread: what one could not record must not stop the others from trying.
        self._senders = [
            Sender(self._claims, client, self._health, self._guard, self._spool, send_via=pace.send_via)
            for _ in range(pace.send_threads)
        ]
        self._reconciler = Reconciler(database, client)
        self._planner = Planner(database)
        self._tracker = Tracker(database, client, self._health)
        self._indexer = Indexer(database, client, self._health)
        self._sweeper = Sweeper(database)
        self._retention = Retention(database, pace.keep_days)
        self._troubles = Troubles()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Begin in the background. On SQLite only one process works; the others wait for their turn."""
        supervisor = threading.Thread(target=self._supervise, name="worker", daemon=True)
        self._threads.append(supervisor)
        supervisor.start()

    def stop(self, timeout_s: float = LEASE_S) -> None:
        """Start nothing new, and wait until what is under way is recorded."""
        self._stop.set()
        deadline = time.monotonic() + timeout_s
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            self._sign_off()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def wait(self) -> None:
        """Until somebody calls `stop`."""
        self._stop.wait()

    def _supervise(self) -> None:
        while not self._begun():
            if self._stop.wait(RETRY_S):
                return
        loops: list[tuple[str, Callable[[], bool], float]] = [
            # Two, so that a big list does not keep a small one waiting.
            ("read-1", self._read_list, 0.3),
            ("read-2", self._read_list, 0.3),
            ("prepare", lambda: self._planner.plan_next(self.id), 0.3),
            ("sweep", self._sweep, 0.5),
            ("track-1", lambda: self._tracker.step(self.id), 0.5),
            ("track-2", lambda: self._tracker.step(self.id), 0.5),
            ("reconcile", lambda: self._reconciler.step(self.id), 1.0),
            ("index", self._indexer.step, 5.0),
            ("probe", self._probe, PROBE_S),
        ]
        threads = [threading.Thread(target=self._loop, args=(step, idle_s), name=name) for name, step, idle_s in loops]
        for number, sender in enumerate(self._senders, start=1):
            threads.append(threading.Thread(target=self._send, args=(sender,), name=f"send-{number}"))
        for thread in threads:
            thread.daemon = True
            self._threads.append(thread)
            thread.start()
        self._loop(self._beat, BEAT_S)

    def _begun(self) -> bool:
        """All that comes before the first claim; False if it is not this process's turn, or something failed.

        What was spooled is written down before unfinished attempts are given up, or it would come too late.
        """
        if not self._alone():
            return False
        try:
            self._spool.replay(self._claims)
            if self._lock:
                self._claims.give_up(dead_owners=True)
            self._guard.at_start()
            self._beat()
        except Exception as error:
            # A database that is away for a moment; another process may do better meanwhile.
            self._troubles.failed("the worker cannot begin", error)
            self._unlock()
            return False
        return True

    def _loop(self, step: Callable[[], bool], idle_s: float) -> None:
        while not self._stop.is_set():
            try:
                busy = step()
                self._troubles.passed()
            except Exception as error:
                # One bad row or a database that is away for a moment must not end the thread.
                self._troubles.failed(threading.current_thread().name, error)
                busy = False
            if not busy:
                self._stop.wait(idle_s)

    def _send(self, sender: Sender) -> None:
        self._loop(lambda: sender.step(self.id, keep_going=not self._stop.is_set()), 0.25)
        sender.give_back()

    def _alone(self) -> bool:
        """On SQLite: take the file lock. The kernel frees it when its process dies, so holding it proves that no
        other worker lives, and what they were sending is unclear at once."""
        path = self._store.database.path
        if path is None:
            return True
        lock = open(path.with_suffix(".worker.lock"), "w")  # noqa: SIM115  (held as long as the process works)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _beat(self) -> bool:
        """Note that this worker lives: without that nothing leaves."""
        database = self._store.database
        self._guard.beat()
        with database.write() as connection:
            now = database.now(connection)
            upsert(connection, worker, {"id": self.id, "started_ts": now, "beat_ts": now}, changes=("beat_ts",))
        return False

    def _sign_off(self) -> None:
        with suppress(sa.exc.SQLAlchemyError), self._store.database.write() as connection:
            connection.execute(sa.delete(worker).where(worker.c.id == self.id))

    def _read_list(self) -> bool:
        return self._store.lists.check_next(self.id, self._stop)

    def _sweep(self) -> bool:
        return bool(self._claims.give_up()) or self._sweeper.step() or self._retention.step()

    def _probe(self) -> bool:
        """A sender that the API has turned away goes on by itself when our login is accepted again."""
        held = self._store.brakes.state().hold_code
        if held is None or held not in MENDS_ITSELF:
            return False
        try:
            self._client.check()
        except Sms4aError as error:
            log.warning("sending is still held: %s", type(error).__name__)
        else:
            self._store.brakes.release("sender", held)
        return False
