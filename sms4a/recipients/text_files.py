"""Lists as text: encoding and separator found."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TextIO

from sms4a.recipients.formats import ListProblem, ListRefused

DELIMITERS = ";,\t|"
RARE_DELIMITERS = "^~:"
"""Taken only where no other one makes columns; a person may choose them."""

# How much of a list is looked at to find its delimiter.
_SAMPLE_CHARACTERS = 64_000
_CHUNK_BYTES = 1 << 20

# A row with a hundred columns of long texts has some thousands; more in one line is no list, and costs memory.
_LONGEST_LINE = 1_000_000

# Excel's own first line in files for other countries: "sep=;".
SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)
# UTF-8 that was read as Windows-1252 once: "Ã¼" for "ü", "â€™" for a curly quote.
_GARBLE = re.compile("Ã[\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]|â€")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")


@dataclass(frozen=True, slots=True)
class TextSigns:
    """What all of a text tells."""

    encoding: str
    is_ascii: bool
    is_garbled: bool


def read_signs(data: bytes, encoding: str | None = None) -> TextSigns:
    """Decode all of it once; `encoding` is what a person says. ListRefused for what is no text."""
    if not data.strip():
        raise ListRefused(ListProblem.EMPTY)
    for codec in [encoding] if encoding else _possible(data):
        try:
            return _signs(data, codec)
        except UnicodeDecodeError:
            continue
    raise ListRefused(ListProblem.NOT_TEXT)


def find_delimiter(data: bytes, encoding: str) -> str:
    with opened(data, encoding) as text:
        sample = text.read(_SAMPLE_CHARACTERS)
    if named := SEPARATOR_LINE.match(sample):
        return named[1]
    scores = {delimiter: _delimiter_score(sample, delimiter) for delimiter in DELIMITERS + RARE_DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    rare = max(RARE_DELIMITERS, key=lambda delimiter: scores[delimiter])
    return rare if not scores[best] and scores[rare] >= 0.9 else best


def opened(data: bytes, encoding: str) -> TextIO:
    # The empty `newline` makes every kind of line end one, also a lone CR, and leaves those within quotes alone.
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _possible(data: bytes) -> list[str]:
    """Encodings to try, by the marks at the beginning or by where the zero bytes are."""
    if data.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    head = data[:4096]
    # Separators and digits have a zero byte each in UTF-16, and no other text has any.
    little, big = (head[start::2].count(0) * 4 > len(head) / 2 for start in (1, 0))
    if little != big:
        return ["utf-16-le" if little else "utf-16-be"]
    return ["utf-8", "cp1252"]


def _signs(data: bytes, encoding: str) -> TextSigns:
    decoder = codecs.getincrementaldecoder(encoding)()
    is_ascii, is_garbled, is_blank, open_line = True, False, True, 0
    for start in range(0, len(data), _CHUNK_BYTES):
        text = decoder.decode(data[start : start + _CHUNK_BYTES], final=start + _CHUNK_BYTES >= len(data))
        if not start:
            _refuse_other_texts(text[:4096])
        if "\0" in text:
            raise ListRefused(ListProblem.BINARY)
        open_line = _line_left_open(text, open_line)
        is_ascii &= text.isascii()
        is_garbled = is_garbled or (("Ã" in text or "â€" in text) and _GARBLE.search(text) is not None)
        is_blank = is_blank and not text.strip()
    if is_blank:
        raise ListRefused(ListProblem.EMPTY)
    return TextSigns(encoding, is_ascii, is_garbled)


def _line_left_open(text: str, before: int) -> int:
    """How long the line is that this piece ends in; ListRefused where it is longer than any row can be."""
    last = max(text.rfind("\n"), text.rfind("\r"))
    first = min((at for at in (text.find("\n"), text.find("\r")) if at >= 0), default=len(text))
    if before + first > _LONGEST_LINE:
        raise ListRefused(ListProblem.LONG_LINE)
    return before + len(text) if last < 0 else len(text) - last - 1


def _refuse_other_texts(head: str) -> None:
    head = head.lstrip("\ufeff \t\r\n").lower()
    if head.startswith("<?xml") and "office:spreadsheet" in head:
        raise ListRefused(ListProblem.OLD_EXCEL)
    if head.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta", "<head", "<body", "<script", "<div", "<svg")):
        raise ListRefused(ListProblem.HTML)
    if head.startswith(("{\\rtf", "%!ps")):
        raise ListRefused(ListProblem.OFFICE_DOCUMENT)
    if head.startswith('{"url": "https://docs.google') or head.startswith('{"url":"https://docs.google'):
        raise ListRefused(ListProblem.OTHER_SPREADSHEET)
    if "\0" in head or len(_CONTROLS.findall(head)) * 50 > len(head):
        raise ListRefused(ListProblem.BINARY)


def _delimiter_score(sample: str, delimiter: str) -> float:
    """How many columns a delimiter makes, times the share of rows that have as many as the first."""
    if delimiter not in sample:
        return 0.0
    try:
        widths = [len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0
    return (widths[0] - 1) * widths.count(widths[0]) / len(widths) if widths else 0.0
