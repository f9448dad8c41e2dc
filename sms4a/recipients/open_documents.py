"""OpenDocument spreadsheets: the sheets there are, and their rows as text, read from the XML in pieces."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from sms4a.recipients.formats import MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_ROWS, NO_MARKS, CellProblem
from sms4a.recipients.sheets import Cell, Found, SheetReader, SheetRow, number_cell, sheet_name
from sms4a.recipients.xml_pieces import local

CONTENT = "content.xml"


def sheet_rows(archive: zipfile.ZipFile, sheet: str) -> Iterator[Found]:
    """The rows of a sheet, without the endless empty ones at its end."""
    return (row for name, row in _all_rows(archive) if name == sheet)


def sheet_names(archive: zipfile.ZipFile) -> list[str]:
    """Sheets with anything in them."""
    found: dict[str, None] = {}
    for name, _row in _all_rows(archive):
        found[name] = None
    return list(found)


def _all_rows(archive: zipfile.ZipFile) -> Iterator[tuple[str, Found]]:
    maker = _Sheets()
    for row in SheetReader(maker).rows(archive, CONTENT):
        yield maker.names.pop(0), row


@dataclass(slots=True)
class _Sheets:
    """Makes rows of the elements of all sheets."""

    names: list[str] = field(default_factory=list)
    """The sheet of each row that was made and not taken yet."""
    _sheet: str = ""
    _sheets: set[str] = field(default_factory=set)
    _depth: int = 0
    """A table in a cell is no sheet."""
    _row: int = 0
    _row_repeated: int = 1
    _hidden: bool = False
    _cells: dict[int, str] = field(default_factory=dict)
    _marks: dict[int, CellProblem] = field(default_factory=dict)
    _place: int = 0
    _attributes: dict[str, str] = field(default_factory=dict)
    _paragraphs: list[list[str]] = field(default_factory=list)
    _aside: int = 0
    """How deep in a comment or a drawing, whose text is not the cell's."""
    _in_paragraph: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name in ("annotation", "shapes", "frame", "tracked-changes"):
            self._aside += 1
        if self._aside:
            return
        match name:
            case "table":
                self._depth += 1
                if self._depth == 1:
                    self._sheet, self._row = sheet_name(attributes.get("table:name", ""), self._sheets), 0
                    self._sheets.add(self._sheet)
            case "table-row":
                self._row_repeated = _count(attributes.get("table:number-rows-repeated"))
                self._hidden = attributes.get("table:visibility", "visible") != "visible"
                self._cells, self._marks, self._place = {}, {}, 0
            case "table-cell" | "covered-table-cell":
                self._attributes, self._paragraphs = attributes, []
            case "p" | "h":
                self._paragraphs.append([])
                self._in_paragraph += 1
            case "s":
                self.text(" " * min(_count(attributes.get("text:c")), MOST_CELL_CHARACTERS))
            case "tab":
                self.text("\t")
            case "line-break":
                self.text("\n")

    def end(self, tag: str) -> SheetRow | None:
        name = local(tag)
        if name in ("annotation", "shapes", "frame", "tracked-changes"):
            self._aside -= 1
        elif self._aside:
            return None
        elif name == "table":
            self._depth -= 1
        elif name in ("p", "h"):
            self._in_paragraph -= 1
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            return self._end_row()
        return None

    def text(self, piece: str) -> None:
        if self._in_paragraph and not self._aside and self._paragraphs:
            self._paragraphs[-1].append(piece)

    def _end_cell(self) -> None:
        repeated = _count(self._attributes.get("table:number-columns-repeated"))
        if cell := self._cell():
            text, mark = cell
            # One more than a list can have is enough to refuse it.
            for place in range(self._place, self._place + min(repeated, MOST_COLUMNS + 1)):
                self._cells[place] = text
                if mark:
                    self._marks[place] = mark
        self._place += repeated

    def _end_row(self) -> SheetRow | None:
        first, repeated = self._row + 1, min(self._row_repeated, MOST_ROWS + 1)
        self._row += self._row_repeated
        if not self._cells:
            return None
        self.names.append(self._sheet)
        return SheetRow(first, self._cells, self._marks or NO_MARKS, self._hidden, repeated)

    def _cell(self) -> Cell | None:
        text = "\n".join("".join(pieces) for pieces in self._paragraphs)
        kind = self._attributes.get("office:value-type")
        if self._attributes.get("calcext:value-type") == "error":
            return "", CellProblem.FORMULA_ERROR
        if kind is None and not text:
            return ("", CellProblem.FORMULA) if "table:formula" in self._attributes else None
        if kind == "float":
            number = number_cell(self._attributes.get("office:value", text))
            # Whole numbers lose digits on the screen (4.9E+11); others are shown as people wrote them.
            return number if number[0].lstrip("-").isdecimal() else (text, CellProblem.NUMBER)
        if kind == "date":
            return _date(self._attributes.get("office:date-value", "")) or text, CellProblem.NUMBER
        return text or self._attributes.get("office:string-value", ""), None


def _count(written: str | None) -> int:
    return max(1, int(written)) if written and written.isdecimal() and len(written) < 10 else 1


def _date(value: str) -> str:
    """2026-11-24T08:30:00 as 2026-11-24 08:30; a day without its empty time."""
    day, _, time = value.partition("T")
    return f"{day} {time[:5]}" if time and time != "00:00:00" else day
