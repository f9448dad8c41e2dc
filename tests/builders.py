"""Valid objects and files for tests; a test states only what it is about."""

import random
from collections import Counter
from collections.abc import Callable

FIRST_NAMES = ("Jörg", "Käthe", "Günter", "Anna", "Björn", "Zoé", "Mia", "Elif", "Ruß", "Sören", "Ümit", "Lena")
STORES = ("Gießen", "Köln", "Lüneburg", "Kassel", "Fürth", "Görlitz")

_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda n: f"0{n[:3]} {n[3:6]} {n[6:9]}-{n[9:]}",
    lambda n: f"+49 (0){n[:3]} {n[3:]}",
    lambda n: f"0049{n}",
    lambda n: f"+49{n}",
    lambda n: f"0{n[:3]}/{n[3:]}",
    lambda n: f"(0{n[:3]}) {n[3:7]} {n[7:]}",
)

# Each one unreadable, for nearly as many reasons.
BAD_CELLS = (
    "",
    "siehe Mail",
    "4,91725E+11",
    "0176 0406O112",
    "0049 151 2",
    "0561 7003 11",
    "1760406901",
    "0176 04069012, 0152 28817388",
    "0176 04069012 ext. 5",
    "+49 176 0406901234",
    "+999 123 4567",
    "0176 04069012*",
    "k. A.",
    "0176 04069012/3",
    "-",
)


def a_number(index: int, ending: str = "") -> str:
    """An invented German mobile number, E.164: the same for the same index and ending, another for any other."""
    return f"+4917604{index:0{6 - len(ending)}d}{ending}"


def customers_csv(
    rows: int = 1200,
    duplicates: int = 20,
    bad: int = 15,
    seed: int = 1,
    *,
    header: tuple[str, str, str] = ("Vorname", "Mobil", "Filiale"),
    ending: Callable[[int], str] | None = None,
    encoding: str = "cp1252",
) -> bytes:
    """A customer list as a German spreadsheet saves it: semicolons, Windows-1252, numbers spelled in every way.

    `rows` counts all rows: rows - duplicates - bad people receive. `ending` gives the last digits (up to 3) of the
    i-th of them, from 0. Bad rows hold the cells of `BAD_CELLS` in turn.
    """
    chance = random.Random(seed)
    receivers = rows - duplicates - bad
    numbers = _numbers(receivers, ending)
    cells = [spelled(number, i) for i, number in enumerate(numbers)]
    # A duplicate stands after its first row and is spelled in another way.
    cells += [spelled(numbers[i * 7 % receivers], i * 7 % receivers + 1) for i in range(duplicates)]
    for i in range(bad):
        cells.insert(chance.randrange(len(cells) + 1), BAD_CELLS[i % len(BAD_CELLS)])
    lines = [";".join(header)]
    lines += [f"{chance.choice(FIRST_NAMES)};{cell};{chance.choice(STORES)}" for cell in cells]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def spelled(number: str, way: int) -> str:
    """A German number in E.164 as some person would write it."""
    return _SPELLINGS[way % len(_SPELLINGS)](number.removeprefix("+49"))


def _numbers(count: int, ending: Callable[[int], str] | None) -> list[str]:
    used: Counter[str] = Counter()
    numbers: dict[str, None] = {}
    for i in range(count):
        last = ending(i) if ending else ""
        # Endings of different lengths can meet in one number: then the next one is taken.
        while (number := a_number(used[last], last)) in numbers:
            used[last] += 1
        numbers[number] = None
    return list(numbers)
