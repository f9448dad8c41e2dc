"""Sending again, safely: only to people whom a second message cannot reach twice, and by one campaign alone.

A campaign that is sent again becomes a draft of its own, with a list of those people; their rows keep the numbers they
had in the first file. The table `repeat` says which campaign makes whose next attempt; its key lets only one have it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists.list_records import format_json, mended_from, store_file
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.states import SENT_STATES, ListState
from sms4a.campaigns.tables import campaign, contact_list, counter, draft, recipient, repeat
from sms4a.campaigns.tiles import RESEND_OF_VERDICT
from sms4a.numbers import Bare
from sms4a.recipients import CheckedRow, FileKind, ListFormat, Pile
from sms4a.status import Resend
from sms4a.templates import Template

SAFE = frozenset({Resend.YES, Resend.LATER, Resend.AFTER_CHECK})

SAFE_VERDICTS = frozenset(verdict for verdict, resend in RESEND_OF_VERDICT.items() if resend in SAFE)

SPENT = "sent_again"
"""Why a row of such a list is left out: its person was sent to again by then, or a second message could be a double."""

NUMBER = "number"
"""The column with the numbers where the list of the campaign was not kept."""


@dataclass(frozen=True, slots=True)
class Fate:
    """People with one verdict, and whether they may be sent to again."""

    verdict: str
    resend: Resend
    people: int
    already: int
    """How many of them another campaign has, or had, as its people."""

    @property
    def open(self) -> int:
        """Whom one more message would be safe for."""
        return self.people - self.already if self.resend in SAFE else 0


class Again:
    """What may be sent again, and the draft that does it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fates(self, campaign_id: str) -> tuple[Fate, ...]:
        """Every verdict there is, most people first; from the counters and the people who were sent to again."""
        counted = sa.select(counter.c.key, counter.c.n).where(
            counter.c.campaign_id == campaign_id, counter.c.kind == "verdict", counter.c.n > 0
        )
        with self._database.read() as connection:
            root, attempt = _place(connection, campaign_id)
            repeated = (
                sa.select(recipient.c.verdict, sa.func.count())
                .join_from(repeat, recipient, recipient.c.row == repeat.c.row)
                .where(repeat.c.root == root, repeat.c.attempt == attempt + 1, recipient.c.campaign_id == campaign_id)
                .group_by(recipient.c.verdict)
            )
            already = {verdict: n for verdict, n in connection.execute(repeated)}
            found = [
                Fate(verdict, RESEND_OF_VERDICT.get(verdict, Resend.NO), n, already.get(verdict, 0))
                for verdict, n in connection.execute(counted)
            ]
        return tuple(sorted(found, key=lambda fate: (-fate.people, fate.verdict)))

    def begin(self, campaign_id: str, verdicts: Iterable[str], actor: str, name: str) -> str | None:
        """A draft with the same message for people with these verdicts; a worker reads them. None: nothing is safe."""
        chosen = sorted(set(verdicts) & SAFE_VERDICTS)
        with self._database.write() as connection:
            first = connection.execute(sa.select(campaign).where(campaign.c.id == campaign_id)).mappings().first()
            if first is None or not chosen or first["state"] not in SENT_STATES or first["erased_ts"]:
                return None
            now = self._database.now(connection)
            list_id, draft_id = random_id(12), random_id(12)
            connection.execute(contact_list.insert().values(**_list(first, chosen, list_id, actor, now)))
            store_file(connection, list_id)
            connection.execute(draft.insert().values(**_draft(first, list_id, draft_id, actor, name, now)))
            write_audit(connection, now, actor, "again", f"campaign:{campaign_id}", draft=draft_id, verdicts=chosen)
        return draft_id

    def line(self, campaign_id: str) -> tuple[tuple[str, str], ...]:
        """Ids and names of the campaigns that were sent to the same people, this one among them, oldest first."""
        with self._database.read() as connection:
            root, _attempt = _place(connection, campaign_id)
            query = (
                sa.select(campaign.c.id, campaign.c.name)
                .where(sa.or_(campaign.c.id == root, campaign.c.root == root), campaign.c.state.in_(SENT_STATES))
                .order_by(campaign.c.sent_ts, campaign.c.id)
            )
            return tuple((row.id, row.name) for row in connection.execute(query))


def root_of(connection: Connection, campaign_id: str) -> str:
    """The first campaign of the chain."""
    root = connection.execute(sa.select(campaign.c.root).where(campaign.c.id == campaign_id)).scalar()
    return root or campaign_id


def may_be_sent_to(connection: Connection, campaign_id: str, first: int | None = None, last: int | None = None) -> Any:
    """Rows of a campaign whose people may be sent to again now; as a query, that others can build upon."""
    root, attempt = _place(connection, campaign_id)
    taken = sa.exists().where(repeat.c.root == root, repeat.c.row == recipient.c.row, repeat.c.attempt == attempt + 1)
    query = sa.select(recipient.c.row).where(
        recipient.c.campaign_id == campaign_id,
        recipient.c.verdict.in_(sorted(SAFE_VERDICTS)),
        recipient.c.number.is_not(None),
        ~taken,
    )
    if first is not None and last is not None:
        query = query.where(recipient.c.row.between(first, last))
    return query


