"""Phone numbers as people write them."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms4a import number_columns
from sms4a.number_columns import NumberColumn
from sms4a.number_plans import deciding_digits
from sms4a.numbers import Bare, NumberProblem, Reading, calling_code, read_number
from tests.number_agreement import BARE, column_readings, differences

MOBILE = "+4917612345678"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("0176 123 456-78", MOBILE),
        ("+49 (0)176 12345678", MOBILE),
        ("+49 (0) 176 12345678", MOBILE),
        ("+49017612345678", MOBILE),
        ("004917612345678", MOBILE),
        ("0049 (0)176 12345678", MOBILE),
        ("(+49) 176 12345678", MOBILE),
        ("0176.123.456.78", MOBILE),
        ("- +49 176 12345678", MOBILE),
        ("  017612345678\t", MOBILE),
        # No-break spaces, as our own pages show numbers.
        ("+49\u00a0176\u00a012345678", MOBILE),
        ("+49\u202f176\u202f12345678", MOBILE),
        # Excel's mark for a number that is to stay text.
        ("'+4917612345678", MOBILE),
        ("'0176 12345678", MOBILE),
        ("\u20190176 12345678", MOBILE),
        ("(0176) 1234567", "+491761234567"),
        ("0176/1234567", "+491761234567"),
        ("0171 3920012", "+491713920012"),
        ("0152 28895456", "+4915228895456"),
        ("+43 664 1234567", "+436641234567"),
        ("0041 78 123 45 67", "+41781234567"),
        # A leading zero stays only where it belongs to the number; here it does not.
        ("+39 347 1234567", "+393471234567"),
        # Fixed line or mobile: nobody can tell from the number alone.
        ("+1 212 555 0123", "+12125550123"),
    ],
)
def test_spellings_that_are_read(raw: str, number: str) -> None:
    assert read_number(raw).number == number


@pytest.mark.parametrize(
    ("raw", "problem", "detail"),
    [
        ("", NumberProblem.EMPTY, ""),
        (" \u00a0", NumberProblem.EMPTY, ""),
        ("siehe Mail", NumberProblem.NO_DIGITS, ""),
        ("-", NumberProblem.NO_DIGITS, ""),
        ("+", NumberProblem.NO_DIGITS, ""),
        ("Tür 5", NumberProblem.NO_DIGITS, ""),
        ("+44 7700 90O112", NumberProblem.LETTERS, "O"),
        ("Tel. 0176 12345678", NumberProblem.LETTERS, "T"),
        # A Cyrillic O, which no eye tells from the Latin one.
        ("0176 1234О678", NumberProblem.LETTERS, "О"),
        ("0176\u200b12345678", NumberProblem.ODD_CHARACTER, "\u200b"),
        ("\u202a0176 12345678", NumberProblem.ODD_CHARACTER, "\u202a"),
        ("0176 12345678\0", NumberProblem.ODD_CHARACTER, "\0"),
        ("٠١٧٦١٢٣٤٥٦٧٨", NumberProblem.ODD_CHARACTER, "٠"),
        ("０１７６１２３４５６７８", NumberProblem.ODD_CHARACTER, "０"),
        ("''+4917612345678", NumberProblem.ODD_CHARACTER, "'"),
        ("0176'12345678", NumberProblem.ODD_CHARACTER, "'"),
        ("++4917612345678", NumberProblem.ODD_CHARACTER, "+"),
        ("0176+12345", NumberProblem.ODD_CHARACTER, "+"),
        ("0176 12345678, 0152 28817388", NumberProblem.TWO_NUMBERS, ""),
        ("0176 12345678 oder 0152 28817388", NumberProblem.TWO_NUMBERS, ""),
        ("0176 12345678/0152 28817388", NumberProblem.TWO_NUMBERS, ""),
        ("+4917612345678 +4915228817388", NumberProblem.TWO_NUMBERS, ""),
        ("+4917612345678\n+4915228817388", NumberProblem.TWO_NUMBERS, ""),
        # "…67 or …68": as one number it would be valid, and somebody else's.
        ("0176 1234567/8", NumberProblem.TWO_NUMBERS, ""),
        ("0176 12345678 ext. 5", NumberProblem.EXTENSION, ""),
        ("0176 12345678x5", NumberProblem.EXTENSION, ""),
        ("0176 12345678 #12", NumberProblem.EXTENSION, ""),
        ("0561 7003 Durchwahl 11", NumberProblem.EXTENSION, ""),
        ("4,9E+11", NumberProblem.SCIENTIFIC, ""),
        ("4.91725E+11", NumberProblem.SCIENTIFIC, ""),
        ("4,91725e11", NumberProblem.SCIENTIFIC, ""),
        ("4917612345678.0", NumberProblem.DECIMAL, MOBILE),
        # Read as one number the decimal zero would be its last digit.
        ("01761234567.0", NumberProblem.DECIMAL, "+491761234567"),
        ("0049 151 2", NumberProblem.TOO_SHORT, "6"),
        ("0176 123456", NumberProblem.TOO_SHORT, "11"),
        ("110", NumberProblem.TOO_SHORT, "3"),
        ("+49 176 1234567890", NumberProblem.TOO_LONG, "15"),
        ("1" * 30, NumberProblem.TOO_LONG, "30"),
        ("+999 1234567", NumberProblem.NOT_ASSIGNED, "10"),
        ("+0049 176 12345678", NumberProblem.NOT_ASSIGNED, "15"),
        # Reserved for films, and valid nowhere.
        ("+44 7700 900123", NumberProblem.NOT_ASSIGNED, ""),
        ("1725550188", NumberProblem.LOST_ZERO, "+491725550188"),
        ("4917612345678", NumberProblem.LOST_PLUS, MOBILE),
        # With a plus it is a number in North Dakota.
        ("17012345678", NumberProblem.TWO_MEANINGS, ""),
        ("99999999", NumberProblem.NO_COUNTRY, ""),
        ("0561 7003 11", NumberProblem.LANDLINE, "+49561700311"),
        ("0900 1234567", NumberProblem.NOT_A_PHONE, "premium_rate"),
        ("0800 1234567", NumberProblem.NOT_A_PHONE, "toll_free"),
        ("+8816 12345678", NumberProblem.NOT_A_PHONE, "satellite"),
    ],
)
def test_what_is_not_read_and_why(raw: str, problem: NumberProblem, detail: str) -> None:
    reading = read_number(raw)
    assert (reading.number, reading.problem, reading.detail) == (None, problem, detail)


@pytest.mark.parametrize(
    ("raw", "bare", "number"),
    [
        ("17612345678", Bare.NATIONAL, MOBILE),
        ("17612345678", Bare.INTERNATIONAL, None),
        ("4917612345678", Bare.INTERNATIONAL, MOBILE),
        # As a national number it is a landline, and the library's own repair is not ours.
        ("4917612345678", Bare.NATIONAL, None),
        ("017612345678", Bare.INTERNATIONAL, MOBILE),
        ("+4917612345678", Bare.NATIONAL, MOBILE),
        # Each kind has its own answer.
        ("1725550188", Bare.LOST_ZERO, "+491725550188"),
        ("1725550188", Bare.LOST_PLUS, None),
        ("4917612345678", Bare.LOST_PLUS, MOBILE),
        ("4917612345678", Bare.LOST_ZERO, None),
        ("17012345678", Bare.LOST_ZERO | Bare.LOST_PLUS, None),
        ("17012345678", Bare.LOST_PLUS | Bare.TWO_AS_NATIONAL, "+4917012345678"),
        ("17012345678", Bare.LOST_ZERO | Bare.TWO_AS_INTERNATIONAL, "+17012345678"),
    ],
)
def test_digits_alone_mean_what_the_author_said(raw: str, bare: Bare, number: str | None) -> None:
    assert read_number(raw, bare=bare).number == number


@pytest.mark.parametrize(
    ("raw", "home", "number"),
    [
        ("612345678", "ES", "+34612345678"),
        ("347 1234567", "IT", "+393471234567"),
        ("212 555 0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("8 912 345-67-89", "RU", "+79123456789"),
        ("06 20 123 4567", "HU", "+36201234567"),
        ("0664 1234567", "AT", "+436641234567"),
        ("0176 12345678", "AT", None),
        # Americans dial 011; 00 is what the rest of the world writes in lists.
        ("0049 176 12345678", "US", MOBILE),
    ],
)
def test_a_home_country_writes_numbers_its_own_way(raw: str, home: str, number: str | None) -> None:
    assert read_number(raw, home).number == number


def test_a_country_outside_the_allowed_ones_is_named() -> None:
    assert read_number("+436641234567", allowed=frozenset({"DE"})) == Reading(
        None, "AT", NumberProblem.COUNTRY_NOT_ALLOWED, "AT"
    )
    assert read_number("0176 12345678", allowed=frozenset({"DE"})) == Reading(MOBILE, "DE")


def test_a_home_country_nobody_knows_is_no_crash() -> None:
    assert read_number("0176 12345678", "XX").number is None
    assert read_number(MOBILE, "XX").number == MOBILE


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="0123456789+() ./-,;xE\u00a0", max_size=300))
def test_any_cell_is_answered_and_no_digit_is_made_or_lost(raw: str) -> None:
    reading = read_number(raw)
    assert (reading.number is None) == (reading.problem is not None)
    if reading.number is not None:
        digits = "".join(c for c in raw if c.isdigit())
        national = reading.number.removeprefix("+49") if reading.region == "DE" else reading.number.removeprefix("+")
        assert digits.endswith(national)
        assert digits.removesuffix(national) in ("", "0", "49", "490", "0049", "00490", "00")


def test_a_cell_as_long_as_a_book_is_answered_at_once() -> None:
    assert read_number("1x " * 100_000).problem is NumberProblem.LETTERS


def test_countries_have_calling_codes() -> None:
    assert [calling_code(r) for r in ("DE", "US", "XX")] == [49, 1, None]


def test_the_readings_are_those_of_the_library() -> None:
    assert differences(6_000, seed=7) == []


def test_a_digit_less_in_the_memory_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the test above proved nothing."""
    decided = deciding_digits
    monkeypatch.setattr(number_columns, "deciding_digits", lambda *said, **more: (decided(*said, **more) or 1) - 1)
    assert differences(3_000, seed=7)


