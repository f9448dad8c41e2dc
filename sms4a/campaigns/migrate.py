"""Brings a database to the present tables, and makes sure that practice and live never share one."""

import fcntl
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.backup import back_up
from sms4a.campaigns.database import Database
from sms4a.campaigns.tables import installation, sender
from sms4a.errors import ConfigurationError

HEAD = "0016"
"""The newest revision in `migrations/versions`; Alembic is only imported when a database is not at it."""

# Any number that nobody else on this database server uses for an advisory lock.
MIGRATION_LOCK = 0x534D5334

log = logging.getLogger(__name__)

_TOKEN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def random_id(length: int) -> str:
    """A random id for addresses and references; without letters that are read for one another."""
    return "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(length))


def migrate(database: Database, mode: str | None) -> str:
    """Create or upgrade the tables and stamp the installation; returns its mode. Two processes may start at once.

    `mode` None: whatever it was stamped with, by a process that knows the account.
    Raises ConfigurationError if the database is newer than this program, belongs to the other mode, or has none yet.
    """
    with _file_lock(database.path) if database.path else nullcontext(), database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        revision = _revision(connection)
        if revision != HEAD:
            _upgrade(database, connection, revision)
        return _stamp(database, connection, mode)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _upgrade(database: Database, connection: Connection, revision: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigurationError(
            f"The database is at version {revision}, which this program does not know. Start the newer program again."
        )
    if revision is not None:
        log.info(
            "the database is brought from version %s to %s; with millions of people this takes a while", revision, HEAD
        )
    if revision is not None and database.path:
        copy = database.path.with_suffix(f".before-{HEAD}.db")
        copy.unlink(missing_ok=True)  # of an upgrade that was interrupted: this state is as good
        back_up(database.path, copy)
        log.info("a copy of the database as it was before is %s; delete it when you no longer need it", copy)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _stamp(database: Database, connection: Connection, mode: str | None) -> str:
    stamped = connection.execute(sa.select(installation.c.mode)).scalar()
    mode = mode or stamped
    if mode is None:
        raise ConfigurationError(
            "This database is new. Start a worker on it first: only a process with the account knows whether it is "
            "for practice or for live use."
        )
    if stamped is None:
        now = database.now(connection)
        connection.execute(installation.insert().values(id=1, token=random_id(6), mode=mode, created_ts=now))
        connection.execute(sender.insert().values(id=1))
    elif stamped != mode:
        raise ConfigurationError(
            f"This database was made for {stamped} use, and the settings ask for {mode} use. "
            "Give SMS4A_DATABASE_URL (or SMS4A_DATA_DIR) a database of its own for each."
        )
    return mode


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path.with_suffix(".migrate.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Nobody else may read it, wherever it lies; SQLite gives the files beside it the same mode.
        path.touch(mode=0o600)
        yield
