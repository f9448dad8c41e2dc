"""Campaigns: their people, what they are handed over in, and what became of that."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    literal_column,
    text,
)

from sms4a.campaigns.tables.base import CountingKey, metadata
from sms4a.recipients import Pile

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
    Index("ix_recipient_dead", "number", sqlite_where=IS_DEAD, postgresql_where=IS_DEAD),
)

# Of a row that was not planned. The word itself, not a parameter: only so a database knows that this index will do.
IS_LEFT_OUT = recipient.c.pile != literal_column(f"'{Pile.RECEIVE.value}'")
Index(
    "ix_recipient_left_out",
    recipient.c.campaign_id,
    recipient.c.row,
    sqlite_where=IS_LEFT_OUT,
    postgresql_where=IS_LEFT_OUT,
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
