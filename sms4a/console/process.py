"""What runs as long as the process: database, simulator, client, worker. Knows nothing of pages."""

from __future__ import annotations

import gc
import logging
import sqlite3
from typing import TYPE_CHECKING

from sms4a.campaigns.database import Database, cause_of
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.console import logs
from sms4a.errors import ConfigurationError
from sms4a.settings import Mode, Settings

if TYPE_CHECKING:
    from sms4a.campaigns.worker import Worker
    from sms4a.simulator.server import Simulator

# The simulator's login; it protects nothing.
PRACTICE_LOGIN = ("practice", "practice")

log = logging.getLogger(__name__)


def spare_the_collector() -> None:
    """What is loaded by now stays, and an answer about 3,000 people makes no garbage in circles: the collector would
    look through all of it again and again, which takes a third of the time in which results are taken in.
    """
    gc.freeze()
    gc.set_threshold(50_000)


class Process:
    """Opened once; then started and stopped by whoever serves pages or runs a worker."""

    def __init__(self, settings: Settings) -> None:
        """Open the database and bring it up to date. Raises ConfigurationError with one sentence."""
        logs.set_up(settings.log_level, settings.log_format)
        self.settings = settings
        settings.make_data_dir()
        self.client: Client | None = _client(settings)
        database, self.mode = _database(settings)
        self.store = Store(database)
        self._simulator: Simulator | None = None
        self._worker: Worker | None = None

    def start(self, *, with_worker: bool | None = None) -> None:
        """Start the worker (None: as the settings say) and, in practice mode, the simulator it sends to.

        A process that only shows pages starts neither; its client is None unless it was told an address.
        """
        works = self.settings.worker == "embedded" if with_worker is None else with_worker
        if works and self.mode != self.settings.mode:
            raise ConfigurationError("This database is for live use: a worker needs SMS4A_USERNAME and SMS4A_PASSWORD.")
        if works:
            client = self.open_simulator()
            if self._simulator:
                self._simulator.start()
            self._worker = self._make_worker(client)
            self._worker.start()
        spare_the_collector()
        log.info("started in %s mode", self.mode)

    def wait(self) -> None:
        """Until the worker is told to stop; at once if there is none."""
        if self._worker:
            self._worker.wait()

    def stop(self) -> None:
        """End what was started, the worker first; a second call does nothing."""
        if self._worker:
            self._worker.stop()
        if self.client:
            self.client.close()
        if self._simulator:
            self._simulator.stop()
        self.store.close()
        self._worker = self.client = self._simulator = None

    def _make_worker(self, client: Client) -> Worker:
        from sms4a.campaigns.worker import Pace, Worker

        settings = self.settings
        pace = Pace(
            settings.send_via, settings.rate_per_minute, settings.send_threads, keep_days=settings.keep_days or None
        )
        return Worker(self.store, client, pace, settings.data_dir)

    def open_simulator(self) -> Client:
        """The client of what a worker sends to: where nobody named another receiver, a simulator that answers once the
        process has started.

        Raises ConfigurationError with a sentence: to be called where that can still be said, before pages are served.
        """
        if self.client is not None:
            return self.client
        from sms4a.simulator.server import Simulator

        settings = self.settings
        path = settings.data_dir / "simulator.db"
        try:
            self._simulator = Simulator(
                path,
                username=PRACTICE_LOGIN[0],
                password=PRACTICE_LOGIN[1],
                speed=settings.simulator_speed,
                outcomes=settings.simulator_outcomes,
            )
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"The simulator cannot start with the file {path}: {error}. It holds only what was sent for practice: "
                "if it is damaged, move it away and start again."
            ) from error
        self.client = _practice_client(settings, self._simulator.url)
        return self.client


def _client(settings: Settings) -> Client | None:
    """The API's client with the account, or that of a simulator elsewhere; None: practice has one of its own.

    It connects when it is first asked something.
    """
    if not (settings.username and settings.password):
        return _practice_client(settings, settings.simulator_url) if settings.simulator_url else None
    return Client(
        settings.username,
        settings.password.get_secret_value(),
        eu_url=settings.eu_url,
        de2_url=settings.de2_url,
        de1_url=settings.de1_url,
        send_via=settings.send_via,
        proxy=settings.proxy,
        ca_file=settings.ca_file,
    )


def _practice_client(settings: Settings, simulator: str) -> Client:
    return Client(
        *PRACTICE_LOGIN,
        eu_url=f"{simulator}/eu/rest/v1",
        de2_url=f"{simulator}/de2/rest/v1",
        de1_url=f"{simulator}/de1/rest/v1",
        send_via=settings.send_via,
    )


def _database(settings: Settings) -> tuple[Database, Mode]:
    """The database, migrated, and what it is for. Whatever keeps it closed becomes a sentence without its password.

    A process that only shows pages needs no account: on a database it shares it takes the mode from there.
    """
    from sqlalchemy.exc import SQLAlchemyError

    shares = settings.worker == "off" and settings.username is None and "database_url" in settings.model_fields_set
    database = Database(settings.database_url)
    try:
        mode = migrate(database, None if shares else settings.mode)
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        database.close()
        raise ConfigurationError(f"The database {database.place} cannot be opened: {cause_of(error)}.") from error
    except BaseException:
        database.close()
        raise
    return database, "live" if mode == "live" else "practice"
