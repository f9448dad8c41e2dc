"""Whose job is it? Jobs become ours by our reference, and one that should not exist is an incident."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import again
from sms4a.campaigns.bookkeeping import move, upsert, write_audit
from sms4a.campaigns.brakes import RESTORED, hold_sender, lock_sender, restored_since
from sms4a.campaigns.campaign_records import set_state
from sms4a.campaigns.database import storable, storable_key
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign, draft, installation, job, sms_status, submission
from sms4a.models import JobReport

_FORGET_STATUSES = sa.delete(sms_status).where(sms_status.c.job_id == sa.bindparam("its_job"))
_WITH_REFERENCE = (
    sa.select(job.c.job_id, job.c.address, job.c.reference, job.c.people, job.c.receipt_ts, job.c.settled)
    .where(job.c.reference == sa.bindparam("reference"))
    .order_by(job.c.job_id)
)
_OURS = sa.select(submission.c.n).where(submission.c.reference == sa.bindparam("reference"))
_FORM = re.compile(r"S4\.(?P<token>[^.]+)\.[^.]+\.\d+")
_TOKEN = sa.select(installation.c.token)
_PLAN = sa.select(campaign.c.state, campaign.c.follows, campaign.c.people).where(
    campaign.c.id == sa.bindparam("its_campaign")
)
_DRAFT_SENT = sa.update(draft).where(draft.c.campaign_id == sa.bindparam("its_campaign"))
_LOCK_OURS = sa.select(submission).where(submission.c.reference == sa.bindparam("reference")).with_for_update()
_LOOK_SOONER = sa.update(submission).where(
    submission.c.reference == sa.bindparam("its_reference"), submission.c.look_ts > sa.bindparam("now")
)
_WAIT = sa.update(submission).where(
    submission.c.reference == sa.bindparam("its_reference"), submission.c.state == SubmissionState.READY
)
_NOTE_INCIDENT = sa.update(job).where(job.c.job_id == sa.bindparam("its_job"), job.c.incident.is_(False))

# A job this young may not show all its people yet; what waits for that asks again after the second.
FILLING_MS = 60_000
ASK_AGAIN_MS = 10_000


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job that Retarus has."""

    job_id: str
    address: str
    reference: str | None
    people: int
    receipt_ts: int | None = None
    """When it came in; None: it was not read yet."""
    settled: bool = False

    def may_be_filling(self, now: int) -> bool:
        """It may have more people than it shows."""
        return not self.settled and now - (self.receipt_ts or now) <= FILLING_MS


def as_stored(report: JobReport) -> JobReport:
    """What the API says of a job, as any database takes it."""
    texts = {name: storable(value) for name, value in report if isinstance(value, str) and "\0" in value}
    if report.customer_ref is not None:
        texts["customer_ref"] = storable_key(report.customer_ref)
    return report.model_copy(update=texts)


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
    for other in _with_reference(connection, found.reference):
        if other.job_id != found.job_id:
            report_stray(connection, other, "double_job", now)


def adopt_known_job(connection: Connection, reference: str, now: int) -> bool:
    """If the other side has a job with this reference, it is the submission's. True: do not send, and do not say that
    it was not sent; another submission may be asked for first. The sender is locked.

    An attempt that was taken to be unsent, or that a person had sent again, was accepted after all; or it was made
    after this copy of the database was taken.
    """
    jobs = _with_reference(connection, reference)
    if not jobs:
        return False
    ours = connection.execute(_LOCK_OURS, {"reference": reference}).mappings().one()
    if _may_be_differing(ours, jobs[0], now):
        connection.execute(_WAIT, {"its_reference": reference, "due_ts": now + ASK_AGAIN_MS})
    else:
        _accepted_after_all(connection, ours, jobs[0], now)
    return True


def _with_reference(connection: Connection, reference: str | None) -> list[FoundJob]:
    return [FoundJob(*row) for row in connection.execute(_WITH_REFERENCE, {"reference": reference})]


def _may_be_differing(ours: RowMapping, found: FoundJob, now: int) -> bool:
    """It shows fewer people than the submission has, and may have more in a moment."""
    return found.people < ours["people"] and found.may_be_filling(now)


def is_ours(connection: Connection, reference: str | None) -> bool:
    """Whether a job with this reference is one of ours, or of what this database has lost; the sender is locked then.

    To be asked before the job's row is touched: whoever hands over locks the sender first and the job afterwards.
    """
    if not reference or not (_is_known(connection, reference) or _bears_our_token(connection, reference)):
        return False
    lock_sender(connection)
    return True


def _is_known(connection: Connection, reference: str) -> bool:
    return connection.execute(_OURS, {"reference": reference}).first() is not None


def _bears_our_token(connection: Connection, reference: str) -> bool:
    form = _FORM.fullmatch(reference)
    return form is not None and form["token"] == connection.execute(_TOKEN).scalar()


