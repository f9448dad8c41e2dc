"""Phone numbers as people write them, read and judged. The judge is `phonenumbers`."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from sms4a.number_plans import deciding_digits, has_plain_trunk

# A number in the fixed international notation has at most 15 digits (ITU-T E.164); below 7 none is a mobile.
_MOST_DIGITS = 15
_LEAST_DIGITS = 7

# Enough of a cell to say what is wrong with it, in bounded time.
_LONGEST_CELL = 200

# No-break spaces count as spaces: web pages, spreadsheets and our own pages write them, and they hide no digit.
# Everything else invisible is refused by name, because the library drops it in silence, and letters with it.
_SPACES = str.maketrans("\u00a0\u202f", "  ")
_SIGNS = str.maketrans("", "", "+() ./-")
_OUTER = " \t\u00a0\u202f"
_WRITTEN = re.compile(r"\(?\+?[0-9() ./-]+")
_SCIENTIFIC = re.compile(r"\+?\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_DECIMAL = re.compile(r"(\+?\d{7,})[.,]0{1,2}")
# "0176 1234567/8" means two lines that differ in the end; read as one number it would reach a stranger.
_SECOND_ENDING = re.compile(r".*\d.*/ ?\d{1,2}")
_BETWEEN_NUMBERS = re.compile(r"[,;/|&\r\n]|\s(?:or|oder|und|and)\s|(?<=\d) *(?=\+)", re.IGNORECASE)
_EXTENSION = re.compile(
    r".*\d.*?(?:;ext=|\bext(?:n|ension)?\b|\bx\b|(?<=\d)x(?=\d)|durchwahl|\bdw\b|\bapp(?:arat)?\b|\bnst\b|#)"
    r"[ .:]*\d{1,6}",
    re.IGNORECASE,
)
_TEXT_MARKS = ("'", "\u2019")
_RECEIVES_SMS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class NumberProblem(StrEnum):
    """Why a cell is not a number we can send to."""

    EMPTY = "empty"
    NO_DIGITS = "no_digits"
    """Text, no number."""
    LETTERS = "letters"
    """Detail: the first letter."""
    ODD_CHARACTER = "odd_character"
    """Invisible, a digit of another script, or any other sign numbers do not have. Detail: the character."""
    TWO_NUMBERS = "two_numbers"
    EXTENSION = "extension"
    SCIENTIFIC = "scientific"
    """A spreadsheet shortened it (4,9E+11); its digits are lost."""
    DECIMAL = "decimal"
    """A spreadsheet wrote it with decimals (4917612345678.0). Detail: the number without them, if it can be read."""
    TOO_SHORT = "too_short"
    """Detail: how many digits, the country code included."""
    TOO_LONG = "too_long"
    """Detail: how many digits, the country code included."""
    NOT_ASSIGNED = "not_assigned"
    """No network has such numbers."""
    NO_COUNTRY = "no_country"
    """Digits without +, 00 or the leading zero. Detail: the likely number, if there is just one."""
    LANDLINE = "landline"
    """Detail: the number."""
    NOT_A_PHONE = "not_a_phone"
    """Premium, shared cost, toll free, satellite, Internet … Detail: which of these."""
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    """Detail: the country."""


class Bare(StrEnum):
    """What digits without +, 00 or a leading zero mean in a list."""

    ASK = "ask"
    NATIONAL = "national"
    INTERNATIONAL = "international"


class Reading(NamedTuple):
    """What a cell says."""

    number: str | None
    """E.164; None if there is any problem."""
    region: str | None
    """ISO 3166 code of the number's country, as far as it is known."""
    problem: NumberProblem | None = None
    detail: str = ""
    """What belongs to the problem: a character, a count of digits, or a number in E.164 to suggest."""


def read_number(raw: str, home: str = "DE", *, bare: Bare = Bare.ASK, allowed: frozenset[str] | None = None) -> Reading:
    """What a cell says: a number that receives SMS, or the reason why not.

    `home` is the country of numbers written without one; `allowed` limits the countries (ISO codes; None: all).
    Nothing is guessed or dropped: the digits of the result are the digits of the cell, without prefixes.
    """
    written = _cleaned(raw)
    if not _looks_plain(written):
        return _refused(written, home)
    digits = written.translate(_SIGNS)
    if not digits:
        return Reading(None, None, NumberProblem.NO_DIGITS)
    reading = _read_digits(digits, "+" in written, home, bare)
    if reading.problem is None and allowed is not None and reading.region not in allowed:
        return Reading(None, reading.region, NumberProblem.COUNTRY_NOT_ALLOWED, reading.region or "")
    if reading.problem in (NumberProblem.TOO_LONG, NumberProblem.NOT_ASSIGNED) and _are_two(written):
        return Reading(None, None, NumberProblem.TWO_NUMBERS)
    return reading


