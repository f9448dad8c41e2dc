"""Statuses lie by job and row, which is their one index; whose number a recipient has is not written there again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SAME = "process_status, status, reason, sent_ts, finished_ts, outcome, verdict"


def upgrade() -> None:
    op.drop_index("ix_sms_status_row", "sms_status")
    op.drop_index("ix_sms_status_number", "sms_status")
    op.rename_table("sms_status", "old_status")
    if op.get_bind().dialect.name != "sqlite":  # where the new key takes the name of the old one by itself
        op.drop_constraint("pk_sms_status", "old_status")
    op.create_table(
        "sms_status",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sms_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("process_status", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sent_ts", sa.BigInteger(), nullable=True),
        sa.Column("finished_ts", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "row", "sms_id", name=op.f("pk_sms_status")),
        sqlite_with_rowid=False,
    )
    op.execute(
        f'insert into sms_status (job_id, "row", sms_id, number, {_SAME}) select job_id, coalesce("row", 0), sms_id, '
        f'case when "row" is null then number end, {_SAME} from old_status order by job_id, "row", sms_id'
    )
    op.drop_table("old_status")
    op.create_index(
        "ix_sms_status_number", "sms_status", ["number"], unique=False,
        sqlite_where=sa.text("number is not null"), postgresql_where=sa.text("number is not null"),
    )  # fmt: skip
