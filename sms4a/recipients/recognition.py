"""How a list is written, whatever kind of file it is, and its rows read again by that."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice

from sms4a.recipients import open_documents, sheets, text_files, workbooks
from sms4a.recipients.archives import kind_of, open_archive, unpacked_bytes
from sms4a.recipients.columns import guess_columns, has_equal_headings, header_names, is_header, looks_like_number
from sms4a.recipients.formats import (
    BLANK,
    CellProblem,
    FileKind,
    FormatNote,
    ListFormat,
    ListProblem,
    ListRefused,
    RawRow,
)
from sms4a.recipients.kept_rows import KeptRows
from sms4a.recipients.row_blocks import Block
from sms4a.recipients.text_rows import TextRows

# So much is read at once while somebody waits: well under a second.
QUICK_BYTES = 4_000_000

# The first rows tell which column holds the numbers.
_GUESS_ROWS = 50

_NOTES_OF_CELLS = {
    CellProblem.NUMBER: FormatNote.NUMBER_CELLS,
    CellProblem.DIGITS_LOST: FormatNote.DIGITS_LOST,
    CellProblem.FORMULA: FormatNote.NO_FORMULA_VALUE,
}


def refuse_at_sight(data: bytes) -> FileKind:
    """What kind of file it is, by its beginning and its size alone; ListRefused if it is no list."""
    if not data.strip():
        raise ListRefused(ListProblem.EMPTY)
    return kind_of(data)


def is_quick(data: bytes) -> bool:
    """Whether recognising it takes less than a second."""
    return unpacked_bytes(data) <= QUICK_BYTES


class ListFile:
    """The bytes of a list. What is seen of it when it is recognised need not be read again for its rows."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text: TextRows | None = None
        self._sheet = ""
        self._seen = KeptRows()

    def recognise(self, *, encoding: str | None = None, delimiter: str | None = None, sheet: str = "") -> ListFormat:
        """How a list is written; reads all of it once. ListRefused if it is no list.

        UTF-8 and UTF-16 are known by their marks or by being valid, the rest is Windows-1252. The first row is a header
        unless one of its cells looks like a phone number. `encoding`, `delimiter` and `sheet` are what a person says.
        """
        kind = refuse_at_sight(self._data)
        if kind is FileKind.TEXT:
            signs = text_files.read_signs(self._data, encoding)
            delimiter = delimiter or text_files.find_delimiter(self._data, signs.encoding)
            self._text = TextRows(self._data, signs.encoding, delimiter)
            return _text(self._text, signs, is_guessed=not encoding)
        with _book(self._data, kind) as book:
            names = book.names()
            if not names:
                raise ListRefused(ListProblem.EMPTY)
            chosen = sheet if sheet in names else names[0] if len(names) == 1 else ""
            if not chosen:
                return ListFormat("", "", (), True, 0, kind=kind, sheets=names)
            self._sheet, self._seen = chosen, KeptRows()
            return _sheet(self._seen.keep(book.rows(chosen)), chosen, names, kind)

    def blocks(self, form: ListFormat) -> Iterator[Block]:
        """The rows of a recognised list, many at a time; strictly: all text, nothing guessed, nothing filled up."""
        found = self._all_blocks(form)
        if form.has_header and (first := next(found, None)):
            found = chain([first.without_first()], found)
        return (block for block in found if block.rows)

    def guess_phone(self, form: ListFormat, home: str) -> str | None:
        """The column that holds the numbers, by the headings and the first rows; None if that is not clear."""
        if form.asks_for_sheet:
            return None
        sample = [raw.cells for raw in islice(_raw_rows(self.blocks(form)), _GUESS_ROWS)]
        return guess_columns(form.header, sample, (), home=home).phone

    def _all_blocks(self, form: ListFormat) -> Iterator[Block]:
        """With the row that is the header."""
        if form.kind is FileKind.TEXT:
            text = self._text
            if text is None or (text.encoding, text.delimiter) != (form.encoding, form.delimiter):
                text = TextRows(self._data, form.encoding, form.delimiter)
            return text.blocks(len(form.header))
        seen = self._seen.rows() if self._sheet == form.sheet else None
        return sheets.blocks(self._rows_again(form) if seen is None else seen, len(form.header))

    def _rows_again(self, form: ListFormat) -> Iterator[sheets.Found]:
        with _book(self._data, form.kind) as book:
            yield from book.rows(form.sheet)


def recognise(data: bytes, *, encoding: str | None = None, delimiter: str | None = None, sheet: str = "") -> ListFormat:
    """`ListFile.recognise` of these bytes."""
    return ListFile(data).recognise(encoding=encoding, delimiter=delimiter, sheet=sheet)


def rows(data: bytes, form: ListFormat) -> Iterator[RawRow]:
    """The rows of a recognised list, strictly: all text, nothing guessed, nothing filled up."""
    return _raw_rows(ListFile(data).blocks(form))


