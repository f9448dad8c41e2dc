"""When a campaign began, or will begin, to leave: for an object, and the same for a query."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sms4a.campaigns.tables import campaign


def begin_of(sent_ts: int | None, start_ts: int | None, release_ts: int | None) -> int | None:
    """Not when Send was pressed, but when it may leave from: after the time to take it back, or when it is scheduled.

    None: nobody has pressed Send.
    """
    return None if sent_ts is None else max(sent_ts, release_ts or start_ts or 0)


_MAY_LEAVE_TS = sa.func.coalesce(campaign.c.release_ts, campaign.c.start_ts)

BEGIN_TS: ColumnElement[int] = sa.case((campaign.c.sent_ts < _MAY_LEAVE_TS, _MAY_LEAVE_TS), else_=campaign.c.sent_ts)
"""A campaign counts on the day of this moment, not on the day somebody scheduled it."""
