"""Excel workbooks: the sheets there are, and their rows as text, read from the XML in pieces.

What libraries hide is seen here: formulas without a value, hidden rows, numbers that have lost digits.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sms4a.recipients.formats import MOST_CELL_CHARACTERS, NO_MARKS, CellProblem, ListProblem, ListRefused
from sms4a.recipients.plain_rows import PlainCell, PlainRowReader, PlainRows, column, whole
from sms4a.recipients.sheets import MOST_DIGITS, Cell, Found, SheetReader, SheetRow, SheetRows, number_cell, sheet_name
from sms4a.recipients.xml_pieces import Attributes, elements, local

MOST_TEXTS = 5_000_000

# Formats 14 to 22 and 45 to 47 are dates and times (ECMA-376, 18.8.30); others are told by the letters in them.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
# Within the sheet and its data: there they are nothing but rows.
_DEPTH_OF_ROWS = 2
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

# A text that is written once and stands in many cells.
_PLAIN_TEXT = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<&>\x00-\x1f]*)</t></si>')


@dataclass(frozen=True, slots=True)
class Workbook:
    """What is needed to read any of its sheets."""

    sheets: dict[str, str]
    """Name → file in the archive; hidden sheets are left out while others are visible."""
    texts: list[str]
    date_styles: frozenset[int]
    """Cell styles that show a number as a date."""
    since_1904: bool
    """Old Macs count days from there."""


def open_workbook(archive: zipfile.ZipFile) -> Workbook:
    files = _relations(archive)
    visible: dict[str, str] = {}
    hidden: dict[str, str] = {}
    since_1904 = False
    for element in elements(archive, "xl/workbook.xml", ("sheet", "workbookPr")):
        if element.name == "workbookPr":
            since_1904 = element.attributes.get("date1904") in ("1", "true")
            continue
        file = files.get(element.attributes.get("id", ""), "")
        target = visible if element.attributes.get("state", "visible") == "visible" else hidden
        if "/worksheets/" in f"/{file}":
            target[sheet_name(element.attributes.get("name", ""), target)] = file
    names = set(archive.namelist())
    texts = list(_texts(archive, files.get("texts", ""))) if files.get("texts", "") in names else []
    styles = _date_styles(archive, files["styles"]) if files.get("styles", "") in names else frozenset()
    return Workbook(visible or hidden, texts, styles, since_1904)


def sheet_rows(archive: zipfile.ZipFile, book: Workbook, sheet: str) -> Iterator[Found]:
    """The rows of a sheet that are written down, whatever size it says it has."""
    file = book.sheets.get(sheet)
    if file is None:
        raise ListRefused(ListProblem.BROKEN)
    maker = _Sheet(book, _has_long_texts=max(map(len, book.texts), default=0) > MOST_CELL_CHARACTERS)
    return SheetReader(maker, maker.plain_rows).rows(archive, file)


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    """Id of a relation, or `texts` and `styles` → file in the archive."""
    found = {}
    for element in elements(archive, "xl/_rels/workbook.xml.rels", ("Relationship",)):
        target = element.attributes.get("Target", "")
        file = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[element.attributes.get("Id", "")] = file
        kind = element.attributes.get("Type", "").rpartition("/")[2]
        if kind in ("sharedStrings", "styles"):
            found["texts" if kind == "sharedStrings" else kind] = file
    return found


def _texts(archive: zipfile.ZipFile, file: str) -> Iterator[str]:
    """The texts that cells refer to, without the reading aids of Japanese ones."""
    found = elements(archive, file, ("si",), texts=("t",), without=("rPh",), plain=("si", _PLAIN_TEXT))
    for count, element in enumerate(found):
        if count >= MOST_TEXTS:
            raise ListRefused(ListProblem.TOO_MANY_ROWS)
        yield _unescaped(element.text)


def _date_styles(archive: zipfile.ZipFile, file: str) -> frozenset[int]:
    dates = set(_DATE_FORMATS)
    styles = []
    for element in elements(archive, file, ("numFmt", "xf"), inside={"xf": "cellXfs"}):
        if element.name == "numFmt":
            code = _DATE_LETTERS.sub("", element.attributes.get("formatCode", "")).split(";")[0]
            if re.search(r"[ymdhs]", code, re.IGNORECASE) and "general" not in code.lower():
                dates.add(whole(element.attributes.get("numFmtId", "")))
        else:
            styles.append(whole(element.attributes.get("numFmtId", "0")))
    return frozenset(place for place, number in enumerate(styles) if number in dates)


Column = tuple[Sequence[str], CellProblem | None]
"""The texts of some cells under one another, and what is wrong with all those that have anything in them."""


@dataclass(slots=True)
class _Sheet:
    """Makes rows of the elements of a sheet."""

    book: Workbook
    _plain: PlainRowReader = field(default_factory=PlainRowReader)
    _has_long_texts: bool = False
    _row: int = 0
    _hidden: bool = False
    _cells: dict[int, str] = field(default_factory=dict)
    _marks: dict[int, CellProblem] = field(default_factory=dict)
    _place: int = -1
    _kind: str = "n"
    _style: int = 0
    _value: list[str] = field(default_factory=list)
    _has_formula: bool = False
    _in: str = ""
    """The element whose text belongs to the cell."""
    _aside: int = 0
    """How deep in what is no text of the cell."""
    _depth: int = 0
    _ended: str = ""
    """The element that has just ended."""

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        self._depth += 1
        self._ended = ""
        if name == "row":
            self._row = whole(attributes["r"]) if "r" in attributes else self._row + 1
            self._hidden = attributes.get("hidden") in ("1", "true")
            self._cells, self._marks, self._place = {}, {}, -1
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "rPh":
            self._aside += 1
        elif name in ("v", "t", "f"):
            self._in = name
            self._has_formula = self._has_formula or name == "f"

    def plain_rows(self, piece: bytes, at: int) -> tuple[list[Found], int]:
        """The rows behind one that has just ended, as far as they are plain, and where the last of them ends."""
        rows: list[Found] = []
        if self._ended != "row" or self._depth != _DEPTH_OF_ROWS:
            return rows, at
        for plain in self._plain.read(piece, at):
            numbers = self._numbered(plain.numbers)
            columns = [self._column(*cell) for cell in zip(plain.cells, plain.values, strict=True)]
            is_twice = len({cell.place for cell in plain.cells}) < len(columns)
            if self._has_long_texts or is_twice or None in columns:
                rows += self._one_by_one(numbers, plain)
            else:
                rows.append(_together(numbers, plain, columns))
            at = plain.end
        return rows, at

    def _numbered(self, written: Sequence[int | None]) -> Sequence[int]:
        """The numbers of rows, where some are not written down."""
        numbers = []
        for number in written:
            self._row = self._row + 1 if number is None else number
            numbers.append(self._row)
        return numbers

    def _one_by_one(self, numbers: Sequence[int], plain: PlainRows) -> Iterator[SheetRow]:
        for number, values in zip(numbers, zip(*plain.values, strict=True), strict=False):
            self._cells, self._marks = {}, {}
            for (place, kind, style), value in zip(plain.cells, values, strict=True):
                if value:
                    self._put(place, value, kind, style)
            if self._cells:
                yield SheetRow(number, self._cells, self._marks or NO_MARKS, plain.is_hidden)

    def _column(self, cell: PlainCell, values: Sequence[str]) -> Column | None:
        """What `_valued` says of each of these values; None if it does not say the same of all of them."""
        _, kind, style = cell
        if kind in ("inlineStr", "str"):
            return ([_unescaped(value) for value in values] if "_x" in "".join(values) else values), None
        digits = "".join(values)
        if digits.isdecimal():
            longest = max(map(len, values))
            if kind == "s" and longest < 10:
                return self._shared(values)
            if kind == "n" and longest <= MOST_DIGITS and style not in self.book.date_styles:
                return values, CellProblem.NUMBER
        valued = [self._valued(value, kind, style) if value else None for value in values]
        marks = {found[1] for found in valued if found}
        if len(marks) > 1 or any(found and found[1] and not found[0] for found in valued):
            return None
        return [found[0] if found else "" for found in valued], marks.pop() if marks else None

    def _shared(self, values: Sequence[str]) -> Column | None:
        texts = self.book.texts
        try:
            return [texts[int(value)] if value else "" for value in values], None
        except IndexError:
            return None

    def end(self, tag: str) -> SheetRow | None:
        name = local(tag)
        self._depth -= 1
        self._ended = name
        if name == "c":
            if value := "".join(self._value):
                self._put(self._place, value, self._kind, self._style)
            elif self._has_formula:
                self._cells[self._place], self._marks[self._place] = "", CellProblem.FORMULA
        elif name == "rPh":
            self._aside -= 1
        elif name in ("v", "t", "f"):
            self._in = ""
        elif name == "row" and self._cells:
            return SheetRow(self._row, self._cells, self._marks or NO_MARKS, self._hidden)
        return None

    def text(self, piece: str) -> None:
        if self._in in ("v", "t") and not self._aside:
            self._value.append(piece)

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._place = column(reference[1]) if reference else self._place + 1
        self._kind, self._style = attributes.get("t", "n"), whole(attributes.get("s", "0"))
        self._value, self._has_formula = [], False

    def _put(self, place: int, value: str, kind: str, style: int) -> None:
        self._cells[place], mark = self._valued(value, kind, style)
        if mark:
            self._marks[place] = mark
        elif self._marks:
            self._marks.pop(place, None)

    def _valued(self, value: str, kind: str, style: int) -> Cell:
        match kind:
            case "s":
                place, texts = whole(value), self.book.texts
                return (texts[place], None) if 0 <= place < len(texts) else ("", CellProblem.FORMULA_ERROR)
            case "inlineStr" | "str":
                return _unescaped(value), None
            case "b":
                return "TRUE" if value.strip() == "1" else "FALSE", None
            case "e":
                return "", CellProblem.FORMULA_ERROR
            case "d":
                return value.removesuffix("T00:00:00"), CellProblem.NUMBER
        if style in self.book.date_styles and (date := _date(value, self.book.since_1904)):
            return date, CellProblem.NUMBER
        return number_cell(value)


def _together(numbers: Sequence[int], plain: PlainRows, columns: Iterable[Column | None]) -> SheetRows:
    found = {cell.place: column for cell, column in zip(plain.cells, columns, strict=True) if column}
    marks = {place: mark for place, (_, mark) in found.items() if mark}
    return SheetRows(numbers, {place: texts for place, (texts, _) in found.items()}, marks, plain.is_hidden)


def _date(value: str, since_1904: bool) -> str | None:
    """A day number as people read it; None if it is none."""
    try:
        days = float(value)
        # Excel has a 29 February 1900 that never was; nobody is invited to a day before it.
        start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        moment = start + timedelta(seconds=round(days * 86_400))
    except (ValueError, OverflowError):
        return None
    if 0 <= days < 1:
        return f"{moment:%H:%M}" if not moment.second else f"{moment:%H:%M:%S}"
    return f"{moment:%Y-%m-%d}" if days == int(days) else f"{moment:%Y-%m-%d %H:%M}"


_ESCAPED = re.compile(r"_x(?!D[89A-F])([0-9A-F]{4})_", re.IGNORECASE)


def _unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_. Half a character (_xD800_) is none and stays as it is written."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
