"""Phone numbers as people write them, read and judged. The judge is `phonenumbers`."""

import re
from collections.abc import Callable
from enum import IntFlag, StrEnum
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

# A number in the fixed international notation has at most 15 digits (ITU-T E.164); below 7 none is a mobile.
_MOST_DIGITS = 15
_LEAST_DIGITS = 7

# Enough of a cell to say what is wrong with it, in bounded time.
LONGEST_CELL = 200

# No-break spaces count as spaces: web pages, spreadsheets and our own pages write them, and they hide no digit.
# Everything else invisible is refused by name, because the library drops it in silence, and letters with it.
_SPACES = str.maketrans("\u00a0\u202f", "  ")
_SIGNS = str.maketrans("", "", "+() ./-")
_OUTER = " \t\u00a0\u202f"
_WRITTEN = re.compile(r"(?:[() ./-]*\+)?[0-9() ./-]+")
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
    LOST_ZERO = "lost_zero"
    """Digits without +, 00 or the leading zero: a number of the home country, and no other. Detail: that number."""
    LOST_PLUS = "lost_plus"
    """They are a number with its country code, and no other. Detail: that number."""
    TWO_MEANINGS = "two_meanings"
    """They are a number of the home country, and with a plus before them another one."""
    NO_COUNTRY = "no_country"
    """They are neither."""
    LANDLINE = "landline"
    """Detail: the number."""
    NOT_A_PHONE = "not_a_phone"
    """Premium, shared cost, toll free, satellite, Internet … Detail: which of these."""
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    """Detail: the country."""


class Bare(IntFlag):
    """What digits without +, 00 or a leading zero may be taken for in a list."""

    LOST_ZERO = 1
    """The number of the home country that they are, where they can be nothing else."""
    LOST_PLUS = 2
    """The number with its country code that they are, where they can be nothing else."""
    TWO_AS_NATIONAL = 4
    """What has two meanings: as a number of the home country."""
    TWO_AS_INTERNATIONAL = 8
    ASK = 0
    NATIONAL = LOST_ZERO | TWO_AS_NATIONAL
    INTERNATIONAL = LOST_PLUS | TWO_AS_INTERNATIONAL


class Reading(NamedTuple):
    """What a cell says."""

    number: str | None
    """E.164; None if there is any problem."""
    region: str | None
    """ISO 3166 code of the number's country, as far as it is known."""
    problem: NumberProblem | None = None
    detail: str = ""
    """What belongs to the problem: a character, a count of digits, or a number in E.164 to suggest."""


class Route(NamedTuple):
    """Digits as a number of a country, or of the world (None)."""

    country: str | None
    digits: str


def judge(route: Route) -> Reading:
    """What the library says of these digits, if it kept every one of them."""
    home, digits = route
    try:
        parsed = phonenumbers.parse("+" + digits if home is None else digits, home)
    except NumberParseException as error:
        return Reading(None, None, _parse_problem(error), str(len(digits)))
    code = parsed.country_code or 0
    national = phonenumbers.national_significant_number(parsed)
    region = phonenumbers.region_code_for_number(parsed)
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.UNKNOWN:
        return _unassigned(parsed, f"{code}{national}")
    trunk = _trunk_prefix(phonenumbers.region_code_for_country_code(code)) or ""
    before = str(code) if home is None else ""
    if digits not in (f"{before}{national}", f"{before}{trunk}{national}"):
        return Reading(None, None, NumberProblem.NOT_ASSIGNED)
    number = f"+{code}{national}"
    if kind in _RECEIVES_SMS and region != "001":
        return Reading(number, region)
    if kind == PhoneNumberType.FIXED_LINE:
        return Reading(None, region, NumberProblem.LANDLINE, number)
    name = "satellite" if region == "001" else PhoneNumberType.to_string(kind).lower()
    return Reading(None, region, NumberProblem.NOT_A_PHONE, name)


Judge = Callable[[Route], Reading]


