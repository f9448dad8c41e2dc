"""A sheet of any spreadsheet as rows of text."""

import re
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import repeat
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
    raw_row,
)
from sms4a.recipients.xml_pieces import PlainPieces, feed, parser

# A spreadsheet computes with 15 digits and makes zeros of the others.
_MOST_DIGITS = 15
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


class RowMaker(Protocol):
    """What a format does with the elements of a sheet."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> SheetRow | None: ...

    def text(self, piece: str) -> None: ...


PlainRows = Callable[[bytes, int], tuple[list[SheetRow], int]]
"""Rows that need no parser, from a place in a piece of the file; and where they end."""


class SheetReader:
    """Feeds a file of the archive to a maker of rows, and hands out the rows as they are complete."""

    def __init__(self, maker: RowMaker, plain_rows: PlainRows | None = None) -> None:
        self._plain = PlainPieces(b"</row>", self._take_plain) if plain_rows else None
        self._plain_rows = plain_rows
        self._ready: list[SheetRow] = []
        self._parser = parser()
        self._parser.StartElementHandler = maker.start
        self._parser.CharacterDataHandler = maker.text
        self._parser.EndElementHandler = self._end
        self._maker_end = maker.end

    def rows(self, archive: zipfile.ZipFile, file: str) -> Iterator[SheetRow]:
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

    def _take(self) -> list[SheetRow]:
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
    return whole, CellProblem.DIGITS_LOST if len(whole.lstrip("-")) > _MOST_DIGITS else CellProblem.NUMBER


def filled(rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
    """Rows with anything in them, in their order; ListRefused beyond what a sheet can have."""
    count = last = 0
    for row in rows:
        if not row.marks and not "".join(row.cells.values()).strip(BLANK):
            continue
        if row.row <= last:
            raise ListRefused(ListProblem.BROKEN)
        last = row.row + row.repeated - 1
        count += row.repeated
        if last > MOST_ROWS or count > MOST_ROWS:
            raise ListRefused(ListProblem.TOO_MANY_ROWS)
        yield row


def records(rows: Iterable[SheetRow], width: int) -> Iterator[RawRow]:
    """Rows with anything in them; each has `width` cells, whatever is written of it."""
    for row in filled(rows):
        cells = cells_of(row, width)
        problem = RowProblem.LONG_CELL if max(map(len, cells), default=0) > MOST_CELL_CHARACTERS else None
        for number in range(row.row, row.row + row.repeated):
            yield raw_row((number, cells, problem, row.marks))


def cells_of(row: SheetRow, width: int) -> tuple[str, ...]:
    return tuple(map(row.cells.get, range(width), repeat("")))


def width_of(row: SheetRow) -> int:
    """Up to the last cell with anything in it; ListRefused beyond what a list can have."""
    filled_places = [place for place, text in row.cells.items() if text.strip(BLANK) or place in row.marks]
    width = max(filled_places, default=-1) + 1
    if width > MOST_COLUMNS:
        raise ListRefused(ListProblem.TOO_MANY_COLUMNS, str(width))
    return width


def sheet_name(written: str, taken: Container[str]) -> str:
    """A name by which a sheet can be chosen, also where a program wrote none or one twice."""
    name, place = written or "Sheet", 2
    while name in taken:
        name, place = f"{written or 'Sheet'} ({place})", place + 1
    return name
