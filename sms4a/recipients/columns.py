"""Columns of a list: whether there are headings, which one holds the numbers, which one a placeholder means."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sms4a.numbers import NumberProblem, read_number
from sms4a.recipients.formats import BLANK, MOST_COLUMNS, ListProblem, ListRefused
from sms4a.templates import name_key

# Words in a column's name that speak for phone numbers, and how strongly. Whole words or their beginnings: never
# two letters somewhere inside ("tel" is in "Artikel" and in "Hotel").
_PHONE_WORDS = {
    **dict.fromkeys(("mobil", "handy", "cellphone", "cellular", "msisdn", "natel", "smartphone", "whatsapp"), 3.0),
    **dict.fromkeys(("telefon", "telephone", "phone", "rufnummer", "fon"), 2.0),
    **dict.fromkeys(("fax", "telefax", "festnetz", "landline"), -3.0),
}
_PHONE_WHOLE_WORDS = {"cell": 3.0, "sms": 3.0, "gsm": 3.0, "tel": 2.0, "number": 0.5, "nummer": 0.5, "dst": 2.0}

# Put behind headings that cannot be told apart.
_PLACE = re.compile(r" \(column \d+\)$")

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
    # The last one is our own, in a file of opt-outs.
    {"reason", "grund", "begründung", "abmeldegrund", "opt-out reason", "how we know"},
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns of a list are used for what."""

    phone: str | None
    fields: dict[str, str] = field(default_factory=dict)
    """Placeholder → column."""


def guess_columns(
    header: Sequence[str], sample_rows: Iterable[Sequence[str]], fields: Iterable[str], *, home: str = "DE"
) -> Mapping:
    """Which column holds the numbers and which one each placeholder means; what is not clear is left open.

    `sample_rows` are the cells of some rows, `fields` the names of the placeholders.
    """
    sample = [cells for cells in sample_rows if len(cells) == len(header)]
    scores = {name: _phone_score(name, [cells[i] for cells in sample], home) for i, name in enumerate(header)}
    phone = max(scores, key=lambda name: scores[name], default=None)
    if phone is not None and (scores[phone] < 1 or _PLACE.search(phone)):
        phone = None
    return Mapping(phone, _matched_fields(fields, header))


def guess_reason(header: Sequence[str]) -> str | None:
    """The column of a list of opt-outs that says why."""
    return _matched_fields(["reason"], header).get("reason")


def is_header(cells: Sequence[str]) -> bool:
    """A row without anything like a number; a single cell must also be a word for phone numbers.

    Otherwise the first line of a plain list of numbers would vanish as its header, just because it is a bad one.
    """
    if any(looks_like_number(cell) for cell in cells):
        return False
    return len(cells) > 1 or _name_score(cells[0]) > 0


def header_names(cells: Sequence[str]) -> tuple[str, ...]:
    if len(cells) > MOST_COLUMNS:
        raise ListRefused(ListProblem.TOO_MANY_COLUMNS, str(len(cells)))
    names = [" ".join(cell.split()) or f"Column {place}" for place, cell in enumerate(cells, start=1)]
    count = Counter(name_key(name) for name in names)
    # Of two columns with one name a person must say which is meant; by its place each can be chosen.
    return tuple(
        name if count[name_key(name)] == 1 else f"{name} (column {place})" for place, name in enumerate(names, start=1)
    )


def has_equal_headings(cells: Sequence[str]) -> bool:
    keys = [name_key(" ".join(cell.split())) for cell in cells if cell.strip(BLANK)]
    return len(set(keys)) < len(keys)


def looks_like_number(cell: str) -> bool:
    """At least six digits, and hardly anything else; a broken number too."""
    visible = "".join(cell.split())
    digit_count = sum(character.isdigit() for character in visible)
    return (digit_count >= 6 and digit_count * 2 >= len(visible)) or (
        read_number(cell).problem is NumberProblem.SCIENTIFIC
    )


def _phone_score(name: str, cells: Sequence[str], home: str) -> float:
    """How much speaks for a column holding the numbers: 1 and more is enough."""
    filled = [cell for cell in cells if cell.strip(BLANK)]
    if not filled:
        return _name_score(name)
    readings = [read_number(cell, home) for cell in filled]
    good = sum(1.0 if reading.number else 0.5 if reading.detail.startswith("+") else 0.0 for reading in readings)
    like = sum(looks_like_number(cell) for cell in filled)
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
