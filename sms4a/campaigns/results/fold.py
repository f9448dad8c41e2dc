"""What the API says of a job, folded in: its statuses, the people of the campaign, the counters, the job itself.

An answer has up to 3,000 statuses: what is done for each of them counts, so they are plain tuples here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.bodies import row_of
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move
from sms4a.campaigns.database import epoch_ms, storable
from sms4a.campaigns.results.delays import step_of
from sms4a.campaigns.results.job_looks import HOUR, MINUTE, Look, next_look
from sms4a.campaigns.sending.adoption import FoundJob, is_ours, notice_job
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import recipient, sms_status
from sms4a.models import JobReport, SmsStatus, StatusList
from sms4a.status import VERDICTS, Outcome, Verdict, verdict_of

# So long after the validity has ended no report comes any more.
GIVE_UP_AFTER_MS = 72 * HOUR

# The longest validity the API takes, in minutes; holds where nobody says how long the network may try.
LONGEST_VALIDITY_MIN = 2880

UNSETTLED = frozenset({Outcome.PENDING, Outcome.ACCEPTED})
FINAL_CODES = frozenset(verdict.code for verdict in VERDICTS if verdict.final)

Words = tuple[str | None, str | None, str | None]
"""Process status, status and reason, as the API says them."""

Told = tuple[str, str | None, str | None, str | None, int | None, int | None]
"""What the API says of one SMS, in the order of `_TOLD`."""

Known = tuple[str, str | None, str | None, str | None, int | None, int | None, int, str | None]
"""What is stored of one SMS: `Told`, the row of our person, and the number where that is nobody of ours."""

Fate = tuple[str, str | None]
"""Outcome and verdict of a person."""

_TOLD = ("sms_id", "process_status", "status", "reason", "sent_ts", "finished_ts")
_COLUMNS = ("job_id", "row", "number", *_TOLD, "outcome", "verdict")
_ERASED = (0, None)
"""Row and number of somebody who was erased, in a job that is not ours."""

_FATES: dict[str, Fate] = {verdict.code: (verdict.outcome.value, verdict.code) for verdict in VERDICTS}

_KNOWN = sa.select(*(sms_status.c[name] for name in (*_TOLD, "row", "number"))).where(
    sms_status.c.job_id == sa.bindparam("its_job")
)
_THEIRS = (recipient.c.campaign_id == sa.bindparam("its_campaign"), recipient.c.submission_n == sa.bindparam("its_n"))
_NUMBERS = sa.select(recipient.c.number, recipient.c.row).where(*_THEIRS)
_PEOPLE = sa.select(
    recipient.c.region, recipient.c.outcome, recipient.c.verdict, recipient.c.row, recipient.c.number.is_(None)
).where(*_THEIRS)


def fold(connection: Connection, look: Look, report: JobReport, answer: StatusList, now: int) -> None:
    """Bring everything to what this answer says; nothing, if somebody else looks at the job by now."""
    matters = look.campaign_id is None and is_ours(connection, report.customer_ref)
    if not look.is_still_mine(connection):
        return
    known: dict[str, Known] = {told[0]: told for told in bulk.rows(connection, _KNOWN, {"its_job": look.job_id})}
    fresh = _fresh_of(look, answer.statuses, known, _whose(connection, look))
    everybody: dict[str, Told | Known] = {**known, **fresh.told}
    receipt_ts = epoch_ms(report.receipt_ts) or look.receipt_ts
    people = look.people if look.campaign_id else max(len(report.recipient_ids), len(everybody))
    final = _final_count(everybody)
    late = now > receipt_ts + (report.validity_min or LONGEST_VALIDITY_MIN) * MINUTE + GIVE_UP_AFTER_MS
    settled = look.settled or (people > 0 and final >= people) or late
    people_told = _people_of(connection, look) if fresh.fates or late else []
    fresh.keep_no_reason({row for *_, row, erased in people_told if erased})
    _write_statuses(connection, look.job_id, fresh, all_new=not known)
    if look.campaign_id is not None:
        if settled and look.submission_n is not None:
            # Before its people: see `count`.
            move(connection, look.campaign_id, look.submission_n, SubmissionState.ACCEPTED, SubmissionState.SETTLED)
        _fold_people(connection, look.campaign_id, people_told, fresh, receipt_ts, late)
    elif matters:
        its_job = FoundJob(look.job_id, answer.address, report.customer_ref, people, receipt_ts, settled)
        notice_job(connection, its_job, now)
    look.end(
        connection,
        address=answer.address,
        reference=report.customer_ref,
        reference_known=True,
        report=report.model_dump(mode="json", exclude={"recipient_ids"}),
        receipt_ts=receipt_ts,
        finished_ts=epoch_ms(report.finished_ts),
        people=people,
        final=final,
        settled=settled,
        looks=look.looks + 1,
        looked_ts=now,
        next_look_ts=next_look(look, now, receipt_ts, settled=settled),
    )


def _whose(connection: Connection, look: Look) -> Callable[[SmsStatus], tuple[int, str | None]]:
    """Which row of the campaign a status is about: our reference says it; without one its number, which is in a
    submission once. Of nobody of ours: 0, and the number, unless it may be that of somebody who was erased.

    Of our people the recipient has the number, and loses it when somebody asks for that.
    """
    numbers: dict[str | None, int] | None = None
    its = {"its_campaign": look.campaign_id, "its_n": look.submission_n}

    def whose(status: SmsStatus) -> tuple[int, str | None]:
        nonlocal numbers
        number = status.dst and storable(status.dst)
        if look.campaign_id is None:
            return 0, number
        row = row_of(status.customer_ref, look.campaign_id)
        if row is not None:
            return row, None
        if numbers is None:
            numbers = {number: row for number, row in connection.execute(_NUMBERS, its).all()}
        found = numbers.get(number, 0) if number else 0
        return found, None if found or None in numbers else number

    return whose


@dataclass
class _Fresh:
    """What is new or different in an answer."""

    told: dict[str, Told] = field(default_factory=dict)
    """By the id of the SMS."""
    stored: list[bulk.Row] = field(default_factory=list)
    """The same, in the order of `_COLUMNS`."""
    fates: dict[int, Fate] = field(default_factory=dict)
    """By the row of the person, as what follows."""
    finished: dict[int, int | None] = field(default_factory=dict)
    """When the message was finished."""
    finished_before: dict[int, int | None] = field(default_factory=dict)
    """When it was finished by the status that was known."""

    def keep_no_reason(self, rows: Collection[int]) -> None:
        """The network's own words about these people must not come back: they were erased."""
        place = _COLUMNS.index("reason")
        for n, status in enumerate(self.stored if rows else ()):
            if status[1] in rows:
                self.stored[n] = (*status[:place], None, *status[place + 1 :])


