"""Lists: recognised, read strictly, every row in one pile."""

import codecs
import csv
import io
import random
from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms4a.numbers import Bare, NumberProblem
from sms4a.recipients import (
    CheckedRow,
    FormatNote,
    ListFormat,
    ListProblem,
    ListRefused,
    Mapping,
    Pile,
    RowProblem,
    check_rows,
    guess_columns,
    pasted,
    recognise,
    rows,
    text_rows,
)
from sms4a.recipients.formats import BLANK
from tests.builders import a_number, customers_csv

MOBILE = "+4917612345678"


def checked(data: bytes, *, opted_out: frozenset[str] = frozenset(), **options: object) -> list[CheckedRow]:
    """All rows of a list whose columns are guessed."""
    form = recognise(data)
    raw = list(rows(data, form))
    mapping = guess_columns(form.header, [row.cells for row in raw[:50]], ["first name", "store"])
    settings = {"home": "DE", "bare": Bare.ASK} | options
    return list(check_rows(raw, form.header, mapping, opted_out=opted_out, **settings))


def refusal(data: bytes) -> tuple[ListProblem, str]:
    with pytest.raises(ListRefused) as caught:
        recognise(data)
    return caught.value.code, caught.value.detail


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Name;Mobil\nJörg;1\n".encode(), ("utf-8", ";", 1)),
        ("Name;Mobil\nJörg;1\n".encode("utf-8-sig"), ("utf-8-sig", ";", 1)),
        ("Name;Mobil\nJörg;1\n".encode("cp1252"), ("cp1252", ";", 1)),
        ("Name\tMobil\nJörg\t1\n".encode("utf-16"), ("utf-16", "\t", 1)),
        ("Name\tMobil\nJörg\t1\n".encode("utf-16-le"), ("utf-16-le", "\t", 1)),
        ("Name;Mobil\r\nJörg;1\r\n".encode("utf-16-be"), ("utf-16-be", ";", 1)),
        (codecs.BOM_UTF16_BE + "Name\tMobil\nJörg\t1\n".encode("utf-16-be"), ("utf-16", "\t", 1)),
        (b"name,mobile\na,1\nb,2", ("utf-8", ",", 2)),
        (b"name|mobile\r\na|1\r\n\r\nb|2\r\n", ("utf-8", "|", 2)),
        # Old Macintosh line ends, which many readers take for one long header.
        (b"name;mobile\ra;1\rb;2\r", ("utf-8", ";", 2)),
        # The comma in every amount makes two columns, the semicolon three.
        (b"name;amount,eur;mobile\na;1,50;2\nb;2,50;3\n", ("utf-8", ";", 2)),
        (b'name;mobile\n"a\nb; c";1\n', ("utf-8", ";", 1)),
        (b"sep=|\nname|mobile;x\na|1\n", ("utf-8", "|", 1)),
        # Rare ones are taken where nothing else makes columns.
        (b"name^mobile\na^1\nb^2\n", ("utf-8", "^", 2)),
    ],
)
def test_how_a_list_is_written_is_recognised(data: bytes, expected: tuple[str, str, int]) -> None:
    form = recognise(data)
    assert (form.encoding, form.delimiter, form.row_count) == expected
    assert form.has_header


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"", (ListProblem.EMPTY, "")),
        (b" \r\n\n", (ListProblem.EMPTY, "")),
        (b"name;mobile\n", (ListProblem.ONLY_HEADER, "name, mobile")),
        (b"name;mobile\n;\n ; \n", (ListProblem.ONLY_HEADER, "name, mobile")),
        (codecs.BOM_UTF8, (ListProblem.EMPTY, "")),
        (b"PK\x03\x04...xl/workbook.xml", (ListProblem.BROKEN, "")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (ListProblem.OLD_EXCEL, "")),
        (b"%PDF-1.7\n", (ListProblem.PDF, "")),
        (b"\n<!DOCTYPE html><html>", (ListProblem.HTML, "")),
        (b"<table><tr><td>1</td></tr></table>", (ListProblem.HTML, "")),
        (b"\x89PNG\r\n\x1a\n\0\0\0", (ListProblem.PICTURE, "")),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", (ListProblem.PICTURE, "")),
        (b"RIFF\0\0\0\0WEBPVP8 ", (ListProblem.PICTURE, "")),
        (b"\0\0\0\x18ftypheic", (ListProblem.PICTURE, "")),
        (b"name;mobile\na\0;1\n", (ListProblem.BINARY, "")),
        (codecs.BOM_UTF8 + b"name\xff;1", (ListProblem.NOT_TEXT, "")),
        (codecs.BOM_UTF16_LE + b"abc", (ListProblem.NOT_TEXT, "")),
        (b"name\x81;mobile\na;1", (ListProblem.NOT_TEXT, "")),
        (b";".join(b"c%d" % i for i in range(101)) + b"\n1", (ListProblem.TOO_MANY_COLUMNS, "101")),
        # One forgotten quotation mark, and everything up to the next one would be one cell.
        (b'name;mobile\n"a;1\nb;2\n', (ListProblem.OPEN_QUOTE, "2")),
        (b'name;mobile\na;1\n"b;2\n"c";3\n', (ListProblem.OPEN_QUOTE, "3")),
        (b'name;mobile;x\n"a;0176 1234567;y\nb;0176 1234568;z"\n', (ListProblem.OPEN_QUOTE, "2")),
        (b'"name;mobile\na;1\n', (ListProblem.OPEN_QUOTE, "1")),
        (b'"na"me;mobile\na;1\n', (ListProblem.OPEN_QUOTE, "1")),
    ],
)
def test_what_is_no_list_is_refused_by_what_it_is(data: bytes, refused: tuple[ListProblem, str]) -> None:
    assert refusal(data) == refused


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        ("Name;Mobil\nJörg;1\n".encode(), ()),
        (b"Name;Mobil\nBob;1\n", ()),
        ("Name;Mobil\nJörg;1\n".encode("cp1252"), (FormatNote.WINDOWS_1252,)),
        ("Name;Mobil\nJÃ¶rg;1\n".encode(), (FormatNote.GARBLED,)),
        # One byte that is no UTF-8, and all umlauts of the file would be wrong.
        ("Name;Mobil\nJörg;1\n".encode() + b"\xe9;2\n", (FormatNote.WINDOWS_1252, FormatNote.GARBLED)),
        (b"Bob;0176 12345678\n", (FormatNote.NO_HEADER,)),
    ],
)
def test_a_person_is_told_what_is_doubtful(data: bytes, notes: tuple[FormatNote, ...]) -> None:
    assert recognise(data).notes == notes


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"name;mobile\na;1", ("name", "mobile")),
        (b" first  name ;mobile;\na;1;2", ("first name", "mobile", "Column 3")),
        # Which of two is meant a person must say; by its place each can be chosen.
        (b"Mobil;mobil;Name\n1;2;a", ("Mobil (column 1)", "mobil (column 2)", "Name")),
        (b"a;0176 12345678\nb;1", ("Column 1", "Column 2")),
        (b"a;4,9E+11\nb;1", ("Column 1", "Column 2")),
        (b"a;01761234567O\nb;1", ("Column 1", "Column 2")),
        (b"Mobilnummer\n0176 12345678", ("Mobilnummer",)),
        # Were this taken for a header, a bad first row would vanish.
        (b"siehe Mail\n0176 12345678", ("Column 1",)),
    ],
)
def test_the_first_row_is_a_header_unless_it_holds_a_number(data: bytes, header: tuple[str, ...]) -> None:
    form = recognise(data)
    assert form.header == header
    assert form.has_header is not header[0].startswith("Column 1")


