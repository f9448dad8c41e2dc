"""Frames from the store."""

from zoneinfo import ZoneInfo

from sms4a.campaigns.views import Tally, Tile
from sms4a.console import queries
from tests.ledger_rows import NOW

BERLIN = ZoneInfo("Europe/Berlin")


def test_outcomes_leave_out_what_is_empty_and_who_was_never_planned() -> None:
    frame = queries.outcomes(Tally({Tile.FAILED: 2, Tile.DELIVERED: 3, Tile.LEFT_OUT: 5}))
    assert list(zip(frame["tile"], frame["people"], strict=True)) == [("delivered", 3), ("failed", 2)]


def test_minutes_are_on_the_clock_of_the_viewer() -> None:
    frame = queries.minutes([(NOW, 3)], BERLIN)
    assert str(frame["minute"].iloc[0]) == "2026-11-23 15:15:00"
