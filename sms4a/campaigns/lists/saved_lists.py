"""Lists kept under a name: a copy of the rows, used again by copying them once more, each time judged anew.

A saved list is a list of its own without a file and without a draft. So nothing that is done in a draft changes it, the
sweeper leaves it alone, and an erased person is gone from it: there is no file that could bring them back.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database, storable
from sms4a.campaigns.lists.list_records import (
    DELETED,
    Answers,
    ContactList,
    answers_json,
    format_json,
    lists_where,
    mended_from,
    one_list,
    store_file,
)
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import contact_list, list_row
from sms4a.errors import Sms4aError
from sms4a.recipients import NO_MARKS, CellProblem, CheckedBlock, ListFormat, Mended, RawRow, RowProblem

CHUNK_ROWS = 5_000

LONGEST_NAME = 120


class NameTaken(Sms4aError):
    """Another list is kept under this name."""


class SourceChanged(Sms4aError):
    """The list whose rows were to be copied is gone, or was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A row of a saved list."""

    list_id: str
    list_name: str
    row: int
    values: dict[str, str]


class SavedLists:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, list_id: str, name: str, actor: str) -> ContactList:
        """Begin to copy a checked list; a worker does the rest. ValueError without a name.

        Raises NameTaken, and SourceChanged if the list is not there or is being read.
        """
        name = storable(name).strip()[:LONGEST_NAME]
        if not name:
            raise ValueError("a saved list needs a name")
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.state is not ListState.CHECKED:
                raise SourceChanged("the list is not there as it was")
            if lists_where(c, contact_list.c.kept_name == name):
                raise NameTaken("another list is kept under this name")
            answers = replace(present.answers, leave_out_failed=False)
            return self._copy(c, present, answers, actor, "list.keep", name=present.name, kept_name=name)

    def use(self, saved_id: str, actor: str, *, allowed: Collection[str] | None = None) -> ContactList:
        """A list for a draft with the rows of a saved one; a worker reads it. `allowed`: as in Lists.create.

        Raises SourceChanged if the saved list is gone, or not copied yet.
        """
        with self._database.write() as c:
            saved = one_list(c, saved_id)
            if saved is None or saved.kept_name is None or saved.state is not ListState.CHECKED:
                raise SourceChanged("the saved list is not there as it was")
            answers = replace(saved.answers, allowed=None if allowed is None else tuple(sorted(allowed)))
            used = self._copy(c, saved, answers, actor, "list.use", name=saved.kept_name)
            store_file(c, used.id)
            c.execute(
                sa.update(contact_list).where(contact_list.c.id == saved_id).values(used_ts=self._database.now(c))
            )
        return used

    def list(self) -> tuple[ContactList, ...]:
        """Every saved list, by name; also those that are being copied."""
        with self._database.read() as c:
            found = lists_where(c, contact_list.c.kept_name.is_not(None))
        return tuple(sorted(found, key=lambda one: ((one.kept_name or "").casefold(), one.id)))

    def delete(self, saved_id: str, actor: str) -> bool:
        """Throw a saved list away; False if there was none. Lists that were made of it stay."""
        with self._database.write() as c:
            return forget(c, saved_id, self._database.now(c), actor)

    def _copy(
        self, c: Connection, source: ContactList, answers: Answers, actor: str, action: str, **values: Any
    ) -> ContactList:
        now, list_id = self._database.now(c), random_id(12)
        old = source.format
        form = ListFormat(old.encoding, old.delimiter, source.header, True, source.rows_total, kind=old.kind)
        c.execute(
            sa.insert(contact_list).values(
                id=list_id,
                format={**format_json(form), "size": 0},
                answers=answers_json(replace(answers, sheet="", encoding=None, delimiter=None, keep=None)),
                state=ListState.NEW,
                version=1,
                rows_done=0,
                rows_total=source.rows_total,
                actor=actor,
                created_ts=now,
                follows={"list": source.id},
                **values,
            )
        )
        write_audit(c, now, actor, action, f"contact_list:{list_id}", rows=source.rows_total, source=source.id)
        made = one_list(c, list_id)
        assert made is not None
        return made


def forget(c: Connection, saved_id: str, now: int, actor: str) -> bool:
    """Take a list out of the saved ones; the sweeper takes its rows away."""
    gone = c.execute(
        sa.update(contact_list)
        .where(contact_list.c.id == saved_id, contact_list.c.kept_name.is_not(None))
        .values(
            kept_name=None,
            state=ListState.FAILED,
            problem=DELETED,
            version=contact_list.c.version + 1,
        )
    ).rowcount
    if gone:
        store_file(c, saved_id)
        write_audit(c, now, actor, "list.forget", f"contact_list:{saved_id}")
    return bool(gone)


def old_one(limit_ts: int) -> sa.Select[str]:
    """A saved list that nobody has used since then."""
    last_ts = sa.func.coalesce(contact_list.c.used_ts, contact_list.c.created_ts)
    return sa.select(contact_list.c.id).where(contact_list.c.kept_name.is_not(None), last_ts < limit_ts).limit(1)


def rows_with(c: Connection, number: str) -> tuple[SavedRow, ...]:
    """Where a number stands in saved lists."""
    query = (
        sa.select(list_row.c.list_id, contact_list.c.kept_name, list_row.c.row, list_row.c.fields)
        .join(contact_list, contact_list.c.id == list_row.c.list_id)
        .where(list_row.c.number == number, contact_list.c.kept_name.is_not(None))
        .order_by(contact_list.c.kept_name, list_row.c.list_id, list_row.c.row)
    )
    return tuple(SavedRow(row.list_id, row.kept_name, row.row, row.fields) for row in c.execute(query))


class Copy:
    """The rows of another list as if they stood in a file. SourceChanged if it is not there to be copied."""

    def __init__(self, database: Database, source_id: str) -> None:
        self._database = database
        self._source_id = source_id
        self._source = self._present()
        self._mended: dict[int, Mended] = {}

    @property
    def header(self) -> tuple[str, ...]:
        return self._source.header

    def raw_rows(self) -> Iterator[RawRow]:
        """Raises SourceChanged, at the end at the latest, if these are not all rows of one version."""
        source, done, last = self._source, 0, -1
        while True:
            query = sa.select(list_row).where(list_row.c.list_id == source.id, list_row.c.row > last)
            with self._database.read() as c:
                chunk = c.execute(query.order_by(list_row.c.row).limit(CHUNK_ROWS)).mappings().all()
            if not chunk:
                break
            for row in chunk:
                if mended := mended_from(row["mended"]):
                    self._mended[row["row"]] = mended
                yield _raw_row(row, source)
            done += len(chunk)
            last = chunk[-1]["row"]
        if self._present().version != source.version or done != source.rows_total:
            raise SourceChanged("the list was changed while it was copied")

    def marked(self, block: CheckedBlock) -> CheckedBlock:
        """With the places where rows were mended."""
        mended = [self._mended.pop(row, None) for row in block.rows]
        return replace(block, mended=mended) if any(mended) else block

    def _present(self) -> ContactList:
        with self._database.read() as c:
            source = one_list(c, self._source_id)
        if source is None or source.state is not ListState.CHECKED:
            raise SourceChanged("the list is gone, or is being read")
        return source


def _raw_row(row: RowMapping, source: ContactList) -> RawRow:
    header, phone = source.header, source.answers.phone or ""
    # A number that lost digits is kept out of the values, and is still what stands in the cell.
    values = {**row["fields"], phone: row["raw_number"]}
    cells, problem, marks = [values.get(name, "") for name in header], None, NO_MARKS
    if row["problem"] in set(RowProblem):
        problem = RowProblem(row["problem"])
        width = int(row["detail"] or len(cells))
        cells = [*cells, *[""] * (width - len(cells))][:width]
    elif row["problem"] in set(CellProblem):
        marks = {header.index(phone): CellProblem(row["problem"])}
    return RawRow(row["row"], tuple(cells), problem, marks)
