"""What earlier campaigns tell: numbers that failed for good, and the same text to the same people."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import bulk, by_number
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.states import SENT_STATES
from sms4a.campaigns.tables import IS_DEAD, campaign, recipient, recipient_number
from sms4a.recipients import CheckedBlock, Pile
from sms4a.status import VERDICTS, Outcome, Resend

DEAD = frozenset(verdict.code for verdict in VERDICTS if verdict.resend is Resend.NEVER)
"""Verdicts after which the same number fails again: it does not exist, or is blocked."""

FAILED_BEFORE = "failed_before"
"""Why such a row is left out, if the author wants that. Detail: the verdict."""

_MOST_DEAD = 50_000

# After a month people have forgotten a message, and so may we.
RECENT_MS = 30 * 86_400_000

# Texts are alike from here on; a price or a date may differ.
ALIKE = 0.85
_CAMPAIGNS_COMPARED = 50

# Fewer than these in common are a few good customers, not the same list.
SHARE = 0.2

# So many people are looked up one by one, spread over the list; more would make the page wait.
SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Repeated:
    """A campaign that said much the same to many of the same people."""

    campaign_id: str
    name: str
    list_name: str
    actor: str
    sent_ts: int
    shared: int
    compared: int
    """Of so many people of the new one, `shared` were written to."""


class Memory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def same_text(self, planned: Campaign) -> Repeated | None:
        """The recent campaign with the same text and most of the same people; None if there is none.

        Not those whose people it sends to again: only who has not got the message there is among them.
        """
        with self._database.read() as c:
            alike = self._alike(c, planned)
            numbers = _spread(c, planned) if alike else []
            if not numbers:
                return None
            shared = {row["id"]: _in_common(c, row["id"], numbers) for row in alike}
        best = max(alike, key=lambda row: shared[row["id"]])
        if shared[best["id"]] < SHARE * len(numbers):
            return None
        return Repeated(
            best["id"], best["name"], best["list_name"], best["actor"], best["sent_ts"],
            shared[best["id"]], len(numbers),
        )  # fmt: skip

    def _alike(self, c: Connection, planned: Campaign) -> list[sa.RowMapping]:
        recent = (
            sa.select(campaign)
            .where(
                campaign.c.id != planned.id,
                campaign.c.state.in_(SENT_STATES),
                campaign.c.sent_ts > self._database.now(c) - RECENT_MS,
            )
            .order_by(campaign.c.sent_ts.desc())
            .limit(_CAMPAIGNS_COMPARED)
        )
        if planned.root:
            recent = recent.where(sa.func.coalesce(campaign.c.root, campaign.c.id) != planned.root)
        text = _told(planned.text)
        return [row for row in c.execute(recent).mappings() if _likeness(text, _told(row["text"])) >= ALIKE]


def dead_numbers(c: Connection, numbers: Collection[str]) -> dict[str, str]:
    """Of these numbers, those whose newest campaign ended for good, with the verdict."""
    # Few have ever failed so; only of them it is worth asking what became of them in every campaign.
    ever = sa.select(recipient.c.number).where(bulk.is_one_of(c, recipient.c.number, numbers), IS_DEAD)
    suspects = set(c.scalars(ever))
    if not suspects:
        return {}
    words = (
        sa.select(recipient_number.c.number, recipient.c.verdict)
        .join(recipient, by_number.OF_RECIPIENT)
        .join(campaign, campaign.c.id == recipient.c.campaign_id)
        .where(
            bulk.is_one_of(c, recipient_number.c.number, suspects),
            sa.or_(recipient.c.verdict.in_(DEAD), recipient.c.outcome == Outcome.DELIVERED),
        )
        .order_by(campaign.c.sent_ts)
    )
    newest = {row.number: row.verdict for row in c.execute(words)}
    return {number: verdict for number, verdict in newest.items() if verdict in DEAD}


def ever_dead(c: Connection) -> frozenset[str] | None:
    """Numbers that have ever failed for good; None if they are too many to be kept in memory."""
    ever = sa.select(recipient.c.number).where(IS_DEAD).distinct().limit(_MOST_DEAD + 1)
    numbers = frozenset(c.scalars(ever))
    return numbers if len(numbers) <= _MOST_DEAD else None


def leave_out(block: CheckedBlock, dead: Mapping[str, str]) -> None:
    """Of those who would receive, the dead numbers do not."""
    for place, (pile, number) in enumerate(zip(block.piles, block.numbers, strict=True)):
        if pile is Pile.RECEIVE and number and number in dead:
            block.piles[place], block.problems[place] = Pile.LEFT_OUT, FAILED_BEFORE
            block.details[place] = dead[number]


def _told(text: str) -> str:
    return " ".join(text.split()).casefold()


def _likeness(text: str, other: str) -> float:
    if text == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, text, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _spread(c: Connection, planned: Campaign) -> list[str]:
    """Numbers of the people who are planned: all, or a part from everywhere in the list."""
    of_plan = (recipient.c.campaign_id == planned.id, recipient.c.pile == Pile.RECEIVE)
    step = max(1, -(-planned.people // SAMPLE))
    query = sa.select(recipient.c.number).where(*of_plan, recipient.c.row % step == 0 if step > 1 else sa.true())
    return list(c.execute(query.limit(SAMPLE)).scalars())


def _in_common(c: Connection, campaign_id: str, numbers: list[str]) -> int:
    found = 0
    for start in range(0, len(numbers), 1_000):
        query = sa.select(sa.func.count()).where(
            recipient.c.campaign_id == campaign_id,
            recipient.c.pile == Pile.RECEIVE,
            by_number.has_one_of(campaign_id, numbers[start : start + 1_000]),
        )
        found += int(c.execute(query).scalar_one())
    return found
