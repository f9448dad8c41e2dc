"""A campaign of five submissions in which exactly one operation fails: the first, the second, … until none is left.

Operations are the begin, the commit and the moment after the commit of every transaction that writes, every file
beside the database, and both sides of every request: before the other side has it, and after.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulation.runs import stage
from tests.simulation.stage import SHAPES, SimulatedDatabase
from tests.simulation.world import Crash, World, _database_error

FIVE_SUBMISSIONS = SHAPES.index((2, 10, 1, "prepared"))
KINDS = ("error", "crash", "hang")

# Longer than a lease, so that everybody thinks that the worker is dead.
HANG_S = 200.0

# In CI every so-manieth operation, each kind with another first one.
STRIDE = 7


@dataclass
class OneFault(World):
    """A run in which the n-th operation of the workers fails and nothing else does."""

    n: int = 0
    kind: str = ""
    count: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.alone, self.send_via, self.rate = True, "eu", 60_000

    @property
    def struck(self) -> bool:
        return self.count >= self.n

    def _turmoil(self) -> None:
        self._by_a_person(self._send)
        for _ in range(5):
            if not self.machines:
                self._boot(0)
            for name in ("beat", "send-1", "reconcile", "track", "sweep", "index"):
                for _ in range(8):
                    if not self.machines or not self._go_on(self.machines[0], name) or name == "beat":
                        break
                self._check()
            self._leap(100)

    def _strikes(self) -> bool:
        if self.calm or not self._is_worker():
            return False
        self.count += 1
        return self.count == self.n

    def _strike(self, error: Exception | None) -> None:
        if self.kind == "crash":
            raise Crash
        if self.kind == "hang":
            self.elapsed += HANG_S
        if error:
            raise error

    def at_read(self) -> None:
        """Reads change nothing."""

    def at_write(self) -> None:
        if self._strikes():
            self._strike(_database_error("locked"))

    def at_commit(self) -> None:
        if self._strikes():
            self._strike(_database_error("disk full"))

    def after_commit(self) -> None:
        self.watch.look(self.ms())
        if self._strikes():
            self._strike(_database_error("connection lost"))

    def on_disk(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def writing(*args: object) -> object:
            if self._strikes():
                self._strike(OSError(28, "no space left on the device"))
            return write(*args)

        return writing

    def at_call(self, what: str) -> None:
        """Requests fail by `fault`; here they only crash."""
        if what in ("post", "get", "answer") and self._strikes() and self.kind == "crash":
            raise Crash

    def fault(self, what: str, kinds: Sequence[str]) -> str:
        """What the next `at_call` of this request would count, it does at once."""
        if self.calm or self.kind == "crash":
            return ""
        ahead = self.n - self.count
        if ahead == 1:
            if self.kind == "error":
                return {"post": "refused_connection", "get": "500"}[what]
            self.elapsed += HANG_S
            return {"post": "silence_before", "get": "silence"}[what]
        if ahead == 2 and what == "post":
            if self.kind == "error":
                return "500_after"
            self.elapsed += HANG_S
            return "silence_after"
        return ""


def run_with(n: int, kind: str) -> OneFault:
    world = OneFault(stage(), 1, shape=FIVE_SUBMISSIONS, n=n, kind=kind)
    world.run()
    return world


def operations() -> int:
    """How many there are if nothing fails."""
    return run_with(10**9, "error").count


def check(kind: str, ns: Iterator[int]) -> None:
    for n in ns:
        try:
            world = run_with(n, kind)
        except AssertionError as problem:
            raise AssertionError(f"{kind} at operation {n}: {problem}") from problem
        if not world.struck:
            return


def test_a_run_without_a_fault_sends_everything_once() -> None:
    world = run_with(10**9, "error")
    assert (world.figures["POSTs"], world.figures["taken"], world.figures["uncertain"]) == (5, 5, 0)
    assert isinstance(world.stage.database, SimulatedDatabase)
    assert world.count > 100


@pytest.mark.parametrize("kind", KINDS)
def test_some_single_faults_double_nothing_and_lose_nothing(kind: str) -> None:
    check(kind, iter(range(1 + KINDS.index(kind) * 2, operations(), STRIDE)))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_every_single_fault_doubles_nothing_and_loses_nothing(kind: str) -> None:
    check(kind, iter(range(1, 10**9)))
