"""What simulation and sabotage have taught: each mended defect of the sending core as a story of its own."""

from collections import Counter
from datetime import datetime

import pytest
import sqlalchemy as sa

from sms4a.campaigns.brakes import EMERGENCY, hold_sender
from sms4a.campaigns.health import Health
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.sending.reconcile import Reconciler
from sms4a.campaigns.sending.send import START_WITHIN_S, Sender
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import counter, look, recipient, submission
from sms4a.models import JobList, JobReport, StatusList
from tests.builders import a_number
from tests.line import Line, people


class Hiding:
    """A client whose list of jobs is empty as long as it is told to be."""

    def __init__(self, line: Line, lists: int) -> None:
        self._client = line.client
        self.lists = lists
        """How many lists are still empty."""

    def job_ids(self, from_ts: datetime, to_ts: datetime) -> JobList:
        self.lists -= 1
        return JobList({}) if self.lists >= 0 else self._client.job_ids(from_ts, to_ts)

    def job(self, job_id: str, *, address: str | None = None) -> JobReport:
        return self._client.job(job_id, address=address)

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList:
        return self._client.sms_statuses(job_id, address=address)


def the_submission(line: Line) -> sa.RowMapping:
    with line.store.database.read() as c:
        return c.execute(sa.select(submission)).mappings().one()


def until_undecided(line: Line, reconciler: Reconciler) -> None:
    for _ in range(30):
        while reconciler.step("w"):
            pass
        line.clock.advance(minutes=3)
    assert the_submission(line)["state"] == SubmissionState.UNDECIDED


def test_a_list_that_moves_while_it_is_read_is_read_again(line: Line) -> None:
    line.released(people(a_number(1)))
    line.simulator.faults.add("drop", when="after")
    line.send_all()
    assert Reconciler(line.store.database, Hiding(line, lists=1)).step("w")
    assert the_submission(line)["state"] == SubmissionState.ACCEPTED
    with line.store.database.read() as c:
        assert tuple(c.execute(sa.select(look.c.complete, look.c.hits)).one()) == (True, 1)


def test_the_job_of_an_earlier_attempt_that_comes_to_light_late_is_found(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    line.simulator.faults.add("drop", when="after")
    line.send_all()
    hiding = Hiding(line, lists=10**6)
    reconciler = Reconciler(line.store.database, hiding)
    until_undecided(line, reconciler)
    line.store.undecided.send_again(campaign.id, 1, "nobody got it", "ann")
    assert reconciler.step("w")
    line.simulator.faults.add("drop", when="before")
    line.send_all()
    assert (the_submission(line)["state"], the_submission(line)["attempt"]) == (SubmissionState.UNCERTAIN, 2)
    hiding.lists = 0
    assert reconciler.step("w")
    assert the_submission(line)["state"] == SubmissionState.ACCEPTED
    assert Counter(line.accepted().values()) == {1: 1}


def test_a_write_off_is_counted_once(line: Line) -> None:
    campaign = line.released(people(a_number(1), a_number(2)))
    line.simulator.faults.add("drop", when="before")
    line.send_all()
    until_undecided(line, line.reconciler)
    line.store.undecided.write_off(campaign.id, 1, "too late", "ann")
    with line.store.database.read() as c:
        rows = Counter(c.scalars(sa.select(recipient.c.outcome)))
        kept = {
            key: n for key, n in c.execute(sa.select(counter.c.key, counter.c.n).where(counter.c.kind == "outcome"))
        }
    assert {key: n for key, n in kept.items() if n} == rows == {"unknown": 2}


def test_a_worker_that_was_frozen_after_its_marker_sends_nothing_when_it_wakes(line: Line) -> None:
    line.released(people(a_number(1)))
    clock = iter([0.0, START_WITHIN_S + 1])
    health = Health(line.store.database)
    sender = Sender(line.claims, line.client, health, line.guard, line.spool, send_via="eu", steady=lambda: next(clock))
    assert sender.step("w")
    assert (the_submission(line)["state"], line.accepted()) == (SubmissionState.READY, {})
    assert line.send_all() == 1
    assert Counter(line.accepted().values()) == {1: 1}


def test_of_two_slow_downs_the_longer_one_holds(line: Line) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    first, second = line.claims.claim_next("w"), line.claims.claim_next("w")
    assert first
    assert second
    line.claims.record(first, Ruling(SubmissionState.READY, "slow_down", wait_s=600, slow_s=600))
    line.claims.record(second, Ruling(SubmissionState.READY, "slow_down", wait_s=10, slow_s=10))
    line.clock.advance(seconds=599)
    assert line.send_all() == 0


def test_a_hold_that_needs_a_person_outlives_one_that_mends_itself(line: Line) -> None:
    with line.store.database.write() as c:
        assert hold_sender(c, 0, "login", "sender")
        assert hold_sender(c, 0, "double_job", "sender")
        assert not hold_sender(c, 0, "login", "sender")
    assert line.store.brakes.state().hold_code == "double_job"


def test_the_probe_does_not_end_the_emergency_stop(line: Line) -> None:
    with line.store.database.write() as c:
        hold_sender(c, 0, "login", "sender")
    line.released(people(a_number(1)))
    line.store.brakes.stop_everything("ann")
    line.store.brakes.release("sender", "login")
    assert line.store.brakes.state().hold_code == EMERGENCY
    assert line.send_all() == 0


def test_a_planner_whose_lease_ran_out_leaves_the_plan_of_the_next_one_alone(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, clear, frozen = Planner(line.store.database), Planner._clear, []

    def frozen_first(planner: Planner, *args: str) -> bool:
        monkeypatch.undo()
        frozen.append(planner)
        line.clock.advance(minutes=2)
        assert other.plan_next("the other")
        return clear(planner, *args)

    monkeypatch.setattr(Planner, "_clear", frozen_first)
    prepared = line.prepared(people(a_number(1), a_number(2)))
    assert frozen
    with line.store.database.read() as c:
        assert len(c.execute(sa.select(submission)).all()) == 1
        assert prepared.people == len(c.execute(sa.select(recipient)).all()) == 2
