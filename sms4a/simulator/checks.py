"""The body of POST /jobs: what the API refuses, and what is left of a body that it takes."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sms4a.simulator.fates import HOUR_MS, Periods

MAX_SMS = 3000

# 3GPP TS 23.038, default alphabet and its extension table; written down here once more, so that a mistake
# in the client's table cannot hide.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    "\f^{}\\[~]|€"
)

_SRC = re.compile(r"(\+|)[0-9]{1,20}|[a-zA-Z0-9\x20!-/:-@\[-`{-~]{1,11}")
_ENCODINGS = {"STANDARD": "standard", "UTF-16": "utf-16"}
_QOS = {"EXPRESS", "NORMAL"}
_TREATMENTS = {"REFUSE", "REPLACE", "TO_UTF16", "TRANSLITERATE"}

_OPTION_TYPES: dict[str, type] = {
    "src": str,
    "encoding": str,
    "billcode": str,
    "statusRequested": bool,
    "flash": bool,
    "customerRef": str,
    "validityMin": int,
    "maxParts": int,
    "invalidCharacters": str,
    "qos": str,
    "jobPeriod": str,
    "duplicateDetection": bool,
    "blackoutPeriods": list,
}
_BODY = {"options", "messages"}
_MESSAGE = {"text", "recipients"}
_RECIPIENT = {"dst", "customerRef", "blackoutPeriods"}


class Refused(Exception):
    """The API does not take this request: an HTTP status and what its body says."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status = status
        self.messages = messages


@dataclass(frozen=True)
class Account:
    """What applies to options a request leaves out; in life each Login ID has its own."""

    src: str = "Practice"
    encoding: str = "STANDARD"
    status_requested: bool = False
    flash: bool = False
    validity_min: int = 0
    qos: str = "NORMAL"
    invalid_characters: str = "REPLACE"

    def __post_init__(self) -> None:
        words = ((self.encoding, _ENCODINGS), (self.qos, _QOS), (self.invalid_characters, _TREATMENTS))
        if wrong := [word for word, known in words if word not in known]:
            raise ValueError(f"no account is set to {wrong[0]}")
        if not _SRC.fullmatch(self.src) or not (self.validity_min == 0 or 5 <= self.validity_min <= 2880):
            raise ValueError("src or validity_min is out of range")


@dataclass(frozen=True)
class Recipient:
    dst: str
    customer_ref: str | None
    periods: Periods | None
    """Replaces the blackout periods of the job; None: none of its own."""


@dataclass(frozen=True)
class NewJob:
    """A request as understood: account defaults filled in, times in epoch milliseconds."""

    report: dict[str, Any]
    """The options that a job report shows, under its keys."""
    messages: list[tuple[str, list[Recipient]]]
    start_ms: int | None
    periods: Periods
    body_sha256: str
    request_hash: str | None
    """Equal for equal JSON; None without duplicateDetection."""
    options: dict[str, Any] = field(default_factory=dict)
    """As sent, without nulls."""

    @property
    def sms_count(self) -> int:
        return sum(len(recipients) for _, recipients in self.messages)


def read_job(raw: bytes, account: Account, *, strict: bool = False, unknown_keys: bool = False) -> NewJob:
    """Understand the body of POST /jobs; raises `Refused`.

    `strict` refuses validityMin and maxParts out of range, which are otherwise moved to the nearest bound;
    `unknown_keys` lets keys pass that the API does not know.
    """
    body = _json_object(raw)
    known = _Keys(unknown_keys)
    known.check(body, _BODY)
    options = _options(body.get("options"), known)
    report = _report(options, account, strict)
    job = NewJob(
        report=report,
        messages=_messages(body.get("messages"), known),
        start_ms=moment_ms(options["jobPeriod"], "jobPeriod") if "jobPeriod" in options else None,
        periods=_periods(options.get("blackoutPeriods", [])),
        body_sha256=hashlib.sha256(raw).hexdigest(),
        request_hash=_hash_of(body) if options.get("duplicateDetection") else None,
        options=options,
    )
    if not 0 < job.sms_count <= MAX_SMS:
        raise Refused(422, f"messages: the number of recipients must be between 1 and {MAX_SMS}")
    treatment = _choice(options, "invalidCharacters", account.invalid_characters, _TREATMENTS)
    if report["encoding"] == "standard":
        _check_characters((text for text, _ in job.messages), treatment)
    return job


