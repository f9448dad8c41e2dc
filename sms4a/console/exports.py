"""Rows as a file for a spreadsheet: nothing in it is run as a formula, and umlauts and numbers stay."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# A cell that begins like this is run as a formula, unless an apostrophe stands before it.
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
# A number in international form is no formula, and with an apostrophe it could not be used again.
_E164 = re.compile(r"\+\d{7,15}")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str | int | None]], *, delimiter: str = ";") -> bytes:
    """A CSV file in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([_safe(name) for name in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: str | int | None) -> str:
    value = "" if cell is None else str(cell)
    return f"'{value}" if _FORMULA.match(value) and not _E164.fullmatch(value) else value