def _fresh_of(
    look: Look,
    statuses: Iterable[SmsStatus],
    known: Mapping[str, Known],
    whose: Callable[[SmsStatus], tuple[int, str | None]],
) -> _Fresh:
    """A final status never gives way to one that is not; of two with the same id the last one counts."""
    fresh = _Fresh()
    for sms_id, status in {_id_of(status): status for status in statuses}.items():
        words, verdict = _read(status.process_status, status.status, status.reason)
        told = (sms_id, *words, epoch_ms(status.sent_ts), epoch_ms(status.finished_ts))
        before = known.get(sms_id)
        if before and before[6:] == _ERASED and look.campaign_id is None:
            told = (*told[:3], None, *told[4:])
        if before and (told == before[:6] or (not verdict.final and verdict_of(before[1], before[2]).final)):
            continue
        row, number = (before[6], None) if before and before[6] else whose(status)
        if before:
            fresh.finished_before[row] = before[5]
            # It may be gone because somebody asked for that.
            number = before[7] if look.campaign_id is None else number
        fate = _FATES[verdict.code]
        fresh.told[sms_id] = told
        fresh.stored.append((look.job_id, row, number, *told, *fate))
        fresh.fates[row] = fate
        fresh.finished[row] = told[5]
    return fresh


def _id_of(status: SmsStatus) -> str:
    """Every documented answer has an id; without one, the reference is as good a key."""
    return storable(status.sms_id or f"?{status.customer_ref or status.dst}")


