"""The database tables. Times are epoch milliseconds UTC (`…_ts`); ids people see in addresses are random."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A BigInteger key does not count up by itself on SQLite.
CountingKey = BigInteger().with_variant(Integer, "sqlite")

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
    # The file's bytes; empty where there is none, or none any more; null once the campaign has begun to leave, and of a
    # saved list.
    Column("content", LargeBinary),
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

list_row = Table(
    "list_row",
    metadata,
    Column("list_id", String(12), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),  # the file's own row number
    Column("raw_number", Text, nullable=False),
    Column("number", String(20)),  # E.164
    Column("region", String(4)),
    Column("pile", String(16), nullable=False),  # recipients.Pile
    Column("problem", String(40)),
    Column("detail", Text),
    Column("duplicate_of", Integer),
    Column("fields", JSON, nullable=False),  # column name → text
    Column("mended", JSON(none_as_null=True)),  # piles.Mended; null: it came with the list's own file
    Index("ix_list_row_pile", "list_id", "pile", "row"),
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

campaign = Table(
    "campaign",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("draft_id", String(12), nullable=False, index=True),
    Column("draft_version", Integer, nullable=False),
    Column("state", String(12), nullable=False, index=True),  # CampaignState
    Column("problem", Text),
    Column("mode", String(8), nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("list_id", String(12), nullable=False),
    Column("list_version", Integer, nullable=False),
    Column("list_name", Text, nullable=False),
    Column("submission_size", Integer, nullable=False),
    Column("rows_total", Integer, nullable=False),  # rows of the list
    Column("rows_done", Integer, nullable=False),  # while preparing
    Column("people", Integer, nullable=False),  # planned recipients
    Column("parts", Integer, nullable=False),  # SMS parts over all planned recipients, by our count
    Column("fingerprint", String(64)),  # hash over exactly what would be sent, and when
    Column("cost_map", JSON),  # cost_map.CostMap over the planned rows
    Column("cost", BigInteger),  # by the price list when Send was pressed, in 1/10,000; null: no price for some of it
    Column("currency", String(3)),  # of `cost`
    # Of a part to each of its countries, in 1/10,000, when Send was pressed; null where `cost` is.
    Column("prices", JSON(none_as_null=True)),
    Column("spared", BigInteger, nullable=False, server_default="0"),  # of `cost`: who is known not to be accepted
    Column("start_ts", BigInteger),  # when it shall leave; null: as soon as Send is pressed
    Column("release_ts", BigInteger),  # set by Send: no submission leaves before (start, undo window)
    Column("owner", String(80)),
    Column("lease_ts", BigInteger),
    Column("actor", Text, nullable=False),  # who prepared it, then who pressed Send
    Column("created_ts", BigInteger, nullable=False),
    Column("sent_ts", BigInteger, index=True),  # when Send was pressed
    Column("finished_ts", BigInteger),
    # Not null: a test of that campaign, which no figure counts; it sends the message of this row of the file.
    Column("test_of", String(12), index=True),
    Column("test_row", Integer),
    # Of the list, for the file back: header, phone, fields (placeholder → column), and mended, if rows of it were.
    Column("columns", JSON(none_as_null=True)),
    Column("follows", String(12), index=True),  # the campaign whose people are sent to again
    Column("root", String(12)),  # the first campaign of such a chain; its rows keep their numbers in all of them
    Column("erased_ts", BigInteger),  # when numbers and texts were taken out; the figures stay
)

# The words of `memory.DEAD`, written out: only so a database knows that its index of these people will do.
IS_DEAD = text("verdict in ('blocked', 'number_invalid')")

recipient = Table(
    "recipient",
    metadata,
    Column("campaign_id", String(12), ForeignKey("campaign.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("raw_number", Text, nullable=False),
    Column("number", String(20)),
    Column("region", String(4)),
    Column("pile", String(16), nullable=False),
    Column("problem", String(40)),
    Column("detail", Text),
    Column("duplicate_of", Integer),
    Column("fields", JSON, nullable=False),  # only the columns the text uses
    Column("parts", Integer, nullable=False),  # 0 if not planned
    Column("submission_n", Integer),  # null: not planned
    Column("outcome", String(12)),  # status.Outcome; null: not planned
    # The slug of status.Verdict, or ours: unclear, refused, stopped, written_off, no_report. Null: no word yet.
    Column("verdict", String(24)),
    Column("others", JSON(none_as_null=True)),  # the columns the text does not use, for the file back
    Column("mended", JSON(none_as_null=True)),  # as in `list_row`
    Index("ix_recipient_submission", "campaign_id", "submission_n"),
    Index("ix_recipient_outcome", "campaign_id", "outcome", "row"),
    Index(
        "ix_recipient_left_out",
        "campaign_id",
        "row",
        sqlite_where=text("pile <> 'receive'"),
        postgresql_where=text("pile <> 'receive'"),
    ),
    Index("ix_recipient_dead", "number", sqlite_where=IS_DEAD, postgresql_where=IS_DEAD),
)

# Where the numbers of recipients stand; see by_number.py.
recipient_number = Table(
    "recipient_number",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("campaign_id", String(12), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

submission = Table(
    "submission",
    metadata,
    Column("campaign_id", String(12), ForeignKey("campaign.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("reference", String(64), nullable=False, unique=True),  # customerRef of the job; the same in every attempt
    Column("state", String(12), nullable=False),  # SubmissionState
    Column("people", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("due_ts", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("attempt_ts", BigInteger),  # when the newest attempt was marked
    Column("address", String(8)),  # where the newest attempt goes or went
    Column("owner", String(80)),
    Column("lease_ts", BigInteger),  # after this the owner counts as dead
    Column("answer_ts", BigInteger),
    Column("job_id", String(64), unique=True),
    Column("problem", String(40)),  # why it is held, refused, uncertain or back in the queue
    Column("detail", Text),
    Column("uncertain_ts", BigInteger),  # since when nobody knows whether it was accepted
    Column("look_ts", BigInteger),  # when both data centres are searched for it next; null: not any more
    Column("complete_looks", Integer, nullable=False, server_default="0"),
    Index("ix_submission_due", "state", "due_ts", "campaign_id", "n"),  # in the order in which they leave
    Index("ix_submission_look", "look_ts"),
    Index("ix_submission_attempt", "attempt_ts"),  # the pace looks back one minute
)

look = Table(
    "look",
    metadata,
    Column("id", CountingKey, primary_key=True),
    Column("campaign_id", String(12), nullable=False),
    Column("n", Integer, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),  # every page of both data centres, and every job on them, was read
    Column("problem", String(40)),  # why it is not complete
    Column("listed", Integer, nullable=False),  # jobs of the period in both data centres
    Column("hits", Integer, nullable=False),  # of these with the submission's reference
    Index("ix_look_submission", "campaign_id", "n", "id"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", CountingKey, primary_key=True),
    Column("campaign_id", String(12), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(12), nullable=False),  # sent | again | write_off
    Column("job_id", String(64)),  # for `sent`: the job that a person found
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("asked_ts", BigInteger, nullable=False),
    Column("done_ts", BigInteger),  # null: a worker has still to look
    Column("result", String(40)),  # done, or why it could not be done
    Index("ix_decision_submission", "campaign_id", "n", "id"),
)

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

counter = Table(
    "counter",
    metadata,
    Column("campaign_id", String(12), primary_key=True),
    # pile: rows of the list · state: people by submission state · outcome, verdict: people ·
    # delivered: people delivered in the minute that begins at `key` (epoch ms, text) ·
    # country: people by `region:verdict` · delay: delivered people by `region:seconds`, see delays.py
    Column("kind", String(12), primary_key=True),
    Column("key", String(24), primary_key=True),
    Column("n", Integer, nullable=False),
    ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
)

# Who was sent to again: the next attempt for one row of the first campaign. The key lets only one campaign have it.
repeat = Table(
    "repeat",
    metadata,
    Column("root", String(12), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),  # 2: the first time again
    Column("campaign_id", String(12), nullable=False, index=True),
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
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
