"""Whose turn is it? Rows that wait for a look are claimed for a while; when a worker dies, another one takes over."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from sms4a.campaigns.database import Database


class Leases:
    """`due` selects from `table` the row whose turn it is, at the moment `:now`; its columns `owner` and `lease_ts`
    say who has it until when. `begins`: what else its columns say from then on."""

    def __init__(self, table: sa.Table, due: sa.Select[Any], lease_ms: int, **begins: object) -> None:
        self._key = tuple(table.primary_key.columns.keys())
        self._due = due
        self._locked = due.with_for_update(of=table, skip_locked=True)
        self._lease = sa.update(table).where(*(table.c[name] == sa.bindparam(f"its_{name}") for name in self._key))
        self._lease_ms = lease_ms
        self._begins = begins

    def claim(self, database: Database, owner: str) -> tuple[RowMapping, int] | None:
        """The row, which nobody else gets for a while, and the time; None if there is none.

        Looked for without a lock first, so that idle workers are in nobody's way.
        """
        with database.read() as connection:
            if connection.execute(self._due, {"now": database.now(connection)}).first() is None:
                return None
        with database.write() as connection:
            now = database.now(connection)
            row = connection.execute(self._locked, {"now": now}).mappings().first()
            if row is None:
                return None
            its = {f"its_{name}": row[name] for name in self._key}
            connection.execute(self._lease, {**its, **self._begins, "owner": owner, "lease_ts": now + self._lease_ms})
            return row, now
