"""Rows sorted into who receives and who does not, each with its reason."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sms4a.numbers import Bare, NumberProblem, Reading, read_number
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
    values: dict[str, str]
    """All cells of the row by column name."""
    duplicate_of: int | None = None
    """The earlier row with the same number."""
    mended: Mended | None = None
    """None: it came with the list's own file."""


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
    header: tuple[str, ...] | None = None
    column = 0
    for raw in raw_rows:
        if raw.header is not header:
            header, column = raw.header, _place(raw.header, mapping)
        cell = raw.cells[column].strip(BLANK) if column < len(raw.cells) else ""
        if raw.problem is not None:
            yield CheckedRow(raw.row, cell, None, None, Pile.UNREADABLE, raw.problem, str(len(raw.cells)), raw.values)
            continue
        if raw.marks and (mark := raw.marks.get(column)) and mark is not CellProblem.NUMBER:
            yield CheckedRow(raw.row, cell, None, None, Pile.UNREADABLE, mark, "", raw.values)
            continue
        said = read_number(cell, home, bare=bare, allowed=allowed)
        pile, earlier = _pile(raw.row, said, first_rows, opted_out)
        yield CheckedRow(raw.row, cell, said.number, said.region, pile, said.problem, said.detail, raw.values, earlier)


def _place(header: tuple[str, ...], mapping: Mapping) -> int:
    if mapping.phone not in header:
        raise ValueError("the mapping names no phone column of this list")
    return header.index(mapping.phone)


def _pile(row: int, said: Reading, first_rows: dict[str, int], opted_out: Container[str]) -> tuple[Pile, int | None]:
    """The pile of a row and, for a duplicate, the row that keeps the number."""
    if said.number is None:
        return Pile.BLOCKED if said.problem in _BLOCKED else Pile.UNREADABLE, None
    if said.number in opted_out:
        return Pile.OPTED_OUT, None
    first = first_rows.setdefault(said.number, row)
    return (Pile.RECEIVE, None) if first == row else (Pile.DUPLICATE, first)
