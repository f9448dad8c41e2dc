"""Excel and OpenDocument lists: every cell as text, what a spreadsheet has done to it named, and nothing trusted."""

import io
from collections import Counter
from collections.abc import Sequence
from unittest.mock import patch

import openpyxl
import pytest

from sms4a.numbers import Bare, NumberProblem
from sms4a.recipients import (
    CellProblem,
    CheckedRow,
    FileKind,
    FormatNote,
    ListFile,
    ListProblem,
    ListRefused,
    Mapping,
    Pile,
    RawRow,
    archives,
    check_rows,
    kept_rows,
    recognise,
    recognition,
    rows,
    xml_pieces,
)
from sms4a.recipients.plain_rows import PlainRowReader
from sms4a.recipients.xml_pieces import feed
from tests.builders import a_number
from tests.mutated_lists import as_it_stands, parsed_alone
from tests.spreadsheets import DATE, OWN_DATE, Value, ods, packed, sheet_xml, workbook_xml, xlsx, xlsx_parts
from tests.written_sheets import written_sheet

HEADER = ["first name", "mobile", "store"]
PEOPLE: list[list[Value]] = [["Jörg", a_number(1), "Köln"], ["Zoé", "0176 04000002", "Gießen"]]
PLAIN = '<c t="inlineStr"><is><t>{}</t></is></c>'


def read(data: bytes, sheet: str = "") -> list[RawRow]:
    return list(rows(data, recognise(data, sheet=sheet)))


def sorted_rows(data: bytes, phone: str = "mobile") -> list[CheckedRow]:
    return list(check_rows(read(data), recognise(data).header, Mapping(phone), home="DE", bare=Bare.ASK))


def refusal(data: bytes) -> tuple[ListProblem, str]:
    with pytest.raises(ListRefused) as caught:
        read(data)
    return caught.value.code, caught.value.detail


@pytest.mark.parametrize(("make", "kind"), [(xlsx, FileKind.XLSX), (ods, FileKind.ODS)])
def test_a_spreadsheet_is_read_like_a_text_file(make: object, kind: FileKind) -> None:
    data = make([HEADER, *PEOPLE])  # type: ignore[operator]
    form = recognise(data)
    assert (form.kind, form.header, form.row_count, form.notes) == (kind, tuple(HEADER), 2, ())
    assert [(row.row, row.cells) for row in read(data)] == [
        (2, ("Jörg", a_number(1), "Köln")),
        (3, ("Zoé", "0176 04000002", "Gießen")),
    ]


