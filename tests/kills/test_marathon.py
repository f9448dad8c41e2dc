"""300,000 SMS through two consoles and three workers on PostgreSQL, while workers are killed and started.

Long: `uv run --group dev pytest -m long tests/kills -s`
"""

import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import submission
from sms4a.simulator import Simulator, accepted_jobs, duplicates
from tests.browser.serving import serve
from tests.kills.intents import released
from tests.waiting import until

PEOPLE, SIZE, KILLS = 300_000, 500, 25


def a_worker(folder: Path, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, **{f"SMS4A_{name}": value for name, value in settings.items()}}
    with (folder / "workers.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "sms4a", "worker"], env=environment, stdout=log, stderr=log)


def left(store: Store, *states: str) -> int:
    with store.database.read() as connection:
        query = sa.select(sa.func.count()).where(submission.c.state.in_(states))
        return connection.execute(query).scalar_one()


@pytest.mark.long
def test_300_000_people_get_it_once_while_workers_die(
    tmp_path: Path, postgresql: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    postgresql.psql("create database marathon;")
    url = str(postgresql.get_uri("marathon"))
    database = Database(url)
    migrate(database, "practice")
    store, chance, gaps = Store(database), random.Random(7), []
    with ExitStack() as stack:
        simulator = stack.enter_context(
            Simulator(tmp_path / "simulator.db", outcomes="steered", speed=1_000_000, rate=0)
        )
        # An answer takes 50 ms, as it may over the internet.
        simulator.faults.add("delay", when="after", seconds=0.05, times=None)
        settings: dict[str, Any] = {
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path / "data"),
            "SIMULATOR_URL": simulator.url,
            "RATE_PER_MINUTE": "1000000",
            "SEND_THREADS": "2",
        }
        consoles = []
        for name in ("console-1", "console-2"):
            (tmp_path / name).mkdir()
            consoles.append(stack.enter_context(serve(tmp_path / name, WORKER="off", **settings)))
        workers = [a_worker(tmp_path, settings) for _ in range(3)]
        try:
            campaign = released(store, rows=PEOPLE, size=SIZE, patience_s=300)
            began = time.monotonic()
            for _ in range(KILLS):
                pause = time.monotonic() + chance.uniform(0.3, 1.0)
                until(lambda pause=pause: time.monotonic() > pause)  # type: ignore[misc]
                victim = chance.randrange(3)
                workers[victim].kill()
                workers[victim].wait()
                jobs, killed = len(accepted_jobs(simulator.path)), time.monotonic()
                until(
                    lambda jobs=jobs: len(accepted_jobs(simulator.path)) > jobs or not left(store, "ready")  # type: ignore[misc]
                )
                gaps.append(time.monotonic() - killed)
                workers[victim] = a_worker(tmp_path, settings)
            until(lambda: not left(store, "ready", "sending"), seconds=400, why="not everything was handed over")
            took = time.monotonic() - began
            # What was in flight is looked for; what was never taken stays uncertain for an hour.
            settled = time.monotonic() + 30
            until(lambda: time.monotonic() > settled)
            assert all(console.process.poll() is None for console in consoles)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        balance = store.ledger.balance(campaign.id)
        accepted = duplicates(simulator.path)
        with capsys.disabled():
            print(f"\n{PEOPLE:,} people, {accepted['distinct']:,} accepted, {KILLS} kills, {took:.0f} s")
            print(f"others went on after {sorted(round(gap, 1) for gap in gaps)} s")
            print(f"people unclear at the end: {balance.states['uncertain']}")
        assert accepted["twice"] == []
        assert balance.adds_up
        assert balance.states["accepted"] + balance.states["uncertain"] == PEOPLE
        assert balance.states["accepted"] <= accepted["distinct"]
        assert max(gaps) < 30
    store.close()
