"""One person: everything the database holds of a number, and its erasure with a receipt; the figures stay."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns import by_number
from sms4a.campaigns.begin import begin_of
from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.brakes import lock_sender
from sms4a.campaigns.campaign_records import campaign_from
from sms4a.campaigns.database import Database
from sms4a.campaigns.lists import saved_lists
from sms4a.campaigns.lists.opt_outs import OptOut
from sms4a.campaigns.lists.saved_lists import SavedRow
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.results.erasure import erase_from_lists, erase_rows, lock_jobs, unread_lists
from sms4a.campaigns.results.person_status import ITS_JOB, ITS_STATUS, ITS_SUBMISSION
from sms4a.campaigns.sending.messages import text_of
from sms4a.campaigns.states import SENT_STATES, ListState, SubmissionState
from sms4a.campaigns.tables import (
    campaign,
    contact_list,
    draft,
    job,
    list_row,
    opt_out,
    opt_out_removal,
    own_number,
    recipient,
    recipient_number,
    sms_status,
    submission,
)
from sms4a.recipients import Pile
from sms4a.status import Outcome

PAST = frozenset(
    {
        SubmissionState.ACCEPTED,
        SubmissionState.SETTLED,
        SubmissionState.REFUSED,
        SubmissionState.STOPPED,
        SubmissionState.WRITTEN_OFF,
    }
)
"""The number is not needed any more: the message has left or never will."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """A row of one campaign."""

    campaign_id: str
    campaign_name: str
    row: int
    begin_ts: int | None
    pile: Pile
    outcome: Outcome | None
    verdict: str | None
    text: str
    """As it was sent; empty for whoever was left out."""
    values: dict[str, str]
    """Everything the list said of this person, by column."""
    sent_ts: int | None
    finished_ts: int | None
    past: bool
    """Whether it can be erased now."""


@dataclass(frozen=True, slots=True)
class ForeignSms:
    """A message of another program on the same account."""

    job_id: str
    receipt_ts: int | None
    outcome: Outcome
    verdict: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row of the list of a draft that was not sent."""

    draft_id: str
    draft_name: str
    row: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Everything about one number."""

    number: str
    appearances: tuple[Appearance, ...]
    """Newest first."""
    foreign: tuple[ForeignSms, ...]
    drafted: tuple[DraftRow, ...]
    opt_out: OptOut | None
    saved: tuple[SavedRow, ...] = ()
    """Rows of saved lists."""

    @property
    def drafts(self) -> dict[str, str]:
        """Id → name, of drafts that were not sent and whose list has this number."""
        return {one.draft_id: one.draft_name for one in self.drafted}

    @property
    def known(self) -> bool:
        return bool(self.appearances or self.foreign or self.drafted or self.opt_out or self.saved)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure has done; it names nobody."""

    id: str
    ts: int
    actor: str
    campaigns: int
    rows: int
    """Of campaigns."""
    foreign: int
    """Messages of other programs whose number was taken out."""
    kept: int
    """Rows that are still being sent: to be erased when their campaign has ended."""
    lists: int
    """Of drafts: the person was taken out of them, and their files were thrown away."""
    unread: int
    """Lists of drafts that were not read yet, so that nobody could be found in them."""
    saved: int
    """Rows of saved lists."""


