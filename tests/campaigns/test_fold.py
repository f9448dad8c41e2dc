"""What one answer after the other makes of the people of a job."""

import random
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.health import Health
from sms4a.campaigns.results.job_looks import claim_look
from sms4a.campaigns.results.jobs import JobFilter
from sms4a.campaigns.results.track import Tracker
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import counter, job, recipient, sms_status
from sms4a.errors import NotFound
from sms4a.models import JobReport, SmsStatus, StatusList
from tests.clock import Clock
from tests.ledger_rows import DAY, Batch, a_campaign, a_number

ID = "aaaa2222"
DONE, FAILED, RUNNING, BLOCKED = ("DONE", "SUC_FIN"), ("DONE", "TIMEOUT"), ("RUNNING", ""), ("DONE", "BLOCKED")
RECEIVED = "2026-11-23T10:00:00.000Z"


def sms(person: int, words: tuple[str, str], second: int = 1, **changes: str | None) -> dict[str, str | None]:
    """The status of a person, 1 to 3; final ones ended in this second after the job was received."""
    row = person + 1
    known = {"smsId": f"S.{person}", "dst": a_number(person - 1), "customerRef": f"{ID}.{row}"}
    ended = {"finishedTs": f"2026-11-23T10:00:{second:02d}.000Z"} if words[0] == "DONE" else {}
    return {**known, "processStatus": words[0], "status": words[1], **ended, **changes}


@dataclass
class Says:
    """A client whose API says this."""

    statuses: list[dict[str, Any]]

    def job(self, job_id: str, *, address: str | None = None) -> JobReport:
        return JobReport.model_validate({"jobId": job_id, "receiptTs": RECEIVED, "address": "de2"})

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList:
        return StatusList("de2", tuple(SmsStatus.model_validate(row) for row in self.statuses))


def look(store: Store, clock: Clock, *statuses: dict[str, str | None]) -> None:
    with store.database.write() as connection:
        connection.execute(sa.update(job).values(next_look_ts=clock.ms()))
    assert Tracker(store.database, Says(list(statuses)), Health(store.database)).step("w")


def verdicts(store: Store) -> list[str | None]:
    with store.database.read() as connection:
        return list(connection.scalars(sa.select(recipient.c.verdict).order_by(recipient.c.row)))


def counters(store: Store, kind: str) -> dict[str, int]:
    query = sa.select(counter.c.key, counter.c.n).where(counter.c.kind == kind, counter.c.n != 0)
    with store.database.read() as connection:
        return dict(connection.execute(query).all())


def stored(store: Store) -> list[tuple[Any, ...]]:
    columns = (sms_status.c.row, sms_status.c.sms_id, sms_status.c.number, sms_status.c.verdict)
    with store.database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(*columns[:2]))]


@pytest.fixture
def three(store: Store) -> Store:
    """Three people in one job of which nothing is known yet."""
    a_campaign(store.database, ID, batches=[Batch(SubmissionState.ACCEPTED, 3)])
    return store


STRANGE = {"smsId": "S.9", "dst": "+4915228895999", "customerRef": "crm-9"}
LOOKS: list[tuple[str, list[list[dict[str, str | None]]], list[str | None]]] = [
    ("what is missing waits", [[sms(1, DONE)]], ["delivered", None, None]),
    ("and may come later", [[sms(1, RUNNING)], [sms(2, DONE), sms(1, DONE)]], ["delivered", "delivered", None]),
    ("final gives way to final", [[sms(1, DONE)], [sms(1, FAILED)]], ["timeout", None, None]),
    ("but not to what is not final", [[sms(1, DONE)], [sms(1, RUNNING)]], ["delivered", None, None]),
    ("of two the last counts", [[sms(1, FAILED), sms(1, DONE)]], ["delivered", None, None]),
    ("also where it is known", [[sms(1, DONE)], [sms(1, FAILED), sms(1, DONE)]], ["delivered", None, None]),
    ("no id", [[sms(1, RUNNING, smsId=None)], [sms(1, DONE, smsId=None)]], ["delivered", None, None]),
    ("no reference of ours", [[sms(2, DONE, customerRef=a_number(1))]], [None, "delivered", None]),
    ("referred to later", [[sms(2, RUNNING, customerRef=None, dst=None)], [sms(2, DONE)]], [None, "delivered", None]),
    ("nobody of ours", [[sms(1, DONE), {**sms(2, DONE), **STRANGE}]], ["delivered", None, None]),
    ("words nobody knows", [[sms(1, ("ODD", "")), sms(2, ("DONE", "odd")), sms(3, ("a\0b", "\0"))]], ["other"] * 3),
]  # fmt: skip


