"""Many runs, on several processors."""

import gc
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator
from multiprocessing.util import Finalize

from tests.simulation.stage import Stage
from tests.simulation.watch import Violation
from tests.simulation.world import World

Result = tuple[int, Counter[str], str]
"""Seed, what happened, and which promise was broken (empty: none)."""

_stage: Stage | None = None


def stage() -> Stage:
    """One for the whole process."""
    global _stage
    if _stage is None:
        _stage = Stage()
        # Unlike atexit, this also runs at the end of a process of the pool.
        Finalize(None, _stage.close, exitpriority=1)
        # What is here by now stays; looking through it again and again takes a fifth of the time.
        gc.freeze()
    return _stage


def run_seed(seed: int) -> Result:
    world = World(stage(), seed)
    try:
        return seed, world.run(), ""
    except Violation as problem:
        return seed, world.figures, str(problem)


def run_seeds(seeds: Iterable[int], jobs: int = 1) -> Iterator[Result]:
    """In their order, so that what was cut short can be continued."""
    if jobs == 1:
        yield from map(run_seed, seeds)
        return
    pool = multiprocessing.get_context("spawn").Pool(jobs)
    try:
        yield from pool.imap(run_seed, seeds, chunksize=20)
    finally:
        # Not terminated, so that each process clears its folder away.
        pool.close()
        pool.join()