def test_rows_have_the_numbers_a_spreadsheet_shows() -> None:
    data = b'name;mobile\n\na;1\n;\n"b\nb";2\nc;3\n'
    assert [(row.row, row.cells[0]) for row in rows(data, recognise(data))] == [(3, "a"), (5, "b\nb"), (6, "c")]
    plain = b"0176 12345678\r\n\r\n0176 12345679\r\n"
    assert [row.row for row in rows(plain, recognise(plain))] == [1, 3]


def test_rows_in_quotation_marks_are_rows_like_any_other() -> None:
    written = [["Name", "Mobil"], ["a;b", a_number(1)], ["", "\u00a0"], ['"c"', a_number(2)], ["d\ne", a_number(3)]]
    for together in (3, 4, 5):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows(written[:together])
        data = text.getvalue().encode()
        expected = [(n, tuple(row)) for n, row in enumerate(written[:together], start=1) if n not in (1, 3)]
        assert [(row.row, row.cells) for row in rows(data, recognise(data))] == expected


def test_cells_are_text_as_it_stands_in_the_file() -> None:
    data = b"name;mobile;x\nNA;007; null \n1e5;00;\n"
    assert [row.cells for row in rows(data, recognise(data))] == [("NA", "007", " null "), ("1e5", "00", "")]


