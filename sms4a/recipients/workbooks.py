"""Excel workbooks: the sheets there are, and their rows as text, read from the XML in pieces.

What libraries hide is seen here: formulas without a value, hidden rows, numbers that have lost digits.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sms4a.recipients.formats import ListProblem, ListRefused
from sms4a.recipients.sheets import Cell, SheetReader, SheetRow, number_cell, sheet_name
from sms4a.recipients.xml_pieces import Attributes, elements, local

MOST_TEXTS = 5_000_000

# Formats 14 to 22 and 45 to 47 are dates and times (ECMA-376, 18.8.30); others are told by the letters in them.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


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


def sheet_rows(archive: zipfile.ZipFile, book: Workbook, sheet: str) -> Iterator[SheetRow]:
    """The rows of a sheet that are written down, whatever size it says it has."""
    file = book.sheets.get(sheet)
    if file is None:
        raise ListRefused(ListProblem.BROKEN)
    return SheetReader(_Sheet(book)).rows(archive, file)


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
    for count, element in enumerate(elements(archive, file, ("si",), texts=("t",), without=("rPh",))):
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
                dates.add(_whole(element.attributes.get("numFmtId", "")))
        else:
            styles.append(_whole(element.attributes.get("numFmtId", "0")))
    return frozenset(place for place, number in enumerate(styles) if number in dates)


@dataclass(slots=True)
class _Sheet:
    """Makes rows of the elements of a sheet."""

    book: Workbook
    _row: int = 0
    _hidden: bool = False
    _cells: dict[int, Cell] = field(default_factory=dict)
    _place: int = -1
    _kind: str = "n"
    _style: int = 0
    _value: list[str] = field(default_factory=list)
    _has_formula: bool = False
    _in: str = ""
    """The element whose text belongs to the cell."""
    _aside: int = 0
    """How deep in what is no text of the cell."""

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if name == "row":
            self._row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
            self._hidden = attributes.get("hidden") in ("1", "true")
            self._cells, self._place = {}, -1
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "rPh":
            self._aside += 1
        elif name in ("v", "t", "f"):
            self._in = name
            self._has_formula = self._has_formula or name == "f"

    def end(self, tag: str) -> SheetRow | None:
        name = local(tag)
        if name == "c":
            if cell := self._cell():
                self._cells[self._place] = cell
        elif name == "rPh":
            self._aside -= 1
        elif name in ("v", "t", "f"):
            self._in = ""
        elif name == "row" and self._cells:
            return SheetRow(self._row, self._cells, self._hidden)
        return None

    def text(self, piece: str) -> None:
        if self._in in ("v", "t") and not self._aside:
            self._value.append(piece)

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._place = _column(reference[1]) if reference else self._place + 1
        self._kind = attributes.get("t", "n")
        self._style = _whole(attributes.get("s", "0"))
        self._value, self._has_formula = [], False

    def _cell(self) -> Cell | None:
        value = "".join(self._value)
        if not value:
            return Cell("", formula=True) if self._has_formula else None
        match self._kind:
            case "s":
                place = _whole(value)
                return Cell(self.book.texts[place]) if 0 <= place < len(self.book.texts) else Cell("", error=True)
            case "inlineStr" | "str":
                return Cell(_unescaped(value))
            case "b":
                return Cell("TRUE" if value.strip() == "1" else "FALSE")
            case "e":
                return Cell(value, error=True)
            case "d":
                return Cell(value.removesuffix("T00:00:00"), number=True)
        if self._style in self.book.date_styles and (date := _date(value, self.book.since_1904)):
            return Cell(date, number=True)
        return number_cell(value)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _whole(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0


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


def _unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
