"""Which addresses answer and take our login: noted with every call, read by the truth line."""

import logging
import time
from collections.abc import Callable

from sms4a.campaigns.bookkeeping import upsert
from sms4a.campaigns.database import Database
from sms4a.campaigns.tables import address
from sms4a.errors import AuthenticationFailed, NoAnswer, NotConnected, ServerError, UnexpectedAnswer

log = logging.getLogger(__name__)

# An address that goes on answering is written down this often, not at every call.
REFRESH_S = 10

SILENT = (NotConnected, NoAnswer, UnexpectedAnswer, ServerError)
"""Errors that speak of the address. A refusal comes from an address that works."""

REFUSES = AuthenticationFailed.__name__
"""The problem of an address that answers and does not take our login."""


class Health:
    """Notes of one process; the rows are shared by all."""

    def __init__(self, database: Database, *, steady: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._steady = steady
        self._noted: dict[str, tuple[float, bool, bool]] = {}
        """When it was noted last, whether it answered then, and whether it refused our login."""

    def note(self, key: str, error: Exception | None) -> None:
        """This address has just answered, or has failed with this error."""
        works, refuses, moment = not isinstance(error, SILENT), isinstance(error, AuthenticationFailed), self._steady()
        noted, *known = self._noted.get(key, (moment, not works, refuses))
        if known == [works, refuses] and moment - noted < REFRESH_S:
            return
        self._remember(key, error if not works else None, refuses=refuses)
        with self._database.write() as connection:
            now = self._database.now(connection)
            if works:
                row = {"key": key, "ok_ts": now, "failing_ts": None, "problem": REFUSES if refuses else None}
                upsert(connection, address, row, changes=("ok_ts", "failing_ts", "problem"))
            else:
                row = {"key": key, "failing_ts": now, "problem": type(error).__name__}
                upsert(connection, address, row, changes=("problem",), stays=("failing_ts",))

    def listed(self, key: str, from_ts: int, to_ts: int) -> None:
        """The list of this data centre's jobs was just read; it has them without a gap for this time."""
        listed = {"listed_ts": to_ts, "listed_from_ts": from_ts, "failing_ts": None, "problem": None}
        with self._database.write() as connection:
            row = {"ok_ts": self._database.now(connection), **listed}
            upsert(connection, address, {"key": key, **row}, changes=tuple(row))
        self._remember(key, None)

    def _remember(self, key: str, error: Exception | None, *, refuses: bool = False) -> None:
        _moment, worked, _refused = self._noted.get(key, (0.0, True, False))
        if worked and error:
            log.warning("%s does not answer (%s), and is asked again until it does", key, type(error).__name__)
        elif not worked and not error:
            log.warning("%s answers again", key)
        self._noted[key] = (self._steady(), error is None, refuses)
