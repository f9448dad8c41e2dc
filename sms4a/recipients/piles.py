"""Rows sorted into who receives and who does not, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Marks
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import compress, count, islice, repeat
from operator import ne
from typing import NamedTuple

from sms4a.number_columns import NumberColumn, Readings
from sms4a.numbers import Bare, NumberProblem
from sms4a.recipients.columns import Mapping
from sms4a.recipients.formats import BLANK, CellProblem, RawRow


class Pile(StrEnum):
    """Where a row of a list lies: in exactly one of these."""

    RECEIVE = "receive"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    """A number we can read and that policy does not allow: another country, a service number."""
    TEXT_PROBLEM = "text_problem"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Mended:
    """Where a row stands that a person has mended outside the list's own file."""

    file: str
    row: int


class CheckedRow(NamedTuple):
    """A row, its pile, and the reason."""

    row: int
    raw_number: str
    number: str | None
    """E.164, wherever the cell is a number that receives SMS."""
    region: str | None
    pile: Pile
    problem: str | None
    """A `NumberProblem`, `CellProblem` or `RowProblem`; later a `ValueProblem`. None if the pile says it all."""
    detail: str
    header: tuple[str, ...]
    cells: tuple[str, ...]
    """As many as there are columns, unless that is the problem."""
    duplicate_of: int | None = None
    """The earlier row with the same number."""
    mended: Mended | None = None
    """None: it came with the list's own file."""

    @property
    def values(self) -> dict[str, str]:
        """Cells by column name; of a shifted row as many as there are."""
        return dict(zip(self.header, self.cells, strict=False))


# Rows are judged so many at a time, a column after the other: that takes a fraction of the time. With more of them
# the garbage collector would look through each chunk.
CHUNK_ROWS = 500

_LOST = CellProblem.DIGITS_LOST
_BLOCKED = frozenset({NumberProblem.NOT_A_PHONE, NumberProblem.COUNTRY_NOT_ALLOWED})

# As CheckedRow(...) makes it, in half the time.
_checked_row = partial(tuple.__new__, CheckedRow)


def check_rows(
    raw_rows: Iterable[RawRow],
    header: tuple[str, ...],
    mapping: Mapping,
    *,
    home: str,
    bare: Bare,
    allowed: frozenset[str] | None = None,
    opted_out: frozenset[str] = frozenset(),
) -> Iterator[CheckedRow]:
    """Each row in its pile. Of rows with the same number the first one keeps it.

    ValueError if the mapping names no phone column, or one that the list does not have.
    """
    if mapping.phone not in header:
        raise ValueError("the mapping names no phone column of this list")
    place = header.index(mapping.phone)
    column = NumberColumn(home, bare=bare, allowed=allowed)
    first_rows: dict[str | None, int] = {}
    remaining = iter(raw_rows)
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        rows, cells, problems, marks = zip(*chunk, strict=True)
        written = [row[place].strip(BLANK) if place < len(row) else "" for row in cells]
        said = column.read(written)
        if any(problems) or any(marks):
            _take_out_unread(chunk, place, said)
            cells = tuple(map(_without_lost_digits, cells, marks))
        numbers, regions, whys, details = said
        piles, earlier = _sorted(rows, said, first_rows, opted_out)
        yield from map(
            _checked_row,
            zip(rows, written, numbers, regions, piles, whys, details, repeat(header), cells, earlier, repeat(None)),
        )


def _sorted(
    rows: Sequence[int], said: Readings, first_rows: dict[str | None, int], opted_out: frozenset[str]
) -> tuple[list[Pile], list[int | None]]:
    """The pile of each row and, for a duplicate, the row that keeps the number."""
    piles = [Pile.RECEIVE] * len(rows)
    earlier: list[int | None] = [None] * len(rows)
    firsts = list(map(first_rows.setdefault, said.numbers, rows))
    for place in compress(count(), map(ne, firsts, rows)):
        piles[place], earlier[place] = Pile.DUPLICATE, firsts[place]
    for place in compress(count(), map(opted_out.__contains__, said.numbers) if opted_out else ()):
        piles[place], earlier[place] = Pile.OPTED_OUT, None
    for place in compress(count(), said.problems):
        piles[place] = Pile.BLOCKED if said.problems[place] in _BLOCKED else Pile.UNREADABLE
        earlier[place] = None
    return piles, earlier


def _take_out_unread(chunk: Sequence[RawRow], place: int, said: Readings) -> None:
    """What a cell says counts nothing where the row or the cell is not as it was meant to be."""
    for n, (_, cells, problem, marks) in enumerate(chunk):
        mark = marks.get(place)
        if problem is not None:
            said.refuse(n, problem, str(len(cells)))
        elif mark is not None and mark is not CellProblem.NUMBER:
            said.refuse(n, mark)


def _without_lost_digits(cells: tuple[str, ...], marks: Marks[int, CellProblem]) -> tuple[str, ...]:
    if _LOST not in marks.values():
        return cells
    return tuple("" if marks.get(place) is _LOST else cell for place, cell in enumerate(cells))
