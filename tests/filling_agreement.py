"""Texts filled and counted for many rows at once, beside each row filled value by value and counted by hand.

    uv run --group dev python -m tests.filling_agreement --rows 300000 --seeds 4

Lists have columns that are plain, that have an odd value here and there, and that are full of them. Most texts end
a few characters from the border of a part.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sms4a.campaigns.bodies import as_sent, sizer_for
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.filling import Rendered, renderer
from sms4a.templates import Template
from sms4a.text import NO_SIZE, Encoding, Size
from tests.reference import reference_parts, reference_units

ROWS_OF_A_LIST = 40
NAMES = ("name", "store", "code")
BORDERS = (70, 67, 134, 201, 160, 153, 306, 459, 612)

PLAIN = ("Anna", "Jörg", "Käthe", "Bad Homburg v. d. Höhe", "ΔΣ", "12.50", "10:30", "a/b", "100 %", "%s", "x" * 100)
ODD = (
    "Łukasz", "Zoë", "Δημήτρης", "O’Hara", "中", "😀", "👩🏽\u200d🚀", "Mu\u0308ller", "\u0301x", "€", "{name}", "[1]",
    "a^", "", " ", " Anna ", "a\tb", "two\r\nlines", "\u00a0x", "a\u200bb", "a\0b", "\ud83d", "x" * 101, "€" * 51,
    "example.de", "www.x", "a https://b", "x.", ".de", "de",
)  # fmt: skip

Filled = tuple[Rendered, Size]


@dataclass(frozen=True, slots=True)
class Case:
    """A text, the choices of its author, and the rows of a list."""

    pieces: tuple[str, ...]
    """Constant text and names of placeholders in turn."""
    options: CampaignOptions
    rows: list[dict[str, str]]

    @property
    def text(self) -> str:
        return "".join(f"{{{piece}}}" if n % 2 else piece for n, piece in enumerate(self.pieces))


def cases(count: int, seed: int) -> Iterator[Case]:
    """As many as have `count` rows, the same for the same seed."""
    chance = random.Random(seed)
    for left in range(count, 0, -ROWS_OF_A_LIST):
        rows = _rows(chance, min(left, ROWS_OF_A_LIST))
        options = CampaignOptions(
            treatment=chance.choice(tuple(Treatment)),
            defaults=chance.choice(((), (("Name", "friend"),), (("code", "ł"),))),
            links=chance.choice(((), ("STORE",))),
        )
        yield Case(_pieces(chance, rows[0]), options, rows)


def _rows(chance: random.Random, count: int) -> list[dict[str, str]]:
    columns = {name: _column(chance, count) for name in NAMES}
    if chance.random() < 0.05:
        del columns["store"]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _column(chance: random.Random, count: int) -> list[str]:
    plain = chance.choice((PLAIN, PLAIN[:1], tuple(f"K{n:04}" for n in range(count))))
    # With several kinds in one column, one would hide the other.
    odd, share = chance.choice((ODD, (chance.choice(ODD),))), chance.choice((0, 0.02, 0.02, 0.5))
    return [chance.choice(odd if chance.random() < share else plain) for _ in range(count)]


def _pieces(chance: random.Random, row: Mapping[str, str]) -> tuple[str, ...]:
    names = [chance.choice(NAMES) for _ in range(chance.randrange(5))]
    room = max(0, chance.choice(BORDERS) + chance.randrange(-4, 5) - sum(len(row.get(name, "")) for name in names))
    special, many = chance.choice(("€[", "😀", "ł–\u0301", "%\n")), chance.choice((0, 0, 1, 3, room // 3))
    # Those of two units are half as many: the text stays near the border.
    signs = [chance.choice("aé ")] * (room - many if special in ("€[", "😀") else room)
    for place in chance.sample(range(len(signs)), min(many, len(signs))):
        signs[place] = chance.choice(special)
    cuts = sorted(chance.randrange(len(signs) + 1) for _ in names)
    constants = ["".join(signs[a:b]) for a, b in zip([0, *cuts], [*cuts, len(signs)], strict=True)]
    return tuple(piece for pair in zip(constants, [*names, ""], strict=True) for piece in pair)[:-1]


def at_once(case: Case, chance: random.Random) -> Iterator[Filled]:
    """As a campaign is planned, with so many rows together as it comes."""
    fill = sizer_for(Template.parse(case.text), {name: name for name in NAMES}, case.options)
    start = 0
    while start < len(case.rows):
        end = start + chance.randrange(1, 30)
        yield from fill(case.rows[start:end])
        start = end


def by_hand(case: Case, row: Mapping[str, str]) -> Filled:
    """Each value by itself, nothing remembered; the parts character by character."""
    text = ""
    for n, piece in enumerate(case.pieces):
        only = Template.parse(f"{{{piece}}}" if n % 2 else piece)
        chosen = {"defaults": dict(case.options.defaults), "links": case.options.links}
        value = renderer(only, {piece: piece}, **chosen)(row)  # type: ignore[arg-type]
        if value.problem:
            return value, NO_SIZE
        text += value.text
    sent = as_sent(text, case.options.treatment)
    encoding, parts = reference_parts(sent, Encoding.UCS2 if case.options.treatment is Treatment.UNICODE else None)
    return Rendered(text), Size(encoding, sum(reference_units(c, encoding) for c in sent), len(parts))


def differences(count: int, seed: int) -> list[tuple[str, dict[str, str], Filled, Filled]]:
    """Text and row on which both do not agree, with what each says."""
    chance, found = random.Random(seed), []
    for case in cases(count, seed):
        for row, made in zip(case.rows, at_once(case, chance), strict=True):
            if made != (expected := by_hand(case, row)):
                found.append((case.text, row, made, expected))
    return found


def main() -> int:
    """0 if there is not one difference."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=300_000)
    arguments.add_argument("--seeds", type=int, default=4)
    given = arguments.parse_args()
    begin, total = time.monotonic(), 0
    for seed in range(given.seeds):
        found = differences(given.rows, seed)
        total += len(found)
        for text, row, ours, theirs in found[:10]:
            print(f"seed {seed}: {text!r} with {row} is {ours} and should be {theirs}")
    seconds = time.monotonic() - begin
    print(f"{given.rows * given.seeds:,} rows of {given.seeds} seeds, {total} differences, {seconds:.0f} s")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
