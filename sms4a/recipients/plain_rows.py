"""Rows of a workbook that need no parser: as programs write nearly all of them, one like the other."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
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


_ROW = re.compile(
    f'{_ROW_START}((?: [A-Za-z][A-Za-z0-9:]*="[^"<&>\\x00-\\x1f\\x7f-\\xff]*")*)>'
    f"((?:{_uncaught(_CELL.pattern)})*)</row>".encode()
)
_ATTRIBUTE = re.compile(r'([A-Za-z][A-Za-z0-9:]*)="([^"]*)"')

# A cell with nothing in it, as it ends.
_NOTHING = r'(?: s="[0-9A-Za-z]{1,9}")?(?:/>|></c>)'

# To make a pattern takes as long as to read a thousand rows; a list in which all rows differ goes without.
_MOST_SHAPES = 200
_MOST_SEEN = 10_000
# Rows of several kinds may take turns; to try more patterns than this takes longer than to go without.
_MOST_TRIED = 4


class PlainCell(NamedTuple):
    """What a cell says of itself beside its value."""

    place: int
    """From 0."""
    kind: str
    style: int


class PlainRows(NamedTuple):
    """Rows behind one another that differ in their numbers and values only."""

    numbers: Sequence[int | None]
    """None: the one after the row before it."""
    cells: tuple[PlainCell, ...]
    values: Sequence[Sequence[str]]
    """Of each cell, one for each row; empty: there is nothing in it."""
    is_hidden: bool
    end: int
    """Where they end in their piece."""


class _Form(NamedTuple):
    """How a cell is written that has a value."""

    attributes: str
    is_inline: bool


_Place = tuple[str, int]
"""The letters of a cell's column, or nothing where a program writes none; and its place."""

_Key = tuple[str, tuple[tuple[_Place, _Form | None], ...]]
"""What rows of one shape have in common: their attributes, and their cells. None: always empty so far."""


class _Shape:
    """Rows of one shape, taken apart by a pattern; any of their cells may be empty."""

    def __init__(self, key: _Key) -> None:
        of_row, cells = key
        pattern = f"{_ROW_START}{re.escape(of_row)}>{''.join(_cell_pattern(*cell) for cell in cells)}</row>"
        self._match = re.compile(pattern.encode()).match
        self._cells = tuple(
            PlainCell(place, *_kind_and_style(form.attributes)) for (_, place), form in cells if form is not None
        )
        self._is_hidden = bool(_hidden(of_row))

    def read(self, piece: bytes, at: int) -> PlainRows | None:
        """The next rows, as far as they have this shape; None if the first one has not."""
        found: list[tuple[bytes | None, ...]] = []
        while match := self._match(piece, at):
            found.append(match.groups())
            at = match.end()
        if not found:
            return None
        numbers, *columns = zip(*found, strict=True)
        values = [texts for column in columns if (texts := _texts(column)) is not None]
        if len(values) < len(columns):
            return None
        return PlainRows([number and int(number) for number in numbers], self._cells, values, self._is_hidden, at)


class PlainRowReader:
    """Reads rows as long as they are plain. Where two rows have one shape, the next ones are read by it at once."""

    def __init__(self) -> None:
        self._forms: dict[_Place, _Form] = {}
        """How cells of each column were written last."""
        self._seen: set[_Key] = set()
        self._shapes: dict[_Key, _Shape] = {}
        self._recent: list[_Shape] = []
        """The last one first."""

    def read(self, piece: bytes, at: int) -> Iterator[PlainRows]:
        while rows := self._alike(piece, at) or self._other(piece, at):
            yield rows
            at = rows.end

    def _alike(self, piece: bytes, at: int) -> PlainRows | None:
        for shape in self._recent:
            if rows := shape.read(piece, at):
                self._prefer(shape)
                return rows
        return None

    def _prefer(self, shape: _Shape) -> None:
        if self._recent[:1] != [shape]:
            self._recent = [shape, *(other for other in self._recent if other is not shape)][:_MOST_TRIED]

    def _other(self, piece: bytes, at: int) -> PlainRows | None:
        """One row of any shape."""
        match = _ROW.match(piece, at)
        text = plain_text(match[3]) if match else None
        of_row = match[2].decode() if match else ""
        hidden = _hidden(of_row)
        if match is None or text is None or hidden is None:
            return None
        cells, values, forms = [], [], {}
        place = -1
        for letters, attributes, value, inline in _CELL.findall(text):
            place = column(letters) if letters else place + 1
            cells.append(PlainCell(place, *_kind_and_style(attributes)))
            values.append([value or inline])
            forms[letters, place] = _Form(attributes, bool(inline)) if value or inline else None
        self._learn(of_row, forms)
        return PlainRows([int(match[1]) if match[1] else None], tuple(cells), values, hidden, match.end())

    def _learn(self, of_row: str, forms: dict[_Place, _Form | None]) -> None:
        """Read the next rows by the shape of this one, if there was one like it before."""
        self._forms |= {place: form for place, form in forms.items() if form}
        places = set(forms)
        if all(letters for letters, _ in forms):
            places.update(place for place in self._forms if place[0])
        elif any(letters for letters, _ in forms):
            return
        key = of_row, tuple((place, self._forms.get(place)) for place in sorted(places, key=itemgetter(1)))
        if key in self._seen and key not in self._shapes and len(self._shapes) < _MOST_SHAPES:
            self._shapes[key] = _Shape(key)
        if shape := self._shapes.get(key):
            self._prefer(shape)
        if len(self._seen) < _MOST_SEEN:
            self._seen.add(key)


def _cell_pattern(place: _Place, form: _Form | None) -> str:
    letters, _ = place
    begins = f'<c r="{letters}[0-9]{{1,7}}"' if letters else "<c"
    filled = f"{form.attributes}>{_INLINE if form.is_inline else _VALUE}</c>|" if form else ""
    # Which column it is tells its place alone where it has no letters: then it cannot be left out.
    return f"(?:{begins}(?:{filled}{_NOTHING})){'' if not letters else '?'}"


def _texts(values: Iterable[bytes | None]) -> list[str] | None:
    """None if the parser has to look at them."""
    text = plain_text(b"\n".join([value or b"" for value in values]))
    return None if text is None else text.split("\n")


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
