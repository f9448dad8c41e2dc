"""Submissions whose fate is unknown, for the people who decide: the evidence, and the three things they may say."""

import re
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.bookkeeping import move, write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import decision, look, submission
from sms4a.models import JOB_ID_PATTERN


@dataclass(frozen=True, slots=True)
class LookRow:
    """One search in both data centres. Incomplete proves nothing."""

    ts: int
    complete: bool
    problem: str | None
    listed: int
    hits: int


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a person said, and what came of it; `result` is None while a worker has still to look."""

    kind: str
    job_id: str | None
    reason: str
    actor: str
    asked_ts: int
    done_ts: int | None
    result: str | None
    """done · no_such_job · job_differs · double_job · look_incomplete"""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One submission that is uncertain (being looked for) or undecided (needs a person)."""

    campaign_id: str
    n: int
    state: SubmissionState
    reference: str
    people: int
    attempt: int
    attempt_ts: int
    uncertain_ts: int
    problem: str | None
    """Why: no_answer, server_error, duplicate, interrupted; when undecided no_trace, could_not_look, job_differs,
    double_job."""
    detail: str | None
    look_ts: int | None
    looks: tuple[LookRow, ...]
    """Oldest first."""
    decisions: tuple[DecisionRow, ...]
    """Oldest first."""


class Undecided:
    """Nothing here sends or asks the API: a person's word is an intent that a worker carries out after a fresh look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_campaign(self, campaign_id: str) -> tuple[Unclear, ...]:
        states = (SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED)
        with self._database.read() as connection:
            query = sa.select(submission).where(submission.c.campaign_id == campaign_id, submission.c.state.in_(states))
            rows = connection.execute(query.order_by(submission.c.n)).mappings().all()
            looks = _by_submission(connection, look, LookRow, campaign_id)
            decisions = _by_submission(connection, decision, DecisionRow, campaign_id)
        plain = [field.name for field in fields(Unclear) if field.name not in ("looks", "decisions", "state")]
        return tuple(
            Unclear(
                **{name: row[name] for name in plain},
                state=SubmissionState(row["state"]),
                looks=tuple(looks.get(row["n"], ())),
                decisions=tuple(decisions.get(row["n"], ())),
            )
            for row in rows
        )

    def it_was_sent(self, campaign_id: str, n: int, job_id: str, reason: str, actor: str) -> None:
        """A person found the job. A worker reads it; reference and number of people must fit."""
        if not re.fullmatch(JOB_ID_PATTERN, job_id):
            raise LedgerError("no_job_id")
        self._ask(campaign_id, n, "sent", reason, actor, job_id=job_id)

    def send_again(self, campaign_id: str, n: int, reason: str, actor: str) -> None:
        """It goes out again, with the same reference, once a fresh complete look has found nothing."""
        self._ask(campaign_id, n, "again", reason, actor)

    def write_off(self, campaign_id: str, n: int, reason: str, actor: str) -> None:
        """Nobody looks any more; these people count as possibly reached."""
        with self._database.write() as connection:
            now = self._check(connection, campaign_id, n, reason)
            row = {"kind": "write_off", "reason": reason, "actor": actor, "asked_ts": now}
            connection.execute(
                decision.insert().values(campaign_id=campaign_id, n=n, done_ts=now, result="done", **row)
            )
            moved = move(
                connection, campaign_id, n, SubmissionState.UNDECIDED, SubmissionState.WRITTEN_OFF, look_ts=None
            )
            if not moved:
                raise LedgerError("not_undecided")
            write_audit(connection, now, actor, "write_off", f"campaign:{campaign_id}", submission=n)

    def _ask(self, campaign_id: str, n: int, kind: str, reason: str, actor: str, job_id: str | None = None) -> None:
        with self._database.write() as connection:
            now = self._check(connection, campaign_id, n, reason)
            waiting = sa.select(decision.c.id).where(
                decision.c.campaign_id == campaign_id, decision.c.n == n, decision.c.done_ts.is_(None)
            )
            if connection.execute(waiting).first():
                raise LedgerError("already_asked")
            row = {"kind": kind, "job_id": job_id, "reason": reason, "actor": actor, "asked_ts": now}
            connection.execute(decision.insert().values(campaign_id=campaign_id, n=n, **row))
            connection.execute(
                sa.update(submission)
                .where(submission.c.campaign_id == campaign_id, submission.c.n == n)
                .values(look_ts=now)
            )
            write_audit(
                connection, now, actor, f"decide_{kind}", f"campaign:{campaign_id}", submission=n, job_id=job_id
            )

    def _check(self, connection: Connection, campaign_id: str, n: int, reason: str) -> int:
        if not reason.strip():
            raise LedgerError("no_reason")
        state = connection.execute(
            sa.select(submission.c.state)
            .where(submission.c.campaign_id == campaign_id, submission.c.n == n)
            .with_for_update()
        ).scalar()
        if state != SubmissionState.UNDECIDED:
            raise LedgerError("not_undecided")
        return self._database.now(connection)


def _by_submission(connection: Connection, table: sa.Table, kind: Any, campaign_id: str) -> dict[int, list[Any]]:
    names = [field.name for field in fields(kind)]
    query = sa.select(table.c.n, *(table.c[name] for name in names)).where(table.c.campaign_id == campaign_id)
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query.order_by(table.c.id)).mappings():
        found.setdefault(row["n"], []).append(kind(**{name: row[name] for name in names}))
    return found
