"""Excel workbooks: the sheets there are, and their rows as text, read from the XML in pieces.

What libraries hide is seen here: formulas without a value, hidden rows, numbers that have lost digits.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from sms4a.recipients.formats import CellProblem, ListProblem, ListRefused
from sms4a.recipients.sheets import Cell, SheetReader, SheetRow, number_cell, sheet_name
from sms4a.recipients.xml_pieces import Attributes, elements, local, plain_text

MOST_TEXTS = 5_000_000

# Formats 14 to 22 and 45 to 47 are dates and times (ECMA-376, 18.8.30); others are told by the letters in them.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
# Within the sheet and its data: there they are nothing but rows.
_DEPTH_OF_ROWS = 2
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

# Cells and rows as programs write nearly all of them: no formula, nothing escaped, nothing but a value.
_CHARACTERS = r"[^<&>\x00-\x1f]*"
_PLAIN_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?! s="\w*" s=)(?! t="\w*" t=)((?: [st]="[0-9A-Za-z]{1,9}"){0,2})(?:/>|>'
    rf'(?:<v>({_CHARACTERS})</v>|<is><t(?: xml:space="preserve")?>({_CHARACTERS})</t></is>)?</c>)'
)
_PLAIN_CELLS = re.sub(r"[(](?![?])", "(?:", _PLAIN_CELL.pattern)
_PLAIN_ROW = re.compile(
    rb'<row(?: r="([0-9]{1,7})")?((?: [A-Za-z][A-Za-z0-9:]*="[^"<&>\x00-\x1f\x7f-\xff]*")*)>'
    + f"((?:{_PLAIN_CELLS})*)</row>".encode()
)
_ATTRIBUTE = re.compile(r'([A-Za-z][A-Za-z0-9:]*)="([^"]*)"')
# A text that is written once and stands in many cells.
_PLAIN_TEXT = re.compile(rf'<si><t(?: xml:space="preserve")?>({_CHARACTERS})</t></si>'.encode())


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
    maker = _Sheet(book)
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
    _depth: int = 0
    _ended: str = ""
    """The element that has just ended."""

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        self._depth += 1
        self._ended = ""
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

    def plain_rows(self, piece: bytes, at: int) -> tuple[list[SheetRow], int]:
        """The rows behind one that has just ended, as far as they are plain, and where the last of them ends."""
        rows: list[SheetRow] = []
        if self._ended != "row" or self._depth != _DEPTH_OF_ROWS:
            return rows, at
        while plain := _PLAIN_ROW.match(piece, at):
            number, of_row, written = plain.groups()
            hidden, text = _hidden(of_row), plain_text(written)
            if hidden is None or text is None:
                break
            self._row = int(number) if number else self._row + 1
            cells, place = {}, -1
            for letters, attributes, value, inline in _PLAIN_CELL.findall(text):
                place = _column(letters) if letters else place + 1
                if value or inline:
                    kind, style = _kind_and_style(attributes)
                    cells[place] = self._valued(value or inline, kind, style)
            self._cells, self._place = cells, place
            if cells:
                rows.append(SheetRow(self._row, cells, hidden))
            at = plain.end()
        return rows, at

    def end(self, tag: str) -> SheetRow | None:
        name = local(tag)
        self._depth -= 1
        self._ended = name
        if name == "c":
            if value := "".join(self._value):
                self._cells[self._place] = self._valued(value, self._kind, self._style)
            elif self._has_formula:
                self._cells[self._place] = Cell("", CellProblem.FORMULA)
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
        self._kind, self._style = attributes.get("t", "n"), _whole(attributes.get("s", "0"))
        self._value, self._has_formula = [], False

    def _valued(self, value: str, kind: str, style: int) -> Cell:
        match kind:
            case "s":
                place, texts = _whole(value), self.book.texts
                return Cell(texts[place]) if 0 <= place < len(texts) else Cell("", CellProblem.FORMULA_ERROR)
            case "inlineStr" | "str":
                return Cell(_unescaped(value))
            case "b":
                return Cell("TRUE" if value.strip() == "1" else "FALSE")
            case "e":
                return Cell(value, CellProblem.FORMULA_ERROR)
            case "d":
                return Cell(value.removesuffix("T00:00:00"), CellProblem.NUMBER)
        if style in self.book.date_styles and (date := _date(value, self.book.since_1904)):
            return Cell(date, CellProblem.NUMBER)
        return number_cell(value)


@lru_cache(maxsize=1_000)
def _hidden(written: bytes) -> bool | None:
    """Whether attributes of a row beside its number say so; None if the parser has to look at them."""
    found = _ATTRIBUTE.findall(written.decode())
    attributes = dict(found)
    if len(attributes) < len(found) or "r" in attributes:
        return None
    return attributes.get("hidden") in ("1", "true")


@lru_cache(maxsize=1_000)
def _kind_and_style(written: str) -> tuple[str, int]:
    attributes = dict(_ATTRIBUTE.findall(written))
    return attributes.get("t", "n"), _whole(attributes.get("s", "0"))


@lru_cache(maxsize=1_000)
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
