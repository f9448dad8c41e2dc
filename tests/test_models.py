"""Requests as they go over the wire, the API's limits, and answers of every quality."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from sms4a.models import (
    InvalidCharacters,
    JobReport,
    JobRequest,
    Message,
    Options,
    Period,
    Qos,
    Recipient,
    SmsEncoding,
    SmsStatus,
    format_ts,
)
from sms4a.status import Outcome, ProcessStatus

SAMPLES = Path(__file__).parent / "samples"
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Period(start=datetime(2018, 10, 25, 18, tzinfo=UTC), end=datetime(2018, 10, 26, 7, tzinfo=UTC))


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def a_message(count: int = 1) -> Message:
    return Message(text="Hello", recipients=tuple(Recipient(dst="+491713920011") for _ in range(count)))


def test_every_option_reaches_the_wire_under_its_documented_name() -> None:
    job = JobRequest(
        options=Options(
            src="Retarus",
            encoding=SmsEncoding.UTF_16,
            billcode="4711",
            status_requested=True,
            flash=False,
            customer_ref="autumn",
            validity_min=0,
            max_parts=3,
            invalid_characters=InvalidCharacters.TO_UTF16,
            qos=Qos.EXPRESS,
            job_period=datetime(2018, 7, 9, 11, 25, 24, 683_000, BERLIN),
            duplicate_detection=False,
            blackout_periods=(NIGHT,),
        ),
        messages=(
            Message(
                text='Grüße "an" alle',
                recipients=(
                    Recipient(
                        dst="+491713920011",
                        customer_ref="7.1",
                        blackout_periods=(
                            Period(start=NIGHT.start.astimezone(BERLIN), end=NIGHT.end.astimezone(BERLIN)),
                        ),
                    ),
                    Recipient(dst="+447700900123"),
                ),
            ),
        ),
    )
    assert json.loads(job.body()) == sample("request.json")
    assert len(sample("request.json")["options"]) == len(Options.model_fields) == 13


def test_a_request_reads_back_from_its_own_json() -> None:
    job = JobRequest.model_validate(sample("request.json"))
    assert JobRequest.model_validate_json(job.body()) == job


def test_unset_is_left_out_while_false_and_zero_are_sent() -> None:
    unset = JobRequest(messages=(a_message(),), options=Options())
    explicit = JobRequest(messages=(a_message(),), options=Options(flash=False, validity_min=0, status_requested=None))
    assert json.loads(unset.body())["options"] == {}
    assert json.loads(explicit.body())["options"] == {"flash": False, "validityMin": 0}
    assert "options" not in json.loads(JobRequest(messages=(a_message(),)).body())


LIMITS = [
    # option, accepted, refused
    ("src", "12345678901234567890", "123456789012345678901"),
    ("src", "+12345678901234567890", "+123456789012345678901"),
    ("src", "My Shop & 1", "My Shop & 12"),
    ("src", "~!\"#$%&'()*", "Bäckerei"),
    ("src", "A", ""),
    ("src", "Shop", "Shop\n"),
    ("billcode", "b" * 70, "b" * 71),
    ("customer_ref", "a" * 192, "a" * 193),
    ("customer_ref", "ä" * 70, "ä" + "a" * 70),
    ("validity_min", 0, 4),
    ("validity_min", 5, -1),
    ("validity_min", 2880, 2881),
    ("validity_min", 60, True),
    ("validity_min", 60, "60"),
    ("max_parts", 1, 0),
    ("max_parts", 20, 21),
    ("encoding", "UTF-16", "UCS-2"),
    ("invalid_characters", "REFUSE", "IGNORE"),
    ("qos", "NORMAL", "FAST"),
    ("flash", False, 0),
    ("status_requested", True, "true"),
    ("duplicate_detection", True, 1),
    ("job_period", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)),  # noqa: DTZ001
    ("job_period", "2026-01-01T00:00+01:00", "2026-01-01T00:00"),
    ("job_period", "2026-01-01T00:00Z", "2026"),
    ("job_period", "2026-01-01T00:00Z", 1_700_000_000),
    ("blackout_periods", ["2018-10-25T18:00Z/2018-10-26T07:00Z"], ["2018-10-25T18:00Z"]),
    ("blackout_periods", [], ["2018-10-25T18:00Z/2018-10-25T18:00Z"]),
    ("blackout_periods", ["2018-10-25T18:00+01:00/2018-10-25T18:00Z"], ["2018-10-25T18:00Z/2018-10-25T18:00+01:00"]),
    ("blackout_periods", ["2018-10-25T18:00Z/2018-10-26T07:00Z"], ["2018-10-25T18:00/2018-10-26T07:00"]),
]


@pytest.mark.parametrize(("option", "accepted", "refused"), LIMITS)
def test_each_option_keeps_its_limits(option: str, accepted: object, refused: object) -> None:
    Options.model_validate({option: accepted})
    with pytest.raises(ValidationError):
        Options.model_validate({option: refused})


@pytest.mark.parametrize("text", ["", "\ud800"], ids=["empty", "half a surrogate pair"])
def test_a_text_that_cannot_be_sent_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Message(text=text, recipients=(Recipient(dst="+491713920011"),))


@pytest.mark.parametrize("word", ["src", "billcode", "customer_ref"])
def test_half_a_surrogate_pair_is_refused_before_it_is_written(word: str) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({word: "\ud800"})


def test_a_reference_of_a_recipient_has_at_most_70_characters() -> None:
    assert Recipient(dst="1", customer_ref="r" * 70).customer_ref == "r" * 70
    with pytest.raises(ValidationError):
        Recipient(dst="1", customer_ref="r" * 71)


@pytest.mark.parametrize(("sizes", "fits"), [([3000], True), ([2999, 1], True), ([3000, 1], False), ([3001], False)])
def test_a_job_has_at_most_3000_recipients_over_all_its_messages(sizes: list[int], fits: bool) -> None:
    messages = [{"text": "Hello", "recipients": [{"dst": "+491713920011"}] * size} for size in sizes]
    if fits:
        assert JobRequest.model_validate({"messages": messages}).recipient_count == 3000
    else:
        with pytest.raises(ValidationError):
            JobRequest.model_validate({"messages": messages})


def test_a_job_needs_a_message_and_a_message_a_recipient() -> None:
    with pytest.raises(ValidationError):
        JobRequest(messages=())
    with pytest.raises(ValidationError):
        Message(text="Hello", recipients=())


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (Options, {"status_request": True}),
        (Recipient, {"dst": "1", "customRef": "x"}),
        (Message, {"text": "x", "recipients": [{"dst": "1"}], "encoding": "UTF-16"}),
        (JobRequest, {"messages": [{"text": "x", "recipients": [{"dst": "1"}]}], "option": {}}),
    ],
)
def test_a_misspelt_key_in_a_request_is_refused(model: type[Options], data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(data)


def test_refusals_quote_neither_texts_nor_numbers() -> None:
    with pytest.raises(ValidationError) as refusal:
        JobRequest.model_validate({"messages": [{"text": 5, "recipients": [{"dst": ["+491713920011"]}]}]})
    assert "1713920011" not in str(refusal.value)


def test_references_longer_than_recommended_are_named() -> None:
    job = JobRequest(
        options=Options(customer_ref="j" * 65),
        messages=(
            Message(
                text="x",
                recipients=(Recipient(dst="1", customer_ref="r" * 64), Recipient(dst="1", customer_ref="s" * 65)),
            ),
        ),
    )
    assert job.long_references == ("j" * 65, "s" * 65)
    assert JobRequest(messages=(a_message(),)).long_references == ()


def test_a_period_is_ordered_by_moments_even_in_the_hour_that_comes_twice() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    assert str(Period(start=first, end=second)) == "2026-10-25T02:30:00.000+02:00/2026-10-25T02:10:00.000+01:00"
    with pytest.raises(ValidationError):
        Period(start=second, end=first)


def test_times_are_written_with_milliseconds_and_a_whole_minute_offset() -> None:
    assert format_ts(datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)) == "2026-01-02T03:04:05.678+00:00"
    odd = timezone(timedelta(hours=1, seconds=30))
    assert format_ts(datetime(2026, 1, 2, 3, tzinfo=odd)) == "2026-01-02T01:59:30.000+00:00"
    with pytest.raises(ValueError, match="offset"):
        format_ts(datetime(2026, 1, 2))  # noqa: DTZ001


def test_an_open_job_report_is_read() -> None:
    report = JobReport.model_validate(sample("job_open.json"))
    assert report.encoding is SmsEncoding.STANDARD
    assert report.qos is Qos.NORMAL
    assert (report.flash, report.validity_min) == (False, 0)
    assert report.receipt_ts == datetime(2022, 9, 28, 10, 58, 20, 21_000, UTC)
    assert report.finished_ts is None
    assert report.customer_ref is None
    assert report.recipient_ids == ("S.20220928-125820.022-0l8likueyRB3CT8FTG",)


def test_a_finished_job_report_with_offsets_is_read() -> None:
    report = JobReport.model_validate(sample("job_finished.json"))
    assert report.encoding is SmsEncoding.UTF_16
    assert report.finished_ts == datetime(2022, 9, 28, 10, 58, 31, 500_000, UTC)
    assert report.customer_ref == "S4.abcd.7.1"


def test_the_statuses_of_a_job_are_read() -> None:
    delivered, invalid, waiting = (SmsStatus.model_validate(row) for row in sample("sms_statuses.json"))
    assert (delivered.outcome, delivered.customer_ref) == (Outcome.DELIVERED, "7.1")
    assert delivered.sent_ts == datetime(2022, 9, 28, 10, 58, 20, 721_000, UTC)
    assert invalid.verdict.code == "number_invalid"
    assert waiting.outcome is Outcome.PENDING
    assert waiting.finished_ts is None


READ_ANYWAY = [
    # member, as the API writes it, as we read it
    ("encoding", "UTF_16", SmsEncoding.UTF_16),
    ("encoding", "latin-9", "latin-9"),
    ("qos", "express", Qos.EXPRESS),
    ("qos", "bulk", "bulk"),
    ("qos", ["EXPRESS"], None),
    ("finishedTs", "yesterday", None),
    ("finishedTs", "2022-09-28T10:58:20", None),
    ("finishedTs", "2022-09-28T10:58Z", datetime(2022, 9, 28, 10, 58, tzinfo=UTC)),
    ("validityMin", "60", 60),
    ("validityMin", "long", None),
    ("billcode", 4711, "4711"),
    ("billcode", {"a": 1}, None),
    ("recipientIds", None, ()),
    ("recipientIds", ["S.1", None, 5], ("S.1",)),
    ("flash", "maybe", None),
]


@pytest.mark.parametrize(("member", "written", "read"), READ_ANYWAY)
def test_one_odd_member_does_not_spoil_a_report(member: str, written: object, read: object) -> None:
    report = JobReport.model_validate({"jobId": "J.1", "new": {}, member: written})
    assert report.model_dump(by_alias=True)[member] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("done", ProcessStatus.DONE),
        ("CANCELLED", ProcessStatus.CANCELED),
        ("PAUSED", "PAUSED"),
        (None, None),
        ([], None),
    ],
)
def test_process_statuses_are_read_in_any_case_and_unknown_ones_kept(written: object, read: object) -> None:
    assert SmsStatus.model_validate({"smsId": None, "processStatus": written}).process_status == read


def test_a_report_without_a_job_id_is_no_report() -> None:
    with pytest.raises(ValidationError):
        JobReport.model_validate({"jobId": None})
