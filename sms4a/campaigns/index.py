"""The jobs of the account, whoever sent them: listed from both data centres in the background."""

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from sms4a.campaigns.bookkeeping import insert
from sms4a.campaigns.database import Database
from sms4a.campaigns.health import Health
from sms4a.campaigns.tables import address, job
from sms4a.errors import NoAnswer, Sms4aError
from sms4a.models import JOB_ID_PATTERN, JobList

CENTRES = ("de2", "de1")
EVERY_MS = 60_000
FIRST_PERIOD = timedelta(days=7)

# A job can appear in the list some time after it was received.
OVERLAP = timedelta(days=1)


class Lists(Protocol):
    """What the index needs of a client."""

    def job_ids(self, from_ts: datetime, to_ts: datetime) -> JobList: ...


class Indexer:
    """Reads the list of jobs once a minute; new ones become due for a look."""

    def __init__(self, database: Database, client: Lists, health: Health) -> None:
        self._database = database
        self._client = client
        self._health = health
        self._next_ts = 0

    def step(self) -> bool:
        """Read the list if it is time again; False if it is not."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            listed = dict(connection.execute(sa.select(address.c.key, address.c.listed_ts)).all())
        if now < self._next_ts:
            return False
        self._next_ts = now + EVERY_MS
        moment = datetime.fromtimestamp(now / 1000, UTC)
        try:
            found = self._client.job_ids(_start(moment, listed), moment + timedelta(minutes=1))
        except Sms4aError as error:
            for key in CENTRES:
                self._health.note(key, error)
            return True
        self._add(found, now)
        for key in CENTRES:
            if key in found.missing:
                self._health.note(key, NoAnswer("not in the list of jobs", address=key))
            else:
                self._health.listed(key)
        return True

    def _add(self, found: JobList, now: int) -> None:
        new = {"report": {}, "people": 0, "final": 0, "settled": False, "looks": 0, "next_look_ts": now}
        rows = [
            {"job_id": job_id, "address": key, **new}
            for job_id, key in found.job_ids.items()
            if re.fullmatch(JOB_ID_PATTERN, job_id)  # of any other form nothing can be asked
        ]
        if not rows:
            return
        with self._database.write() as connection:
            connection.execute(insert(connection, job).on_conflict_do_nothing(index_elements=["job_id"]), rows)


def _start(moment: datetime, listed: dict[str, int | None]) -> datetime:
    """From where to list: a day before both data centres were last listed, at most a week back at first."""
    complete = [ts for key in CENTRES if (ts := listed.get(key))]
    if len(complete) < len(CENTRES):
        return moment - FIRST_PERIOD
    return max(moment - FIRST_PERIOD, datetime.fromtimestamp(min(complete) / 1000, UTC) - OVERLAP)
