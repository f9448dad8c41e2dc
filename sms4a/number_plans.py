"""How many leading digits of a phone number decide about it: the patterns of `phonenumbers`, looked at as automata.

What the library says depends on patterns and on the length alone. Once a pattern has seen so many digits that all
others count only by their number, numbers with the same beginning and the same length get the same answer. Where
that cannot be proved, there is no answer here, and the library itself is asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import phonenumbers

# No number in the fixed international notation is longer (ITU-T E.164), and the library itself reads 17 digits.
_MOST_DIGITS = 17

_ALL = frozenset("0123456789")
_KINDS = (
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail", "no_international_dialling",
)  # fmt: skip
_TOKEN = re.compile(r"\\d|\[[^\]]*\]|\(\?:|[()|?]|\{\d+(?:,\d*)?\}|\d")


class NotUnderstood(ValueError):
    """A pattern with something in it that this module does not know."""


def deciding_digits(code: int, national: str, *, stripped: bool = True) -> int | None:
    """So many leading digits of a national number decide about it, its length aside; None if that is not certain.

    `stripped` is what the library has before it looks for a trunk prefix to take away. Where one could be taken away,
    nothing is certain, because the patterns then begin at another digit.
    """
    plan = _plan(code)
    if plan is None:
        return None
    head = national[:5]
    known = plan.short.get((stripped, head))
    if known is not None:
        return known if known >= 0 else None
    found = plan.deciding(national, stripped)
    if found is None or found <= len(head):
        plan.short[stripped, head] = -1 if found is None and plan.is_hopeless(head, stripped) else found or 0
        if found is None and not plan.is_hopeless(head, stripped):
            del plan.short[stripped, head]
    return found


def has_plain_trunk(region: str) -> bool:
    """Whether a country writes exactly a zero before its national numbers, and the library takes it for that alone."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return bool(
        metadata
        and metadata.national_prefix == "0"
        and metadata.national_prefix_for_parsing == "0"
        and not metadata.national_prefix_transform_rule
    )


