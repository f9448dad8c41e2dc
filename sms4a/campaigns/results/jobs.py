"""The account's jobs, for the pages: what the database knows of them, whoever sent them."""

from dataclasses import dataclass, fields
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.addresses import CENTRES
from sms4a.campaigns import by_number
from sms4a.campaigns.database import Database
from sms4a.campaigns.health import REFUSES
from sms4a.campaigns.results.person_status import ITS_SUBMISSION
from sms4a.campaigns.spellings import found_in
from sms4a.campaigns.tables import (
    address,
    campaign,
    installation,
    job,
    recipient,
    recipient_number,
    sms_status,
    submission,
)
from sms4a.status import Outcome

State = Literal["all", "open", "done"]
Origin = Literal["all", "ours", "others"]


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job; times in epoch milliseconds, None where nothing is known yet."""

    job_id: str
    address: str
    campaign_id: str | None
    """Our campaign it belongs to; None: not sent from here."""
    campaign_name: str | None
    submission_n: int | None
    reference: str | None
    src: str | None
    billcode: str | None
    receipt_ts: int | None
    finished_ts: int | None
    people: int
    final: int
    settled: bool
    looked_ts: int | None


@dataclass(frozen=True, slots=True)
class JobDetail(JobRow):
    report: dict[str, Any]
    """Every field of the newest job report, as the API names them in snake case; empty before the first look."""


@dataclass(frozen=True, slots=True)
class SmsRow:
    """What became of one SMS."""

    number: str | None
    outcome: Outcome
    verdict: str
    finished_ts: int | None


@dataclass(frozen=True, slots=True)
class AddressHealth:
    """One address: when it last answered, since when it does not, when its jobs were last listed completely."""

    key: str
    ok_ts: int | None
    failing_ts: int | None
    problem: str | None
    listed_ts: int | None
    listed_from_ts: int | None
    """From here up to `listed_ts` its jobs are listed without a gap."""

    @property
    def refuses(self) -> bool:
        """It answers, and does not take our login."""
        return self.failing_ts is None and self.problem == REFUSES


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs; `search` is a part of a job id, reference, sender or bill code."""

    search: str = ""
    state: State = "all"
    origin: Origin = "all"
    since_ts: int | None = None
    until_ts: int | None = None
    number: str | None = None
    """E.164: only jobs with an SMS to this number; `search` may be of any other kind at the same time."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the list of a period is."""

    from_ts: dict[str, int | None]
    """Data centre → from when on all its jobs are listed; None: not at all."""
    unread: int
    """Jobs that are listed, and of which nothing more is known yet."""


