"""A console or worker killed in the middle: no number twice, the rest goes on, what is not known is shown as such.

The simulator runs in this process, so it survives; its store is the judge.
"""

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import look, recipient, submission
from sms4a.simulator import Simulator, accepted_jobs, accepted_numbers
from tests.kills.intents import released
from tests.waiting import until

VICTIM = Path(__file__).parent / "victim.py"
PEOPLE, SIZE = 120, 10

# What is killed where, whether something was unclear after the restart, and how many people stay so: a job that was
# taken is found by its reference, one that never left leaves no trace and is put before a person after an hour.
POINTS = [
    ("before_marker", True, 0),
    ("before_post", True, SIZE),
    ("in_flight", True, 0),
    ("before_record", True, 0),
]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "simulator.db", outcomes="steered", speed=1_000_000) as running:
        yield running


@contextmanager
def running(folder: Path, simulator: Simulator, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that sends to this simulator; whatever happens, it is gone afterwards."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(VICTIM.parents[2]),
        "SMS4A_DATA_DIR": str(folder),
        "SMS4A_SIMULATOR_URL": simulator.url,
        "SMS4A_SEND_THREADS": "1",  # with more, one dies before its marker while another is in flight
        **settings,
    }
    log = open(folder / f"{arguments[0]}-{len(list(folder.iterdir()))}.log", "wb")  # noqa: SIM115
    process = subprocess.Popen([sys.executable, str(VICTIM), *arguments], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        log.close()


def wait_for_death(process: subprocess.Popen[bytes], simulator: Simulator, point: str) -> None:
    if point == "in_flight":
        # The first job is accepted, and its answer is kept back.
        until(lambda: accepted_jobs(simulator.path))
        process.kill()
    until(lambda: process.poll() is not None, why="the victim lives")
    assert process.returncode == -signal.SIGKILL


def states(store: Store, campaign: Campaign) -> Counter[str]:
    with store.database.read() as connection:
        query = sa.select(submission.c.state).where(submission.c.campaign_id == campaign.id)
        return Counter(connection.scalars(query))


def at_rest(store: Store, campaign: Campaign, looked_for: bool, unclear: int) -> bool:
    found = states(store, campaign)
    with store.database.read() as connection:
        looks = connection.execute(sa.select(sa.func.count()).select_from(look)).scalar_one()
    return not set(found) & {"ready", "sending"} and found["uncertain"] * SIZE == unclear and bool(looks) is looked_for


def assert_truth(store: Store, campaign: Campaign, simulator: Simulator, people_unclear: int) -> None:
    accepted = accepted_numbers(simulator.path)
    assert set(accepted.values()) == {1}, "a number was accepted twice"
    with store.database.read() as connection:
        rows = connection.execute(
            sa.select(recipient.c.number, recipient.c.outcome, submission.c.state)
            .join(
                submission,
                (submission.c.campaign_id == recipient.c.campaign_id) & (submission.c.n == recipient.c.submission_n),
            )
            .where(recipient.c.campaign_id == campaign.id)
        ).all()
    assert len(rows) == campaign.people == PEOPLE
    sure = {row.number for row in rows if row.state in ("accepted", "settled")}
    unclear = {row.number for row in rows if row.state == "uncertain"}
    assert sure <= set(accepted) <= sure | unclear
    assert len(sure) + len(unclear) == PEOPLE
    assert len(unclear) == people_unclear
    assert {row.outcome for row in rows if row.state == "uncertain"} <= {"unknown"}
    balance = store.ledger.balance(campaign.id)
    assert balance.adds_up
    assert balance.states["uncertain"] == len(unclear)


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest.mark.parametrize(("point", "looked_for", "unclear"), POINTS)
def test_a_console_on_a_file_that_is_killed_goes_on_after_a_restart_without_a_browser(
    tmp_path: Path, simulator: Simulator, point: str, looked_for: bool, unclear: int
) -> None:
    database = Database(f"sqlite:///{tmp_path}/practice.db")
    migrate(database, "practice")
    store = Store(database)
    if point == "in_flight":
        simulator.faults.add("delay", when="after", seconds=60)
    where = () if point == "in_flight" else (point, "4")
    with running(tmp_path, simulator, "console", free_port(), *where) as victim:
        campaign = released(store, rows=PEOPLE, size=SIZE)
        wait_for_death(victim, simulator, point)
    simulator.faults.clear()
    assert states(store, campaign)["ready"] > 0
    with running(tmp_path, simulator, "console", free_port()):
        until(lambda: at_rest(store, campaign, looked_for, unclear), why=str(states(store, campaign)))
    assert_truth(store, campaign, simulator, unclear)
    store.close()


@pytest.mark.parametrize(("point", "looked_for", "unclear"), POINTS)
def test_one_of_two_workers_on_postgresql_is_killed_and_the_other_carries_on(
    tmp_path: Path, simulator: Simulator, postgresql: object, point: str, looked_for: bool, unclear: int
) -> None:
    name = f"kill_{point}"
    postgresql.psql(f"create database {name};")  # type: ignore[attr-defined]
    url = postgresql.get_uri(name)  # type: ignore[attr-defined]
    database = Database(url)
    migrate(database, "practice")
    store = Store(database)
    if point == "in_flight":
        simulator.faults.add("delay", when="after", seconds=60)
    where = () if point == "in_flight" else (point, "4")
    with running(tmp_path, simulator, "worker", *where, SMS4A_DATABASE_URL=url) as victim:
        campaign = released(store, rows=PEOPLE, size=SIZE)
        if point == "in_flight":
            until(lambda: accepted_jobs(simulator.path))
        with running(tmp_path, simulator, "worker", SMS4A_DATABASE_URL=url) as other:
            wait_for_death(victim, simulator, point)
            until(lambda: at_rest(store, campaign, looked_for, unclear), why=str(states(store, campaign)))
            assert other.poll() is None
    assert_truth(store, campaign, simulator, unclear)
    store.close()
