"""The rows of a list that is text, read strictly: at once where nothing can be doubtful, else by the `csv` module."""

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from typing import NamedTuple, TextIO

from sms4a.recipients.formats import (
    BLANK,
    MOST_CELL_CHARACTERS,
    MOST_ROWS,
    ListProblem,
    ListRefused,
    RawRow,
    RowProblem,
)
from sms4a.recipients.row_blocks import Block, blocks_of
from sms4a.recipients.text_files import SEPARATOR_LINE, opened

# Some thousand rows.
_PIECE_CHARACTERS = 32_000

# A million rows of names and numbers are about 40 MB; a list with more in it is read a second time.
_MOST_KEPT_BYTES = 60_000_000
# What Python takes for a row or for a cell, beside its characters.
_OBJECT_BYTES = 100

_PHONE_LIKE = re.compile(r"[+(]?[\d+() ./\u00a0\u202f-]{6,}")
_LINE_ENDS = re.compile(r"[\r\n]+")
_LONE_RETURN = re.compile(r"\r(?!\n)")


class Overview(NamedTuple):
    """What all rows with anything in them tell."""

    first: RawRow
    row_count: int
    example_row: int | None
    """The first row behind that one with a character beyond ASCII."""


class TextRows:
    """The rows of a list that is text. What is seen when they are looked through need not be read again."""

    def __init__(self, data: bytes, encoding: str, delimiter: str) -> None:
        self._data, self.encoding, self.delimiter = data, encoding, delimiter
        self._seen: list[_Regular | _Strict] = []
        """All of its lines, or nothing."""

    def look_through(self, *, find_example: bool) -> Overview:
        """Read all rows once. ListRefused like `blocks`, and if there are none."""
        first, total, example, seen, room = None, 0, None, [], _MOST_KEPT_BYTES
        for lines in self._lines():
            total += lines.row_count
            if lines.row_count and first is None:
                first = lines.first
            if find_example and first and example is None:
                example = lines.example_row(first.row)
            if room > 0:
                room -= lines.size
                seen.append(lines)
            else:
                seen.clear()
        if first is None:
            raise ListRefused(ListProblem.EMPTY)
        self._seen = seen
        return Overview(first, total, example)

    def blocks(self, width: int) -> Iterator[Block]:
        """The rows that have anything in them, as they stand; with a problem if they have not `width` cells.

        ListRefused where a quotation mark swallows rows: the rest of the list could not be trusted.
        """
        return chain.from_iterable(lines.blocks(width) for lines in self._seen or self._lines())

    def _lines(self) -> Iterator["_Regular | _Strict"]:
        row = 1
        with opened(self._data, self.encoding) as text:
            if not SEPARATOR_LINE.match(text.readline()):
                text.seek(0)
            while piece := text.read(_PIECE_CHARACTERS) + text.readline():
                lines = _regular(piece, row, self.delimiter) or _strict(piece, text, row, self.delimiter)
                row = lines.next_row
                if lines.last_row > MOST_ROWS:
                    raise ListRefused(ListProblem.TOO_MANY_ROWS)
                yield lines


@dataclass(frozen=True, slots=True)
class _Regular:
    """Lines that are all alike: each is a row, none is blank, and all have as many cells."""

    first_row: int
    row_count: int
    width: int
    lines: str
    columns: Callable[[], Sequence[Sequence[str]]]
    size: int
    """Bytes in memory."""

    @property
    def next_row(self) -> int:
        return self.first_row + self.row_count

    @property
    def last_row(self) -> int:
        return self.next_row - 1

    @property
    def first(self) -> RawRow:
        return next(self._block().raw_rows())

    def blocks(self, width: int) -> Iterable[Block]:
        if width == self.width:
            return [self._block()]
        return blocks_of((row._replace(problem=RowProblem.SHIFTED) for row in self._block().raw_rows()), width)

    def example_row(self, after: int) -> int | None:
        return None if self.lines.isascii() else _example_row(self._block().raw_rows(), after)

    def _block(self) -> Block:
        return Block(range(self.first_row, self.next_row), self.columns())


class _Strict(NamedTuple):
    """Rows as the standard library reads them."""

    found: list[RawRow]
    next_row: int

    @property
    def row_count(self) -> int:
        return len(self.found)

    @property
    def last_row(self) -> int:
        return self.found[-1].row if self.found else 0

    @property
    def size(self) -> int:
        return sum(_OBJECT_BYTES + sum(map(sys.getsizeof, row.cells)) for row in self.found)

    @property
    def first(self) -> RawRow:
        return self.found[0]

    def blocks(self, width: int) -> Iterable[Block]:
        fitting = (
            row if row.problem or len(row.cells) == width else row._replace(problem=RowProblem.SHIFTED)
            for row in self.found
        )
        return blocks_of(fitting, width)

    def example_row(self, after: int) -> int | None:
        return _example_row(self.found, after)


