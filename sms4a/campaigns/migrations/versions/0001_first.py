"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("ok_ts", sa.BigInteger(), nullable=True),
        sa.Column("failing_ts", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("listed_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_address")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_object", "audit", ["object", "id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("draft_id", sa.String(length=12), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("list_id", sa.String(length=12), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("submission_size", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("start_ts", sa.BigInteger(), nullable=True),
        sa.Column("release_ts", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_ts", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("sent_ts", sa.BigInteger(), nullable=True),
        sa.Column("finished_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_draft_id"), "campaign", ["draft_id"], unique=False)
    op.create_index(op.f("ix_campaign_sent_ts"), "campaign", ["sent_ts"], unique=False)
    op.create_index(op.f("ix_campaign_state"), "campaign", ["state"], unique=False)
    op.create_table(
        "contact_list",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("format", sa.JSON(), nullable=False, quote=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_ts", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_list")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_ts", sa.BigInteger(), nullable=False),
        sa.Column("done_ts", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_submission", "decision", ["campaign_id", "n", "id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=8), nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=True),
        sa.Column("submission_n", sa.Integer(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reference_known", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("receipt_ts", sa.BigInteger(), nullable=True),
        sa.Column("finished_ts", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("final", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("incident", sa.Boolean(), nullable=False),
        sa.Column("next_look_ts", sa.BigInteger(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("looked_ts", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_next_look", "job", ["next_look_ts"], unique=False)
    op.create_index(op.f("ix_job_receipt_ts"), "job", ["receipt_ts"], unique=False)
    op.create_index(op.f("ix_job_reference"), "job", ["reference"], unique=False)
    op.create_index("ix_job_submission", "job", ["campaign_id", "submission_n"], unique=False)
    op.create_table(
        "list_row",
        sa.Column("list_id", sa.String(length=12), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_number", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("region", sa.String(length=4), nullable=True),
        sa.Column("pile", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "row", name=op.f("pk_list_row")),
    )
    op.create_index("ix_list_row_pile", "list_row", ["list_id", "pile", "row"], unique=False)
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_submission", "look", ["campaign_id", "n", "id"], unique=False)
    op.create_table(
        "opt_out",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_opt_out")),
    )
    op.create_table(
        "sender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hold_code", sa.String(length=40), nullable=True),
        sa.Column("hold_detail", sa.Text(), nullable=True),
        sa.Column("hold_ts", sa.BigInteger(), nullable=True),
        sa.Column("stop_ts", sa.BigInteger(), nullable=True),
        sa.Column("stop_detail", sa.Text(), nullable=True),
        sa.Column("slow_until_ts", sa.BigInteger(), nullable=True),
        sa.Column("rest_until_ts", sa.BigInteger(), nullable=True),
        sa.Column("unclear_run", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alive_ts", sa.BigInteger(), nullable=True),
        sa.Column("markers", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("started_ts", sa.BigInteger(), nullable=False),
        sa.Column("beat_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "counter",
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_counter_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "kind", "key", name=op.f("pk_counter")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("start_ts", sa.BigInteger(), nullable=True),
        sa.Column("list_id", sa.String(length=12), nullable=True),
        sa.Column("campaign_id", sa.String(length=12), nullable=True),
        sa.Column("sent_ts", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("updated_ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["contact_list.id"], name=op.f("fk_draft_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_campaign_id"), "draft", ["campaign_id"], unique=False)
    op.create_table(
        "recipient",
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_number", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("region", sa.String(length=4), nullable=True),
        sa.Column("pile", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("submission_n", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_recipient_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "row", name=op.f("pk_recipient")),
    )
    op.create_index("ix_recipient_number", "recipient", ["number"], unique=False)
    op.create_index("ix_recipient_outcome", "recipient", ["campaign_id", "outcome", "row"], unique=False)
    op.create_index("ix_recipient_pile", "recipient", ["campaign_id", "pile", "row"], unique=False)
    op.create_index("ix_recipient_submission", "recipient", ["campaign_id", "submission_n"], unique=False)
    op.create_table(
        "sms_status",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("sms_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.String(length=12), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("process_status", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sent_ts", sa.BigInteger(), nullable=True),
        sa.Column("finished_ts", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.job_id"], name=op.f("fk_sms_status_job_id")),
        sa.PrimaryKeyConstraint("job_id", "sms_id", name=op.f("pk_sms_status")),
    )
    op.create_index("ix_sms_status_row", "sms_status", ["campaign_id", "row"], unique=False)
    op.create_table(
        "submission",
        sa.Column("campaign_id", sa.String(length=12), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("due_ts", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempt_ts", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(length=8), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_ts", sa.BigInteger(), nullable=True),
        sa.Column("answer_ts", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("uncertain_ts", sa.BigInteger(), nullable=True),
        sa.Column("look_ts", sa.BigInteger(), nullable=True),
        sa.Column("complete_looks", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_submission_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "n", name=op.f("pk_submission")),
        sa.UniqueConstraint("job_id", name=op.f("uq_submission_job_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_reference")),
    )
    op.create_index("ix_submission_attempt", "submission", ["attempt_ts"], unique=False)
    op.create_index("ix_submission_due", "submission", ["state", "due_ts"], unique=False)
    op.create_index("ix_submission_look", "submission", ["look_ts"], unique=False)
