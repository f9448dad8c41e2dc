"""Files of lists lie apart from what is noted about them; of a list's piles only what is left out is looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "list_file",
        sa.Column("list_id", sa.String(length=12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_list_file")),
    )
    op.execute(
        "insert into list_file (list_id, content) select id, content from contact_list where content is not null"
    )
    op.drop_column("contact_list", "content")
    op.drop_index("ix_list_row_pile", "list_row")
    left_out = sa.text("pile <> 'receive'")
    op.create_index(
        "ix_list_row_left_out", "list_row", ["list_id", "pile", "row"], unique=False,
        sqlite_where=left_out, postgresql_where=left_out,
    )  # fmt: skip