def guess_phone(data: bytes, form: ListFormat, home: str) -> str | None:
    """The column that holds the numbers, by the headings and the first rows; None if that is not clear."""
    return ListFile(data).guess_phone(form, home)


def pasted(text: str) -> bytes:
    """Pasted text as the bytes of a list: numbers in a line become lines, anything else stays as it is.

    In a single line most pieces must look like numbers, in several lines all: there it may be a table.
    """
    pieces = [piece.strip(BLANK) for piece in re.split(r"[,;\r\n]", text)]
    pieces = [piece for piece in pieces if piece]
    number_count = sum(looks_like_number(piece) for piece in pieces)
    is_line = not re.search(r"[\r\n]", text.strip())
    if number_count == len(pieces) or (is_line and number_count >= 2 and number_count * 2 > len(pieces)):
        text = "\n".join(pieces)
    return text.encode("utf-8", "replace")


def _raw_rows(blocks: Iterable[Block]) -> Iterator[RawRow]:
    return chain.from_iterable(block.raw_rows() for block in blocks)


def _text(rows: TextRows, signs: text_files.TextSigns, *, is_guessed: bool) -> ListFormat:
    seen = rows.look_through(find_example=not signs.is_ascii)
    first, cells = seen.first, seen.first.cells
    if first.problem is not None:
        raise ListRefused(ListProblem.OPEN_QUOTE, str(first.row))
    has_header, header = _header(cells)
    is_example = not has_header and not "".join(cells).isascii()
    notes = (
        (FormatNote.WINDOWS_1252, signs.encoding == "cp1252" and is_guessed and not signs.is_ascii),
        (FormatNote.GARBLED, signs.is_garbled),
        (FormatNote.NO_HEADER, not has_header),
        (FormatNote.EQUAL_HEADINGS, has_header and has_equal_headings(cells)),
    )
    return ListFormat(
        rows.encoding,
        rows.delimiter,
        header,
        has_header,
        _counted(seen.row_count - has_header, header),
        tuple(note for note, holds in notes if holds),
        first.row if is_example else seen.example_row,
    )


def _sheet(found: Iterable[sheets.Found], sheet: str, names: tuple[str, ...], kind: FileKind) -> ListFormat:
    rows = sheets.filled(found)
    first = next(rows, None)
    if not isinstance(first, sheets.SheetRow):
        raise ListRefused(ListProblem.EMPTY)
    width, row_count, hidden = sheets.width_of(first), first.repeated, first.repeated if first.hidden else 0
    marks: set[CellProblem] = set()
    for some in rows:
        if some.last_place >= width:
            width = max(width, sheets.width_of(some))
        row_count += some.row_count
        hidden += some.row_count if some.hidden else 0
        marks.update(some.marks.values())
    cells = sheets.cells_of(first, width)
    has_header, header = _header(cells)
    # The first row is no row of the list if it turns out to hold the headings, and its cells are not numbers then.
    if has_header:
        row_count -= 1
        hidden -= first.hidden
    else:
        marks.update(first.marks.values())
    notes = [note for mark, note in _NOTES_OF_CELLS.items() if mark in marks]
    notes += [FormatNote.HIDDEN_ROWS] if hidden else []
    notes += [FormatNote.NO_HEADER] if not has_header else []
    notes += [FormatNote.EQUAL_HEADINGS] if has_header and has_equal_headings(cells) else []
    row_count = _counted(row_count, header)
    return ListFormat(
        "", "", header, has_header, row_count, tuple(notes), None, kind, names, sheet, hidden
    )  # fmt: skip


def _header(first: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    has_header = is_header(first)
    return has_header, header_names(first if has_header else ("",) * len(first))


def _counted(row_count: int, header: tuple[str, ...]) -> int:
    if not row_count:
        raise ListRefused(ListProblem.ONLY_HEADER, ", ".join(header))
    return row_count


@dataclass(frozen=True, slots=True)
class _Book:
    """A spreadsheet of either kind."""

    archive: zipfile.ZipFile
    workbook: workbooks.Workbook | None
    """None for OpenDocument."""

    def names(self) -> tuple[str, ...]:
        """Sheets with anything in them, in their order."""
        if self.workbook is None:
            return tuple(open_documents.sheet_names(self.archive))
        return tuple(name for name in self.workbook.sheets if any(map(sheets.width_of, self._single_rows(name))))

    def _single_rows(self, sheet: str) -> Iterator[sheets.SheetRow]:
        for some in self.rows(sheet):
            yield from [some] if isinstance(some, sheets.SheetRow) else some.single()

    def rows(self, sheet: str) -> Iterator[sheets.Found]:
        if self.workbook is None:
            return open_documents.sheet_rows(self.archive, sheet)
        return workbooks.sheet_rows(self.archive, self.workbook, sheet)


@contextmanager
def _book(data: bytes, kind: FileKind) -> Iterator[_Book]:
    with open_archive(data) as archive:
        yield _Book(archive, workbooks.open_workbook(archive) if kind is FileKind.XLSX else None)
