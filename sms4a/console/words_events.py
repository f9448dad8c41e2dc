"""What happened to a campaign, one line for each event."""

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.views import Event
from sms4a.console import wording
from sms4a.console.wording import N_, _

_EVENTS: dict[str, str] = {
    "prepare": N_("prepared it"),
    "forget": N_("Numbers and texts were erased; the figures stay."),
    "again": N_("began another campaign for people who did not get it"),
    "reveal": N_("looked at the phone numbers"),
    "export": N_("asked for a file of {rows}"),
    "send": N_("pressed Send for {people}"),
    "pause": N_("paused it"),
    "resume": N_("resumed it"),
    "stop": N_("stopped it"),
    "undo": N_("took it back before anything left"),
    "reschedule": N_("chose another start: {start}"),
    "missed_start": N_("Its time came while nothing ran. Nothing was sent."),
    "perhaps_missed": N_(
        "Its time came while nothing ran, or it left after this copy of the database was taken. It was paused."
    ),
    "was_sent": N_(
        "Retarus has a job of it, {job}: it was sent after this copy of the database was taken. It is paused here."
    ),
    "finish": N_("Every hand-over came to its end."),
    "decide_sent": N_("said that hand-over {n} was sent, as job {job}"),
    "decide_again": N_("asked to send hand-over {n} again"),
    "write_off": N_("wrote off hand-over {n}"),
    "incident": N_("Retarus has a job that should not be there: {job}. All sending was held."),
    "found": N_("The job of hand-over {n} was found: Retarus accepted the messages for {people}."),
    "after_all": N_("Retarus had accepted hand-over {n} for {people} after all, as job {job}."),
    "opted_out_since": N_("{people} opted out since, and Retarus had taken their message with that hand-over before."),
    "send_again": N_("A fresh search for hand-over {n} found nothing: {people} go out again."),
    "opt_out": N_("Took out {people} who opted out after the check."),
    SubmissionState.ACCEPTED: N_("Retarus accepted the messages for {people}."),
    SubmissionState.READY: N_("{people} did not leave; they will be tried again. {problem}"),
    SubmissionState.HELD: N_("{people} are held. {problem}"),
    SubmissionState.REFUSED: N_("Retarus refused {people}. {problem}"),
    SubmissionState.UNCERTAIN: N_("Nobody knows whether Retarus accepted the messages for {people}. {problem}"),
    SubmissionState.UNDECIDED: N_("{people} wait for somebody's decision. {problem}"),
}


# What the sender does on a person's word is told as its own.
_OF_THE_SENDER = frozenset({"found", "send_again"})


def event(event: Event) -> str:
    """Who did what, as one line."""
    detail = event.detail
    text = _EVENTS.get(event.action)
    if text is None:
        return event.action
    sentence = _(text).format(
        people=wording.people(int(detail.get("people") or 0)),
        rows=wording.rows(int(detail.get("rows") or 0)),
        problem=wording.submission_problem(detail.get("problem")),
        start=wording.when(detail.get("start_ts"), seconds=False),
        n=detail.get("submission"),
        job=detail.get("job_id"),
    )
    if event.actor == "sender" or event.action in _OF_THE_SENDER:
        return sentence.strip()
    return f"{wording.actor_name(event.actor) or _('Somebody here')} {sentence}"
