"""A pasted or uploaded list: recognised, read strictly, and sorted into who receives and who does not and why."""

import codecs
import csv
import io
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from sms4a.errors import Sms4aError
from sms4a.numbers import Bare, NumberProblem, Reading, read_number
from sms4a.templates import name_key

MOST_COLUMNS = 100

# How much of a list is looked at to find its delimiter.
_SAMPLE_CHARACTERS = 64_000
_DELIMITERS = ";,\t|"
_BLANK = " \t\u00a0\u202f"

# Excel's own first line in files for other countries: "sep=;".
_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)
# UTF-8 that was read as Windows-1252 once: "Ã¼" for "ü", "â€™" for a curly quote.
_GARBLE = re.compile("Ã[\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]|â€")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_PHONE_LIKE = re.compile(r"[+(]?[\d+() ./\u00a0\u202f-]{6,}")


# How files of JPEG, PNG, GIF and TIFF begin, and those of phones after their first four bytes.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_PHOTOS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")


class ListProblem(StrEnum):
    """Why a file or a pasted text is not taken as a list at all."""

    EMPTY = "empty"
    ONLY_HEADER = "only_header"
    """Detail: the headings."""
    BINARY = "binary"
    EXCEL = "excel"
    OLD_EXCEL = "old_excel"
    OPEN_DOCUMENT = "open_document"
    PDF = "pdf"
    PICTURE = "picture"
    ZIP = "zip"
    HTML = "html"
    NOT_TEXT = "not_text"
    """Bytes that no supported encoding explains."""
    TOO_MANY_COLUMNS = "too_many_columns"
    """Detail: how many."""
    OPEN_QUOTE = "open_quote"
    """A quotation mark swallows rows. Detail: the row it opens in."""
    DUPLICATE_HEADER = "duplicate_header"
    """Detail: the name that two columns share."""


