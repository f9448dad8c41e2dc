"""python -m tests.simulation --seeds 100000 --jobs 2, or --seed N to replay one."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.runs import run_seeds, stage
from tests.simulation.watch import Violation
from tests.simulation.world import World


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many seeds (default 2000)")
    parser.add_argument("--first", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--seed", type=int, help="replay this one, step by step")
    options = parser.parse_args()
    return replay(options.seed) if options.seed is not None else run(options.first, options.seeds, options.jobs)


def replay(seed: int) -> int:
    world = World(stage(), seed, trace=[])
    try:
        world.run()
    except Violation as problem:
        say("\n".join([*(world.trace or ()), f"seed {seed}: {problem}"]))
        return 1
    finally:
        stage().close()
    say(f"seed {seed}: {dict(sorted(world.figures.items()))}")
    return 0


def run(first: int, count: int, jobs: int) -> int:
    totals: Counter[str] = Counter()
    failed, begin, shown = 0, time.monotonic(), time.monotonic()
    for seed, figures, problem in run_seeds(range(first, first + count), jobs):
        totals.update(figures)
        if problem:
            failed += 1
            say(f"python -m tests.simulation --seed {seed}    {problem}")
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            played = seed - first + 1
            say(f"seeds {first} to {seed} played, {failed} failed, {played / (shown - begin):.0f}/s")
    say(f"seeds {count}, failed {failed}, {time.monotonic() - begin:.0f} s")
    say(", ".join(f"{name} {n}" for name, n in sorted(totals.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
