"""What the API says of a job, folded in: its statuses, the people of the campaign, the counters, the job itself."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.bodies import row_of
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move
from sms4a.campaigns.database import epoch_ms, storable_key
from sms4a.campaigns.results.delays import step_of
from sms4a.campaigns.results.fresh import Fate, Fresh, Whose, fresh_of
from sms4a.campaigns.results.job_looks import HOUR, MINUTE, Look, next_look
from sms4a.campaigns.sending.adoption import FoundJob, is_ours, notice_job
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import recipient, sms_status
from sms4a.models import JobReport, SmsStatus, StatusList
from sms4a.status import VERDICTS, Outcome

# So long after the validity has ended no report comes any more.
GIVE_UP_AFTER_MS = 72 * HOUR

# The longest validity the API takes, in minutes; holds where nobody says how long the network may try.
LONGEST_VALIDITY_MIN = 2880

UNSETTLED = frozenset({Outcome.PENDING, Outcome.ACCEPTED})
FINAL_CODES = frozenset(verdict.code for verdict in VERDICTS if verdict.final)

_KNOWN = sa.select(
    sms_status.c.sms_id,
    sms_status.c.process_status,
    sms_status.c.status,
    sms_status.c.reason,
    sms_status.c.sent_ts,
    sms_status.c.finished_ts,
    sms_status.c.row,
    sms_status.c.number,
).where(sms_status.c.job_id == sa.bindparam("its_job"))
_THEIRS = (recipient.c.campaign_id == sa.bindparam("its_campaign"), recipient.c.submission_n == sa.bindparam("its_n"))
_NUMBERS = sa.select(recipient.c.number, recipient.c.row).where(*_THEIRS)
_PERSON = sa.select(
    recipient.c.region, recipient.c.outcome, recipient.c.verdict, recipient.c.row, recipient.c.number.is_(None)
)
_PEOPLE = _PERSON.where(*_THEIRS)
# Of some of them. An index by submission would lead to all: added to, the number of the submission is not in it.
_SOME_PEOPLE = _PERSON.where(_THEIRS[0], recipient.c.submission_n + 0 == sa.bindparam("its_n"))


def fold(connection: Connection, look: Look, report: JobReport, answer: StatusList, now: int) -> None:
    """Bring everything to what this answer says; nothing, if somebody else looks at the job by now."""
    matters = look.campaign_id is None and is_ours(connection, report.customer_ref)
    if not look.is_still_mine(connection):
        return
    known = bulk.rows(connection, _KNOWN, {"its_job": look.job_id})
    fresh = fresh_of(answer.statuses, known, _whose(connection, look))
    receipt_ts = epoch_ms(report.receipt_ts) or look.receipt_ts
    people = look.people if look.campaign_id else max(len(report.recipient_ids), fresh.known)
    late = now > receipt_ts + (report.validity_min or LONGEST_VALIDITY_MIN) * MINUTE + GIVE_UP_AFTER_MS
    settled = look.settled or (people > 0 and fresh.final >= people) or late
    people_told = _people_of(connection, look, None if late else fresh.fates)
    _write_statuses(
        connection,
        look.job_id,
        fresh,
        erased={person[3] for person in people_told if person[4]},
        replaces=bool(known),
    )
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
        final=fresh.final,
        settled=settled,
        looks=look.looks + 1,
        looked_ts=now,
        next_look_ts=next_look(look, now, receipt_ts, settled=settled),
    )


def _whose(connection: Connection, look: Look) -> Whose:
    """Which row of the campaign a status is about: our reference says it; without one its number, which is in a
    submission once. Of nobody of ours: 0, and the number, unless it may be that of somebody who was erased.

    Of our people the recipient has the number, and loses it when somebody asks for that.
    """
    campaign_id = look.campaign_id
    if campaign_id is None:
        return lambda status: (0, _number_of(status))
    numbers: dict[str | None, int] | None = None

    def whose(status: SmsStatus) -> tuple[int, str | None]:
        nonlocal numbers
        row = row_of(status.customer_ref, campaign_id)
        if row is not None:
            return row, None
        if numbers is None:
            its = {"its_campaign": campaign_id, "its_n": look.submission_n}
            numbers = {number: row for number, row in connection.execute(_NUMBERS, its).all()}
        number = _number_of(status)
        found = numbers.get(number, 0) if number else 0
        return found, None if found or None in numbers else number

    return whose


def _number_of(status: SmsStatus) -> str | None:
    return status.dst and storable_key(status.dst)


def _write_statuses(
    connection: Connection, job_id: str, fresh: Fresh, *, erased: Collection[int], replaces: bool
) -> None:
    """What is new takes the place of what was stored; nobody else writes statuses of a job whose row we hold."""
    if not fresh.statuses:
        return
    columns = fresh.columns(erased)
    if replaces:
        older = bulk.is_one_of(connection, sms_status.c.sms_id, columns["sms_id"])
        connection.execute(sa.delete(sms_status).where(sms_status.c.job_id == job_id, older))
    bulk.insert_columns(connection, sms_status, columns, {"job_id": job_id})


_Person = tuple[str | None, str, str | None, int, bool]
"""Country, outcome and verdict so far, row, and whether it was erased."""


def _people_of(connection: Connection, look: Look, rows: Collection[int] | None) -> Sequence[_Person]:
    """The people of these rows at least; None: of all."""
    if look.campaign_id is None or (rows is not None and not rows):
        return []
    query = _PEOPLE
    if rows is not None and len(rows) < look.people / 2:  # else it is quicker to read them all
        query = _SOME_PEOPLE.where(bulk.is_one_of(connection, recipient.c.row, rows))
    return bulk.rows(connection, query, {"its_campaign": look.campaign_id, "its_n": look.submission_n})


def _fold_people(
    connection: Connection, campaign_id: str, people: Iterable[_Person], fresh: Fresh, receipt_ts: int, late: bool
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
