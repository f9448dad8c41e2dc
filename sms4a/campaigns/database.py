"""The database: where transactions begin and end, and its clock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from sms4a.errors import ConfigurationError

BUSY_TIMEOUT_MS = 5_000

_MOST_IN_KEY = 500

_EPOCH, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def storable(text: str) -> str:
    """A text as any database takes it: PostgreSQL has no place for the character NUL."""
    return text.replace("\0", "")


def storable_key(text: str) -> str:
    """The same for a column with an index: PostgreSQL takes no more than 2,704 bytes there."""
    return storable(text)[:_MOST_IN_KEY]


def epoch_ms(moment: datetime | None) -> int | None:
    """A moment as the tables have it."""
    return None if moment is None else (moment - _EPOCH) // _MS


class Database:
    """Where connections come from. `clock` (epoch milliseconds) replaces the database's own clock in tests."""

    def __init__(self, url: str, *, clock: Callable[[], int] | None = None) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        self._clock = clock
        # Parameters are phone numbers and texts: they must not stand in error messages and logs.
        pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "hide_parameters": True}
        self._engine = _sqlite_engine(self.url, **pool) if self.is_sqlite else _postgresql_engine(self.url, **pool)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def place(self) -> str:
        """Where it is, as people may read it: the file, or the address without any password."""
        shown = self.url.difference_update_query(["password", "sslpassword"])
        return str(self.path or shown.render_as_string(hide_password=True))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries; on SQLite it sees one moment of the database."""
        with self._engine.begin() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed at the end, rolled back on any exception."""
        with self._in_line() if self.is_sqlite else nullcontext(), self._engine.begin() as connection:
            if self.is_sqlite:
                # A transaction that reads first and then writes would fail at once when somebody else wrote meanwhile.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """SQLite lets one write at a time, and whoever finds it taken sleeps and looks again: our own threads stand in
        line instead. Whoever waits too long asks SQLite all the same, and hears that it is locked."""
        first = self._writing.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if first:
                self._writing.release()

    def now(self, connection: Connection) -> int:
        """Epoch milliseconds by the one clock that all workers share."""
        if self._clock is not None:
            return self._clock()
        if self.is_sqlite:
            return time.time_ns() // 1_000_000
        seconds: float = connection.execute(sa.text("select extract(epoch from clock_timestamp())")).scalar_one()
        return int(seconds * 1000)

    def close(self) -> None:
        self._engine.dispose()


def cause_of(error: Exception) -> str:
    """What a driver says of a connection or a file; of a row or a value, which could hold a number, only its kind."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError) and cause.strerror:
        return f"{cause.strerror}: {cause.filename}" if cause.filename else cause.strerror
    lines = str(cause).strip().splitlines()
    names = {kind.__name__ for kind in type(cause).__mro__}
    tells = "OperationalError" in names or type(cause).__name__ == "DatabaseError"
    return lines[0].rstrip(".") if tells and lines else type(cause).__name__


def _parsed(url: str) -> sa.URL:
    """Raises ConfigurationError, which does not repeat the address: there may be a password in it."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise ConfigurationError(
            "SMS4A_DATABASE_URL: it is not an address such as postgresql://user:password@host:5432/database. "
            "In a password, @ is written as %40, : as %3A and / as %2F."
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("SMS4A_DATABASE_URL: sqlite:/// is followed by the path of a file.")
    return parsed


def keep_rows_out(error: BaseException) -> None:
    """PostgreSQL quotes the row in further lines of what it says: only the first one may stand in a log."""
    if error.args:
        error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def _postgresql_engine(url: sa.URL, **pool: Any) -> Engine:
    engine = sa.create_engine(url, pool_pre_ping=True, **pool)

    @sa.event.listens_for(engine, "handle_error")
    def keep_out(context: sa.ExceptionContext) -> None:
        keep_rows_out(context.original_exception)
        if context.sqlalchemy_exception is not None:
            keep_rows_out(context.sqlalchemy_exception)

    return engine


def _sqlite_engine(url: sa.URL, **pool: Any) -> Engine:
    arguments = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=arguments, **pool)

    @sa.event.listens_for(engine, "connect")
    def configure(dbapi_connection, _record):  # type: ignore[no-untyped-def]
        dbapi_connection.isolation_level = None  # we say BEGIN ourselves
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # The marker before a POST must survive a power cut; NORMAL would not sync it.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
