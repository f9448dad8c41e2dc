"""The submission that is due longest is the first of its index, however many wait."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("ix_submission_due", "submission")
    op.create_index("ix_submission_due", "submission", ["state", "due_ts", "campaign_id", "n"], unique=False)
