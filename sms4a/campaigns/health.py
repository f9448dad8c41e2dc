"""Which addresses answer: noted with every call, read by the truth line."""

import sqlalchemy as sa

from sms4a.campaigns.bookkeeping import insert
from sms4a.campaigns.database import Database
from sms4a.campaigns.tables import address
from sms4a.errors import NoAnswer, NotConnected, ServerError, UnexpectedAnswer

# An address that goes on answering is written down this often, not at every call.
REFRESH_MS = 10_000

SILENT = (NotConnected, NoAnswer, UnexpectedAnswer, ServerError)
"""Errors that speak of the address. A refusal comes from an address that works."""


class Health:
    """Notes of one process; the rows are shared by all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, tuple[int, bool]] = {}

    def note(self, key: str, error: Exception | None) -> None:
        """This address has just answered, or has failed with this error."""
        works = not isinstance(error, SILENT)
        with self._database.read() as connection:
            now = self._database.now(connection)
        last_ts, worked = self._noted.get(key, (0, not works))
        if worked == works and now - last_ts < REFRESH_MS:
            return
        self._noted[key] = (now, works)
        with self._database.write() as connection:
            add = insert(connection, address)
            if works:
                values: dict[str, object] = {"ok_ts": now, "failing_ts": None, "problem": None}
                changes = values
            else:
                values = {"failing_ts": now, "problem": type(error).__name__}
                changes = {**values, "failing_ts": sa.func.coalesce(address.c.failing_ts, now)}
            connection.execute(
                add.values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=changes)
            )

    def listed(self, key: str, from_ts: int, to_ts: int) -> None:
        """The list of this data centre's jobs was just read; it has them without a gap for this time."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            known = {"ok_ts": now, "listed_ts": to_ts, "listed_from_ts": from_ts}
            add = insert(connection, address).values(key=key, **known)
            changes = {**known, "failing_ts": None, "problem": None}
            connection.execute(add.on_conflict_do_update(index_elements=["key"], set_=changes))
        self._noted[key] = (now, True)
