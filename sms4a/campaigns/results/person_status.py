"""Where the statuses of our people are: a person is in one submission, this has one job, and a job's lie by row."""

import sqlalchemy as sa

from sms4a.campaigns.tables import job, recipient, sms_status, submission

ITS_SUBMISSION = sa.and_(
    submission.c.campaign_id == recipient.c.campaign_id, submission.c.n == recipient.c.submission_n
)
"""Joins a recipient and the submission it is in."""

ITS_JOB = sa.and_(job.c.campaign_id == recipient.c.campaign_id, job.c.submission_n == recipient.c.submission_n)
"""Joins a recipient and the job that carried its message."""

ITS_STATUS = sa.and_(sms_status.c.job_id == job.c.job_id, sms_status.c.row == recipient.c.row)
"""Joins both with what the API says of it."""

# Outer joins, so that SQLite begins with the people and does not look for their rows in each job of the campaign.
PEOPLE_TOLD = sa.outerjoin(recipient, job, ITS_JOB).outerjoin(sms_status, ITS_STATUS)
"""People and what the API says of each: nothing, or usually one status."""
