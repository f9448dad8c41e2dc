"""Rows of a sheet as they were seen when it was looked through, so that it need not be unpacked and parsed again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sms4a.recipients.formats import CellProblem
from sms4a.recipients.sheets import Found, SheetRow, SheetRows

# A million rows of names and numbers are about 50 MB; a sheet with more in it is read a second time.
MOST_BYTES = 100_000_000
# About as much as a dictionary of a few cells takes.
_ROW_BYTES = 1_000

_SEPARATOR = "\n"


class KeptRows:
    def __init__(self) -> None:
        self._rows: list[SheetRow | _Packed] = []
        self._room = MOST_BYTES
        self._is_complete = False

    def keep(self, rows: Iterable[Found]) -> Iterator[Found]:
        """The same rows, kept on the way as far as there is room."""
        for some in rows:
            if self._room > 0:
                self._take(some)
            yield some
        self._is_complete = self._room > 0

    def rows(self) -> Iterator[Found] | None:
        """None if they were not all kept."""
        if not self._is_complete:
            return None
        return (some if isinstance(some, SheetRow) else some.unpacked() for some in self._rows)

    def _take(self, some: Found) -> None:
        if isinstance(some, SheetRow):
            self._rows.append(some)
            self._room -= _ROW_BYTES
        else:
            packed = _Packed.of(some)
            self._rows.append(packed)
            self._room -= packed.size
        if self._room <= 0:
            self._rows.clear()


class _Packed(NamedTuple):
    """`SheetRows` with the texts of each column as one."""

    rows: Sequence[int]
    texts: Mapping[int, str]
    lists: Mapping[int, Sequence[str]]
    """Columns with line ends in their texts."""
    marks: Mapping[int, CellProblem]
    hidden: bool

    @classmethod
    def of(cls, some: SheetRows) -> "_Packed":
        first, count = some.rows[0], len(some.rows)
        is_counted = some.rows[-1] - first == count - 1
        texts = {place: _SEPARATOR.join(cells) for place, cells in some.columns.items()}
        lists = {place: some.columns[place] for place, text in texts.items() if text.count(_SEPARATOR) >= count}
        for place in lists:
            del texts[place]
        return cls(range(first, first + count) if is_counted else some.rows, texts, lists, some.marks, some.hidden)

    @property
    def size(self) -> int:
        in_lists = sum(len(cell) + 50 for cells in self.lists.values() for cell in cells)
        return sum(4 * len(text) if not text.isascii() else len(text) for text in self.texts.values()) + in_lists + 500

    def unpacked(self) -> SheetRows:
        columns = {place: text.split(_SEPARATOR) for place, text in self.texts.items()}
        return SheetRows(self.rows, columns | dict(self.lists), self.marks, self.hidden)
