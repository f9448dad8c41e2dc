"""Requests of any size in jobs that the API takes."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sms4a.models import Message, Options, Recipient
from sms4a.split import split_jobs


def people(count: int, first: int = 0) -> tuple[Recipient, ...]:
    return tuple(Recipient(dst=f"+4917604{n:06d}", customer_ref=f"c.{n}") for n in range(first, first + count))


@pytest.mark.parametrize(
    ("sizes", "size", "jobs"),
    [
        ([1], 3000, [[1]]),
        ([3000], 3000, [[3000]]),
        ([3001], 3000, [[3000], [1]]),
        ([7000], 3000, [[3000], [3000], [1000]]),
        ([1500, 1500, 1], 3000, [[1500, 1500], [1]]),
        ([2, 2, 2], 3, [[2, 1], [1, 2]]),  # a message goes on in the next job
        ([1, 7, 1], 3, [[1, 2], [3], [2, 1]]),
        ([2, 2], 1, [[1], [1], [1], [1]]),
    ],
)
def test_jobs_are_filled_one_after_the_other(sizes: list[int], size: int, jobs: list[list[int]]) -> None:
    messages = [Message(text=f"text {n}", recipients=people(count)) for n, count in enumerate(sizes)]
    made = list(split_jobs(messages, reference="r", size=size))
    assert [[len(message.recipients) for message in job.messages] for job in made] == jobs


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 7))
def test_everybody_is_in_exactly_one_job_with_their_text(sizes: list[int], size: int) -> None:
    messages = [Message(text=f"text {n}", recipients=people(count, 10 * n)) for n, count in enumerate(sizes)]
    jobs = list(split_jobs(messages, reference="r", size=size))
    asked = [(message.text, person) for message in messages for person in message.recipients]
    assert [(part.text, person) for job in jobs for part in job.messages for person in part.recipients] == asked
    assert [job.recipient_count for job in jobs[:-1]] == [size] * (len(jobs) - 1)


def test_each_job_has_a_reference_of_its_own_and_the_same_options() -> None:
    options = Options(flash=False, validity_min=0, blackout_periods=("2018-10-25T18:00Z/2018-10-26T07:00Z",))  # type: ignore[arg-type]
    message = Message(text="Hello", recipients=people(5))
    bodies = [json.loads(job.body()) for job in split_jobs([message], options, reference="autumn", size=2)]
    assert [body["options"]["customerRef"] for body in bodies] == ["autumn.1", "autumn.2", "autumn.3"]
    rest = {
        "flash": False,
        "validityMin": 0,
        "blackoutPeriods": [str(period) for period in options.blackout_periods or ()],
    }
    assert [body["options"].items() >= rest.items() and len(body["options"]) == 4 for body in bodies] == [True] * 3
    assert options.customer_ref is None


def test_nothing_makes_no_job() -> None:
    assert list(split_jobs([], reference="r")) == []


@pytest.mark.parametrize("size", [0, 3001, -1])
def test_a_size_the_api_does_not_take_is_refused_at_once(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 3000"):
        split_jobs([], reference="r", size=size)


def test_a_reference_of_the_caller_is_refused_as_jobs_would_share_it() -> None:
    with pytest.raises(ValueError, match="reference"):
        split_jobs([], Options(customer_ref="mine"), reference="r")
    with pytest.raises(ValidationError):
        list(split_jobs([Message(text="x", recipients=people(1))], reference="ä" * 69))


def test_a_long_list_is_never_held_as_a_whole() -> None:
    def texts() -> Iterator[Message]:
        for n in range(20_000):
            yield Message(text=f"Hello {n}", recipients=(Recipient(dst=f"+4917604{n:06d}"),))

    tracemalloc.start()
    count = sum(job.recipient_count for job in split_jobs(texts(), reference="r", size=100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000
