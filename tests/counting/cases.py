"""Texts to count: what people write, what breaks counters, and as many as wanted around the borders of parts."""

import random
from collections.abc import Iterator

from tests.reference import BASIC, EXTENSION

_ODD = "łŁşžčńαβжд中日“”‘’–—…\u00a0\u200bêôî😀🎉👍🏽\ud83d"
_BORDERS = (70, 67, 134, 160, 153, 306, 459, 612, 201, 268)

VECTORS = (
    "", "a", "a" * 160, "a" * 161, "a" * 306, "a" * 307, "€" * 80, "€" * 81, "a" * 152 + "€" + "b" * 8,
    "ł" * 70, "ł" * 71, "😀" * 35, "😀" * 36, "a" * 66 + "😀" + "b" * 5, "\r\n\f", "@£$¥", "\x1b", "\x00",
    "e\u0301", "👨‍👩‍👧", "\ud83d", "\ude00\ud83d", "{first name}", "ſ", "İ",
)  # fmt: skip


def texts(count: int, seed: int) -> Iterator[str]:
    """`count` texts, the same for the same seed; most of them a few characters from a border."""
    chance = random.Random(seed)
    for i in range(count):
        yield VECTORS[i] if i < len(VECTORS) else _text(chance)


def _text(chance: random.Random) -> str:
    length = (
        max(0, chance.choice(_BORDERS) + chance.randrange(-4, 5)) if chance.random() < 0.8 else chance.randrange(700)
    )
    kind = chance.random()
    alphabet = BASIC if kind < 0.2 else BASIC[:20] + EXTENSION if kind < 0.6 else BASIC + EXTENSION + _ODD
    # A plain text with single signs of two units is where a border cuts one of them.
    text = [chance.choice("aé ")] * length
    for _ in range(chance.choice((0, 1, 2, 5, length // 2, length))):
        if text:
            text[chance.randrange(len(text))] = chance.choice(alphabet)
    return "".join(text)
