"""What holds for everybody: opt-outs, prices, limits, own numbers; and the record of who did what."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from sms4a.campaigns.tables.base import CountingKey, metadata

opt_out = Table(
    "opt_out",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_ts", BigInteger, nullable=False),
)

opt_out_removal = Table(
    "opt_out_removal",
    metadata,
    Column("id", CountingKey, primary_key=True),
    Column("number", String(20), nullable=False),
    Column("opted_out_ts", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),  # why it was taken off the list
    Column("actor", Text, nullable=False),
    Column("removed_ts", BigInteger, nullable=False),
    Index("ix_opt_out_removal_number", "number"),
)

own_number = Table(
    "own_number",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("number", String(20), primary_key=True),  # E.164; where this person gets test messages
    Column("created_ts", BigInteger, nullable=False),
)

price = Table(
    "price",
    metadata,
    Column("region", String(4), primary_key=True),  # as in `recipient`; empty: every country that is not named
    Column("price", BigInteger, nullable=False),  # of one SMS part, in 1/10,000 of the currency
    Column("actor", Text, nullable=False),
    Column("updated_ts", BigInteger, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),  # one row: 1
    Column("currency", String(3), nullable=False),
    Column("campaign_limit", BigInteger),  # in 1/10,000 of the currency; null: none
    Column("day_limit", BigInteger),
    Column("actor", Text, nullable=False),
    Column("updated_ts", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", CountingKey, primary_key=True),
    Column("ts", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),  # a person, `local`, or `sender`
    Column("action", String(40), nullable=False),
    Column("object", String(40), nullable=False),  # <table>:<id>; never a number or a text
    Column("detail", JSON, nullable=False),
    Index("ix_audit_object", "object", "id"),
)
