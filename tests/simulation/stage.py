"""What one process needs for many runs: a database file in memory, and prepared campaigns to copy into it."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Protocol
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a import client as client_module
from sms4a.campaigns import migrate as migrate_module
from sms4a.campaigns.database import Database
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.store import Store
from tests.builders import a_number

START_MS = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""

# Lists are short here; small pages make them shift all the same.
PAGE_SIZE = 3

# What a template holds: how many campaigns of how many people in submissions of what size, and how far they are.
SHAPES = [
    (1, 4, 1, "prepared"),
    (2, 7, 1, "prepared"),
    (3, 11, 1, "prepared"),
    (4, 18, 1, "prepared"),
    (1, 8, 1, "prepared"),
    (1, 2, 2, "prepared"),
    (2, 5, 2, "prepared"),
    (2, 7, 1, "checked"),
    (2, 5, 1, "new"),
    (2, 10, 1, "prepared"),
]


TABLES = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"


class Hooks(Protocol):
    """Where a run takes part in every transaction."""

    def ms(self) -> int: ...

    def at_read(self) -> None: ...

    def at_write(self) -> None: ...

    def at_commit(self) -> None: ...

    def after_commit(self) -> None: ...


class SimulatedDatabase(Database):
    """The real database on a file, with hooks before and after each transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url, clock=self._ms)
        self.hooks: Hooks | None = None
        # Only here: nothing survives a run anyway, and a crash of the simulation is not one of the machine.
        sa.event.listen(self._engine, "connect", _without_sync)

    def _ms(self) -> int:
        return self.hooks.ms() if self.hooks else START_MS

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self.hooks:
            self.hooks.at_read()
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if self.hooks:
            self.hooks.at_write()
        with super().write() as connection:
            yield connection
            if self.hooks:
                self.hooks.at_commit()
        if self.hooks:
            self.hooks.after_commit()


def _without_sync(dbapi_connection, _record) -> None:  # type: ignore[no-untyped-def]
    dbapi_connection.execute("PRAGMA synchronous=OFF")


Content = dict[str, list[tuple[Any, ...]]]
"""Table → its rows, in the order in which they were written."""


class Stage:
    """Made once a process; each run begins with the rows of one template."""

    def __init__(self) -> None:
        shared = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="sms4a-simulation-", dir=shared if shared.is_dir() else None))
        path = self.folder / "console.db"
        self.database = SimulatedDatabase(f"sqlite:///{path}")
        self.store = Store(self.database)
        self._owner = os.getpid()
        with same_ids(0):
            migrate_module.migrate(self.database, "practice")
            self.judge = sqlite3.connect(path, isolation_level=None)
            """Beside our code's own connections: who looks from outside, and clears up between two runs."""
            self.judge.execute("pragma synchronous = off")
            self._tables = [name for (name,) in self.judge.execute(TABLES)]
            self.templates = self._templates()

    def close(self) -> None:
        self.judge.close()
        self.database.close()
        if self._owner == os.getpid():
            shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, number: int) -> None:
        """The database holds the template of this number from now on."""
        self.database.hooks = None
        self.replace(self.templates[number])
        for left in self.folder.glob("worker-*"):
            shutil.rmtree(left)

    def replace(self, content: Content) -> None:
        """Rows are exchanged, not the file: connections and what they have prepared stay good."""
        with self.judge:
            self.judge.execute("begin immediate")
            for table in self._tables:
                self.judge.execute(f'delete from "{table}"')
                if rows := content[table]:
                    marks = ", ".join("?" * len(rows[0]))
                    self.judge.executemany(f'insert into "{table}" values ({marks})', rows)

    def _templates(self) -> list[Content]:
        empty = self.content()
        made = []
        for shape in SHAPES:
            self.replace(empty)
            self._fill(*shape)
            made.append(self.content())
        return made

    def content(self) -> Content:
        """Each table as it lies: by its rows' ids, or by its key where it has none."""
        return {table: self.judge.execute(f'select * from "{table}"').fetchall() for table in self._tables}

    def _fill(self, size: int, people: int, campaigns: int, stage: str) -> None:
        store = self.store
        for number in range(campaigns):
            listed = store.lists.create("people.csv", _list(people, number * 100), "ann")
            if stage != "new":
                _all(lambda: store.lists.check_next("w"))
            draft = store.drafts.create("ann")
            draft = store.drafts.save(
                draft.id, draft.version, actor="ann", name=f"{size}", text="Hello {first name}",
                options=CampaignOptions(), list_id=listed.id,
            )  # fmt: skip
            if stage == "prepared":
                store.ledger.prepare(draft.id, draft.version, "ann", submission_size=size)
                _all(lambda: Planner(self.database).plan_next("w"))


def _all(step: Callable[[], bool]) -> None:
    while step():
        pass


def _list(people: int, first: int) -> bytes:
    """People with one duplicate and one row that cannot be read."""
    rows = [f"Person{i};{a_number(first + i)}" for i in range(people)]
    rows.insert(2, f"Again;{a_number(first)}")
    rows.append("Nobody;k. A.")
    return "\n".join(["first name;mobile", *rows]).encode()


@contextmanager
def same_ids(seed: int) -> Iterator[None]:
    """Ids that people see are random; here the same for the same seed. And lists have small pages."""
    with patch.object(migrate_module, "secrets", Random(seed)), patch.object(client_module, "PAGE_SIZE", PAGE_SIZE):
        yield
