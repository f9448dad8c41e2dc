"""Rows of a workbook that need no parser: as programs write nearly all of them, one like the other."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sms4a.recipients.xml_pieces import plain_text

# No formula, nothing escaped, nothing but a value.
_CHARACTERS = r"[^<&>\x00-\x1f]*"
_VALUE = rf"<v>({_CHARACTERS})</v>"
_INLINE = rf'<is><t(?: xml:space="preserve")?>({_CHARACTERS})</t></is>'
_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?! s="\w*" s=)(?! t="\w*" t=)((?: [st]="[0-9A-Za-z]{1,9}"){0,2})'
    rf"(?:/>|>(?:{_VALUE}|{_INLINE})?</c>)"
)
_ROW_START = r'<row(?: r="([0-9]{1,7})")?'


def _uncaught(pattern: str) -> str:
    return re.sub(r"[(](?![?])", "(?:", pattern)


# With an empty group, so that every cell has a value.
_NOTHING = rf"(?:/>|>(?:{_uncaught(_VALUE)}|{_uncaught(_INLINE)})?</c>)".replace(_CHARACTERS, "") + "()"
_ROW = re.compile(
    f'{_ROW_START}((?: [A-Za-z][A-Za-z0-9:]*="[^"<&>\\x00-\\x1f\\x7f-\\xff]*")*)>'
    f"((?:{_uncaught(_CELL.pattern)})*)</row>".encode()
)
_ATTRIBUTE = re.compile(r'([A-Za-z][A-Za-z0-9:]*)="([^"]*)"')

# To make one takes as long as to read a thousand rows; a list in which all rows differ goes without.
_MOST_SHAPES = 200


class PlainCell(NamedTuple):
    """What a cell says of itself beside its value."""

    place: int
    """From 0."""
    kind: str
    style: int


class PlainRow(NamedTuple):
    number: int | None
    """None: the one after the row before it."""
    cells: tuple[PlainCell, ...]
    values: Sequence[str]
    """One for each cell; empty: there is nothing in it."""
    is_hidden: bool
    end: int
    """Where it ends in its piece."""


class _Shape(NamedTuple):
    """What rows have in common that differ in their numbers and values only."""

    pattern: re.Pattern[bytes]
    """Its groups: the row's number, and the values."""
    cells: tuple[PlainCell, ...]
    is_hidden: bool


_Written = tuple[str, str, str, str]
"""A cell as it is found: its column, its attributes, and one of two ways to write its value."""


class PlainRows:
    """Reads rows as long as they are plain. Where two rows have one shape, the next ones are read by it at once."""

    def __init__(self) -> None:
        self._last_cells: tuple[PlainCell, ...] = ()
        self._shape: _Shape | None = None
        self._shapes: dict[bytes, _Shape] = {}
        """By their patterns."""

    def read(self, piece: bytes, at: int) -> Iterator[PlainRow]:
        while row := self._like_the_last(piece, at) or self._other(piece, at):
            yield row
            at = row.end

    def _like_the_last(self, piece: bytes, at: int) -> PlainRow | None:
        match = self._shape.pattern.match(piece, at) if self._shape else None
        if match is None or self._shape is None:
            return None
        number, *written = match.groups()
        text = plain_text(b"\n".join(written))
        if text is None:
            return None
        values = text.split("\n") if written else ()
        return PlainRow(int(number) if number else None, self._shape.cells, values, self._shape.is_hidden, match.end())

    def _other(self, piece: bytes, at: int) -> PlainRow | None:
        match = _ROW.match(piece, at)
        text = plain_text(match[3]) if match else None
        of_row = match[2].decode() if match else ""
        hidden = _hidden(of_row)
        if match is None or text is None or hidden is None:
            return None
        found: list[_Written] = _CELL.findall(text)
        cells, place = [], -1
        for letters, attributes, _, _ in found:
            place = column(letters) if letters else place + 1
            cells.append(PlainCell(place, *_kind_and_style(attributes)))
        row = PlainRow(
            int(match[1]) if match[1] else None,
            tuple(cells),
            [value or inline for _, _, value, inline in found],
            hidden,
            match.end(),
        )
        if row.cells == self._last_cells:
            self._take_shape(_pattern(of_row, found), row)
        self._last_cells = row.cells
        return row

    def _take_shape(self, pattern: bytes, row: PlainRow) -> None:
        if pattern not in self._shapes and len(self._shapes) < _MOST_SHAPES:
            self._shapes[pattern] = _Shape(re.compile(pattern), row.cells, row.is_hidden)
        self._shape = self._shapes.get(pattern, self._shape)


def _pattern(of_row: str, found: Iterable[_Written]) -> bytes:
    pattern = f"{_ROW_START}{re.escape(of_row)}>"
    for letters, attributes, value, inline in found:
        place = f' r="{letters}[0-9]{{1,7}}"' if letters else ""
        follows = f">{_VALUE}</c>" if value else f">{_INLINE}</c>" if inline else _NOTHING
        pattern += f"<c{place}{attributes}{follows}"
    return f"{pattern}</row>".encode()


@lru_cache(maxsize=1_000)
def _kind_and_style(written: str) -> tuple[str, int]:
    attributes = dict(_ATTRIBUTE.findall(written))
    return attributes.get("t", "n"), whole(attributes.get("s", "0"))


@lru_cache(maxsize=1_000)
def _hidden(of_row: str) -> bool | None:
    """Whether attributes of a row beside its number say so; None if the parser has to look at them."""
    found = _ATTRIBUTE.findall(of_row)
    attributes = dict(found)
    if len(attributes) < len(found) or "r" in attributes:
        return None
    return attributes.get("hidden") in ("1", "true")


@lru_cache(maxsize=1_000)
def column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def whole(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0
