"""People who opted out after the check: taken out of a submission that has not left."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bodies import body_hash
from sms4a.campaigns.bookkeeping import Deltas, count, country_key, move, write_audit
from sms4a.campaigns.sending.rebuilt import stored_body
from sms4a.campaigns.spared import spare
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import campaign, opt_out, recipient, submission
from sms4a.recipients import Pile
from sms4a.status import Outcome

_THEIRS = (recipient.c.campaign_id == sa.bindparam("its_campaign"), recipient.c.submission_n == sa.bindparam("its_n"))
_OPTED_OUT = sa.select(recipient.c.row).join(opt_out, opt_out.c.number == recipient.c.number).where(*_THEIRS)
_LEAVING = recipient.c.row.in_(sa.bindparam("leaving", expanding=True))
_WHO = sa.select(recipient.c.region, recipient.c.parts).where(*_THEIRS, _LEAVING)
_TAKE_OUT = (
    sa.update(recipient)
    .where(*_THEIRS, _LEAVING)
    .values(pile=Pile.OPTED_OUT, problem="opted_out", submission_n=None, outcome=None, verdict=None, parts=0)
)
_ONE = (submission.c.campaign_id == sa.bindparam("its_campaign"), submission.c.n == sa.bindparam("its_n"))
_SUBMISSION = sa.select(submission).where(*_ONE)
_NEW_HASH = sa.update(submission).where(*_ONE)
_LESS_TO_SEND = (
    sa.update(submission)
    .where(*_ONE)
    .values(people=submission.c.people - sa.bindparam("fewer"), parts=submission.c.parts - sa.bindparam("fewer_parts"))
)
_LESS_PLANNED = (
    sa.update(campaign)
    .where(campaign.c.id == sa.bindparam("its_campaign"))
    .values(people=campaign.c.people - sa.bindparam("fewer"), parts=campaign.c.parts - sa.bindparam("fewer_parts"))
)


def without_opted_out(connection: Connection, due: RowMapping, now: int) -> RowMapping | None:
    """The submission as it may leave now; None if it may not, or if nobody is left.

    The one change to a checked body that is allowed. The old hash must fit first, or it would hide another change.
    """
    campaign_id, n = due["campaign_id"], due["n"]
    leaving = _opted_out_rows(connection, campaign_id, n)
    if not leaving:
        return due
    if body_hash(stored_body(connection, campaign_id, n)) != due["body_hash"]:
        move(connection, campaign_id, n, SubmissionState.READY, SubmissionState.HELD, problem="changed")
        return None
    people = _take_out(connection, campaign_id, n, leaving)
    write_audit(connection, now, "sender", "opt_out", f"campaign:{campaign_id}", submission=n, people=people)
    if people == due["people"]:
        move(connection, campaign_id, n, SubmissionState.READY, SubmissionState.STOPPED, problem="nobody_left")
        return None
    its = {"its_campaign": campaign_id, "its_n": n}
    connection.execute(_NEW_HASH, {**its, "body_hash": body_hash(stored_body(connection, campaign_id, n))})
    return connection.execute(_SUBMISSION, its).mappings().one()


def _opted_out_rows(connection: Connection, campaign_id: str, n: int) -> list[int]:
    return list(connection.scalars(_OPTED_OUT, {"its_campaign": campaign_id, "its_n": n}))


def _take_out(connection: Connection, campaign_id: str, n: int, rows: list[int]) -> int:
    """Move people to the pile of those who opted out, and keep all sums in step; returns how many."""
    its = {"its_campaign": campaign_id, "its_n": n}
    who = connection.execute(_WHO, {**its, "leaving": rows}).all()
    connection.execute(_TAKE_OUT, {**its, "leaving": rows})
    fewer = {"fewer": len(who), "fewer_parts": sum(parts for _region, parts in who)}
    connection.execute(_LESS_TO_SEND, {**its, **fewer})
    connection.execute(_LESS_PLANNED, {"its_campaign": campaign_id, **fewer})
    spare(connection, campaign_id, [(region, parts) for region, parts in who])
    moved: Deltas = Counter({
        ("pile", Pile.RECEIVE): -len(who),
        ("pile", Pile.OPTED_OUT): len(who),
        ("state", SubmissionState.READY): -len(who),
        ("outcome", Outcome.PENDING): -len(who),
    })  # fmt: skip
    for region, _parts in who:
        moved["country", country_key(region, None)] -= 1
    count(connection, campaign_id, moved)
    return len(who)
