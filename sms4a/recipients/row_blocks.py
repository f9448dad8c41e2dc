"""Rows of a list a column at a time: what is done to all cells of a column at once takes a fraction of the time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count, islice, repeat
from operator import ne
from typing import NamedTuple

from sms4a.recipients.formats import NO_MARKS, CellProblem, RawRow, raw_row

# With more of them the garbage collector would look through the rows of each.
BLOCK_ROWS = 500


class Block(NamedTuple):
    """Some rows of a list, in its order."""

    rows: Sequence[int]
    """Their numbers."""
    columns: Sequence[Sequence[str]]
    """The cells of each column, as many as there are rows."""
    marks: Sequence[Mapping[int, CellProblem]] = ()
    """What is wrong with cells of each row; empty: nothing, in all of them."""
    odd: Mapping[int, RawRow] = {}
    """By their place here, rows whose cells cannot be trusted, as they stand; columns have what there is of them."""

    def raw_rows(self) -> Iterator[RawRow]:
        marks = self.marks or repeat(NO_MARKS)
        found = map(raw_row, zip(self.rows, zip(*self.columns, strict=True), repeat(None), marks))
        return (self.odd.get(place, row) for place, row in enumerate(found)) if self.odd else found

    def without_first(self) -> "Block":
        return Block(
            self.rows[1:],
            [column[1:] for column in self.columns],
            self.marks[1:],
            {place - 1: row for place, row in self.odd.items() if place},
        )


def blocks_of(raw_rows: Iterable[RawRow], width: int) -> Iterator[Block]:
    """The same rows, of a list with so many columns."""
    remaining = iter(raw_rows)
    while some := list(islice(remaining, BLOCK_ROWS)):
        yield block_of(some, width)


def block_of(some: Sequence[RawRow], width: int) -> Block:
    """At least one row."""
    rows, cells, problems, marks = zip(*some, strict=True)
    odd = {place: some[place] for place in compress(count(), problems)}
    for place in compress(count(), map(ne, map(len, cells), repeat(width))):
        odd.setdefault(place, some[place])
    return Block(rows, columns_of(cells, width), marks if any(marks) else (), odd)


def columns_of(cells: Sequence[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    """The cells of some rows by column; where a row has more or fewer, what there is of them."""
    if any(map(ne, map(len, cells), repeat(width))):
        cells = [(*of_row, *[""] * (width - len(of_row)))[:width] for of_row in cells]
    return list(zip(*cells, strict=True))
