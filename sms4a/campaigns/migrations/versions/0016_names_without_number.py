"""Rows without a number lose their names in campaigns that were old enough: until now these were passed over."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute(
        "update recipient set fields = '{}', others = null, detail = null, mended = null "
        "where raw_number = '' and number is null "
        "and campaign_id in (select id from campaign where erased_ts is not null)"
    )
