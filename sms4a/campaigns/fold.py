"""What the API says of a job, folded in: its statuses, the people of the campaign, the counters, the job itself."""

from collections import Counter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.adoption import notice_job
from sms4a.campaigns.bodies import row_of
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move
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

CHANGING = ("process_status", "status", "reason", "sent_ts", "finished_ts")
"""The columns of a status that can differ between two looks."""

FINISHED = CHANGING.index("finished_ts")

UNSETTLED = frozenset({Outcome.PENDING, Outcome.ACCEPTED})
FINAL_CODES = frozenset(verdict.code for verdict in VERDICTS if verdict.final)

_KNOWN = sa.select(sms_status.c.sms_id, *(sms_status.c[name] for name in CHANGING)).where(
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


def _known(connection: Connection, job_id: str) -> dict[str, tuple[Any, ...]]:
    """What is stored: SMS id → the columns of CHANGING."""
    return {row[0]: tuple(row[1:]) for row in connection.execute(_KNOWN, {"its_job": job_id})}


def _by_number(connection: Connection, look: Look, statuses: tuple[SmsStatus, ...]) -> dict[str, int]:
    """Number → row, for statuses that come without our reference: a number is in a submission once."""
    if look.campaign_id is None or all(row_of(status.customer_ref, look.campaign_id) for status in statuses):
        return {}
    its = {"its_campaign": look.campaign_id, "its_n": look.submission_n}
    return {number: row for number, row in connection.execute(_NUMBERS, its)}


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
    if not fresh and not late:
        return
    present: dict[int, tuple[str, str | None]] = {}
    regions: dict[int, str | None] = {}
    its = {"its_campaign": look.campaign_id, "its_n": look.submission_n}
    for person, outcome, verdict, region in connection.execute(_PEOPLE, its):
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