# So many digits at the end of a cell may make no difference, the most first. In Germany it is seven for three of four
# numbers and five for the last of them.
_ENDINGS = (7, 6, 5, 4)
_MOST_BEGINNINGS = 50_000


class _Beginning(NamedTuple):
    """A `Reading` of all cells that begin like this, without the digits at their ends."""

    number: str | None
    region: str | None
    problem: NumberProblem | None
    detail: str


def number_reader(home: str, *, bare: Bare, allowed: frozenset[str] | None = None) -> Callable[[str], Reading]:
    """`read_number` for the many cells of a column: those that begin alike and end in digits are judged once."""
    beginnings: dict[int, dict[str, _Beginning]] = {length: {} for length in _ENDINGS}
    by_length = tuple(beginnings.items())

    def read(cell: str) -> Reading:
        # Spaces mean nothing but that the cell is longer.
        written = cell.replace(" ", "")
        for length, known in by_length:
            if beginning := known.get(written[:-length]):
                ending = written[-length:]
                if not (ending.isdecimal() and ending.isascii()) or len(cell) > _LONGEST_CELL:
                    break
                number, region, problem, detail = beginning
                if number:
                    return Reading(number + ending, region)
                return Reading(None, region, problem, detail + ending if detail.startswith("+") else detail)
        said = read_number(cell, home, bare=bare, allowed=allowed)
        if length := _free_ending(cell, written, home, bare):
            remember(written[:-length], length, said)
        return said

    def remember(written: str, length: int, said: Reading) -> None:
        known = beginnings[length]
        if len(known) >= _MOST_BEGINNINGS:
            known.clear()
        number, detail = said.number, said.detail
        known[written] = _Beginning(
            number and number[:-length], said.region, said.problem, detail[:-length] if detail[:1] == "+" else detail
        )

    return read


def _free_ending(cell: str, written: str, home: str, bare: Bare) -> int:
    """With how many other digits at its end a cell would get the same answer, as far as that is certain.

    Behind so many digits no sign is left that makes two numbers or a fraction of one, or that is odd: what is found of
    that is found by which characters there are, and digits are all alike. What decides among digits is remembered.
    """
    plain = _cleaned(cell)
    route = _route(plain.translate(_SIGNS), "+" in plain, home, bare) if _looks_plain(plain) else None
    decided = route and _remembered(*route)
    if route is None or decided is None:
        return 0
    free = len(route[1]) - decided
    return next((n for n in _ENDINGS if n <= free and written[-n:].isdecimal() and written[-n:].isascii()), 0)


def _looks_plain(written: str) -> bool:
    if len(written) > _LONGEST_CELL or not _WRITTEN.fullmatch(written):
        return False
    return not (
        ("/" in written[-4:] and _SECOND_ENDING.fullmatch(written)) or ("." in written and _DECIMAL.fullmatch(written))
    )


def _cleaned(raw: str) -> str:
    written = raw.strip(_OUTER)
    return _without_apostrophe(written if written.isascii() else written.translate(_SPACES))


def _without_apostrophe(written: str) -> str:
    """Excel marks a number that is to stay text by an apostrophe before it, and some exports write it."""
    marked = written[:1] in _TEXT_MARKS and _WRITTEN.fullmatch(written[1:])
    return written[1:].strip() if marked else written


@cache
def _main_region(code: int) -> str:
    return str(phonenumbers.region_code_for_country_code(code))


@cache
def _reads_plainly(region: str) -> bool:
    return has_plain_trunk(region)


@cache
def calling_code(region: str) -> int | None:
    """49 for DE; None for a country we do not know."""
    return phonenumbers.country_code_for_region(region) or None


def _read_digits(digits: str, plus: bool, home: str, bare: Bare) -> Reading:
    route = _route(digits, plus, home, bare)
    if route is None:
        return _undeclared(digits, home)
    country, written = route
    return _international(written) if country is None else _national(written, country)


def _route(digits: str, plus: bool, home: str, bare: Bare) -> tuple[str | None, str] | None:
    """Digits as a number of this country, or of the world (None); None if it is not said which of them."""
    if plus:
        return None, digits
    if digits.startswith("00"):
        return None, digits[2:]
    if digits.startswith("0") or bare is Bare.NATIONAL:
        return home, digits
    return (None, digits) if bare is Bare.INTERNATIONAL else None


