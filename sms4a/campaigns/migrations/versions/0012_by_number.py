"""Numbers of recipients have a table of their own; of the piles only what is left out is looked for by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "recipient_number",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", "campaign_id", "row", name=op.f("pk_recipient_number")),
        sqlite_with_rowid=False,
    )
    op.execute(
        'insert into recipient_number (number, campaign_id, "row") select number, campaign_id, "row" '
        "from recipient where number is not null order by 1, 2, 3"
    )
    op.drop_index("ix_recipient_number", "recipient")
    op.drop_index("ix_recipient_pile", "recipient")
    left_out = sa.text("pile <> 'receive'")
    op.create_index(
        "ix_recipient_left_out", "recipient", ["campaign_id", "row"], unique=False,
        sqlite_where=left_out, postgresql_where=left_out,
    )  # fmt: skip
