"""What a row's values become in a text: cleaned or refused, put in at their placeholders, counted."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import repeat
from typing import NamedTuple

from sms4a.templates import Template, matched, name_key
from sms4a.text import (
    BASIC,
    NO_SIZE,
    Encoding,
    Size,
    certain_size,
    encoding_of,
    septet_count,
    size_of,
    sized,
    unit_count,
)

LONGEST_VALUE = 100

# Line breaks and tabs as cells have them; in an SMS text they would break a sentence, so they become a space.
_BREAKS = re.compile(r"[ \t]*[\t\n\r\u2028\u2029]+[ \t]*")
# What phones turn into something to tap: an address with its scheme, or a name that ends as domains do. Whoever fills
# in a form must not be able to send a link of their own to everybody who reads the message.
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,10}://|\bwww\.|"
    r"[\w-]\.(?:com|net|org|info|biz|eu|de|at|ch|li|io|ly|me|co|uk|fr|it|es|nl|be|pl|cz|dk|se|no|fi|pt|hu|ro|us|ru|cn|in|"
    r"to|cc|gl|gd|tk|top|xyz|app|dev|shop|store|link|click|online|site|live|page|club|vip|icu)(?![\w-])",
    re.IGNORECASE,
)
# Nothing of this is cleaned away, refused, or takes two septets; blanks at both ends are looked at apart.
_PLAIN = re.compile("[" + re.escape("".join(sorted(set(BASIC) - set("\n\r")))) + "]*")
_ZERO_WIDTH_JOINER = "\u200d"
_VARIATION_OR_SKIN = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


class ValueProblem(StrEnum):
    """Why a row's value cannot go into a text; the row is not sent."""

    EMPTY_VALUE = "empty_value"
    TOO_LONG_VALUE = "too_long_value"
    CONTROL_CHARACTER = "control_character"
    """Also marks of writing direction and invisible characters."""
    LINK = "link"
    """A link that comes from the list, where nobody has said that it may."""


class Rendered(NamedTuple):
    """A text for one row, or the reason why there is none."""

    text: str
    """Empty if there is a problem."""
    problem: ValueProblem | None = None
    field: str | None = None
    """The placeholder whose value is the problem."""
    detail: str = ""
    """The control character, or how long the value is."""


def render(template: Template, values: Mapping[str, str]) -> Rendered:
    """The text for one row; `values` by the names of placeholders or of columns that mean the same."""
    return renderer(template, matched(template, values))(values)


def renderer(
    template: Template,
    columns: Mapping[str, str],
    *,
    defaults: Mapping[str, str] | None = None,
    links: Collection[str] = (),
) -> Callable[[Mapping[str, str]], Rendered]:
    """A function from a row's values (by column) to its text.

    `columns` says which column fills which placeholder; one without a column counts as empty in every row. `defaults`
    stand in for empty values; placeholders of `links` may hold a link. Both by placeholder, spelled in any way.
    Values are put in once and never read again: braces in them are just braces.
    """
    begin, gaps = template.constants[0], _gaps(template, columns, defaults or {}, links)

    def rendered(values: Mapping[str, str]) -> Rendered:
        pieces = [begin]
        for column, becomes, constant in gaps:
            value = becomes[values.get(column) or ""]
            if value.refused:
                return value.refused
            pieces += (value.text, constant)
        return Rendered("".join(pieces))

    return rendered


def sizer(
    template: Template,
    columns: Mapping[str, str],
    *,
    encoding: Encoding | None = None,
    treated: Callable[[str], str] | None = None,
    defaults: Mapping[str, str] | None = None,
    links: Collection[str] = (),
) -> Callable[[Sequence[Mapping[str, str]]], list[tuple[Rendered, Size]]]:
    """A function from the values of many rows to what `renderer` makes of each, with the size of its text.

    What stands between the placeholders is counted only once. `encoding`: UCS-2 for everybody, whatever the text needs.
    `treated`: what becomes of a text outside the GSM alphabet before it is counted.
    """
    alone = "".join(template.constants)
    # No value brings a text back into the alphabet; only its treatment may.
    usual = encoding or (encoding_of(alone) if treated is None else Encoding.GSM7)
    begin, gaps = template.constants[0], _gaps(template, columns, defaults or {}, links, usual)
    own, certain = _units(alone, usual), _CertainSizes(usual)

    def made(rows: Sequence[Mapping[str, str]]) -> list[tuple[Rendered, Size]]:
        pieces: list[Iterable[str]] = [repeat(begin, len(rows))]
        counts: list[Iterable[float]] = [repeat(own, len(rows))]
        refused: dict[int, Rendered] = {}
        for column, becomes, constant in gaps:
            found = becomes.column([values.get(column) or "" for values in rows])
            pieces += (found.texts, repeat(constant, len(rows)))
            counts.append(found.units)
            # The first placeholder that has a problem names it.
            refused = found.refused | refused
        texts = list(map("".join, zip(*pieces, strict=True)))
        units = list(map(sum, zip(*counts, strict=True)))
        known = map(certain.__getitem__, units)
        sizes = [size or counted(text, n) for size, text, n in zip(known, texts, units, strict=True)]
        messages = list(zip(map(Rendered, texts), sizes, strict=True))
        for place, why in refused.items():
            messages[place] = why, NO_SIZE
        return messages

    def counted(text: str, units: float) -> Size:
        return size_of(treated(text) if treated else text) if units == _OUTSIDE else sized(text, usual, int(units))

    return made


