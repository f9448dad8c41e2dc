"""Results with a million people behind them: the breakdown, a page of people, and the whole list back as a file.

`python -m tests.benchmarks.results --people 1000000` fills a SQLite database of its own; the files are written in a
process of their own, so that their memory can be told.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import Selection, Who
from sms4a.console import result_file
from tests.ledger_rows import NOW, Batch, a_campaign

ID = "aaaa2222"
ROUNDS = 9

# The rows are made by the database itself; the counters follow from how they are made.
FILL = """
with recursive n(i) as (select 100 union all select i + 1 from n where i < {people} + 99)
insert into recipient (campaign_id, "row", raw_number, number, region, pile, fields, others, parts, submission_n,
                       outcome, verdict)
select '{id}', i, '+49176' || (10000000 + i), '+49176' || (10000000 + i), 'DE', 'receive', '{{"first name": "Jörg"}}',
       '{{"store": "Gießen", "since": "2019"}}', 1, 1 + i / 1000,
       case when i / 40 * 40 = i then 'failed' else 'delivered' end,
       case when i / 40 * 40 = i then 'timeout' else 'delivered' end
from n
"""
ENTER = """
insert into recipient_number (number, campaign_id, "row")
select number, campaign_id, "row" from recipient where "row" >= 100 and number is not null order by 1
"""
COUNT = """
insert into counter (campaign_id, kind, key, n)
select campaign_id, 'outcome', outcome, count(*) from recipient where "row" >= 100 group by 1, 3
on conflict (campaign_id, kind, key) do update set n = counter.n + excluded.n
"""


def filled(url: str, people: int) -> Store:
    database = Database(url)
    migrate(database, "practice")
    batches = [Batch(SubmissionState.SETTLED, verdicts={"delivered": 5})]
    columns = {"header": ["name", "mobile", "store", "since"], "phone": "mobile", "fields": {"first name": "name"}}
    a_campaign(database, ID, batches=batches, state=CampaignState.FINISHED, finished_ts=NOW, columns=columns)
    with database.write() as connection:
        connection.exec_driver_sql(FILL.format(people=people, id=ID))
        connection.exec_driver_sql(ENTER)
        connection.exec_driver_sql(COUNT)
    return Store(database)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds, the median of several rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def write_file(folder: Path, kind: result_file.Kind) -> None:
    """In its own process: says how long it took and how much memory there was at most."""
    store = Store(Database(f"sqlite:///{folder}/console.db"))
    campaign = store.ledger.campaign(ID)
    assert campaign is not None
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    path = folder / f"file.{kind}"
    result_file.writer(store.reports, campaign, Who(), kind, ZoneInfo("Europe/Berlin"))(path, lambda done: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([time.perf_counter() - began, peak / 1024, (peak - before) / 1024, path.stat().st_size / 1e6]))
    store.close()


def measure(store: Store, people: int) -> None:
    reports, one = store.reports, Selection(campaign_id=ID)
    print(f"breakdown of a campaign with {people:,} people: {timed(lambda: reports.tally(ID)):.2f} ms")
    print(f"totals of everything: {timed(lambda: reports.totals(Selection())):.2f} ms")
    print(f"reasons: {timed(lambda: reports.reasons(one)):.2f} ms")
    print(f"first page of people: {timed(lambda: reports.recipients(ID)):.2f} ms")
    failed = Who(Tile.FAILED)
    print(f"first page of the failed: {timed(lambda: reports.recipients(ID, failed)):.2f} ms")
    for page, offset in (("a page in the middle", people // 2), ("last page", people - 20)):
        took = timed(lambda offset=offset: reports.recipients(ID, offset=offset, total=people + 5))  # type: ignore[misc]
        print(f"{page} of people: {took:.1f} ms")
    as_in_file = Who(search="0176 0406O112")
    print(f"a cell that is no number searched: {timed(lambda: reports.recipients(ID, as_in_file)):.2f} ms")
    print(f"a number searched: {timed(lambda: reports.recipients(ID, Who(search='+4917610000500'))):.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        write_file(Path(chosen.write[0]), chosen.write[1])
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = filled(f"sqlite:///{folder}/console.db", chosen.people)
        measure(store, chosen.people)
        for kind in ("csv", "xlsx"):
            command = [sys.executable, "-m", "tests.benchmarks.results", "--write", name, kind]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            took, peak, grown, size = json.loads(told)
            print(f"{kind}: {took:.0f} s, {peak:.0f} MB at most, {grown:.0f} MB more than before, file {size:.0f} MB")
        store.close()


if __name__ == "__main__":
    main()
