"""The tables as migrated are the tables as written, and no database serves two modes."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sms4a.campaigns import migrate as migration
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import HEAD, migrate
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import metadata
from sms4a.errors import ConfigurationError


def test_the_migrated_tables_are_those_of_the_module(store: Store) -> None:
    with store.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_constant_names_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with store.database.read() as connection:
        before = connection.execute(sa.text("select * from installation")).all()
    migrate(store.database, "practice")
    with store.database.read() as connection:
        assert connection.execute(sa.text("select * from installation")).all() == before


def test_a_practice_database_is_not_used_live(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="made for practice use"):
        migrate(store.database, "live")


def test_a_newer_database_stops_an_older_program_with_a_sentence(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="9999"):
        migrate(store.database, "practice")


def test_an_upgrade_of_a_file_leaves_a_copy_of_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path}/console.db")
    migrate(database, "practice")
    monkeypatch.setattr(migration, "HEAD", "9999")
    migrate(database, "practice")
    database.close()
    copy = sqlite3.connect(tmp_path / "console.before-9999.db")
    assert copy.execute("select mode from installation").fetchall() == [("practice",)]
    copy.close()


def test_a_marker_is_synced_to_the_disk_before_it_counts(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/console.db")
    with database.write() as connection:
        assert connection.execute(sa.text("pragma synchronous")).scalar() == 2
        assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
    database.close()