def test_an_ending_that_is_a_digit_too_long_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    free = number_columns._free_digits
    monkeypatch.setattr(number_columns, "_free_digits", lambda *said: free(*said) and free(*said) + 1)
    assert differences(6_000, seed=7)


@pytest.mark.parametrize(
    ("code", "national", "digits"),
    [
        (49, "17612345678", 2),
        (43, "6641234567", 3),
        # A voice box would have more digits, so nothing behind the third is asked.
        (49, "15255123456", 3),
        # Where a trunk prefix might be taken away, the library itself is asked.
        (49, "017612345678", None),
        # Japan's patterns look for the end of a number, which is not understood.
        (81, "9012345678", None),
    ],
)
def test_so_many_digits_decide(code: int, national: str, digits: int | None) -> None:
    assert deciding_digits(code, national) == digits
    assert deciding_digits(code, national) == digits, "also when it is remembered"


def test_two_zeros_are_never_taken_for_one() -> None:
    column = NumberColumn("RU", bare=Bare.ASK)
    cells = ["061239941", "006907290"]
    assert column_readings(column, cells) == [read_number(cell, "RU") for cell in cells]


@pytest.mark.parametrize("bare", BARE)
@pytest.mark.parametrize("home", ["DE", "AT", "IT", "US"])
def test_a_cell_of_many_is_read_as_it_would_be_by_itself(home: str, bare: Bare) -> None:
    chance = random.Random(f"{home}{bare}")
    column = NumberColumn(home, bare=bare, allowed=frozenset({"DE", "AT"}))
    pieces = [
        *(
            "0176",
            "+49",
            "0049",
            "(0)",
            "0151/",
            "0664 ",
            "39",
            "1",
            "+",
            " ",
            "  ",
            "-",
            "/",
            ".",
            ",",
            ";",
            "'",
            "\u2019",
            "(",
            "\t",
        ),
        *(
            "\u00a0",
            "\u202f",
            "\u200b",
            "x",
            " oder ",
            "E+",
            ".0",
            "\u0663",
            "²",
            "1234567",
            "12345678",
            "5" * 12,
            " " * 190,
        ),
    ]
    for _ in range(1_000):
        cell = "".join(chance.choices(pieces, k=chance.randrange(1, 6)))
        for _ in range(5):
            other = re.sub(r"(?<=.)[0-9]", lambda _: str(chance.randrange(10)), cell) if chance.random() < 0.3 else cell
            other = re.sub(r"[0-9]{4,7}$", lambda found: f"{chance.randrange(10**9):09d}"[-len(found[0]) :], other)
            assert column_readings(column, [other]) == [
                read_number(other, home, bare=bare, allowed=frozenset({"DE", "AT"}))
            ], other
