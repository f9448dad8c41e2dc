"""How long a message took from Retarus to the phone: counted in steps, so that a million of them are a few rows."""

from bisect import bisect_left
from collections.abc import Mapping

BOUNDS_S = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700,
    3600, 7200, 10800, 21600, 43200, 86400, 172800,
)  # fmt: skip
"""The greatest number of seconds in each step; what took longer is `LATER`."""

LATER = "later"

Delays = Mapping[str, int]
"""Step (its greatest number of seconds, as text, or LATER) → people."""


def step_of(ms: int) -> str:
    """The step of one delay; a clock that runs ahead gives the first one."""
    place = bisect_left(BOUNDS_S, max(0, ms) / 1000)
    return str(BOUNDS_S[place]) if place < len(BOUNDS_S) else LATER


def within_s(delays: Delays, share: float) -> int | None:
    """So many seconds were enough for this share (0..1] of the people; None if the last step is not, or for nobody."""
    wanted, seen = share * sum(delays.values()), 0
    for bound in BOUNDS_S:
        seen += delays.get(str(bound), 0)
        if seen and seen >= wanted:
            return bound
    return None


def between(delays: Delays, edges_s: tuple[int, ...]) -> tuple[int, ...]:
    """People up to each edge (one of `BOUNDS_S`), and at last those beyond."""
    found = [0] * (len(edges_s) + 1)
    for step, n in delays.items():
        found[len(edges_s) if step == LATER else bisect_left(edges_s, int(step))] += n
    return tuple(found)