def _undeclared(digits: str, home: str) -> Reading:
    """Digits without any prefix: a question, unless the home country writes its numbers that way."""
    if len(digits) < _LEAST_DIGITS:
        return Reading(None, None, NumberProblem.TOO_SHORT, str(len(digits)))
    if len(digits) > _MOST_DIGITS:
        return Reading(None, None, NumberProblem.TOO_LONG, str(len(digits)))
    found = {r.number: r for r in (_national(digits, home), _international(digits)) if r.number}
    likely = next(iter(found.values())) if len(found) == 1 else None
    if likely and not (_trunk_prefix(home) or "").startswith("0"):
        return likely
    return Reading(None, None, NumberProblem.NO_COUNTRY, (likely.number or "") if likely else "")


def _international(digits: str) -> Reading:
    if known := _recalled(None, digits):
        return known
    code = _code_of(digits)
    if code is None:
        return _judge_international(digits)
    before = len(str(code))
    written = digits[before:]
    zero = "0" if written.startswith("0") and _reads_plainly(_main_region(code)) else ""
    decided = _decided(written, code, zero)
    said = _judge_international(digits)
    if decided is not None:
        _remember(None, digits, before + decided, said, f"+{code}", before + written.startswith("0"))
    return said


def _national(digits: str, home: str) -> Reading:
    if known := _recalled(home, digits):
        return known
    code, decided = calling_code(home), None
    if code and _reads_plainly(home) and not digits.startswith("00"):
        # The library takes the country code away, too, where it may stand without a plus.
        taken = "0" if digits.startswith("0") else str(code) if digits.startswith(str(code)) else ""
        decided = _decided(digits, code, taken)
    said = _judge_national(digits, home)
    if decided is not None:
        _remember(home, digits, decided, said, f"+{code}", digits.startswith("0"))
    return said


def _decided(written: str, code: int, taken: str) -> int | None:
    """So many digits of what is written decide about it; None if that is not certain.

    `taken` is what the library may take away from the beginning: it then asks the same patterns before and after.
    """
    whole = deciding_digits(code, written, stripped=taken != "0")
    rest = deciding_digits(code, written[len(taken) :]) if taken else 0
    return None if whole is None or rest is None else max(whole, len(taken) + rest)


class _Verdict(NamedTuple):
    """What the library says of all numbers that it cannot tell from this one."""

    said: Reading
    """Of the number it was asked about."""
    prefix: str
    """The country code with its plus."""
    before: int
    """So many digits of what is written are replaced by it."""


_MOST_REMEMBERED = 200_000
# Fewer digits decide only where no number is right; the memory is searched from short to long.
_LEAST_DECIDING, _MOST_DECIDING = 3, 9
_FOUND: dict[tuple[str | None, str, int], _Verdict] = {}
"""(home, the first digits as far as they decide, how many digits) → the verdict."""


def _recalled(home: str | None, digits: str) -> Reading | None:
    """The verdict on this number, if one was found that must be the same."""
    deciding = _remembered(home, digits)
    if deciding is None:
        return None
    said, prefix, before = _FOUND[home, digits[:deciding], len(digits)]
    if said.number:
        return Reading(prefix + digits[before:], said.region)
    return said._replace(detail=prefix + digits[before:]) if said.detail.startswith("+") else said


def _remembered(home: str | None, digits: str) -> int | None:
    """So many of its first digits decided a verdict that must hold for this number; None if there was none yet."""
    length = len(digits)
    for deciding in range(_LEAST_DECIDING, _MOST_DECIDING + 1):
        if (home, digits[:deciding], length) in _FOUND:
            return deciding
    return None


def _remember(home: str | None, digits: str, decided: int, said: Reading, prefix: str, before: int) -> None:
    """Keep a verdict for the numbers that share these first digits and the length."""
    number = prefix + digits[before:]
    # Digits in it that are not the whole number would be this number's alone.
    is_shared = said.number in (None, number) and (not said.detail.startswith("+") or said.detail == number)
    if decided > _MOST_DECIDING or not is_shared:
        return
    if len(_FOUND) >= _MOST_REMEMBERED:
        _FOUND.clear()
    _FOUND[home, digits[: max(decided, _LEAST_DECIDING)], len(digits)] = _Verdict(said, prefix, before)


