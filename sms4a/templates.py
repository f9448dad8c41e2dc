"""Placeholders in a text: found, matched to the columns of a list, and filled row by row."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sms4a.text import NO_SIZE, Encoding, Size, septet_count, sized, unit_count

LONGEST_NAME = 60
LONGEST_VALUE = 100

# How much of the text is quoted beside a problem.
_SNIPPET = 24
_LOOKALIKE_BRACES = "｛｝﹛﹜❴❵⦃⦄⎨⎬︷︸"
_TOKEN = re.compile(rf"[{{}}\n{_LOOKALIKE_BRACES}]")
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
_ZERO_WIDTH_JOINER = "\u200d"
_VARIATION_OR_SKIN = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


class TemplateProblemCode(StrEnum):
    """What is wrong with the braces of a text."""

    UNCLOSED = "unclosed"
    STRAY_CLOSE = "stray_close"
    EMPTY_NAME = "empty_name"
    LONG_NAME = "long_name"
    NESTED = "nested"
    LOOKALIKE_BRACE = "lookalike_brace"
    """A brace of another script (full-width …): it looks like a placeholder and is none."""


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One place in a text that a person must mend."""

    code: TemplateProblemCode
    position: int
    """Where, in Python characters from 0."""
    snippet: str
    """The text from there on, short."""


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


@dataclass(frozen=True, slots=True)
class Template:
    """A text with `{placeholders}`, taken apart once."""

    text: str
    fields: tuple[str, ...]
    """Names as first written, in order, each once."""
    problems: tuple[TemplateProblem, ...]
    _pieces: tuple[str, ...] = field(repr=False)
    """Constant text and placeholders in turn, beginning and ending with constant text."""

    @property
    def constants(self) -> tuple[str, ...]:
        """What stands between the placeholders, as it is sent."""
        return self._pieces[::2]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Which field stands between each of them and the next."""
        return self._pieces[1::2]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Take a text apart. Never raises: what is wrong is in `problems`, and then the text must not be sent."""
        spans, problems = _scanned(text)
        names: dict[str, str] = {}
        pieces, end = [], 0
        for start, stop in spans:
            name = text[start + 1 : stop - 1].strip()
            names.setdefault(name_key(name), name)
            pieces += [unicodedata.normalize("NFC", text[end:start]), names[name_key(name)]]
            end = stop
        pieces.append(unicodedata.normalize("NFC", text[end:]))
        problems.sort(key=lambda problem: problem.position)
        return cls(text, tuple(names.values()), tuple(problems), tuple(pieces))