# Units of what the encoding cannot carry: any sum with it is this again.
_OUTSIDE = math.inf


def _units(text: str, encoding: Encoding) -> float:
    count = septet_count(text) if encoding is Encoding.GSM7 else unit_count(text, encoding)
    return _OUTSIDE if count is None else count


class _CertainSizes(dict[float, Size | None]):
    """The size of every text with so many units; None if only the text itself can tell."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    def __missing__(self, units: float) -> Size | None:
        found = self[units] = None if units == _OUTSIDE else certain_size(self._encoding, int(units))
        return found


class _Value(NamedTuple):
    """What stands in the text for a value of the list, or why there is no text."""

    text: str
    units: float
    refused: Rendered | None


class _Column(NamedTuple):
    """What stands in the texts for a value of each row."""

    texts: list[str]
    units: list[float]
    refused: dict[int, Rendered]
    """By the place of the row."""


# First names and towns come again and again in a list; what was found out about one is kept for the next.
_MOST_REMEMBERED = 4_096


class _Values(dict[str, _Value]):
    """What each value becomes at one placeholder."""

    def __init__(self, name: str, default: str, encoding: Encoding, *, may_link: bool) -> None:
        self._name, self._default, self._encoding, self._may_link = name, default, encoding, may_link

    def __missing__(self, value: str) -> _Value:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        text, problem, detail = _cleaned(value)
        if problem is ValueProblem.EMPTY_VALUE and self._default:
            text, problem = self._default, None
        if problem is None and not self._may_link and has_link(text):
            problem = ValueProblem.LINK
        refused = Rendered("", problem, self._name, detail) if problem else None
        found = self[value] = _Value("", 0, refused) if refused else _Value(text, _units(text, self._encoding), None)
        return found

    def column(self, values: Sequence[str]) -> _Column:
        """What the values of many rows become; looked at one by one only if there is anything odd among them."""
        texts = list(map(str.strip, values))
        lengths: list[float] = list(map(len, texts))
        together = " ".join(texts)
        short = min(lengths, default=0) > 0 and max(lengths) <= LONGEST_VALUE
        if short and _PLAIN.fullmatch(together) and (self._may_link or not has_link(together)):
            return _Column(texts, lengths, {})
        found = [self[value] for value in values]
        refused = {place: value.refused for place, value in enumerate(found) if value.refused}
        return _Column([value.text for value in found], [value.units for value in found], refused)


_Gap = tuple[str, _Values, str]
"""Of a placeholder: the column that fills it, what its values become, and the constant text up to the next."""


def _gaps(
    template: Template,
    columns: Mapping[str, str],
    defaults: Mapping[str, str],
    links: Collection[str],
    encoding: Encoding = Encoding.GSM7,
) -> list[_Gap]:
    by_key = {name_key(name): _cleaned(value)[0] for name, value in defaults.items()}
    may_link = {name_key(name) for name in links}
    becomes = {
        name: _Values(name, by_key.get(name_key(name), ""), encoding, may_link=name_key(name) in may_link)
        for name in template.fields
    }
    following = zip(template.placeholders, template.constants[1:], strict=True)
    return [(columns.get(name, ""), becomes[name], constant) for name, constant in following]


def has_link(value: str) -> bool:
    """Whether phones would make a link of this value, or of a piece of it."""
    return ("." in value or "://" in value) and _LINK.search(value) is not None


def value_problem(value: str) -> ValueProblem | None:
    """Why this value cannot go into a text; None if it can."""
    return _cleaned(value)[1]


def _cleaned(value: str) -> tuple[str, ValueProblem | None, str]:
    """A value as it goes into a text, or its problem and the detail."""
    value = value.strip()
    if not value.isascii() or not value.isprintable():
        value = unicodedata.normalize("NFC", _BREAKS.sub(" ", value))
        odd = next((c for i, c in enumerate(value) if _is_control(value, i)), None)
        if odd is not None:
            return "", ValueProblem.CONTROL_CHARACTER, odd
    if not value:
        return "", ValueProblem.EMPTY_VALUE, ""
    if len(value) > LONGEST_VALUE:
        return "", ValueProblem.TOO_LONG_VALUE, str(len(value))
    return value, None, ""


def _is_control(value: str, position: int) -> bool:
    """Controls (Cc), invisible and direction marks (Cf), broken halves of characters (Cs).

    The joiner inside an emoji (a family is three people joined) is the one that may stay.
    """
    character = value[position]
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
        return False
    return character != _ZERO_WIDTH_JOINER or not _joins_emoji(value, position)


def _joins_emoji(value: str, position: int) -> bool:
    before = _VARIATION_OR_SKIN.sub("", value[max(0, position - 3) : position])[-1:]
    after = value[position + 1 : position + 2]
    return all(c and unicodedata.category(c) == "So" for c in (before, after))
