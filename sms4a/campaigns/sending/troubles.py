"""What the log is told when a step of a worker fails: once, and then once a minute, however often it is tried."""

import logging
import math
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from sms4a.campaigns.database import cause_of

log = logging.getLogger(__name__)

REPEAT_S = 60.0


def places_of(error: Exception) -> str:
    """A traceback without what the error says: that could quote a number or a text, the places cannot."""
    return "".join(traceback.format_tb(error.__traceback__))


class Troubles:
    """Shared by the threads of a worker: a database that is away is one trouble, not one for each of them."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._away = False

    def failed(self, step: str, error: Exception) -> None:
        """Say so, unless it was said a moment ago."""
        away = isinstance(error, sa.exc.OperationalError)
        trouble = "the database" if away else f"{step}: {cause_of(error)}"
        with self._lock:
            self._failures[trouble] += 1
            now = self._clock()
            if now - self._told.get(trouble, -math.inf) < REPEAT_S:
                return
            self._told[trouble] = now
            times = self._failures.pop(trouble)
            self._away = self._away or away
        if away:
            log.error("the database does not do its work, and is asked again until it does: %s", cause_of(error))
        else:
            often = f" ({times} times in the last minute)" if times > 1 else ""
            log.error("%s%s\n%s", trouble, often, places_of(error))

    def passed(self) -> None:
        """A step went well."""
        if not self._away:
            return
        with self._lock:
            was_away, self._away = self._away, False
            self._failures.pop("the database", None)
        if was_away:
            log.warning("the database answers again")
