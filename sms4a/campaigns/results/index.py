"""The jobs of the account, whoever sent them: listed from both data centres in the background, the newest first."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from sms4a.addresses import CENTRES
from sms4a.campaigns.bookkeeping import insert
from sms4a.campaigns.database import Database
from sms4a.campaigns.health import Health
from sms4a.campaigns.tables import address, installation, job
from sms4a.errors import NoAnswer, Sms4aError
from sms4a.models import JOB_ID_PATTERN, JobList

EVERY_MS = 60_000
DAY_MS = 86_400_000
FIRST_PERIOD_MS = 7 * DAY_MS

# After a longer pause the list begins anew from today, and the gap is filled like any older time.
LONGEST_GAP_MS = 30 * DAY_MS

# A job can appear in the list some time after it was received.
OVERLAP_MS = DAY_MS

USUAL_MS = 30 * DAY_MS
"""So far back the jobs are listed by themselves; further when somebody asks for an older time."""

WINDOW_MS = 7 * DAY_MS
"""Older times are listed in pieces of this length."""

# Between two such pieces, so that listing never crowds out sending; longer if a data centre did not answer.
PAUSE_MS = 2_000
SILENCE_MS = 60_000


class Lists(Protocol):
    """What the index needs of a client."""

    def job_ids(self, from_ts: datetime, to_ts: datetime) -> JobList: ...


class Covered(NamedTuple):
    """The time whose jobs of one data centre are listed without a gap."""

    from_ts: int | None
    to_ts: int | None
    failing: bool


class Indexer:
    """Reads the list of the newest jobs once a minute, and between that older times, ever further back."""

    def __init__(self, database: Database, client: Lists, health: Health) -> None:
        self._database = database
        self._client = client
        self._health = health
        self._next_ts = 0
        self._next_back_ts = 0

    def step(self) -> bool:
        """Read one list if it is time; False if it is not, or if everything that is wanted is listed."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            covered = _covered(connection)
            wanted = connection.execute(sa.select(installation.c.jobs_from_ts)).scalar()
        if now >= self._next_ts:
            self._next_ts = now + EVERY_MS
            self._list(_start(now, covered), now, covered)
            return True
        back = _older(covered, min(wanted or now, now - USUAL_MS))
        if back is None or now < self._next_back_ts:
            return False
        complete = self._list(*back, covered)
        self._next_back_ts = now + (PAUSE_MS if complete else SILENCE_MS)
        return True

    def _list(self, from_ts: int, to_ts: int, covered: Mapping[str, Covered]) -> bool:
        """Read a period and note of which data centre it is known now; False if one of them is missing."""
        moments = (datetime.fromtimestamp(ts / 1000, UTC) for ts in (from_ts, to_ts + EVERY_MS))
        try:
            found = self._client.job_ids(*moments)
        except Sms4aError as error:
            for key in CENTRES:
                self._health.note(key, error)
            return False
        self._add(found)
        for key in CENTRES:
            if key in found.missing:
                self._health.note(key, NoAnswer("not in the list of jobs", address=key))
            else:
                self._health.listed(key, *_joined(covered[key], from_ts, to_ts))
        return found.complete

    def _add(self, found: JobList) -> None:
        with self._database.read() as connection:
            now = self._database.now(connection)
        new: dict[str, Any] = {
            "report": {}, "people": 0, "final": 0, "settled": False, "looks": 0, "next_look_ts": now,
        }  # fmt: skip
        rows = [
            {"job_id": job_id, "address": key, **new}
            for job_id, key in found.job_ids.items()
            if re.fullmatch(JOB_ID_PATTERN, job_id)  # of any other form nothing can be asked
        ]
        if not rows:
            return
        with self._database.write() as connection:
            connection.execute(insert(connection, job).on_conflict_do_nothing(index_elements=["job_id"]), rows)


def _covered(connection: sa.Connection) -> dict[str, Covered]:
    query = sa.select(address.c.key, address.c.listed_from_ts, address.c.listed_ts, address.c.failing_ts)
    found = {row.key: Covered(row[1], row[2], row[3] is not None) for row in connection.execute(query)}
    return {key: found.get(key, Covered(None, None, False)) for key in CENTRES}


def _start(now: int, covered: Mapping[str, Covered]) -> int:
    """From where to list the newest: a day before both data centres were last listed, a week back at first."""
    complete = [centre.to_ts for centre in covered.values() if centre.to_ts is not None]
    if len(complete) < len(CENTRES) or min(complete) < now - LONGEST_GAP_MS:
        return now - FIRST_PERIOD_MS
    return min(complete) - OVERLAP_MS


def _older(covered: Mapping[str, Covered], wanted_ts: int) -> tuple[int, int] | None:
    """The next piece of older time to list; None if all that is wanted is listed.

    A data centre that answers goes on while the other one is silent.
    """
    behind = [
        (centre.failing, -centre.from_ts)
        for centre in covered.values()
        if centre.from_ts is not None and centre.from_ts > wanted_ts
    ]
    if not behind:
        return None
    to_ts = -min(behind)[1]
    return max(wanted_ts, to_ts - WINDOW_MS), to_ts


def _joined(centre: Covered, from_ts: int, to_ts: int) -> tuple[int, int]:
    """What is covered with this period; two that do not touch leave a gap, and the newer one counts."""
    if centre.from_ts is None or centre.to_ts is None or from_ts > centre.to_ts:
        return from_ts, to_ts
    if to_ts < centre.from_ts:
        return centre.from_ts, centre.to_ts
    return min(from_ts, centre.from_ts), max(to_ts, centre.to_ts)
