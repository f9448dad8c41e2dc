"""How many leading digits of a phone number decide about it: the patterns of `phonenumbers`, looked at as automata.

What the library says depends on patterns and on the length alone. Once a pattern has seen so many digits that those
which are left make no difference any more, numbers with the same beginning and the same length get the same answer.
Where that cannot be proved, there is no answer here, and the library itself is asked.
"""

import re
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
_ZERO_OR_OTHERS = re.compile(r"(?:[1-9]\d*\|)*0(?:\|[1-9]\d*)*")
_TOKEN = re.compile(r"\\d|\[[^\]]*\]|\(\?:|[()|?]|\{\d+(?:,\d*)?\}|\d")


class NotUnderstood(ValueError):
    """A pattern with something in it that this module does not know."""


def deciding_digits(code: int, national: str, *, stripped: bool = True) -> int | None:
    """So many leading digits of a national number decide about all of its length; None if that is not certain.

    `stripped` is what the library has before it looks for a trunk prefix to take away. Where one could be taken away,
    nothing is certain, because the patterns then begin at another digit.
    """
    plan = _plan(code)
    return None if plan is None else plan.deciding(national, stripped)


def digits_of_no_call_abroad(region: str, digits: str) -> int | None:
    """So many leading digits tell that these do not begin with what is dialled before a country code ("00" in Germany).

    None if they do, or if that is not certain.
    """
    plan = _plan_of_calls_abroad(region)
    return None if plan is None else plan.deciding(digits, stripped=True)


def has_plain_trunk(region: str) -> bool:
    """Whether a country writes a zero before its national numbers, and of a first zero the library takes that alone."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return bool(
        metadata
        and metadata.national_prefix == "0"
        and _ZERO_OR_OTHERS.fullmatch(metadata.national_prefix_for_parsing or "")
        and not metadata.national_prefix_transform_rule
    )


@dataclass
class _Plan:
    """All patterns of a country code as one automaton."""

    moves: list[list[tuple[frozenset[str], int]]] = field(default_factory=list)
    silent: list[list[int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)
    trunk_starts: list[int] = field(default_factory=list)
    trunk_ends: set[int] = field(default_factory=set)
    _after: dict[frozenset[int], tuple[frozenset[int], ...]] = field(default_factory=dict)
    _fates: dict[tuple[frozenset[int], int], frozenset[int] | None] = field(default_factory=dict)

    def deciding(self, national: str, stripped: bool) -> int | None:
        states = self._closed(self.starts + (self.trunk_starts if stripped else []))
        for count, digit in enumerate(national):
            if count and states & self.trunk_ends:
                return None
            if self._fate(states, len(national) - count) is not None:
                return count
            states = self._next(states)[int(digit)]
        return None if states & self.trunk_ends else len(national)

    def add(self, pattern: str, *, is_trunk: bool = False, is_prefix: bool = False) -> None:
        start = self._state()
        end = self._build(_parsed(pattern), start)
        (self.trunk_starts if is_trunk else self.starts).append(start)
        (self.trunk_ends if is_trunk else self.ends).add(end)
        if is_prefix:
            # What comes after a prefix does not undo it.
            self.moves[end].append((_ALL, end))

    def _fate(self, states: frozenset[int], left: int) -> frozenset[int] | None:
        """The patterns that match at the end, whatever so many digits are; None if it depends on them, or if a trunk
        prefix may end before."""
        key = states, left
        if key not in self._fates:
            self._fates[key] = self._look_ahead(states, left)
        return self._fates[key]

    def _look_ahead(self, states: frozenset[int], left: int) -> frozenset[int] | None:
        if states & self.trunk_ends:
            return None
        if not left:
            return states & self.ends
        following = iter(set(self._next(states)))
        fate = self._fate(next(following), left - 1)
        same = fate is not None and all(self._fate(after, left - 1) == fate for after in following)
        return fate if same else None

    def _next(self, states: frozenset[int]) -> tuple[frozenset[int], ...]:
        """The states after each of the ten digits."""
        found = self._after.get(states)
        if found is None:
            moves = [move for state in states for move in self.moves[state]]
            found = self._after[states] = tuple(
                self._closed([target for digits, target in moves if digit in digits]) for digit in "0123456789"
            )
        return found

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


@cache
def _plan_of_calls_abroad(region: str) -> _Plan | None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    plan = _Plan()
    try:
        if metadata is not None and metadata.international_prefix:
            plan.add(metadata.international_prefix, is_trunk=True)
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
