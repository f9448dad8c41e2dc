"""What the API says: the account's jobs and the statuses of their SMS."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from sms4a.campaigns.tables.base import metadata

job = Table(
    "job",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("address", String(8), nullable=False),  # de2 | de1, the owner; eu until it is known
    Column("campaign_id", String(12)),  # null: not sent from here
    Column("submission_n", Integer),
    Column("reference", Text, index=True),
    Column("reference_known", Boolean, nullable=False, default=False),  # it was read; it may have none
    Column("report", JSON, nullable=False),  # the newest job report, as it came; {} before the first
    Column("receipt_ts", BigInteger, index=True),
    Column("finished_ts", BigInteger),
    Column("people", Integer, nullable=False),
    Column("final", Integer, nullable=False),  # how many of them have a final status
    Column("settled", Boolean, nullable=False),
    Column("incident", Boolean, nullable=False, default=False),  # it carries the reference of a job we know: noted once
    Column("next_look_ts", BigInteger),  # null: no further look
    Column("looks", Integer, nullable=False),
    Column("looked_ts", BigInteger),  # newest complete look
    Column("owner", String(80)),
    Column("lease_ts", BigInteger),
    Index("ix_job_next_look", "next_look_ts"),
    Index("ix_job_submission", "campaign_id", "submission_n"),
)

sms_status = Table(
    "sms_status",
    metadata,
    # No foreign key: whoever writes a job's statuses holds its row, and looking it up for each one takes a third of it.
    Column("job_id", String(64), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),  # of our recipient; 0: nobody of ours
    Column("sms_id", Text, primary_key=True),
    Column("number", Text),  # only where the row is 0: of ours the recipient has it
    Column("process_status", Text),
    Column("status", Text),
    Column("reason", Text),
    Column("sent_ts", BigInteger),
    Column("finished_ts", BigInteger),
    Column("outcome", String(12), nullable=False),
    Column("verdict", String(24), nullable=False),
    Index(
        "ix_sms_status_number",
        "number",
        sqlite_where=text("number is not null"),
        postgresql_where=text("number is not null"),
    ),
    sqlite_with_rowid=False,  # the rows of a job lie together, in the order in which they come
)
