"""What would make sending dangerous: an older copy of the database, one that was moved, a clock that jumped, a start
that was missed. Each holds, and says why."""

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.brakes import GAP_MS, RESTORED, hold_sender, lock_sender, note, restored_since
from sms4a.campaigns.campaign_records import set_state
from sms4a.campaigns.database import Database
from sms4a.campaigns.departures import MAY_HAVE_LEFT
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.tables import campaign, installation, sender
from sms4a.errors import Sms4aError

# Clocks are corrected by seconds; minutes are a mistake of somebody.
CLOCK_JUMP_MS = 120_000

# A campaign that could not begin for so long after its time is not sent without asking.
LATE_MS = 15 * 60_000

# So many markers of other threads may come between a claim and its note, and more: there are a few threads, and what
# was claimed is sent within seconds or not at all.
MOST_OVERTAKING = 1_000

_IDENTITY = sa.select(installation.c.token, installation.c.home)
_MARKERS = sa.select(sender.c.markers)
_MISSED = sa.select(campaign.c.id, campaign.c.sent_ts).where(
    campaign.c.state == CampaignState.SENDING,
    campaign.c.release_ts > sa.bindparam("alive_ts"),
    campaign.c.release_ts < sa.bindparam("late"),
    ~MAY_HAVE_LEFT,
)


class OlderCopy(Sms4aError):
    """The database is an older copy of itself, put back while a worker runs: nothing must leave."""


