"""Counting by hand: slow, plain, and without a line of what it judges."""

from sms4a.text import Encoding

# Written out by hand from 3GPP TS 23.038, so that the module's own table has something to be held against.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "^{}\\[~]|€\f"


def reference_units(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if character in EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def reference_parts(text: str, encoding: Encoding | None = None) -> tuple[Encoding, list[str]]:
    """Character by character, as slow as it is plain."""
    encoding = encoding or (Encoding.GSM7 if all(c in BASIC or c in EXTENSION for c in text) else Encoding.UCS2)
    single, room = (160, 153) if encoding is Encoding.GSM7 else (70, 67)
    if sum(reference_units(c, encoding) for c in text) <= single:
        return encoding, [text] if text else []
    parts, part, used = [], "", 0
    for character in text:
        units = reference_units(character, encoding)
        if used + units > room:
            parts.append(part)
            part, used = "", 0
        part += character
        used += units
    return encoding, [*parts, part]
