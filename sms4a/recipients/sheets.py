"""A sheet of any spreadsheet as rows of text."""

import re
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import lt
from typing import NamedTuple, Protocol

from sms4a.recipients.archives import chunks
from sms4a.recipients.formats import (
    BLANK,
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    NO_MARKS,
    CellProblem,
    ListProblem,
    ListRefused,
    RawRow,
    RowProblem,
)
from sms4a.recipients.row_blocks import BLOCK_ROWS, Block
from sms4a.recipients.xml_pieces import PlainPieces, feed, parser

# A spreadsheet computes with 15 digits and makes zeros of the others.
MOST_DIGITS = 15
_WHOLE = re.compile(r"-?\d+(?:\.0*)?")


Cell = tuple[str, CellProblem | None]
"""What of a cell may stand in a message, none of what the spreadsheet could not work out; and what is wrong with it."""


class SheetRow(NamedTuple):
    row: int
    """From 1, as the spreadsheet shows it."""
    cells: Mapping[int, str]
    """By place from 0; only those with anything in them."""
    marks: Mapping[int, CellProblem] = NO_MARKS
    """What is wrong with some of them."""
    hidden: bool = False
    repeated: int = 1
    """How many rows in a row are like this one."""

    @property
    def row_count(self) -> int:
        return self.repeated

    @property
    def last_place(self) -> int:
        return max(self.cells)


class SheetRows(NamedTuple):
    """Rows behind one another in which each column is as sound as the other cells of it."""

    rows: Sequence[int]
    columns: Mapping[int, Sequence[str]]
    """By place from 0."""
    marks: Mapping[int, CellProblem]
    """What is wrong with the cells of some columns, as far as there is anything in them."""
    hidden: bool

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def last_place(self) -> int:
        return max(self.columns)

    def follow(self, last: int) -> bool:
        """Whether they are what rows behind this one ought to be, so that nobody has to look at each of them."""
        is_in_order = last < self.rows[0] and all(map(lt, self.rows, self.rows[1:]))
        has_room = self.rows[-1] <= MOST_ROWS and max(self.columns, default=0) < MOST_COLUMNS
        return is_in_order and has_room and any(all(map(str.strip, cells)) for cells in self.columns.values())

    def single(self) -> Iterator["SheetRow"]:
        for n, row in enumerate(self.rows):
            cells = {place: cells[n] for place, cells in self.columns.items() if cells[n]}
            marks = {place: mark for place, mark in self.marks.items() if place in cells}
            yield SheetRow(row, cells, marks or NO_MARKS, self.hidden)

    def marks_of_rows(self) -> Iterable[Mapping[int, CellProblem]]:
        if all(all(self.columns[place]) for place in self.marks):
            return repeat(self.marks, len(self.rows))
        return (row.marks for row in self.single())


Found = SheetRow | SheetRows


