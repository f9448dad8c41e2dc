"""Phone numbers of a column: `read_number` is asked once for all cells of which it must say the same."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import phonenumbers

from sms4a.number_plans import deciding_digits, digits_of_no_call_abroad, has_plain_trunk
from sms4a.numbers import LONGEST_CELL, Bare, Reading, Route, calling_code, read_number, routes

# So many digits at the end of a cell may make no difference; most German numbers differ in no more.
_ENDINGS = (8, 7, 6, 5, 4)
_MOST_BEGINNINGS = 50_000

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

    def refuse(self, place: int, problem: str, detail: str = "") -> None:
        """Instead of what was read there."""
        self.numbers[place], self.regions[place] = None, None
        self.problems[place], self.details[place] = problem, detail


class NumberColumn:
    """Reads cells as `read_number` does, and remembers what it said of those that begin alike and end in digits."""

    def __init__(self, home: str, *, bare: Bare, allowed: frozenset[str] | None = None) -> None:
        self._home = home
        self._bare = bare
        self._allowed = allowed
        self._by_length: list[tuple[int, dict[str, Reading]]] = [(length, {}) for length in _ENDINGS]
        """How many digits at the end; what stands before → what all such cells say, without the digits."""
        self._others: dict[str, Reading] = {}
        """Other cells, as they stand: lists are full of empty ones and of dashes."""

    def read(self, cells: Sequence[str]) -> Readings:
        numbers, regions, problems, details = found = Readings([], [], [], [])
        for cell, written in zip(cells, _without_signs(cells), strict=True):
            for length, known in self._by_length:
                if said := known.get(written[:-length]):
                    ending = written[-length:]
                    if ending.isdecimal():
                        break
            else:
                said, ending = self._others.get(cell) or self._judged(cell, written), ""
            number, region, problem, detail = said
            numbers.append(number and number + ending)
            regions.append(region)
            problems.append(problem)
            details.append(detail and _with_ending(detail, ending))
        return found

    def _judged(self, cell: str, written: str) -> Reading:
        said = read_number(cell, self._home, bare=self._bare, allowed=self._allowed)
        free = 0 if written.strip(_MEANINGFUL) else _free_digits(routes(cell, self._home))
        for length, known in self._by_length:
            if length <= free and written[-length:].isdecimal():
                if len(known) >= _MOST_BEGINNINGS:
                    known.clear()
                known[written[:-length]] = _without_ending(said, written[-length:])
                return said
        if len(self._others) < _MOST_BEGINNINGS and len(cell) <= LONGEST_CELL:
            self._others[cell] = said
        return said


def _without_ending(said: Reading, ending: str) -> Reading:
    number, region, problem, detail = said
    return Reading(
        number and number.removesuffix(ending),
        region,
        problem,
        detail.removesuffix(ending) if detail[:1] == "+" else detail,
    )


def _with_ending(detail: str, ending: str) -> str:
    return detail + ending if detail.startswith("+") else detail


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


def _free_digits(meant: tuple[Route, ...]) -> int:
    """With how many other digits at its end a cell would get the same answer, as far as that is certain."""
    free = []
    for route in meant:
        decided = _decided(route)
        if decided is None:
            return 0
        # The first two digits tell how a number is meant at all.
        free.append(len(route.digits) - max(decided, 2))
    return min(free, default=0)


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
