"""What people prepare: drafts, their lists and templates."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    literal_column,
)

from sms4a.campaigns.tables.base import metadata
from sms4a.recipients import Pile

draft = Table(
    "draft",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("version", Integer, nullable=False),  # raised by each save; a save names the version it was made from
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sender", Text, nullable=False),  # empty: as the account sets it
    Column("options", JSON, nullable=False),  # CampaignOptions
    Column("start_ts", BigInteger),  # null: as soon as Send is pressed
    Column("list_id", String(12), ForeignKey("contact_list.id")),
    Column("campaign_id", String(12), index=True),  # what was prepared or sent from it
    Column("sent_ts", BigInteger),  # not null: no longer a draft
    Column("actor", Text, nullable=False),
    Column("created_ts", BigInteger, nullable=False),
    Column("updated_ts", BigInteger, nullable=False),
)

contact_list = Table(
    "contact_list",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", Text, nullable=False),  # file name, or empty if pasted
    # What was recognised: ListFormat, size; then what its rows told: totals, problem_detail, file_erased.
    # Quoted, because PostgreSQL would read `format json` as SQL of its own.
    Column("format", JSON, nullable=False, quote=True),
    # list_records.Answers.
    Column("answers", JSON, nullable=False),
    Column("state", String(12), nullable=False),  # ListState
    Column("version", Integer, nullable=False),  # raised when answers change; rows of an older version are thrown away
    Column("problem", Text),
    Column("rows_done", Integer, nullable=False),
    Column("rows_total", Integer, nullable=False),
    Column("owner", String(80)),
    Column("lease_ts", BigInteger),
    Column("actor", Text, nullable=False),
    Column("created_ts", BigInteger, nullable=False),
    # Instead of a file: `campaign`, whose people are sent to again, and the `verdicts` of those who are; or `list`,
    # whose rows are copied.
    Column("follows", JSON(none_as_null=True)),
    Column("kept_name", Text),  # not null: a saved list, which no draft has and no campaign uses up
    Column("used_ts", BigInteger),  # of a saved list: when it was last used
)

# Apart from its list: SQLite writes a row as a whole, and each note on how far a list was read would write the file.
list_file = Table(
    "list_file",
    metadata,
    # A list that is not here is a saved one, or was thrown away when its campaign had begun to leave.
    Column("list_id", String(12), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # empty where there is no file, or none any more
)

list_row = Table(
    "list_row",
    metadata,
    Column("list_id", String(12), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),  # the file's own row number
    Column("raw_number", Text, nullable=False),
    # E.164. Without an index: it would make storing a list a quarter dearer, and to search a million rows for somebody
    # takes 0.1 s.
    Column("number", String(20)),
    Column("region", String(4)),
    Column("pile", String(16), nullable=False),  # recipients.Pile
    Column("problem", String(40)),
    Column("detail", Text),
    Column("duplicate_of", Integer),
    Column("fields", JSON, nullable=False),  # column name → text
    Column("mended", JSON(none_as_null=True)),  # piles.Mended; null: it came with the list's own file
)

# Of a row that nobody is written to by. The word itself, not a parameter: only so a database knows that this index will
# do. Those who receive are nearly all rows: a page of them is found as fast without an index, and to keep one for them
# would take an eighth of the time of reading a list.
ROW_IS_LEFT_OUT = list_row.c.pile != literal_column(f"'{Pile.RECEIVE.value}'")
Index(
    "ix_list_row_left_out",
    list_row.c.list_id,
    list_row.c.pile,
    list_row.c.row,
    sqlite_where=ROW_IS_LEFT_OUT,
    postgresql_where=ROW_IS_LEFT_OUT,
)

mended_file = Table(
    "mended_file",
    metadata,
    Column("list_id", String(12), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),  # in the order they came
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("format", JSON, nullable=False, quote=True),  # as in `contact_list`
    Column("row_column", Text),  # says which row of the list a row stands for; null: the file has no such column
    Column("actor", Text, nullable=False),
    Column("created_ts", BigInteger, nullable=False),
)

message_template = Table(
    "message_template",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("version", Integer, nullable=False),  # raised by each save; a save names the version it was made from
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("updated_ts", BigInteger, nullable=False),
)
