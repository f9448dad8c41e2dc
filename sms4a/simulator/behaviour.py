"""What of the simulated API can be set, and its clock."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sms4a.simulator.checks import Account

OUTCOMES = ("realistic", "steered")


@dataclass(frozen=True)
class Behaviour:
    """What the documents leave open or an account may set; can be exchanged while the simulator runs."""

    speed: float = 1.0
    """Everything between acceptance and the end takes 1/speed of its time; times of day are not touched."""
    outcomes: str = "realistic"
    """`realistic` or `steered`; see `fates`."""
    seed: int = 0
    rate: int = 100
    """POSTs in any 10 seconds, all addresses together; 0: no limit."""
    visibility_s: float = 0.0
    """How long a new job is unknown to every GET."""
    list_lag_s: float = 0.0
    """How long a new job is missing from the list of jobs; never shorter than `visibility_s`."""
    strict_ranges: bool = False
    """validityMin and maxParts out of range are refused, not moved to the nearest bound."""
    unknown_keys: bool = False
    """Keys the API does not know are ignored, not refused."""
    shared_duplicates: bool = False
    """duplicateDetection looks at both data centres."""
    unknown_job_status: int = 404
    empty_errors: bool = False
    """Errors come without a body."""
    # The provider's own default is not documented; an hour keeps a practice campaign from staying open for days.
    provider_validity_min: int = 60
    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        if not 0.001 <= self.speed <= 1_000_000:
            raise ValueError("speed must be between 0.001 and 1000000")
        if not abs(self.seed) < 2**63:
            raise ValueError("seed must fit 64 bits")
        if not (self.rate >= 0 and 0 <= self.visibility_s < math.inf and 0 <= self.list_lag_s < math.inf):
            raise ValueError("rate, visibility and list lag must not be negative")
        if self.outcomes not in OUTCOMES:
            raise ValueError(f"outcomes must be one of {', '.join(OUTCOMES)}")


class Clock:
    """The time of the simulator: a source, and how far it was moved by hand."""

    def __init__(self, source: Callable[[], datetime] | None = None, offset_ms: int = 0) -> None:
        self.source = source or (lambda: datetime.now(UTC))
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return round(self.source().timestamp() * 1000) + self.offset_ms
