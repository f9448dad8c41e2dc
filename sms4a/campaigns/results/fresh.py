"""What an answer about a job says that was not known yet: no database, only what is known and what is told.

An answer has up to 3,000 statuses: what is done for each of them counts, so they are plain tuples here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sms4a.campaigns.database import epoch_ms, storable, storable_key
from sms4a.models import SmsStatus
from sms4a.status import VERDICTS, Verdict, verdict_of

Known = tuple[str, str | None, str | None, str | None, int | None, int | None, int, str | None]
"""What is stored of one SMS: its id, the words, the reason, when it was sent and finished, the row of our person, and
the number where that is nobody of ours."""

Fate = tuple[str, str | None]
"""Outcome and verdict of a person."""

Whose = Callable[[SmsStatus], tuple[int, str | None]]
"""Which row of the campaign a status is about; 0, and the number, if it is nobody of ours."""

_Status = tuple[int, str, str | None, str | None, str | None, str | None, int | None, int | None, str, str | None]
"""What is stored of one SMS, in the order of `_COLUMNS`."""

_COLUMNS = (
    "row", "sms_id", "number", "process_status", "status", "reason", "sent_ts", "finished_ts", "outcome", "verdict",
)  # fmt: skip

_ERASED = (0, None)
"""Row and number of somebody who was erased, and is not one of our people."""

_FATES: dict[str, Fate] = {verdict.code: (verdict.outcome.value, verdict.code) for verdict in VERDICTS}


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is new or different in an answer."""

    known: int
    """Of how many SMS anything is known, this answer included."""
    final: int
    """And of how many nothing more will come."""
    statuses: list[_Status]
    fates: Mapping[int, Fate]
    """By the row of the person, as what follows."""
    finished: Mapping[int, int | None]
    """When the message was finished."""
    finished_before: Mapping[int, int | None]
    """When it was finished by the status that was known."""

    def columns(self, erased: Collection[int]) -> dict[str, tuple[object, ...]]:
        """The statuses as they are stored, those of one person after the other, as they lie in the table. What none of
        them has is left out. There must be one at least.

        `erased`: rows of people who were erased. The network's own words about them must not come back.
        """
        columns = dict(zip(_COLUMNS, zip(*sorted(self.statuses), strict=True), strict=True))
        if erased:
            told = zip(columns["row"], columns["reason"], strict=True)
            columns["reason"] = tuple(None if row in erased else reason for row, reason in told)
        return {name: column for name, column in columns.items() if column.count(None) < len(column)}


def fresh_of(statuses: Iterable[SmsStatus], known: Sequence[Known], whose: Whose) -> Fresh:
    """A final status never gives way to one that is not; of two with the same id the last one counts.

    Number and reason of a stranger who was erased do not come back.
    """
    latest = {_id_of(status): status for status in statuses}
    before_of = {told[0]: told for told in known}
    final = _final_count(known)
    fresh: list[_Status] = []
    fates: dict[int, Fate] = {}
    finished: dict[int, int | None] = {}
    finished_before: dict[int, int | None] = {}
    for sms_id, status in latest.items():
        words, verdict = _read(status.process_status, status.status)
        reason = status.reason and storable(status.reason)
        sent_ts, finished_ts = epoch_ms(status.sent_ts), epoch_ms(status.finished_ts)
        before = before_of.get(sms_id)
        if before is None:
            row, number = whose(status)
            final += verdict.final
        else:
            if before[6:] == _ERASED:
                reason = None
            was_final = verdict_of(before[1], before[2]).final
            if (*words, reason, sent_ts, finished_ts) == before[1:6] or (was_final and not verdict.final):
                continue
            row = before[6] or whose(status)[0]
            number = None if row else before[7]
            finished_before[row] = before[5]
            final += verdict.final - was_final
        fate = _FATES[verdict.code]
        fresh.append((row, sms_id, number, *words, reason, sent_ts, finished_ts, *fate))
        fates[row] = fate
        finished[row] = finished_ts
    return Fresh(len(before_of.keys() | latest), final, fresh, fates, finished, finished_before)


def _id_of(status: SmsStatus) -> str:
    """Every documented answer has an id; without one, the reference is as good a key."""
    return storable_key(status.sms_id or f"?{status.customer_ref or status.dst}")


# The same few words come thousands of times.
@lru_cache(maxsize=1_024)
def _read(process_status: str | None, status: str | None) -> tuple[tuple[str | None, str | None], Verdict]:
    """The words as they are stored, and what they mean."""
    words = process_status and storable(process_status), status and storable(status)
    return words, verdict_of(*words)


def _final_count(known: Iterable[Known]) -> int:
    words = Counter(told[1:3] for told in known)
    return sum(n for (process_status, status), n in words.items() if verdict_of(process_status, status).final)
