"""Whose job is it? Jobs become ours by our reference, and one that should not exist is an incident."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import again
from sms4a.campaigns.bookkeeping import move, upsert, write_audit
from sms4a.campaigns.brakes import hold_sender, lock_sender
from sms4a.campaigns.campaign_records import set_state
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import job, sms_status, submission

_FORGET_STATUSES = sa.delete(sms_status).where(sms_status.c.job_id == sa.bindparam("its_job"))
_WITH_REFERENCE = (
    sa.select(job.c.job_id, job.c.address, job.c.people)
    .where(job.c.reference == sa.bindparam("reference"))
    .order_by(job.c.job_id)
)
_OURS = sa.select(submission.c.n).where(submission.c.reference == sa.bindparam("reference"))
_LOCK_OURS = sa.select(submission).where(submission.c.reference == sa.bindparam("reference")).with_for_update()
_LOOK_SOONER = sa.update(submission).where(
    submission.c.reference == sa.bindparam("its_reference"), submission.c.look_ts > sa.bindparam("now")
)
_NOTE_INCIDENT = sa.update(job).where(job.c.job_id == sa.bindparam("its_job"), job.c.incident.is_(False))


# A job this young may not show all its people yet.
FILLING_MS = 60_000


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job that Retarus has."""

    job_id: str
    address: str
    reference: str | None
    people: int
    receipt_ts: int | None = None
    """When it came in; None: all its people are known."""

    def may_be_filling(self, now: int) -> bool:
        return self.receipt_ts is not None and now - self.receipt_ts <= FILLING_MS


def adopt_job(
    connection: Connection, found: FoundJob, campaign_id: str, n: int, *, first_look_ts: int, now: int
) -> None:
    """This job is our submission's.

    The list of the account's jobs may have brought it here earlier, as a stranger. Then its statuses were not folded
    into the campaign: they are forgotten and read afresh, and whoever is reading them now loses the lease.
    """
    own = {
        "campaign_id": campaign_id,
        "submission_n": n,
        "reference": found.reference,
        "reference_known": True,
        "people": found.people,
        "final": 0,
        "settled": False,
        "next_look_ts": first_look_ts,
        "owner": None,
        "lease_ts": None,
    }
    new = {"address": found.address, "report": {}, "receipt_ts": now, "looks": 0, "incident": False}
    # The job's row first: it locks out whoever folds its statuses at this moment.
    upsert(connection, job, {"job_id": found.job_id, **new, **own}, changes=tuple(own))
    connection.execute(_FORGET_STATUSES, {"its_job": found.job_id})


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
    its_job = FoundJob(found.job_id, found.address, due["reference"], found.people)
    adopt_job(connection, its_job, campaign_id, n, first_look_ts=now, now=now)
    told = {"submission": n, "job_id": found.job_id, "people": due["people"]}
    write_audit(connection, now, "sender", "found", f"campaign:{campaign_id}", **told)
    return True


def is_ours(connection: Connection, reference: str | None) -> bool:
    """Whether a job with this reference is one of ours; the sender is locked then.

    To be asked before the job's row is touched: whoever hands over locks the sender first and the job afterwards.
    """
    if not reference or connection.execute(_OURS, {"reference": reference}).first() is None:
        return False
    lock_sender(connection)
    return True


def notice_job(connection: Connection, found: FoundJob, now: int) -> None:
    """A job that is nobody's yet was read, and it is one of ours by its reference: that matters.

    For an unclear submission it is what is being looked for; one that is ready asks for it before it leaves. For one
    that was taken not to have been accepted it says that it was. For one that has another job it is an incident.
    """
    ours = connection.execute(_LOCK_OURS, {"reference": found.reference}).mappings().one()
    if ours["job_id"] == found.job_id:
        return
    state = SubmissionState(ours["state"])
    if state in {SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED}:
        connection.execute(_LOOK_SOONER, {"its_reference": found.reference, "now": now, "look_ts": now})
    elif state in HAS_A_JOB:
        report_stray(connection, found, "double_job", now)
    elif state in NOT_ACCEPTED:
        if found.people == ours["people"]:
            _accepted_after_all(connection, ours, found, now)
        elif not found.may_be_filling(now):
            report_stray(connection, found, "job_differs", now)


