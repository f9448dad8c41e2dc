"""One run: workers, people, the network and the clock take turns as a seed says, all in one thread."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from random import Random
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from sms4a import client as client_module
from sms4a.campaigns.brakes import EMERGENCY, RESTORED
from sms4a.campaigns.drafts import DraftClosed
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.tables import opt_out
from sms4a.campaigns.worker import Pace, Worker
from sms4a.client import Client
from tests.simulation.api import Api, Job, Post, Wire
from tests.simulation.stage import SHAPES, START_MS, Content, Stage, same_ids
from tests.simulation.watch import ENDS, Violation, Watch

EXPECTED = (sa.exc.DBAPIError, OSError)
"""What a step may end with when the database or a disk fails; everything else is a defect."""


class Crash(BaseException):
    """The process is gone at this point; nothing of ours may catch it."""


@dataclass
class Chances:
    """How often what goes wrong at an operation of a worker."""

    suspended: float = 0.15
    crash: float = 0.004
    database: float = 0.02
    lost_commit: float = 0.004
    disk: float = 0.02


class Machine:
    """One worker process: the real worker without its threads."""

    def __init__(self, world: "World", number: int, serial: int) -> None:
        self.number = number
        # Where only one may work, whoever comes after it finds what it has left.
        self.folder = world.stage.folder / f"worker-{0 if world.alone else number}"
        self.started = False
        self.frozen = False
        name = f"w{serial}"
        wire = Wire(world.api, name)
        with patch.object(client_module, "Wire", lambda *args, **more: wire):
            client = Client("practice", "practice", now=world.moment)
        pace = Pace(send_via=world.send_via, rate_per_minute=world.rate, send_threads=2)
        self.worker = Worker(world.stage.store, client, pace, self.folder)
        self.worker.id = name
        self._on_our_time(world)
        self.tasks = self._tasks()
        self.under_way: dict[str, greenlet] = {}

    def _on_our_time(self, world: "World") -> None:
        worker = self.worker
        # That nobody else holds the lock of the file is the world's affair.
        worker._alone = lambda: True  # type: ignore[method-assign]
        worker._lock = StringIO() if world.alone else None
        worker._guard._steady = worker._health._steady = world.steady
        worker._guard.note_marker = world.on_disk(worker._guard.note_marker)  # type: ignore[method-assign]
        worker._spool.add = world.on_disk(worker._spool.add)  # type: ignore[method-assign]
        for sender in worker._senders:
            sender._pause = world.sleep
            sender._steady = world.steady

    def _tasks(self) -> dict[str, Callable[[], object]]:
        worker = self.worker
        first, second = worker._senders
        return {
            "start": self._start,
            "prepare": lambda: worker._read_list() or worker._planner.plan_next(worker.id),
            "sweep": worker._sweep,
            "track": lambda: worker._tracker.step(worker.id),
            "reconcile": lambda: worker._reconciler.step(worker.id),
            "index": worker._indexer.step,
            "probe": worker._probe,
            "send-1": lambda: first.step(worker.id, keep_going=True),
            "send-2": lambda: second.step(worker.id),
            "beat": worker._beat,
        }

    def _start(self) -> None:
        self.started = self.worker._begun()


@dataclass
class World:
    """One seed's run on a stage."""

    stage: Stage
    seed: int
    chances: Chances = field(default_factory=Chances)
    figures: Counter[str] = field(default_factory=Counter)
    elapsed: float = 0.0
    calm: bool = False
    storm: bool = False
    """The database is away."""
    trace: list[str] | None = None
    shape: int | None = None
    """Which template; None: as the seed says."""

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        shape = self.chance.randrange(len(SHAPES)) if self.shape is None else self.shape
        self.stage.fresh(shape)
        self.size = SHAPES[shape][0]
        self.alone = self.chance.random() < 0.4
        self.send_via = self.chance.choice(("eu", "eu", "eu", "de2"))
        self.rate = self.chance.choice((self.size, 2 * self.size, 60_000, 60_000))
        self.chances.database = self.chance.choice((0.0, 0.01, 0.04))
        self.chances.crash = self.chance.choice((0.0, 0.003, 0.01))
        self.api = Api(self)
        self.watch = Watch(self.stage.judge, self.api, self.rate, self.figures)
        self.machines: list[Machine] = []
        self.serial = 0
        self._main = getcurrent()

    # The clock

    def ms(self) -> int:
        return START_MS + int(self.elapsed * 1000)

    def steady(self) -> float:
        return self.elapsed

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.ms() / 1000, UTC)

    def sleep(self, seconds: float) -> None:
        """What a worker waits between two tries to record."""
        self.elapsed += seconds
        self.at_call("sleep")

    # The run

    def run(self) -> Counter[str]:
        """Raises Violation; returns what has happened."""
        with same_ids(self.seed), self._taking_part():
            self.watch.look(self.ms())
            self._turmoil()
            self._calm_down()
        return self.figures

    def _turmoil(self) -> None:
        for number in range(1 if self.alone else self.chance.randint(1, 3)):
            self._boot(number)
        for _ in range(2):
            self._by_a_person(self._send)
        steps = self.chance.randint(45, 80)
        copied, *returns = self._older_copy(steps)
        copy: Content = {}
        for step in range(steps):
            if step == copied:
                copy = self.stage.content()
            if step in returns:
                self._put_back(copy)
            self._something_happens()
            self._check()

    def _older_copy(self, steps: int) -> list[int]:
        """At which step a copy of the database is taken, and when it is put back: in some runs, once or twice.

        By a chance of its own: all other runs stay what they were. A worker knows what others have sent from its signs
        of life, which are leapt over here: so where there is one alone.
        """
        chance = Random(f"{self.seed} older copy")
        if not self.alone or chance.random() < 0.5:
            return [-1]
        return sorted(chance.sample(range(steps), chance.choice((2, 2, 3))))

    @contextmanager
    def _taking_part(self) -> Iterator[None]:
        database, level = self.stage.database, logging.root.manager.disable
        database.hooks = self
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            database.hooks = None
            logging.disable(level)
            for machine in self.machines:
                self._kill(machine)

    def _check(self) -> None:
        if self.watch.problems:
            raise Violation("; ".join(self.watch.problems[:3]))

    def _something_happens(self) -> None:
        self.figures["steps"] += 1
        kinds: dict[Callable[[], None], float] = {
            self._work: 75,
            self._time_passes: 14,
            self._somebody_acts: 14,
            self._misfortune: 4,
            self._strangers: 2,
            self._recover: 5,
        }
        self.chance.choices(list(kinds), list(kinds.values()))[0]()

    # Workers

    def _boot(self, number: int) -> None:
        self.serial += 1
        machine = Machine(self, number, self.serial)
        self.machines.append(machine)
        self._go_on(machine, "start")

    def _go_on(self, machine: Machine, name: str) -> object:
        """Begin a step of this worker, or resume it where it was suspended; None if it is suspended (again)."""
        if self.trace is not None:
            self.trace.append(f"{self.elapsed:9.1f} {machine.worker.id} {name}")
        running = machine.under_way.get(name)
        if running is None:
            running = greenlet(self._guarded(machine.tasks[name], name))
            machine.under_way[name] = running
        result = running.switch()
        if not running.dead:
            return None
        del machine.under_way[name]
        if isinstance(result, Crash) or (name == "start" and not machine.started):
            self._kill(machine)
            self.machines.remove(machine)
            self.figures["crashes"] += 1
        return result

    def _guarded(self, step: Callable[[], object], name: str) -> Callable[[], object]:
        """The loop of a worker lives on after any error; only some of them are none of its own."""

        def run() -> object:
            try:
                return step()
            except Crash as crash:
                return crash
            except EXPECTED as error:
                return error
            except Exception as error:
                self.watch.fail(f"{name}: {type(error).__name__} {error}")
                if self.trace is not None:
                    raise
                return error

        return run

    def _kill(self, machine: Machine) -> None:
        under_way, machine.under_way = list(machine.under_way.values()), {}
        for running in under_way:
            if running is not getcurrent() and not running.dead:
                running.throw(Crash())

    def _work(self) -> None:
        """A step of some worker that has something to do, or goes on with what it was doing."""
        due = self._due()
        choices, weights = [], []
        for machine in self.machines:
            if machine.frozen:
                continue
            for name in machine.tasks:
                if name in machine.under_way:
                    choices.append((machine, name))
                    weights.append(6.0)
                elif machine.started and name not in ("start", "beat"):
                    choices.append((machine, name))
                    weights.append(5.0 if name.partition("-")[0] in due else 0.08)
        if choices:
            machine, name = self.chance.choices(choices, weights)[0]
            self._go_on(machine, name)

    def _due(self) -> set[str]:
        """Names of the steps that find work now; others are only tried now and then."""
        watch, now, due = self.watch, self.ms(), set()
        for row in watch.rows.values():
            state, release_ts, *_ = watch.campaigns[row.campaign_id]
            if row.state == "ready" and row.due_ts <= now and state == "sending" and (release_ts or 0) <= now:
                due.add("send")
            if row.state in ("uncertain", "undecided") and row.look_ts is not None and row.look_ts <= now:
                due.add("reconcile")
            if row.state == "sending" and (row.lease_ts or 0) < now:
                due.add("sweep")
            if state == "stopped" and row.state in ("ready", "held"):
                due.add("sweep")
        if any(sender.holds_claim for machine in self.machines for sender in machine.worker._senders):
            due.add("send")
        if self.calm and due & {"send", "sweep"} and watch.hold != RESTORED:
            return due  # statuses can wait
        if any(state in ("sending", "paused", "stopped") and not finished_ts and self._over(campaign_id)
               for campaign_id, (state, *_, finished_ts) in watch.campaigns.items()):  # fmt: skip
            due.add("sweep")
        if any(state == "preparing" for state, *_ in watch.campaigns.values()) or not watch.campaigns:
            due.add("prepare")
        if watch.hold in ("login", "wrong_address", "certificate"):
            due.add("probe")
        if watch.query("select 1 from job where next_look_ts <= ? limit 1", now):
            due.add("track")
        return due

    def _over(self, campaign_id: str) -> bool:
        return all(row.state in ENDS for key, row in self.watch.rows.items() if key[0] == campaign_id)

    # What workers meet at their operations

    def _is_worker(self) -> bool:
        return getcurrent() is not self._main

    def at_call(self, what: str) -> None:
        if not self._is_worker() or self.calm:
            return
        if self.chance.random() < self.chances.suspended:
            self._main.switch(None)
        if self.chance.random() < self.chances.crash:
            raise Crash

    def fault(self, what: str, kinds: Sequence[str]) -> str:
        if self.calm or self.chance.random() >= 0.25:
            return ""
        self.figures["faults"] += 1
        return self.chance.choice(kinds)

    def _fails(self, chance: float) -> bool:
        if self.calm or not self._is_worker():
            return False
        if self.storm or self.chance.random() < chance:
            self.figures["database faults"] += 1
            return True
        return False

    def at_read(self) -> None:
        if self.chance.random() < 0.3:
            self.at_call("read")
        if self._fails(self.chances.database / 2):
            raise _database_error("away")

    def at_write(self) -> None:
        self.at_call("write")
        if self._fails(self.chances.database):
            raise _database_error("locked")

    def at_commit(self) -> None:
        if self._is_worker() and not self.calm:
            if self.chance.random() < self.chances.crash:
                raise Crash
            if self.chance.random() < self.chances.database / 2:
                raise _database_error("disk full")

    def after_commit(self) -> None:
        self.watch.look(self.ms())
        if self._is_worker() and not self.calm:
            if self.chance.random() < self.chances.crash:
                raise Crash
            if self.chance.random() < self.chances.lost_commit:
                self.figures["database faults"] += 1
                raise _database_error("connection lost after the commit")

    def on_disk(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def writing(*args: object) -> object:
            if self._is_worker() and not self.calm:
                if self.chance.random() < self.chances.crash:
                    raise Crash
                if self.chance.random() < self.chances.disk:
                    raise OSError(28, "no space left on the device")
            return write(*args)

        return writing

    def on_post(self, worker: str, body: bytes) -> Post:
        self.figures["POSTs"] += 1
        return self.watch.posted(worker, body, self.ms())

    def on_taken(self, job: Job) -> None:
        self.watch.took(job)

    # Time

    def _time_passes(self) -> None:
        chance = self.chance
        if chance.random() < 0.4 and (waiting := self._soonest()):
            self._leap(waiting)
            return
        span = chance.choices((chance.uniform(0.1, 5), chance.uniform(5, 40), chance.uniform(60, 1200),
                               chance.uniform(1200, 30_000)), (8, 6, 4, 1))[0]  # fmt: skip
        self._leap(span, asleep=chance.random() < 0.15)

    def _soonest(self) -> float:
        """Seconds until the next thing is due; 0 if something is already, or nothing will be."""
        now, moments = self.ms(), [self.watch.slow_until]
        for row in self.watch.rows.values():
            waits = {"ready": row.due_ts, "sending": row.lease_ts, "uncertain": row.look_ts, "undecided": row.look_ts}
            moments += [waits.get(row.state) or 0, self.watch.campaigns[row.campaign_id][1] or 0]
        return min((moment - now for moment in moments if moment > now), default=0) / 1000 + 0.01

    def _leap(self, seconds: float, *, asleep: bool = False) -> None:
        self.elapsed += seconds
        self.api.arrive()
        awake = [machine for machine in self.machines if machine.started and not machine.frozen]
        if not awake:
            return
        if not asleep:
            # Every 5 s of this time somebody has said that he lives.
            self.watch.beats(self.ms() - 1)
            for machine in awake:
                machine.worker._guard._tick = (self.ms() - 1, self.elapsed - 0.001)
        if asleep or self.chance.random() < 0.2:
            machine = self.chance.choice(awake)
            self._go_on(machine, "beat")

    # Misfortune

    def _misfortune(self) -> None:
        chance = self.chance
        kinds = ("crash", "freeze", "centre", "login", "storm", "tamper")
        kind = chance.choices(kinds, (4, 3, 3, 2, 2, 0.5))[0]
        if kind in ("crash", "freeze") and self.machines:
            machine = chance.choice(self.machines)
            if kind == "freeze":
                machine.frozen = True
            else:
                self._kill(machine)
                self.machines.remove(machine)
                self.figures["crashes"] += 1
        elif kind == "centre":
            self.api.down = {chance.choice(("de2", "de1"))} if chance.random() < 0.8 else {"de2", "de1"}
        elif kind == "login":
            self.api.login_works = False
        elif kind == "storm":
            self.storm = True
        elif kind == "tamper":
            self._tamper()

    def _tamper(self) -> None:
        """Rows are changed behind our back."""
        waiting = [row for row in self.watch.rows.values() if row.state in ("ready", "sending")]
        if waiting:
            row = self.chance.choice(waiting)
            self.watch.query(
                "update recipient set fields = ? where campaign_id = ? and submission_n = ?",
                '{"first name": "Mallory"}', row.campaign_id, row.n,
            )  # fmt: skip

    def _recover(self) -> None:
        chance = self.chance
        self.storm = False
        if chance.random() < 0.7:
            self.api.down = set()
            self.api.login_works = True
        for machine in self.machines:
            machine.frozen = machine.frozen and chance.random() < 0.4
        wanted = 1 if self.alone else 2
        for number in range(3):
            if len(self.machines) < wanted and all(machine.number != number for machine in self.machines):
                self._boot(number)

    def _put_back(self, copy: Content) -> None:
        """A worker that is in the middle of something does not live through it."""
        self.figures["older copies"] += 1
        for machine in list(self.machines):
            if machine.under_way or any(sender.holds_claim for sender in machine.worker._senders):
                self._kill(machine)
                self.machines.remove(machine)
        self.stage.replace(copy)
        self.watch.put_back(self.ms())

    def _everything_is_read(self) -> bool:
        """Before sending goes on in an older copy, somebody waits until all jobs of what it has lost are there."""
        known = {job_id for (job_id,) in self.watch.query("select job_id from job where reference_known")}
        jobs = [job for reference in self.watch.lost for job in self.api.by_reference.get(reference, ())]
        return not self.api.late and all(job.job_id in known for job in jobs)

    def _strangers(self) -> None:
        if self.chance.random() < 0.6:
            self.api.add_stranger()
        else:
            self.api.drop_stranger()

    # People

    def _somebody_acts(self) -> None:
        """Somebody presses something, also where it makes no sense."""
        if self.storm:
            return
        watch = self.watch
        states = {state for state, *_ in watch.campaigns.values()}
        undecided = any(row.state == "undecided" for row in watch.rows.values())
        verbs: dict[Callable[[], object], float] = {
            self._send: 12 if "prepared" in states or not states else 0.5,
            self._resume: 8 if "paused" in states else 0.5,
            self._release: 8 if watch.hold or watch.emergency else 0.5,
            self._decide: 10 if undecided else 0.2,
            self._prepare: 0.5, self._pause: 1, self._stop: 0.5, self._undo: 0.7, self._reschedule: 0.7,
            self._hold: 0.7, self._opt_out: 2,
        }  # fmt: skip
        self._by_a_person(self.chance.choices(list(verbs), list(verbs.values()))[0])

    def _by_a_person(self, verb: Callable[[], object]) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.elapsed:9.1f} person {_name(verb)}")
        self.watch.person_acts = True
        try:
            verb()
        except (LedgerError, DraftClosed):
            self.figures["intents refused"] += 1
        finally:
            self.watch.person_acts = False

    def _some_campaign(self, *states: str) -> str | None:
        fit = [key for key, (state, *_) in self.watch.campaigns.items() if state in states]
        anybody = fit if fit and self.chance.random() < 0.9 else list(self.watch.campaigns)
        return self.chance.choice(anybody) if anybody else None

    def _prepare(self) -> None:
        (draft_id, version), *_ = self.watch.query("select id, version from draft order by id")
        self.stage.store.ledger.prepare(draft_id, version, "ann", submission_size=self.size)

    def _send(self) -> None:
        campaign_id = self._some_campaign("prepared")
        if campaign_id is None:
            self._prepare()
            return
        prepared = self.stage.store.ledger.campaign(campaign_id)
        if prepared and prepared.fingerprint:
            undo_s = 0 if self.calm else self.chance.choice((0, 0, 30))
            self.stage.store.ledger.send(campaign_id, prepared.fingerprint, "ann", undo_s=undo_s)

    def _pause(self) -> None:
        if campaign_id := self._some_campaign("sending"):
            self.stage.store.ledger.pause(campaign_id, "ann")

    def _resume(self) -> None:
        if campaign_id := self._some_campaign("paused"):
            self.stage.store.ledger.resume(campaign_id, "ann")

    def _stop(self) -> None:
        if campaign_id := self._some_campaign("sending", "paused"):
            self.stage.store.ledger.stop(campaign_id, "ann")

    def _undo(self) -> None:
        if self.watch.unnoticed:
            return
        if campaign_id := self._some_campaign("sending", "paused"):
            self.stage.store.ledger.undo(campaign_id, "ann")

    def _reschedule(self) -> None:
        if campaign_id := self._some_campaign("sending", "paused"):
            start_ts = self.ms() + self.chance.choice((0, 60_000, 3_600_000))
            self.stage.store.ledger.reschedule(campaign_id, start_ts, "ann")

    def _hold(self) -> None:
        self.stage.store.brakes.stop_everything("ann")
        self.watch.emergency = True

    def _release(self) -> None:
        brakes = self.stage.store.brakes
        shown = brakes.state().hold_code
        if shown == RESTORED and not self._everything_is_read():
            return
        if shown and brakes.release("ann", shown) and shown == EMERGENCY:
            self.watch.emergency = False

    def _opt_out(self) -> None:
        numbers = self.watch.query(
            "select distinct number from recipient where number is not null and number not in "
            "(select number from opt_out) order by number"
        )
        if numbers:
            (number,) = self.chance.choice(numbers)
            with self.stage.database.write() as connection:
                connection.execute(
                    opt_out.insert().values(number=number, reason="asked", actor="ann", created_ts=self.ms())
                )

    def _decide(self) -> None:
        open_ones = [row for row in self.watch.rows.values() if row.state == "undecided"]
        if not open_ones:
            return
        row = self.chance.choice(open_ones)
        undecided = self.stage.store.undecided
        kind = self.chance.choice(("sent", "wrong", "again", "again", "again", "off"))
        if kind == "sent" and self.api.by_reference.get(row.reference):
            job = self.chance.choice(self.api.by_reference[row.reference])
            undecided.it_was_sent(row.campaign_id, row.n, job.job_id, "they said so", "ann")
        elif kind == "wrong" and self.api.jobs:
            job_id = self.chance.choice(sorted(self.api.jobs))
            undecided.it_was_sent(row.campaign_id, row.n, job_id, "I think so", "ann")
        elif kind == "again":
            undecided.send_again(row.campaign_id, row.n, "nobody got it", "ann")
        elif kind == "off":
            undecided.write_off(row.campaign_id, row.n, "too late", "ann")

    # The end: nothing fails any more, and time passes

    def _calm_down(self) -> None:
        self.calm, self.storm = True, False
        self.api.down, self.api.login_works = set(), True
        for machine in list(self.machines):
            machine.frozen = False
            for name in list(machine.under_way):
                if name in machine.under_way:
                    self._go_on(machine, name)
        self._check()
        for machine in self.machines[1:] if not self.alone else self.machines:
            self._kill(machine)
            self.machines.remove(machine)
        if not self.machines:
            self._boot(0)
        self._leap(200)
        for round_number in range(80):
            self._tidy(round_number)
            if self.watch.lost or any(len(jobs) > 1 for jobs in self.api.by_reference.values()):
                # What was taken twice, or is lost here, is noticed where all jobs of the account are listed.
                self._go_on(self.machines[0], "index")
            self._run_everything()
            self._check()
            if self._at_rest():
                break
            self._leap(self._until_next(round_number))
        self.watch.end(self.ms())
        self._check()

    def _tidy(self, round_number: int) -> None:
        for _ in range(2):
            if self.watch.hold or self.watch.emergency:
                self._by_a_person(self._release)
        for campaign_id, (state, *_) in list(self.watch.campaigns.items()):
            if state == "paused":
                self._by_a_person(partial(self.stage.store.ledger.resume, campaign_id, "ann"))
            if state == "prepared":
                self._by_a_person(self._send)
            held = any(row.state == "held" for key, row in self.watch.rows.items() if key[0] == campaign_id)
            if held and round_number >= 8:
                self._by_a_person(partial(self.stage.store.ledger.stop, campaign_id, "ann"))
        if not self.watch.campaigns:
            self._by_a_person(self._send)
        if round_number % 4 == 3:
            self._by_a_person(self._decide)

    def _run_everything(self) -> None:
        machine = self.machines[0]
        for name in ("prepare", "send-1", "reconcile", "sweep", "track", "sweep"):
            while name.partition("-")[0] in self._due():
                self.figures["steps"] += 1
                if not self._go_on(machine, name):
                    break
            self._check()

    def _at_rest(self) -> bool:
        for row in self.watch.rows.values():
            if row.state not in ENDS and (row.state != "undecided" or row.look_ts is not None):
                return False
        return all(
            finished_ts
            or any(row.state == "undecided" for key, row in self.watch.rows.items() if key[0] == campaign_id)
            for campaign_id, (*_, finished_ts) in self.watch.campaigns.items()
        )

    def _until_next(self, round_number: int) -> float:
        """Seconds until it is worth while to look again."""
        states = {row.state for row in self.watch.rows.values()}
        if self.watch.hold == RESTORED:
            return 1800.0
        if states & {"ready", "sending"}:
            releases = [campaign[1] or 0 for campaign in self.watch.campaigns.values()]
            return max(130.0, (max(releases, default=0) - self.ms()) / 1000)
        if "uncertain" in states:
            return 3700.0
        if states & {"accepted"} and round_number < 30:
            return 7300.0
        return 86_400.0


def _name(verb: Callable[[], object]) -> str:
    return str(getattr(getattr(verb, "func", verb), "__name__", verb))


def _database_error(what: str) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("a statement", {}, Exception(what))