def test_a_row_with_other_columns_than_the_header_is_set_aside_whole() -> None:
    data = b'name;mobile;store\na;0176 12345678\nb;x;0176 12345679;y\n"c"d;0176 12345670;z\ne;0176 12345671;w\n'
    found = checked(data)
    assert [(row.row, row.pile, row.problem, row.detail) for row in found] == [
        (2, Pile.UNREADABLE, RowProblem.SHIFTED, "2"),
        (3, Pile.UNREADABLE, RowProblem.SHIFTED, "4"),
        (4, Pile.UNREADABLE, RowProblem.BROKEN_QUOTE, "0"),
        (5, Pile.RECEIVE, None, ""),
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0176 12345678", ["0176 12345678"]),
        ("0176 12345678\n\n 0152 28817388 ", ["0176 12345678", " 0152 28817388 "]),
        ("0176 12345678, 0152 28817388;+43 664 1234567", ["0176 12345678", "0152 28817388", "+43 664 1234567"]),
        ("0176 12345678, siehe Mail, 0152 28817388", ["0176 12345678", "siehe Mail", "0152 28817388"]),
        ("0176 12345678,\n0152 28817388,\n", ["0176 12345678", "0152 28817388"]),
        ("siehe Mail\n0176 12345678", ["siehe Mail", "0176 12345678"]),
    ],
)
def test_pasted_numbers_are_a_list(text: str, numbers: list[str]) -> None:
    data = pasted(text)
    form = recognise(data)
    found = [row.cells for row in rows(data, form)]
    assert [[cell.strip() for cell in cells] for cells in found] == [[number.strip()] for number in numbers]
    assert not form.has_header


def test_a_pasted_table_keeps_its_columns() -> None:
    data = pasted("first name\tmobile\nJörg\t0176 12345678\n")
    form = recognise(data)
    assert (form.header, form.delimiter) == (("first name", "mobile"), "\t")


@pytest.mark.parametrize(
    ("header", "cells", "phone"),
    [
        (("Vorname", "Mobil"), ("Jörg", "0176 12345678"), "Mobil"),
        (("Handynummer", "Ort"), ("0176 12345678", "Köln"), "Handynummer"),
        (("Telefon", "Handy"), ("0561 700311", "0176 12345678"), "Handy"),
        (("phone", "fax"), ("0176 12345678", "0561 700311"), "phone"),
        (("Tel.", "Name"), ("0176 12345678", "x"), "Tel."),
        (("mobile_phone", "name"), ("+49 176 12345678", "x"), "mobile_phone"),
        (("MSISDN", "id"), ("4917612345678", "20240117"), "MSISDN"),
        # The content decides where names say nothing, or the wrong thing.
        (("Column 1", "Column 2"), ("x", "0176 12345678"), "Column 2"),
        (("Kundennummer", "Kontakt"), ("10023456", "0176 12345678"), "Kontakt"),
        (("Mobiliar", "Kontakt"), ("Stuhl", "0176 12345678"), "Kontakt"),
        # "tel" within a word is no telephone.
        (("Artikel", "Hotel"), ("Stuhl", "Adler"), None),
        (("Vorname", "Ort"), ("Jörg", "Köln"), None),
        (("Vorname", "Mobil"), ("Jörg", "4,9E+11"), "Mobil"),
    ],
)
def test_the_phone_column_is_guessed(header: tuple[str, ...], cells: tuple[str, ...], phone: str | None) -> None:
    assert guess_columns(header, [cells, cells], []).phone == phone


