"""Excel files we write, read again by another program and by ourselves."""

import io

import openpyxl
import pytest

from sms4a.console.workbook import LONGEST_CELL, xlsx_file
from sms4a.recipients import recognise, rows
from tests.builders import a_number

CELLS = ["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-2", "007", a_number(1), "Jörg & <Söhne>", "a\nb", "", "  x  ", "😀"]


def opened(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_another_program_reads_every_cell_as_the_text_it_is() -> None:
    header, row = opened(xlsx_file([f"c{n}" for n in range(len(CELLS))], [CELLS]))
    assert header == [f"c{n}" for n in range(len(CELLS))]
    assert [cell or "" for cell in row] == CELLS


def test_nothing_is_a_formula_and_whole_numbers_are_numbers() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_file(["a", "b"], [["=1+1", 12]]))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]] == ["s", "n"]


def test_what_we_write_we_read() -> None:
    content = xlsx_file(["name", "mobile"], [["Jörg", "0176 04000001"], ["=x", "+49 176 04000002"]])
    assert [row.cells for row in rows(content, recognise(content))] == [
        ("Jörg", "0176 04000001"),
        ("=x", "+49 176 04000002"),
    ]


@pytest.mark.parametrize(("text", "kept"), [("a\0b\x1f\ud800c", "abc"), ("x" * 40_000, "x" * LONGEST_CELL)])
def test_what_a_workbook_cannot_carry_is_left_away(text: str, kept: str) -> None:
    assert opened(xlsx_file(["a"], [[text]]))[1] == [kept]
