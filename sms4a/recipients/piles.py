"""Rows sorted into who receives and who does not, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import chain, compress, count, groupby, repeat
from operator import attrgetter, is_, ne
from typing import Any, NamedTuple

from sms4a.number_columns import NumberColumn, Readings
from sms4a.numbers import Bare, NumberProblem
from sms4a.recipients.columns import Mapping
from sms4a.recipients.formats import BLANK, CellProblem, RawRow
from sms4a.recipients.row_blocks import Block, blocks_of, columns_of


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


_LOST = CellProblem.DIGITS_LOST
_BLOCKED = frozenset({NumberProblem.NOT_A_PHONE, NumberProblem.COUNTRY_NOT_ALLOWED})

# As CheckedRow(...) makes it, in half the time.
_checked_row = partial(tuple.__new__, CheckedRow)


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """Rows in their order, a column at a time: of each as many as there are rows."""

    rows: Sequence[int]
    raw_numbers: Sequence[str]
    numbers: list[str | None]
    regions: list[str | None]
    piles: list[Pile]
    problems: list[str | None]
    details: list[str]
    duplicates_of: list[int | None]
    header: tuple[str, ...]
    columns: Sequence[Sequence[str]]
    """The cells under each heading."""
    odd: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By the place here, the cells of rows with more or fewer of them than there are columns."""
    mended: Sequence[Mended | None] = ()
    """Empty: all of them came with the list's own file."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def receives(self) -> list[bool]:
        """Whether somebody is written to by each row."""
        return list(map(is_, self.piles, repeat(Pile.RECEIVE)))

    def checked_rows(self) -> Iterator[CheckedRow]:
        cells: Iterable[tuple[str, ...]] = zip(*self.columns, strict=True)
        if self.odd:
            cells = [self.odd.get(place, of_row) for place, of_row in enumerate(cells)]
        return map(
            _checked_row,
            zip(
                self.rows, self.raw_numbers, self.numbers, self.regions, self.piles, self.problems, self.details,
                repeat(self.header), cells, self.duplicates_of, self.mended or repeat(None),
            ),
        )  # fmt: skip


def checked_blocks_of(rows: Iterable[CheckedRow]) -> Iterator[CheckedBlock]:
    """The same rows; of those in one block all have the same header."""
    for header, some in groupby(rows, key=attrgetter("header")):
        numbers, raw, e164, regions, piles, problems, details, _, cells, earlier, mended = zip(*some, strict=True)
        odd = {place: own for place, own in enumerate(cells) if len(own) != len(header)}
        yield CheckedBlock(
            numbers, raw, list(e164), list(regions), list(piles), list(problems), list(details), list(earlier),
            header, columns_of(cells, len(header)), odd, mended if any(mended) else (),
        )  # fmt: skip


def check_rows(
    raw_rows: Iterable[RawRow], header: tuple[str, ...], mapping: Mapping, **rules: Any
) -> Iterator[CheckedRow]:
    """`check_blocks` of rows that come one by one."""
    checked = check_blocks(blocks_of(raw_rows, len(header)), header, mapping, **rules)
    return chain.from_iterable(block.checked_rows() for block in checked)


def check_blocks(
    blocks: Iterable[Block],
    header: tuple[str, ...],
    mapping: Mapping,
    *,
    home: str,
    bare: Bare,
    allowed: frozenset[str] | None = None,
    opted_out: frozenset[str] = frozenset(),
) -> Iterator[CheckedBlock]:
    """Each row in its pile. Of rows with the same number the first one keeps it.

    ValueError if the mapping names no phone column, or one that the list does not have.
    """
    if mapping.phone not in header:
        raise ValueError("the mapping names no phone column of this list")
    place = header.index(mapping.phone)
    numbers = NumberColumn(home, bare=bare, allowed=allowed)
    first_rows: dict[str | None, int] = {}
    for block in blocks:
        written = _stripped(block.columns[place])
        said = numbers.read(written)
        _take_out_unread(block, place, said)
        piles, earlier = _sorted(block.rows, said, first_rows, opted_out)
        columns, odd = _kept_cells(block)
        yield CheckedBlock(block.rows, written, *said[:2], piles, *said[2:], earlier, header, columns, odd)


def _stripped(cells: Sequence[str]) -> Sequence[str]:
    return list(map(str.strip, cells, repeat(BLANK)))


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


def _take_out_unread(block: Block, place: int, said: Readings) -> None:
    """What a cell says counts nothing where the row or the cell is not as it was meant to be."""
    for n, marks in enumerate(block.marks):
        mark = marks.get(place)
        if mark is not None and mark is not CellProblem.NUMBER:
            said.put(n, (None, None, mark, ""))
    for n, row in block.odd.items():
        if row.problem is not None:
            said.put(n, (None, None, row.problem, str(len(row.cells))))


def _kept_cells(block: Block) -> tuple[Sequence[Sequence[str]], dict[int, tuple[str, ...]]]:
    """Columns, and rows that do not fit into them, without digits that are not what was written."""
    odd = {n: row.cells for n, row in block.odd.items()}
    lost = [(n, place) for n, marks in enumerate(block.marks) for place, mark in marks.items() if mark is _LOST]
    if not lost:
        return block.columns, odd
    columns = [list(column) for column in block.columns]
    for n, place in lost:
        if place < len(columns):
            columns[place][n] = ""
        if place < len(odd.get(n, ())):
            odd[n] = (*odd[n][:place], "", *odd[n][place + 1 :])
    return columns, odd