@dataclass
class _Plan:
    """All patterns of a country code as one automaton."""

    moves: list[list[tuple[frozenset[str], int]]] = field(default_factory=list)
    silent: list[list[int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    trunk_starts: list[int] = field(default_factory=list)
    trunk_ends: set[int] = field(default_factory=set)
    short: dict[tuple[bool, str], int] = field(default_factory=dict)
    """(stripped, first digits) → what decides, where these digits tell; -1: nothing does."""
    _settled: dict[frozenset[int], bool] = field(default_factory=dict)

    def deciding(self, national: str, stripped: bool) -> int | None:
        for count, states in enumerate(self._walk(national, stripped)):
            if count and states & self.trunk_ends:
                return None
            if self._is_settled(states):
                return count
        return None

    def is_hopeless(self, head: str, stripped: bool) -> bool:
        """Whether these digits can be a trunk prefix."""
        return any(n and states & self.trunk_ends for n, states in enumerate(self._walk(head, stripped)))

    def add(self, pattern: str, *, is_trunk: bool = False, is_prefix: bool = False) -> None:
        start = self._state()
        end = self._build(_parsed(pattern), start)
        (self.trunk_starts if is_trunk else self.starts).append(start)
        if is_trunk:
            self.trunk_ends.add(end)
        if is_prefix:
            # What comes after a prefix does not undo it.
            self.moves[end].append((_ALL, end))

    def _walk(self, digits: str, stripped: bool) -> Iterator[frozenset[int]]:
        states = self._closed(self.starts + (self.trunk_starts if stripped else []))
        yield states
        for digit in digits:
            states = self._next(states, digit)
            yield states

    def _is_settled(self, states: frozenset[int]) -> bool:
        """Whether from here on all digits are alike."""
        known = self._settled.get(states)
        if known is None:
            known = self._settled[states] = self._look_ahead(states)
        return known

    def _look_ahead(self, states: frozenset[int]) -> bool:
        for _ in range(_MOST_DIGITS):
            following = {self._next(states, digit) for digit in _ALL}
            if len(following) > 1:
                return False
            (after,) = following
            if after & self.trunk_ends:
                return False
            if after == states or not after:
                return True
            states = after
        return True

    def _next(self, states: frozenset[int], digit: str) -> frozenset[int]:
        return self._closed([target for state in states for digits, target in self.moves[state] if digit in digits])

    def _closed(self, states: list[int]) -> frozenset[int]:
        found, waiting = set(states), list(states)
        while waiting:
            for target in self.silent[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)

    def _state(self) -> int:
        self.moves.append([])
        self.silent.append([])
        return len(self.moves) - 1

    def _build(self, node: "_Node", start: int) -> int:
        """The states of a pattern from this one on; its last one."""
        match node:
            case frozenset():
                end = self._state()
                self.moves[start].append((node, end))
                return end
            case _Sequence(parts):
                for part in parts:
                    start = self._build(part, start)
                return start
            case _Choice(parts):
                end = self._state()
                for part in parts:
                    self.silent[self._build(part, start)].append(end)
                return end
            case _Repeat(part, least, most):
                end = self._state()
                for done in range(most):
                    if done >= least:
                        self.silent[start].append(end)
                    start = self._build(part, start)
                self.silent[start].append(end)
                return end


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: "tuple[_Node, ...]"


@dataclass(frozen=True, slots=True)
class _Choice:
    parts: "tuple[_Node, ...]"


@dataclass(frozen=True, slots=True)
class _Repeat:
    part: "_Node"
    least: int
    most: int


_Node = frozenset[str] | _Sequence | _Choice | _Repeat


@cache
def _plan(code: int) -> _Plan | None:
    """None if some pattern of this country code is not understood."""
    plan = _Plan()
    try:
        for place, metadata in enumerate(_metadata(code)):
            for kind in _KINDS:
                description = getattr(metadata, kind)
                if description is not None and description.national_number_pattern:
                    plan.add(description.national_number_pattern)
            if metadata.leading_digits:
                plan.add(metadata.leading_digits, is_prefix=True)
            # The first region stands for the code when a number is parsed; the others only tell whose it is.
            if metadata.national_prefix_for_parsing and not place:
                plan.add(metadata.national_prefix_for_parsing, is_trunk=True)
    except NotUnderstood:
        return None
    return plan


def _metadata(code: int) -> list[phonenumbers.PhoneMetadata]:
    regions = phonenumbers.region_codes_for_country_code(code)
    found = [phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions]
    return [metadata for metadata in found if metadata is not None]


def _parsed(pattern: str) -> _Node:
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        raise NotUnderstood(pattern)
    tokens.reverse()
    node = _choice(tokens)
    if tokens:
        raise NotUnderstood(pattern)
    return node


def _choice(tokens: list[str]) -> _Node:
    parts = [_sequence(tokens)]
    while tokens and tokens[-1] == "|":
        tokens.pop()
        parts.append(_sequence(tokens))
    return _Choice(tuple(parts))


def _sequence(tokens: list[str]) -> _Node:
    parts: list[_Node] = []
    while tokens and tokens[-1] not in ("|", ")"):
        part = _atom(tokens)
        if tokens and (tokens[-1] == "?" or tokens[-1].startswith("{")):
            part = _Repeat(part, *_times(tokens.pop()))
        parts.append(part)
    return _Sequence(tuple(parts))


def _atom(tokens: list[str]) -> _Node:
    token = tokens.pop()
    if token in ("(", "(?:"):
        inner = _choice(tokens)
        if not tokens or tokens.pop() != ")":
            raise NotUnderstood(token)
        return inner
    if token == r"\d":
        return _ALL
    if token.startswith("["):
        return _digits(token[1:-1])
    if token.isdecimal():
        return frozenset(token)
    raise NotUnderstood(token)


def _digits(written: str) -> frozenset[str]:
    """The digits of a class like 0-25-9."""
    if not re.fullmatch(r"(?:\d-\d|\d)+", written):
        raise NotUnderstood(written)
    found: set[str] = set()
    for low, high in re.findall(r"(\d)(?:-(\d))?", written):
        found.update(str(digit) for digit in range(int(low), int(high or low) + 1))
    return frozenset(found)


def _times(token: str) -> tuple[int, int]:
    if token == "?":
        return 0, 1
    least, comma, most = token[1:-1].partition(",")
    return int(least), int(most or _MOST_DIGITS) if comma else int(least)
