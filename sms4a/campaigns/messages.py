"""Messages of a prepared campaign as they are handed over, one row at a time."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import Campaign
from sms4a.campaigns.tables import recipient
from sms4a.recipients import Pile
from sms4a.templates import Template, renderer


@dataclass(frozen=True, slots=True)
class MadeMessage:
    """What one person gets."""

    row: int
    """Of the file."""
    text: str
    parts: int


def message_of(database: Database, campaign: Campaign, row: int) -> MadeMessage | None:
    """The message for this row of the file; None if it is not planned."""
    with database.read() as connection:
        found = planned_row(connection, campaign.id, row)
    if found is None:
        return None
    template = Template.parse(campaign.text)
    text = renderer(template, {name: name for name in template.fields})(found["fields"]).text
    return MadeMessage(row, text, found["parts"])


def planned_row(connection: Connection, campaign_id: str, row: int) -> RowMapping | None:
    query = sa.select(recipient).where(
        recipient.c.campaign_id == campaign_id, recipient.c.row == row, recipient.c.pile == Pile.RECEIVE
    )
    return connection.execute(query).mappings().one_or_none()
