"""Encodings, parts and odd characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms4a.text import (
    REPLACEMENTS,
    Encoding,
    ReplacementReason,
    blanked,
    encoding_of,
    measure,
    part_count,
    replaced,
    sign_count,
    split_parts,
    transliterated,
    unit_count,
)
from tests.reference import BASIC, EXTENSION, reference_parts

near_borders = st.integers(0, 12).flatmap(
    lambda n: st.lists(
        st.one_of(
            st.sampled_from(["a" * 30, "a" * 150, "€" * 35, "é" * 66, "a", "aa"]),
            st.sampled_from(["€", "{", "a", "\n"]) if n % 2 else st.sampled_from(["😀", "ł", "a", "€", "😀" * 33]),
        ),
        max_size=14,
    ).map("".join)
)
texts = st.one_of(st.text(max_size=400), st.text(alphabet=BASIC + EXTENSION, max_size=700), near_borders)


@settings(deadline=None)
@given(texts)
def test_parts_are_those_of_a_count_by_hand(text: str) -> None:
    encoding, parts = reference_parts(text)
    assert encoding_of(text) is encoding
    assert split_parts(text) == parts
    assert part_count(text) == len(parts)


@settings(deadline=None)
@given(texts, st.sampled_from([None, Encoding.UCS2]))
def test_parts_join_to_the_text_and_none_is_over_full(text: str, encoding: Encoding | None) -> None:
    parts = split_parts(text, encoding)
    used = encoding or encoding_of(text)
    single, room = (160, 153) if used is Encoding.GSM7 else (70, 67)
    assert "".join(parts) == text
    assert all(0 < unit_count(part, used) <= (single if len(parts) == 1 else room) for part in parts)
    assert part_count(text, encoding) == len(parts)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 0),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 80 + "a", 161, 2),
        # The escape pair at the border moves on: 152 + 154 no longer fit in two parts.
        ("a" * 152 + "€" + "a" * 152, 306, 3),
        ("a" * 151 + "€" + "a" * 153, 306, 2),
        ("я" * 70, 70, 1),
        ("я" * 71, 71, 2),
        ("я" * 134, 134, 2),
        ("я" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        # 66 and half an emoji: the emoji moves on.
        ("я" * 66 + "😀" + "я" * 66, 134, 3),
        # 33 emoji per part of 67, so one unit of every part is lost.
        ("😀" * 66, 132, 2),
        ("😀" * 67, 134, 3),
    ],
)
def test_borders_of_parts(text: str, units: int, parts: int) -> None:
    assert (unit_count(text), part_count(text)) == (units, parts)


def test_every_character_of_the_alphabet_counts_as_the_standard_says() -> None:
    assert len(BASIC) == 127
    assert [unit_count(c, Encoding.GSM7) for c in BASIC] == [1] * 127
    assert [unit_count(c, Encoding.GSM7) for c in EXTENSION] == [2] * 10
    outside = [chr(code) for code in range(0x3000) if chr(code) not in BASIC + EXTENSION]
    assert {encoding_of(c) for c in outside} == {Encoding.UCS2}


def test_a_text_outside_the_alphabet_cannot_be_counted_in_septets() -> None:
    with pytest.raises(ValueError, match="GSM-7"):
        unit_count("ł", Encoding.GSM7)


def test_a_text_of_the_alphabet_can_be_counted_as_unicode() -> None:
    assert part_count("a" * 71, Encoding.UCS2) == 2


@pytest.mark.parametrize(
    ("text", "left"),
    [("", 160), ("a", 159), ("a" * 160, 0), ("a" * 161, 145), ("я", 69), ("a" * 152 + "€" * 5, 143)],
)
def test_room_left_in_the_last_part(text: str, left: int) -> None:
    assert measure(text).units_left == left


def test_the_character_that_costs_is_named_with_what_replacing_it_saves() -> None:
    found = measure("“Hi” " + "a" * 100)
    assert (found.encoding, found.part_count, found.parts_if_replaced) == (Encoding.UCS2, 2, 1)
    first, second = found.odd
    assert (first.character, first.name, first.positions) == ("“", "LEFT DOUBLE QUOTATION MARK", (0,))
    assert (second.positions, second.replacement, second.reason) == ((3,), '"', ReplacementReason.QUOTE)


def test_a_character_without_a_replacement_is_named_all_the_same() -> None:
    found = measure("Łódź 😀 Łódź")
    assert [(c.character, c.replacement) for c in found.odd] == [("Ł", None), ("ó", None), ("ź", None), ("😀", None)]
    assert found.odd[0].positions == (0, 7)
    assert found.parts_if_replaced == found.part_count == 1


@pytest.mark.parametrize(
    ("text", "signs", "odd"),
    [
        ("Hello", 5, []),
        ("a\r\nb", 4, []),
        ("👍🏽 ok", 4, ["👍🏽"]),
        ("❤️", 1, ["❤️"]),
        ("👩‍👩‍👧‍👦!", 2, ["👩‍👩‍👧‍👦"]),
        ("👩🏽‍🦰", 1, ["👩🏽‍🦰"]),
        ("🇩🇪🇫🇷", 2, ["🇩🇪", "🇫🇷"]),
        ("1️⃣", 1, ["1️⃣"]),
        ("a\u200d😀", 2, ["a\u200d", "😀"]),
        ("😀😀", 2, ["😀"]),
        ("e\u0301a", 2, ["e\u0301"]),
    ],
)
def test_what_one_sees_as_one_sign_is_one(text: str, signs: int, odd: list[str]) -> None:
    assert sign_count(text) == signs
    assert [one.character for one in measure(text).odd] == odd


@pytest.mark.parametrize(("sign", "reason"), [("’", "quote"), ("`", "accent"), ("´", "accent"), ("…", "ellipsis")])
def test_why_a_character_is_replaced(sign: str, reason: str) -> None:
    (found,) = measure(sign).odd
    assert found.reason == ReplacementReason(reason)


def test_a_character_without_a_name_has_its_code() -> None:
    assert measure("\u0085").odd[0].name == "U+0085"


def test_a_text_of_the_alphabet_has_nothing_odd() -> None:
    assert measure("Grüße für 5 €").odd == ()


@pytest.mark.parametrize(("character", "replacement"), REPLACEMENTS.items())
def test_a_replacement_takes_an_odd_character_into_the_alphabet(character: str, replacement: str) -> None:
    assert encoding_of(character) is Encoding.UCS2
    assert encoding_of(replacement) is Encoding.GSM7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Hi” – it’s…", '"Hi" - it\'s...'),
        ("10\u00a0€", "10 €"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Grüße 😀 ł", "Grüße 😀 ł"),
    ],
)
def test_replacing_leaves_everything_else_alone(text: str, expected: str) -> None:
    assert replaced(text) == expected


def test_only_the_chosen_characters_are_replaced() -> None:
    assert replaced("“Hi” –", {"–"}) == "“Hi” -"


def test_odd_characters_become_blanks_or_look_alikes() -> None:
    assert blanked("Zoë’s Łódź 😀") == "Zo  s   d   "
    assert transliterated("Zoë’s Łódź 😀") == "Zoe's Lodz 😀"


def test_a_decomposed_letter_is_transliterated_as_the_letter_it_is() -> None:
    assert transliterated("Mu\u0308ller") == "Müller"
