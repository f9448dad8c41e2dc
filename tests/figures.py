"""Every figure beside an independent count: what the simulator says of each SMS, read without a line of the client.

`python -m tests.figures --people 200000` plays the large run; a small one is among the tests.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import requests
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import job, recipient
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import By, Selection, Who
from sms4a.console import result_file
from sms4a.simulator import Simulator, accepted_jobs
from tests.clients import client_for
from tests.clock import Clock
from tests.line import Line

# Written down once more, from the vendor's table: what each pair is, whatever our own table says.
TILES = {
    ("DONE", "SUC_FIN"): "delivered",
    ("DONE", "SUC_ACC"): "accepted",
    ("DONE", "INVALID_DST"): "failed",
    ("DONE", "BLOCKED"): "failed",
    ("DONE", "TIMEOUT"): "failed",
    ("DONE", "CON_ERR"): "failed",
    ("DONE", "NOT_ACC_FIN"): "failed",
    ("DONE", "FAILED_FIN"): "failed",
    ("DONE", "SEND_ERR"): "unknown",
    ("DONE", "STATUS_ERR"): "unknown",
    ("CANCELED", ""): "failed",
    ("CANCELLED", ""): "failed",
    ("CANCELED", "NOT_ACC_REC"): "failed",
}
ANY_STATUS = {"OPEN": "pending", "RUNNING": "accepted", "KILL": "unknown"}

ENDINGS = [f"{ending}" for ending in range(900, 923)]

# After these times all results are read anew and every figure is compared.
MOMENTS_S = (1, 30, 120, 1_200, 3 * 3_600, 50 * 3_600, 80 * 3_600)

RANKS = {"pending": 0, "accepted": 1}
"""How far an outcome is; all others are ends."""

LABELS = {
    "Delivered": "delivered", "Handed over": "accepted", "Waiting": "pending", "Failed": "failed", "Stopped": "failed",
    "Unknown": "unknown",
}  # fmt: skip


def a_list(people: int) -> Iterator[str]:
    """Numbers of two countries: every steered ending in turn, and as many that arrive."""
    yield "first name;mobile;store"
    for place in range(people):
        if place % 2:
            yield f"Anna;+44790{place:07d};Kassel"
        else:
            yield f"Jörg;+4917{place // 46:06d}{ENDINGS[place // 2 % 23]};Gießen"


@dataclass
class Comparison:
    """What the simulator says at this moment, and what the console says."""

    line: Line
    campaign: Campaign
    folder: Path
    seen: dict[int, str] = field(default_factory=dict)
    """Row → outcome at the moment before."""
    untimed: int = 0
    """Delivered people of whom the simulator does not say when."""
    corrected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """One end → another one, by the people who had both."""

    def after(self, moment_s: int) -> None:
        """Read everything anew, compare, and look that nothing has gone backwards."""
        with self.line.store.database.write() as connection:
            due = sa.update(job).where(job.c.settled.is_(False)).values(next_look_ts=self.line.clock.ms())
            connection.execute(due)
        self.line.track_all()
        truth = self.truth()
        for name, figure in self.figures().items():
            assert figure == truth, f"{name} after {moment_s} s: {figure} instead of {truth}"
        self.compare_with_before()

    def truth(self) -> dict[str, int]:
        """Tile → people by the simulator's own answers; a row that is missing there waits."""
        found: Counter[str] = Counter()
        total = self.untimed = 0
        with requests.Session() as session:
            session.auth = ("practice", "practice")
            for accepted in accepted_jobs(self.line.simulator.path):
                base = self.line.simulator.addresses[accepted.centre]
                rows = session.get(f"{base}/sms", params={"jobId": accepted.job_id}, timeout=60).json()
                for row in rows:
                    tile = _tile(row.get("processStatus") or "", row.get("status") or "")
                    found[tile] += 1
                    self.untimed += tile == "delivered" and "finishedTs" not in row
                total += accepted.sms_count
        found["pending"] += total - found.total()
        return {tile: n for tile, n in sorted(found.items()) if n}

    def figures(self) -> dict[str, dict[str, int]]:
        """Every way in which pages and files show what became of it."""
        reports, one = self.line.store.reports, Selection(campaign_id=self.campaign.id)
        shown = {
            "tiles": reports.tally(self.campaign.id).tiles,
            "totals": reports.totals(Selection())[1].tiles,
            "days": sum_of(tally.tiles for _, tally in reports.daily(30, self.line.clock.ms() + 1, ZoneInfo("UTC"))),
            "countries": sum_of(group.tally.tiles for group in reports.side_by_side(one, By.COUNTRY)),
            "senders": sum_of(group.tally.tiles for group in reports.side_by_side(one, By.SENDER)),
            "pages": {tile: reports.recipient_count(self.campaign.id, Who(tile)) for tile in Tile},
            "searched": {tile: reports.recipient_count(self.campaign.id, Who(tile, search="+4")) for tile in Tile},
            "jobs": self._jobs(),
            "file": self._file(),
        }
        found = {
            name: {str(tile): n for tile, n in sorted(tiles.items()) if n and tile is not Tile.LEFT_OUT}
            for name, tiles in shown.items()
        }
        delivered = found["tiles"].get("delivered", 0)
        timed = delivered - self.untimed
        delays = reports.delays(one)
        assert sum(sum(steps.values()) for steps in delays.values()) == timed
        assert sum(n for _, n in reports.arrivals(one)) == timed
        assert sum(n for _, n in reports.delivered_by_minute(self.campaign.id)) == timed
        assert reports.funnel(one).delivered == delivered
        failed = sum(n for _, n in reports.reasons(one))
        assert failed == found["tiles"].get("failed", 0)
        return found

    def _jobs(self) -> dict[Tile, int]:
        jobs = self.line.store.jobs
        found: Counter[str] = Counter()
        for accepted in accepted_jobs(self.line.simulator.path):
            outcomes = jobs.outcomes(accepted.job_id)
            for outcome, n in outcomes.items():
                found["failed" if outcome == "cancelled" else str(outcome)] += n
            found["pending"] += accepted.sms_count - sum(outcomes.values())
        return {Tile(tile): n for tile, n in found.items()}

    def _file(self) -> dict[Tile, int]:
        path = self.folder / "result.csv"
        write = result_file.writer(self.line.store.reports, self.campaign, Who(), "csv", ZoneInfo("Europe/Berlin"))
        write(path, lambda done: None)
        with path.open(encoding="utf-8-sig", newline="") as file:
            labels = Counter(row["Outcome"] for row in csv.DictReader(file))
        labels.pop("Left out", None)  # no message, so the simulator knows nothing of them
        found: Counter[Tile] = Counter()
        for label, n in labels.items():
            found[Tile(LABELS[label])] += n
        return dict(found)

    def compare_with_before(self) -> None:
        """Nothing has gone backwards; an end that gave way to another one is counted."""
        query = sa.select(recipient.c.row, recipient.c.outcome).where(recipient.c.campaign_id == self.campaign.id)
        with self.line.store.database.read() as connection:
            now = {row: outcome for row, outcome in connection.execute(query)}
        for row, before in self.seen.items():
            assert RANKS.get(now[row], 2) >= RANKS.get(before, 2), f"row {row} went from {before} to {now[row]}"
            if before != now[row] and before not in RANKS:
                self.corrected[before, now[row]] += 1
        self.seen = now