def test_what_another_program_has_written_is_read_cell_by_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    table: Sequence[Sequence[object]] = [
        ["Name", "Mobil", "Note"],
        ["Jörg & Söhne <GmbH>", "+49 176 04000001", None],
        ["", None, None],
        ["two\nlines", "0176 04000002", "  spaces  "],
        [None, "0176 04000003", "😀"],
    ]
    for line in table:
        sheet.append(list(line))
    data = io.BytesIO()
    book.save(data)
    expected = [tuple(str(cell or "") for cell in line) for line in table[1:] if any(line)]
    assert [row.cells for row in read(data.getvalue())] == expected
    assert [row.row for row in read(data.getvalue())] == [2, 4, 5]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (4917604000001, "4917604000001"),
        (4.917604000001e12, "4917604000001"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (-3, "-3"),
        ("<c><v>4.9176E+11</v></c>", "491760000000"),
        (f'<c s="{DATE}"><v>46350</v></c>', "2026-11-24"),
        (f'<c s="{OWN_DATE}"><v>46350.5</v></c>', "2026-11-24 12:00"),
        (f'<c s="{DATE}"><v>0.75</v></c>', "18:00"),
        ('<c t="d"><v>2026-11-24T00:00:00</v></c>', "2026-11-24"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="str"><f>A1&amp;B1</f><v>Köln</v></c>', "Köln"),
        ('<c t="inlineStr"><is><r><t>Kö</t></r><r><t>ln</t></r></is></c>', "Köln"),
        ('<c t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
    ],
)
def test_every_kind_of_cell_becomes_text(cell: Value, text: str) -> None:
    (row,) = read(xlsx([["value", "mobile"], [cell, a_number(1)]]))
    assert row.cells[0] == text


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    data = xlsx([["day", "mobile"], [f'<c s="{DATE}"><v>0</v></c>', a_number(1)]])
    other = xlsx(
        [["day", "mobile"], [f'<c s="{DATE}"><v>1</v></c>', a_number(1)]],
        workbook=workbook_xml(["Sheet1"], since_1904=True),
    )
    assert (read(data)[0].cells[0], read(other)[0].cells[0]) == ("00:00", "1904-01-02")


def test_what_a_spreadsheet_has_done_to_a_number_is_named() -> None:
    data = xlsx(
        [
            HEADER,
            ["lost plus", 4917604000001, "x"],
            ["lost zero", 17604000002, "x"],
            ["lost digits", 4.9176123456789e16, "x"],
            ["formula", '<c><f>"+49"&amp;A1</f></c>', "x"],
            ["error", '<c t="e"><v>#REF!</v></c>', "x"],
            ["short", "4,9E+11", "x"],
            ["good", a_number(3), "x"],
        ]
    )
    found = sorted_rows(data)
    assert [(row.problem, row.detail) for row in found] == [
        (NumberProblem.LOST_PLUS, "+4917604000001"),
        # Read with a plus it is a number in California.
        (NumberProblem.TWO_MEANINGS, ""),
        (CellProblem.DIGITS_LOST, ""),
        (CellProblem.FORMULA, ""),
        (CellProblem.FORMULA_ERROR, ""),
        (NumberProblem.SCIENTIFIC, ""),
        (None, ""),
    ]
    assert found[2].raw_number == "49176123456789000"
    assert set(recognise(data).notes) == {
        FormatNote.NUMBER_CELLS, FormatNote.DIGITS_LOST, FormatNote.NO_FORMULA_VALUE,
    }  # fmt: skip


def test_a_number_that_lost_digits_never_gets_into_a_text() -> None:
    (row,) = sorted_rows(xlsx([["voucher", "mobile"], [1234567890123456789, a_number(1)]]))
    assert row.values == {"voucher": "", "mobile": a_number(1)}


def test_of_several_sheets_a_person_chooses_one() -> None:
    data = xlsx([HEADER, *PEOPLE], [], [["name", "mobile"], ["a", a_number(5)]])
    form = recognise(data)
    assert (form.sheets, form.sheet, form.header, form.asks_for_sheet) == (("Sheet1", "Sheet3"), "", (), True)
    chosen = recognise(data, sheet="Sheet3")
    assert (chosen.sheets, chosen.header, chosen.row_count) == (("Sheet1", "Sheet3"), ("name", "mobile"), 1)
    both = ods([HEADER, *PEOPLE], [["name", "mobile"], ["a", a_number(5)]])
    assert recognise(both).sheets == ("Sheet1", "Sheet2")
    assert [row.cells for row in read(both, "Sheet2")] == [("a", a_number(5))]


def test_sheets_without_a_name_or_with_the_same_one_can_be_chosen() -> None:
    books = [
        xlsx([HEADER, *PEOPLE], [["mobile"], [a_number(7)]], workbook=workbook_xml(["", ""])),
        ods([HEADER, *PEOPLE], [["mobile"], [a_number(7)]], names=("", "")),
    ]
    for data in books:
        assert recognise(data).sheets == ("Sheet", "Sheet (2)")
        assert [row.cells for row in read(data, "Sheet (2)")] == [(a_number(7),)]


def test_hidden_sheets_count_only_where_nothing_else_is_shown() -> None:
    data: list[list[list[Value]]] = [[*PEOPLE], [["other", a_number(9)]]]
    assert recognise(xlsx(*data, workbook=workbook_xml(["A", "B"], hidden=["B"]))).sheets == ("A",)
    assert recognise(xlsx(*data, workbook=workbook_xml(["A", "B"], hidden=["A", "B"]))).sheets == ("A", "B")


def test_hidden_rows_are_read_and_told() -> None:
    line = '<row r="{}"{}><c t="inlineStr"><is><t>{}</t></is></c></row>'
    lines = [line.format(1, "", "Mobil"), line.format(2, ' hidden="1"', a_number(1)), line.format(3, "", a_number(2))]
    data = xlsx([], sheet1=sheet_xml([], around=f"<sheetData>{''.join(lines)}</sheetData>"))
    form = recognise(data)
    assert (form.hidden_rows, form.notes, len(read(data))) == (1, (FormatNote.HIDDEN_ROWS,), 2)
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    content = (
        '<table:table table:name="A"><table:table-row>' + cell.format("Mobil") + "</table:table-row>"
        '<table:table-row table:visibility="filter">' + cell.format(a_number(1)) + "</table:table-row></table:table>"
    )
    assert recognise(ods(content=content)).hidden_rows == 1


def test_rows_and_cells_that_are_not_written_down_keep_their_place() -> None:
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    lines = f'<row r="3">{cell.format("B3", "mobile")}{cell.format("D3", "store")}</row>'
    lines += f'<row r="9">{cell.format("D9", "Köln")}{cell.format("B9", a_number(1))}</row>'
    data = xlsx([], sheet1=sheet_xml([], around=f"<sheetData>{lines}</sheetData>"))
    assert recognise(data).header == ("Column 1", "mobile", "Column 3", "store")
    assert [(row.row, row.cells) for row in read(data)] == [(9, ("", a_number(1), "", "Köln"))]


def test_comments_spaces_and_repeats_of_open_document() -> None:
    cells = (
        "<table:table-cell><office:annotation><text:p>a comment</text:p></office:annotation>"
        '<text:p>a<text:s text:c="2"/>b<text:tab/><text:span>c</text:span></text:p></table:table-cell>'
        f'<table:table-cell table:number-columns-repeated="2"><text:p>{a_number(1)}</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    head = "".join(f"<table:table-cell><text:p>{name}</text:p></table:table-cell>" for name in ("a", "b", "mobile"))
    content = (
        f'<table:table table:name="A"><table:table-row>{head}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="2">{cells}</table:table-row></table:table>'
    )
    found = read(ods(content=content))
    assert [(row.row, row.cells) for row in found] == [(n, ("a  b\tc", a_number(1), a_number(1))) for n in (2, 3)]


def test_open_document_numbers_dates_and_formulas() -> None:
    cell = '<table:table-cell office:value-type="{}" office:{}="{}"><text:p>{}</text:p></table:table-cell>'
    line: list[Value] = [
        4917604000001,
        cell.format("currency", "value", "12.5", "12,50 €"),
        cell.format("date", "date-value", "2026-11-24", "24.11.26"),
        '<table:table-cell table:formula="of:=A1"/>',
        '<table:table-cell table:formula="of:=A1" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>',
    ]
    (row,) = read(ods([["mobile", "b", "c", "d", "e"], line]))
    assert row.cells == ("4917604000001", "12,50 €", "2026-11-24", "", "")
    assert dict(row.marks) == {
        0: CellProblem.NUMBER, 2: CellProblem.NUMBER, 3: CellProblem.FORMULA, 4: CellProblem.FORMULA_ERROR,
    }  # fmt: skip


def test_a_size_that_a_sheet_only_claims_is_not_believed() -> None:
    for claimed in ("A1:B2", "A1:XFD1048576", "nonsense"):
        data = xlsx([], sheet1=sheet_xml([HEADER, *PEOPLE], around=f'<dimension ref="{claimed}"/>{{rows}}'))
        assert len(read(data)) == 2


def bomb() -> bytes:
    return packed({**xlsx_parts([HEADER, *PEOPLE]), "xl/worksheets/sheet1.xml": b" " * 20_000_000})


ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (xlsx([]), (ListProblem.EMPTY, "")),
        (ods([]), (ListProblem.EMPTY, "")),
        (xlsx([HEADER]), (ListProblem.ONLY_HEADER, "first name, mobile, store")),
        (xlsx([HEADER, *PEOPLE])[:-40], (ListProblem.BROKEN, "")),
        (xlsx([], sheet1="<worksheet><sheetData><row>"), (ListProblem.BROKEN, "")),
        (xlsx([], sheet1=ENTITIES + sheet_xml([HEADER, *PEOPLE])), (ListProblem.BROKEN, "")),
        (xlsx([HEADER, *PEOPLE], texts=ENTITIES + "<sst><si><t>&c;</t></si></sst>"), (ListProblem.BROKEN, "")),
        (bomb(), (ListProblem.TOO_LARGE, "20")),
        (packed({f"{n}.xml": "" for n in range(2_001)}), (ListProblem.TOO_LARGE, "0")),
        (xlsx([["x"] * 101]), (ListProblem.TOO_MANY_COLUMNS, "101")),
        (
            xlsx([], sheet1=sheet_xml([], around='<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>')),
            (ListProblem.TOO_MANY_COLUMNS, "16384"),
        ),
        (
            xlsx([], sheet1=sheet_xml([], around='<sheetData><row r="9999999"><c><v>1</v></c></row></sheetData>')),
            (ListProblem.TOO_MANY_ROWS, ""),
        ),
        (packed({"word/document.xml": "<w/>"}), (ListProblem.OFFICE_DOCUMENT, "")),
        (packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
         (ListProblem.OFFICE_DOCUMENT, "")),
        (packed({"Index/Document.iwa": "x"}), (ListProblem.OTHER_SPREADSHEET, "")),
        (packed({"xl/workbook.bin": "x"}), (ListProblem.BINARY_EXCEL, "")),
        (packed({"photos/1.jpg": "x"}), (ListProblem.ZIP, "")),
        (ods([HEADER, *PEOPLE], **{"META-INF__manifest": "<manifest:encryption-data/>"}), (ListProblem.ENCRYPTED, "")),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), (ListProblem.ENCRYPTED, "")),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), (ListProblem.OLD_EXCEL, "")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_what_it_is(data: bytes, refused: tuple[ListProblem, str]) -> None:
    assert refusal(data) == refused


