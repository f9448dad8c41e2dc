"""Rows as a file for a spreadsheet: nothing in it is run as a formula, numbers and umlauts stay, dates are dates."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sms4a.console.workbook import Cell, write_xlsx

Progress = Callable[[int], None]
"""Is told how many rows are written, now and then."""

# A cell that begins like this is run as a formula, unless an apostrophe stands before it.
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
# A number in international form is no formula, and with an apostrophe it could not be used again.
_E164 = re.compile(r"\+\d{7,15}")

TELL_EVERY = 5_000


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str) -> bytes:
    """A CSV file in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    _write_csv(text, header, rows, delimiter)
    return text.getvalue().encode("utf-8-sig")


def save_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], progress: Progress, *, delimiter: str
) -> None:
    """The same as a file, row by row: as many as there are, in the same memory."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write_csv(file, header, _told(rows, progress), delimiter)


def save_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], progress: Progress) -> None:
    """An Excel file in the same way."""
    write_xlsx(path, header, _told(rows, progress))


def _told(rows: Iterable[Sequence[Cell]], progress: Progress) -> Iterator[Sequence[Cell]]:
    done = 0
    for done, row in enumerate(rows, start=1):
        if done % TELL_EVERY == 0:
            progress(done)
        yield row
    progress(done)


def _write_csv(file: Any, header: Sequence[str], rows: Iterable[Sequence[Cell]], delimiter: str) -> None:
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow([_safe(name) for name in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)


def _safe(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    value = "" if cell is None else str(cell)
    return f"'{value}" if _FORMULA.match(value) and not _E164.fullmatch(value) else value