@pytest.mark.parametrize(("looks", "found"), [case[1:] for case in LOOKS], ids=[case[0] for case in LOOKS])
def test_people_have_the_verdict_that_the_answers_give(
    three: Store, clock: Clock, looks: list[list[dict[str, str | None]]], found: list[str | None]
) -> None:
    for statuses in looks:
        look(three, clock, *statuses)
    assert verdicts(three) == found
    delivered = found.count("delivered")
    assert counters(three, "outcome").get("delivered", 0) == delivered
    assert sum(counters(three, "delivered").values()) == sum(counters(three, "delay").values()) == delivered
    assert sum(counters(three, "country").values()) == 3


def test_a_corrected_report_moves_the_person_in_every_counter(three: Store, clock: Clock) -> None:
    look(three, clock, sms(1, DONE, second=4), sms(2, DONE, second=59), sms(3, FAILED))
    look(three, clock, sms(1, BLOCKED, second=8), sms(2, DONE, second=2), sms(3, DONE, second=30))
    assert verdicts(three) == ["blocked", "delivered", "delivered"]
    assert counters(three, "verdict") == {"blocked": 1, "delivered": 2}
    assert counters(three, "outcome") == {"failed": 1, "delivered": 2}
    assert counters(three, "country") == {"DE:blocked": 1, "DE:delivered": 2}
    assert counters(three, "delay") == {"DE:2": 1, "DE:30": 1}
    assert list(counters(three, "delivered").values()) == [2]


def test_a_number_is_kept_where_no_recipient_has_it(three: Store, clock: Clock) -> None:
    look(three, clock, sms(1, DONE), {**sms(2, RUNNING), **STRANGE})
    look(three, clock, sms(1, BLOCKED), {**sms(2, DONE), **STRANGE})
    assert stored(three) == [(0, "S.9", "+4915228895999", "delivered"), (2, "S.1", None, "blocked")]
    assert [row.number for row in three.jobs.statuses("J.20261123-aaaa2222-0001")] == [
        "+4915228895999",
        "+4917604069000",
    ]


def test_who_has_no_final_word_when_no_report_can_come_is_unknown(three: Store, clock: Clock) -> None:
    look(three, clock, sms(1, DONE), sms(2, RUNNING))
    clock.advance(hours=48 + 73)
    look(three, clock, sms(1, DONE), sms(2, RUNNING))
    assert verdicts(three) == ["delivered", "no_report", "no_report"]
    assert counters(three, "outcome") == {"delivered": 1, "unknown": 2}


def test_a_report_with_a_nul_is_stored_and_found(three: Store, clock: Clock) -> None:
    class Nul(Says):
        def job(self, job_id: str, *, address: str | None = None) -> JobReport:
            return super().job(job_id).model_copy(update={"customer_ref": "crm\0-1", "src": "\0Shop"})

    with three.database.write() as connection:
        connection.execute(sa.update(job).values(campaign_id=None, next_look_ts=clock.ms()))
    assert Tracker(three.database, Nul([sms(1, DONE)]), Health(three.database)).step("w")
    for words in ("crm-1", "shop", "sh\0op"):
        assert three.jobs.count(JobFilter(words)) == 1


def test_what_is_longer_than_an_index_takes_is_cut(three: Store, clock: Clock) -> None:
    # At random, as PostgreSQL packs what repeats itself.
    long = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9_000))

    class Long(Says):
        def job(self, job_id: str, *, address: str | None = None) -> JobReport:
            return super().job(job_id).model_copy(update={"customer_ref": long})

    with three.database.write() as connection:
        connection.execute(sa.update(job).values(campaign_id=None, next_look_ts=clock.ms()))
    told = sms(1, DONE, smsId=long, dst=long, customerRef=None)
    assert Tracker(three.database, Long([told]), Health(three.database)).step("w")
    assert stored(three) == [(0, long[:500], long[:500], "delivered")]
    assert the_job(three).reference == long[:500]


def the_job(store: Store) -> Any:
    with store.database.read() as connection:
        return connection.execute(sa.select(job)).one()


def settled(store: Store, clock: Clock) -> int:
    """Everybody has a final word now; returns when the job came in."""
    look(store, clock, sms(1, DONE), sms(2, FAILED), sms(3, DONE))
    found = the_job(store)
    assert found.settled
    clock.advance(seconds=(found.receipt_ts - clock.ms()) / 1000 + 60)
    look(store, clock, sms(1, DONE), sms(2, FAILED), sms(3, DONE))
    return int(found.receipt_ts)