def _code_of(digits: str) -> int | None:
    """The country code that these digits begin with."""
    for length in (1, 2, 3):
        code = digits[:length]
        if code and code[0] != "0" and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return int(code)
    return None


def _judge_international(digits: str) -> Reading:
    return _judged("+" + digits, None, digits, lambda code, trunk: (f"{code}", f"{code}{trunk}"))


def _judge_national(digits: str, home: str) -> Reading:
    return _judged(digits, home, digits, lambda code, trunk: ("", trunk))


def _judged(form: str, home: str | None, digits: str, prefixes: Callable[[int, str], tuple[str, str]]) -> Reading:
    """What the library says, if it kept every digit; `prefixes` may stand before the national number."""
    try:
        parsed = phonenumbers.parse(form, home)
    except NumberParseException as error:
        return Reading(None, None, _parse_problem(error), str(len(digits)))
    code = parsed.country_code or 0
    national = phonenumbers.national_significant_number(parsed)
    region = phonenumbers.region_code_for_number(parsed)
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.UNKNOWN:
        return _unassigned(parsed, f"{code}{national}")
    trunk = _trunk_prefix(phonenumbers.region_code_for_country_code(code)) or ""
    if digits not in [prefix + national for prefix in prefixes(code, trunk)]:
        return Reading(None, None, NumberProblem.NOT_ASSIGNED)
    number = f"+{code}{national}"
    if kind in _RECEIVES_SMS and region != "001":
        return Reading(number, region)
    if kind == PhoneNumberType.FIXED_LINE:
        return Reading(None, region, NumberProblem.LANDLINE, number)
    name = "satellite" if region == "001" else PhoneNumberType.to_string(kind).lower()
    return Reading(None, region, NumberProblem.NOT_A_PHONE, name)


def _unassigned(parsed: PhoneNumber, digits: str) -> Reading:
    """Why no network has this number: by its length, if that tells, as mobile numbers go in its country."""
    verdict = phonenumbers.is_possible_number_for_type_with_reason(parsed, PhoneNumberType.MOBILE)
    if verdict in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return Reading(None, None, NumberProblem.TOO_SHORT, str(len(digits)))
    if verdict == ValidationResult.TOO_LONG:
        return Reading(None, None, NumberProblem.TOO_LONG, str(len(digits)))
    return Reading(None, None, NumberProblem.NOT_ASSIGNED)


def _parse_problem(error: NumberParseException) -> NumberProblem:
    if error.error_type == NumberParseException.TOO_LONG:
        return NumberProblem.TOO_LONG
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return NumberProblem.NOT_ASSIGNED
    return NumberProblem.TOO_SHORT


def _refused(written: str, home: str) -> Reading:
    """The reason why a cell is not even tried, the most telling one first."""
    written = written[:_LONGEST_CELL]
    digit_count = sum(character.isdigit() for character in written)
    if not written:
        return Reading(None, None, NumberProblem.EMPTY)
    if _SCIENTIFIC.fullmatch(written):
        return Reading(None, None, NumberProblem.SCIENTIFIC)
    if decimal := _DECIMAL.fullmatch(written):
        whole = read_number(decimal[1], home)
        return Reading(None, None, NumberProblem.DECIMAL, whole.number or whole.detail)
    if not digit_count or (digit_count < 5 and any(character.isalpha() for character in written)):
        return Reading(None, None, NumberProblem.NO_DIGITS)
    if _are_two(written) or (_WRITTEN.fullmatch(written) and _SECOND_ENDING.fullmatch(written)):
        return Reading(None, None, NumberProblem.TWO_NUMBERS)
    if _EXTENSION.fullmatch(written):
        return Reading(None, None, NumberProblem.EXTENSION)
    # Every character is allowed by itself: then it is a plus that stands where none can.
    odd = next((c for c in written if c not in "0123456789+() ./-"), "+")
    return Reading(None, None, NumberProblem.LETTERS if odd.isalpha() else NumberProblem.ODD_CHARACTER, odd)


def _are_two(written: str) -> bool:
    """Whether a cell holds two things with enough digits to be numbers each."""
    digit_counts = [sum(c.isdigit() for c in piece) for piece in _BETWEEN_NUMBERS.split(written)]
    return len([count for count in digit_counts if count >= _LEAST_DIGITS]) >= 2


def _trunk_prefix(region: str) -> str | None:
    """What a country writes before its national numbers ("0" in Germany); None if nothing."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata.national_prefix if metadata is not None else None