class Persons:
    """Find, and erase."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, number: str) -> Person:
        """`number` in E.164."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(opt_out).where(opt_out.c.number == number)).mappings().first()
            return Person(
                number=number,
                appearances=_appearances(connection, number),
                foreign=_foreign(connection, number),
                drafted=_drafted(connection, number),
                opt_out=OptOut(**found) if found else None,
                saved=saved_lists.rows_with(connection, number),
            )

    def erase(self, number: str, actor: str) -> Receipt:
        """Take the number, what the lists said of it, and the values of its messages out of everything that is past.

        Outcomes and times stay, without a name: no figure changes. The opt-out list keeps the number, because it is
        what keeps further messages away. What was typed or uploaded for a draft loses the person as well.
        """
        with self._database.write() as connection:
            # Nobody presses Send for these people meanwhile: what is erased would be held as changed.
            lock_sender(connection)
            now = self._database.now(connection)
            found = _appearances(connection, number)
            past = [one for one in found if one.past]
            # Before the lists are searched: one that is read to its end meanwhile was not.
            unread = unread_lists(connection)
            # Before the campaigns: they tell whether a list counts this number among those that failed before.
            saved = saved_lists.rows_with(connection, number)
            lists = erase_from_lists(connection, number)
            for one in past:
                erase_rows(connection, one.campaign_id, recipient.c.row == one.row)
            lock_jobs(connection, sa.select(sms_status.c.job_id).where(sms_status.c.number == number))
            foreign = connection.execute(
                sa.update(sms_status).where(sms_status.c.number == number).values(number=None, reason=None)
            ).rowcount
            connection.execute(sa.delete(own_number).where(own_number.c.number == number))
            connection.execute(sa.delete(opt_out_removal).where(opt_out_removal.c.number == number))
            receipt = Receipt(
                id=random_id(10),
                ts=now,
                actor=actor,
                campaigns=len({one.campaign_id for one in past}),
                rows=len(past),
                foreign=foreign,
                kept=len(found) - len(past),
                lists=lists,
                unread=unread,
                saved=len(saved),
            )
            write_audit(
                connection, now, actor, "erase", f"receipt:{receipt.id}",
                campaigns=receipt.campaigns, rows=receipt.rows, foreign=foreign, kept=receipt.kept,
                lists=receipt.lists, unread=receipt.unread, saved=receipt.saved,
            )  # fmt: skip
        return receipt


def _appearances(connection: Connection, number: str) -> tuple[Appearance, ...]:
    query = (
        sa.select(
            recipient, submission.c.state.label("submission_state"), sms_status.c.sent_ts, sms_status.c.finished_ts
        )
        .join_from(recipient_number, recipient, by_number.OF_RECIPIENT)
        .join(campaign, campaign.c.id == recipient.c.campaign_id)
        .outerjoin(submission, ITS_SUBMISSION)
        .outerjoin(job, ITS_JOB)
        .outerjoin(sms_status, ITS_STATUS)
        .where(recipient_number.c.number == number, campaign.c.state.in_(SENT_STATES))
        .order_by(recipient.c.campaign_id, recipient.c.row, sms_status.c.sent_ts)
    )
    found: dict[tuple[str, int], Appearance] = {}
    for row in connection.execute(query):
        # A later status of the same row takes the place of an earlier one.
        found[row.campaign_id, row.row] = _appearance(connection, row)
    return tuple(sorted(found.values(), key=lambda one: -(one.begin_ts or 0)))


def _appearance(connection: Connection, row: Any) -> Appearance:
    plan = campaign_from(
        connection.execute(sa.select(campaign).where(campaign.c.id == row.campaign_id)).mappings().one()
    )
    planned = row.submission_n is not None
    return Appearance(
        campaign_id=plan.id,
        campaign_name=plan.name,
        row=row.row,
        begin_ts=begin_of(plan.sent_ts, plan.start_ts, plan.release_ts),
        pile=Pile(row.pile),
        outcome=Outcome(row.outcome) if row.outcome else None,
        verdict=row.verdict,
        text=text_of(plan, row.fields).text if planned else "",
        values={**row.fields, **(row.others or {})},
        sent_ts=row.sent_ts,
        finished_ts=row.finished_ts,
        past=not planned or row.submission_state in PAST,
    )


def _foreign(connection: Connection, number: str) -> tuple[ForeignSms, ...]:
    query = (
        sa.select(sms_status.c.job_id, job.c.receipt_ts, sms_status.c.outcome, sms_status.c.verdict)
        .join_from(sms_status, job, sms_status.c.job_id == job.c.job_id)
        .where(sms_status.c.number == number)
        .order_by(job.c.receipt_ts.desc(), sms_status.c.job_id)
    )
    return tuple(
        ForeignSms(row.job_id, row.receipt_ts, Outcome(row.outcome), row.verdict) for row in connection.execute(query)
    )


def _drafted(connection: Connection, number: str) -> tuple[DraftRow, ...]:
    query = (
        sa.select(draft.c.id, draft.c.name, list_row.c.row, list_row.c.fields)
        .join(contact_list, contact_list.c.id == draft.c.list_id)
        .join(list_row, list_row.c.list_id == contact_list.c.id)
        .where(list_row.c.number == number, draft.c.sent_ts.is_(None), contact_list.c.state == ListState.CHECKED)
        .order_by(draft.c.id, list_row.c.row)
    )
    return tuple(DraftRow(*row) for row in connection.execute(query))
