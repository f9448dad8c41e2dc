"""The whole line without threads: every step is called by the test, at the test's time."""

from dataclasses import dataclass
from typing import Any

from sms4a.campaigns.bookkeeping import move
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.health import Health
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.results.index import Indexer
from sms4a.campaigns.results.track import Tracker
from sms4a.campaigns.sending.claims import Claim, Claims
from sms4a.campaigns.sending.guard import Guard
from sms4a.campaigns.sending.plan import Planner
from sms4a.campaigns.sending.reconcile import Reconciler
from sms4a.campaigns.sending.send import Sender
from sms4a.campaigns.sending.spool import Spool
from sms4a.campaigns.sending.sweep import Sweeper
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.simulator import Simulator, accepted_numbers
from tests.clock import Clock
from tests.worked import planned, read

LEASE_S = 105.0


@dataclass
class Line:
    """A console without pages and threads, and the API it talks to."""

    store: Store
    client: Client
    simulator: Simulator
    clock: Clock
    rate_per_minute: int = 60_000
    send_via: str = "eu"

    def __post_init__(self) -> None:
        database = self.store.database
        health = Health(database, steady=self._steady)
        self.claims = Claims(database, send_via=self.send_via, rate_per_minute=self.rate_per_minute, lease_s=LEASE_S)
        self.guard = Guard(database, self.simulator.path.parent)
        self.spool = Spool(self.simulator.path.parent)
        self.sender = Sender(
            self.claims, self.client, health, self.guard, self.spool, send_via=self.send_via, pause=self._pass
        )
        self.reconciler = Reconciler(database, self.client)
        self.planner = Planner(database)
        self.tracker = Tracker(database, self.client, health)
        self.indexer = Indexer(database, self.client, health)
        self.sweeper = Sweeper(database)

    def prepared(
        self, content: bytes, text: str = "Hello {first name}", *, size: int = 1000, **changes: Any
    ) -> Campaign:
        """A campaign as the Check page has it."""
        store = self.store
        listed = read(store, store.lists.create("people.csv", content, "ann").id)
        draft = store.drafts.create("ann")
        options = changes.pop("options", CampaignOptions())
        draft = store.drafts.save(
            draft.id,
            draft.version,
            name="Autumn",
            text=text,
            options=options,
            list_id=listed.id,
            actor="ann",
            **changes,
        )
        return planned(store, draft.id, size=size)

    def released(self, content: bytes, text: str = "Hello {first name}", **changes: Any) -> Campaign:
        """A campaign whose Send button was pressed."""
        prepared = self.prepared(content, text, **changes)
        assert prepared.fingerprint is not None
        assert self.store.ledger.send(prepared.id, prepared.fingerprint, "ann")
        return self.again(prepared)

    def again(self, campaign: Campaign) -> Campaign:
        newer = self.store.ledger.campaign(campaign.id)
        assert newer is not None
        return newer

    def send_all(self) -> int:
        """Every step that is due now; returns how many."""
        steps = 0
        while self.sender.step("w"):
            steps += 1
        return steps

    def send_everybody(self, campaign: Campaign) -> None:
        """Every step until nobody waits any more; time passes where the pace or the simulator's limit asks for it."""
        while self.send_all() or self._here(campaign):
            self.clock.advance(seconds=10)

    def _here(self, campaign: Campaign) -> int:
        progress = self.store.reports.progress(campaign.id, self.clock.ms())
        assert progress is not None
        return progress.here

    def reconcile_all(self) -> None:
        while self.reconciler.step("w"):
            pass

    def _steady(self) -> float:
        return self.clock.ms() / 1000

    def _pass(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def track_all(self) -> None:
        while self.tracker.step("w"):
            pass

    def sweep_all(self) -> None:
        while self.sweeper.step():
            pass

    def run_to_the_end(self, hours: float = 80) -> None:
        """Statuses until nothing is due any more."""
        for _ in range(200):
            self.clock.advance(hours=hours / 200)
            self.track_all()
        self.sweep_all()

    def accepted(self) -> dict[str, int]:
        """The oracle: how often the API accepted each number."""
        return accepted_numbers(self.simulator.path)


def people(*numbers: str, header: str = "first name;mobile") -> bytes:
    """A list of people, one number each."""
    rows = [f"Person{i};{number}" for i, number in enumerate(numbers)]
    return "\n".join([header, *rows]).encode()


def release_what_holds(line: Line) -> None:
    """A person has seen what holds the sender, and says that it is mended."""
    held = line.store.brakes.state().hold_code
    assert held is not None
    assert line.store.brakes.release("ann", held)


def given_up(line: Line, campaign: Campaign, *states: SubmissionState) -> Claim:
    """A claim whose worker was silent for too long; then its submission, the first one, went through these states."""
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.claims.give_up(dead_owners=True)
    with line.store.database.write() as c:
        for start, end in zip((SubmissionState.UNCERTAIN, *states), states, strict=False):
            assert move(c, campaign.id, 1, start, end, due_ts=0)
    return claim


def actions(line: Line, campaign: Campaign) -> list[str]:
    """What the timeline of the campaign tells, oldest first."""
    return [event.action for event in line.store.reports.timeline(campaign.id)]
