"""Reading a list: recognised, sorted into piles and staged in chunks, made valid by one final flip."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a import recipients
from sms4a.campaigns import again
from sms4a.campaigns.database import Database
from sms4a.campaigns.leases import Leases
from sms4a.campaigns.lists import mended, saved_lists
from sms4a.campaigns.lists.list_records import (
    OTHER_COLUMNS,
    SOURCE_CHANGED,
    ContactList,
    Totals,
    answers_json,
    file_of,
    format_json,
    one_list,
    to_read,
)
from sms4a.campaigns.lists.list_writing import Rows
from sms4a.campaigns.lists.memory import dead_numbers, ever_dead, leave_out
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import contact_list, list_row, opt_out
from sms4a.recipients import Block, CheckedBlock, CheckedRow, ListFile, ListRefused

# Long enough for progress to be seen, short enough that no other writer waits for it.
CHUNK_ROWS = 20_000

# A chunk takes about a second; whoever is silent for so long is dead, and the next worker starts over.
LEASE_MS = 30_000

# To recognise a big file takes its time without any sign of life.
RECOGNISE_LEASE_MS = 180_000

Chunk = Sequence[CheckedBlock]

log = logging.getLogger(__name__)

_LEASES = Leases(
    contact_list,
    sa.select(contact_list.c.id)
    .where(
        sa.or_(
            contact_list.c.state == ListState.NEW,
            sa.and_(contact_list.c.state == ListState.CHECKING, contact_list.c.lease_ts < sa.bindparam("now")),
        )
    )
    .order_by(contact_list.c.created_ts, contact_list.c.id)
    .limit(1),
    lease_ms=LEASE_MS,
    state=ListState.CHECKING,
    rows_done=0,
)


class ListReader:
    """Reads one list after the other; a crash in the middle starts that list over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, reading: ContactList, owner: str) -> None:
        """All of it after the claim; whatever goes wrong is written down with the list.

        1. Find out how it is written, if nobody has looked into it yet.
        2. Throw away rows of an earlier reading: other answers, or a crash in the middle.
        3. Stage the rows in short transactions, each renewing the lease: those of its file, then mended ones.
        4. One final flip makes them count; until then nobody sees the list as checked.
        """
        with self._database.read() as c:
            file = ListFile(file_of(c, reading.id))
        try:
            if not reading.is_recognised:
                reading = self._recognise(reading, file, owner)
            if reading.state is ListState.CHECKING:
                self._stage_all(reading, file, owner)
        except _Lost:
            log.info("list %s was changed while it was read", reading.id)
        except saved_lists.SourceChanged:
            self.fail(reading, owner, SOURCE_CHANGED)
        except _OtherColumns as other:
            self.fail(reading, owner, OTHER_COLUMNS, str(other))
        except ListRefused as refused:
            log.warning("list %s cannot be read: %s", reading.id, refused.code)
            self.fail(reading, owner, refused.code, refused.detail)
        except ValueError as error:
            log.warning("list %s cannot be read: %s", reading.id, type(error).__name__)
            self.fail(reading, owner, "not_readable")

    def fail(self, reading: ContactList, owner: str, problem: str, detail: str = "") -> None:
        values: dict[str, Any] = {"state": ListState.FAILED, "problem": problem, "owner": None, "lease_ts": None}
        try:
            with self._database.write() as c:
                form = self._stored_format(c, reading.id) | {"problem_detail": detail}
                self._renew(c, reading, owner, format=form, **values)
        except _Lost:
            log.info("list %s was changed while it was read", reading.id)

    def claim(self, worker: str) -> tuple[ContactList, str] | None:
        """A list that waits, with a lease, so that two workers never read the same one, and the name of its holder."""
        # A name of its own for each claim: two threads of a worker must not pass for one another.
        owner = f"{worker}/{random_id(4)}"
        claimed = _LEASES.claim(self._database, owner)
        if claimed is None:
            return None
        list_id = claimed[0]["id"]
        with self._database.read() as c:
            found = one_list(c, list_id)
        return (found, owner) if found else None

    def _recognise(self, reading: ContactList, file: ListFile, owner: str) -> ContactList:
        """The list as it is known then; no longer CHECKING if a person must say something first."""
        with self._database.write() as c:
            self._renew(c, reading, owner, lease_ts=self._database.now(c) + RECOGNISE_LEASE_MS)
        said = reading.answers
        form = file.recognise(encoding=said.encoding, delimiter=said.delimiter, sheet=said.sheet)
        phone = file.guess_phone(form, said.home)
        values = to_read(form, phone)
        if values["state"] is ListState.NEW:
            values = {}
        with self._database.write() as c:
            self._renew(
                c,
                reading,
                owner,
                format={**format_json(form), "size": reading.size},
                answers=answers_json(replace(said, phone=phone)),
                rows_total=form.row_count,
                **values,
            )
            known = one_list(c, reading.id)
        assert known is not None
        return known

    def _stage_all(self, reading: ContactList, file: ListFile, owner: str) -> None:
        self._clear(reading, owner)
        with self._database.read() as c:
            mended_files, suspects = mended.sources(c, reading.id), ever_dead(c)
        totals, mending, done = Totals(), mended.Mending(reading.id, reading.header), 0
        for chunk in self._chunks(reading, file):
            for block in chunk if mended_files else ():
                mending.saw(block)
            done += sum(map(len, chunk))
            self._leave_out(reading, chunk, totals, suspects)
            self._stage(reading, owner, chunk, totals, done)
        for source in mended_files:
            mending.begin(source)
            for chunk in self._mended_chunks(reading, source):
                theirs = [row for block in chunk for row in block.checked_rows()]
                with self._database.read() as c:
                    placed, gone = mending.place(c, source, theirs)
                done += len(placed) - len(gone)
                blocks = list(recipients.checked_blocks_of(placed))
                self._leave_out(reading, blocks, totals, suspects)
                self._stage(reading, owner, blocks, totals, done, gone)
        totals.mended = mending.counts
        self._flip(reading, owner, totals, done)

    def _leave_out(self, reading: ContactList, chunk: Chunk, totals: Totals, suspects: frozenset[str] | None) -> None:
        """Numbers that failed for good earlier are left out if the author wants that, else counted.

        `suspects`: only these can be among them; None: all.
        """
        dead = self._dead(chunk, suspects)
        if not reading.answers.leave_out_failed:
            totals.failed_before += len(dead)
        elif dead:
            for block in chunk:
                leave_out(block, dead)

    def _stage(
        self,
        reading: ContactList,
        owner: str,
        chunk: Chunk,
        totals: Totals,
        done: int,
        gone: Sequence[CheckedRow] = (),
    ) -> None:
        """Write these rows; `gone` are rows of this reading in whose places some of them stand."""
        kept = None if reading.answers.keep is None else frozenset(reading.header)
        rows = Rows(reading.id, kept)
        totals.take(gone)
        for block in chunk:
            rows.add(block)
            totals.add(block)
        with self._database.write() as c:
            self._renew(c, reading, owner, rows_done=done)
            if gone:
                of_list = list_row.c.list_id == reading.id
                c.execute(sa.delete(list_row).where(of_list, list_row.c.row.in_([row.row for row in gone])))
            rows.write(c)

    def _flip(self, reading: ContactList, owner: str, totals: Totals, done: int) -> None:
        with self._database.write() as c:
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
                format=self._stored_format(c, reading.id) | {"totals": totals.json()},
            )

    def _chunks(self, reading: ContactList, file: ListFile) -> Iterator[Chunk]:
        if reading.follows and reading.sends_again:
            for people in again.people(self._database, reading.follows, self._opted_out(), CHUNK_ROWS):
                yield list(recipients.checked_blocks_of(people))
            return
        if reading.follows:
            copy = saved_lists.Copy(self._database, reading.follows["list"])
            blocks = recipients.blocks_of(copy.raw_rows(), len(copy.header))
            for chunk in self._judged(reading, blocks, copy.header, reading.answers.phone):
                yield [copy.marked(block) for block in chunk]
            return
        blocks = file.blocks(reading.format)
        yield from self._judged(reading, blocks, reading.format.header, reading.answers.phone)

    def _mended_chunks(self, reading: ContactList, source: mended.Source) -> Iterator[Chunk]:
        header = source.format.header
        theirs = mended.columns(reading.header, header)
        if len(theirs) < len(reading.header):
            raise _OtherColumns(source.name)
        blocks = recipients.blocks_of(source.raw_rows(), len(header))
        yield from self._judged(reading, blocks, header, theirs[reading.answers.phone or ""])

    def _judged(
        self, reading: ContactList, blocks: Iterable[Block], header: tuple[str, ...], phone: str | None
    ) -> Iterator[Chunk]:
        answers = reading.answers
        checked = recipients.check_blocks(
            blocks,
            header,
            recipients.Mapping(phone, answers.fields),
            home=answers.home,
            bare=answers.bare,
            allowed=None if answers.allowed is None else frozenset(answers.allowed),
            opted_out=self._opted_out(),
        )
        return _chunks(checked)

    def _dead(self, chunk: Chunk, suspects: frozenset[str] | None) -> dict[str, str]:
        numbers = [
            number
            for block in chunk
            for number in compress(block.numbers, block.receives)
            if number and (suspects is None or number in suspects)
        ]
        if not numbers:
            return {}
        with self._database.read() as c:
            return dead_numbers(c, numbers)

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

    @staticmethod
    def _stored_format(c: Connection, list_id: str) -> dict[str, Any]:
        return c.execute(sa.select(contact_list.c.format).where(contact_list.c.id == list_id)).scalar() or {}

    def _opted_out(self) -> frozenset[str]:
        with self._database.read() as c:
            return frozenset(c.execute(sa.select(opt_out.c.number)).scalars())


def _chunks(blocks: Iterable[CheckedBlock]) -> Iterator[Chunk]:
    chunk: list[CheckedBlock] = []
    for block in blocks:
        chunk.append(block)
        if sum(map(len, chunk)) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _OtherColumns(Exception):
    """The columns of the list are no longer those of the mended file with this name."""


class _Lost(Exception):
    """This reading is no longer ours."""
