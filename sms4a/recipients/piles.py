"""Rows sorted into who receives and who does not, each with its reason."""

from collections.abc import Container, Iterable, Iterator
from collections.abc import Mapping as Marks
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sms4a.numbers import Bare, NumberProblem, Reading, number_reader
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


_RECEIVES = (Pile.RECEIVE, None)
_LOST = CellProblem.DIGITS_LOST
_BLOCKED = frozenset({NumberProblem.NOT_A_PHONE, NumberProblem.COUNTRY_NOT_ALLOWED})


def check_rows(
    raw_rows: Iterable[RawRow],
    mapping: Mapping,
    *,
    home: str,
    bare: Bare,
    allowed: frozenset[str] | None = None,
    opted_out: Container[str] = (),
) -> Iterator[CheckedRow]:
    """Each row in its pile. Of rows with the same number the first one keeps it.

    ValueError if the mapping names no phone column, or one that the list does not have.
    """
    first_rows: dict[str, int] = {}
    read = number_reader(home, bare=bare, allowed=allowed)
    known_header: tuple[str, ...] | None = None
    column = 0
    for row, cells, header, problem, marks in raw_rows:
        if header is not known_header:
            known_header, column = header, _place(header, mapping)
        cell = cells[column].strip(BLANK) if column < len(cells) else ""
        kept = _without_lost_digits(cells, marks) if marks and _LOST in marks.values() else cells
        if problem is not None:
            yield CheckedRow(row, cell, None, None, Pile.UNREADABLE, problem, str(len(cells)), header, kept)
        elif marks and (mark := marks.get(column)) and mark is not CellProblem.NUMBER:
            yield CheckedRow(row, cell, None, None, Pile.UNREADABLE, mark, "", header, kept)
        else:
            number, region, why, detail = said = read(cell)
            pile, earlier = _pile(row, said, first_rows, opted_out)
            yield CheckedRow(row, cell, number, region, pile, why, detail, header, kept, earlier)


def _without_lost_digits(cells: tuple[str, ...], marks: Marks[int, CellProblem]) -> tuple[str, ...]:
    return tuple("" if marks.get(place) is _LOST else cell for place, cell in enumerate(cells))


def _place(header: tuple[str, ...], mapping: Mapping) -> int:
    if mapping.phone not in header:
        raise ValueError("the mapping names no phone column of this list")
    return header.index(mapping.phone)


def _pile(row: int, said: Reading, first_rows: dict[str, int], opted_out: Container[str]) -> tuple[Pile, int | None]:
    """The pile of a row and, for a duplicate, the row that keeps the number."""
    number = said.number
    if number is None:
        return Pile.BLOCKED if said.problem in _BLOCKED else Pile.UNREADABLE, None
    if number in opted_out:
        return Pile.OPTED_OUT, None
    first = first_rows.setdefault(number, row)
    return _RECEIVES if first == row else (Pile.DUPLICATE, first)