def read_number(
    raw: str,
    home: str = "DE",
    *,
    bare: Bare = Bare.ASK,
    allowed: frozenset[str] | None = None,
    judged: Judge = judge,
) -> Reading:
    """What a cell says: a number that receives SMS, or the reason why not.

    `home` is the country of numbers written without one; `allowed` limits the countries (ISO codes; None: all).
    Nothing is guessed or dropped: the digits of the result are the digits of the cell, without prefixes. `judged` says
    what `judge` would.
    """
    written = _cleaned(raw)
    if not _looks_plain(written):
        return _refused(written, home, judged)
    match _routes(written, home):
        case ():
            return Reading(None, None, NumberProblem.NO_DIGITS)
        case (route,):
            reading = judged(route)
        case both:
            reading = _undeclared(both, home, bare, judged)
    if reading.problem is None and allowed is not None and reading.region not in allowed:
        return Reading(None, reading.region, NumberProblem.COUNTRY_NOT_ALLOWED, reading.region or "")
    if reading.problem in (NumberProblem.TOO_LONG, NumberProblem.NOT_ASSIGNED) and _are_two(written):
        return Reading(None, None, NumberProblem.TWO_NUMBERS)
    return reading


def _routes(written: str, home: str) -> tuple[Route, ...]:
    digits = written.translate(_SIGNS)
    national, international = Route(home, digits), Route(None, digits)
    if not digits:
        return ()
    if "+" in written:
        return (international,)
    if digits.startswith("00"):
        return (Route(None, digits[2:]),)
    return (national,) if digits.startswith("0") else (national, international)


def _looks_plain(written: str) -> bool:
    if len(written) > LONGEST_CELL or not _WRITTEN.fullmatch(written):
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
def calling_code(region: str) -> int | None:
    """49 for DE; None for a country we do not know."""
    return phonenumbers.country_code_for_region(region) or None


def _undeclared(both: tuple[Route, ...], home: str, bare: Bare, judged: Judge) -> Reading:
    """Digits without any prefix: a question, unless the home country writes its numbers that way."""
    length = len(both[0].digits)
    if not bare and not _LEAST_DIGITS <= length <= _MOST_DIGITS:
        problem = NumberProblem.TOO_SHORT if length < _LEAST_DIGITS else NumberProblem.TOO_LONG
        return Reading(None, None, problem, str(length))
    national, international = map(judged, both)
    if national.number and international.number and national != international:
        if Bare.TWO_AS_NATIONAL in bare:
            return national
        if Bare.TWO_AS_INTERNATIONAL in bare:
            return international
        return Reading(None, None, NumberProblem.TWO_MEANINGS)
    is_usual = not (_trunk_prefix(home) or "").startswith("0")
    for only, taken, lost in (
        (national, Bare.LOST_ZERO, NumberProblem.LOST_ZERO),
        (international, Bare.LOST_PLUS, NumberProblem.LOST_PLUS),
    ):
        if only.number:
            return only if is_usual or taken in bare else Reading(None, None, lost, only.number)
    return Reading(None, None, NumberProblem.NO_COUNTRY)


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


def _refused(written: str, home: str, judged: Judge) -> Reading:
    """The reason why a cell is not even tried, the most telling one first."""
    written = written[:LONGEST_CELL]
    digit_count = sum(map(str.isdigit, written))
    if not written:
        return Reading(None, None, NumberProblem.EMPTY)
    if _SCIENTIFIC.fullmatch(written):
        return Reading(None, None, NumberProblem.SCIENTIFIC)
    if decimal := _DECIMAL.fullmatch(written):
        whole = read_number(decimal[1], home, judged=judged)
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
    digit_counts = [sum(map(str.isdigit, piece)) for piece in _BETWEEN_NUMBERS.split(written)]
    return len([count for count in digit_counts if count >= _LEAST_DIGITS]) >= 2


def _trunk_prefix(region: str) -> str | None:
    """What a country writes before its national numbers ("0" in Germany); None if nothing."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata.national_prefix if metadata is not None else None
