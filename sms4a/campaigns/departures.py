"""Whether anything of a campaign may have left: until then Send can be taken back, and its list is kept."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import campaign, decision, submission

# From a claim it comes back to these states only if nothing has left, or Retarus said that it took nothing; or on the
# word of a person, which is a decision and proves nothing. An older copy of the database may have made no attempt.
_HERE = (SubmissionState.READY, SubmissionState.HELD, SubmissionState.STOPPED)
_DECIDED = sa.exists().where(decision.c.campaign_id == submission.c.campaign_id, decision.c.n == submission.c.n)

MAY_HAVE_LEFT: ColumnElement[bool] = sa.exists().where(
    submission.c.campaign_id == campaign.c.id, sa.or_(submission.c.state.not_in(_HERE), _DECIDED)
)
"""Of a row of `campaign`, in a query that has it."""