class ListRefused(Sms4aError):
    """This is no list we can read; nothing of it was taken."""

    def __init__(self, code: ListProblem, detail: str = "") -> None:
        super().__init__(f"the list cannot be read: {code}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.detail = detail


class FormatNote(StrEnum):
    """What a person should know about how a list was read."""

    WINDOWS_1252 = "windows_1252"
    """Not UTF-8, so taken for Windows-1252: umlauts are worth a look."""
    GARBLED = "garbled"
    """Signs like "Ã¼": the file was damaged before it came here."""
    NO_HEADER = "no_header"


@dataclass(frozen=True, slots=True)
class ListFormat:
    """How a list is written; enough to read the same bytes again."""

    encoding: str
    """A Python codec: utf-8, utf-8-sig, utf-16, cp1252."""
    delimiter: str
    header: tuple[str, ...]
    """Column names; "Column 1" … where the list has none."""
    has_header: bool
    row_count: int
    """Rows with anything in them, without the header."""
    notes: tuple[FormatNote, ...] = ()
    example_row: int | None = None
    """The first row with a character beyond ASCII: there one sees whether the encoding was recognised."""


class RowProblem(StrEnum):
    """Why a row's cells cannot be trusted."""

    SHIFTED = "shifted"
    """More or fewer cells than the header has."""
    BROKEN_QUOTE = "broken_quote"
    """Text after a closing quotation mark."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it is written."""

    row: int
    """The row number a spreadsheet shows; the header is 1."""
    cells: tuple[str, ...]
    header: tuple[str, ...]
    problem: RowProblem | None = None

    @property
    def values(self) -> dict[str, str]:
        """Cells by column name; of a shifted row as many as there are."""
        return dict(zip(self.header, self.cells, strict=False))


class Pile(StrEnum):
    """Where a row of a list lies: in exactly one of these."""

    RECEIVE = "receive"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    """A number we can read and that policy does not allow: another country, a service number."""
    TEXT_PROBLEM = "text_problem"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns of a list are used for what."""

    phone: str | None
    fields: dict[str, str] = field(default_factory=dict)
    """Placeholder → column."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row, its pile, and the reason."""

    row: int
    raw_number: str
    number: str | None
    """E.164, wherever the cell is a number that receives SMS."""
    region: str | None
    pile: Pile
    problem: str | None
    """A `NumberProblem` or `RowProblem`; later a `ValueProblem`. None if the pile says it all."""
    detail: str
    values: dict[str, str]
    """All cells of the row by column name."""
    duplicate_of: int | None = None
    """The earlier row with the same number."""


_BLOCKED = frozenset({NumberProblem.NOT_A_PHONE, NumberProblem.COUNTRY_NOT_ALLOWED})

# Words in a column's name that speak for phone numbers, and how strongly. Whole words or their beginnings: never
# two letters somewhere inside ("tel" is in "Artikel" and in "Hotel").
_PHONE_WORDS = {
    **dict.fromkeys(("mobil", "handy", "cellphone", "cellular", "msisdn", "natel", "smartphone", "whatsapp"), 3.0),
    **dict.fromkeys(("telefon", "telephone", "phone", "rufnummer", "fon"), 2.0),
    **dict.fromkeys(("fax", "telefax", "festnetz", "landline"), -3.0),
}
_PHONE_WHOLE_WORDS = {"cell": 3.0, "sms": 3.0, "gsm": 3.0, "tel": 2.0, "number": 0.5, "nummer": 0.5, "dst": 2.0}

# What people call the same thing in a text and in a list, in German and English.
_SYNONYMS = (
    {"first name", "firstname", "forename", "given name", "vorname", "rufname"},
    {"last name", "lastname", "surname", "family name", "nachname", "familienname", "zuname"},
    {"name", "full name", "kunde", "customer", "customer name", "kundenname"},
    {"salutation", "anrede"},
    {"title", "titel"},
    {"company", "firma", "unternehmen"},
    {"store", "shop", "branch", "filiale", "markt", "geschäft", "standort"},
    {"city", "town", "stadt", "ort"},
    {"code", "voucher", "voucher code", "coupon", "gutschein", "gutscheincode"},
    {"date", "datum", "termin", "appointment"},
    {"time", "uhrzeit", "zeit"},
    {"amount", "betrag", "summe"},
    {"order", "order number", "bestellnummer", "auftrag", "auftragsnummer"},
    {"customer number", "kundennummer"},
    {"link", "url"},
)


def recognise(data: bytes) -> ListFormat:
    """How a list is written; reads all of it once. ListRefused if it is no list.

    UTF-8 and UTF-16 are known by their marks or by being valid, the rest is Windows-1252. The first row is a header
    unless one of its cells looks like a phone number.
    """
    encoding, text = _decoded(data)
    delimiter, text = _separated(text)
    records = _records(text, delimiter)
    first_row, first = next(records, (0, ()))
    if first is None:
        raise ListRefused(ListProblem.OPEN_QUOTE, str(first_row))
    if not first:
        raise ListRefused(ListProblem.EMPTY)
    has_header = _is_header(first)
    header = _header(first if has_header else ("",) * len(first))
    row_count, example = _counted([] if has_header else [(first_row, first)], records, find=not text.isascii())
    if not row_count:
        raise ListRefused(ListProblem.ONLY_HEADER, ", ".join(header))
    candidates = (
        (FormatNote.WINDOWS_1252, encoding == "cp1252" and not text.isascii()),
        (FormatNote.GARBLED, _GARBLE.search(text) is not None),
        (FormatNote.NO_HEADER, not has_header),
    )
    notes = tuple(note for note, holds in candidates if holds)
    return ListFormat(encoding, delimiter, header, has_header, row_count, notes, example)


def _counted(
    before: Iterable[tuple[int, tuple[str, ...]]], records: Iterable[tuple[int, tuple[str, ...] | None]], *, find: bool
) -> tuple[int, int | None]:
    """How many records there are, and the number of the first one that is not plain ASCII."""
    count, example = 0, None
    for row, cells in chain(before, records):
        count += 1
        if find and example is None and cells and not "".join(cells).isascii():
            example = row
    return count, example


def pasted(text: str) -> bytes:
    """Pasted text as the bytes of a list: numbers in a line become lines, anything else stays as it is.

    In a single line most pieces must look like numbers, in several lines all: there it may be a table.
    """
    pieces = [piece.strip(_BLANK) for piece in re.split(r"[,;\r\n]", text)]
    pieces = [piece for piece in pieces if piece]
    number_count = sum(_looks_like_number(piece) for piece in pieces)
    is_line = not re.search(r"[\r\n]", text.strip())
    if number_count == len(pieces) or (is_line and number_count >= 2 and number_count * 2 > len(pieces)):
        text = "\n".join(pieces)
    return text.encode("utf-8", "replace")


def guess_columns(
    header: Sequence[str], sample_rows: Iterable[Sequence[str]], fields: Iterable[str], *, home: str = "DE"
) -> Mapping:
    """Which column holds the numbers and which one each placeholder means; what is not clear is left open.

    `sample_rows` are the cells of some rows, `fields` the names of the placeholders.
    """
    sample = [cells for cells in sample_rows if len(cells) == len(header)]
    scores = {name: _phone_score(name, [cells[i] for cells in sample], home) for i, name in enumerate(header)}
    phone = max(scores, key=lambda name: scores[name], default=None)
    if phone is not None and scores[phone] < 1:
        phone = None
    return Mapping(phone, _matched_fields(fields, header))


def rows(data: bytes, form: ListFormat) -> Iterator[RawRow]:
    """The rows of a recognised list, strictly: all text, nothing guessed, nothing filled up."""
    records = _records(_SEPARATOR_LINE.sub("", data.decode(form.encoding), count=1), form.delimiter)
    if form.has_header:
        next(records, None)
    for row, cells in records:
        if cells is None:
            yield RawRow(row, (), form.header, RowProblem.BROKEN_QUOTE)
        else:
            problem = None if len(cells) == len(form.header) else RowProblem.SHIFTED
            yield RawRow(row, cells, form.header, problem)


def check_rows(
    raw_rows: Iterable[RawRow],
    mapping: Mapping,
    *,
    home: str,
    bare: Bare,
    allowed: frozenset[str] | None = None,
    opted_out: Container[str] = (),
) -> Iterator[CheckedRow]:
    """Each row in its pile. Of rows with the same number the first one keeps it.

    ValueError if the mapping names no phone column, or one that the list does not have.
    """
    first_rows: dict[str, int] = {}
    for raw in raw_rows:
        if mapping.phone not in raw.header:
            raise ValueError("the mapping names no phone column of this list")
        column = raw.header.index(mapping.phone)
        cell = raw.cells[column].strip(_BLANK) if column < len(raw.cells) else ""
        if raw.problem is not None:
            yield CheckedRow(raw.row, cell, None, None, Pile.UNREADABLE, raw.problem, str(len(raw.cells)), raw.values)
            continue
        said = read_number(cell, home, bare=bare, allowed=allowed)
        pile, earlier = _pile(raw.row, said, first_rows, opted_out)
        yield CheckedRow(raw.row, cell, said.number, said.region, pile, said.problem, said.detail, raw.values, earlier)


def _pile(row: int, said: Reading, first_rows: dict[str, int], opted_out: Container[str]) -> tuple[Pile, int | None]:
    """The pile of a row and, for a duplicate, the row that keeps the number."""
    if said.number is None:
        return Pile.BLOCKED if said.problem in _BLOCKED else Pile.UNREADABLE, None
    if said.number in opted_out:
        return Pile.OPTED_OUT, None
    first = first_rows.setdefault(said.number, row)
    return (Pile.RECEIVE, None) if first == row else (Pile.DUPLICATE, first)


def _decoded(data: bytes) -> tuple[str, str]:
    """(Python codec, text); ListRefused for what is no text."""
    if not data.strip():
        raise ListRefused(ListProblem.EMPTY)
    _refuse_other_files(data)
    if data.startswith(codecs.BOM_UTF8):
        tries = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    else:
        tries = ["utf-8", "cp1252"]
    for encoding in tries:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        _refuse_other_texts(text)
        return encoding, text
    raise ListRefused(ListProblem.NOT_TEXT)


def _refuse_other_files(data: bytes) -> None:
    """Say what it is, where the first bytes tell."""
    if data.startswith(b"%PDF"):
        raise ListRefused(ListProblem.PDF)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ListRefused(ListProblem.OLD_EXCEL)
    if data.startswith(_PICTURES) or data[4:12] in _PHOTOS or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise ListRefused(ListProblem.PICTURE)
    if data.startswith(b"PK\x03\x04"):
        if b"application/vnd.oasis.opendocument" in data[:200]:
            raise ListRefused(ListProblem.OPEN_DOCUMENT)
        raise ListRefused(ListProblem.EXCEL if b"xl/" in data else ListProblem.ZIP)


def _refuse_other_texts(text: str) -> None:
    head = text[:4096].lstrip().lower()
    if head.startswith("<?xml") and "office:spreadsheet" in head:
        raise ListRefused(ListProblem.OLD_EXCEL)
    if head.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta", "<head")):
        raise ListRefused(ListProblem.HTML)
    if "\0" in text or len(_CONTROLS.findall(head)) * 50 > len(head):
        raise ListRefused(ListProblem.BINARY)
    if not text.strip():
        raise ListRefused(ListProblem.EMPTY)


def _separated(text: str) -> tuple[str, str]:
    """(delimiter, text without the line that only names it)."""
    if named := _SEPARATOR_LINE.match(text):
        return named[1], text[named.end() :]
    sample = text[:_SAMPLE_CHARACTERS]
    return max(_DELIMITERS, key=lambda delimiter: _delimiter_score(sample, delimiter)), text


def _delimiter_score(sample: str, delimiter: str) -> float:
    """How many columns a delimiter makes, times the share of rows that have as many as the first."""
    try:
        widths = [len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0
    return (widths[0] - 1) * widths.count(widths[0]) / len(widths) if widths else 0.0


def _records(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...] | None]]:
    """(row number, cells) of each row that has anything in it; cells are None where a quotation mark is misplaced.

    ListRefused where a quotation mark swallows rows: the rest of the list could not be trusted.
    """
    # The empty `newline` makes every kind of line end one, also a lone CR, and leaves those within quotes alone.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = line = 0
    while True:
        row += 1
        cells: tuple[str, ...] | None
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num - line > 1 or "end of data" in str(error):
                raise ListRefused(ListProblem.OPEN_QUOTE, str(row)) from error
            cells = None
        if reader.line_num - line > 1 and cells is not None and _swallows_rows(cells, delimiter):
            raise ListRefused(ListProblem.OPEN_QUOTE, str(row))
        line = reader.line_num
        if cells is None or any(cell.strip(_BLANK) for cell in cells):
            yield row, cells


