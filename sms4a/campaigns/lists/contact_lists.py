"""Lists of recipients: uploaded once, read by a worker, sorted into piles with a reason for each row."""

import json
import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a import recipients
from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists import mended
from sms4a.campaigns.lists.list_child import read_apart
from sms4a.campaigns.lists.list_reading import CHUNK_ROWS, ListReader
from sms4a.campaigns.lists.list_records import (
    CANCELLED,
    HAS_FILE,
    NOT_RECOGNISED,
    WRITTEN,
    Answers,
    ContactList,
    answers_json,
    checked_row,
    file_of,
    format_json,
    one_list,
    rows_of,
    store_file,
    to_read,
)
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.spellings import spellings
from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import contact_list, list_row, mended_file
from sms4a.errors import Sms4aError
from sms4a.numbers import Bare
from sms4a.recipients import CheckedRow, ListRefused, Pile

# So many rows are read in a few seconds; more could be many times as many, out of a small file or of another list.
QUICK_ROWS = 50_000


class ListChanged(Sms4aError):
    """Somebody else answered for this list in between, or it is gone; nothing of this answer was kept."""


class FileErased(ListChanged):
    """It cannot be read in another way, because its file is gone; nothing of this answer was kept."""


class Lists:
    """Create, answer for and look at lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        content: bytes,
        actor: str,
        *,
        home: str = "DE",
        allowed: Collection[str] | None = None,
    ) -> ContactList:
        """Take a list in; a worker reads it. `allowed`: the countries that are sent to, None for all.

        Raises ListRefused with the reason; nothing is stored then. How a big file is written is left to the worker.
        """
        recipients.refuse_at_sight(content)
        form, phone = NOT_RECOGNISED, None
        if recipients.is_quick(content):
            form = recipients.recognise(content)
            phone = recipients.guess_phone(content, form, home)
        answers = Answers(phone, {}, home, Bare.ASK, None if allowed is None else tuple(sorted(allowed)))
        list_id = random_id(12)
        with self._database.write() as c:
            now = self._database.now(c)
            c.execute(
                sa.insert(contact_list).values(
                    id=list_id,
                    name=name,
                    format={**format_json(form), "size": len(content)},
                    answers=answers_json(answers),
                    **to_read(form, phone),
                    version=1,
                    rows_total=form.row_count,
                    actor=actor,
                    created_ts=now,
                )
            )
            store_file(c, list_id, content)
            write_audit(c, now, actor, "list.create", f"contact_list:{list_id}", rows=form.row_count)
            created = one_list(c, list_id)
        assert created is not None
        return created

    def get(self, list_id: str) -> ContactList | None:
        with self._database.read() as c:
            return one_list(c, list_id)

    def answer(self, list_id: str, version: int, **answers: Any) -> ContactList:
        """Say something else about a list: only `fields` does not have it read again.

        Whatever was prepared from the older version cannot be sent any more. Answers that say the same change
        nothing. Raises ListChanged if the version is stale, FileErased if the file is not there to be read again.
        """
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.version != version:
                raise ListChanged("the list was changed in between")
            old = answers_json(present.answers)
            new = old | answers
            if unknown := set(new) - set(old):
                raise ValueError(f"a list has no answer {', '.join(sorted(unknown))}")
            if present.sends_again:
                # These people were read and checked once; only which column fills a placeholder is still a question.
                new = old | {"fields": new["fields"]}
            if new == old:
                return present
            if present.file_erased and {**new, "fields": 0} != {**old, "fields": 0}:
                raise FileErased("the file of this list is gone")
            changed = c.execute(
                sa.update(contact_list)
                .where(contact_list.c.id == list_id, contact_list.c.version == version)
                .values(version=version + 1, **_changes(present, old, new))
            )
            if not changed.rowcount:
                raise ListChanged("the list was changed in between")
            answered = one_list(c, list_id)
        assert answered is not None
        return answered

    def mend(
        self, list_id: str, version: int, name: str, content: bytes, actor: str, *, row_column: str
    ) -> ContactList:
        """Add a file of mended rows, whose column `row_column` says which rows they stand for; a worker reads it.

        Raises ListRefused or MendRefused with the reason, ListChanged if the version is stale; nothing is stored then.
        """
        present = self.get(list_id)
        if present is None or present.version != version or not present.can_be_mended:
            raise ListChanged("the list was changed in between")
        if len(present.mended) == mended.MOST_FILES:
            raise mended.MendRefused(mended.MendProblem.TOO_MANY_FILES)
        form = mended.recognise(content, present.header)
        with self._database.write() as c:
            now = self._database.now(c)
            _read_anew(c, present)
            c.execute(
                sa.insert(mended_file).values(
                    list_id=list_id,
                    n=max((file.n for file in present.mended), default=0) + 1,
                    name=name,
                    content=content,
                    format=format_json(form),
                    row_column=mended.columns([row_column], form.header).get(row_column),
                    actor=actor,
                    created_ts=now,
                )
            )
            write_audit(c, now, actor, "list.mend", f"contact_list:{list_id}", rows=form.row_count)
            added = one_list(c, list_id)
        assert added is not None
        return added

    def take_mended_back(self, list_id: str, version: int, n: int) -> None:
        """Without that file again; does nothing if somebody was faster. ListChanged if the list's own file is gone."""
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.version != version:
                return
            _read_anew(c, present)
            c.execute(sa.delete(mended_file).where(mended_file.c.list_id == list_id, mended_file.c.n == n))

    def read_again(self, list_id: str, version: int) -> None:
        """Read a list once more, with the opt-outs of today.

        Raises ListChanged if the version is stale, or the file is not there to be read again.
        """
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.version != version or present.file_erased:
                raise ListChanged("the list was changed in between")
            _read_anew(c, present)

    def cancel(self, list_id: str, version: int) -> None:
        """Stop reading it; whoever reads notices with the next rows. Does nothing if it is read already."""
        with self._database.write() as c:
            c.execute(
                sa.update(contact_list)
                .where(
                    contact_list.c.id == list_id,
                    contact_list.c.version == version,
                    contact_list.c.state.in_((ListState.NEW, ListState.CHECKING)),
                )
                .values(state=ListState.FAILED, problem=CANCELLED, version=version + 1, owner=None, lease_ts=None)
            )

    def resume(self, list_id: str, version: int) -> None:
        """Read a list whose reading was stopped after all, from its beginning."""
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.problem != CANCELLED:
                return
            c.execute(
                sa.update(contact_list)
                .where(contact_list.c.id == list_id, contact_list.c.version == version)
                .values(version=version + 1, **to_read(present.format, present.answers.phone))
            )

    def check_next(self, worker: str, stop: threading.Event | None = None) -> bool:
        """Read one list that waits for it, with its present answers; False if there was none.

        A big one is read by a process of its own, which ends when `stop` is set; the next worker starts that list over.
        """
        reader = ListReader(self._database)
        claimed = reader.claim(worker)
        if claimed is None:
            return False
        reading, owner = claimed
        if self._is_quick(reading):
            reader.read(reading, owner)
        elif not read_apart(self._database, reading, owner, stop) and not (stop and stop.is_set()):
            reader.fail(reading, owner, "too_much")
        return True

    def _is_quick(self, reading: ContactList) -> bool:
        """Whether it is read in a few seconds; the file of a big one is not even loaded here."""
        if reading.rows_total > QUICK_ROWS or reading.size > recipients.QUICK_BYTES:
            return False
        with self._database.read() as c:
            content = file_of(c, reading.id)
        try:
            return recipients.is_quick(content)
        except ListRefused:
            # To say why takes no time.
            return True

    def rows(self, list_id: str, pile: Pile, offset: int = 0, limit: int = 25) -> tuple[CheckedRow, ...]:
        """Rows of a pile in the order of the file."""
        with self._database.read() as c:
            return tuple(
                checked_row(row) for row in c.execute(rows_of(list_id, pile).offset(offset).limit(limit)).mappings()
            )

    def examples(self, list_id: str, problem: str, limit: int = 3) -> tuple[CheckedRow, ...]:
        """Rows that are left out for this reason, of the first ones that cannot be read."""
        first = rows_of(list_id, Pile.UNREADABLE).limit(CHUNK_ROWS).subquery()
        query = sa.select(first).where(first.c.problem == problem).order_by(first.c.row).limit(limit)
        with self._database.read() as c:
            return tuple(map(checked_row, c.execute(query).mappings()))

    def row(self, list_id: str, number: int) -> CheckedRow | None:
        """The row with this number of the file; None if there is none, or if it was not read yet."""
        query = sa.select(list_row).where(list_row.c.list_id == list_id, list_row.c.row == number)
        with self._database.read() as c:
            found = c.execute(query).mappings().one_or_none()
        return checked_row(found) if found else None

    def find(self, list_id: str, words: str) -> int | None:
        """The first of those who receive with these words in the number or in a value: how many stand before."""
        # Values are stored as JSON, where letters outside ASCII have their number in place of their shape.
        values = sa.cast(list_row.c.fields, sa.Text)
        has = [values.icontains(json.dumps(one)[1:-1], autoescape=True) for one in spellings(words)]
        number = list_row.c.number.contains(words.replace(" ", ""), autoescape=True)
        receives = (list_row.c.list_id == list_id, list_row.c.pile == Pile.RECEIVE)
        first = sa.select(list_row.c.row).where(*receives, sa.or_(number, *has)).order_by(list_row.c.row).limit(1)
        with self._database.read() as c:
            row = c.execute(first).scalar()
            if row is None:
                return None
            return c.execute(sa.select(sa.func.count()).where(*receives, list_row.c.row < row)).scalar_one()

    def all_rows(self, list_id: str, pile: Pile) -> Iterator[CheckedRow]:
        """Every row of a pile in the order of the file, read in chunks."""
        after = 0
        while True:
            with self._database.read() as c:
                query = rows_of(list_id, pile).where(list_row.c.row > after).limit(CHUNK_ROWS)
                chunk = c.execute(query).mappings().all()
            if not chunk:
                return
            yield from map(checked_row, chunk)
            after = chunk[-1]["row"]

    def sample(self, list_id: str, limit: int = 1_000) -> tuple[CheckedRow, ...]:
        """The first people who receive."""
        return self.rows(list_id, Pile.RECEIVE, 0, limit)


def _read_anew(c: Connection, present: ContactList) -> None:
    """ListChanged if its answers changed, or its file is no longer there."""
    changed = c.execute(
        sa.update(contact_list)
        .where(
            contact_list.c.id == present.id,
            contact_list.c.version == present.version,
            HAS_FILE,
        )
        .values(version=present.version + 1, **to_read(present.format, present.answers.phone))
    )
    if not changed.rowcount:
        raise ListChanged("the list was changed in between")


def _changes(present: ContactList, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The columns of a list that other answers change."""
    phone = new["phone"]
    form = present.format
    if any(new[name] != old[name] for name in WRITTEN):
        # Its columns are others then, and with them what was said about columns.
        new, form, phone = {**new, "phone": None, "fields": {}, "keep": None}, NOT_RECOGNISED, None
    values: dict[str, Any] = {"answers": new}
    # A worker that is reading now would not notice new fields; it does notice a new version, and gives up.
    if {**new, "fields": 0} != {**old, "fields": 0} or present.state is ListState.CHECKING:
        values |= to_read(form, phone)
    if form is NOT_RECOGNISED:
        values["format"] = {**format_json(replace(form, kind=present.format.kind)), "size": present.size}
    return values
