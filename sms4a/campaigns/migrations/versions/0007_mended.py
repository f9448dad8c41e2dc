"""Files of mended rows beside the list they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "mended_file",
        sa.Column("list_id", sa.String(length=12), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.JSON(), nullable=False, quote=True),
        sa.Column("row_column", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "n", name=op.f("pk_mended_file")),
    )
    op.add_column("list_row", sa.Column("mended", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("recipient", sa.Column("mended", sa.JSON(none_as_null=True), nullable=True))
