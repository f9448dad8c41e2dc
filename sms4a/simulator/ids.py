"""Identifiers and times as the API writes them."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from sms4a.simulator.fates import Terms, key_of


def timestamp(epoch_ms: int) -> str:
    """UTC as the API writes it: `2022-09-28T10:58:20.022Z`."""
    return (_EPOCH + timedelta(milliseconds=epoch_ms)).isoformat(timespec="milliseconds")[:-6] + "Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def job_id_of(terms: Terms) -> str:
    return "J." + _stem(terms.accepted_ms) + "2" + _base36(terms.accepted_ms) + _tail(terms, b"job")


def sms_ids_of(terms: Terms, count: int) -> list[str]:
    prefix = "S." + _stem(terms.accepted_ms) + "0" + _base36(terms.accepted_ms)
    return [prefix + _tail(terms, b"%d" % n) for n in range(count)]


def _stem(epoch_ms: int) -> str:
    """The readable part of an id is the wall clock in Berlin."""
    local = (_EPOCH + timedelta(milliseconds=epoch_ms)).astimezone(_BERLIN)
    return f"{local:%Y%m%d-%H%M%S}.{epoch_ms % 1000:03d}-"


_BERLIN = ZoneInfo("Europe/Berlin")


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text.rjust(8, "0")


def _tail(terms: Terms, what: bytes) -> str:
    digest = blake2b(what, key=key_of(terms.seed, terms.seq), digest_size=6, person=b"id").digest()
    return base64.b32encode(digest)[:9].decode()
