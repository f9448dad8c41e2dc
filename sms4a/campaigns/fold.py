"""What the API says of a job, folded in: its statuses, the people of the campaign, the counters, the job itself."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.adoption import notice_job
from sms4a.campaigns.bodies import row_of
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move
from sms4a.campaigns.database import storable
from sms4a.campaigns.delays import step_of
from sms4a.campaigns.job_looks import HOUR, MINUTE, Look, epoch_ms, interval_ms
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


class Told(NamedTuple):
    """What the API says of one SMS that can differ between two looks."""

    process_status: str | None
    status: str | None
    reason: str | None
    sent_ts: int | None
    finished_ts: int | None

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.process_status, self.status)


class StatusRow(NamedTuple):
    """One row of the table `sms_status`, in the order of its columns."""

    job_id: str
    row: int
    sms_id: str
    number: str | None
    process_status: str | None
    status: str | None
    reason: str | None
    sent_ts: int | None
    finished_ts: int | None
    outcome: str
    verdict: str


_KNOWN = sa.select(sms_status.c.sms_id, *(sms_status.c[name] for name in Told._fields)).where(
    sms_status.c.job_id == sa.bindparam("its_job")
)
_THEIRS = (recipient.c.campaign_id == sa.bindparam("its_campaign"), recipient.c.submission_n == sa.bindparam("its_n"))
_NUMBERS = sa.select(recipient.c.number, recipient.c.row).where(*_THEIRS, recipient.c.number.is_not(None))
_PEOPLE = sa.select(recipient.c.row, recipient.c.outcome, recipient.c.verdict, recipient.c.region).where(*_THEIRS)


def fold(connection: Connection, look: Look, report: JobReport, answer: StatusList, now: int) -> None:
    """Bring everything to what this answer says; nothing, if somebody else looks at the job by now."""
    if not look.is_still_mine(connection):
        return
    known = _known(connection, look.job_id)
    fresh = _fresh_rows(look, answer.statuses, known, _row_finder(connection, look))
    _write_statuses(connection, look.job_id, fresh.rows, all_new=not known)
    known |= fresh.told
    receipt_ts = epoch_ms(report.receipt_ts) or look.receipt_ts
    people = look.people if look.campaign_id else max(len(report.recipient_ids), len(known))
    final = _final_count(known)
    late = now > receipt_ts + (report.validity_min or LONGEST_VALIDITY_MIN) * MINUTE + GIVE_UP_AFTER_MS
    settled = (people > 0 and final >= people) or late
    if look.campaign_id is not None:
        _fold_people(connection, look, fresh, receipt_ts, late)
    else:
        notice_job(connection, look.job_id, report.customer_ref, now)
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
        next_look_ts=None if settled else now + interval_ms(now - receipt_ts),
    )
    if settled and look.campaign_id is not None and look.submission_n is not None:
        move(connection, look.campaign_id, look.submission_n, SubmissionState.ACCEPTED, SubmissionState.SETTLED)


def _known(connection: Connection, job_id: str) -> dict[str, Told]:
    """What is stored, by the id of the SMS."""
    return {row[0]: Told._make(row[1:]) for row in connection.execute(_KNOWN, {"its_job": job_id}).all()}


def _row_finder(connection: Connection, look: Look) -> Callable[[SmsStatus], int]:
    """Which row of the campaign a status is about: our reference says it; without one its number, which is in a
    submission once. 0: none."""
    numbers: dict[str, int] | None = None
    its = {"its_campaign": look.campaign_id, "its_n": look.submission_n}

    def row_for(status: SmsStatus) -> int:
        nonlocal numbers
        if look.campaign_id is None:
            return 0
        row = row_of(status.customer_ref, look.campaign_id)
        if row is None:
            if numbers is None:
                numbers = {number: row for number, row in connection.execute(_NUMBERS, its).all()}
            row = numbers.get(status.dst or "", 0)
        return row

    return row_for


@dataclass
class _Fresh:
    """What is new or different in an answer."""

    rows: list[StatusRow] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    """By the id of the SMS."""
    arrived: dict[int, int | None] = field(default_factory=dict)
    """Row → when its message was finished, by the status before this one."""


def _fresh_rows(
    look: Look, statuses: tuple[SmsStatus, ...], known: dict[str, Told], row_for: Callable[[SmsStatus], int]
) -> _Fresh:
    """A final status never gives way to one that is not; of two with the same id the last one counts."""
    fresh: dict[str, StatusRow] = {}
    found = _Fresh()
    for status in statuses:
        # Every documented answer has an id; without one, the reference is as good a key.
        sms_id = status.sms_id or f"?{status.customer_ref or status.dst}"
        told, before = _told(status), known.get(sms_id)
        if before == told or (before and before.verdict.final and not told.verdict.final):
            continue
        verdict, row = told.verdict, row_for(status)
        # Of our people the recipient has the number, and loses it when somebody asks for that.
        number = None if row else _storable(status.dst)
        fresh[sms_id] = StatusRow(look.job_id, row, sms_id, number, *told, verdict.outcome.value, verdict.code)
        found.told[sms_id] = told
        if before:
            found.arrived[row] = before.finished_ts
    found.rows.extend(fresh.values())
    return found


def _told(status: SmsStatus) -> Told:
    return Told(
        _storable(status.process_status),
        _storable(status.status),
        _storable(status.reason),
        epoch_ms(status.sent_ts),
        epoch_ms(status.finished_ts),
    )


def _storable(word: str | None) -> str | None:
    return word and storable(word)


def _final_count(known: dict[str, Told]) -> int:
    """Of how many nothing more will come. A handful of words come thousands of times."""
    words = Counter((told.process_status, told.status) for told in known.values())
    return sum(n for (process_status, status), n in words.items() if verdict_of(process_status, status).final)


def _write_statuses(connection: Connection, job_id: str, rows: list[StatusRow], *, all_new: bool) -> None:
    """What is new takes the place of what was stored; nobody else writes statuses of a job whose row we hold."""
    if rows and not all_new:
        older = bulk.is_one_of(connection, sms_status.c.sms_id, [row.sms_id for row in rows])
        connection.execute(sa.delete(sms_status).where(sms_status.c.job_id == job_id, older))
    bulk.insert(connection, sms_status, StatusRow._fields, rows)


Fate = tuple[str, str | None]
"""Outcome and verdict of a person."""


def _fold_people(connection: Connection, look: Look, fresh: _Fresh, receipt_ts: int, late: bool) -> None:
    """Bring the campaign's recipients and counters to what the fresh rows say.

    `late`: no report can come any more; whoever has no final word is unknown from now on.
    """
    if look.campaign_id is None or not (fresh.rows or late):
        return
    told = {row.row: row for row in fresh.rows}
    changed: defaultdict[Fate, list[int]] = defaultdict(list)
    moves: Counter[tuple[Fate, Fate, str | None]] = Counter()
    deltas: Deltas = Counter()
    its = {"its_campaign": look.campaign_id, "its_n": look.submission_n}
    for row, *before, region in connection.execute(_PEOPLE, its).all():
        new = told.get(row)
        if new is None and not late:
            continue
        old = (before[0], before[1])
        after: Fate = (new.outcome, new.verdict) if new else old
        if late and after[0] in UNSETTLED and after[1] not in FINAL_CODES:
            after = (Outcome.UNKNOWN.value, "no_report")
        if new and old[0] == Outcome.DELIVERED:
            _count_arrival(deltas, region, receipt_ts, fresh.arrived.get(row), -1)
        if new and after[0] == Outcome.DELIVERED:
            _count_arrival(deltas, region, receipt_ts, new.finished_ts, 1)
        if after != old:
            changed[after].append(row)
            moves[old, after, region] += 1
    for (outcome, verdict), rows in changed.items():
        theirs = (recipient.c.campaign_id == look.campaign_id, bulk.is_one_of(connection, recipient.c.row, rows))
        connection.execute(sa.update(recipient).where(*theirs).values(outcome=outcome, verdict=verdict))
    for (old, after, region), people in moves.items():
        _count_move(deltas, old, region, -people)
        _count_move(deltas, after, region, people)
    count(connection, look.campaign_id, deltas)


def _count_arrival(deltas: Deltas, region: str | None, receipt_ts: int, finished_ts: int | None, people: int) -> None:
    """Somebody was delivered then, or was not after all (-1)."""
    if finished_ts is None:
        return
    deltas["delivered", str(finished_ts // MINUTE * MINUTE)] += people
    deltas["delay", f"{region or ''}:{step_of(finished_ts - receipt_ts)}"] += people


def _count_move(deltas: Deltas, fate: Fate, region: str | None, people: int) -> None:
    outcome, verdict = fate
    deltas["country", country_key(region, verdict)] += people
    deltas["outcome", outcome] += people
    if verdict:
        deltas["verdict", verdict] += people