def _example_row(found: Iterable[RawRow], after: int) -> int | None:
    return next((row.row for row in found if row.row > after and not "".join(row.cells).isascii()), None)


def _regular(piece: str, row: int, delimiter: str) -> _Regular | None:
    """None if there is anything in these lines of which one would have to think.

    A cell of so few characters cannot be too long. Where blanks separate, one would have to know which ones do.
    """
    if len(piece) > MOST_CELL_CHARACTERS or not delimiter.isascii() or delimiter == " ":
        return None
    if '"' in piece:
        return _quoted(piece, row, delimiter)
    if _LONE_RETURN.search(piece):
        return None
    lines = piece if piece.endswith("\n") else piece + "\n"
    if _blank_line(delimiter).search("\n" + lines):
        return None
    skeleton = lines.encode().translate(None, _all_but(delimiter))
    width = skeleton.index(b"\n") + 1
    line_count = len(skeleton) // width
    if skeleton != skeleton[:width] * line_count:
        return None
    return _Regular(row, line_count, width, lines, partial(_cut, lines, delimiter, width), sys.getsizeof(lines))


def _cut(lines: str, delimiter: str, width: int) -> Sequence[Sequence[str]]:
    cells = lines[:-1].replace("\r", "").replace("\n", delimiter).split(delimiter)
    return [cells[place::width] for place in range(width)]


def _quoted(piece: str, row: int, delimiter: str) -> _Regular | None:
    """Lines with quotation marks in them, if the `csv` module makes a row of each, and no cell goes on in the next."""
    reader = csv.reader(io.StringIO(piece, newline=""), delimiter=delimiter, strict=True)
    try:
        found = list(reader)
        columns = list(zip(*found, strict=True))
    except (csv.Error, ValueError):
        return None
    if reader.line_num > len(found) or not any(all(map(str.strip, column)) for column in columns):
        return None
    size = _OBJECT_BYTES * len(found) * len(columns) + sys.getsizeof(piece)
    return _Regular(row, len(found), len(columns), piece, lambda: columns, size)


@cache
def _blank_line(delimiter: str) -> re.Pattern[str]:
    return re.compile(f"\n[{BLANK}{re.escape(delimiter)}]*\r?\n")


@cache
def _all_but(delimiter: str) -> bytes:
    return bytes(byte for byte in range(256) if byte not in f"{delimiter}\n".encode())


def _strict(piece: str, rest: TextIO, row: int, delimiter: str) -> _Strict:
    """The rows of these lines; into the rest of the text only as far as an open quotation mark reaches."""
    lines = io.StringIO(piece, newline="")
    reader = csv.reader(chain(lines, rest), delimiter=delimiter, strict=True)
    found: list[RawRow] = []
    line = 0
    while lines.tell() < len(piece):
        cells: tuple[str, ...] = ()
        problem = None
        try:
            cells = tuple(next(reader))
        except csv.Error as error:
            problem = _broken(error, row, many_lines=reader.line_num - line > 1)
        if reader.line_num - line > 1 and _swallows_rows(cells, delimiter):
            raise ListRefused(ListProblem.OPEN_QUOTE, str(row))
        line = reader.line_num
        if problem or "".join(cells).strip(BLANK):
            found.append(RawRow(row, cells, problem))
        row += 1
    return _Strict(found, row)


def _broken(error: csv.Error, row: int, *, many_lines: bool) -> RowProblem:
    if many_lines or "end of data" in str(error):
        raise ListRefused(ListProblem.OPEN_QUOTE, str(row)) from error
    return RowProblem.LONG_CELL if "field limit" in str(error) else RowProblem.BROKEN_QUOTE


def _swallows_rows(cells: tuple[str, ...], delimiter: str) -> bool:
    """Whether a cell of several lines contains what looks like other rows: text and a number side by side."""
    for cell in cells:
        for line in _LINE_ENDS.split(cell) if "\n" in cell or "\r" in cell else ():
            pieces = line.split(delimiter)
            if len(pieces) > 1 and any(_PHONE_LIKE.fullmatch(piece.strip(BLANK)) for piece in pieces):
                return True
    return False
