"""Do our readings agree with `phonenumbers`, number by number? To be repeated whenever that library is updated.

    uv run --group dev python -m tests.number_agreement --numbers 350000 --seeds 3

The oracle asks the library anew for each number and remembers nothing. Numbers lie around the borders of every plan in
the world: examples of every kind and country with digits changed, added and taken away, written in several ways.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from sms4a.number_columns import NumberColumn
from sms4a.numbers import Bare, NumberProblem, Reading, read_number

HOMES = ("DE", "DE", "DE", "AT", "CH", "FR", "GB", "IT", "ES", "US", "HU", "RU", "AU", "JP", "GG", "FI")
BARE = (Bare.ASK, Bare.NATIONAL, Bare.INTERNATIONAL, Bare.LOST_ZERO | Bare.LOST_PLUS, Bare.LOST_PLUS | Bare.NATIONAL)
KINDS = [getattr(PhoneNumberType, name) for name in dir(PhoneNumberType) if name.isupper()]


@dataclass(frozen=True)
class Case:
    written: str
    home: str
    bare: Bare


def cases(count: int, seed: int) -> Iterator[Case]:
    chance = random.Random(seed)
    examples = _examples()
    german = [national for code, national in examples if code == 49]
    for _ in range(count):
        code, national = chance.choice(examples)
        home = chance.choice(HOMES)
        if chance.random() < 0.4:
            code, national, home = 49, chance.choice(german), "DE"
            if chance.random() < 0.6:
                national = f"1{chance.choice('567')}{chance.randrange(10)}"
        yield Case(_spelled(chance, code, _changed(chance, national)), home, chance.choice(BARE))


def expected(case: Case) -> str | None:
    """What the library says, with our policies: mobile or perhaps so, of a country, no digit made or lost."""
    digits = re.sub(r"\D", "", case.written)
    if case.written.startswith("+"):
        return _valid("+" + digits, None, digits)
    if digits.startswith("00"):
        return _valid("+" + digits[2:], None, digits[2:])
    if digits.startswith("0"):
        return _valid(digits, case.home, digits)
    if case.bare is Bare.ASK and not 7 <= len(digits) <= 15:
        return None
    national, world = _valid(digits, case.home, digits), _valid("+" + digits, None, digits)
    if national and world and national != world:
        answers = {Bare.TWO_AS_NATIONAL: national, Bare.TWO_AS_INTERNATIONAL: world}
        return next((number for answer, number in answers.items() if answer in case.bare), None)
    # Where numbers are written without a zero, digits alone are no question as long as they mean one thing.
    usual = not (_trunk(case.home) or "").startswith("0")
    return national or world if usual or (Bare.LOST_ZERO if national else Bare.LOST_PLUS) in case.bare else None


def differences(count: int, seed: int) -> list[tuple[Case, object, object]]:
    """Cases in which we differ from the library, or a cell of a column is read in another way than by itself."""
    found: list[tuple[Case, object, object]] = []
    columns: dict[tuple[str, Bare], tuple[NumberColumn, list[Case]]] = {
        (home, bare): (NumberColumn(home, bare=bare), []) for home in HOMES for bare in BARE
    }
    for case in cases(count, seed):
        columns[case.home, case.bare][1].append(case)
    for column, its_cases in columns.values():
        for start in range(0, len(its_cases), 100):
            chunk = its_cases[start : start + 100]
            for case, ours in zip(chunk, column_readings(column, [case.written for case in chunk]), strict=True):
                alone = read_number(case.written, case.home, bare=case.bare)
                theirs = expected(case)
                if ours != alone:
                    found.append((case, ours, alone))
                if ours.number != theirs:
                    found.append((case, ours.number, theirs))
    return found


def column_readings(column: NumberColumn, cells: list[str]) -> list[Reading]:
    columns = zip(*column.read(cells), strict=True)
    return [
        Reading(number, region, NumberProblem(why) if why else None, detail) for number, region, why, detail in columns
    ]


def _valid(form: str, home: str | None, digits: str) -> str | None:
    try:
        parsed = phonenumbers.parse(form, home)
    except NumberParseException:
        return None
    national = phonenumbers.national_significant_number(parsed)
    kind = phonenumbers.number_type(parsed)
    mobile = kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    region = phonenumbers.region_code_for_number(parsed)
    if not phonenumbers.is_valid_number(parsed) or not mobile or region == "001":
        return None
    trunk = _trunk(phonenumbers.region_code_for_country_code(parsed.country_code or 0)) or ""
    prefixes = ("", trunk) if home else (f"{parsed.country_code}", f"{parsed.country_code}{trunk}")
    return f"+{parsed.country_code}{national}" if digits in [prefix + national for prefix in prefixes] else None


def _trunk(region: str) -> str | None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata.national_prefix if metadata else None


def _examples() -> list[tuple[int, str]]:
    """A number of every kind in every country."""
    found: dict[tuple[int, str], None] = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in KINDS:
            if example := phonenumbers.example_number_for_type(region, kind):
                national = phonenumbers.national_significant_number(example)
                found[example.country_code or 0, national] = None
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        if example := phonenumbers.example_number_for_non_geo_entity(code):
            found[code, phonenumbers.national_significant_number(example)] = None
    return list(found)


def _changed(chance: random.Random, national: str) -> str:
    """As far as the border of what is assigned, and over it."""
    kept = chance.randrange(1, 8)
    length = max(kept, len(national) + chance.choice((0, 0, 0, 0, 0, -1, 1, 2, -3)))
    tail = "".join(chance.choice("0123456789") for _ in range(max(0, length - kept)))
    return (
        (national[:kept] + tail)[:length] if len(national) > 3 else national + tail + "0123456"[: chance.randrange(7)]
    )


def _spelled(chance: random.Random, code: int, national: str) -> str:
    region = phonenumbers.region_code_for_country_code(code)
    trunk = _trunk(region) or ""
    return chance.choice(
        (
            f"+{code}{national}",
            f"+{code} {national[:3]} {national[3:]}",
            f"{trunk}{' '.join(re.findall('..?', national))}",
            f"00{code}{national}",
            f"+{code} ({trunk}){national}",
            f"+{code}{trunk}{national}",
            f"0{national}",
            f"0{national[:3]}/{national[3:]}",
            f"{trunk}{national}",
            national,
            f"{code}{national}",
            f"+0{national}",
        )
    )


def main() -> int:
    """0 if there is not one difference."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--numbers", type=int, default=350_000)
    arguments.add_argument("--seeds", type=int, default=3)
    given = arguments.parse_args()
    total = 0
    for seed in range(given.seeds):
        found = differences(given.numbers, seed)
        total += len(found)
        for case, ours, theirs in found[:10]:
            print(f"seed {seed}: {case} is {ours} and should be {theirs}")
    print(f"phonenumbers {phonenumbers.__version__}: {given.numbers * given.seeds:,} numbers, {total} differences")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