def _swallows_rows(cells: tuple[str, ...], delimiter: str) -> bool:
    """Whether a cell of several lines contains what looks like other rows: text and a number side by side."""
    for cell in cells:
        for line in re.split(r"[\r\n]+", cell) if "\n" in cell or "\r" in cell else ():
            pieces = line.split(delimiter)
            if len(pieces) > 1 and any(_PHONE_LIKE.fullmatch(piece.strip(_BLANK)) for piece in pieces):
                return True
    return False


def _is_header(cells: Sequence[str]) -> bool:
    """A row without anything like a number; a single cell must also be a word for phone numbers.

    Otherwise the first line of a plain list of numbers would vanish as its header, just because it is a bad one.
    """
    if any(_looks_like_number(cell) for cell in cells):
        return False
    return len(cells) > 1 or _name_score(cells[0]) > 0


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    if len(cells) > MOST_COLUMNS:
        raise ListRefused(ListProblem.TOO_MANY_COLUMNS, str(len(cells)))
    names = tuple(" ".join(cell.split()) or f"Column {place}" for place, cell in enumerate(cells, start=1))
    seen: set[str] = set()
    for name in names:
        if name_key(name) in seen:
            raise ListRefused(ListProblem.DUPLICATE_HEADER, name)
        seen.add(name_key(name))
    return names