def test_placeholders_are_matched_to_columns_by_name_and_by_meaning() -> None:
    header = ("Vorname", "Mobil", "FILIALE", "voucher_code", "Nach-Name")
    found = guess_columns(header, [], ["first name", "filiale", "code", "mobil", "nachname", "weather"])
    assert found == Mapping(
        "Mobil",
        {
            "first name": "Vorname",
            "filiale": "FILIALE",
            "code": "voucher_code",
            "mobil": "Mobil",
            "nachname": "Nach-Name",
        },
    )


def test_each_row_lies_in_its_pile_with_its_reason() -> None:
    data = (
        b"first name;mobile\n"
        b"A;0176 12345678\nB;+49 (0)176 12345678\nC;0561 700311\nD;0900 1234567\nE;+43 664 1234567\nF;\n"
        b"G;0171 3920012\nH;0171 3920012\nI;0049 176 12345678\n"
    )
    found = checked(data, allowed=frozenset({"DE"}), opted_out=frozenset({"+491713920012"}))
    assert [(row.row, row.pile, row.problem, row.duplicate_of) for row in found] == [
        (2, Pile.RECEIVE, None, None),
        (3, Pile.DUPLICATE, None, 2),
        (4, Pile.UNREADABLE, NumberProblem.LANDLINE, None),
        (5, Pile.BLOCKED, NumberProblem.NOT_A_PHONE, None),
        (6, Pile.BLOCKED, NumberProblem.COUNTRY_NOT_ALLOWED, None),
        (7, Pile.UNREADABLE, NumberProblem.EMPTY, None),
        (8, Pile.OPTED_OUT, None, None),
        (9, Pile.OPTED_OUT, None, None),
        (10, Pile.DUPLICATE, None, 2),
    ]
    assert found[0].values == {"first name": "A", "mobile": "0176 12345678"}
    assert (found[0].number, found[0].region, found[0].raw_number) == (MOBILE, "DE", "0176 12345678")


@pytest.mark.parametrize("phone", [None, "Telefon"])
def test_checking_without_the_phone_column_is_our_own_mistake(phone: str | None) -> None:
    data = b"name;mobile\na;1\n"
    with pytest.raises(ValueError, match="phone column"):
        list(check_rows(rows(data, recognise(data)), recognise(data).header, Mapping(phone), home="DE", bare=Bare.ASK))


@pytest.mark.parametrize("header", [("Vorname", "Mobil", "Filiale"), ("first name", "mobile", "store")])
def test_the_customer_list_of_the_first_journey_has_1165_receivers(header: tuple[str, str, str]) -> None:
    data = customers_csv(header=header, ending=lambda i: f"{i % 100:02d}")
    assert recognise(data) == ListFormat("cp1252", ";", header, True, 1200, (FormatNote.WINDOWS_1252,), 2)
    found = checked(data)
    assert Counter(row.pile for row in found) == {Pile.RECEIVE: 1165, Pile.DUPLICATE: 20, Pile.UNREADABLE: 15}
    assert Counter((row.number or "")[-2:] for row in found if row.pile is Pile.RECEIVE)["07"] == 12