def test_a_settled_job_is_looked_at_a_day_and_a_week_later_and_then_no_more(three: Store, clock: Clock) -> None:
    received = settled(three, clock)
    for after, following in ((DAY, received + 7 * DAY), (7 * DAY, None)):
        assert the_job(three).next_look_ts == received + after
        clock.advance(seconds=(received + after - clock.ms()) / 1000)
        assert Tracker(three.database, Says([sms(2, DONE)]), Health(three.database)).step("w")
        assert the_job(three).next_look_ts == following
    assert verdicts(three) == ["delivered"] * 3
    assert counters(three, "outcome") == {"delivered": 3}
    assert counters(three, "state") == {"settled": 3}


def test_a_settled_job_stays_settled_whatever_is_said_later(three: Store, clock: Clock) -> None:
    settled(three, clock)
    look(three, clock, sms(1, RUNNING), sms(2, RUNNING))
    assert (the_job(three).settled, the_job(three).final) == (True, 3)
    assert verdicts(three) == ["delivered", "timeout", "delivered"]


def test_a_job_that_cannot_be_read_any_more_is_not_asked_for_again_and_again(three: Store, clock: Clock) -> None:
    class Gone(Says):
        def job(self, job_id: str, *, address: str | None = None) -> JobReport:
            raise NotFound("gone", http_status=404)

    received = settled(three, clock)
    for following in (received + 7 * DAY, None):
        clock.advance(seconds=(the_job(three).next_look_ts - clock.ms()) / 1000)
        assert Tracker(three.database, Gone([]), Health(three.database)).step("w")
        assert the_job(three).next_look_ts == following


def test_what_is_open_is_looked_at_before_what_is_settled(three: Store, clock: Clock) -> None:
    settled(three, clock)
    clock.advance(hours=25)
    with three.database.write() as connection:
        fresh = {**connection.execute(sa.select(job)).mappings().one(), "job_id": "J.fresh", "settled": False}
        connection.execute(job.insert().values(**fresh | {"next_look_ts": clock.ms()}))
    claimed = claim_look(three.database, "w")
    assert claimed is not None
    assert claimed.job_id == "J.fresh"


def test_nothing_personal_comes_back_of_somebody_who_was_erased(three: Store, clock: Clock) -> None:
    look(three, clock, sms(1, RUNNING), sms(2, RUNNING, reason="sent"))
    three.persons.erase(a_number(0), "ann")
    look(three, clock, sms(1, DONE, reason=f"DELIVRD {a_number(0)}"), sms(2, DONE, reason="DELIVRD"))
    with three.database.read() as connection:
        reasons = connection.execute(sa.select(sms_status.c.row, sms_status.c.reason).order_by(sms_status.c.row)).all()
    assert [tuple(found) for found in reasons] == [(2, None), (3, "DELIVRD")]
    assert verdicts(three) == ["delivered", "delivered", None]


def test_a_status_without_reference_that_may_be_of_somebody_who_was_erased_brings_no_number(
    three: Store, clock: Clock
) -> None:
    three.persons.erase(a_number(1), "ann")
    look(three, clock, sms(1, RUNNING), sms(2, RUNNING, customerRef=None))
    look(three, clock, sms(1, DONE), sms(2, DONE, customerRef=None))
    assert stored(three) == [(0, "S.2", None, "delivered"), (2, "S.1", None, "delivered")]


def the_erased_stranger_stays_away(store: Store, clock: Clock) -> None:
    look(store, clock, {**sms(1, RUNNING), **STRANGE, "reason": "sent"})
    assert store.persons.erase("+4915228895999", "ann").foreign == 1
    look(store, clock, {**sms(1, DONE), **STRANGE, "reason": "DELIVRD +4915228895999"})
    assert stored(store) == [(0, "S.9", None, "delivered")]
    with store.database.read() as connection:
        assert connection.execute(sa.select(sms_status.c.reason)).scalar() is None


def test_a_stranger_in_a_job_of_ours_who_was_erased_does_not_come_back(three: Store, clock: Clock) -> None:
    the_erased_stranger_stays_away(three, clock)


def test_of_a_job_that_is_not_ours_nothing_personal_comes_back_either(store: Store, clock: Clock) -> None:
    with store.database.write() as connection:
        strange = {"job_id": "J.20261123-strange0-0001", "address": "de2", "report": {}, "receipt_ts": clock.ms()}
        connection.execute(job.insert().values(**strange, people=1, final=0, settled=False, looks=0))
    the_erased_stranger_stays_away(store, clock)
