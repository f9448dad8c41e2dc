"""Files as people send them: each with the end it must have. `mutated` makes any number of others out of them."""

import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from sms4a.recipients import ListProblem
from tests.builders import a_number, customers_csv
from tests.spreadsheets import Value, ods, packed, sheet_xml, workbook_xml, xlsx, xlsx_parts

HEADER = ("Vorname", "Mobil", "Ort")
NAMES = ("Jörg", "Käthe", "O'Neil")
PEOPLE = tuple((name, f"0{a_number(n)[3:]}", "Köln") for n, name in enumerate(NAMES))
MEANT = frozenset(a_number(n) for n in range(len(NAMES)))
TABLE: list[list[Value]] = [list[Value](HEADER), *(list[Value](person) for person in PEOPLE)]

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
LINE_ENDS = {"CRLF": "\r\n", "LF": "\n", "CR": "\r"}
ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@dataclass(frozen=True)
class Nasty:
    name: str
    data: bytes
    refused: ListProblem | None = None
    """It ends here; else these rows receive, and so many others are left out."""
    receive: int = 0
    left_out: int = 0
    meant: frozenset[str] = field(default=MEANT)
    """Nobody else may get a message."""


def nasty_lists() -> list[Nasty]:
    return [*_written_in_every_way(), *_texts(), *_other_files(), *_workbooks(), *_open_documents(), *_cells()]


def _written_in_every_way() -> Iterator[Nasty]:
    for encoding, delimiter, (name, end) in product(ENCODINGS, ";,\t|", LINE_ENDS.items()):
        text = end.join(delimiter.join(row) for row in (HEADER, *PEOPLE))
        yield Nasty(f"{encoding} {delimiter!r} {name}", text.encode(encoding), receive=3)


