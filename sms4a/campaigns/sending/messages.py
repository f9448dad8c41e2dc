"""Messages of a prepared campaign as they are handed over, one row at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bodies import renderer_for
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.tables import recipient
from sms4a.filling import Rendered
from sms4a.recipients import Pile
from sms4a.templates import Template


@dataclass(frozen=True, slots=True)
class MadeMessage:
    """What one person gets."""

    row: int
    """Of the file."""
    text: str
    parts: int


class Messages:
    """For reading, before and after they have left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_row(self, campaign: Campaign, row: int) -> MadeMessage | None:
        """The message for this row of the file; None if it is not planned."""
        with self._database.read() as connection:
            found = planned_row(connection, campaign.id, row)
        if found is None:
            return None
        return MadeMessage(row, text_of(campaign, found["fields"]).text, found["parts"])


def text_of(campaign: Campaign, fields: Mapping[str, str]) -> Rendered:
    """The text for what a prepared row has for each placeholder."""
    template = Template.parse(campaign.text)
    return renderer_for(template, {name: name for name in template.fields}, campaign.options)(fields)


def planned_row(connection: Connection, campaign_id: str, row: int) -> RowMapping | None:
    query = sa.select(recipient).where(
        recipient.c.campaign_id == campaign_id, recipient.c.row == row, recipient.c.pile == Pile.RECEIVE
    )
    return connection.execute(query).mappings().one_or_none()
