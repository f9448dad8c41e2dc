"""People are searched for in one index: by their number within a campaign, or among the rows without a number."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("ix_recipient_number", "recipient")
    op.create_index("ix_recipient_number", "recipient", ["number", "campaign_id", "row"], unique=False)