# The same few words come thousands of times.
@lru_cache(maxsize=1_024)
def _read(process_status: str | None, status: str | None, reason: str | None) -> tuple[Words, Verdict]:
    """The words as they are stored, and what the first two mean."""
    process_status, status, reason = (word and storable(word) for word in (process_status, status, reason))
    return (process_status, status, reason), verdict_of(process_status, status)


def _final_count(known: Mapping[str, Told | Known]) -> int:
    """Of how many nothing more will come."""
    words = Counter(told[1:3] for told in known.values())
    return sum(n for (process_status, status), n in words.items() if verdict_of(process_status, status).final)


def _write_statuses(connection: Connection, job_id: str, fresh: _Fresh, *, all_new: bool) -> None:
    """What is new takes the place of what was stored; nobody else writes statuses of a job whose row we hold."""
    if fresh.told and not all_new:
        older = bulk.is_one_of(connection, sms_status.c.sms_id, fresh.told)
        connection.execute(sa.delete(sms_status).where(sms_status.c.job_id == job_id, older))
    bulk.insert(connection, sms_status, _COLUMNS, fresh.stored)


_Person = tuple[str | None, str, str | None, int, bool]
"""Country, outcome and verdict so far, row, and whether it was erased."""


def _people_of(connection: Connection, look: Look) -> Sequence[_Person]:
    if look.campaign_id is None:
        return []
    return bulk.rows(connection, _PEOPLE, {"its_campaign": look.campaign_id, "its_n": look.submission_n})


def _fold_people(
    connection: Connection, campaign_id: str, people: Iterable[_Person], fresh: _Fresh, receipt_ts: int, late: bool
) -> None:
    """Bring the campaign's recipients and counters to what is fresh.

    `late`: no report can come any more; whoever has no final word is unknown from now on.
    """
    alike: defaultdict[tuple[str | None, Fate, Fate | None], list[int]] = defaultdict(list)
    for region, outcome, verdict, row, _erased in people:
        alike[region, (outcome, verdict), fresh.fates.get(row)].append(row)
    changed: defaultdict[Fate, list[int]] = defaultdict(list)
    deltas: Deltas = Counter()
    for (region, old, new), rows in alike.items():
        after = new or old
        if late and after[0] in UNSETTLED and after[1] not in FINAL_CODES:
            after = (Outcome.UNKNOWN.value, "no_report")
        if new and old[0] == Outcome.DELIVERED:
            _count_arrivals(deltas, region, receipt_ts, map(fresh.finished_before.get, rows), -1)
        if new and after[0] == Outcome.DELIVERED:
            _count_arrivals(deltas, region, receipt_ts, map(fresh.finished.get, rows), 1)
        if after != old:
            changed[after] += rows
            _count_people(deltas, old, region, -len(rows))
            _count_people(deltas, after, region, len(rows))
    for (outcome, verdict), rows in changed.items():
        theirs = (recipient.c.campaign_id == campaign_id, bulk.is_one_of(connection, recipient.c.row, rows))
        connection.execute(sa.update(recipient).where(*theirs).values(outcome=outcome, verdict=verdict))
    count(connection, campaign_id, deltas)


def _count_arrivals(
    deltas: Deltas, region: str | None, receipt_ts: int, finished: Iterable[int | None], people: int
) -> None:
    """People were delivered at these times, or were not after all (-1); some without a time."""
    times = [ts for ts in finished if ts is not None]
    for minute, n in Counter([ts // MINUTE for ts in times]).items():
        deltas["delivered", str(minute * MINUTE)] += n * people
    # Whole seconds, rounded up: all that a step is about.
    for seconds, n in Counter([-((receipt_ts - ts) // 1000) for ts in times]).items():
        deltas["delay", f"{region or ''}:{step_of(seconds * 1000)}"] += n * people


def _count_people(deltas: Deltas, fate: Fate, region: str | None, people: int) -> None:
    outcome, verdict = fate
    deltas["country", country_key(region, verdict)] += people
    deltas["outcome", outcome] += people
    if verdict:
        deltas["verdict", verdict] += people
