"""What an SMS text is made of: encodings, parts, and characters the alphabet does not have."""

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

# 3GPP TS 23.038, the default alphabet without its escape character, then the extension table (two septets each).
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"

# One byte per septet: the length of the encoded text is the number of septets, counted at C speed.
_SEPTETS = {ord(character): b"." for character in BASIC} | {ord(character): b".." for character in _EXTENSION}
_KNOWN = dict.fromkeys(_SEPTETS, b".")


# What changes the sign before it: joiner, variation selectors, the keycap, skin tones.
_JOINER = "\u200d"
_EXTENDS = re.compile("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


# In a single part, and in each part of a longer text: the 6-byte header costs the difference.
_GSM7_ROOM, _UCS2_ROOM = (160, 153), (70, 67)


class ReplacementReason(StrEnum):
    """Why a character has a replacement that says the same."""

    QUOTE = "quote"
    ACCENT = "accent"
    """An accent without its letter, where an apostrophe was meant."""
    DASH = "dash"
    ELLIPSIS = "ellipsis"
    SPACE = "space"
    INVISIBLE = "invisible"
    LOOKALIKE = "lookalike"


_BY_REASON = {
    # Word processors and phones curl what was typed straight; prime marks stand in for quotes too.
    ReplacementReason.QUOTE: {
        **dict.fromkeys("‘’‚‛‹›′ʼ", "'"),
        **dict.fromkeys("“”„‟«»″〝〞", '"'),
    },
    ReplacementReason.ACCENT: dict.fromkeys("`´", "'"),
    ReplacementReason.DASH: dict.fromkeys("‐‑‒–—―−⁃", "-"),
    ReplacementReason.ELLIPSIS: {"…": "...", "‥": ".."},
    # A no-break space would turn the whole text into UCS-2 and more than double its parts.
    ReplacementReason.SPACE: {
        **dict.fromkeys("\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
        **dict.fromkeys("\u202f\u205f\u3000", " "),
        **dict.fromkeys("\u2028\u2029\u0085", "\n"),
    },
    # Nobody sees them, and each one costs a whole message its alphabet.
    ReplacementReason.INVISIBLE: dict.fromkeys("\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff", ""),
    ReplacementReason.LOOKALIKE: {
        **{"•": "-", "·": ".", "×": "x", "÷": ":", "⁄": "/", "∕": "/", "¦": "|", "ˆ": "^", "˜": "~"},
        **{"©": "(c)", "®": "(R)", "™": "(TM)", "¼": "1/4", "½": "1/2", "¾": "3/4", "№": "No."},
        **{"ẞ": "SS", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ĳ": "ij", "Ĳ": "IJ"},
    },
}

REPLACEMENTS: dict[str, str] = {
    character: replacement for group in _BY_REASON.values() for character, replacement in group.items()
}
"""Characters outside the alphabet, and what says the same within it."""

_REASONS = {character: reason for reason, group in _BY_REASON.items() for character in group}

# Letters whose look-alike no decomposition gives; our estimate, the API does not publish its table.
_TRANSLITERATIONS = {
    **{"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H"},
    **{"œ": "oe", "Œ": "OE", "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ŧ": "t", "Ŧ": "T"},
}


class Size(NamedTuple):
    """What a text takes."""

    encoding: Encoding
    units: int
    """Septets (GSM-7) or UTF-16 code units (UCS-2)."""
    parts: int


NO_SIZE = Size(Encoding.GSM7, 0, 0)


@dataclass(frozen=True, slots=True)
class OddCharacter:
    """A character that the GSM alphabet does not have."""

    character: str
    """As one sees it: an emoji with its skin tone, or joined of several, is one."""
    name: str
    """The Unicode name of its first code point; U+… if it has none."""
    positions: tuple[int, ...]
    """Where it stands, in Python characters from 0."""
    replacement: str | None
    """What says the same within the alphabet; None if nothing does. May be empty: it can go."""
    reason: ReplacementReason | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs, and why."""

    encoding: Encoding
    units: int
    """Septets (GSM-7) or UTF-16 code units (UCS-2)."""
    part_count: int
    units_left: int
    """Room in the last part before the text needs another one."""
    odd: tuple[OddCharacter, ...]
    """In order of their first appearance; empty for GSM-7."""
    parts_if_replaced: int
    """Parts once everything that has a replacement is replaced."""


def encoding_of(text: str) -> Encoding:
    """GSM-7 if its alphabet has every character of the text, else UCS-2."""
    return Encoding.UCS2 if septet_count(text) is None else Encoding.GSM7


def unit_count(text: str, encoding: Encoding | None = None) -> int:
    """Septets (GSM-7) or UTF-16 code units (UCS-2) of a text.

    Without `encoding` the text's own is taken. ValueError if GSM-7 is asked for and cannot carry the text.
    """
    return _counted(text, encoding)[1]


def part_count(text: str, encoding: Encoding | None = None) -> int:
    """How many parts this text travels in; 0 for an empty text.

    One part holds 160 septets (GSM-7) or 70 code units (UCS-2). In a longer text every part carries
    a 6-byte header, which leaves 153 or 67. A character of the extension table takes two septets.

    Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation).
    """
    return size_of(text, encoding).parts


def size_of(text: str, encoding: Encoding | None = None) -> Size:
    """Encoding, units and parts of a text, counted once; ValueError if GSM-7 is asked for and cannot carry it."""
    return sized(text, *_counted(text, encoding))


def sized(text: str, encoding: Encoding, units: int) -> Size:
    """The size of a text whose encoding and units are known."""
    if certain := certain_size(encoding, units):
        return certain
    _, room = room_of(encoding)
    return Size(encoding, units, -(-units // room) if len(text) == units else len(_walked(text, encoding, room)))


def certain_size(encoding: Encoding, units: int) -> Size | None:
    """The size of every text with so many units; None if it depends on where characters of two units stand."""
    single, room = room_of(encoding)
    if units <= single:
        return Size(encoding, units, min(units, 1))
    parts = -(-units // room)
    # A border wastes at most one unit. If the text fits with every border wasting one, no walk is needed.
    return Size(encoding, units, parts) if units + parts - 1 <= parts * room else None


def units_over(text: str, size: Size) -> int:
    """How many units must go, wherever they stand, until this text takes one part fewer; 0 if it takes a single one.

    A border wastes a unit where a character of two units would be cut. Which borders that are depends on what goes, so
    for texts with such characters every border is taken to waste one.
    """
    if size.parts <= 1:
        return 0
    single, room = room_of(size.encoding)
    wasted = 0 if len(text) == size.units else size.parts - 2
    fits = single if size.parts == 2 else (size.parts - 1) * room - wasted
    return max(1, size.units - fits)


def odd_count(text: str) -> int:
    """How many characters (code points) of a text the GSM alphabet does not have."""
    return len(text) - len(codecs.charmap_encode(text, "ignore", _KNOWN)[0])


def sign_count(text: str) -> int:
    """How many characters a person sees: an emoji of several code points is one."""
    return len(text) if text.isascii() else sum(1 for _ in _signs(text))


def split_parts(text: str, encoding: Encoding | None = None) -> list[str]:
    """The parts a text travels in; no character of two units is ever cut in half."""
    encoding, units = _counted(text, encoding)
    single, room = room_of(encoding)
    if units <= single:
        return [text] if text else []
    if len(text) == units:
        return [text[start : start + room] for start in range(0, units, room)]
    return _walked(text, encoding, room)


def measure(text: str) -> Measure:
    """What a text costs as it is, which characters push it out of the alphabet, and what replacing them would save."""
    encoding, units = _counted(text, None)
    parts = split_parts(text, encoding)
    single, room = room_of(encoding)
    left = single - units if len(parts) <= 1 else room - unit_count(parts[-1], encoding)
    odd = () if encoding is Encoding.GSM7 else _odd_characters(text)
    replaceable = any(character.replacement is not None for character in odd)
    return Measure(encoding, units, len(parts), left, odd, part_count(replaced(text)) if replaceable else len(parts))


def replaced(text: str, characters: Collection[str] | None = None) -> str:
    """The text with odd characters replaced by what says the same; only these `characters`, if given."""
    return text.translate({ord(c): r for c, r in REPLACEMENTS.items() if characters is None or c in characters})


def without(text: str, signs: Collection[str]) -> str:
    """The text with these signs taken out, each as one sees it: an emoji goes with its skin tone."""
    return "".join(sign for _, sign in _signs(text) if sign not in signs)


def blanked(text: str) -> str:
    """Our estimate of what arrives after the API's `invalidCharacters` REPLACE: a blank for each odd character."""
    return text.translate(_BLANKS)


def transliterated(text: str) -> str:
    """Our estimate of what arrives after TRANSLITERATE: look-alikes; what has none stays (there the API refuses)."""
    return unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)


class _Table(dict[int, str]):
    """For `str.translate`: what each character outside the alphabet becomes is asked for once."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        super().__init__({code: chr(code) for code in _SEPTETS})
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        # Not more than all of Unicode; a text of a million different characters fills it once.
        self[code] = self._becomes(chr(code))
        return self[code]


def septet_count(text: str) -> int | None:
    """Septets of a text; None if the alphabet lacks one of its characters."""
    try:
        return len(codecs.charmap_encode(text, "strict", _SEPTETS)[0])
    except UnicodeEncodeError:
        return None


def room_of(encoding: Encoding) -> tuple[int, int]:
    """Units that a single part holds, and that each part of a longer text holds."""
    return _GSM7_ROOM if encoding is Encoding.GSM7 else _UCS2_ROOM


def _counted(text: str, encoding: Encoding | None) -> tuple[Encoding, int]:
    septets = None if encoding is Encoding.UCS2 else septet_count(text)
    if septets is not None:
        return Encoding.GSM7, septets
    if encoding is Encoding.GSM7:
        raise ValueError("GSM-7 cannot carry this text")
    return Encoding.UCS2, len(text.encode("utf-16-le", "surrogatepass")) // 2


def _walked(text: str, encoding: Encoding, room: int) -> list[str]:
    """Parts found border by border; a character of two units that does not fit moves on as a whole."""
    if encoding is Encoding.GSM7:
        ends = list(accumulate(len(_SEPTETS[ord(character)]) for character in text))
    else:
        ends = list(accumulate(2 if character > "\uffff" else 1 for character in text))
    parts, start, used = [], 0, 0
    while start < len(text):
        end = bisect_right(ends, used + room, lo=start)
        parts.append(text[start:end])
        start, used = end, ends[end - 1]
    return parts


def _odd_characters(text: str) -> tuple[OddCharacter, ...]:
    positions: dict[str, list[int]] = {}
    for position, sign in _signs(text):
        if any(ord(character) not in _SEPTETS for character in sign):
            positions.setdefault(sign, []).append(position)
    return tuple(
        OddCharacter(c, _name(c), tuple(where), REPLACEMENTS.get(c), _REASONS.get(c)) for c, where in positions.items()
    )


def _signs(text: str) -> Iterator[tuple[int, str]]:
    """Where each sign begins, and the code points that one sees as this one sign."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not _belongs(text, start, position):
            yield start, text[start:position]
            start = position


def _belongs(text: str, start: int, position: int) -> bool:
    """Whether a character is seen as one sign with what stands before it.

    A little more than Unicode's extended grapheme clusters need for what people put into an SMS: accents, skin tones,
    joined emojis, flags of two letters.
    """
    before, character = text[position - 1], text[position]
    if before.isascii() and character.isascii():
        return False
    if _EXTENDS.fullmatch(character) or unicodedata.combining(character):
        return before not in "\n\r"
    if before == _JOINER:
        return {unicodedata.category(text[start]), unicodedata.category(character)} == {"So"}
    return bool(_FLAG_LETTER.fullmatch(character)) and position - start == 1 and bool(_FLAG_LETTER.fullmatch(before))


def _name(sign: str) -> str:
    return unicodedata.name(sign[0], f"U+{ord(sign[0]):04X}")


def _look_alike(character: str) -> str:
    known = REPLACEMENTS.get(character, _TRANSLITERATIONS.get(character))
    if known is not None:
        return known
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return plain if plain and septet_count(plain) is not None else character


_BLANKS = _Table(lambda _character: " ")
_LOOK_ALIKES = _Table(_look_alike)
