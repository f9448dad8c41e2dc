"""Phone numbers of a column: `read_number` is asked once for all cells of which it must say the same."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import compress, count
from operator import add, not_
from typing import NamedTuple

import phonenumbers

from sms4a.number_plans import deciding_digits, digits_of_no_call_abroad, has_plain_trunk
from sms4a.numbers import LONGEST_CELL, Bare, Reading, Route, calling_code, judge, read_number

# So many digits at the end of a cell may make no difference; most German numbers differ in no more.
_ENDINGS = (8, 7, 6, 5, 4)
_MOST_BEGINNINGS = 50_000

# So many of the first digits decide about a number, as far as it is worth while to remember that.
_BEGINNINGS = range(2, 11)

# Cells of nothing but these and of digits are told apart by them and their digits alone: other signs that a number may
# have mean nothing before so many digits at its end. A slash may stand between two numbers.
_MEANINGFUL = "+/0123456789"
_MEANINGLESS = str.maketrans("", "", "() .-")
_TEXT_MARKS = re.compile(r"^['\u2019]", re.MULTILINE)
_DECIMALS = re.compile(r"\.0{1,2} *$", re.MULTILINE)

# Stands for all that no number may have.
_OTHER = "x"


class Readings(NamedTuple):
    """A `Reading` of each cell, as columns."""

    numbers: list[str | None]
    regions: list[str | None]
    problems: list[str | None]
    details: list[str]

    def put(self, place: int, said: tuple[str | None, str | None, str | None, str]) -> None:
        """Instead of what was read there."""
        self.numbers[place], self.regions[place], self.problems[place], self.details[place] = said


class NumberColumn:
    """Reads cells as `read_number` does, and remembers what it said of those that begin alike and end in digits."""

    def __init__(self, home: str, *, bare: Bare, allowed: frozenset[str] | None = None) -> None:
        self._home = home
        self._bare = bare
        self._allowed = allowed
        self._routes = _Routes()
        self._alike = [_Alike(length) for length in _ENDINGS]
        self._others: dict[str, Reading] = {}
        """Other cells, as they stand: lists are full of empty ones and of dashes."""

    def read(self, cells: Sequence[str]) -> Readings:
        written = _without_signs(cells) if cells else []
        # Most numbers of a list end in equally many digits that decide nothing: these are read all at once.
        found, others = max(self._alike, key=lambda alike: alike.hits).read(written)
        for place in others:
            found.put(place, self._read_one(cells[place], written[place]))
        return found

    def _read_one(self, cell: str, written: str) -> Reading:
        if said := self._others.get(cell):
            return said
        for alike in self._alike:
            if said := alike.read_one(written):
                return said
        return self._judged(cell, written)

    def _judged(self, cell: str, written: str) -> Reading:
        self._routes.free_digits = None
        said = read_number(cell, self._home, bare=self._bare, allowed=self._allowed, judged=self._routes.judged)
        free = 0 if written.strip(_MEANINGFUL) else self._routes.free_digits or 0
        for alike in self._alike:
            if alike.length <= free and written[-alike.length :].isdecimal():
                alike.remember(written, said)
                return said
        if len(cell) <= LONGEST_CELL and len(self._others) < _MOST_BEGINNINGS:
            self._others[cell] = said
        return said


class _Alike:
    """What was said of cells that end in so many digits, whatever these are."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.hits = 0
        self._before, self._ending = slice(None, -length), slice(-length, None)
        self._said: dict[str, Reading] = {}
        """What stands before them → what all such cells say, without these digits."""
        self._begins: dict[str, str] = {}
        """The same → the beginning of the number, where it is one."""
        self._regions: dict[str, str | None] = {}
        """The beginning of a number → its region: that depends on the number alone."""

    def read(self, written: Sequence[str]) -> tuple[Readings, list[int]]:
        """What is known of all these cells at once, and the places of the others."""
        known, before, ending = self._begins.get, self._before, self._ending
        begins = [known(one[before], "") for one in written]
        endings = [one[ending] for one in written]
        if not "".join(compress(endings, begins)).isdecimal():
            # None is known, or one ends in something else.
            begins = [""] * len(written)
        others = list(compress(count(), map(not_, begins)))
        self.hits += len(written) - len(others)
        return Readings(
            list(map(add, begins, endings)),
            list(map(self._regions.get, begins)),
            [None] * len(written),
            [""] * len(written),
        ), others

    def read_one(self, written: str) -> Reading | None:
        said = self._said.get(written[self._before])
        if said is None or not written[self._ending].isdecimal():
            return None
        self.hits += 1
        return _with_ending(said, written[self._ending])

    def remember(self, written: str, said: Reading) -> None:
        if len(self._said) >= _MOST_BEGINNINGS:
            for known in (self._said, self._begins, self._regions):
                known.clear()
        begin = written[self._before]
        said = self._said[begin] = _without_ending(said, written[self._ending])
        if said.number:
            self._begins[begin] = said.number
            self._regions[said.number] = said.region


