"""What results need: columns of the list, sending again, countries and delays, the index of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# The seconds of `delays.BOUNDS_S` when this was written.
_BOUNDS_S = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700,
    3600, 7200, 10800, 21600, 43200, 86400, 172800,
)  # fmt: skip


def upgrade() -> None:
    op.add_column("installation", sa.Column("jobs_from_ts", sa.BigInteger(), nullable=True))
    op.add_column("address", sa.Column("listed_from_ts", sa.BigInteger(), nullable=True))
    op.add_column("contact_list", sa.Column("follows", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("columns", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("follows", sa.String(length=12), nullable=True))
    op.add_column("campaign", sa.Column("root", sa.String(length=12), nullable=True))
    op.add_column("campaign", sa.Column("erased_ts", sa.BigInteger(), nullable=True))
    op.create_index("ix_campaign_follows", "campaign", ["follows"], unique=False)
    op.add_column("recipient", sa.Column("others", sa.JSON(), nullable=True))
    op.create_index(
        "ix_sms_status_number", "sms_status", ["number"], unique=False,
        sqlite_where=sa.text("campaign_id is null"), postgresql_where=sa.text("campaign_id is null"),
    )  # fmt: skip
    op.create_table(
        "repeat",
        sa.Column("root", sa.String(length=12), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("root", "row", "attempt", name=op.f("pk_repeat")),
    )
    op.create_index("ix_repeat_campaign_id", "repeat", ["campaign_id"], unique=False)
    op.execute(
        "insert into counter (campaign_id, kind, key, n) select campaign_id, 'country', "
        "coalesce(region, '') || ':' || coalesce(verdict, 'pending'), count(*) from recipient "
        "where outcome is not null group by 1, 3"
    )
    op.execute(
        "insert into counter (campaign_id, kind, key, n) select r.campaign_id, 'delay', "
        f"coalesce(r.region, '') || ':' || {_bucket('s.finished_ts - j.receipt_ts')}, count(*) "
        "from sms_status s join job j on j.job_id = s.job_id join recipient r on r.campaign_id = s.campaign_id and "
        'r."row" = s."row" where s.outcome = \'delivered\' and s.finished_ts is not null and j.receipt_ts is not null '
        "group by 1, 3"
    )


def _bucket(ms: str) -> str:
    cases = " ".join(f"when {ms} <= {bound * 1000} then '{bound}'" for bound in _BOUNDS_S)
    return f"case {cases} else 'later' end"
