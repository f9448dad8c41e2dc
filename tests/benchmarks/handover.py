"""How fast a campaign is handed over, markers included: claim, rebuild, POST, record, against a server with a latency.

    uv run --group dev python -m tests.benchmarks.handover

The limit is workers x people in a job / latency; a real SQLite file on this disk, every marker synced.
"""

import argparse
import os
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sms4a.campaigns.database import Database
from sms4a.campaigns.health import Health
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.sending.claims import Claims
from sms4a.campaigns.sending.guard import Guard
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.sending.send import Sender
from sms4a.campaigns.sending.spool import Spool
from sms4a.campaigns.store import Store
from sms4a.client import Client
from tests.benchmarks.client import bare_server
from tests.builders import customers_csv

# Long enough for the end not to count, when some have nothing left to do: this many jobs for each worker.
JOBS_EACH = 30


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.handover", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4, 8])
    parser.add_argument("--size", type=int, default=1000, help="people in a job (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency-ms", type=float, default=50.0)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, jobs of {options.size}")
    with bare_server(options.latency_ms / 1000) as port:
        for workers in options.workers:
            rates = [handed_over(port, workers, options.size) for _ in range(options.rounds)]
            limit = workers * options.size / (options.latency_ms / 1000)
            median = statistics.median(rates)
            print(
                f"{workers} workers: {median:>10,.0f} SMS per second, {median / limit:.0%} of {limit:,.0f}", flush=True
            )


def handed_over(port: int, workers: int, size: int) -> float:
    """SMS per second of one campaign of a size that keeps all workers busy."""
    people = workers * JOBS_EACH * size
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/console.db")
        migrate(database, "practice")
        store = Store(database)
        release(store, people + workers * size, size)
        base = f"http://127.0.0.1:{port}"
        with Client("login", "password", eu_url=base, de2_url=base, de1_url=base) as client:
            senders = [a_sender(database, client, Path(folder)) for _ in range(workers)]
            # What happens once in a process is not the subject.
            in_parallel(partial(sender.step, "first") for sender in senders)
            began = time.perf_counter()
            in_parallel(partial(drain, sender, f"w{n}") for n, sender in enumerate(senders))
            took = time.perf_counter() - began
        store.close()
    return people / took


def in_parallel(work: Iterable[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=piece) for piece in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def release(store: Store, people: int, size: int) -> None:
    listed = store.lists.create("people.csv", customers_csv(people, 0, 0), "ann")
    store.lists.check_next("w")
    draft = store.drafts.create("ann")
    changes = {"name": "x", "text": "Hallo {Vorname}, bis bald", "options": CampaignOptions(), "list_id": listed.id}
    draft = store.drafts.save(draft.id, draft.version, actor="ann", **changes)
    campaign_id = store.ledger.prepare(draft.id, draft.version, "ann", submission_size=size)
    Planner(store.database).plan_next("w")
    prepared = store.ledger.campaign(campaign_id)
    assert prepared is not None
    assert prepared.fingerprint is not None
    assert prepared.people == people
    store.ledger.send(campaign_id, prepared.fingerprint, "ann")


def a_sender(database: Database, client: Client, folder: Path) -> Sender:
    claims = Claims(database, send_via="eu", rate_per_minute=10**9, lease_s=105)
    return Sender(claims, client, Health(database), Guard(database, folder), Spool(folder), send_via="eu")


def drain(sender: Sender, owner: str) -> None:
    while sender.step(owner, keep_going=True):
        pass


if __name__ == "__main__":
    main()