def _looks_like_number(cell: str) -> bool:
    """At least six digits, and hardly anything else; a broken number too."""
    visible = "".join(cell.split())
    digit_count = sum(character.isdigit() for character in visible)
    return (digit_count >= 6 and digit_count * 2 >= len(visible)) or (
        read_number(cell).problem is NumberProblem.SCIENTIFIC
    )


def _phone_score(name: str, cells: Sequence[str], home: str) -> float:
    """How much speaks for a column holding the numbers: 1 and more is enough."""
    filled = [cell for cell in cells if cell.strip(_BLANK)]
    if not filled:
        return _name_score(name)
    readings = [read_number(cell, home) for cell in filled]
    good = sum(1.0 if reading.number else 0.5 if reading.detail.startswith("+") else 0.0 for reading in readings)
    like = sum(_looks_like_number(cell) for cell in filled)
    return _name_score(name) * (0.5 + like / len(filled) / 2) + (4 * good + like / 2) / len(filled)


def _name_score(name: str) -> float:
    scores = [
        score
        for word in re.findall(r"[^\W\d_]+", name.casefold())
        for score in (
            *(s for stem, s in _PHONE_WORDS.items() if word.startswith(stem)),
            _PHONE_WHOLE_WORDS.get(word, 0.0),
        )
    ]
    return min(scores, default=0.0) if min(scores, default=0.0) < 0 else max(scores, default=0.0)


def _matched_fields(fields: Iterable[str], columns: Sequence[str]) -> dict[str, str]:
    """Placeholder → column: the same name, the same but for spaces, or another word for it."""
    keys = {name_key(column): column for column in columns}
    closed = {key.replace(" ", "").replace("-", ""): column for key, column in keys.items()}
    found = {}
    for name in fields:
        key = name_key(name)
        column = keys.get(key) or closed.get(key.replace(" ", "").replace("-", ""))
        if column is None:
            words = next((group for group in _SYNONYMS if key in group), set())
            column = next((keys[other] for other in keys if other in words), None)
        if column is not None:
            found[name] = column
    return found
