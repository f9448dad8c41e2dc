"""Wall clocks and moments, where clocks are put forward or back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sms4a.console.moments import moments, offset, to_ms, wall

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (datetime.fromisoformat("2026-11-23T10:00"), ["09:00"]),
        (datetime.fromisoformat("2026-07-01T10:00"), ["08:00"]),
        (datetime.fromisoformat("2026-03-29T01:59"), ["00:59"]),
        (datetime.fromisoformat("2026-03-29T02:00"), []),  # clocks go from 02:00 to 03:00
        (datetime.fromisoformat("2026-03-29T02:59"), []),
        (datetime.fromisoformat("2026-03-29T03:00"), ["01:00"]),
        (datetime.fromisoformat("2026-10-25T01:59"), ["23:59"]),
        (datetime.fromisoformat("2026-10-25T02:00"), ["00:00", "01:00"]),  # clocks go from 03:00 back to 02:00
        (datetime.fromisoformat("2026-10-25T02:59"), ["00:59", "01:59"]),
        (datetime.fromisoformat("2026-10-25T03:00"), ["02:00"]),
    ],
)
def test_a_wall_time_is_one_moment_or_none_or_two(shown: datetime, found: list[str]) -> None:
    assert [f"{moment:%H:%M}" for moment in moments(shown, BERLIN)] == found
    assert all(wall(to_ms(moment), BERLIN) == shown for moment in moments(shown, BERLIN))


def test_offsets_are_written_as_clocks_announce_them() -> None:
    assert [offset(m.astimezone(BERLIN)) for m in moments(datetime.fromisoformat("2026-10-25T02:30"), BERLIN)] == [
        "UTC+02:00",
        "UTC+01:00",
    ]
    assert offset(datetime(2026, 1, 1, tzinfo=UTC)) == "UTC+00:00"
