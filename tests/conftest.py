"""The four fixtures: a clock, a simulator on a real port, a client for it, and a store on both databases."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.simulator import Simulator
from tests.clients import client_for
from tests.clock import Clock
from tests.postgres import a_server

MEMORY = Path("/dev/shm")


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free > 2_000_000_000


if _has_room(MEMORY):
    # No test cuts the power; on a disk most of the time would go into waiting for it.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine must not reach a test."""
    for name in list(os.environ):
        if name.startswith("SMS4A_"):
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(clock: Clock, tmp_path: Path) -> Iterator[Simulator]:
    """Outcomes are decided by the ending of the number; its time is the test's clock."""
    with Simulator(tmp_path / "simulator.db", outcomes="steered", clock=clock) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator, clock: Clock) -> Iterator[Client]:
    with client_for(simulator, now=clock) as ready:
        yield ready


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A real server; one database a test."""
    with a_server(MEMORY if _has_room(MEMORY) else None) as server:
        # No test cuts the power: what the server was told it may keep in memory.
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"alter system set {name} = off;")
        server.psql("select pg_reload_conf();")
        yield server


@pytest.fixture(scope="session")
def postgresql_admin(postgresql: Any) -> Iterator[psycopg.Connection]:
    """For databases of single tests; a `psql` for each would take longer than most of them."""
    with psycopg.connect(postgresql.get_uri(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Any) -> str:
    """A migrated database to copy; migrating each one anew takes most of a test's time."""
    name = "migrated"
    postgresql.psql(f"create database {name};")
    _migrated(str(postgresql.get_uri(name)))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrated(f"sqlite:///{path}")
    return path


def _migrated(url: str) -> None:
    database = Database(url)
    migrate(database, "practice")
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "console.db")
        yield f"sqlite:///{tmp_path}/console.db"
        return
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("postgresql_template")
    admin, name = request.getfixturevalue("postgresql_admin"), f"t{uuid.uuid4().hex[:12]}"
    admin.execute(f"create database {name} template {template} strategy file_copy")
    yield str(server.get_uri(name))
    admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[Store]:
    database = Database(database_url, clock=clock.ms)
    migrate(database, "practice")
    ready = Store(database)
    yield ready
    ready.close()
