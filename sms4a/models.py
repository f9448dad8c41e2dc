"""The API's requests and answers: its own words, snake-cased, with its limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StrictInt,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from sms4a.masking import mask_numbers
from sms4a.status import Outcome, Verdict, process_status_of, verdict_of

MAX_RECIPIENTS = 3000
"""SMS in one job, over all its messages; the API refuses more."""

RECOMMENDED_REF_LENGTH = 64
"""Longer references are accepted up to the limits below, but the API's portal advises against them."""

SENDER_SIGN = r"[\x20-\x7E]"
LONGEST_SENDER = 11
SENDER_PATTERN = rf"\+?[0-9]{{1,20}}|{SENDER_SIGN}{{1,{LONGEST_SENDER}}}"
"""A sender ID: up to 20 digits, with or without +, or up to 11 letters, digits, spaces and ASCII punctuation."""

JOB_ID_PATTERN = r"J\..{18,38}"


class SmsEncoding(StrEnum):
    """How the text travels: GSM-7 (`STANDARD`) or UCS-2 (`UTF-16`)."""

    STANDARD = "STANDARD"
    UTF_16 = "UTF-16"


class InvalidCharacters(StrEnum):
    """What happens under `STANDARD` to characters outside its alphabet."""

    REFUSE = "REFUSE"
    """The whole job is refused."""
    REPLACE = "REPLACE"
    """Each becomes a blank."""
    TO_UTF16 = "TO_UTF16"
    """The SMS goes out as UTF-16: shorter parts."""
    TRANSLITERATE = "TRANSLITERATE"
    """Each is replaced by a look-alike."""


class Qos(StrEnum):
    """Priority; `EXPRESS` costs extra."""

    EXPRESS = "EXPRESS"
    NORMAL = "NORMAL"


def _aware(value: object) -> datetime:
    # pydantic would read a bare number, even "2026", as seconds since 1970.
    if isinstance(value, str):
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is not None:  # a fixed offset: to ask for it takes longer than to read the text
            return moment
    elif not isinstance(value, datetime):
        raise ValueError("a time is an ISO 8601 text or a datetime")
    elif value.utcoffset() is not None:
        return value
    raise ValueError("a time needs its offset from UTC")


def format_ts(moment: datetime) -> str:
    """An aware time as the API takes it: milliseconds and an explicit offset, `2026-07-09T11:25:24.683+02:00`."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time needs its offset from UTC")
    if offset % timedelta(minutes=1):
        # Zones before railway time have seconds in their offset, which RFC 3339 cannot write.
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")


def _validity(value: int) -> int:
    if value != 0 and not 5 <= value <= 2880:
        raise ValueError("validity is 0 (the network's own default) or 5 to 2880 minutes")
    return value


def _job_reference(value: str) -> str:
    limit = 192 if value.isascii() else 70
    if len(value) > limit:
        raise ValueError(f"a reference has at most {limit} characters (192 if all of them are US-ASCII, else 70)")
    return value


# `_aware` alone decides: that it returns a time need not be checked for each of 6,000 in an answer.
AwareTime = Annotated[
    datetime,
    PlainValidator(_aware, json_schema_input_type=datetime),
    PlainSerializer(format_ts, return_type=str, when_used="json"),
]


class _Many:
    """A tuple, whatever sequence it was given as: type checkers let a list pass."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (item,) = get_args(source)
        return handler(tuple[item, ...])  # type: ignore[valid-type]


