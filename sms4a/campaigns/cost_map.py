"""Which messages of a campaign cost more than others, and why: counted once, while they are put together."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sms4a.campaigns.bodies import size_under
from sms4a.campaigns.options import Treatment
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
    treated,
    units_over,
)

# A text is made shorter by a few characters; for more it has to be written anew.
MOST_SHORTER = 40

# So many kinds of messages are told apart; a list where each value has other signs is told of as one kind.
MOST_KINDS = 200

# A value with more different signs than this is written in another script: no single one of them is the reason.
MOST_SIGNS = 3


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


@dataclass
class CostMap:
    """Filled row by row; sums over it are those over all planned rows."""

    groups: dict[Kind, Group] = field(default_factory=dict)
    shorter: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(region, k) → people whose message takes one part fewer once the text is k units shorter, and not before."""
    saved_by_text: Counter[str] = field(default_factory=Counter)
    """Region → parts fewer, in all, if what can be replaced in the text were."""
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
            Counter(stored["saved_by_look_alikes"]),
            dict(stored["extremes"]),
        )


class CostMapper:
    """Adds one planned row after the other to a map."""

    def __init__(self, template: Template, treatment: Treatment) -> None:
        self.map = CostMap()
        self._treatment = treatment
        constant = "".join(template.constants)
        self._alone = size_under(constant, treatment)
        # Under any other treatment the alphabet is settled, and only the length of values matters.
        self._by_alphabet = treatment is Treatment.AUTOMATIC and encoding_of(constant) is Encoding.GSM7
        self._odd_text = treatment is Treatment.AUTOMATIC and not self._by_alphabet
        self._mendable = {
            one.character for one in (measure(constant).odd if self._odd_text else ()) if one.replacement is not None
        }
        self._length: dict[str, float] = {}
        self._best: dict[str, tuple[int, ...]] = {}

    def add(self, row: int, region: str | None, text: str, values: Mapping[str, str], size: Size) -> None:
        """`values`: by placeholder, as the list has them."""
        where = region or ""
        kind, saved = self._kind(where, text, values, size)
        self._count(kind, saved, row, len(text))
        over = units_over(text, size)
        if 0 < over <= MOST_SHORTER:
            self.map.shorter[where, over] += 1
        if self._treatment is Treatment.AUTOMATIC and size.encoding is Encoding.UCS2:
            self._save(where, text, size)
        self._compare(row, text, size)
        for name, value in values.items():
            before = self._length.get(name, len(value))
            # The later ones count more; that is close enough to tell a long value from a usual one.
            self._length[name] = before + (len(value) - before) / 64

    def _kind(self, region: str, text: str, values: Mapping[str, str], size: Size) -> tuple[Kind, int]:
        if size.parts <= self._alone.parts or not values:
            return Kind(region, size.parts, Cause.TEXT), 0
        if self._by_alphabet and size.encoding is Encoding.UCS2:
            return self._odd_value(region, text, values, size)
        longest = max(values, key=lambda name: len(values[name]) - self._length.get(name, 0))
        return Kind(region, size.parts, Cause.LONG_VALUE, longest), 0

    def _odd_value(self, region: str, text: str, values: Mapping[str, str], size: Size) -> tuple[Kind, int]:
        found = [(name, one.character) for name, value in values.items() for one in _odd(value)]
        name = found[0][0] if found else ""
        signs = {character for _, character in found}
        if not 1 <= len(signs) <= MOST_SIGNS:
            return Kind(region, size.parts, Cause.SCRIPT, name), 0
        # A character that is not the only one saves nothing by itself: they are told of together.
        fewer = size.parts - part_count(treated(text, "TRANSLITERATE"))
        return Kind(region, size.parts, Cause.ODD_CHARACTER, name, found[0][1]), max(0, fewer)

    def _count(self, kind: Kind, saved: int, row: int, length: int) -> None:
        if kind not in self.map.groups and len(self.map.groups) >= MOST_KINDS:
            kind = Kind(kind.region, kind.parts, kind.cause)
        group = self.map.groups.setdefault(kind, Group())
        group.people += 1
        group.saved += saved
        if length > group.length:
            group.row, group.length = row, length

    def _save(self, region: str, text: str, size: Size) -> None:
        alike = size_of(treated(text, "TRANSLITERATE"))
        if alike.encoding is Encoding.GSM7:
            self.map.saved_by_look_alikes[region] += max(0, size.parts - alike.parts)
        if self._mendable:
            self.map.saved_by_text[region] += max(0, size.parts - part_count(replaced(text, self._mendable)))

    def _compare(self, row: int, text: str, size: Size) -> None:
        length = len(text)
        self._keep("shortest", (-size.parts, -length), row)
        self._keep("longest", (size.parts, length), row)
        odd = odd_count(text)
        if odd or size.units != length:
            self._keep("oddest", (odd, size.units - length, length), row)

    def _keep(self, name: str, value: tuple[int, ...], row: int) -> None:
        if name not in self._best or value > self._best[name]:
            self._best[name] = value
            self.map.extremes[name] = row


def _odd(text: str) -> tuple[Any, ...]:
    return measure(text).odd if encoding_of(text) is Encoding.UCS2 else ()
