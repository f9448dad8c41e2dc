"""Between what a clock on the wall shows and a moment in time, also where clocks are put forward or back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments (UTC) at which clocks in this zone show this time, in order.

    None where clocks are put forward over it, two where they are put back over it. `wall` has no zone.
    """
    found = set()
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
            found.add(moment)
    return tuple(sorted(found))


def wall(ts: int, zone: ZoneInfo) -> datetime:
    """What clocks in this zone show at a moment (epoch milliseconds), to the minute and without its zone."""
    return datetime.fromtimestamp(ts // 60_000 * 60, zone).replace(tzinfo=None, fold=0)


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment."""
    return int(moment.timestamp() * 1000)


def offset(moment: datetime) -> str:
    """How far a local time is from UTC, as clocks announce it: UTC+02:00."""
    text = f"{moment:%z}"
    return f"UTC{text[:3]}:{text[3:5]}"
