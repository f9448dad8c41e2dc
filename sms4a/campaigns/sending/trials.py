"""Test messages: single messages of a prepared campaign to one's own numbers, by the same ledger as everything else.

A test is a campaign of one hand-over, marked as a test of another one: it is claimed with a marker, recorded and looked
for like any other, and no figure counts it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import by_number
from sms4a.campaigns.bodies import Addressee, api_options, body_hash, job_body, submission_reference
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, insert, write_audit
from sms4a.campaigns.brakes import lock_sender
from sms4a.campaigns.campaign_records import campaign_from
from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.sending.messages import planned_row, text_of
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign, installation, own_number, recipient, submission
from sms4a.recipients import Pile
from sms4a.status import Outcome

MOST_NUMBERS = 5

# Whoever presses twice within this time wants one test.
AGAIN_MS = 10_000

# Tests leave before whatever else is due.
_FIRST = -1


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one test message to one number."""

    campaign_id: str
    row: int
    """Of the file: whose message it is."""
    number: str
    outcome: Outcome
    verdict: str | None
    sent_ts: int


class Trials:
    """Own numbers of each person, and tests to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def numbers(self, actor: str) -> tuple[str, ...]:
        """The person's own numbers, E.164, in the order in which they were entered."""
        query = sa.select(own_number.c.number).where(own_number.c.actor == actor)
        with self._database.read() as connection:
            return tuple(connection.scalars(query.order_by(own_number.c.created_ts, own_number.c.number)))

    def keep(self, actor: str, number: str) -> bool:
        """Remember a number (E.164) as the person's own; False if there are enough."""
        with self._database.write() as connection:
            mine = sa.select(sa.func.count()).where(own_number.c.actor == actor, own_number.c.number != number)
            if connection.execute(mine).scalar_one() >= MOST_NUMBERS:
                return False
            values = {"actor": actor, "number": number, "created_ts": self._database.now(connection)}
            connection.execute(insert(connection, own_number).values(**values).on_conflict_do_nothing())
            return True

    def forget(self, actor: str, number: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(own_number).where(own_number.c.actor == actor, own_number.c.number == number))

    def send(self, campaign_id: str, fingerprint: str, rows: Sequence[int], actor: str, *, name: str) -> int:
        """Send the messages of these rows to the person's own numbers, as they would leave; returns how many.

        0 if a test of this campaign was sent a moment ago or has not left yet: a double click is one test. `name`
        stands for the tests where they are listed with other jobs.
        Raises LedgerError: changed, not_prepared.
        """
        with self._database.write() as connection:
            # Two presses at once come one after the other.
            lock_sender(connection)
            found = connection.execute(sa.select(campaign).where(campaign.c.id == campaign_id)).mappings().first()
            if found is None or found["state"] != CampaignState.PREPARED:
                raise LedgerError("not_prepared")
            if found["fingerprint"] != fingerprint:
                raise LedgerError("changed")
            now = self._database.now(connection)
            if _under_way(connection, campaign_id, now):
                return 0
            numbers = list(connection.scalars(sa.select(own_number.c.number).where(own_number.c.actor == actor)))
            people = [planned_row(connection, campaign_id, row) for row in dict.fromkeys(rows)]
            for person in people:
                if person is not None and numbers:
                    _release(connection, found, person, sorted(numbers), actor, name, now)
            write_audit(connection, now, actor, "test", f"campaign:{campaign_id}", people=len(numbers))
            return len(numbers) * sum(person is not None for person in people)

    def of(self, campaign_id: str) -> tuple[Trial, ...]:
        """Tests of a campaign, newest first."""
        query = (
            sa.select(campaign.c.id, campaign.c.test_row, campaign.c.sent_ts, recipient)
            .join(recipient, recipient.c.campaign_id == campaign.c.id)
            .where(campaign.c.test_of == campaign_id, recipient.c.outcome.is_not(None))
            .order_by(campaign.c.sent_ts.desc(), campaign.c.test_row, recipient.c.row)
        )
        with self._database.read() as connection:
            return tuple(
                Trial(
                    row["id"], row["test_row"], row["number"], Outcome(row["outcome"]), row["verdict"], row["sent_ts"]
                )
                for row in connection.execute(query).mappings()
            )


def _under_way(connection: Connection, campaign_id: str, now: int) -> bool:
    here = (SubmissionState.READY, SubmissionState.HELD, SubmissionState.SENDING)
    leaving = sa.exists().where(submission.c.campaign_id == campaign.c.id, submission.c.state.in_(here))
    query = sa.select(campaign.c.id).where(
        campaign.c.test_of == campaign_id, sa.or_(campaign.c.sent_ts > now - AGAIN_MS, leaving)
    )
    return connection.execute(query.limit(1)).first() is not None


def _release(
    connection: Connection, tested: RowMapping, person: RowMapping, numbers: list[str], actor: str, name: str, now: int
) -> None:
    """One message to all own numbers; each row of the file is a test of its own, so that no number is in one twice."""
    token = connection.execute(sa.select(installation.c.token)).scalar_one()
    test_id, people = random_id(8), len(numbers)
    plan = campaign_from(tested)
    text = text_of(plan, person["fields"]).text
    reference = submission_reference(token, test_id, 1)
    addressees = [Addressee(row, number, text) for row, number in enumerate(numbers, start=1)]
    body = body_hash(job_body(api_options(plan.options, plan.sender, reference), test_id, addressees))
    connection.execute(campaign.insert().values(**_campaign(tested, test_id, person, people, actor, name, now, body)))
    connection.execute(recipient.insert(), [_recipient(test_id, one, person) for one in addressees])
    for one in addressees:
        by_number.enter(connection, (one.number, test_id, one.row))
    connection.execute(
        submission.insert().values(
            campaign_id=test_id, n=1, reference=reference, state=SubmissionState.READY, people=people,
            parts=person["parts"] * people, body_hash=body, due_ts=_FIRST, attempt=0,
        )
    )  # fmt: skip
    deltas: Deltas = Counter(
        {
            ("pile", Pile.RECEIVE): people,
            ("state", SubmissionState.READY): people,
            ("outcome", Outcome.PENDING): people,
            ("country", country_key(None, None)): people,
        }
    )
    count(connection, test_id, deltas)


def _campaign(
    tested: RowMapping, test_id: str, person: RowMapping, people: int, actor: str, name: str, now: int, body: str
) -> dict[str, object]:
    same = ("mode", "text", "sender", "options", "submission_size", "draft_version", "list_version")
    return {
        **{column: tested[column] for column in same},
        "id": test_id,
        "test_of": tested["id"],
        "test_row": person["row"],
        "draft_id": "",
        "list_id": "",
        "list_name": "",
        "name": name,
        "state": CampaignState.SENDING,
        "rows_total": people,
        "rows_done": people,
        "people": people,
        "parts": person["parts"] * people,
        "fingerprint": body,
        "actor": actor,
        "created_ts": now,
        "sent_ts": now,
        "release_ts": now,
    }


def _recipient(test_id: str, one: Addressee, person: RowMapping) -> dict[str, object]:
    return {
        "campaign_id": test_id,
        "row": one.row,
        "raw_number": one.number,
        "number": one.number,
        "region": None,
        "pile": Pile.RECEIVE,
        "fields": person["fields"],
        "parts": person["parts"],
        "submission_n": 1,
        "outcome": Outcome.PENDING,
    }
