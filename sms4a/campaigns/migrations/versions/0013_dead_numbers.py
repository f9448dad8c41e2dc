"""Numbers that failed for good are found without a look at everybody who was ever written to."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    dead = sa.text("verdict in ('blocked', 'number_invalid')")
    op.create_index(
        "ix_recipient_dead", "recipient", ["number"], unique=False, sqlite_where=dead, postgresql_where=dead
    )  # fmt: skip
