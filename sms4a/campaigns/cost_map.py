"""Which messages of a campaign cost more than others, and why: counted once, while they are put together."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from sms4a.campaigns.bodies import size_under, sizer_for
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.templates import Template
from sms4a.text import (
    Encoding,
    Size,
    encoding_of,
    measure,
    odd_count,
    part_count,
    replaced,
    size_of,
    transliterated,
    units_over,
    without,
)

# A text is made shorter by a few characters; for more it has to be written anew.
MOST_SHORTER = 40

# So many kinds of messages are told apart; a list where each value has other signs is told of as one kind.
MOST_KINDS = 200

# What has more different signs than this outside the short alphabet is written in another script: no single one of them
# is the reason, and it cannot do without them.
MOST_SIGNS = 3

# Messages counted at once take a fifth of the time of each by itself.
_TOGETHER = 100


class Cause(StrEnum):
    """Why a message has the parts it has."""

    TEXT = "text"
    """It has no more than the text alone."""
    LONG_VALUE = "long_value"
    """A value makes it longer: the one that is furthest above what is usual for its column."""
    ODD_CHARACTER = "odd_character"
    """A value has a character outside the short alphabet."""
    SCRIPT = "script"
    """A value has several of them."""


class Kind(NamedTuple):
    """Messages that cost the same for the same reason."""

    region: str
    parts: int
    cause: Cause
    field: str = ""
    """The placeholder whose value is the cause."""
    character: str = ""


@dataclass(slots=True)
class Group:
    """The people whose messages are of one kind."""

    people: int = 0
    saved: int = 0
    """Parts fewer, in all, if the values were written with a look-alike of the character."""
    row: int = 0
    """Of the file: the longest of these messages."""
    length: int = -1


class TextChange(NamedTuple):
    """What would bring the text of the author into the short alphabet, or closer to it."""

    taken_out: tuple[str, ...] = ()
    """Signs that nothing replaces."""
    replaced: tuple[str, ...] = ()

    @classmethod
    def of(cls, template: Template) -> "TextChange":
        odd = {one.character: one.replacement for constant in template.constants for one in measure(constant).odd}
        stuck = tuple(sign for sign, replacement in odd.items() if replacement is None)
        return cls(stuck if len(stuck) <= MOST_SIGNS else (), tuple(sign for sign in odd if sign not in stuck))

    def made_to(self, text: str) -> str:
        return replaced(without(text, self.taken_out), self.replaced)


@dataclass
class CostMap:
    """Filled row by row; sums over it are those over all planned rows."""

    groups: dict[Kind, Group] = field(default_factory=dict)
    shorter: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(region, k) → people whose message takes one part fewer once the text is k units shorter, and not before."""
    saved_by_text: Counter[str] = field(default_factory=Counter)
    """Region → parts fewer, in all, if `change` were made to the text."""
    change: TextChange = field(default_factory=TextChange)
    saved_by_look_alikes: Counter[str] = field(default_factory=Counter)
    """Region → parts fewer, in all, if the API put look-alikes for what is outside the short alphabet: our estimate."""
    extremes: dict[str, int] = field(default_factory=dict)
    """shortest, longest, oddest → row of the file; oddest is missing if no message has anything odd."""

    def parts_by_region(self) -> dict[str, int]:
        """SMS parts of everybody who is planned."""
        parts: Counter[str] = Counter()
        for kind, group in self.groups.items():
            parts[kind.region] += kind.parts * group.people
        return dict(parts.most_common())

    def people_by_region(self) -> dict[str, int]:
        people: Counter[str] = Counter()
        for kind, group in self.groups.items():
            people[kind.region] += group.people
        return dict(people.most_common())

    def best_shorter(self) -> tuple[int, dict[str, int]] | None:
        """By how many units to shorten the text so that each of them saves most, and the parts saved by region.

        None if nothing is saved.
        """
        people: Counter[int] = Counter()
        for (_, units), n in self.shorter.items():
            people[units] += n
        within = {units: sum(n for one, n in people.items() if one <= units) for units in people}
        if not within:
            return None
        best = max(within, key=lambda units: (within[units] / units, units))
        fewer: Counter[str] = Counter()
        for (region, units), n in self.shorter.items():
            fewer[region] += n if units <= best else 0
        return best, dict(+fewer)

    def json(self) -> dict[str, Any]:
        return {
            "groups": [[*kind, group.people, group.saved, group.row] for kind, group in self.groups.items()],
            "shorter": [[region, units, n] for (region, units), n in sorted(self.shorter.items())],
            "saved_by_text": dict(self.saved_by_text),
            "change": self.change,
            "saved_by_look_alikes": dict(self.saved_by_look_alikes),
            "extremes": self.extremes,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CostMap":
        groups = {}
        for region, parts, cause, name, character, people, saved, row in stored["groups"]:
            groups[Kind(region, parts, Cause(cause), name, character)] = Group(people, saved, row)
        return cls(
            groups,
            Counter({(region, units): n for region, units, n in stored["shorter"]}),
            Counter(stored["saved_by_text"]),
            # Maps of earlier versions have none.
            TextChange(*map(tuple, stored.get("change", ()))),
            Counter(stored["saved_by_look_alikes"]),
            dict(stored["extremes"]),
        )


class CostMapper:
    """Adds planned rows to a map, in their order."""

    def __init__(self, template: Template, options: CampaignOptions, names: Sequence[str]) -> None:
        """`names`: of the placeholders whose values come with each row."""
        self._map = CostMap()
        self._names = names
        self._treatment = treatment = options.treatment
        constant = "".join(template.constants)
        self._alone = size_under(constant, treatment)
        # Under any other treatment the alphabet is settled, and only the length of values matters.
        self._by_alphabet = treatment is Treatment.AUTOMATIC and encoding_of(constant) is Encoding.GSM7
        if treatment is Treatment.AUTOMATIC and not self._by_alphabet:
            self._map.change = TextChange.of(template)
        changed = template.rewritten(self._map.change.made_to)
        self._changed = sizer_for(changed, {name: name for name in names}, options)
        self._waiting: list[tuple[str, int, dict[str, str]]] = []
        """Region, parts and values of messages that are still to be counted with the changed text."""
        # Then what is counted as GSM-7 has nothing odd in it.
        self._as_it_is = treatment in (Treatment.AUTOMATIC, Treatment.REFUSE)
        self._usual: list[float] = []
        """How long the values of each placeholder are."""
        self._lightest: tuple[float, int] = (math.inf, 0)
        self._heaviest = (-1, 0)
        self._oddest = (-1, 0, 0)
        self._plain: dict[tuple[str, int], Group] = {}
        """(region, parts) → people whose messages have what the text alone has: nearly everybody."""

    @property
    def map(self) -> CostMap:
        self._count_changed()
        return self._map

    def add(
        self,
        rows: Sequence[int],
        regions: Sequence[str | None],
        texts: Sequence[str],
        columns: Sequence[Sequence[str]],
        sizes: Sequence[Size],
    ) -> None:
        """`columns`: the values of each placeholder, as the list has them."""
        start = 0
        for is_usual, stretch in groupby(map(self._usual_key, regions, texts, sizes)):
            some = slice(start, start := start + sum(1 for _ in stretch))
            told = rows[some], regions[some], texts[some], sizes[some]
            values = [column[some] for column in columns]
            if is_usual:
                self._add_usual(*told)
                self._see_lengths(values)
            else:
                for n, (row, region, text, size) in enumerate(zip(*told, strict=True)):
                    self._add_one(row, region, text, [column[n] for column in values], size)

    def _usual_key(self, region: str | None, text: str, size: Size) -> tuple[str | None, int] | None:
        """The same for messages with the parts of the text alone that differ in their lengths only; None for others."""
        is_plain = size.encoding is Encoding.GSM7 and self._as_it_is and size.units == len(text)
        return (region, size.parts) if is_plain and size.parts <= self._alone.parts else None

    def _add_usual(
        self, rows: Sequence[int], regions: Sequence[str | None], texts: Sequence[str], sizes: Sequence[Size]
    ) -> None:
        """Of messages with one `_usual_key`: as `_add_one` does it, and of those with one length all at once."""
        lengths = list(map(len, texts))
        for length, people in Counter(lengths).items():
            first = lengths.index(length)
            row, where, text, size = rows[first], regions[first] or "", texts[first], sizes[first]
            self._count_plain(where, size.parts, row, length, people)
            self._count_shorter(where, text, size, people)
            self._compare(row, text, size, odd=0)

    def _add_one(self, row: int, region: str | None, text: str, values: Sequence[str], size: Size) -> None:
        where, in_alphabet = region or "", size.encoding is Encoding.GSM7
        if size.parts <= self._alone.parts or not values:
            self._count_plain(where, size.parts, row, len(text))
        else:
            kind, saved = self._kind(where, text, values, size)
            self._count(self._group(kind), saved, row, len(text))
        self._count_shorter(where, text, size)
        if self._treatment is Treatment.AUTOMATIC and not in_alphabet:
            self._save(where, text, values, size)
        self._compare(row, text, size, odd=0 if in_alphabet and self._as_it_is else odd_count(text))
        self._see_lengths([[value] for value in values])

    def _see_lengths(self, columns: Sequence[Sequence[str]]) -> None:
        """The later ones count more; that is close enough to tell a long value from a usual one."""
        before = self._usual or [float(len(column[0])) for column in columns]
        self._usual = []
        for usual, column in zip(before, columns, strict=True):
            for value in column:
                usual += (len(value) - usual) / 64
            self._usual.append(usual)

    def _count_shorter(self, region: str, text: str, size: Size, people: int = 1) -> None:
        if size.parts > 1 and 0 < (over := units_over(text, size)) <= MOST_SHORTER:
            self._map.shorter[region, over] += people

    def _count_plain(self, region: str, parts: int, row: int, length: int, people: int = 1) -> None:
        group = self._plain.get((region, parts))
        if group is None:
            group = self._plain[region, parts] = self._group(Kind(region, parts, Cause.TEXT))
        self._count(group, 0, row, length, people)

    def _kind(self, region: str, text: str, values: Sequence[str], size: Size) -> tuple[Kind, int]:
        """Of a message that has more parts than the text alone."""
        if self._by_alphabet and size.encoding is Encoding.UCS2:
            return self._odd_value(region, text, values, size)
        usual = self._usual or [0.0] * len(values)
        above = [len(value) - length for value, length in zip(values, usual, strict=True)]
        return Kind(region, size.parts, Cause.LONG_VALUE, self._names[above.index(max(above))]), 0

    def _odd_value(self, region: str, text: str, values: Sequence[str], size: Size) -> tuple[Kind, int]:
        named = zip(self._names, values, strict=True)
        found = [(name, one.character) for name, value in named for one in _odd(value)]
        name = found[0][0] if found else ""
        signs = {character for _, character in found}
        if not 1 <= len(signs) <= MOST_SIGNS:
            return Kind(region, size.parts, Cause.SCRIPT, name), 0
        # A character that is not the only one saves nothing by itself: they are told of together.
        fewer = size.parts - part_count(transliterated(text))
        return Kind(region, size.parts, Cause.ODD_CHARACTER, name, found[0][1]), max(0, fewer)

    def _group(self, kind: Kind) -> Group:
        if kind not in self._map.groups and len(self._map.groups) >= MOST_KINDS:
            kind = Kind(kind.region, kind.parts, kind.cause)
        return self._map.groups.setdefault(kind, Group())

    @staticmethod
    def _count(group: Group, saved: int, row: int, length: int, people: int = 1) -> None:
        group.people += people
        group.saved += saved
        if length > group.length:
            group.row, group.length = row, length

    def _save(self, region: str, text: str, values: Sequence[str], size: Size) -> None:
        alike = size_of(transliterated(text))
        if alike.encoding is Encoding.GSM7:
            self._map.saved_by_look_alikes[region] += max(0, size.parts - alike.parts)
        if any(self._map.change):
            self._waiting.append((region, size.parts, dict(zip(self._names, values, strict=True))))
            if len(self._waiting) == _TOGETHER:
                self._count_changed()

    def _count_changed(self) -> None:
        made = self._changed([values for _region, _parts, values in self._waiting])
        for (region, parts, _values), (_rendered, changed) in zip(self._waiting, made, strict=True):
            self._map.saved_by_text[region] += parts - changed.parts
        self._waiting.clear()

    def _compare(self, row: int, text: str, size: Size, *, odd: int) -> None:
        length = len(text)
        weight = (size.parts, length)
        if weight < self._lightest:
            self._lightest, self._map.extremes["shortest"] = weight, row
        if weight > self._heaviest:
            self._heaviest, self._map.extremes["longest"] = weight, row
        if odd or size.units != length:
            oddity = (odd, size.units - length, length)
            if oddity > self._oddest:
                self._oddest, self._map.extremes["oddest"] = oddity, row


def _odd(text: str) -> tuple[Any, ...]:
    return measure(text).odd if encoding_of(text) is Encoding.UCS2 else ()
