"""The threads around the steps: from an intent in the database to the end, without anybody calling a step."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sms4a.campaigns import worker as worker_module
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.campaigns.worker import Pace, Worker
from sms4a.client import Client
from sms4a.simulator import Simulator, accepted_numbers
from tests.clients import client_for
from tests.kills.intents import released
from tests.waiting import until


@pytest.fixture
def real(database_url: str) -> Iterator[Store]:
    """A store with the database's own clock: threads and time-outs are real here."""
    database = Database(database_url)
    migrate(database, "practice")
    ready = Store(database)
    yield ready
    ready.close()


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "simulator.db", outcomes="steered", speed=1_000_000) as running:
        yield running


def a_worker(store: Store, simulator: Simulator) -> Worker:
    return Worker(store, client_for(simulator), Pace(send_threads=2), simulator.path.parent)


def test_two_workers_carry_a_campaign_to_its_end_and_each_number_is_accepted_once(real: Store, fast: Simulator) -> None:
    workers = [a_worker(real, fast), a_worker(real, fast)]
    for worker in workers:
        worker.start()
    try:
        campaign = released(real, rows=400, size=10)
        # Statuses of the last job need its second look, ten seconds after the first.
        until(
            lambda: real.ledger.balance(campaign.id).states["accepted"] == campaign.people == 400,
            why=str(real.ledger.balance(campaign.id)),
        )
    finally:
        for worker in workers:
            worker.stop()
    assert Counter(accepted_numbers(fast.path).values()) == {1: 400}
    assert real.ledger.balance(campaign.id).adds_up
    assert real.brakes.state().workers_alive == 0


def test_a_worker_that_is_stopped_leaves_nothing_half_done(real: Store, fast: Simulator) -> None:
    worker = a_worker(real, fast)
    worker.start()
    campaign = released(real, rows=400, size=2)
    until(lambda: real.ledger.balance(campaign.id).states["accepted"] >= 20)
    worker.stop()
    states = real.ledger.balance(campaign.id).states
    assert (states["sending"], states["uncertain"]) == (0, 0)
    assert states["accepted"] + states["waiting"] == campaign.people
    assert states["accepted"] == len(accepted_numbers(fast.path))


def test_a_sign_of_life_that_fails_is_not_the_last_one(
    real: Store, fast: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "BEAT_S", 0.01)
    worker, beats = a_worker(real, fast), list[None]()
    beat = worker._guard.beat

    def fails_once() -> None:
        beats.append(None)
        if len(beats) == 2:
            raise ValueError
        beat()

    monkeypatch.setattr(worker._guard, "beat", fails_once)
    worker.start()
    try:
        until(lambda: len(beats) > 3)
    finally:
        worker.stop()


def test_on_a_file_only_one_worker_works_and_the_next_takes_over_when_it_stops(tmp_path: Path, fast: Simulator) -> None:
    database = Database(f"sqlite:///{tmp_path}/console.db")
    migrate(database, "practice")
    store = Store(database)
    first, second = a_worker(store, fast), a_worker(store, fast)
    first.start()
    until(lambda: store.brakes.state().workers_alive == 1)
    second.start()
    first.stop()
    until(lambda: store.brakes.state().workers_alive == 1)
    second.stop()
    assert store.brakes.state().workers_alive == 0
    store.close()


def test_a_worker_with_nothing_to_do_opens_no_transaction_that_writes(
    store: Store, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(store, client, Pace(), tmp_path / "worker")

    def must_not(*_: object) -> None:
        raise AssertionError("nothing is to be written")

    monkeypatch.setattr(store.database, "write", must_not)
    assert not worker._sweep()
    assert not worker._read_list()
    assert not worker._planner.plan_next("w")
    assert not worker._tracker.step("w")
    assert not worker._reconciler.step("w")
    assert not worker._senders[0].step("w")
    assert not worker._probe()