def claim(connection: Connection, campaign_id: str, follows: str, people: int) -> bool:
    """Make this campaign the one whose people these are, at the moment of Send; False if it may not have one of them.

    The caller rolls back then.
    """
    root, attempt = _place(connection, follows)
    mine = sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.submission_n.is_not(None))
    rows = may_be_sent_to(connection, follows).subquery()
    safe = sa.select(sa.func.count()).select_from(recipient).where(mine, recipient.c.row.in_(sa.select(rows.c.row)))
    if connection.execute(safe).scalar_one() != people:
        return False
    taken = sa.select(sa.literal(root), recipient.c.row, sa.literal(attempt + 1), sa.literal(campaign_id)).where(mine)
    try:
        connection.execute(repeat.insert().from_select(["root", "row", "attempt", "campaign_id"], taken))
    except IntegrityError:
        # Somebody else pressed Send for one of them at this moment.
        return False
    return True


def were_sent_to_again(connection: Connection, campaign_id: str, n: int) -> bool:
    """Whether another campaign has, or had, people of this submission as its own."""
    root, attempt = _place(connection, campaign_id)
    query = (
        sa.select(repeat.c.row)
        .join(recipient, recipient.c.row == repeat.c.row)
        .where(repeat.c.root == root, repeat.c.attempt == attempt + 1)
        .where(recipient.c.campaign_id == campaign_id, recipient.c.submission_n == n)
    )
    return connection.execute(query.limit(1)).first() is not None


def give_back(connection: Connection, campaign_id: str) -> None:
    """Send was taken back before anything left."""
    connection.execute(sa.delete(repeat).where(repeat.c.campaign_id == campaign_id))


def people(
    database: Database, follows: Mapping[str, Any], opted_out: frozenset[str], chunk_rows: int
) -> Iterator[list[CheckedRow]]:
    """The rows of a list that holds people to be sent to again, as if they had been read from a file."""
    campaign_id, last = follows["campaign"], -1
    while True:
        with database.read() as connection:
            kept = connection.execute(sa.select(campaign.c.columns).where(campaign.c.id == campaign_id)).scalar()
            safe = may_be_sent_to(connection, campaign_id).where(recipient.c.row > last)
            query = (
                sa.select(recipient)
                .where(recipient.c.campaign_id == campaign_id, recipient.c.row.in_(safe))
                .where(recipient.c.verdict.in_(follows["verdicts"]))
                .order_by(recipient.c.row)
                .limit(chunk_rows)
            )
            found = connection.execute(query).mappings().all()
        if not found:
            return
        yield [_checked(row, kept, opted_out) for row in found]
        last = found[-1]["row"]


def _checked(row: RowMapping, kept: dict[str, Any] | None, opted_out: frozenset[str]) -> CheckedRow:
    out, values = row["number"] in opted_out, _cells(row, kept)
    return CheckedRow(
        row["row"],
        row["raw_number"],
        row["number"],
        row["region"],
        Pile.OPTED_OUT if out else Pile.RECEIVE,
        "opted_out" if out else None,
        "",
        tuple(values),
        tuple(values.values()),
        mended=mended_from(row["mended"]),
    )


def _cells(row: RowMapping, kept: dict[str, Any] | None) -> dict[str, str]:
    """All cells of the row by column name, as the list had them."""
    if kept is None:
        return {NUMBER: row["raw_number"], **row["fields"]}
    filled = {column: row["fields"].get(name, "") for name, column in kept["fields"].items()}
    known = {**(row["others"] or {}), **filled, kept["phone"]: row["raw_number"]}
    return {column: known.get(column, "") for column in kept["header"]}


def _place(connection: Connection, campaign_id: str) -> tuple[str, int]:
    """The first campaign of the chain, and which attempt this one is."""
    root = root_of(connection, campaign_id)
    query = sa.select(repeat.c.attempt).where(repeat.c.campaign_id == campaign_id).limit(1)
    return root, connection.execute(query).scalar() or 1


def _list(first: RowMapping, verdicts: Sequence[str], list_id: str, actor: str, now: int) -> dict[str, Any]:
    kept = first["columns"]
    header = kept["header"] if kept else [NUMBER, *_placeholders(first)]
    form = ListFormat("utf-8", ",", tuple(header), True, 0, kind=FileKind.XLSX)
    return {
        "id": list_id,
        "name": first["list_name"],
        "format": {**format_json(form), "size": 0},
        "answers": {
            "phone": kept["phone"] if kept else NUMBER,
            "fields": dict(kept["fields"]) if kept else {},
            "home": "DE",
            "bare": Bare.ASK,
        },
        "state": ListState.NEW,
        "version": 1,
        "rows_done": 0,
        "rows_total": 0,
        "actor": actor,
        "created_ts": now,
        "follows": {"campaign": first["id"], "verdicts": list(verdicts)},
    }


def _placeholders(first: RowMapping) -> list[str]:
    return list(Template.parse(first["text"]).fields)


def _draft(first: RowMapping, list_id: str, draft_id: str, actor: str, name: str, now: int) -> dict[str, Any]:
    options = {**first["options"], "quiet": [period for period in first["options"]["quiet"] if period[1] > now]}
    return {
        "id": draft_id,
        "version": 2,  # what an author has not touched counts as empty
        "name": name,
        "text": first["text"],
        "sender": first["sender"],
        "options": options,
        "list_id": list_id,
        "actor": actor,
        "created_ts": now,
        "updated_ts": now,
    }