def test_a_repeated_row_cannot_make_more_rows_than_a_sheet_has() -> None:
    cell = f"<table:table-cell><text:p>{a_number(1)}</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="999999999">{cell}</table:table-row>'
    assert refusal(ods(content=f'<table:table table:name="A">{row}</table:table>'))[0] is ListProblem.TOO_MANY_ROWS


def test_every_row_lies_in_one_pile() -> None:
    people: list[list[Value]] = [[f"p{i}", a_number(i), "x"] for i in range(500)]
    for data in (xlsx([HEADER, *people, *people]), ods([HEADER, *people, *people])):
        found = sorted_rows(data)
        assert [row.pile for row in found] == [Pile.RECEIVE] * 500 + [Pile.DUPLICATE] * 500
        assert [row.row for row in found] == list(range(2, 1002))


@pytest.mark.parametrize("piece", [300, 1 << 17])
def test_rows_taken_apart_at_once_are_those_of_the_parser(piece: int) -> None:
    ends: Counter[str] = Counter()
    with patch.object(archives, "_CHUNK_BYTES", piece):
        for seed in range(150):
            data = written_sheet(seed)
            found = as_it_stands(data, sheet="Sheet2")
            assert found == parsed_alone(data, sheet="Sheet2"), f"seed {seed}"
            ends["read" if isinstance(found[1], list) else "refused"] += 1
    assert min(ends["read"], ends["refused"]) > 5


