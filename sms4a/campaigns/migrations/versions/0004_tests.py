"""Test messages to one's own numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "own_number",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "number", name=op.f("pk_own_number")),
    )
    op.add_column("campaign", sa.Column("test_of", sa.String(length=12), nullable=True))
    op.add_column("campaign", sa.Column("test_row", sa.Integer(), nullable=True))
    op.create_index("ix_campaign_test_of", "campaign", ["test_of"])
