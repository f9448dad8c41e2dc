"""The six tiles under which every row is counted once, and what each verdict means for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sms4a.status import VERDICTS, Outcome, Resend


class Tile(StrEnum):
    """Where one row of the list stands, as pages show it; every row is in exactly one."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    """Handed to the network, nothing confirmed."""
    PENDING = "pending"
    FAILED = "failed"
    """Failed or cancelled: they did not get it."""
    UNKNOWN = "unknown"
    LEFT_OUT = "left_out"
    """Never planned."""


TILE_OF: dict[Outcome, Tile] = {
    Outcome.DELIVERED: Tile.DELIVERED,
    Outcome.ACCEPTED: Tile.ACCEPTED,
    Outcome.PENDING: Tile.PENDING,
    Outcome.FAILED: Tile.FAILED,
    Outcome.CANCELLED: Tile.FAILED,
    Outcome.UNKNOWN: Tile.UNKNOWN,
}

OUTCOME_OF_VERDICT: dict[str, Outcome] = {verdict.code: verdict.outcome for verdict in VERDICTS} | {
    "unclear": Outcome.UNKNOWN,
    "refused": Outcome.FAILED,
    "stopped": Outcome.CANCELLED,
    "written_off": Outcome.UNKNOWN,
    "no_report": Outcome.UNKNOWN,
}
"""Verdicts of the API's statuses and our own; each belongs to one outcome."""


RESEND_OF_VERDICT: dict[str, Resend] = {verdict.code: verdict.resend for verdict in VERDICTS} | {
    "unclear": Resend.NO,
    "refused": Resend.AFTER_CHECK,
    "stopped": Resend.YES,
    "written_off": Resend.NO,
    "no_report": Resend.NO,
}
"""May the same person get the message again? What is not in it: no."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one or several lists by where they stand."""

    tiles: Mapping[Tile, int] = field(default_factory=dict)
    cancelled: int = 0
    """How many of the failed were stopped, here or at Retarus, and did not fail."""
    stopped: int = 0
    """How many of these were stopped here, with their campaign."""

    def __getitem__(self, tile: Tile) -> int:
        return self.tiles.get(tile, 0)

    @property
    def people(self) -> int:
        """Planned recipients."""
        return sum(n for tile, n in self.tiles.items() if tile is not Tile.LEFT_OUT)

    @property
    def rows(self) -> int:
        return sum(self.tiles.values())

    @property
    def failed(self) -> int:
        """Without those who were stopped."""
        return self[Tile.FAILED] - self.cancelled

    @property
    def finished(self) -> int:
        """People whose message came to its own end, delivered or failed; who was stopped says nothing of delivery."""
        return self[Tile.DELIVERED] + self.failed

    @property
    def delivered_share(self) -> float | None:
        """Delivered ÷ finished, 0..1; None while nothing has finished."""
        return self[Tile.DELIVERED] / self.finished if self.finished else None

    def __add__(self, other: "Tally") -> "Tally":
        tiles = {tile: n for tile in Tile if (n := self[tile] + other[tile])}
        return Tally(tiles, self.cancelled + other.cancelled, self.stopped + other.stopped)