def accepted_late(connection: Connection, found: FoundJob, now: int) -> bool:
    """An attempt that was given up has been accepted, as this job; False if that ends nothing. The sender is locked.

    Whatever was concluded meanwhile gives way to it, as long as nothing of the submission is under way: its people got
    the message, and must not get it again. Who opted out since is not in the submission any more, but in its job.
    Raises NoResultFound: this database has no submission with its reference.
    """
    ours = connection.execute(_LOCK_OURS, {"reference": found.reference}).mappings().one()
    if ours["job_id"] == found.job_id:
        return False
    state = SubmissionState(ours["state"])
    if state in NOTHING_UNDER_WAY and ours["people"] <= found.people:
        _accepted_after_all(connection, ours, found, now)
        return True
    _remember(connection, found, now)
    report_stray(connection, found, _STRAY.get(state, "job_differs"), now)
    return False


HAS_A_JOB = frozenset({SubmissionState.ACCEPTED, SubmissionState.SETTLED})

NOT_ACCEPTED = frozenset(
    {SubmissionState.HELD, SubmissionState.STOPPED, SubmissionState.REFUSED, SubmissionState.WRITTEN_OFF}
)
"""No attempt of such a submission is known to have been accepted, and none is under way or to come by itself."""

NOTHING_UNDER_WAY = NOT_ACCEPTED | {SubmissionState.READY, SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED}

_STRAY = {**dict.fromkeys(HAS_A_JOB, "double_job"), SubmissionState.SENDING: "sent_again"}
"""What a job means that cannot be the submission's own; in other states it is for another number of people."""

# From these people may have been sent to again, by a campaign of their own.
_MAY_FOLLOW = frozenset({SubmissionState.STOPPED, SubmissionState.REFUSED})


def _accepted_after_all(connection: Connection, ours: RowMapping, found: FoundJob, now: int) -> None:
    """The job is the submission's: its people are as good as reached, whatever was said of them."""
    campaign_id, n, state = ours["campaign_id"], ours["n"], SubmissionState(ours["state"])
    sent_again = state in _MAY_FOLLOW and again.were_sent_to_again(connection, campaign_id, n)
    move(
        connection, campaign_id, n, state, SubmissionState.ACCEPTED,
        job_id=found.job_id, address=found.address, answer_ts=now, problem=None, detail=None, look_ts=None,
    )  # fmt: skip
    adopt_job(connection, found, campaign_id, n, first_look_ts=now, now=now)
    action = "after_all" if state in NOT_ACCEPTED else "found"
    told = {"submission": n, "job_id": found.job_id, "people": ours["people"], "before": state}
    write_audit(connection, now, "sender", action, f"campaign:{campaign_id}", **told)
    # Its results are to come: it is over when they are here. Nothing else of it can leave.
    set_state(connection, campaign_id, CampaignState.FINISHED, CampaignState.SENDING, finished_ts=None)
    if sent_again:
        report_stray(connection, found, "sent_again", now)


def _remember(connection: Connection, found: FoundJob, now: int) -> None:
    """Nobody's job as yet; whatever is ready with its reference asks for it before it leaves."""
    known = {"reference": found.reference, "reference_known": True, "people": found.people}
    new = {"report": {}, "final": 0, "settled": False, "incident": False, "looks": 0, "next_look_ts": now}
    row = {"job_id": found.job_id, "address": found.address, **new, **known}
    upsert(connection, job, row, changes=tuple(known))


def report_stray(connection: Connection, found: FoundJob, code: str, now: int) -> None:
    """Hold the sender over a job that should not exist; once for each job."""
    if connection.execute(_NOTE_INCIDENT, {"its_job": found.job_id, "incident": True}).rowcount:
        reference = found.reference or ""
        hold_sender(connection, now, code, "sender", reference)
        about = f"campaign:{reference.split('.')[-2]}"
        write_audit(connection, now, "sender", "incident", about, code=code, job_id=found.job_id)