def _tile(process_status: str, status: str) -> str:
    known = ANY_STATUS.get(process_status) or TILES.get((process_status, status))
    return known or "unknown"


def sum_of(tiles: object) -> dict[Tile, int]:
    found: Counter[Tile] = Counter()
    for each in tiles:  # type: ignore[attr-defined]
        found.update(each)
    return dict(found)


def play(line: Line, people: int, folder: Path, size: int = 1_000) -> Comparison:
    """A campaign from its list to the last result, compared at each moment."""
    campaign = line.released("\n".join(a_list(people)).encode(), size=size)
    line.send_everybody(campaign)
    compared, began = Comparison(line, campaign, folder), line.clock.ms()
    for moment_s in MOMENTS_S:
        line.clock.advance(seconds=moment_s - (line.clock.ms() - began) / 1000)
        compared.after(moment_s)
    return compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    people = parser.parse_args().people
    clock, began = Clock(), time.monotonic()
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/console.db", clock=clock.ms)
        migrate(database, "practice")
        with (
            Simulator(folder / "simulator.db", outcomes="steered", clock=clock) as simulator,
            client_for(simulator, now=clock) as client,
        ):
            line = Line(Store(database), client, simulator, clock, rate_per_minute=10_000_000)
            compared = play(line, people, folder)
            took_s = time.monotonic() - began
            print(f"{people:,} people, {len(MOMENTS_S)} moments, {took_s:.0f} s: all figures agree")
            print(compared.truth())
            print("corrected:", dict(compared.corrected))
        database.close()


if __name__ == "__main__":
    main()