class _Routes:
    """Judges digits as `judge` does, and remembers what it said of those that begin alike and are as many."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str, int], Reading] = {}
        """Country, the digits that decide, how many there are."""
        self.free_digits: int | None = None
        """With how many other digits at their ends all that were judged since this was None would be judged alike."""

    def judged(self, route: Route) -> Reading:
        country, digits = route
        for decided in _BEGINNINGS:
            if said := self._known.get((country, digits[:decided], len(digits))):
                self._note(len(digits) - decided)
                return _with_ending(said, digits[decided:])
        said, free = judge(route), _free_digits(route)
        self._note(free)
        decided = len(digits) - free
        if free and decided in _BEGINNINGS:
            if len(self._known) >= _MOST_BEGINNINGS:
                self._known.clear()
            self._known[country, digits[:decided], len(digits)] = _without_ending(said, digits[decided:])
        return said

    def _note(self, free: int) -> None:
        self.free_digits = free if self.free_digits is None else min(free, self.free_digits)


def _without_ending(said: Reading, ending: str) -> Reading:
    number, region, problem, detail = said
    return Reading(
        number and number.removesuffix(ending),
        region,
        problem,
        detail.removesuffix(ending) if detail.startswith("+") else detail,
    )


def _with_ending(said: Reading, ending: str) -> Reading:
    number, region, problem, detail = said
    return Reading(number and number + ending, region, problem, detail + ending if detail.startswith("+") else detail)


def _without_signs(cells: Sequence[str]) -> list[str]:
    """The cells without signs that mean nothing, all at once; in ASCII."""
    text = "\n".join(cells)
    if text.count("\n") >= len(cells) or max(map(len, cells), default=0) > LONGEST_CELL:
        text = "\n".join([cell.replace("\n", _OTHER) if len(cell) <= LONGEST_CELL else _OTHER for cell in cells])
    if "'" in text or "\u2019" in text:
        text = _TEXT_MARKS.sub("", text)
    if not text.isascii():
        text = text.replace("\u00a0", " ").replace("\u202f", " ").encode("ascii", "replace").decode("ascii")
    if "." in text:
        text = _DECIMALS.sub(_OTHER, text)
    return text.translate(_MEANINGLESS).split("\n")


def _free_digits(route: Route) -> int:
    """With how many other digits at its end a number would get the same answer, as far as that is certain."""
    decided = _decided(route)
    # The first two digits tell how a number is meant at all.
    return 0 if decided is None else max(0, len(route.digits) - max(decided, 2))


def _decided(route: Route) -> int | None:
    """So many of the first digits decide about a number; None if that is not certain."""
    home, digits = route
    if home is None:
        code = _code_of(digits)
        if code is None:
            return None
        before = len(str(code))
        written = digits[before:]
        zero = "0" if written.startswith("0") and _reads_plainly(_main_region(code)) else ""
        decided = _deciding(written, code, zero)
        return None if decided is None else before + decided
    code, local = calling_code(home), digits_of_no_call_abroad(home, digits)
    if not code or local is None or not (_reads_plainly(home) or home == _main_region(code)):
        return None
    # The library takes the country code away, too, where it may stand without a plus.
    zero = "0" if digits.startswith("0") and _reads_plainly(home) else ""
    decided = _deciding(digits, code, zero or (str(code) if digits.startswith(str(code)) else ""))
    return None if decided is None else max(decided, local)


def _deciding(written: str, code: int, taken: str) -> int | None:
    """`taken` is what the library may take away from the beginning: it then asks the same patterns before and after."""
    whole = deciding_digits(code, written, stripped=taken != "0")
    rest = deciding_digits(code, written[len(taken) :]) if taken else 0
    return None if whole is None or rest is None else max(whole, len(taken) + rest)


def _code_of(digits: str) -> int | None:
    """The country code that these digits begin with."""
    for length in (1, 2, 3):
        code = digits[:length]
        if code and code[0] != "0" and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return int(code)
    return None


@cache
def _main_region(code: int) -> str:
    return str(phonenumbers.region_code_for_country_code(code))


@cache
def _reads_plainly(region: str) -> bool:
    return has_plain_trunk(region)