class RowMaker(Protocol):
    """What a format does with the elements of a sheet."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> SheetRow | None: ...

    def text(self, piece: str) -> None: ...


TakePlain = Callable[[bytes, int], tuple[list[Found], int]]
"""Rows that need no parser, from a place in a piece of the file; and where they end."""


class SheetReader:
    """Feeds a file of the archive to a maker of rows, and hands out the rows as they are complete."""

    def __init__(self, maker: RowMaker, plain_rows: TakePlain | None = None) -> None:
        self._plain = PlainPieces(b"</row>", self._take_plain) if plain_rows else None
        self._plain_rows = plain_rows
        self._ready: list[Found] = []
        self._parser = parser()
        self._parser.StartElementHandler = maker.start
        self._parser.CharacterDataHandler = maker.text
        self._parser.EndElementHandler = self._end
        self._maker_end = maker.end

    def rows(self, archive: zipfile.ZipFile, file: str) -> Iterator[Found]:
        for piece in chunks(archive, file):
            if self._plain:
                self._plain.feed(self._parser, piece)
            else:
                feed(self._parser, piece)
            yield from self._take()
        feed(self._parser, b"", final=True)
        yield from self._take()

    def _end(self, tag: str) -> None:
        if row := self._maker_end(tag):
            self._ready.append(row)

    def _take_plain(self, piece: bytes, at: int) -> int:
        assert self._plain_rows is not None
        rows, at = self._plain_rows(piece, at)
        self._ready += rows
        return at

    def _take(self) -> list[Found]:
        # The parser keeps the list of this object, not a copy.
        ready, self._ready = self._ready, []
        return ready


def number_cell(value: str) -> Cell:
    """A number as text with every digit it has: never 4.9E+11, never a tail of a binary fraction."""
    value = value.strip()
    if _WHOLE.fullmatch(value) and len(value) < 40:
        whole = value.partition(".")[0]
    else:
        try:
            number = float(value)
        except ValueError:
            return value, None
        if number != number or abs(number) >= 1e40:
            return "", CellProblem.FORMULA_ERROR
        if number != int(number):
            return f"{number:.15g}", CellProblem.NUMBER
        whole = str(int(number))
    return whole, CellProblem.DIGITS_LOST if len(whole.lstrip("-")) > MOST_DIGITS else CellProblem.NUMBER


def filled(rows: Iterable[Found]) -> Iterator[Found]:
    """Rows with anything in them, in their order, the first one by itself; ListRefused beyond what a sheet can have."""
    count = last = 0
    for some in rows:
        if isinstance(some, SheetRows) and count and some.follow(last):
            last, count = some.rows[-1], count + len(some.rows)
            yield some
            continue
        for row in [some] if isinstance(some, SheetRow) else some.single():
            if not row.marks and not "".join(row.cells.values()).strip(BLANK):
                continue
            if row.row <= last:
                raise ListRefused(ListProblem.BROKEN)
            last = row.row + row.repeated - 1
            count += row.repeated
            if last > MOST_ROWS or count > MOST_ROWS:
                raise ListRefused(ListProblem.TOO_MANY_ROWS)
            yield row


def blocks(rows: Iterable[Found], width: int) -> Iterator[Block]:
    """Rows with anything in them; each has `width` cells, whatever is written of it."""
    gathered = _Gathered(width)
    for some in chain.from_iterable(map(_parts, filled(rows))):
        gathered.take(some)
        if len(gathered) >= BLOCK_ROWS:
            yield gathered.block()
            gathered = _Gathered(width)
    if len(gathered):
        yield gathered.block()


def _parts(some: Found) -> Iterator[Found]:
    """No more than fit into a block, of a row that stands for many."""
    if isinstance(some, SheetRows):
        yield some
        return
    end = some.row + some.repeated
    for row in range(some.row, end, BLOCK_ROWS):
        yield some._replace(row=row, repeated=min(BLOCK_ROWS, end - row))


class _Gathered:
    """Rows of a sheet until there are enough of them for a block."""

    def __init__(self, width: int) -> None:
        self._rows: list[int] = []
        self._columns: list[list[str]] = [[] for _ in range(width)]
        self._marks: list[Mapping[int, CellProblem]] = []
        self._odd: dict[int, RawRow] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, some: Found) -> None:
        if isinstance(some, SheetRow):
            return self._take_row(some)
        nothing = [""] * len(some.rows)
        for place, column in enumerate(self._columns):
            column.extend(some.columns.get(place, nothing))
        self._marks.extend(some.marks_of_rows())
        self._rows.extend(some.rows)
        return None

    def _take_row(self, row: SheetRow) -> None:
        cells = cells_of(row, len(self._columns))
        is_long = max(map(len, cells), default=0) > MOST_CELL_CHARACTERS
        numbers = range(row.row, row.row + row.repeated)
        for place, number in enumerate(numbers if is_long else (), start=len(self)):
            self._odd[place] = RawRow(number, cells, RowProblem.LONG_CELL, row.marks)
        for column, cell in zip(self._columns, cells, strict=True):
            column.extend([cell] * row.repeated)
        self._marks.extend([row.marks] * row.repeated)
        self._rows.extend(numbers)

    def block(self) -> Block:
        return Block(self._rows, self._columns, self._marks if any(self._marks) else (), self._odd)


def cells_of(row: SheetRow, width: int) -> tuple[str, ...]:
    return tuple(map(row.cells.get, range(width), repeat("")))


def width_of(some: Found) -> int:
    """Up to the last cell with anything in it; ListRefused beyond what a list can have."""
    if isinstance(some, SheetRows):
        places = [place for place, cells in some.columns.items() if any(cell.strip(BLANK) for cell in cells)]
    else:
        places = [place for place, text in some.cells.items() if text.strip(BLANK) or place in some.marks]
    width = max(places, default=-1) + 1
    if width > MOST_COLUMNS:
        raise ListRefused(ListProblem.TOO_MANY_COLUMNS, str(width))
    return width


def sheet_name(written: str, taken: Container[str]) -> str:
    """A name by which a sheet can be chosen, also where a program wrote none or one twice."""
    name, place = written or "Sheet", 2
    while name in taken:
        name, place = f"{written or 'Sheet'} ({place})", place + 1
    return name
