"""The life of an SMS as a function of time, number and options."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from sms4a.simulator.fates import HOUR_MS, Terms, after_blackout, digits_of, fate_of

NOON_MS = round(datetime(2026, 1, 30, 12, tzinfo=UTC).timestamp() * 1000)

TERMS = Terms(
    seed=0,
    seq=1,
    accepted_ms=NOON_MS,
    start_ms=NOON_MS,
    periods=[],
    status_requested=True,
    express=False,
    validity_min=0,
    provider_validity_min=60,
    speed=1.0,
    outcomes="realistic",
)


@pytest.mark.parametrize(
    ("dst", "digits"),
    [
        ("+4915228895456", "4915228895456"),
        ("004915228895456", "4915228895456"),
        ("4915228895456", "4915228895456"),
        ("+49 (152) 288-95456", "4915228895456"),
        ("015228895456", "4915228895456"),  # national: the account's country
        ("+1234567", ""),  # 7 digits
        ("+12345678", "12345678"),
        ("+123456789012345", "123456789012345"),
        ("+1234567890123456", ""),  # 16 digits
        ("999999", ""),
        ("+0123456789", ""),
        ("", ""),
        ("+", ""),
        ("call me", ""),
        ("+49152٢٨٨٩٥٤٥٦", ""),  # digits, but not those of the API
    ],
)
def test_a_number_is_read_in_all_its_forms(dst: str, digits: str) -> None:
    assert digits_of(dst) == digits


def test_of_many_sms_a_few_fail_and_most_arrive_soon() -> None:
    fates = [
        fate_of(TERMS._replace(seq=n // 1000), n % 1000, f"+49152{n:06d}000") for n in range(20_000)
    ]  # no fixed endings
    ends = Counter(fate.ending.status for fate in fates)
    assert 0.02 < 1 - ends["SUC_FIN"] / len(fates) < 0.03
    assert {"INVALID_DST", "BLOCKED", "FAILED_FIN", "TIMEOUT", "NOT_ACC_FIN", "CON_ERR", "SEND_ERR"} < set(ends)
    delivered = sorted(
        fate.final_ms - fate.sent_ms for fate in fates if fate.sent_ms and fate.ending.status == "SUC_FIN"
    )
    assert 4_000 < delivered[len(delivered) // 2] < 7_000
    assert delivered[len(delivered) * 9 // 10] < 60_000 < delivered[len(delivered) * 99 // 100]


def test_the_first_sms_leaves_within_one_to_five_seconds() -> None:
    waits = [fate_of(TERMS._replace(seq=seq), 0, "+4915228895456").sent_ms for seq in range(200)]
    sent = [sent_ms - NOON_MS for sent_ms in waits if sent_ms]
    assert len(sent) > 190
    assert 1_000 <= min(sent) < 1_500 < 3_500 < max(sent) <= 5_000


def test_an_invalid_number_is_invalid_in_every_job() -> None:
    def statuses(seq: int) -> list[str]:
        terms = TERMS._replace(seq=seq)
        return [fate_of(terms, n, f"+49152{n:06d}000").ending.status for n in range(2_000)]

    first, second = statuses(1), statuses(2)
    assert first != second
    assert [status == "INVALID_DST" for status in first] == [status == "INVALID_DST" for status in second]


def test_the_same_question_has_the_same_answer_and_another_seed_another() -> None:
    fates = [fate_of(TERMS, n, "+4915228895456") for n in range(50)]
    assert fates == [fate_of(TERMS, n, "+4915228895456") for n in range(50)]
    assert fates != [fate_of(TERMS._replace(seed=1), n, "+4915228895456") for n in range(50)]


def test_speed_divides_every_duration() -> None:
    slow, fast = (fate_of(TERMS._replace(speed=speed), 7, "+4915228895904") for speed in (1, 60))
    assert slow.sent_ms is not None
    assert fast.sent_ms is not None
    assert fast.sent_ms - NOON_MS == pytest.approx((slow.sent_ms - NOON_MS) / 60, abs=1)
    assert fast.final_ms - NOON_MS == pytest.approx((slow.final_ms - NOON_MS) / 60, abs=1)


def test_nothing_outlives_its_validity() -> None:
    terms = TERMS._replace(validity_min=5)
    fates = [fate_of(terms, n, f"+49152{n:06d}000") for n in range(5_000)]
    assert max(fate.final_ms - fate.sent_ms for fate in fates if fate.sent_ms) == 5 * 60_000
    steered = terms._replace(outcomes="steered")
    assert {fate_of(steered, n, f"+49152{n:06d}000").ending.status for n in range(5_000)} == {"SUC_FIN"}


@pytest.mark.parametrize(
    ("start_ms", "periods", "leaves_ms"),
    [
        (0, [], 5),
        (0, [(5, 100)], 105),  # the first moment of a period belongs to it
        (0, [(6, 100)], 5),
        (95, [(0, 100)], 100),  # its end does not
        (94, [(0, 100)], 105),
        (0, [(0, 100), (50, 300)], 305),  # overlapping
        (0, [(0, 100), (105, 200)], 205),  # one right after the other
        (0, [(0, 100), (106, 200)], 105),
    ],
)
def test_a_moment_in_a_blackout_period_moves_to_its_end(
    start_ms: int, periods: list[tuple[int, int]], leaves_ms: int
) -> None:
    assert after_blackout(start_ms, 5, periods) == leaves_ms


def test_a_recipients_own_periods_replace_those_of_the_job() -> None:
    blocked = TERMS._replace(periods=[(NOON_MS, NOON_MS + HOUR_MS)])
    assert fate_of(blocked, 0, "+4915228895456").final_ms > NOON_MS + HOUR_MS
    assert fate_of(blocked, 0, "+4915228895456", periods=[]).final_ms < NOON_MS + HOUR_MS


def test_terms_survive_their_way_through_json() -> None:
    terms = TERMS._replace(periods=[(1, 2)])
    again = Terms.from_json(terms.to_json())
    assert fate_of(again, 0, "+4915228895456") == fate_of(terms, 0, "+4915228895456")