def boot_clock() -> float:
    """Seconds that pass also while the machine sleeps, and that nobody can set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Guard:
    """`folder` lies outside the database and its backups: what it knows and the database does not, was lost."""

    def __init__(self, database: Database, folder: Path, *, steady: Callable[[], float] = boot_clock) -> None:
        self._database = database
        self._file = folder / "markers.json"
        self._steady = steady
        self._tick: tuple[int, float] | None = None
        self._lock = threading.Lock()
        self._token = ""
        self._noted = 0
        self._counted = 0
        """As many there were before this process wrote any, or when an older copy was found out."""
        self._mine: list[int] = []
        """The newest markers that were noted here, in no order."""

    def at_start(self) -> None:
        """Before the first claim: is this the database we knew, and the newest state of it?

        A copy that was put back lies in a new file, too: what it has lost is said first, as the graver of the two. A
        move is forgotten only once its hold is in the database: another one may stand in its way.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._token, home = connection.execute(_IDENTITY).one()
            here = _home(self._database, connection)
            known = lock_sender(connection)
            markers = _newest(connection, known, self._known(self._token), now)
            moved = markers == known["markers"] and here and home and here != home
            if (not moved or hold_sender(connection, now, "moved", "sender")) and here:
                connection.execute(sa.update(installation), {"home": here})
            if known["alive_ts"] and known["alive_ts"] > now + CLOCK_JUMP_MS:
                hold_sender(connection, now, "clock", "sender")
        self._write(markers)
        self._counted = self._noted

    def note_marker(self, markers: int) -> None:
        """Remember outside the database how many markers it has; called before each POST.

        Raises OSError, and OlderCopy: markers that were noted are missing from it by now.
        """
        with self._lock:
            noted = self._noted
            twice = markers <= self._counted or markers in self._mine
            if markers > noted:
                self._write(markers)
            self._mine = [*self._mine[-MOST_OVERTAKING:], markers]
        if markers > noted:
            return
        # Another thread was faster, as a rule; but a database whose markers are counted once more has lost some.
        with self._database.read() as connection:
            if not twice and connection.execute(_MARKERS).scalar_one() >= noted:
                return
        with self._database.write() as connection:
            _hold_older_copy(connection, lock_sender(connection), self._database.now(connection), noted)
        self._counted = noted
        raise OlderCopy

    def _write(self, markers: int) -> None:
        """Practice and live may share the folder: each has its own entry, which never goes back."""
        if not self._token:
            with self._database.read() as connection:
                self._token = connection.execute(sa.select(installation.c.token)).scalar_one()
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with open(handle, "r+", encoding="ascii", errors="replace") as file:
            before = file.read()
            file.seek(0)
            # In place and by one small write, as it happens before each POST. Not synced: after a power cut it may name
            # an earlier marker, which only makes it notice less.
            noted = _entries(before)
            noted[self._token] = max(markers, noted.get(self._token, 0))
            file.write(json.dumps(noted).ljust(len(before)))
        self._noted = noted[self._token]

    def _known(self, token: str) -> int:
        with suppress(OSError):
            return _entries(self._file.read_text(encoding="ascii", errors="replace")).get(token, 0)
        return 0

    def beat(self) -> None:
        """Note that a worker lives, and that the database has not become an older copy under it. After a gap, campaigns
        that should have begun meanwhile ask before they leave."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            known = lock_sender(connection)
            markers, alive_ts = _newest(connection, known, self._noted, now), known["alive_ts"]
            if self._jumped(now):
                hold_sender(connection, now, "clock", "sender")
            if alive_ts is not None and now - alive_ts > GAP_MS:
                _ask_about_missed_starts(connection, alive_ts, now)
            note(connection, alive_ts=now)
        if markers > known["markers"]:
            self._counted = markers
        # Others have sent, too. A full disk must not end the sign of life: before a POST it is asked again.
        with suppress(OSError), self._lock:
            if markers > self._noted:
                self._write(markers)

    def _jumped(self, now: int) -> bool:
        before, self._tick = self._tick, (now, self._steady())
        if before is None:
            return False
        passed_ms = (self._tick[1] - before[1]) * 1000
        return abs((now - before[0]) - passed_ms) > CLOCK_JUMP_MS


def _newest(connection: Connection, known: RowMapping, noted: int, now: int) -> int:
    """How many markers there are: those of the locked sender `known`, or as many as were noted, if that is more.

    Then some are missing, and all sending is held. The count is raised, or the same copy would pass for a new one when
    it is put back again.
    """
    markers: int = known["markers"]
    if markers >= noted:
        return markers
    _hold_older_copy(connection, known, now, noted)
    return noted


def _hold_older_copy(connection: Connection, known: RowMapping, now: int, noted: int) -> None:
    hold_sender(connection, now, RESTORED, "sender")
    note(connection, markers=max(known["markers"], noted))


def _entries(written: str) -> dict[str, int]:
    """Token of a database → its markers; nothing, if the file was cut short or holds anything else."""
    with suppress(ValueError, TypeError, AttributeError):
        return {str(token): int(markers) for token, markers in json.loads(written).items()}
    return {}


def _ask_about_missed_starts(connection: Connection, alive_ts: int, now: int) -> None:
    """Campaigns whose time came while no worker lived, long ago, and of which nothing has left.

    An older copy of the database does not know whether anything has: those are paused without a word of that.
    """
    missed = connection.execute(_MISSED, {"alive_ts": alive_ts, "late": now - LATE_MS}).all()
    for campaign_id, sent_ts in missed:
        unknown = restored_since(connection, sent_ts or 0)
        problem, event = (None, "perhaps_missed") if unknown else ("missed_start", "missed_start")
        set_state(connection, campaign_id, CampaignState.SENDING, CampaignState.PAUSED, problem=problem)
        write_audit(connection, now, "sender", event, f"campaign:{campaign_id}")


def _home(database: Database, connection: Connection) -> str | None:
    """Something that a copy of the database does not share; None if that cannot be told."""
    if database.path:
        return f"inode {database.path.stat().st_ino}"
    with suppress(sa.exc.DBAPIError), connection.begin_nested():
        cluster = connection.execute(sa.text("select system_identifier from pg_control_system()")).scalar()
        oid = connection.execute(sa.text("select oid from pg_database where datname = current_database()")).scalar()
        return f"cluster {cluster} database {oid}"
    return None
