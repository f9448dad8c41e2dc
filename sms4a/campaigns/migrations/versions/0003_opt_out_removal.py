"""Who was taken off the opt-out list, by whom and why."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CountingKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "opt_out_removal",
        sa.Column("id", CountingKey, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("opted_out_ts", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("removed_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out_removal")),
    )
    op.create_index("ix_opt_out_removal_number", "opt_out_removal", ["number"], unique=False)
