"""Prices, limits of spending, and what a campaign costs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "price",
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("updated_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_price")),
    )
    op.create_table(
        "spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("campaign_limit", sa.BigInteger(), nullable=True),
        sa.Column("day_limit", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("updated_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
    )
    op.add_column("campaign", sa.Column("cost_map", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("cost", sa.BigInteger(), nullable=True))
    op.add_column("campaign", sa.Column("currency", sa.String(length=3), nullable=True))
    # What was prepared by an older program has no cost map: it is prepared again when somebody looks at it.
    op.execute(
        "update campaign set state = 'failed', problem = 'replaced', fingerprint = null"
        " where state in ('preparing', 'prepared') and sent_ts is null"
    )
