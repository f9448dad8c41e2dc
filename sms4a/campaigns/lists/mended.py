"""Rows that a person has mended outside the console: files beside the list's own one.

A mended row names the row it stands for, in a column of the file that was handed out. It takes that row's place and
number if nobody is written to by it; every other row is a further one, with a number after the last. So the list is
what it would be had its file been right from the start, each row is counted once, and what is still wrong can be
mended again.

With each file that comes or goes the list is read anew: its own file first, then these in their order. It is the one
way a list is read, also after a crash and with other answers. Nothing is patched into rows that count already, one
flip makes all of them count or none, and whoever was there before keeps the number that comes twice. The price is the
time of another reading.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a import recipients
from sms4a.campaigns.lists.list_records import checked_row, format_from
from sms4a.campaigns.tables import list_row, mended_file
from sms4a.errors import Sms4aError
from sms4a.recipients import CheckedBlock, CheckedRow, FileKind, ListFormat, Mended, Pile, RawRow, RowProblem
from sms4a.templates import name_key

MOST_FILES = 20

# Of these rows others may be duplicates; they keep their place.
_KEEPS = (Pile.RECEIVE, Pile.LEFT_OUT)

_NOT_TRUSTED = frozenset(RowProblem)

# In a CSV file of ours an apostrophe keeps a cell from being run as a formula; it is not part of the value.
_GUARDED = re.compile(r"'\s*[=+\-@\t\r]")


class MendProblem(StrEnum):
    COLUMNS = "columns"
    """Columns of the list are missing. Detail: their names."""
    SEVERAL_SHEETS = "several_sheets"
    TOO_LARGE = "too_large"
    TOO_MANY_FILES = "too_many_files"


class MendRefused(Sms4aError):
    """This file does not go with the list; nothing of it was taken."""

    def __init__(self, code: MendProblem, detail: str = "") -> None:
        super().__init__(f"the file of mended rows cannot be used: {code}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Source:
    """A mended file, to be read."""

    n: int
    name: str
    content: bytes
    format: ListFormat
    row_column: str | None
    """The column that names the row of the list."""

    def raw_rows(self) -> Iterator[RawRow]:
        found = recipients.rows(self.content, self.format)
        return map(_unguarded, found) if self.format.kind is FileKind.TEXT else found


def recognise(content: bytes, header: Sequence[str]) -> ListFormat:
    """How a mended file is written. ListRefused if it is no list, MendRefused if it is none of `header`."""
    recipients.refuse_at_sight(content)
    if not recipients.is_quick(content):
        raise MendRefused(MendProblem.TOO_LARGE)
    form = recipients.recognise(content)
    if form.asks_for_sheet:
        raise MendRefused(MendProblem.SEVERAL_SHEETS)
    found = columns(header, form.header)
    if missing := [name for name in header if name not in found]:
        raise MendRefused(MendProblem.COLUMNS, ", ".join(missing))
    return form


def columns(header: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Column of the list → column of the mended file."""
    by_key = {name_key(name): name for name in theirs}
    return {name: by_key[name_key(name)] for name in header if name_key(name) in by_key}


def sources(c: Connection, list_id: str) -> list[Source]:
    query = sa.select(mended_file).where(mended_file.c.list_id == list_id).order_by(mended_file.c.n)
    return [
        Source(row["n"], row["name"], row["content"], format_from(row["format"]), row["row_column"])
        for row in c.execute(query).mappings()
    ]


class Mending:
    """Finds the places of mended rows while their list is read."""

    def __init__(self, list_id: str, header: Sequence[str]) -> None:
        self._list_id = list_id
        self._header = header
        self._keepers: dict[str, int] = {}
        self._last = 0
        self._taken: set[int] = set()
        self.counts: dict[int, tuple[int, int]] = {}
        """File → how many of its rows stand in the place of another one, and how many are further ones."""

    def saw(self, block: CheckedBlock) -> None:
        """Rows of the list's own file, as they were judged before anybody is left out."""
        self._last = max(self._last, *block.rows)
        for row, number, pile in zip(block.rows, block.numbers, block.piles, strict=True):
            if pile is Pile.RECEIVE and number:
                self._keepers[number] = row

    def begin(self, source: Source) -> None:
        """Within one file the first row that names a place has it."""
        self._taken = set()
        self.counts[source.n] = (0, 0)

    def place(
        self, c: Connection, source: Source, chunk: Sequence[CheckedRow]
    ) -> tuple[list[CheckedRow], list[CheckedRow]]:
        """The mended rows as they stand in the list, and the rows that give way to them."""
        named = [_named(row, source.row_column) for row in chunk]
        free = self._free(c, {number for number in named if number is not None})
        theirs = columns(self._header, source.format.header)
        placed, gone = [], []
        for row, number in zip(chunk, named, strict=True):
            bad = free.pop(number, None) if number is not None else None
            if bad is not None:
                gone.append(bad)
                self._taken.add(bad.row)
            else:
                self._last += 1
            placed.append(self._judged(row, bad.row if bad else self._last, source.name, theirs))
        before = self.counts[source.n]
        self.counts[source.n] = (before[0] + len(gone), before[1] + len(placed) - len(gone))
        return placed, gone

    def _free(self, c: Connection, numbers: set[int]) -> dict[int, CheckedRow]:
        """Rows of the list with these numbers that may give way."""
        query = sa.select(list_row).where(
            list_row.c.list_id == self._list_id,
            list_row.c.row.in_(sorted(numbers - self._taken)),
            list_row.c.pile.not_in(_KEEPS),
        )
        return {row["row"]: checked_row(row) for row in c.execute(query).mappings()}

    def _judged(self, row: CheckedRow, number: int, file: str, theirs: Mapping[str, str]) -> CheckedRow:
        pile, earlier = row.pile, None
        if row.number and pile in (Pile.RECEIVE, Pile.DUPLICATE):
            keeper = self._keepers.setdefault(row.number, number)
            pile, earlier = (Pile.RECEIVE, None) if keeper == number else (Pile.DUPLICATE, keeper)
        values, mended = row.values, Mended(file, row.row)
        cells = tuple(values.get(own, "") for own in theirs.values())
        return row._replace(
            row=number, pile=pile, duplicate_of=earlier, header=tuple(theirs), cells=cells, mended=mended
        )


def _named(row: CheckedRow, column: str | None) -> int | None:
    """The row of the list that this one stands for; None if it names none, or its cells cannot be trusted."""
    said = row.values.get(column or "", "").strip()
    if row.problem in _NOT_TRUSTED or not (said.isascii() and said.isdecimal() and len(said) < 9):
        return None
    return int(said)


def _unguarded(raw: RawRow) -> RawRow:
    if not any(cell.startswith("'") for cell in raw.cells):
        return raw
    return raw._replace(cells=tuple(cell[1:] if _GUARDED.match(cell) else cell for cell in raw.cells))
