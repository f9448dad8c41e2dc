"""The sender: whose database this is, what holds it, who works and where it sends."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from sms4a.campaigns.tables.base import metadata

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),  # one row: 1
    Column("token", String(8), nullable=False),  # stands in every reference we send: S4.<token>.<campaign>.<n>
    Column("mode", String(8), nullable=False),  # practice | live; a sender with the other mode refuses to work
    Column("home", Text),  # where this database lives; a copy lives elsewhere
    Column("jobs_from_ts", BigInteger),  # how far back people want the account's jobs listed; null: as usual
    Column("created_ts", BigInteger, nullable=False),
)

sender = Table(
    "sender",
    metadata,
    Column("id", Integer, primary_key=True),  # one row: 1; every claim locks it, so that the pace holds for all workers
    Column("hold_code", String(40)),  # not null: nothing is sent until this is mended
    Column("hold_detail", Text),
    Column("hold_ts", BigInteger),
    Column("stop_ts", BigInteger),  # not null: a person pressed the emergency stop; independent of any other hold
    Column("stop_detail", Text),
    Column("slow_until_ts", BigInteger),  # the API said "too many requests"
    Column("rest_until_ts", BigInteger),  # several unclear answers in a row
    Column("unclear_run", Integer, nullable=False, server_default="0"),
    Column("alive_ts", BigInteger),  # when any worker last noted that it lives
    # Markers written so far; a file outside the database knows it too, so that a restored older copy is recognised.
    Column("markers", BigInteger, nullable=False, server_default="0"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("started_ts", BigInteger, nullable=False),
    Column("beat_ts", BigInteger, nullable=False),
)

address = Table(
    "address",
    metadata,
    Column("key", String(8), primary_key=True),  # eu | de2 | de1; never a URL
    Column("ok_ts", BigInteger),  # last usable answer
    Column("failing_ts", BigInteger),  # since when it does not answer; null while it does
    Column("problem", Text),
    Column("listed_ts", BigInteger),  # last complete list of jobs
    Column("listed_from_ts", BigInteger),  # from here up to listed_ts its jobs are listed without a gap
)