def name_key(name: str) -> str:
    """What two names share if they mean the same column: case, `_` and spaces do not matter."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().replace("_", " ").split())


def unknown_fields(template: Template, columns: Iterable[str]) -> tuple[str, ...]:
    """The placeholders that no column answers to."""
    known = {name_key(column) for column in columns}
    return tuple(name for name in template.fields if name_key(name) not in known)


def matched(template: Template, columns: Iterable[str]) -> dict[str, str]:
    """Placeholder → the column that answers to it; placeholders without one are absent."""
    by_key = {name_key(column): column for column in columns}
    return {name: by_key[name_key(name)] for name in template.fields if name_key(name) in by_key}


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
    """A function from a row's values (by column) to its text, for the many rows of one list.

    `columns` says which column fills which placeholder; one without a column counts as empty in every row. `defaults`
    stand in for empty values; placeholders of `links` may hold a link. Both by placeholder, spelled in any way.
    Values are put in once and never read again: braces in them are just braces.
    """
    cleaned, form = _cleaner(template, columns, defaults or {}, links), _form(template)

    def rendered(values: Mapping[str, str]) -> Rendered:
        found = cleaned(values)
        return found if isinstance(found, Rendered) else Rendered(form % tuple([value.text for value in found]))

    return rendered


def sizer(
    template: Template,
    columns: Mapping[str, str],
    *,
    encoding: Encoding | None = None,
    defaults: Mapping[str, str] | None = None,
    links: Collection[str] = (),
) -> Callable[[Mapping[str, str]], tuple[Rendered, Size]]:
    """Like `renderer`, with the size of each text: what stands between the placeholders is counted only once.

    `encoding`: UCS-2 for everybody, whatever the text needs.
    """
    cleaned, form = _cleaner(template, columns, defaults or {}, links), _form(template)
    constant = "".join(template.constants)
    septets = None if encoding is Encoding.UCS2 else septet_count(constant)
    units = unit_count(constant, Encoding.UCS2)

    def rendered(values: Mapping[str, str]) -> tuple[Rendered, Size]:
        found = cleaned(values)
        if isinstance(found, Rendered):
            return found, NO_SIZE
        text = form % tuple([value.text for value in found])
        if septets is not None:
            of_values = [value.septets for value in found]
            if None not in of_values:
                return Rendered(text), sized(text, Encoding.GSM7, sum(of_values, septets))  # type: ignore[arg-type]
        return Rendered(text), sized(text, Encoding.UCS2, sum([value.units for value in found], units))

    return rendered


def _form(template: Template) -> str:
    """The text with `%s` for each placeholder."""
    return "%s".join(constant.replace("%", "%%") for constant in template.constants)


class _Value(NamedTuple):
    """What stands in the text for a value of the list."""

    text: str
    septets: int | None
    """None if the alphabet lacks one of its characters."""
    units: int
    """UTF-16 code units."""


# First names and towns come again and again in a list; what was found out about one is kept for the next.
_MOST_REMEMBERED = 4_096


class _Values(dict[str, _Value | Rendered]):
    """What each value becomes at one placeholder: a piece of the text, or the reason why there is no text."""

    def __init__(self, name: str, default: str, *, may_link: bool) -> None:
        self._name, self._default, self._may_link = name, default, may_link

    def __missing__(self, value: str) -> _Value | Rendered:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        text, problem, detail = _cleaned(value)
        if problem is ValueProblem.EMPTY_VALUE and self._default:
            text, problem = self._default, None
        if problem is None and not self._may_link and has_link(text):
            problem = ValueProblem.LINK
        found = self[value] = Rendered("", problem, self._name, detail) if problem else _valued(text)
        return found


def _valued(text: str) -> _Value:
    return _Value(text, septet_count(text), len(text) if text.isascii() else unit_count(text, Encoding.UCS2))


def _cleaner(
    template: Template, columns: Mapping[str, str], defaults: Mapping[str, str], links: Collection[str]
) -> Callable[[Mapping[str, str]], list[_Value] | Rendered]:
    """A function from a row's values to what stands at each placeholder of the text, or to the reason against it."""
    by_key = {name_key(name): _cleaned(value)[0] for name, value in defaults.items()}
    may_link = {name_key(name) for name in links}
    known = {
        name: _Values(name, by_key.get(name_key(name), ""), may_link=name_key(name) in may_link)
        for name in template.fields
    }
    sources = tuple((columns.get(name, ""), known[name]) for name in template.placeholders)

    def cleaned(values: Mapping[str, str]) -> list[_Value] | Rendered:
        found = []
        for column, becomes in sources:
            value = becomes[values.get(column) or ""]
            if isinstance(value, Rendered):
                return value
            found.append(value)
        return found

    return cleaned


def has_link(value: str) -> bool:
    """Whether phones would make a link of this value, or of a piece of it."""
    return ("." in value or "://" in value) and _LINK.search(value) is not None


def value_problem(value: str) -> ValueProblem | None:
    """Why this value cannot go into a text; None if it can."""
    return _cleaned(value)[1]


def _scanned(text: str) -> tuple[list[tuple[int, int]], list[TemplateProblem]]:
    """Where the good placeholders are (start, end), and everything that is wrong."""
    spans: list[tuple[int, int]] = []
    problems: list[TemplateProblem] = []
    open_at: list[int] = []
    holds_another: set[int] = set()

    def wrong(code: TemplateProblemCode, position: int) -> None:
        problems.append(TemplateProblem(code, position, text[position : position + _SNIPPET].split("\n")[0]))

    for token in _TOKEN.finditer(text):
        position = token.start()
        match token[0]:
            case "{":
                holds_another.update(open_at)
                open_at.append(position)
            case "}" if not open_at:
                wrong(TemplateProblemCode.STRAY_CLOSE, position)
            case "}":
                start = open_at.pop()
                problem = (
                    TemplateProblemCode.NESTED if start in holds_another else _name_problem(text[start + 1 : position])
                )
                if problem is None and not open_at:
                    spans.append((start, position + 1))
                elif problem is not None:
                    wrong(problem, start)
            case "\n":
                # A name does not go over a line: a forgotten brace is found where it was forgotten.
                for start in open_at:
                    wrong(TemplateProblemCode.UNCLOSED, start)
                open_at.clear()
            case _:
                wrong(TemplateProblemCode.LOOKALIKE_BRACE, position)
    for start in open_at:
        wrong(TemplateProblemCode.UNCLOSED, start)
    return spans, problems


def _name_problem(name: str) -> TemplateProblemCode | None:
    name = name.strip()
    if not name_key(name):
        return TemplateProblemCode.EMPTY_NAME
    return TemplateProblemCode.LONG_NAME if len(name) > LONGEST_NAME else None


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
