"""Lists of recipients: uploaded once, read by a worker in chunks, sorted into piles with a reason for each row."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a import recipients
from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.list_records import (
    ContactList,
    Totals,
    answers_json,
    checked_row,
    format_json,
    one_list,
    row_values,
    rows_of,
    to_read,
)
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import contact_list, list_row, opt_out
from sms4a.errors import Sms4aError
from sms4a.numbers import Bare
from sms4a.recipients import CheckedRow, ListRefused, Pile

# Long enough for progress to be seen, short enough that no other writer waits for it.
CHUNK_ROWS = 5_000

# A chunk takes about a second; whoever is silent for so long is dead, and the next worker starts over.
LEASE_MS = 30_000

# The first rows tell which column holds the numbers.
GUESS_ROWS = 50


log = logging.getLogger(__name__)


class ListChanged(Sms4aError):
    """Somebody else answered for this list in between, or it is gone; nothing of this answer was kept."""


class Lists:
    """Create, answer for, read and check lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, content: bytes, actor: str, *, fields: Iterable[str] = (), home: str = "DE"
    ) -> ContactList:
        """Take a list in; a worker reads it. `fields` are the placeholders of the text it is meant for.

        Raises ListRefused with the reason; nothing is stored then.
        """
        form = recipients.recognise(content)
        sample = [raw.cells for raw in islice(recipients.rows(content, form), GUESS_ROWS)]
        phone = recipients.guess_columns(form.header, sample, fields, home=home).phone
        list_id = random_id(12)
        with self._database.write() as c:
            now = self._database.now(c)
            c.execute(
                sa.insert(contact_list).values(
                    id=list_id,
                    name=name,
                    content=content,
                    format={**format_json(form), "size": len(content)},
                    answers={"phone": phone, "fields": {}, "home": home, "bare": Bare.ASK},
                    **to_read(phone),
                    version=1,
                    rows_total=form.row_count,
                    actor=actor,
                    created_ts=now,
                )
            )
            write_audit(c, now, actor, "list.create", f"contact_list:{list_id}", rows=form.row_count)
            created = one_list(c, list_id)
        assert created is not None
        return created

    def get(self, list_id: str) -> ContactList | None:
        with self._database.read() as c:
            return one_list(c, list_id)

    def answer(self, list_id: str, version: int, **answers: Any) -> ContactList:
        """Say something else about a list: `phone`, `home` and `bare` have it read again, `fields` does not.

        Whatever was prepared from the older version cannot be sent any more. Answers that say the same change
        nothing. Raises ListChanged if the version is stale.
        """
        with self._database.write() as c:
            present = one_list(c, list_id)
            if present is None or present.version != version:
                raise ListChanged("the list was changed in between")
            old = answers_json(present.answers)
            new = old | answers
            if unknown := set(new) - set(old):
                raise ValueError(f"a list has no answer {', '.join(sorted(unknown))}")
            if new == old:
                return present
            values: dict[str, Any] = {"answers": new, "version": version + 1}
            # A worker that is reading now would not notice new fields; it does notice a new version, and gives up.
            read_again = {**new, "fields": 0} != {**old, "fields": 0} or present.state is ListState.CHECKING
            values |= to_read(new["phone"]) if read_again else {}
            changed = c.execute(
                sa.update(contact_list)
                .where(contact_list.c.id == list_id, contact_list.c.version == version)
                .values(**values)
            )
            if not changed.rowcount:
                raise ListChanged("the list was changed in between")
            answered = one_list(c, list_id)
        assert answered is not None
        return answered

    def check_next(self, owner: str) -> bool:
        """Read one list that waits for it, with its present answers; False if there was none.

        1. Claim it with a lease, so that two workers never read the same list.
        2. Throw away rows of an earlier reading: other answers, or a crash in the middle.
        3. Stage the rows in short transactions, each renewing the lease.
        4. One final flip makes them count; until then nobody sees the list as checked.
        """
        claimed = self._claim(owner)
        if claimed is None:
            return False
        reading, content = claimed
        try:
            self._read(reading, content, owner)
        except _Lost:
            log.info("list %s was changed while it was read", reading.id)
        except (ListRefused, ValueError) as error:
            log.warning("list %s cannot be read: %s", reading.id, type(error).__name__)
            self._fail(reading, owner, error.code if isinstance(error, ListRefused) else "not_readable")
        return True

    def piles(self, list_id: str) -> dict[Pile, int]:
        """How many rows lie in each pile; empty until the list is checked."""
        found = self.get(list_id)
        return found.piles if found else {}

    def regions(self, list_id: str) -> dict[str, int]:
        """Country of the people who receive → how many, most first; empty until the list is checked."""
        found = self.get(list_id)
        return found.regions if found else {}

    def rows(self, list_id: str, pile: Pile, offset: int = 0, limit: int = 25) -> tuple[CheckedRow, ...]:
        """Rows of a pile in the order of the file."""
        with self._database.read() as c:
            return tuple(
                checked_row(row) for row in c.execute(rows_of(list_id, pile).offset(offset).limit(limit)).mappings()
            )

    def row(self, list_id: str, number: int) -> CheckedRow | None:
        """The row with this number of the file; None if there is none, or if it was not read yet."""
        query = sa.select(list_row).where(list_row.c.list_id == list_id, list_row.c.row == number)
        with self._database.read() as c:
            found = c.execute(query).mappings().one_or_none()
        return checked_row(found) if found else None

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

    def _claim(self, owner: str) -> tuple[ContactList, bytes] | None:
        with self._database.write() as c:
            now = self._database.now(c)
            waiting = sa.or_(
                contact_list.c.state == ListState.NEW,
                sa.and_(contact_list.c.state == ListState.CHECKING, contact_list.c.lease_ts < now),
            )
            row = (
                c.execute(
                    sa.select(contact_list.c.id, contact_list.c.content)
                    .where(waiting)
                    .order_by(contact_list.c.created_ts, contact_list.c.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                .mappings()
                .one_or_none()
            )
            if row is None:
                return None
            c.execute(
                sa.update(contact_list)
                .where(contact_list.c.id == row["id"])
                .values(state=ListState.CHECKING, owner=owner, lease_ts=now + LEASE_MS, rows_done=0)
            )
            claimed = one_list(c, row["id"])
        assert claimed is not None
        return claimed, row["content"] or b""

    def _read(self, reading: ContactList, content: bytes, owner: str) -> None:
        self._clear(reading, owner)
        answers, totals, done = reading.answers, Totals(), 0
        checked = recipients.check_rows(
            recipients.rows(content, reading.format),
            recipients.Mapping(answers.phone, answers.fields),
            home=answers.home,
            bare=answers.bare,
            opted_out=self._opted_out(),
        )
        while chunk := list(islice(checked, CHUNK_ROWS)):
            done += len(chunk)
            totals.add(chunk)
            with self._database.write() as c:
                self._renew(c, reading, owner, rows_done=done)
                c.execute(sa.insert(list_row), [row_values(reading.id, row) for row in chunk])
        with self._database.write() as c:
            stored = c.execute(sa.select(contact_list.c.format).where(contact_list.c.id == reading.id)).scalar()
            self._renew(
                c,
                reading,
                owner,
                state=ListState.CHECKED,
                problem=None,
                rows_done=done,
                rows_total=done,
                owner=None,
                lease_ts=None,
                format={**(stored or {}), "totals": totals.json()},
            )

    def _clear(self, reading: ContactList, owner: str) -> None:
        """Throw away what an earlier reading staged, a chunk at a time."""
        of_list = list_row.c.list_id == reading.id
        oldest = sa.select(list_row.c.row).where(of_list).order_by(list_row.c.row).limit(CHUNK_ROWS)
        gone = 1
        while gone:
            with self._database.write() as c:
                self._renew(c, reading, owner)
                gone = c.execute(
                    sa.delete(list_row).where(of_list, list_row.c.row.in_(oldest.scalar_subquery()))
                ).rowcount

    def _renew(self, c: Connection, reading: ContactList, claimed_by: str, **values: Any) -> None:
        """Go on reading; _Lost if the answers changed or another worker took over."""
        renewed = c.execute(
            sa.update(contact_list)
            .where(
                contact_list.c.id == reading.id,
                contact_list.c.version == reading.version,
                contact_list.c.owner == claimed_by,
                contact_list.c.state == ListState.CHECKING,
            )
            .values(**{"lease_ts": self._database.now(c) + LEASE_MS, **values})
        )
        if not renewed.rowcount:
            raise _Lost

    def _fail(self, reading: ContactList, owner: str, problem: str) -> None:
        try:
            with self._database.write() as c:
                self._renew(c, reading, owner, state=ListState.FAILED, problem=problem, owner=None, lease_ts=None)
        except _Lost:
            log.info("list %s was changed while it was read", reading.id)

    def _opted_out(self) -> frozenset[str]:
        with self._database.read() as c:
            return frozenset(c.execute(sa.select(opt_out.c.number)).scalars())


class _Lost(Exception):
    """This reading is no longer ours."""
