"""The longest message of a prepared campaign, over everybody who is planned."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import Campaign
from sms4a.campaigns.tables import recipient
from sms4a.recipients import Pile
from sms4a.templates import Template, renderer

CHUNK_ROWS = 5_000

# About a second of work, once for each campaign that was prepared.
MOST_COMPARED = 100_000


@dataclass(frozen=True, slots=True)
class Longest:
    """Nobody's message has more parts; of those with as many, none that was compared is longer."""

    row: int
    """Of the file."""
    text: str
    """As it is handed over."""
    parts: int
    people: int
    """Whose messages have so many parts."""
    compared: int
    """How many of these were compared, from the beginning of the list; all unless they are very many."""


def longest_message(database: Database, campaign: Campaign, *, most: int = MOST_COMPARED) -> Longest | None:
    """The message with most parts, and of these the longest; None if nobody is planned.

    The parts of every planned row are known, so only rows with the greatest number are made again, at most `most`.
    """
    template = Template.parse(campaign.text)
    render = renderer(template, {name: name for name in template.fields})
    of_campaign = (recipient.c.campaign_id == campaign.id, recipient.c.pile == Pile.RECEIVE)
    query = sa.select(recipient.c.parts, sa.func.count()).where(*of_campaign).group_by(recipient.c.parts)
    with database.read() as c:
        counted = c.execute(query.order_by(recipient.c.parts.desc()).limit(1)).one_or_none()
    if counted is None:
        return None
    parts, people = counted
    # A text without placeholders is the same for everybody.
    wanted = min(people, most) if template.fields else 1
    costly = sa.select(recipient.c.row, recipient.c.fields).where(*of_campaign, recipient.c.parts == parts)
    best_row, best_text, compared = 0, "", 0
    for person in _rows(database, costly):
        text = render(person.fields).text
        if not compared or len(text) > len(best_text):
            best_row, best_text = person.row, text
        compared += 1
        if compared == wanted:
            break
    return Longest(best_row, best_text, parts, people, compared if template.fields else people)


def _rows(database: Database, query: sa.Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    after = -1
    while True:
        with database.read() as c:
            chunk = c.execute(query.where(recipient.c.row > after).order_by(recipient.c.row).limit(CHUNK_ROWS)).all()
        if not chunk:
            return
        yield from chunk
        after = chunk[-1].row