class Jobs:
    """What is known of the account's jobs; the only thing to change is how far back they are listed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def jobs(self, chosen: JobFilter, *, offset: int = 0, limit: int = 25) -> tuple[JobRow, ...]:
        """Newest first."""
        with self._database.read() as connection:
            query = _query().where(*_conditions(connection, chosen))
            query = query.order_by(sa.func.coalesce(job.c.receipt_ts, job.c.next_look_ts).desc(), job.c.job_id)
            prefix = _our_prefix(connection)
            rows = connection.execute(query.offset(offset).limit(limit)).mappings()
            return tuple(JobRow(**_values(row, prefix)) for row in rows)

    def count(self, chosen: JobFilter) -> int:
        with self._database.read() as connection:
            query = sa.select(sa.func.count()).select_from(job).where(*_conditions(connection, chosen))
            return connection.execute(query).scalar_one()

    def job(self, job_id: str) -> JobDetail | None:
        with self._database.read() as connection:
            row = connection.execute(_query().where(job.c.job_id == job_id)).mappings().first()
            if row is None:
                return None
            return JobDetail(**_values(row, _our_prefix(connection)), report=row["report"])

    def outcomes(self, job_id: str) -> dict[Outcome, int]:
        """How many SMS of a job have which outcome; SMS without any status yet are not in it."""
        with self._database.read() as connection:
            counts = connection.execute(
                sa.select(sms_status.c.outcome, sa.func.count())
                .where(sms_status.c.job_id == job_id)
                .group_by(sms_status.c.outcome)
            )
            return {Outcome(outcome): n for outcome, n in counts}

    def statuses(
        self, job_id: str, *, outcome: Outcome | None = None, offset: int = 0, limit: int = 25
    ) -> tuple[SmsRow, ...]:
        number = sa.func.coalesce(sms_status.c.number, recipient.c.number)
        ours = sa.and_(recipient.c.campaign_id == job.c.campaign_id, recipient.c.row == sms_status.c.row)
        query = (
            sa.select(number, sms_status.c.outcome, sms_status.c.verdict, sms_status.c.finished_ts)
            .join_from(sms_status, job, sms_status.c.job_id == job.c.job_id)
            .outerjoin(recipient, ours)
            .where(sms_status.c.job_id == job_id)
        )
        if outcome is not None:
            query = query.where(sms_status.c.outcome == outcome)
        query = query.order_by(sms_status.c.row, sms_status.c.sms_id).offset(offset).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            return tuple(SmsRow(number, Outcome(outcome), *rest) for number, outcome, *rest in rows)

    def coverage(self) -> Coverage:
        unread = sa.select(sa.func.count()).select_from(job).where(job.c.looked_ts.is_(None))
        with self._database.read() as connection:
            found = dict(connection.execute(sa.select(address.c.key, address.c.listed_from_ts)).all())
            return Coverage({key: found.get(key) for key in CENTRES}, connection.execute(unread).scalar_one())

    def want(self, from_ts: int) -> None:
        """Somebody looks at a time that is not listed by itself: a worker lists it, once and for all."""
        wish = sa.or_(installation.c.jobs_from_ts.is_(None), installation.c.jobs_from_ts > from_ts)
        with self._database.read() as connection:
            asked = connection.execute(sa.select(installation.c.id).where(wish)).first()
        if asked:
            with self._database.write() as connection:
                connection.execute(sa.update(installation).where(wish).values(jobs_from_ts=from_ts))

    def addresses(self) -> tuple[AddressHealth, ...]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(address).order_by(address.c.key)).mappings()
            return tuple(AddressHealth(**row) for row in rows)


def _query() -> sa.Select[Any]:
    return sa.select(job, campaign.c.name.label("campaign_name")).outerjoin(
        campaign, campaign.c.id == job.c.campaign_id
    )


def _our_prefix(connection: Connection) -> str:
    token = connection.execute(sa.select(installation.c.token)).scalar()
    return f"S4.{token}."


def _values(row: RowMapping, our_prefix: str) -> dict[str, Any]:
    values = {field.name: row.get(field.name) for field in fields(JobRow)}
    values |= {"src": row["report"].get("src"), "billcode": row["report"].get("billcode")}
    # A job whose hand-over was unclear is known here by its reference alone.
    reference = str(values["reference"] or "")
    if values["campaign_id"] is None and reference.startswith(our_prefix):
        values["campaign_id"] = reference.removeprefix(our_prefix).partition(".")[0]
    return values


def _with_number(number: str) -> sa.ColumnElement[bool]:
    """Foreign jobs by their statuses, ours by their recipients: each has its index."""
    theirs = sa.select(sms_status.c.job_id).where(sms_status.c.number == number)
    ours = (
        sa.select(submission.c.job_id)
        .join_from(recipient_number, recipient, by_number.OF_RECIPIENT)
        .join(submission, ITS_SUBMISSION)
        .where(recipient_number.c.number == number, submission.c.job_id.is_not(None))
    )
    return sa.or_(job.c.job_id.in_(theirs), job.c.job_id.in_(ours))


def _conditions(connection: Connection, chosen: JobFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if chosen.search:
        searched = (
            job.c.job_id,
            job.c.reference,
            job.c.report["src"].as_string(),
            job.c.report["billcode"].as_string(),
        )
        conditions.append(found_in(searched, chosen.search))
    if chosen.state != "all":
        conditions.append(job.c.settled.is_(chosen.state == "done"))
    if chosen.origin != "all":
        ours = sa.or_(
            job.c.campaign_id.is_not(None),
            sa.func.coalesce(job.c.reference, "").startswith(_our_prefix(connection), autoescape=True),
        )
        conditions.append(ours if chosen.origin == "ours" else ~ours)
    if chosen.since_ts is not None:
        conditions.append(sa.or_(job.c.receipt_ts >= chosen.since_ts, job.c.receipt_ts.is_(None)))
    if chosen.until_ts is not None:
        conditions.append(job.c.receipt_ts < chosen.until_ts)
    if chosen.number is not None:
        conditions.append(_with_number(chosen.number))
    return conditions
