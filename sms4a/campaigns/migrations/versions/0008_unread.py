"""Rows without a number are found without looking at the others."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(
        "ix_recipient_unread", "recipient", ["campaign_id", "row"], unique=False,
        sqlite_where=sa.text("number is null"), postgresql_where=sa.text("number is null"),
    )  # fmt: skip
