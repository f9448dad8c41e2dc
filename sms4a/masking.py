"""Phone numbers out of whatever may end up in a log."""

import re

_DIGITS = re.compile(r"[+(]{0,2}\d(?:[\d ()./-]*\d)?", re.ASCII)
_IN_A_ROW = re.compile(r"\+?\d{5,}(\d{2})", re.ASCII)


def mask_numbers(text: str) -> str:
    """Phone numbers (7 digits or more) replaced by a mark with their last two digits.

    Digits in groups count as one only behind a plus or a zero: dates and identifiers are written in groups as well.
    """
    return _DIGITS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if found[0][0] in "+(0" and len(digits) >= 7:
        return f"…{digits[-2:]}"
    return _IN_A_ROW.sub(r"…\1", found[0])
