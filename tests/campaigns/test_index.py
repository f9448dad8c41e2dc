"""Jobs of other programs, over months, on both data centres: listed, read, found, or said to be missing."""

import logging
from typing import Any

import pytest

from sms4a.campaigns.results.index import Covered, _joined, _older
from sms4a.campaigns.results.jobs import JobFilter
from sms4a.models import JobRequest, Message, Options, Recipient
from tests.builders import a_number
from tests.line import Line, people

DAY = 86_400_000


def send_elsewhere(line: Line, address: str, number: str, **options: Any) -> str:
    job = JobRequest(messages=[Message(text="Hello", recipients=[Recipient(dst=number)])], options=Options(**options))
    return line.client.send(job, address=address).job_id


def fill_index(line: Line, steps: int = 40) -> None:
    """The background of some minutes: lists, and a look at each job."""
    for _ in range(steps):
        line.indexer.step()
        line.track_all()
        line.clock.advance(seconds=5)


@pytest.fixture
def months(line: Line) -> dict[int, str]:
    """Age in days → a job that another program sent then, in turn to both data centres."""
    jobs: dict[int, str] = {}
    for place, age in enumerate((119, 95, 70, 40, 20, 5, 0)):
        jobs[age] = send_elsewhere(
            line, ("de2", "de1")[place % 2], a_number(place), customer_ref=f"crm-{age}", billcode="förderung"
        )
        line.clock.advance(hours=24 * {119: 24, 95: 25, 70: 30, 40: 20, 20: 15, 5: 5, 0: 0}[age])
    return jobs


def listed(line: Line, **chosen: object) -> set[str]:
    return {row.job_id for row in line.store.jobs.jobs(JobFilter(**chosen), limit=100)}  # type: ignore[arg-type]


def test_a_month_is_listed_by_itself_and_older_time_when_somebody_asks(line: Line, months: dict[int, str]) -> None:
    fill_index(line)
    assert listed(line) == {job for age, job in months.items() if age <= 20}
    line.store.jobs.want(line.clock.ms() - 120 * DAY)
    fill_index(line)
    assert listed(line) == set(months.values())
    known = line.store.jobs.coverage()
    assert known.unread == 0
    assert all(ts is not None and ts <= line.clock.ms() - 119 * DAY for ts in known.from_ts.values())


def test_the_log_tells_once_that_an_address_is_away_and_once_that_it_is_back(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="sms4a.campaigns")

    def said() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name.startswith("sms4a.campaigns")]

    for number in range(3):
        send_elsewhere(line, "de1", a_number(number))
    fill_index(line)
    assert said() == []
    line.simulator.faults.set_down("de1")
    fill_index(line)
    (away,) = said()
    assert away.startswith("de1 does not answer (")
    line.simulator.faults.set_down("de1", False)
    fill_index(line)
    assert said() == [away, "de1 answers again"]


def test_with_one_data_centre_down_the_other_goes_on_and_the_gap_is_known(line: Line, months: dict[int, str]) -> None:
    line.store.jobs.want(line.clock.ms() - 120 * DAY)
    line.simulator.faults.set_down("de1")
    fill_index(line)
    only_de2 = {job for place, job in enumerate(months.values()) if place % 2 == 0}
    assert listed(line) <= only_de2
    assert line.store.jobs.coverage().from_ts["de1"] is None
    line.simulator.faults.clear()
    line.clock.advance(minutes=5)
    fill_index(line, 80)
    assert listed(line) == set(months.values())


def test_a_job_of_another_program_is_found_by_everything_it_has(line: Line, months: dict[int, str]) -> None:
    fill_index(line)
    job_id = months[5]
    for search in (job_id, job_id[4:20], "crm-5", "FÖRDER"):
        assert job_id in listed(line, search=search)
    assert listed(line, number=a_number(5)) == {job_id}
    assert listed(line, number=a_number(99)) == set()
    assert listed(line, origin="ours") == set()


def test_a_number_of_our_own_campaign_leads_to_its_job(line: Line) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    line.send_all()
    fill_index(line, 3)
    (found,) = line.store.jobs.jobs(JobFilter(number=a_number(2)))
    assert (found.campaign_name, found.submission_n) == ("Autumn", 2)


def test_a_period_has_an_end_too(line: Line, months: dict[int, str]) -> None:
    line.store.jobs.want(line.clock.ms() - 120 * DAY)
    fill_index(line)
    now = line.clock.ms()
    assert listed(line, since_ts=now - 100 * DAY, until_ts=now - 60 * DAY) == {months[95], months[70]}


def test_what_is_wanted_twice_is_kept_once_and_never_shortened(line: Line) -> None:
    now = line.clock.ms()
    for days in (90, 120, 30):
        line.store.jobs.want(now - days * DAY)
    with line.store.database.read() as connection:
        assert connection.exec_driver_sql("select jobs_from_ts from installation").scalar() == now - 120 * DAY


@pytest.mark.parametrize(
    ("before", "period", "after"),
    [
        (Covered(None, None, False), (10, 20), (10, 20)),
        (Covered(10, 20, False), (15, 30), (10, 30)),
        (Covered(10, 20, False), (5, 10), (5, 20)),
        (Covered(10, 20, False), (25, 30), (25, 30)),  # a pause too long: the gap is listed again
        (Covered(10, 20, False), (1, 5), (10, 20)),  # does not touch: it says nothing of the time between
    ],
)
def test_only_time_without_a_gap_counts_as_listed(
    before: Covered, period: tuple[int, int], after: tuple[int, int]
) -> None:
    assert _joined(before, *period) == after


@pytest.mark.parametrize(
    ("de2", "de1", "back"),
    [
        (Covered(50 * DAY, 90 * DAY, False), Covered(50 * DAY, 90 * DAY, False), (43 * DAY, 50 * DAY)),
        (Covered(50 * DAY, 90 * DAY, False), Covered(80 * DAY, 90 * DAY, False), (73 * DAY, 80 * DAY)),
        (Covered(50 * DAY, 90 * DAY, False), Covered(80 * DAY, 90 * DAY, True), (43 * DAY, 50 * DAY)),
        (Covered(42 * DAY, 90 * DAY, False), Covered(42 * DAY, 90 * DAY, False), (40 * DAY, 42 * DAY)),
        (Covered(40 * DAY, 90 * DAY, False), Covered(40 * DAY, 90 * DAY, False), None),
        (Covered(None, None, False), Covered(None, None, False), None),
    ],
)
def test_older_time_is_listed_in_pieces_where_it_lacks_most(
    de2: Covered, de1: Covered, back: tuple[int, int] | None
) -> None:
    assert _older({"de2": de2, "de1": de1}, 40 * DAY) == back