def moment_ms(text: str, name: str) -> int:
    """An ISO-8601 date and time with its offset as epoch milliseconds; raises `Refused` for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or "T" not in text or moment.tzinfo is None:
        raise Refused(400, f"Wrong {name}: {text[:60]}")
    return round(moment.timestamp() * 1000)


class _Keys:
    def __init__(self, unknown_pass: bool) -> None:
        self.unknown_pass = unknown_pass

    def check(self, members: dict[str, Any], known: Iterable[str]) -> None:
        if not self.unknown_pass and (unknown := members.keys() - known):
            raise Refused(400, f'Unable to process JSON: Unrecognized field "{min(unknown)[:60]}"')


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
        # A lone surrogate passes JSON, but no text in UTF-8 can hold it.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "Unable to process JSON") from None
    return _typed(body, dict, "body")  # type: ignore[no-any-return]


def _typed(value: Any, kind: type, name: str) -> Any:
    # JSON's true is no number, though Python's is.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Refused(400, f"Unable to process JSON: {name} is not of type {_JSON_NAMES[kind]}")
    return value


_JSON_NAMES: dict[type, str] = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean"}


def _options(value: Any, known: _Keys) -> dict[str, Any]:
    if value is None:
        return {}
    members = {key: member for key, member in _typed(value, dict, "options").items() if member is not None}
    known.check(members, _OPTION_TYPES)
    return {key: _typed(members[key], kind, f"options.{key}") for key, kind in _OPTION_TYPES.items() if key in members}


def _report(options: dict[str, Any], account: Account, strict: bool) -> dict[str, Any]:
    _in_range(options.get("maxParts", 1), 1, 20, "maxParts", strict)
    validity_min = options.get("validityMin", account.validity_min)
    if validity_min != 0:
        validity_min = _in_range(validity_min, 5, 2880, "validityMin", strict)
    report = {
        "src": options.get("src", account.src),
        "encoding": _ENCODINGS[_choice(options, "encoding", account.encoding, _ENCODINGS)],
        "billcode": options.get("billcode"),
        "statusRequested": options.get("statusRequested", account.status_requested),
        "flash": options.get("flash", account.flash),
        "validityMin": validity_min,
        "customerRef": options.get("customerRef"),
        "qos": _choice(options, "qos", account.qos, _QOS),
    }
    _check_lengths(report)
    return report


def _choice(options: dict[str, Any], name: str, default: str, choices: Iterable[str]) -> str:
    value = str(options.get(name, default)).upper()
    value = value.replace("_", "-") if name == "encoding" else value
    if value not in choices:
        raise Refused(400, f"Wrong {name}: {str(options[name])[:60]}")
    return value


def _in_range(value: int, low: int, high: int, name: str, strict: bool) -> int:
    if strict and not low <= value <= high:
        raise Refused(400, f"Wrong {name}: {value}")
    return min(max(value, low), high)


def _check_lengths(report: dict[str, Any]) -> None:
    errors = []
    if not _SRC.fullmatch(report["src"]):
        errors.append(f'options.src must match "{_SRC.pattern}"')
    if len(report["billcode"] or "") > 70:
        errors.append("options.billcode size must be between 0 and 70")
    reference = report["customerRef"] or ""
    if len(reference) > (192 if reference.isascii() else 70):
        errors.append("options.customerRef size must be between 0 and 70, or 192 in US-ASCII")
    if errors:
        raise Refused(422, *errors)


def _messages(value: Any, known: _Keys) -> list[tuple[str, list[Recipient]]]:
    messages = _typed(value if value is not None else [], list, "messages")
    if not messages:
        raise Refused(422, "messages may not be empty")
    return [_message(message, f"messages[{n}]", known) for n, message in enumerate(messages)]


def _message(value: Any, name: str, known: _Keys) -> tuple[str, list[Recipient]]:
    message = _typed(value, dict, name)
    known.check(message, _MESSAGE)
    text = _required(message, "text", str, name)
    recipients = _required(message, "recipients", list, name)
    if not recipients:
        raise Refused(422, f"{name}.recipients may not be empty")
    return text, [_recipient(recipient, name, known) for recipient in recipients]


def _recipient(value: Any, name: str, known: _Keys) -> Recipient:
    recipient = _typed(value, dict, f"{name}.recipients[]")
    known.check(recipient, _RECIPIENT)
    dst = _required(recipient, "dst", str, f"{name}.recipients[]")
    reference = recipient.get("customerRef")
    if reference is not None and len(_typed(reference, str, f"{name}.recipients[].customerRef")) > 70:
        raise Refused(422, f"{name}.recipients[].customerRef size must be between 0 and 70")
    periods = recipient.get("blackoutPeriods")
    return Recipient(dst, reference, None if periods is None else _periods(periods))


def _required(members: dict[str, Any], key: str, kind: type, name: str) -> Any:
    value = members.get(key)
    if value is None:
        raise Refused(422, f"{name}.{key} may not be null")
    return _typed(value, kind, f"{name}.{key}")


def _periods(values: Any) -> Periods:
    return sorted(_period(_typed(value, str, "blackoutPeriods")) for value in _typed(values, list, "blackoutPeriods"))


def _period(text: str) -> tuple[int, int]:
    start_text, _, end_text = text.partition("/")
    start, end = (moment_ms(part, "blackoutPeriods") for part in (start_text, end_text))
    if end <= start:
        raise Refused(400, f"Wrong blackoutPeriods: {text[:60]}")
    return start, max(end, start + HOUR_MS)


def _hash_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _check_characters(texts: Iterable[str], treatment: str) -> None:
    """What happens to characters outside the alphabet; texts are only refused here, never changed."""
    if treatment not in ("REFUSE", "TRANSLITERATE"):
        return
    for n, text in enumerate(texts):
        odd = set(text) - GSM
        if odd and treatment == "REFUSE":
            raise Refused(422, f"messages[{n}].text contains invalid characters")
        if not all(map(_has_look_alike, odd)):
            raise Refused(500, "Text cannot be transliterated")


def _has_look_alike(character: str) -> bool:
    """The API's own table is not known: assumed are letters of European scripts, punctuation and spaces."""
    if set(unicodedata.normalize("NFKD", character)) & GSM or unicodedata.category(character)[0] in "PZ":
        return True
    return unicodedata.name(character, "").startswith(("LATIN", "GREEK", "CYRILLIC"))