def notice_job(connection: Connection, found: FoundJob, now: int) -> None:
    """A job that is nobody's yet was read, and it is one of ours by its reference: that matters.

    For an unclear submission it is what is being looked for. For one that waits, or was taken not to have been
    accepted, it says that it was. For one that has another job it is an incident. One that is leaving learns of it from
    its answer.
    """
    ours = connection.execute(_LOCK_OURS, {"reference": found.reference}).mappings().first()
    if ours is None:
        _tell_what_was_lost(connection, found, now)
        return
    if ours["job_id"] == found.job_id:
        return
    state = SubmissionState(ours["state"])
    if state in {SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED}:
        connection.execute(_LOOK_SOONER, {"its_reference": found.reference, "now": now, "look_ts": now})
    elif state in HAS_A_JOB:
        report_stray(connection, found, "double_job", now)
    elif state in NOTHING_UNDER_WAY and not _may_be_differing(ours, found, now):
        _accepted_after_all(connection, ours, found, now)


def accepted_late(connection: Connection, found: FoundJob, now: int) -> bool:
    """An attempt that was given up has been accepted, as this job; False if that ends nothing. The sender is locked.

    Whatever was concluded meanwhile gives way to it, as long as nothing of the submission is under way.
    Raises NoResultFound: this database has no submission with its reference.
    """
    ours = connection.execute(_LOCK_OURS, {"reference": found.reference}).mappings().one()
    if ours["job_id"] == found.job_id:
        return False
    state = SubmissionState(ours["state"])
    if state in NOTHING_UNDER_WAY:
        _accepted_after_all(connection, ours, found, now)
        return True
    _remember(connection, found, now)
    report_stray(connection, found, "double_job" if state in HAS_A_JOB else "sent_again", now)
    return False


HAS_A_JOB = frozenset({SubmissionState.ACCEPTED, SubmissionState.SETTLED})

NOT_ACCEPTED = frozenset(
    {SubmissionState.HELD, SubmissionState.STOPPED, SubmissionState.REFUSED, SubmissionState.WRITTEN_OFF}
)
"""No attempt of such a submission is known to have been accepted, and none is under way or to come by itself."""

NOTHING_UNDER_WAY = NOT_ACCEPTED | {SubmissionState.READY, SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED}

# From these people may have been sent to again, by a campaign of their own.
_MAY_FOLLOW = frozenset({SubmissionState.STOPPED, SubmissionState.REFUSED})


def _accepted_after_all(connection: Connection, ours: RowMapping, found: FoundJob, now: int) -> None:
    """The job is the submission's: its people are as good as reached, whatever was said of them, and must not get it
    again.

    Who opted out since is not in the submission any more, but in its job. Who opted out before, in what an older copy
    of the database has lost, is in the submission alone: nobody can tell who that is, so a person must know.
    """
    campaign_id, n, state = ours["campaign_id"], ours["n"], SubmissionState(ours["state"])
    sent_again = state in _MAY_FOLLOW and again.were_sent_to_again(connection, campaign_id, n)
    move(
        connection, campaign_id, n, state, SubmissionState.ACCEPTED,
        job_id=found.job_id, address=found.address, answer_ts=now, problem=None, detail=None, look_ts=None,
    )  # fmt: skip
    adopt_job(connection, found, campaign_id, n, first_look_ts=now, now=now)
    action = "after_all" if state in NOT_ACCEPTED else "found"
    in_both = min(found.people, ours["people"])
    told = {"submission": n, "job_id": found.job_id, "people": in_both, "before": state}
    write_audit(connection, now, "sender", action, f"campaign:{campaign_id}", **told)
    if found.people > in_both:
        told = {"submission": n, "people": found.people - in_both}
        write_audit(connection, now, "sender", "opted_out_since", f"campaign:{campaign_id}", **told)
    _as_sent(connection, campaign_id, found, now)
    # Its results are to come: it is over when they are here. Nothing else of it can leave.
    set_state(connection, campaign_id, CampaignState.FINISHED, CampaignState.SENDING, finished_ts=None)
    if sent_again:
        report_stray(connection, found, "sent_again", now)
    elif found.people < ours["people"]:
        report_stray(connection, found, "job_differs", now)


def _as_sent(connection: Connection, campaign_id: str, found: FoundJob, now: int) -> None:
    """A campaign that nobody has sent by what this copy of the database knows: it is no draft any more.

    The rest of it waits for a person. What was thrown away is told as what is missing altogether.
    """
    its = {"its_campaign": campaign_id}
    plan = connection.execute(_PLAN, its).one()
    if plan.state == CampaignState.FAILED:
        _tell_what_was_lost(connection, found, now)
    values = {"sent_ts": now, "release_ts": now, "problem": None}
    if set_state(connection, campaign_id, CampaignState.PREPARED, CampaignState.PAUSED, **values):
        connection.execute(_DRAFT_SENT, {**its, "sent_ts": now})
        if plan.follows:
            again.claim(connection, campaign_id, plan.follows, plan.people)
        write_audit(connection, now, "sender", "was_sent", f"campaign:{campaign_id}", job_id=found.job_id)


def _tell_what_was_lost(connection: Connection, found: FoundJob, now: int) -> None:
    """Retarus has a job of ours that this database never sent: it is an older copy. Said once for all that came in
    before."""
    if not restored_since(connection, found.receipt_ts or now):
        hold_sender(connection, now, RESTORED, "sender")


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
