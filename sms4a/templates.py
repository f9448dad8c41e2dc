"""Placeholders in a text: found, and matched to the columns of a list."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_NAME = 60

# How much of the text is quoted beside a problem.
_SNIPPET = 24
_LOOKALIKE_BRACES = "｛｝﹛﹜❴❵⦃⦄⎨⎬︷︸"
_TOKEN = re.compile(rf"[{{}}\n{_LOOKALIKE_BRACES}]")


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

    def rewritten(self, change: Callable[[str], str]) -> "Template":
        """The same placeholders, with this change made to each text between them."""
        pieces = (f"{{{piece}}}" if n % 2 else change(piece) for n, piece in enumerate(self._pieces))
        return Template.parse("".join(pieces))

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
