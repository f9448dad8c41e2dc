"""The people of campaigns, for reading: a page of them, all of them in chunks, and the story of one."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from sms4a.campaigns import by_number
from sms4a.campaigns.analysis import selected, tallies
from sms4a.campaigns.begin import BEGIN_TS
from sms4a.campaigns.bookkeeping import country_key
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists.list_records import mended_from
from sms4a.campaigns.results.person_status import PEOPLE_TOLD
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import IS_LEFT_OUT, audit, campaign, counter, recipient, repeat, sms_status, submission
from sms4a.campaigns.tiles import TILE_OF, Tile
from sms4a.campaigns.views import Event, Order, RecipientRow, Selection, StatusRow, Story, SubmissionRow, Who
from sms4a.numbers import read_number
from sms4a.recipients import Pile
from sms4a.status import Outcome

EXPORT_CHUNK = 5_000
"""Rows read at a time for a file, so that a million of them never lie in memory as objects."""

ROW_DIGITS = 6
"""A search of up to so many digits means a row of the file or the end of a number; a longer one means a number."""

# A row of any query, whose columns are taken by name.
AnyRow = Row[*tuple[Any, ...]]

_FAILED_OUTCOMES = tuple(outcome for outcome, tile in TILE_OF.items() if tile is Tile.FAILED)

# Column and whether it falls; the last one tells any two rows apart.
_ORDERS: dict[Order, tuple[tuple[ColumnElement[Any], bool], ...]] = {
    Order.FILE: ((recipient.c.row, False),),
    Order.FILE_UP: ((recipient.c.row, True),),
    Order.OUTCOME: ((recipient.c.outcome, False), (recipient.c.row, False)),
    Order.NUMBER: ((recipient.c.number, False), (recipient.c.row, False)),
    Order.PARTS: ((recipient.c.parts, True), (recipient.c.row, False)),
}

# After a plus: with fewer it is the beginning of numbers, not one of them.
_LEAST_DIGITS = 7

# Of any text: only where it has none of these can it be a piece of a number.
_NO_NUMBER = re.compile(r"[^\d\s+()/.-]", re.ASCII)


class People:
    """A page of people costs the same however many there are: it is found by an index, counted by a counter."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def recipients(
        self,
        campaign_id: str,
        who: Who = Who(),  # noqa: B008  (frozen)
        *,
        order: Order = Order.FILE,
        offset: int = 0,
        limit: int = 25,
        total: int | None = None,
    ) -> tuple[RecipientRow, ...]:
        """One page; a search finds a row, a number in any spelling, or the end of one.

        `total`: how many there are in all, if it is known; a page of the second half is then counted from the end.
        """
        conditions = _conditions(campaign_id, who)
        with self.database.read() as connection:
            # What is skipped is looked at in an index alone; only the rows that are shown are read as a whole.
            found = list(connection.scalars(_page(conditions, order, offset, limit, total)))
            query = sa.select(recipient).where(recipient.c.campaign_id == campaign_id, recipient.c.row.in_(found))
            rows = {row.row: row for row in connection.execute(query)} if found else {}
            if total is not None and offset * 2 > total:
                found.reverse()
            return _recipient_rows(connection, campaign_id, [rows[row] for row in found])

    def recipient_count(self, campaign_id: str, who: Who = Who()) -> int:  # noqa: B008
        """How many rows `recipients` has in all; from the counters unless something is searched."""
        with self.database.read() as connection:
            return self._count(connection, campaign_id, who)

    def export(self, campaign_id: str, who: Who = Who()) -> Iterator[RecipientRow]:  # noqa: B008
        """All rows that `recipients` pages through, in the order of the file, read in chunks."""
        conditions = _conditions(campaign_id, who)
        last = -1
        while True:
            query = sa.select(recipient).where(*conditions, recipient.c.row > last).order_by(recipient.c.row)
            with self.database.read() as connection:
                rows = _recipient_rows(connection, campaign_id, connection.execute(query.limit(EXPORT_CHUNK)).all())
            yield from rows
            if len(rows) < EXPORT_CHUNK:
                return
            last = rows[-1].row

    def across(
        self, selection: Selection, who: Who, *, offset: int = 0, limit: int = 25
    ) -> tuple[tuple[str, str, RecipientRow], ...]:
        """People of several campaigns as (campaign's id, its name, row), the newest campaign first."""
        found: list[tuple[str, str, RecipientRow]] = []
        with self.database.read() as connection:
            for campaign_id, name in self._of(connection, selection):
                count = self._count(connection, campaign_id, who)
                if offset < count:
                    query = sa.select(recipient).where(*_conditions(campaign_id, who)).order_by(recipient.c.row)
                    rows = connection.execute(query.offset(offset).limit(limit - len(found))).all()
                    found += [(campaign_id, name, row) for row in _recipient_rows(connection, campaign_id, rows)]
                if len(found) >= limit:
                    break
                offset = max(0, offset - count)
        return tuple(found)

    def across_count(self, selection: Selection, who: Who) -> int:
        with self.database.read() as connection:
            return sum(self._count(connection, found, who) for found, _ in self._of(connection, selection))

    def _of(self, connection: Connection, selection: Selection) -> list[tuple[str, str]]:
        query = sa.select(campaign.c.id, campaign.c.name).where(selected(selection))
        return [(row.id, row.name) for row in connection.execute(query.order_by(BEGIN_TS.desc(), campaign.c.id))]

    def _count(self, connection: Connection, campaign_id: str, who: Who) -> int:
        counted = None if who.search.strip() else _counted(connection, campaign_id, who)
        if counted is not None:
            return counted
        query = sa.select(sa.func.count()).select_from(recipient).where(*_conditions(campaign_id, who))
        return connection.execute(query).scalar_one()

    def story(self, campaign_id: str, row: int) -> Story | None:
        query = sa.select(recipient).where(recipient.c.campaign_id == campaign_id, recipient.c.row == row)
        status_query = (
            sa.select(sms_status)
            .select_from(PEOPLE_TOLD)
            .where(recipient.c.campaign_id == campaign_id, recipient.c.row == row, sms_status.c.sms_id.is_not(None))
            .order_by(sms_status.c.sent_ts, sms_status.c.sms_id)
        )
        with self.database.read() as connection:
            found = _recipient_rows(connection, campaign_id, connection.execute(query).all())
            if not found:
                return None
            mine = sa.and_(submission.c.campaign_id == campaign_id, submission.c.n == found[0].submission_n)
            submissions = submission_rows(connection, mine)
            statuses = tuple(_status_row(status) for status in connection.execute(status_query))
            attempts = sa.and_(
                audit.c.object == f"campaign:{campaign_id}",
                audit.c.detail["submission"].as_integer() == found[0].submission_n,
            )
            events = tuple(
                event_of(event) for event in connection.execute(sa.select(audit).where(attempts).order_by(audit.c.id))
            )
        return Story(found[0], submissions[0] if submissions else None, statuses, events)

    def timeline(self, campaign_id: str, *, limit: int = 100) -> tuple[Event, ...]:
        """What people did with this campaign and what the sender met, oldest first; the newest `limit` of them.

        Hand-overs that went well are left out: there may be a thousand, and the figures tell of them.
        """
        query = (
            sa.select(audit)
            .where(audit.c.object == f"campaign:{campaign_id}", audit.c.action != SubmissionState.ACCEPTED)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(reversed([event_of(row) for row in connection.execute(query)]))


def _page(
    conditions: Sequence[ColumnElement[bool]], order: Order, offset: int, limit: int, total: int | None
) -> sa.Select[int]:
    """The numbers of the rows of one page; for the second half backwards."""
    backwards = total is not None and offset * 2 > total
    if backwards:
        assert total is not None
        limit = max(0, min(limit, total - offset))
        offset = max(0, total - offset - limit)
    by = [column.desc() if falls is not backwards else column.asc() for column, falls in _ORDERS[order]]
    return sa.select(recipient.c.row).where(*conditions).order_by(*by).offset(offset).limit(limit)


def _conditions(campaign_id: str, who: Who) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [recipient.c.campaign_id == campaign_id]
    if who.tile is Tile.LEFT_OUT:
        conditions.append(IS_LEFT_OUT)
    elif who.tile is Tile.FAILED:
        conditions.append(recipient.c.outcome.in_(_FAILED_OUTCOMES))
    elif who.tile is not None:
        conditions.append(recipient.c.outcome == who.tile.value)
    if who.verdict is not None:
        conditions.append(recipient.c.verdict == who.verdict)
    if who.region is not None:
        conditions.append(sa.func.coalesce(recipient.c.region, "") == who.region)
    if words := who.search.strip():
        conditions.append(_search_condition(campaign_id, words, who.home))
    return conditions


def _counted(connection: Connection, campaign_id: str, who: Who) -> int | None:
    """From the counters; None where they cannot tell."""
    if who.verdict is None and who.region is None:
        tally = tallies(connection, [campaign_id])[campaign_id]
        return tally.rows if who.tile is None else tally[who.tile]
    if who.tile is not None or who.verdict is None:
        return None
    kind, key = ("verdict", who.verdict) if who.region is None else ("country", country_key(who.region, who.verdict))
    query = sa.select(counter.c.n).where(
        counter.c.campaign_id == campaign_id, counter.c.kind == kind, counter.c.key == key
    )
    return connection.execute(query).scalar() or 0


def _search_condition(campaign_id: str, words: str, home: str) -> ColumnElement[bool]:
    digits = "".join(character for character in words if character.isdecimal() and character.isascii())
    if words == digits and len(digits) <= ROW_DIGITS and not digits.startswith("0"):
        here = recipient.c.row == int(digits)
        # The last three figures of a number are what the table shows of it.
        return sa.or_(here, recipient.c.number.endswith(digits)) if len(digits) >= 3 else here
    # Rows without a number are among those that are left out; every other one is found by what was read in it.
    written = recipient.c.raw_number.icontains(words, autoescape=True)
    as_in_file = sa.and_(IS_LEFT_OUT, recipient.c.number.is_(None), written)
    if not digits or _NO_NUMBER.search(words):
        return as_in_file
    if words.startswith("+") and len(digits) < _LEAST_DIGITS:
        return sa.or_(recipient.c.number.startswith(f"+{digits}"), as_in_file)
    if len(digits) < 3:
        return as_in_file
    reading = read_number(words, home)
    if reading.number is not None:
        return by_number.has_one_of(campaign_id, [reading.number])
    return sa.or_(recipient.c.number.contains(digits.lstrip("0") or digits), as_in_file)


def _recipient_rows(connection: Connection, campaign_id: str, rows: Sequence[AnyRow]) -> tuple[RecipientRow, ...]:
    """With the newest status of each, and the state of its submission."""
    if not rows:
        return ()
    newest_last = (
        sa.select(recipient.c.row, sms_status.c.sent_ts, sms_status.c.finished_ts)
        .select_from(PEOPLE_TOLD)
        .where(recipient.c.campaign_id == campaign_id, recipient.c.row.in_([row.row for row in rows]))
        .order_by(sms_status.c.sent_ts.nulls_first(), sms_status.c.sms_id)
    )
    statuses = {status.row: status for status in connection.execute(newest_last)}
    numbers = sorted({row.submission_n for row in rows if row.submission_n is not None})
    states = {
        n: SubmissionState(state)
        for n, state in connection.execute(
            sa.select(submission.c.n, submission.c.state).where(
                submission.c.campaign_id == campaign_id, submission.c.n.in_(numbers)
            )
        )
    }
    attempts = _attempts(connection, campaign_id, [row.row for row in rows])
    return tuple(
        _recipient_row(row, statuses.get(row.row), states.get(row.submission_n), attempts.get(row.row, 1))
        for row in rows
    )


def _attempts(connection: Connection, campaign_id: str, rows: Sequence[int]) -> dict[int, int]:
    """Row → how often its person was sent to in all; rows that were sent to once are missing."""
    root = connection.execute(sa.select(campaign.c.root).where(campaign.c.id == campaign_id)).scalar()
    query = (
        sa.select(repeat.c.row, sa.func.max(repeat.c.attempt))
        .where(repeat.c.root == (root or campaign_id), repeat.c.row.in_(rows))
        .group_by(repeat.c.row)
    )
    return {row: attempt for row, attempt in connection.execute(query)}


def _recipient_row(row: AnyRow, status: AnyRow | None, state: SubmissionState | None, attempts: int) -> RecipientRow:
    return RecipientRow(
        row=row.row,
        raw_number=row.raw_number,
        number=row.number,
        region=row.region,
        pile=Pile(row.pile),
        problem=row.problem,
        detail=row.detail,
        duplicate_of=row.duplicate_of,
        parts=row.parts,
        submission_n=row.submission_n,
        submission_state=state,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        verdict=row.verdict,
        sent_ts=status.sent_ts if status is not None else None,
        finished_ts=status.finished_ts if status is not None else None,
        fields=row.fields,
        others=row.others or {},
        attempts=attempts if row.submission_n is not None else 0,
        mended=mended_from(row.mended),
    )


def event_of(row: AnyRow) -> Event:
    return Event(row.ts, row.actor, row.action, row.detail)


def _status_row(row: AnyRow) -> StatusRow:
    return StatusRow(
        sms_id=row.sms_id,
        process_status=row.process_status,
        status=row.status,
        reason=row.reason,
        sent_ts=row.sent_ts,
        finished_ts=row.finished_ts,
        outcome=Outcome(row.outcome),
        verdict=row.verdict,
    )


def submission_rows(connection: Connection, condition: ColumnElement[bool]) -> tuple[SubmissionRow, ...]:
    columns = [submission.c[name] for name in SubmissionRow.__dataclass_fields__ if name != "campaign_name"]
    query = (
        sa.select(*columns, campaign.c.name.label("campaign_name"))
        .join_from(submission, campaign)
        .where(condition)
        .order_by(submission.c.attempt_ts, submission.c.campaign_id, submission.c.n)
    )
    return tuple(
        SubmissionRow(**(row._asdict() | {"state": SubmissionState(row.state)})) for row in connection.execute(query)
    )
