"""Whose job is it? Jobs become ours by our reference, and one that should not exist is an incident."""

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.bookkeeping import move, upsert, write_audit
from sms4a.campaigns.brakes import hold_sender
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import job, sms_status, submission

_FORGET_STATUSES = sa.delete(sms_status).where(sms_status.c.job_id == sa.bindparam("its_job"))
_WITH_REFERENCE = (
    sa.select(job.c.job_id, job.c.address, job.c.people)
    .where(job.c.reference == sa.bindparam("reference"))
    .order_by(job.c.job_id)
)
_OURS = sa.select(submission).where(submission.c.reference == sa.bindparam("reference"))
_LOOK_SOONER = sa.update(submission).where(
    submission.c.reference == sa.bindparam("its_reference"), submission.c.look_ts > sa.bindparam("now")
)
_NOTE_INCIDENT = sa.update(job).where(job.c.job_id == sa.bindparam("its_job"), job.c.incident.is_(False))


def adopt_job(
    connection: Connection,
    job_id: str,
    address: str,
    *,
    campaign_id: str,
    n: int,
    reference: str,
    people: int,
    first_look_ts: int,
    now: int,
) -> None:
    """This job is our submission's.

    The list of the account's jobs may have brought it here earlier, as a stranger. Then its statuses were not folded
    into the campaign: they are forgotten and read afresh, and whoever is reading them now loses the lease.
    """
    own = {
        "campaign_id": campaign_id,
        "submission_n": n,
        "reference": reference,
        "reference_known": True,
        "people": people,
        "final": 0,
        "settled": False,
        "next_look_ts": first_look_ts,
        "owner": None,
        "lease_ts": None,
    }
    new = {"address": address, "report": {}, "receipt_ts": now, "looks": 0, "incident": False}
    # The job's row first: it locks out whoever folds its statuses at this moment.
    upsert(connection, job, {"job_id": job_id, **new, **own}, changes=tuple(own))
    connection.execute(_FORGET_STATUSES, {"its_job": job_id})


def adopt_known_job(connection: Connection, due: RowMapping, now: int) -> bool:
    """Before any attempt: if the other side has a job with this reference, it is the one. True: do not send.

    An attempt that was taken to be unsent, or that a person had sent again, was accepted after all; or it was made
    after this copy of the database was taken.
    """
    found = connection.execute(_WITH_REFERENCE, {"reference": due["reference"]}).first()
    if found is None:
        return False
    if found.people != due["people"]:
        hold_sender(connection, now, "job_differs", "sender", due["reference"])
        return True
    campaign_id, n = due["campaign_id"], due["n"]
    values = {"job_id": found.job_id, "address": found.address, "answer_ts": now, "problem": None, "detail": None}
    move(connection, campaign_id, n, SubmissionState.READY, SubmissionState.ACCEPTED, **values)
    adopt_job(
        connection,
        found.job_id,
        found.address,
        campaign_id=campaign_id,
        n=n,
        reference=due["reference"],
        people=due["people"],
        first_look_ts=now,
        now=now,
    )
    write_audit(connection, now, "sender", "found", f"campaign:{campaign_id}", submission=n, job_id=found.job_id)
    return True


def notice_job(connection: Connection, job_id: str, reference: str | None, now: int) -> None:
    """A job that is nobody's yet was read: if it carries a reference of ours, it matters.

    For an unclear submission it is what is being looked for. For one that has another job, or should have none, it is
    an incident, told once: the sender holds until a person has seen it.
    """
    if not reference:
        return
    ours = connection.execute(_OURS, {"reference": reference}).mappings().first()
    if ours is None or ours["job_id"] == job_id:
        return
    state = SubmissionState(ours["state"])
    if state in {SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED}:
        connection.execute(_LOOK_SOONER, {"its_reference": reference, "now": now, "look_ts": now})
    elif state in STRAY:
        report_stray(connection, job_id, reference, STRAY[state], now)


STRAY = {
    SubmissionState.ACCEPTED: "double_job",
    SubmissionState.SETTLED: "double_job",
    SubmissionState.REFUSED: "job_differs",
    SubmissionState.STOPPED: "job_differs",
}
"""In these states no other job with the reference may exist. The code of the hold says which kind of incident it is."""


def report_stray(connection: Connection, job_id: str, reference: str, code: str, now: int) -> None:
    """Hold the sender over a job that should not exist; once for each job."""
    if connection.execute(_NOTE_INCIDENT, {"its_job": job_id, "incident": True}).rowcount:
        hold_sender(connection, now, code, "sender", reference)
        campaign_id = reference.split(".")[-2]
        write_audit(connection, now, "sender", "incident", f"campaign:{campaign_id}", code=code, job_id=job_id)
