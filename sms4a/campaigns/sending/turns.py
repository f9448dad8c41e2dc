"""Whose turn it is: the order in which what is ready leaves."""

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign, installation, submission

_TURN = (submission.c.due_ts, submission.c.campaign_id, submission.c.n)
_READY = (submission.c.state == SubmissionState.READY, submission.c.due_ts <= sa.bindparam("now"))
_MAY_LEAVE = (
    campaign.c.state == CampaignState.SENDING,
    campaign.c.release_ts <= sa.bindparam("now"),
    campaign.c.mode == sa.select(installation.c.mode).scalar_subquery(),
)
_OF_ITS_CAMPAIGN = campaign.c.id == submission.c.campaign_id

DUE = sa.select(submission).join(campaign, _OF_ITS_CAMPAIGN).where(*_READY, *_MAY_LEAVE).limit(1)
OLDEST_DUE = DUE.order_by(*_TURN).with_for_update(of=submission, skip_locked=True)

_OWN_TURN = (
    sa.select(*_TURN).where(*_READY, submission.c.campaign_id == sa.bindparam("its_campaign")).order_by(*_TURN).limit(1)
)
_BEFORE = (
    sa.select(campaign.c.name)
    .where(
        *_MAY_LEAVE,
        campaign.c.id != sa.bindparam("its_campaign"),
        campaign.c.test_of.is_(None),
        sa.exists().where(
            _OF_ITS_CAMPAIGN, *_READY, sa.tuple_(*_TURN) < sa.tuple_(*map(sa.bindparam, ("due", "id", "n")))
        ),
    )
    .order_by(campaign.c.release_ts, campaign.c.id)
)


def anything_due(connection: Connection, now: int) -> bool:
    return connection.execute(DUE, {"now": now}).first() is not None


def oldest_due(connection: Connection, now: int) -> RowMapping | None:
    """The submission whose turn it is, locked where another worker has not locked it already."""
    return connection.execute(OLDEST_DUE, {"now": now}).mappings().first()


def before(connection: Connection, campaign_id: str, now: int) -> tuple[str, ...]:
    """Names of the campaigns of which something leaves before the next submission of this one; tests count as nothing.

    Empty also if it has nothing that is due.
    """
    its = {"its_campaign": campaign_id, "now": now}
    own = connection.execute(_OWN_TURN, its).first()
    if own is None:
        return ()
    turn = dict(zip(("due", "id", "n"), own, strict=True))
    return tuple(connection.execute(_BEFORE, its | turn).scalars())