def _lines(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def _texts() -> Iterator[Nasty]:
    first, second, third = (";".join(person) for person in PEOPLE)
    head = ";".join(HEADER)
    number = PEOPLE[0][1]
    yield Nasty("quotes everywhere", _lines('"Vorname";"Mobil"', f'"J""org";"{number}"'), receive=1)
    yield Nasty("a line break in a quoted cell", _lines(head, f'"J\norg";{number};x', second), receive=2)
    yield Nasty("a separator in a quoted cell", _lines(head, f'"a;b";{number};x', second), receive=2)
    yield Nasty("an open quote", _lines(head, f'"a;{number};x', second, third), ListProblem.OPEN_QUOTE)
    yield Nasty(
        "an open quote that another one ends", _lines(head, f'"a;{number};x', f'b";{number};y'), ListProblem.OPEN_QUOTE
    )
    yield Nasty("an open quote in the headings", _lines('"Vorname;Mobil', first), ListProblem.OPEN_QUOTE)
    yield Nasty("text after a quote", _lines(head, f'"a"b;{number};x', second), receive=1, left_out=1)
    yield Nasty("a row too short", _lines(head, f"a;{number}", second), receive=1, left_out=1)
    yield Nasty("a row too long", _lines(head, f"a;b;{number};x", second), receive=1, left_out=1)
    yield Nasty("every row shifted", _lines(head, f"a;b;{number};x", f"a;c;{number};x"), left_out=2)
    yield Nasty("empty rows", _lines(head, "", first, ";;", " ; ; ", second), receive=2)
    yield Nasty("blank columns", _lines("Vorname;Mobil;;", f"a;{number};;", f"b;{PEOPLE[1][1]};;"), receive=2)
    yield Nasty("no headings", _lines(first, second, third), receive=3)
    yield Nasty("a bad first row and no headings", _lines("siehe Mail", number), receive=1, left_out=1)
    yield Nasty("headings and nothing else", _lines(head), ListProblem.ONLY_HEADER)
    yield Nasty("only empty rows below", _lines(head, ";;", ";;"), ListProblem.ONLY_HEADER)
    yield Nasty("nothing", b"", ListProblem.EMPTY)
    yield Nasty("blanks", b" \r\n\t\n ", ListProblem.EMPTY)
    yield Nasty("a mark and nothing", b"\xef\xbb\xbf", ListProblem.EMPTY)
    yield Nasty("a zero byte", _lines(head, f"a\0;{number};x"), ListProblem.BINARY)
    yield Nasty("zero bytes far behind", _lines(head, *[first] * 400, "a\0;1;x"), ListProblem.BINARY)
    yield Nasty("bytes of no encoding", b"Vorname\x81;Mobil\na;1", ListProblem.NOT_TEXT)
    yield Nasty("half a UTF-16", "Vorname;Mobil\na;1".encode("utf-16")[:-1], ListProblem.NOT_TEXT)
    yield Nasty(
        "one Windows byte in UTF-8",
        _lines(head, first) + b"\nR\xe9my;" + number.encode() + b";x",
        receive=1,
        left_out=1,
    )
    yield Nasty("101 columns", b";".join(b"c%d" % n for n in range(101)) + b"\n1", ListProblem.TOO_MANY_COLUMNS)
    yield Nasty("a line without an end", b"Mobil\n" + b"x" * 1_100_000, ListProblem.LONG_LINE)
    yield Nasty("a line without an end, in pieces", b"Mobil\n" + b"x" * 3_000_000 + b"\n1", ListProblem.LONG_LINE)
    yield Nasty("a cell as long as a book", _lines(head, f"{'x' * 200_000};{number};x", second), receive=1, left_out=1)
    yield Nasty(
        "sep=", b"sep=|\n" + head.replace(";", "|").encode() + b"\n" + first.replace(";", "|").encode(), receive=1
    )
    yield Nasty("a rare separator", _lines(head, first, second).replace(b";", b"^"), receive=2)
    yield Nasty("commas in amounts", _lines("Betrag,EUR;Mobil", f"1,50;{number}", f"2,50;{PEOPLE[1][1]}"), receive=2)
    yield Nasty("equal headings", _lines("Mobil;Mobil;Ort", f"{number};0561 700311;x"), left_out=0, receive=1)
    yield Nasty(
        "words that mean nothing to a machine",
        _lines(head, f"NA;{number};null", f"None;{PEOPLE[1][1]};#N/A"),
        receive=2,
    )
    yield Nasty("formulas as text", _lines(head, f"=1+1;{number};@SUM(A1)"), receive=1)
    yield Nasty(
        "the same number in every spelling",
        _lines("Mobil", number, a_number(0), f"00{a_number(0)[1:]}", f"+49 (0){a_number(0)[3:]}"),
        receive=1,
        left_out=3,
    )
    yield Nasty("no-break spaces", "Mobil\n+49\u00a0176\u00a004000000\n".encode("cp1252"), receive=1)
    yield Nasty("marks of writing direction", _lines("Mobil", f"\u202a{a_number(0)}\u202c"), left_out=1)
    yield Nasty("a zero-width space", _lines("Mobil", "0176\u200b04000000"), left_out=1)
    yield Nasty("10,000 quotes", _lines(head, '"' * 10_000 + f";{number};x"), receive=1)
    yield Nasty("a list of separators", b";;;;;;\n;;;;;;", ListProblem.EMPTY)


def _other_files() -> Iterator[Nasty]:
    yield Nasty("a PDF", b"%PDF-1.7\n1 0 obj", ListProblem.PDF)
    yield Nasty("a Windows program", b"MZ\x90\0\x03", ListProblem.PROGRAM)
    yield Nasty("a Linux program", b"\x7fELF\x02\x01", ListProblem.PROGRAM)
    yield Nasty("a script", b"#!/bin/sh\nrm -rf /\n", ListProblem.PROGRAM)
    yield Nasty("a PNG", b"\x89PNG\r\n\x1a\n\0\0", ListProblem.PICTURE)
    yield Nasty("a JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF", ListProblem.PICTURE)
    yield Nasty("a photo of a phone", b"\0\0\0\x18ftypheic", ListProblem.PICTURE)
    yield Nasty("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ListProblem.OLD_EXCEL)
    yield Nasty("locked Excel", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), ListProblem.ENCRYPTED)
    yield Nasty(
        "Excel's XML of 2003",
        b'<?xml version="1.0"?><x xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        ListProblem.OLD_EXCEL,
    )
    yield Nasty("HTML called XLS", b"<html><table><tr><td>1</td></tr></table>", ListProblem.HTML)
    yield Nasty("HTML with a document type", b"\r\n <!DOCTYPE html>", ListProblem.HTML)
    yield Nasty("HTML in UTF-16", "<html><body>".encode("utf-16"), ListProblem.HTML)
    yield Nasty("rich text", b"{\\rtf1\\ansi", ListProblem.OFFICE_DOCUMENT)
    yield Nasty("gzip", b"\x1f\x8b\x08\0", ListProblem.ZIP)
    yield Nasty("7-zip", b"7z\xbc\xaf\x27\x1c", ListProblem.ZIP)
    yield Nasty("photos in a ZIP", packed({"a.jpg": "x"}), ListProblem.ZIP)
    yield Nasty("a ZIP in a ZIP", packed({"a.zip": packed({"a.csv": "x"})}), ListProblem.ZIP)
    yield Nasty("Word", packed({"word/document.xml": "<w/>"}), ListProblem.OFFICE_DOCUMENT)
    yield Nasty("PowerPoint", packed({"ppt/presentation.xml": "<p/>"}), ListProblem.OFFICE_DOCUMENT)
    yield Nasty(
        "Writer",
        packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        ListProblem.OFFICE_DOCUMENT,
    )
    yield Nasty("Numbers", packed({"Index/Document.iwa": "x"}), ListProblem.OTHER_SPREADSHEET)
    yield Nasty("a Google link", b'{"url": "https://docs.google.com/x"}', ListProblem.OTHER_SPREADSHEET)
    yield Nasty("binary Excel", packed({"xl/workbook.bin": "x"}), ListProblem.BINARY_EXCEL)
    yield Nasty("half a ZIP", xlsx(TABLE)[:200], ListProblem.BROKEN)


def _workbooks() -> Iterator[Nasty]:
    book = xlsx(TABLE)
    yield Nasty("a workbook", book, receive=3)
    yield Nasty("a workbook with its texts in the cells", xlsx([], sheet1=sheet_xml(TABLE)), receive=3)
    halves = [TABLE[0], *([f"{row[0]} _xD800_", *row[1:]] for row in TABLE[1:])]
    yield Nasty("half characters in a workbook", xlsx(halves), receive=3)
    yield Nasty("a stored workbook", packed(xlsx_parts(TABLE), compressed=False), receive=3)
    yield Nasty("an empty workbook", xlsx([]), ListProblem.EMPTY)
    yield Nasty("a workbook without sheets", xlsx(TABLE, workbook=workbook_xml([])), ListProblem.EMPTY)
    yield Nasty("a workbook without its end", book[:-30], ListProblem.BROKEN)
    yield Nasty("a sheet without its end", xlsx([], sheet1=sheet_xml(TABLE)[:-40]), ListProblem.BROKEN)
    yield Nasty("a sheet that is no XML", xlsx([], sheet1="nonsense"), ListProblem.BROKEN)
    yield Nasty(
        "a sheet that is missing",
        packed({k: v for k, v in xlsx_parts(TABLE).items() if "sheet1" not in k}),
        ListProblem.BROKEN,
    )
    yield Nasty("entities in a sheet", xlsx([], sheet1=ENTITIES + sheet_xml(TABLE)), ListProblem.BROKEN)
    yield Nasty(
        "entities in the texts", xlsx(TABLE, texts=ENTITIES + "<sst><si><t>&c;</t></si></sst>"), ListProblem.BROKEN
    )
    yield Nasty(
        "an external entity",
        xlsx([], sheet1='<!DOCTYPE a SYSTEM "file:///etc/passwd">' + sheet_xml(TABLE)),
        ListProblem.BROKEN,
    )
    yield Nasty(
        "a bomb", packed({**xlsx_parts(TABLE), "xl/worksheets/sheet1.xml": bytes(30_000_000)}), ListProblem.TOO_LARGE
    )
    yield Nasty("3,000 parts", packed({f"{n}": "" for n in range(3_000)}), ListProblem.TOO_LARGE)
    yield Nasty(
        "a size that is only claimed",
        xlsx([], sheet1=sheet_xml(TABLE, around='<dimension ref="A1:XFD1048576"/>{rows}')),
        receive=3,
    )
    yield Nasty(
        "a smaller size than there is",
        xlsx([], sheet1=sheet_xml(TABLE, around='<dimension ref="A1:A1"/>{rows}')),
        receive=3,
    )
    yield Nasty(
        "a cell at the other end",
        xlsx(
            [],
            sheet1=sheet_xml([], around='<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        ),
        ListProblem.TOO_MANY_COLUMNS,
    )
    yield Nasty(
        "rows backwards",
        xlsx(
            [],
            sheet1=sheet_xml(
                [], around='<sheetData><row r="5"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row></sheetData>'
            ),
        ),
        ListProblem.BROKEN,
    )
    yield Nasty(
        "a text that does not exist",
        xlsx([["Mobil"], [a_number(0)], ['<c t="s"><v>99</v></c>']]),
        receive=1,
        left_out=1,
    )
    yield Nasty(
        "a number cell with nonsense", xlsx([["Mobil"], [a_number(0)], ["<c><v>abc</v></c>"]]), receive=1, left_out=1
    )
    yield Nasty(
        "a number cell beyond all numbers",
        xlsx([["Mobil"], [a_number(0)], ["<c><v>1e999</v></c>"]]),
        receive=1,
        left_out=1,
    )
    yield Nasty(
        "a style that does not exist",
        xlsx([["Mobil"], [a_number(0)], ['<c s="99"><v>1</v></c>']]),
        receive=1,
        left_out=1,
    )
    yield Nasty(
        "a date in the phone column",
        xlsx([["Mobil"], [a_number(0)], ['<c s="1"><v>46350</v></c>']]),
        receive=1,
        left_out=1,
    )
    yield Nasty(
        "a cell of 200,000 characters",
        xlsx([["Mobil", "x"], [a_number(0), "y"], [a_number(1), "x" * 200_000]]),
        receive=1,
        left_out=1,
    )
    yield Nasty("plus and zeros lost", xlsx([["Mobil"], [4917604000000], [17604000001]]), left_out=2)
    yield Nasty("digits lost", xlsx([["Mobil"], [49176123456789012345]]), left_out=1)
    yield Nasty(
        "formulas never worked out", xlsx([["Mobil"], ["<c><f>A9</f></c>"], [a_number(0)]]), receive=1, left_out=1
    )
    yield Nasty(
        "formulas that went wrong",
        xlsx([["Mobil"], ['<c t="e"><v>#N/A</v></c>'], [a_number(0)]]),
        receive=1,
        left_out=1,
    )
    yield Nasty(
        "control characters", xlsx([["Mobil"], [a_number(0)], [f"{a_number(1)}_x0000_"]]), receive=1, left_out=1
    )


def _open_documents() -> Iterator[Nasty]:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row {}>" + cell + "</table:table-row>"
    yield Nasty("an OpenDocument", ods(TABLE), receive=3)
    yield Nasty("an empty OpenDocument", ods([]), ListProblem.EMPTY)
    yield Nasty(
        "a locked OpenDocument", ods(TABLE, **{"META-INF__manifest": "<encryption-data/>"}), ListProblem.ENCRYPTED
    )
    yield Nasty("an OpenDocument without its end", ods(TABLE)[:-30], ListProblem.BROKEN)
    content = row.format("", "Mobil") + row.format('table:number-rows-repeated="3"', a_number(0))
    yield Nasty(
        "a row three times", ods(content=f'<table:table table:name="A">{content}</table:table>'), receive=1, left_out=2
    )
    content = row.format('table:number-rows-repeated="999999999"', a_number(0))
    yield Nasty(
        "a row for ever", ods(content=f'<table:table table:name="A">{content}</table:table>'), ListProblem.TOO_MANY_ROWS
    )
    content = f"<table:table-row>{cell.format('x')}</table:table-row>"
    content = content.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="9999"')
    yield Nasty(
        "a cell for ever",
        ods(content=f'<table:table table:name="A">{content}</table:table>'),
        ListProblem.TOO_MANY_COLUMNS,
    )
    yield Nasty("shortened on the screen only", ods([["Mobil"], [4917604000000]]), left_out=1)


def _cells() -> Iterator[Nasty]:
    """One bad cell each, beside a good one."""
    good = a_number(0)
    for cell in (
        "4,9E+11", "4.91725E+11", "0176 04000001 ext. 5", "0176 04000001, 0176 04000002", "0176 0400O001",
        "٠١٧٦٠٤٠٠٠٠٠١", "０１７６０４００００１", "0561 700311", "0900 1234567", "+8816 12345678", "+999 1234567",
        "+49 176 040000012345", "0176 04", "tel:+4917604000001", "01760400000l", "17604000001",
        "-", "'", "+", "++4917604000001", "k. A.",
    ):  # fmt: skip
        yield Nasty(f"the cell {cell}", _lines("Mobil", f'"{cell}"', good), receive=1, left_out=1)


def mutated(count: int, seed: int) -> Iterator[bytes]:
    """Lists with something broken in them, at any place and of any kind."""
    chance = random.Random(seed)
    texts = [customers_csv(30, 4, 6), *(n.data for n in _texts() if 0 < len(n.data) < 5_000)]
    more: list[list[Value]] = [
        [f"Jö {n}" if n % 4 else "Jö & Co", 4917604069000 + n, "Ulm" if n % 3 else None] for n in range(8)
    ]
    table = [*TABLE, *more]
    in_cells = sheet_xml(table)
    books: list[dict[str, str | bytes]] = [
        {**xlsx_parts(table)},
        {**xlsx_parts(table, sheet1=in_cells)},
        {**xlsx_parts(table, sheet1=in_cells.replace("<row r", '<row spans="1:3" x14ac:dyDescent="0.25" r'))},
        {"mimetype": "x", "content.xml": _part(ods(TABLE), "content.xml")},
    ]
    for _ in range(count):
        if chance.random() < 0.5:
            yield _broken(chance, chance.choice(texts))
        elif chance.random() < 0.3:
            yield _broken(chance, chance.choice([xlsx(TABLE), ods(TABLE)]))
        else:
            parts = {**chance.choice(books)}
            name = chance.choice(list(parts))
            part = parts[name]
            parts[name] = _broken(chance, part.encode() if isinstance(part, str) else part)
            yield packed(parts)


_BITS = (
    b"", b";", b'"', b"\n", b"\r", b"\0", b"\xe4", b"\xff\xfe", b" ", b"<", b">", b"&", b"</row>", b"<row>", b"=",
    b"9" * 30, b"E+11", b",", b"\t", b"&#0;", b' r="', b"table:", b"]]>", b"<!DOCTYPE a>",
    b"<!--", b"-->", b"<![CDATA[", b"<?x ", b' hidden="1"', b' t="n"', b"\xef\xbf\xbe", b"<f>1</f>", b"_x000D_",
)  # fmt: skip


def _broken(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                changed[place : place + chance.randrange(4)] = chance.choice(_BITS)
            case 1:
                del changed[place : place + chance.randrange(1, 40)]
            case 2:
                changed[place:place] = changed[place : place + chance.randrange(1, 200)]
            case _ if place < len(changed):
                changed[place] = chance.randrange(256)
    return bytes(changed)


def _part(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)