class _Masked(BaseModel):
    """What a person would not want in a log is not in its `repr`: phone numbers are masked, texts left out."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            is_id = name in ("job_id", "sms_id", "recipient_ids")
            if name == "dst" and value is not None:
                # Whatever it is written like.
                value = f"…{value[-2:]}"
            yield name, value if is_id or not isinstance(value, str) else mask_numbers(value)


class _Request(_Masked):
    """Keys are camelCase on the wire; None means "not set" and is left out, False and 0 are sent."""

    # Errors show neither texts nor numbers: they end up in logs.
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )


class Period(_Request):
    """From one moment to a later one; in text `start/end`, both ISO 8601 with offset.

    As a blackout period: an SMS that would go out inside it waits for its end. The API stretches one of less than
    an hour to an hour.
    """

    start: AwareTime
    end: AwareTime

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        start, slash, end = value.partition("/")
        if not slash:
            raise ValueError("a period is written start/end")
        return {"start": start, "end": end}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # In UTC, because times of one zone are compared by their clock faces, also in the hour that comes twice.
        if self.end.astimezone(UTC) <= self.start.astimezone(UTC):
            raise ValueError("a period ends after it starts")
        return self

    @model_serializer
    def _to_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{format_ts(self.start)}/{format_ts(self.end)}"


class Recipient(_Request):
    """One phone number in a message."""

    dst: Annotated[str, Field(min_length=1)]
    """`+<country><number>`; the API takes anything and reports `INVALID_DST` later."""
    customer_ref: Annotated[str, Field(max_length=70)] | None = None
    """Comes back with the status; without it the number itself does."""
    blackout_periods: Annotated[Sequence[Period], _Many()] | None = None
    """Replaces the periods of the job for this recipient."""


class Message(_Request):
    """One text with its recipients."""

    text: Annotated[str, Field(min_length=1, repr=False)]
    recipients: Annotated[Sequence[Recipient], _Many(), Field(min_length=1)]
    """May be more than one job takes: see `split_jobs`."""


class Options(_Request):
    """What holds for a whole job. What is left out (None) follows the settings of the account: it is not "false"."""

    src: Annotated[str, Field(pattern=f"^(?:{SENDER_PATTERN})$")] | None = None
    """Sender ID."""
    encoding: SmsEncoding | None = None
    billcode: Annotated[str, Field(max_length=70)] | None = None
    """For your own accounts; comes back in the report."""
    status_requested: StrictBool | None = None
    """Ask the network for a delivery report."""
    flash: StrictBool | None = None
    """Show it on the display at once; costs extra, not in all countries."""
    customer_ref: Annotated[str, Field(max_length=192), AfterValidator(_job_reference)] | None = None
    """Of the job: comes back in its report, by which it is found again. Up to 192 US-ASCII characters, or 70."""
    validity_min: Annotated[StrictInt, AfterValidator(_validity)] | None = None
    """How long the network may try, in minutes: 0 (its own default) or 5 to 2880."""
    max_parts: Annotated[StrictInt, Field(ge=1, le=20)] | None = None
    """A longer text is cut by the API, silently."""
    invalid_characters: InvalidCharacters | None = None
    qos: Qos | None = None
    job_period: AwareTime | None = None
    """The job starts at this time at the earliest."""
    duplicate_detection: StrictBool | None = None
    """Refuse (409) what equals a job of the last ten minutes."""
    blackout_periods: Annotated[Sequence[Period], _Many()] | None = None
    """When nobody gets an SMS, unless their own periods say otherwise."""


class JobRequest(_Request):
    """What one POST /jobs carries."""

    options: Options | None = None
    messages: Annotated[Sequence[Message], _Many(), Field(min_length=1, max_length=MAX_RECIPIENTS)]

    @property
    def recipient_count(self) -> int:
        return sum(len(message.recipients) for message in self.messages)

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if self.recipient_count > MAX_RECIPIENTS:
            raise ValueError(f"a job has at most {MAX_RECIPIENTS} recipients over all its messages")
        return self

    @property
    def long_references(self) -> tuple[str, ...]:
        """References that the API takes but advises against: longer than `RECOMMENDED_REF_LENGTH`."""
        job_reference = self.options.customer_ref if self.options else None
        references = [job_reference, *(person.customer_ref for text in self.messages for person in text.recipients)]
        return tuple(ref for ref in references if ref is not None and len(ref) > RECOMMENDED_REF_LENGTH)

    def body(self) -> bytes:
        """The JSON that goes over the wire; equal requests give equal bytes."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


def _known_encoding(value: object) -> object:
    word = value.strip().upper().replace("_", "-") if isinstance(value, str) else ""
    return SmsEncoding(word) if word in set(SmsEncoding) else value


def _known_qos(value: object) -> object:
    word = value.strip().upper() if isinstance(value, str) else ""
    return Qos(word) if word in set(Qos) else value


class _OrNone:
    """What does not fit is None; pydantic's own machinery does it, as a function here would be called for each member
    of 3,000 rows.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


_T = TypeVar("_T")
# One member that cannot be read must not cost the other 2,999 rows of an answer.
Lenient = Annotated[_T | None, _OrNone()]


class _Answer(_Masked):
    """Everything the API leaves out, or writes in a way we cannot read, is None; what we do not know is ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class JobReport(_Answer):
    """GET /jobs/{jobId}: what the API made of a job. It has no status of its own; `finished_ts` says it is done."""

    job_id: Annotated[str, Field(min_length=1)]
    src: Lenient[str] = None
    encoding: Annotated[SmsEncoding | str | None, BeforeValidator(_known_encoding), _OrNone()] = None
    billcode: Lenient[str] = None
    status_requested: Lenient[bool] = None
    flash: Lenient[bool] = None
    validity_min: Lenient[int] = None
    customer_ref: Lenient[str] = None
    qos: Annotated[Qos | str | None, BeforeValidator(_known_qos), _OrNone()] = None
    receipt_ts: Lenient[AwareTime] = None
    """When the API took it."""
    finished_ts: Lenient[AwareTime] = None
    """When its last SMS came to an end; None while any is open."""
    recipient_ids: Annotated[tuple[str, ...], BeforeValidator(_texts)] = ()
    """The ids of its SMS, `S.…`."""
    address: str | None = None
    """Ours: which data centre has the job."""


class SmsStatus(_Answer):
    """One row of GET /sms: how far the SMS to one recipient is."""

    sms_id: Lenient[str] = None
    dst: Lenient[str] = None
    process_status: Lenient[Annotated[str, AfterValidator(process_status_of)]] = None
    """A `ProcessStatus`; a word we do not know stays as it is."""
    status: Lenient[str] = None
    customer_ref: Lenient[str] = None
    """The reference of the recipient; the number if there was none. Join on this: the order of rows is not promised."""
    reason: Lenient[str] = None
    """Words of the network, for specialists."""
    sent_ts: Lenient[AwareTime] = None
    """When it was handed to the network; None before that, or if it never was."""
    finished_ts: Lenient[AwareTime] = None

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.process_status, self.status)

    @property
    def outcome(self) -> Outcome:
        return self.verdict.outcome


@dataclass(frozen=True, slots=True)
class SentJob:
    """A job the API has accepted."""

    job_id: str
    address: str
    """Where it was sent to; after `eu` the owner is either data centre."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """All statuses of one job."""

    address: str
    """Which data centre has the job."""
    statuses: tuple[SmsStatus, ...]


@dataclass(frozen=True, slots=True)
class JobList:
    """The jobs of a period, from both data centres."""

    job_ids: Mapping[str, str]
    """Job id → data centre that has it, in the order of the answers."""
    missing: tuple[str, ...] = ()
    """Data centres that did not answer: their jobs are not in the list."""

    @property
    def complete(self) -> bool:
        return not self.missing
