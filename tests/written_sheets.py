"""Sheets as different programs write them, of rows that are nearly alike: by chance, one seed after the other."""

import random
from collections.abc import Callable

from tests.builders import a_number
from tests.spreadsheets import DATE, sheet_xml, xlsx

_TEXTS = ("Jörg", "", " ", "Köln & Umland", "a_x000D_b", "2", "\U0001f600", "0176 04000001", "x" * 300)

# A cell from `<c` and its place on; what a column is full of, and what stands there now and then.
_CELLS: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: f' t="s"><v>{chance.randrange(9)}</v></c>',
    lambda chance: f' s="3" t="s"><v>{chance.randrange(9)}</v></c>',
    lambda chance: f' t="inlineStr"><is><t>{chance.choice(("Ulm", "Zoé", "", "a_x000D_b"))}</t></is></c>',
    lambda chance: f' t="inlineStr" s="1"><is><t xml:space="preserve">{a_number(chance.randrange(50))}</t></is></c>',
    lambda chance: f"><v>{4917604000000 + chance.randrange(50)}</v></c>",
    lambda chance: f"><v>{chance.randrange(2000) / 4}</v></c>",
    lambda chance: f' s="{DATE}"><v>{40_000 + chance.randrange(9)}</v></c>',
    lambda chance: f' t="str"><v>{chance.choice(("Bonn", " ", "007"))}</v></c>',
)
_RARE = (
    "/>", ' s="1"/>', ' s="2"></c>', "><v></v></c>", "><v>12345678901234567</v></c>", "><v>4.9E+11</v></c>",
    ' t="s"><v>99</v></c>', ' t="s"><v>-1</v></c>', ' t="s"><v> 1</v></c>', ' t="s"><v>1</v><v>2</v></c>',
    ' t="b"><v>1</v></c>', ' t="e"><v>#REF!</v></c>', "><f>A1</f></c>", "><f>A1</f><v>3</v></c>",
    ' t="inlineStr"><is><t>a &amp; b</t></is></c>', ' t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
    ' t="inlineStr"><v>x</v></c>', ' t="s"><is><t>x</t></is></c>', "><v>x</v></c>", ' s="1"><v>x</v></c>',
    ' t="s"><v>0000000001</v></c>', ' t="inlineStr"><is><t>\ufffe</t></is></c>',
    ' cm="1"><v>5</v></c>', "><v>٣</v></c>", "><v>\u00a0</v></c>",
)  # fmt: skip


def written_sheet(seed: int) -> bytes:
    """Some hundred rows; with anything in them that a parser takes, and now and then what none would."""
    chance = random.Random(seed)
    with_places = chance.random() < 0.7
    with_numbers = with_places or chance.random() < 0.5
    odd = chance.choice((0.0, 0.01, 0.1))
    empty = chance.choice((0.0, 0.05, 0.5))
    columns = [chance.sample(_CELLS, chance.choice((1, 1, 1, 2))) for _ in range(chance.randrange(1, 6))]
    places = ("A", "B", "D", "E", chance.choice(("Z", "Z", "Z", "CX")))
    attributes = chance.choice((("",), (' spans="1:4"',), ("", ' hidden="1"'), ("", ' ht="15" hidden="0"')))
    lines, number = [], 0
    for _ in range(chance.randrange(1, 300)):
        number += chance.choice((1, 1, 1, 1, 3)) if chance.random() > odd / 100 else -2
        cells = []
        for letter, kinds in zip(places, columns, strict=False):
            if chance.random() < empty and (with_places or chance.random() < 0.1):
                continue
            cell = chance.choice(_RARE) if chance.random() < odd else chance.choice(kinds)(chance)
            cells.append(f'<c r="{letter}{number}"{cell}' if with_places else f"<c{cell}")
        if chance.random() < odd / 10:
            cells += chance.sample(cells, len(cells) // 2) + [f'<c r="B{number}"/>'] * with_places
        if chance.random() < odd / 10:
            chance.shuffle(cells)
        of_row = f' r="{number}"' if with_numbers and chance.random() >= odd / 10 else ""
        lines.append(f"<row{of_row}{chance.choice(attributes)}>{''.join(cells)}</row>")
        if chance.random() < odd / 30:
            lines.append(chance.choice(("<row/>", "<!-- a -->", "\n", '<row r="7"/>', "<row></row>")))
    head = '<row r="1"><c r="B1" t="inlineStr"><is><t>Mobil</t></is></c></row>' if chance.random() < 0.8 else ""
    return xlsx([list(_TEXTS)], [], sheet2=sheet_xml([], around=f"<sheetData>{head}{''.join(lines)}</sheetData>"))
