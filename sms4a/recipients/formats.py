"""How a list is written, what a row of it is as it stands, and why a file is not taken as a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from sms4a.errors import Sms4aError

MOST_BYTES = 200_000_000
MOST_COLUMNS = 100

# What a sheet can hold, header included. Nobody sends to more people at once.
MOST_ROWS = 1_048_576

# As in the standard library's reader. A cell holds a name or a number; a book in it is a mistake, or an attack.
MOST_CELL_CHARACTERS = 131_072

BLANK = " \t\u00a0\u202f"
"""What is nothing at the ends of a cell."""


class ListProblem(StrEnum):
    """Why a file or a pasted text is not taken as a list at all."""

    EMPTY = "empty"
    ONLY_HEADER = "only_header"
    """Detail: the headings."""
    BINARY = "binary"
    PROGRAM = "program"
    BINARY_EXCEL = "binary_excel"
    OLD_EXCEL = "old_excel"
    OFFICE_DOCUMENT = "office_document"
    """A text or a presentation."""
    OTHER_SPREADSHEET = "other_spreadsheet"
    """Apple Numbers, Google's link files and other programs' own formats."""
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    """It says what it is, and is damaged or cut off."""
    PDF = "pdf"
    PICTURE = "picture"
    ZIP = "zip"
    HTML = "html"
    NOT_TEXT = "not_text"
    """Bytes that no supported encoding explains."""
    TOO_LARGE = "too_large"
    """Detail: megabytes, unpacked."""
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    """Detail: how many, if it is known."""
    LONG_LINE = "long_line"
    """A line that no row of a list can be."""
    OPEN_QUOTE = "open_quote"
    """A quotation mark swallows rows. Detail: the row it opens in."""


class ListRefused(Sms4aError):
    """This is no list we can read; nothing of it was taken."""

    def __init__(self, code: ListProblem, detail: str = "") -> None:
        super().__init__(f"the list cannot be read: {code}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.detail = detail


class FileKind(StrEnum):
    TEXT = "text"
    """CSV and its like, or pasted."""
    XLSX = "xlsx"
    ODS = "ods"


class FormatNote(StrEnum):
    """What a person should know about how a list was read."""

    WINDOWS_1252 = "windows_1252"
    """Not UTF-8, so taken for Windows-1252: umlauts are worth a look."""
    GARBLED = "garbled"
    """Signs like "Ã¼": the file was damaged before it came here."""
    NO_HEADER = "no_header"
    EQUAL_HEADINGS = "equal_headings"
    """Columns whose headings cannot be told apart: they are named by their place, and a person chooses."""
    HIDDEN_ROWS = "hidden_rows"
    """Rows that a filter or a person has hidden are read like any other."""
    NUMBER_CELLS = "number_cells"
    """Cells that are numbers or dates to the spreadsheet: they arrive as it stores them, not as it shows them."""
    DIGITS_LOST = "digits_lost"
    """Numbers with more digits than a spreadsheet can keep."""
    NO_FORMULA_VALUE = "no_formula_value"
    """Formulas that were never worked out: the file was not saved by a spreadsheet."""


class CellProblem(StrEnum):
    """Why a cell of a spreadsheet is not what it was meant to be."""

    DIGITS_LOST = "digits_lost"
    FORMULA = "formula"
    """A formula without a value."""
    FORMULA_ERROR = "formula_error"
    """#REF!, #N/A and their like."""
    NUMBER = "number"
    """A number to the spreadsheet, which keeps neither a plus nor leading zeros. Not wrong by itself."""


class RowProblem(StrEnum):
    """Why a row's cells cannot be trusted."""

    SHIFTED = "shifted"
    """More or fewer cells than the header has."""
    BROKEN_QUOTE = "broken_quote"
    """Text after a closing quotation mark."""
    LONG_CELL = "long_cell"


NO_MARKS: Mapping[int, CellProblem] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ListFormat:
    """How a list is written; enough to read the same bytes again."""

    encoding: str
    """A Python codec: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, cp1252. Empty for spreadsheets."""
    delimiter: str
    """Empty for spreadsheets."""
    header: tuple[str, ...]
    """Column names; "Column 1" … where the list has none."""
    has_header: bool
    row_count: int
    """Rows with anything in them, without the header."""
    notes: tuple[FormatNote, ...] = ()
    example_row: int | None = None
    """The first row with a character beyond ASCII: there one sees whether the encoding was recognised."""
    kind: FileKind = FileKind.TEXT
    sheets: tuple[str, ...] = ()
    """Sheets of a workbook with anything in them. More than one, and `sheet` empty: a person must say which."""
    sheet: str = ""
    """The one that is read."""
    hidden_rows: int = 0
    """Rows with anything in them that the spreadsheet does not show."""

    @property
    def asks_for_sheet(self) -> bool:
        return len(self.sheets) > 1 and not self.sheet


class RawRow(NamedTuple):
    """A row as it is written."""

    row: int
    """The row number a spreadsheet shows; the header is 1."""
    cells: tuple[str, ...]
    problem: RowProblem | None = None
    marks: Mapping[int, CellProblem] = NO_MARKS
    """What is wrong with a cell, by its place."""


raw_row = partial(tuple.__new__, RawRow)
"""As RawRow(...) makes it of its values, in a third of the time."""
