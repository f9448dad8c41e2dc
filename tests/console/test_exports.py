"""Files for spreadsheets: nothing is run as a formula, numbers and umlauts stay."""

import pytest

from sms4a.console.exports import csv_file


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("+4917604069012", "+4917604069012"),  # our own form of a number
        ("+49 176 0406", "'+49 176 0406"),
        ("Jörg", "Jörg"),
        (12, "12"),
        (None, ""),
    ],
)
def test_a_cell_that_begins_like_a_formula_is_text(cell: str | int | None, written: str) -> None:
    assert csv_file(["A"], [[cell]], delimiter=";").decode("utf-8-sig").splitlines()[1] == (written or '""')


def test_the_file_says_that_it_is_utf_8_and_quotes_what_it_must() -> None:
    content = csv_file(["Näme", "B"], [["a;b", 'c"d']], delimiter=";")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'Näme;B\r\n"a;b";"c""d"\r\n'
