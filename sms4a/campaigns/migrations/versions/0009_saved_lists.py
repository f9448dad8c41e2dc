"""Lists that are kept under a name and used again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("contact_list", sa.Column("kept_name", sa.Text(), nullable=True))
    op.add_column("contact_list", sa.Column("used_ts", sa.BigInteger(), nullable=True))
