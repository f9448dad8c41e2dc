"""What every write to the ledger is made of: move a submission, keep the counters, write the audit row.

Statements are built once and executed with parameters: to build one takes longer than to run it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningUpdate

from sms4a.campaigns.spared import NOT_PAID, spare
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

_WAITING: tuple[Outcome, str | None] = (Outcome.PENDING, None)


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT of this database's dialect: it has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def upsert(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    *,
    changes: Sequence[str],
    stays: Sequence[str] = (),
) -> None:
    """Insert a row; if its key is there already, overwrite `changes`. Of `stays`, what is there stays unless null."""
    connection.execute(_upsert(connection.dialect.name, table, tuple(changes), tuple(stays)), row)


@cache
def _upsert(dialect: str, table: Table, changes: tuple[str, ...], stays: tuple[str, ...]) -> Any:
    add = _insert(dialect, table)
    new = {name: add.excluded[name] for name in changes}
    kept = {name: sa.func.coalesce(table.c[name], add.excluded[name]) for name in stays}
    return add.on_conflict_do_update(index_elements=list(table.primary_key), set_={**new, **kept})


def count(connection: Connection, campaign_id: str, deltas: Deltas) -> None:
    """Add the deltas to the campaign's counters.

    In one order: two workers that update the same counters in different order would wait for each other for ever.
    States come first, because a transaction may count them more than once: of an answer, and of the next claim.
    """
    ordered = sorted(deltas, key=lambda counted: (counted[0] != "state", counted))
    rows = [
        {"campaign_id": campaign_id, "kind": kind, "key": key, "n": n}
        for kind, key in ordered
        if (n := deltas[kind, key])
    ]
    if rows:
        connection.execute(_count(connection.dialect.name), rows)


@cache
def _count(dialect: str) -> Any:
    add = _insert(dialect, counter)
    return add.on_conflict_do_update(index_elements=list(counter.primary_key), set_={"n": counter.c.n + add.excluded.n})


NO_WORD = "pending"
"""Stands in the counters by country for people of whom no verdict is known yet."""


def country_key(region: str | None, verdict: str | None) -> str:
    """The key of the counters of the kind `country`; each verdict belongs to one outcome."""
    return f"{region or ''}:{verdict or NO_WORD}"


_MOVE = (
    sa.update(submission)
    .where(
        submission.c.campaign_id == sa.bindparam("of_campaign"),
        submission.c.n == sa.bindparam("of_n"),
        submission.c.state == sa.bindparam("from_state"),
    )
    .returning(submission.c.people)
)


@cache
def _move_if(columns: tuple[str, ...]) -> ReturningUpdate[Any]:
    """The move of a submission that still has the values `if_…` in these columns."""
    return _MOVE.where(*(submission.c[name] == sa.bindparam(f"if_{name}") for name in columns))


def move(
    connection: Connection,
    campaign_id: str,
    n: int,
    start: SubmissionState,
    end: SubmissionState,
    unchanged: Mapping[str, Any] | None = None,
    **values: Any,
) -> bool:
    """Move one submission along a legal arrow and keep counters and outcomes in step.

    False if it was not in `start`, or a column of `unchanged` has another value by now: somebody else was faster, and
    nothing was changed.
    """
    if end not in MOVES[start]:
        raise ValueError(f"a submission cannot go from {start} to {end}")
    conditions = unchanged or {}
    where = {"of_campaign": campaign_id, "of_n": n, "from_state": start}
    same = {f"if_{name}": value for name, value in conditions.items()}
    people = connection.execute(_move_if(tuple(conditions)), {**where, **same, "state": end, **values}).scalar()
    if people is None:
        return False
    deltas: Deltas = Counter({("state", start): -people, ("state", end): people})
    if FATES.get(start) != FATES.get(end) and end is not S.SETTLED:
        moved = _set_outcome(connection, campaign_id, n, start, end)
        deltas.update(_outcomes(Counter(region for region, _parts in moved), start, end))
        if (start in NOT_PAID) != (end in NOT_PAID):
            spare(connection, campaign_id, moved, sign=1 if end in NOT_PAID else -1)
    count(connection, campaign_id, deltas)
    return True


_SET_OUTCOME = (
    sa.update(recipient)
    .where(
        recipient.c.campaign_id == sa.bindparam("of_campaign"),
        recipient.c.submission_n == sa.bindparam("of_n"),
        recipient.c.outcome == sa.bindparam("from_outcome"),
    )
    .returning(recipient.c.region, recipient.c.parts)
)


def _set_outcome(
    connection: Connection, campaign_id: str, n: int, start: SubmissionState, end: SubmissionState
) -> list[tuple[str | None, int]]:
    """Country and SMS parts of everybody whose outcome changes with the state."""
    old_outcome, _ = FATES.get(start, _WAITING)
    outcome, verdict = FATES.get(end, _WAITING)
    theirs = {"of_campaign": campaign_id, "of_n": n, "from_outcome": old_outcome}
    changed = connection.execute(_SET_OUTCOME, {**theirs, "outcome": outcome, "verdict": verdict})
    return [(region, parts) for region, parts in changed]


def _outcomes(regions: Counter[str | None], start: SubmissionState, end: SubmissionState) -> Deltas:
    old_outcome, old_verdict = FATES.get(start, _WAITING)
    outcome, verdict = FATES.get(end, _WAITING)
    deltas: Deltas = Counter()
    for region, present in regions.items():
        deltas["country", country_key(region, old_verdict)] -= present
        deltas["country", country_key(region, verdict)] += present
    people = regions.total()
    # One after the other: both outcomes can be the same, when only the verdict changes.
    deltas["outcome", old_outcome] -= people
    deltas["outcome", outcome] += people
    if old_verdict:
        deltas["verdict", old_verdict] -= people
    if verdict:
        deltas["verdict", verdict] += people
    return deltas


_AUDIT = audit.insert()


def write_audit(connection: Connection, now: int, actor: str, action: str, obj: str, **detail: Any) -> None:
    """One row of who did what. `detail` holds states, counts and codes; never a number, a name or a text."""
    connection.execute(_AUDIT, {"ts": now, "actor": actor, "action": action, "object": obj, "detail": detail})
