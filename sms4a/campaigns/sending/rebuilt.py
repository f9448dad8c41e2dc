"""The body of a submission as the rows say it: bodies are not stored, only their hashes."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.bodies import api_options, job_body, renderer_for
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.tables import campaign, recipient, submission
from sms4a.filling import Rendered
from sms4a.templates import Template

_ITS_CAMPAIGN = (
    sa.select(
        campaign.c.text,
        campaign.c.sender,
        sa.cast(campaign.c.options, sa.Text).label("options"),
        submission.c.reference,
    )
    .join(submission, submission.c.campaign_id == campaign.c.id)
    .where(campaign.c.id == sa.bindparam("its_campaign"), submission.c.n == sa.bindparam("its_n"))
)

# Stands in no number, and JSON has no other whitespace in its strings than blanks.
_BETWEEN = "\n"

# As one row: with a row for each of a thousand people, other threads would take turns a thousand times meanwhile. Not
# in their order: for that SQLite would go through all rows of the campaign instead of those of the submission.
_ITS_PEOPLE = sa.select(
    sa.func.aggregate_strings(sa.cast(recipient.c.row, sa.Text), _BETWEEN),
    sa.func.aggregate_strings(sa.func.coalesce(recipient.c.number, ""), _BETWEEN),
    sa.func.aggregate_strings(sa.cast(recipient.c.fields, sa.Text), _BETWEEN),
).where(recipient.c.campaign_id == sa.bindparam("its_campaign"), recipient.c.submission_n == sa.bindparam("its_n"))


def stored_body(connection: Connection, campaign_id: str, n: int) -> bytes:
    """The bytes that its rows make; whoever sends them compares their hash with that of what was checked."""
    its = {"its_campaign": campaign_id, "its_n": n}
    plan = connection.execute(_ITS_CAMPAIGN, its).one()
    rows, numbers, fields = (
        column.split(_BETWEEN) if column else [] for column in connection.execute(_ITS_PEOPLE, its).one()
    )
    chosen, text_for = _filling(plan.text, plan.options)
    distinct = list(dict.fromkeys(fields))
    texts = {
        # One call for all takes a fifth of the time of one for each.
        written: text_for(values).text
        for written, values in zip(distinct, json.loads(f"[{','.join(distinct)}]"), strict=True)
    }
    people = sorted(zip(map(int, rows), numbers, map(texts.__getitem__, fields), strict=True))
    return job_body(api_options(chosen, plan.sender, plan.reference), campaign_id, people)


@lru_cache(maxsize=8)
def _filling(text: str, options: str) -> tuple[CampaignOptions, Callable[[Mapping[str, str]], Rendered]]:
    """The author's choices, and how a row's values become its text: the same for all submissions of a campaign."""
    template, chosen = Template.parse(text), CampaignOptions.model_validate_json(options)
    return chosen, renderer_for(template, {name: name for name in template.fields}, chosen)
