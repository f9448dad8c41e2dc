"""The tables as migrated are the tables as written, and no database serves two modes."""

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sms4a.campaigns import migrate as migration
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import HEAD, migrate
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign, contact_list, list_file, metadata, recipient, sms_status
from sms4a.errors import ConfigurationError
from tests.ledger_rows import Batch, a_campaign
from tests.postgres import a_database


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


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    url = f"sqlite:///{tmp_path}/console.db"
    if request.param == "postgresql":
        url = a_database(request.getfixturevalue("postgresql"), f"t{uuid.uuid4().hex[:12]}")
    database = Database(url)
    yield database
    database.close()


def upgrade(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_nobody_else_may_read_a_file_even_in_an_open_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    database = Database(f"sqlite:///{tmp_path}/console.db")
    migrate(database, "practice")
    with database.write() as connection:
        connection.execute(sa.text("update sender set markers = 1"))
    files = [path for path in tmp_path.iterdir() if path.suffix != ".lock"]
    assert {path.name for path in files} == {"console.db", "console.db-wal", "console.db-shm"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    database.close()


def test_statuses_of_an_older_version_are_kept_by_row(empty: Database) -> None:
    upgrade(empty, "0010")
    same = "process_status, status, reason, sent_ts, finished_ts, outcome, verdict"
    values = "'DONE', 'SUC_FIN', 'x', 1, 2, 'delivered', 'delivered'"
    with empty.write() as c:
        c.execute(
            sa.text(
                "insert into job (job_id, address, reference_known, report, people, final, settled, incident, looks) "
                "values ('J.1', 'de2', true, '{}', 3, 3, true, false, 1)"
            )
        )
        c.execute(
            sa.text(
                f'insert into sms_status (job_id, sms_id, campaign_id, "row", number, reference, {same}) values '
                f"('J.1', 'S.1', 'aaaa2222', 7, '+4917604000001', 'aaaa2222.7', {values}), "
                f"('J.1', 'S.2', 'aaaa2222', 5, '+4917604000002', 'aaaa2222.5', {values}), "
                f"('J.1', 'S.3', null, null, '+4917604000003', 'crm', {values})"
            )
        )
    migrate(empty, "practice")
    with empty.read() as c:
        assert compare_metadata(MigrationContext.configure(c), metadata) == []
        assert [tuple(row) for row in c.execute(sa.select(sms_status).order_by(sms_status.c.row))] == [
            ("J.1", 0, "S.3", "+4917604000003", "DONE", "SUC_FIN", "x", 1, 2, "delivered", "delivered"),
            ("J.1", 5, "S.2", None, "DONE", "SUC_FIN", "x", 1, 2, "delivered", "delivered"),
            ("J.1", 7, "S.1", None, "DONE", "SUC_FIN", "x", 1, 2, "delivered", "delivered"),
        ]


def test_files_of_lists_of_an_older_version_stay_theirs(empty: Database) -> None:
    upgrade(empty, "0014")
    content = {"uploaded": b"mobile\n0176\xff", "repeat": b"", "saved": None}
    with empty.write() as c:
        for list_id, its in content.items():
            c.execute(
                sa.text(
                    'insert into contact_list (id, name, content, "format", answers, state, version, rows_done, '
                    "rows_total, actor, created_ts) values (:id, '', :content, '{}', '{}', 'new', 1, 0, 0, 'ann', 1)"
                ),
                {"id": list_id, "content": its},
            )
    migrate(empty, "practice")
    with empty.read() as c:
        assert compare_metadata(MigrationContext.configure(c), metadata) == []
        assert c.execute(sa.select(contact_list.c.id).order_by(contact_list.c.id)).scalars().all() == sorted(content)
        found = {row.list_id: bytes(row.content) for row in c.execute(sa.select(list_file))}
    assert found == {"uploaded": content["uploaded"], "repeat": b""}


def test_names_that_an_older_version_left_in_old_campaigns_are_erased(empty: Database) -> None:
    upgrade(empty, "0015")
    for campaign_id in ("erased22", "newer222"):
        a_campaign(empty, campaign_id, batches=[Batch(SubmissionState.SETTLED, verdicts={"delivered": 1})])
    with empty.write() as c:
        nobody = {"raw_number": "", "number": None, "fields": {"first name": "Anna"}, "others": {"town": "Köln"}}
        c.execute(sa.update(recipient).where(recipient.c.row == 2).values(**nobody))
        c.execute(sa.update(campaign).where(campaign.c.id == "erased22").values(erased_ts=1))
    migrate(empty, "practice")
    with empty.read() as c:
        query = sa.select(recipient.c.campaign_id, recipient.c.fields, recipient.c.others).where(recipient.c.row == 2)
        assert [tuple(row) for row in c.execute(query.order_by(recipient.c.campaign_id))] == [
            ("erased22", {}, None),
            ("newer222", {"first name": "Anna"}, {"town": "Köln"}),
        ]


def test_a_marker_is_synced_to_the_disk_before_it_counts(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/console.db")
    with database.write() as connection:
        assert connection.execute(sa.text("pragma synchronous")).scalar() == 2
        assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
    database.close()