def test_most_rows_need_no_parser_and_are_read_many_at_once() -> None:
    table: list[list[Value]] = [[f"Jörg {n}", a_number(n), None if n % 3 else "x", n] for n in range(1_000)]
    data, one = xlsx([["a", "mobile", "b", "c"], *table]), PlainRowReader._other
    with (
        patch.object(xml_pieces, "feed", side_effect=feed) as parsed,
        patch.object(PlainRowReader, "_other", autospec=True, side_effect=one) as by_itself,
    ):
        assert len(read(data)) == 1_000
    assert 2 <= sum(call.args[1].count(b"<row") for call in parsed.call_args_list) < 20
    assert 2 <= by_itself.call_count < 20


@pytest.mark.parametrize("make", [xlsx, ods])
def test_a_workbook_is_unpacked_once_and_again_only_if_there_is_too_much_in_it(make: object) -> None:
    table: list[list[Value]] = [[f"Jörg {n}", a_number(n), "two\nlines" if n % 7 == 0 else "one"] for n in range(300)]
    data = make([HEADER, *table])  # type: ignore[operator]
    for room, is_kept in ((100_000_000, True), (1_000, False)):
        with patch.object(kept_rows, "MOST_BYTES", room):
            file = ListFile(data)
            form = file.recognise()
            with patch.object(recognition, "open_archive", side_effect=archives.open_archive) as opened:
                found = [row.cells for block in file.blocks(form) for row in block.raw_rows()]
        assert [list(cells) for cells in found] == table
        assert opened.called is not is_kept


def test_of_a_sheet_that_was_chosen_later_no_other_rows_are_kept() -> None:
    file = ListFile(xlsx([HEADER, *PEOPLE], [HEADER, *reversed(PEOPLE)]))
    forms = [file.recognise(sheet=sheet) for sheet in ("Sheet1", "Sheet2")]
    found = [[row.cells for block in file.blocks(form) for row in block.raw_rows()] for form in forms]
    assert found[0] == found[1][::-1] == [tuple(row) for row in PEOPLE]
