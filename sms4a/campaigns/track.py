"""What became of accepted jobs: their reports and statuses, fetched with growing intervals and folded in."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sms4a.campaigns import bulk
from sms4a.campaigns.adoption import notice_job
from sms4a.campaigns.bodies import row_of
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move
from sms4a.campaigns.database import Database
from sms4a.campaigns.delays import step_of
from sms4a.campaigns.health import Health
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import job, recipient, sms_status
from sms4a.errors import Sms4aError
from sms4a.models import JobReport, SmsStatus, StatusList
from sms4a.status import VERDICTS, Outcome, Verdict, verdict_of

log = logging.getLogger(__name__)

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

INTERVALS = (
    (2 * MINUTE, 10 * SECOND),
    (10 * MINUTE, 30 * SECOND),
    (HOUR, 2 * MINUTE),
    (24 * HOUR, 15 * MINUTE),
)
"""A job younger than the first is looked at again after the second; older ones hourly."""

# So long after the validity has ended no report comes any more.
GIVE_UP_AFTER_MS = 72 * HOUR

# The longest validity the API takes, in minutes; holds where nobody says how long the network may try.
LONGEST_VALIDITY_MIN = 2880

LEASE_MS = 2 * MINUTE

CHANGING = ("process_status", "status", "reason", "sent_ts", "finished_ts")
"""The columns of a status that can differ between two looks."""

FINISHED = CHANGING.index("finished_ts")

UNSETTLED = frozenset({Outcome.PENDING, Outcome.ACCEPTED})
FINAL_CODES = frozenset(verdict.code for verdict in VERDICTS if verdict.final)


class Reads(Protocol):
    """What tracking needs of a client."""

    def job(self, job_id: str, *, address: str | None = None) -> JobReport: ...

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList: ...


@dataclass(frozen=True, slots=True)
class Look:
    """A job whose turn it is."""

    job_id: str
    address: str
    owner: str
    campaign_id: str | None
    submission_n: int | None
    people: int
    receipt_ts: int
    looks: int


class Tracker:
    """Fetches one job a call; any number may work on one database."""

    def __init__(self, database: Database, client: Reads, health: Health) -> None:
        self._database = database
        self._client = client
        self._health = health

    def step(self, worker: str) -> bool:
        """Look at the job that is due longest, our own ones first; False if there was none."""
        # A name of its own for each look: one whose lease ran out must not pass for the next one.
        look = self._claim(f"{worker}/{random_id(4)}")
        if look is None:
            return False
        try:
            report = self._client.job(look.job_id, address=look.address)
            answer = self._client.sms_statuses(look.job_id, address=report.address)
        except Sms4aError as error:
            log.info("job %s: %s", look.job_id, type(error).__name__)
            self._postpone(look)
            return True
        try:
            self._fold(look, report, answer)
        except SQLAlchemyError:
            self._postpone(look)
            raise
        self._health.note(answer.address, None)
        return True

    def _claim(self, owner: str) -> Look | None:
        with self._database.read() as connection:
            if _due(connection, self._database.now(connection), lock=False) is None:
                return None
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = _due(connection, now)
            if row is None:
                return None
            connection.execute(
                sa.update(job).where(job.c.job_id == row.job_id).values(owner=owner, lease_ts=now + LEASE_MS)
            )
        return Look(
            job_id=row.job_id,
            address=row.address,
            owner=owner,
            campaign_id=row.campaign_id,
            submission_n=row.submission_n,
            people=row.people,
            receipt_ts=row.receipt_ts or now,
            looks=row.looks,
        )

    def _postpone(self, look: Look) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(
                sa.update(job)
                .where(job.c.job_id == look.job_id, job.c.owner == look.owner)
                .values(owner=None, lease_ts=None, next_look_ts=now + interval_ms(now - look.receipt_ts))
            )

    def _fold(self, look: Look, report: JobReport, answer: StatusList) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            if not _still_mine(connection, look):
                return
            known = _known(connection, look.job_id)
            fresh = _fresh_rows(look, answer.statuses, known, _by_number(connection, look, answer.statuses))
            _write_statuses(connection, fresh)
            receipt_ts = epoch_ms(report.receipt_ts) or look.receipt_ts
            arrived = {row["row"]: known[row["sms_id"]][FINISHED] for row in fresh if row["sms_id"] in known}
            known |= {row["sms_id"]: tuple(row[name] for name in CHANGING) for row in fresh}
            people = look.people if look.campaign_id else max(len(report.recipient_ids), len(known))
            final = sum(_final(stored[0], stored[1]) for stored in known.values())
            late = now > receipt_ts + (report.validity_min or LONGEST_VALIDITY_MIN) * MINUTE + GIVE_UP_AFTER_MS
            settled = (people > 0 and final >= people) or late
            if look.campaign_id is not None:
                _fold_people(connection, look, fresh, _Times(receipt_ts, arrived), late)
            else:
                notice_job(connection, look.job_id, report.customer_ref, now)
            connection.execute(
                sa.update(job)
                .where(job.c.job_id == look.job_id)
                .values(
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
                    owner=None,
                    lease_ts=None,
                )
            )
            if settled and look.campaign_id is not None and look.submission_n is not None:
                move(connection, look.campaign_id, look.submission_n, SubmissionState.ACCEPTED, SubmissionState.SETTLED)


def interval_ms(age_ms: int) -> int:
    """How long to wait until the next look at a job of this age."""
    return next((wait for limit, wait in INTERVALS if age_ms < limit), HOUR)


def epoch_ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def _due(connection: Connection, now: int, *, lock: bool = True) -> Any:
    query = (
        sa.select(job)
        .where(job.c.next_look_ts <= now, sa.or_(job.c.lease_ts.is_(None), job.c.lease_ts < now))
        .order_by(job.c.campaign_id.is_(None), job.c.next_look_ts)
        .limit(1)
    )
    return connection.execute(query.with_for_update(skip_locked=True) if lock else query).first()


def _still_mine(connection: Connection, look: Look) -> bool:
    mine = sa.select(job.c.job_id).where(job.c.job_id == look.job_id, job.c.owner == look.owner).with_for_update()
    return connection.execute(mine).first() is not None


def _known(connection: Connection, job_id: str) -> dict[str, tuple[Any, ...]]:
    """What is stored: SMS id → the columns of CHANGING."""
    columns = (sms_status.c.sms_id, *(sms_status.c[name] for name in CHANGING))
    return {
        row.sms_id: tuple(row[1:])
        for row in connection.execute(sa.select(*columns).where(sms_status.c.job_id == job_id))
    }


def _by_number(connection: Connection, look: Look, statuses: tuple[SmsStatus, ...]) -> dict[str, int]:
    """Number → row, for statuses that come without our reference: a number is in a submission once."""
    if look.campaign_id is None or all(row_of(status.customer_ref, look.campaign_id) for status in statuses):
        return {}
    query = sa.select(recipient.c.number, recipient.c.row).where(
        recipient.c.campaign_id == look.campaign_id,
        recipient.c.submission_n == look.submission_n,
        recipient.c.number.is_not(None),
    )
    return {number: row for number, row in connection.execute(query)}


def _fresh_rows(
    look: Look, statuses: tuple[SmsStatus, ...], known: dict[str, tuple[Any, ...]], by_number: dict[str, int]
) -> list[dict[str, Any]]:
    """Rows to write: what is new or different. A final status never gives way to one that is not."""
    fresh: dict[str, dict[str, Any]] = {}
    for status in statuses:
        row = _row(look, status, by_number)
        before = known.get(row["sms_id"])
        if before == tuple(row[name] for name in CHANGING):
            continue
        if before and _final(before[0], before[1]) and not status.verdict.final:
            continue
        fresh[row["sms_id"]] = row
    return list(fresh.values())


def _row(look: Look, status: SmsStatus, by_number: dict[str, int]) -> dict[str, Any]:
    verdict: Verdict = status.verdict
    row = row_of(status.customer_ref, look.campaign_id) if look.campaign_id else None
    return {
        "job_id": look.job_id,
        # Every documented answer has an id; without one, the reference is as good a key.
        "sms_id": status.sms_id or f"?{status.customer_ref or status.dst}",
        "campaign_id": look.campaign_id,
        "row": by_number.get(status.dst or "") if row is None else row,
        "number": _storable(status.dst),
        "reference": _storable(status.customer_ref),
        "process_status": _storable(status.process_status),
        "status": _storable(status.status),
        "reason": _storable(status.reason),
        "sent_ts": epoch_ms(status.sent_ts),
        "finished_ts": epoch_ms(status.finished_ts),
        "outcome": verdict.outcome.value,
        "verdict": verdict.code,
    }


# In the order of `_row`.
_COLUMNS = (
    "job_id", "sms_id", "campaign_id", "row", "number", "reference", *CHANGING, "outcome", "verdict",
)  # fmt: skip


def _storable(word: str | None) -> str | None:
    """PostgreSQL has no place for the character NUL."""
    return word and word.replace("\0", "")


def _final(process_status: str | None, status: str | None) -> bool:
    return verdict_of(process_status, status).final


def _write_statuses(connection: Connection, rows: list[dict[str, Any]]) -> None:
    values = [tuple(row.values()) for row in rows]
    changes = (*CHANGING, "outcome", "verdict")
    bulk.upsert(connection, sms_status, _COLUMNS, values, key=("job_id", "sms_id"), changes=changes)


class _Times(NamedTuple):
    """What a delay is counted from, and when people had arrived by the status before this one."""

    receipt_ts: int
    arrived: dict[int | None, int | None]
    """Row → when its message was finished."""

    def add_to(self, deltas: Deltas, region: str | None, finished_ts: int | None, people: int) -> None:
        """Somebody was delivered then, or was not after all (-1)."""
        if finished_ts is None:
            return
        deltas["delivered", str(finished_ts // MINUTE * MINUTE)] += people
        deltas["delay", f"{region or ''}:{step_of(finished_ts - self.receipt_ts)}"] += people


def _fold_people(connection: Connection, look: Look, fresh: list[dict[str, Any]], times: _Times, late: bool) -> None:
    """Bring the campaign's recipients and counters to what the fresh rows say.

    `late`: no report can come any more; whoever has no final word is unknown from now on.
    """
    theirs = (recipient.c.campaign_id == look.campaign_id, recipient.c.submission_n == look.submission_n)
    if not fresh and not late:
        return
    query = sa.select(recipient.c.row, recipient.c.outcome, recipient.c.verdict, recipient.c.region).where(*theirs)
    present: dict[int, tuple[str, str | None]] = {}
    regions: dict[int, str | None] = {}
    for person, outcome, verdict, region in connection.execute(query):
        present[person], regions[person] = (outcome, verdict), region
    told = {row["row"]: row for row in fresh if row["row"] in present}
    changes: list[bulk.Row] = []
    deltas: Deltas = Counter()
    for row, before in present.items():
        after = (told[row]["outcome"], told[row]["verdict"]) if row in told else before
        if late and after[0] in UNSETTLED and after[1] not in FINAL_CODES:
            after = (Outcome.UNKNOWN, "no_report")
        if row in told and before[0] == Outcome.DELIVERED:
            times.add_to(deltas, regions[row], times.arrived.get(row), -1)
        if row in told and after[0] == Outcome.DELIVERED:
            times.add_to(deltas, regions[row], told[row]["finished_ts"], 1)
        if after != before:
            changes.append((str(after[0]), after[1], look.campaign_id, row))
            _count_change(deltas, before, after, regions[row])
    if look.campaign_id is None:
        return
    bulk.update(connection, recipient, ("outcome", "verdict"), changes, key=("campaign_id", "row"))
    count(connection, look.campaign_id, deltas)


def _count_change(
    deltas: Deltas, before: tuple[str, str | None], after: tuple[str, str | None], region: str | None
) -> None:
    for (outcome, verdict), people in ((before, -1), (after, 1)):
        deltas["country", country_key(region, verdict)] += people
        deltas["outcome", outcome] += people
        if verdict:
            deltas["verdict", verdict] += people
