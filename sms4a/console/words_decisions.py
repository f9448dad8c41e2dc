"""Sentences about hand-overs whose fate is unknown: what happened, what was found, what somebody decided."""

from collections.abc import Sequence

from sms4a.campaigns.sending.undecided import DecisionRow, LookRow, Unclear
from sms4a.campaigns.states import SubmissionState
from sms4a.console import widgets, wording
from sms4a.console.wording import N_, _

FOUND_BADLY = frozenset({"double_job", "job_differs"})
"""Retarus has something that does not fit: to look once more or to send again would only repeat it."""

_LOOKS = {
    "de1_silent": N_("de1 did not answer"),
    "de2_silent": N_("de2 did not answer"),
    "list_moves": N_("The list of jobs kept changing"),
    "not_readable": N_("Not everything could be read"),
    "too_young": N_("Its job is still being filled"),
}

_KINDS = {
    "sent": N_("It was sent, as job {job}"),
    "again": N_("Send it again"),
    "write_off": N_("Write it off"),
}

_RESULTS = {
    "done": N_("It was carried out."),
    "no_such_job": N_("Not carried out: Retarus has no such job, or the job does not carry our reference."),
    "job_differs": N_("Not carried out: the job is for another number of people. All sending is held."),
    "double_job": N_("Not carried out: Retarus has two jobs with our reference. All sending is held."),
    "look_incomplete": N_("Not carried out: a data centre could not be read, which proves nothing. Ask again later."),
}

# A job that a person names and that cannot be read may also not exist.
_JOB_NOT_READ = N_(
    "Not carried out: this job, or a data centre, could not be read. Check the job id, or ask again later."
)


def title(found: Unclear) -> str:
    people = wording.people(found.people)
    if found.problem == "double_job":
        return _("Retarus may have accepted the messages for these {people} twice.").format(people=people)
    return title_of(found.people)


def title_of(people: int) -> str:
    text = _("We do not know whether Retarus accepted the messages for these {people}.")
    return text.format(people=wording.people(people))


def several(found: Sequence[Unclear]) -> str:
    """The same about more than one that is being looked for."""
    first = min(found, key=lambda one: one.attempt_ts)
    next_one = min(found, key=lambda one: (one.look_ts is None, one.look_ts))
    left = _("They are in {n} hand-overs; the first left {time}.").format(
        n=wording.number(len(found)), time=wording.moment(first.attempt_ts, seconds=True)
    )
    return f"{left} {what_next(next_one, pending=False)}"


def what_happened(found: Unclear) -> str:
    """When it left, and why its fate is not known."""
    left = _("It left {time}.").format(time=wording.moment(found.attempt_ts, seconds=True))
    return f"{left} {wording.submission_problem(found.problem)}"


def what_next(found: Unclear, *, pending: bool) -> str:
    """What is being done about it without anybody's word."""
    if pending:
        return _("Both data centres are being read once more for what was decided.")
    if found.problem in FOUND_BADLY:
        return _("To send it again would only make it worse. Write it off when it is clear what happened.")
    if found.state is SubmissionState.UNCERTAIN:
        return _(
            "Both data centres are being searched, next at {time}. It is never sent again automatically; "
            "if nothing is found within an hour, somebody decides."
        ).format(time=wording.clock(found.look_ts, seconds=False))
    if found.look_ts is None:
        return _("It is never sent again automatically: somebody has to decide.")
    return _("It is never sent again automatically: somebody has to decide. Until then it is looked for once an hour.")


def look(row: LookRow) -> str:
    """What one search has read."""
    if row.complete:
        return _("Both read completely")
    return _(_LOOKS.get(row.problem or "", N_("Not read completely")))


def hits(row: LookRow) -> str:
    """What one search has found; an incomplete one that found nothing proves nothing."""
    if row.hits:
        return wording.ngettext("{n} job", "{n} jobs", row.hits).format(n=wording.number(row.hits))
    return _("nothing") if row.complete else _("not known")


def last_look(row: LookRow) -> str:
    """The newest search in a sentence."""
    time = wording.moment(row.ts, seconds=True)
    if not row.complete:
        return _("{what}, {time}: that proves nothing").format(what=look(row), time=time)
    seen = wording.ngettext("{n} job seen", "{n} jobs seen", row.listed).format(n=wording.number(row.listed))
    return _("{what}, {time}: {seen}, found: {hits}").format(what=look(row), time=time, seen=seen, hits=hits(row))


def decision(row: DecisionRow) -> str:
    """Who decided what and why, and what came of it; Markdown."""
    who = wording.actor_name(row.actor) or _("Somebody here")
    said = _(_KINDS[row.kind]).format(job=row.job_id)
    return _("**{who}, {time}: {said}.** Reason: {reason}. {result}").format(
        who=widgets.plain(who),
        time=wording.moment(row.asked_ts),
        said=widgets.plain(said),
        reason=widgets.plain(row.reason.rstrip(" .")),
        result=result(row),
    )


def result(row: DecisionRow) -> str:
    if row.result is None:
        return _("Both data centres are read once more first; this takes some seconds.")
    if (row.kind, row.result) == ("sent", "look_incomplete"):
        return _(_JOB_NOT_READ)
    return _(_RESULTS.get(row.result, N_("Not carried out.")))


def risk(found: Unclear) -> str:
    """What sending again can do; Markdown."""
    return _("**If Retarus accepted it after all, {people} will get it twice.**").format(
        people=wording.people(found.people)
    )
