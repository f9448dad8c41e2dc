"""Where a number stands in campaigns.

Not an index of `recipient`: that would be filled in the order of the file, in which each number touches another page
of it, and so a chunk of a big list would write all of them. Here a campaign's numbers are entered in their own order,
when all its rows are there: while it is PREPARING, or has FAILED to be prepared, they are not here yet.
"""

from collections.abc import Generator, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.tables import recipient, recipient_number

_KEY = ("number", "campaign_id", "row")
_PLACE = tuple(recipient_number.c[name] for name in _KEY)
_THEIR_PLACE = tuple(recipient.c[name] for name in _KEY)

# Rows that are fetched at a time.
_TOGETHER = 500

OF_RECIPIENT = sa.and_(
    recipient_number.c.campaign_id == recipient.c.campaign_id, recipient_number.c.row == recipient.c.row
)
"""Joins a place to its row."""


def in_order(connection: Connection, campaign_id: str, rows: int) -> Generator[list[object], None, None]:
    """The places of all numbers of a campaign, about so many rows at a time, as `enter` takes them."""
    query = (
        sa.select(*_THEIR_PLACE)
        .where(recipient.c.campaign_id == campaign_id, recipient.c.number.is_not(None))
        .order_by(recipient.c.number)
    )
    values: list[object] = []
    with connection.execution_options(yield_per=_TOGETHER).execute(query) as found:
        for places in found.partitions():
            values.extend(chain.from_iterable(places))
            if len(values) >= rows * len(_KEY):
                yield values
                values = []
    yield values


def enter(connection: Connection, places: Sequence[object]) -> None:
    """Number, campaign and row of one place after the other."""
    bulk.insert_values(connection, recipient_number, _KEY, places)


def forget(connection: Connection, rows: sa.Select[Any]) -> None:
    """Take out the places of these recipients, which a query of their rows names: before they lose their number."""
    theirs = rows.with_only_columns(*_THEIR_PLACE, maintain_column_froms=True)
    connection.execute(sa.delete(recipient_number).where(sa.tuple_(*_PLACE).in_(theirs)))


def has_one_of(campaign_id: str, numbers: Sequence[str]) -> ColumnElement[bool]:
    """Whether a recipient of this campaign has one of these numbers."""
    # Not joined: SQLite might then look for every row of the campaign among all the numbers.
    places = sa.select(recipient_number.c.row).where(
        recipient_number.c.number.in_(numbers), recipient_number.c.campaign_id == campaign_id
    )
    return recipient.c.row.in_(places)
