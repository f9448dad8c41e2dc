"""The bytes of a submission: rebuilt from the rows whenever they are needed, compared by their hash."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple

from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.filling import Rendered, renderer, sizer
from sms4a.models import InvalidCharacters, Options, Period, SmsEncoding
from sms4a.templates import Template
from sms4a.text import Encoding, Size, blanked, size_of, transliterated

TREATMENTS: dict[Treatment, tuple[SmsEncoding, InvalidCharacters]] = {
    Treatment.AUTOMATIC: (SmsEncoding.STANDARD, InvalidCharacters.TO_UTF16),
    Treatment.REFUSE: (SmsEncoding.STANDARD, InvalidCharacters.REFUSE),
    Treatment.REPLACE: (SmsEncoding.STANDARD, InvalidCharacters.REPLACE),
    Treatment.TRANSLITERATE: (SmsEncoding.STANDARD, InvalidCharacters.TRANSLITERATE),
    Treatment.UNICODE: (SmsEncoding.UTF_16, InvalidCharacters.TO_UTF16),
}

_CHANGING = (Treatment.REPLACE, Treatment.TRANSLITERATE)
"""What of a text is outside the short alphabet becomes something else."""

# A list has seven digits of rows at most, and a database no place for numbers of any length.
_MOST_DIGITS = 9


class Addressee(NamedTuple):
    """One recipient with the text as it leaves."""

    row: int
    number: str
    text: str


def renderer_for(
    template: Template, columns: Mapping[str, str], options: CampaignOptions
) -> Callable[[Mapping[str, str]], Rendered]:
    """`filling.renderer` with what the author chose for empty values and links."""
    return renderer(template, columns, defaults=dict(options.defaults), links=options.links)


def sizer_for(
    template: Template, columns: Mapping[str, str], options: CampaignOptions
) -> Callable[[Sequence[Mapping[str, str]]], list[tuple[Rendered, Size]]]:
    """`filling.sizer` with what the author chose for empty values and links, under the author's treatment."""
    treatment = options.treatment
    return sizer(
        template,
        columns,
        encoding=Encoding.UCS2 if treatment is Treatment.UNICODE else None,
        treated=partial(as_sent, treatment=treatment) if treatment in _CHANGING else None,
        defaults=dict(options.defaults),
        links=options.links,
    )


def api_options(options: CampaignOptions, sender: str, reference: str) -> Options:
    """The job options: the author's choices, and what is ours on every job."""
    encoding, invalid_characters = TREATMENTS[options.treatment]
    quiet = tuple(Period(start=_moment(start), end=_moment(end)) for start, end in options.quiet)
    return Options(
        src=sender or None,
        encoding=encoding,
        invalid_characters=invalid_characters,
        max_parts=options.max_parts,
        billcode=options.billcode,
        status_requested=options.status_requested,
        flash=options.flash,
        validity_min=options.validity_min,
        qos=options.qos,
        blackout_periods=quiet or None,
        customer_ref=reference,
        duplicate_detection=True,
    )


def job_body(options: Options, campaign_id: str, addressees: Iterable[tuple[int, str, str]]) -> bytes:
    """The JSON of one POST /jobs. Equal input gives equal bytes; an addressee is (row, number, text).

    People with the same text share one message. The options are checked by their model; the messages are written
    without one, because a model for each SMS takes several times as long as the writing. Numbers are E.164 and
    references are ours: nothing in them needs escaping.
    """
    messages: defaultdict[str, list[str]] = defaultdict(list)
    for row, number, text in addressees:
        # The reference names the row; by itself the API would take the number, and echo it in one more place.
        messages[text].append(f'{{"dst":"{number}","customerRef":"{campaign_id}.{row}"}}')
    written = ",".join(
        f'{{"text":{_quoted(text)},"recipients":[{",".join(people)}]}}' for text, people in messages.items()
    )
    chosen = _json(options.model_dump(mode="json", by_alias=True, exclude_none=True))
    return f'{{"options":{chosen},"messages":[{written}]}}'.encode()


def body_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def submission_reference(token: str, campaign_id: str, n: int) -> str:
    """The job's `customerRef`: the same in every attempt, at most 64 ASCII characters."""
    return f"S4.{token}.{campaign_id}.{n}"


def row_of(reference: str | None, campaign_id: str) -> int | None:
    """The row that a recipient's reference names; None if it is not one of this campaign."""
    its_campaign, _, row = (reference or "").partition(".")
    if its_campaign != campaign_id or not (row.isdigit() and row.isascii()) or len(row) > _MOST_DIGITS:
        return None
    return int(row)


def parts_of(text: str, treatment: Treatment) -> int:
    """SMS parts of this text under the treatment, by our count."""
    return size_under(text, treatment).parts


def size_under(text: str, treatment: Treatment) -> Size:
    """What this text takes under the treatment, by our count."""
    return size_of(as_sent(text, treatment), Encoding.UCS2 if treatment is Treatment.UNICODE else None)


def as_sent(text: str, treatment: Treatment) -> str:
    """The text after what the API does with characters outside the short alphabet, by our estimate."""
    match treatment:
        case Treatment.REPLACE:
            return blanked(text)
        case Treatment.TRANSLITERATE:
            return transliterated(text)
        case _:
            return text


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _moment(ts: int) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC)
