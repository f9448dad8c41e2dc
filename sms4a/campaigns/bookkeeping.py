"""What every write to the ledger is made of: move a submission, keep the counters, write the audit row."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from sms4a.campaigns.states import MOVES, SubmissionState
from sms4a.campaigns.tables import audit, counter, recipient, submission
from sms4a.status import Outcome

Deltas = Counter[tuple[str, str]]
"""(kind, key) → people to add or take away."""

S = SubmissionState
FATES: dict[SubmissionState, tuple[Outcome, str]] = {
    S.UNCERTAIN: (Outcome.UNKNOWN, "unclear"),
    S.UNDECIDED: (Outcome.UNKNOWN, "unclear"),
    S.WRITTEN_OFF: (Outcome.UNKNOWN, "written_off"),
    S.REFUSED: (Outcome.FAILED, "refused"),
    S.STOPPED: (Outcome.CANCELLED, "stopped"),
}
"""What a submission's state says of its people. In all other states they wait, until a status tells more."""


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT of this database's dialect: it has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def count(connection: Connection, campaign_id: str, deltas: Deltas) -> None:
    """Add the deltas to the campaign's counters.

    In sorted order: two workers that update the same counters in different order would wait for each other for ever.
    """
    rows = [
        {"campaign_id": campaign_id, "kind": kind, "key": key, "n": n} for (kind, key), n in sorted(deltas.items()) if n
    ]
    if not rows:
        return
    add = insert(connection, counter)
    connection.execute(
        add.on_conflict_do_update(
            index_elements=["campaign_id", "kind", "key"], set_={"n": counter.c.n + add.excluded.n}
        ),
        rows,
    )


NO_WORD = "pending"
"""Stands in the counters by country for people of whom no verdict is known yet."""


def country_key(region: str | None, verdict: str | None) -> str:
    """The key of the counters of the kind `country`; each verdict belongs to one outcome."""
    return f"{region or ''}:{verdict or NO_WORD}"


def people_by_region(connection: Connection, *conditions: sa.ColumnElement[bool]) -> dict[str | None, int]:
    query = sa.select(recipient.c.region, sa.func.count()).where(*conditions).group_by(recipient.c.region)
    return {region: people for region, people in connection.execute(query)}


def move(
    connection: Connection,
    campaign_id: str,
    n: int,
    start: SubmissionState,
    end: SubmissionState,
    *conditions: sa.ColumnElement[bool],
    **values: Any,
) -> bool:
    """Move one submission along a legal arrow and keep counters and outcomes in step.

    False if it was not in `start`, or a condition did not hold: somebody else was faster, and nothing was changed.
    """
    if end not in MOVES[start]:
        raise ValueError(f"a submission cannot go from {start} to {end}")
    people = connection.execute(
        sa.update(submission)
        .where(submission.c.campaign_id == campaign_id, submission.c.n == n, submission.c.state == start, *conditions)
        .values(state=end, **values)
        .returning(submission.c.people)
    ).scalar()
    if people is None:
        return False
    deltas: Deltas = Counter({("state", start): -people, ("state", end): people})
    if FATES.get(start) != FATES.get(end) and end is not S.SETTLED:
        deltas.update(_set_outcome(connection, campaign_id, n, start, end))
    count(connection, campaign_id, deltas)
    return True


def _set_outcome(
    connection: Connection, campaign_id: str, n: int, start: SubmissionState, end: SubmissionState
) -> Deltas:
    old_outcome, old_verdict = FATES.get(start, (Outcome.PENDING, None))
    outcome, verdict = FATES.get(end, (Outcome.PENDING, None))
    theirs = (
        recipient.c.campaign_id == campaign_id,
        recipient.c.submission_n == n,
        recipient.c.outcome == old_outcome,
    )
    deltas: Deltas = Counter()
    for region, present in people_by_region(connection, *theirs).items():
        deltas["country", country_key(region, old_verdict)] -= present
        deltas["country", country_key(region, verdict)] += present
    people = connection.execute(sa.update(recipient).where(*theirs).values(outcome=outcome, verdict=verdict)).rowcount
    # One after the other: both outcomes can be the same, when only the verdict changes.
    deltas["outcome", old_outcome] -= people
    deltas["outcome", outcome] += people
    if old_verdict:
        deltas["verdict", old_verdict] -= people
    if verdict:
        deltas["verdict", verdict] += people
    return deltas


def write_audit(connection: Connection, now: int, actor: str, action: str, obj: str, **detail: Any) -> None:
    """One row of who did what. `detail` holds states, counts and codes; never a number, a name or a text."""
    connection.execute(audit.insert().values(ts=now, actor=actor, action=action, object=obj, detail=detail))