def test_invented_numbers_are_all_different_and_valid() -> None:
    data = "\n".join(a_number(i, e) for e in ("", "7", "42", "007") for i in range(900, 1000)).encode()
    assert Counter(row.pile for row in checked(data)) == {Pile.RECEIVE: 400}


def independent_count(data: bytes) -> int:
    """Rows with anything in them, counted by eye: good for lists without quotation marks."""
    text = data.decode("cp1252").replace("\r\n", "\n").replace("\r", "\n")
    return sum(1 for line in text.split("\n") if line.strip("; \t\u00a0"))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 30))
def test_a_mangled_list_is_refused_or_every_row_lies_in_one_pile(seed: int, cuts: int) -> None:
    chance = random.Random(seed)
    data = bytearray(customers_csv(40, 5, 5, seed))
    for _ in range(cuts):
        place = chance.randrange(len(data))
        data[place : place + chance.randrange(3)] = chance.choice(
            [b"", b";", b"\n", b"\r", b"\xe4", b" ", b"x", b";;\n"]
        )
    try:
        form = recognise(bytes(data))
    except ListRefused:
        return
    mapping = Mapping(guess_columns(form.header, [], []).phone or form.header[0])
    found = list(check_rows(rows(bytes(data), form), form.header, mapping, home="DE", bare=Bare.ASK))
    assert form.delimiter == ";"
    assert len(found) == form.row_count == independent_count(bytes(data)) - form.has_header
    assert len({row.row for row in found}) == len(found)
    receivers = [row.number for row in found if row.pile is Pile.RECEIVE]
    assert len(set(receivers)) == len(receivers)
    assert all(receivers)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='ab;,"\n\r\t 0176+|ü\ufeff', max_size=200).map(str.encode))
def test_any_bytes_are_refused_or_read_to_the_end(data: bytes) -> None:
    try:
        form = recognise(data)
    except ListRefused:
        return
    found = list(check_rows(rows(data, form), form.header, Mapping(form.header[0]), home="DE", bare=Bare.NATIONAL))
    assert len(found) == form.row_count
    assert all(row.pile in (Pile.RECEIVE, Pile.DUPLICATE) or row.problem for row in found)


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet=' \t;x1ü\u00a0\u202f\u2028"\x85', max_size=6), max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([";", "\t", " "]),
    st.integers(1, 20),
    st.sampled_from([0, 500, 100_000]),
)
def test_lines_taken_apart_at_once_are_those_of_the_csv_module(
    lines: list[str], ending: str, encoding: str, delimiter: str, piece: int, room: int
) -> None:
    text = ending.join(lines)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return
    expected = [(n, tuple(row)) for n, row in enumerate(cells, start=1) if "".join(row).strip(BLANK)]
    with patch.multiple(text_rows, _PIECE_CHARACTERS=piece, _MOST_KEPT_BYTES=room):
        rows_of_text = text_rows.TextRows(text.encode(encoding), encoding, delimiter)
        blocks = list(rows_of_text.blocks(2))
        if expected:
            assert rows_of_text.look_through(find_example=True).row_count == len(expected)
        again = list(rows_of_text.blocks(2))
    for seen in (blocks, again):
        assert [(row.row, row.cells) for block in seen for row in block.raw_rows()] == expected


@settings(deadline=None)
@given(st.text(max_size=100))
def test_any_pasted_text_is_refused_or_read(text: str) -> None:
    try:
        form = recognise(pasted(text))
    except ListRefused:
        return
    assert sum(1 for _ in rows(pasted(text), form)) == form.row_count


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ("Name;Mobil\nBob;1\nJörg;2\nKäthe;3\n", 3),
        ("Straße;Mobil\nBob;1\n", None),
        ("+49 176 12345678\u00a0\n+49 176 12345679\n", 1),
        ("Name;Mobil\nBob;1\n", None),
    ],
)
def test_the_first_row_beyond_ascii_shows_whether_the_encoding_is_right(data: str, row: int | None) -> None:
    assert recognise(data.encode("cp1252")).example_row == row
