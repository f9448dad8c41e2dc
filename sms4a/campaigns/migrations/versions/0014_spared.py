"""What a campaign costs follows what was really sent: the prices of Send, and what was not accepted by them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("campaign", sa.Column("prices", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("spared", sa.BigInteger(), nullable=False, server_default="0"))
