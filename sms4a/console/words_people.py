"""Words about one person: what became of their message, what to do now, and their whole story."""

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import RecipientRow, StatusRow, Story
from sms4a.console import widgets, wording, words_events
from sms4a.console.wording import N_, _
from sms4a.recipients import Mended, Pile
from sms4a.status import Outcome, Resend

_WAITING: dict[SubmissionState, str] = {
    SubmissionState.READY: N_("Waiting to be sent"),
    SubmissionState.HELD: N_("Held until something is fixed"),
    SubmissionState.SENDING: N_("Being handed to Retarus"),
    SubmissionState.ACCEPTED: N_("Retarus has it, no result yet"),
    SubmissionState.SETTLED: N_("Retarus has it, no result yet"),
}

# Whoever is left out for one of these may be reached once the row is mended.
_MENDABLE = frozenset({Pile.UNREADABLE, Pile.TEXT_PROBLEM})


def recipient_words(row: RecipientRow) -> wording.Words:
    """The badge of one row: its outcome, or that it was left out."""
    return wording.tile(Tile.LEFT_OUT) if row.outcome is None else wording.outcome(row.outcome)


def reason(row: RecipientRow) -> str:
    """Why this person is where the table shows them; nothing for the delivered."""
    if row.outcome is None:
        return wording.row_problem(row.pile, row.problem, row.detail, duplicate_of=row.duplicate_of)
    if row.outcome is Outcome.DELIVERED:
        return ""
    if row.verdict is None and row.submission_state in _WAITING:
        return _(_WAITING[row.submission_state])
    return wording.verdict(row.verdict).reason


def advice(row: RecipientRow) -> str:
    """What to do about this person now."""
    if row.outcome is None:
        return _("Correct the row and send to it in a new campaign.") if row.pile in _MENDABLE else ""
    return wording.verdict(row.verdict).advice


def light(row: RecipientRow) -> str:
    """May this person get the message again? One word."""
    if row.outcome is None:
        return ""
    return wording.resend(wording.may_resend(row.verdict)) if row.verdict else wording.resend(Resend.NO)


def story_sentence(row: RecipientRow) -> str:
    """What became of one person and whether they may be sent to again."""
    if row.outcome is None:
        return _("Nothing was sent for this row. {reason}.").format(reason=widgets.plain(reason(row)))
    if row.verdict is None and row.submission_state in _WAITING:
        return f"{_(_WAITING[row.submission_state])}."
    words = wording.verdict(row.verdict)
    return f"{words.sentence} {words.advice}"


def mended(found: Mended | None) -> str:
    """Where a row stands that was mended outside; empty if it was not."""
    return _("{file}, row {row}").format(file=found.file, row=wording.number(found.row)) if found else ""


def story_fields(story: Story, *, show_numbers: bool) -> list[tuple[str, str]]:
    """Names and values for the card of one person."""
    row, submission = story.recipient, story.submission
    number = wording.shown_number(row.number) if show_numbers else wording.masked(row.number)
    pairs = [(_("Number"), number if row.number else wording.NOTHING)]
    pairs += [*row.fields.items(), *row.others.items()]
    if row.mended is not None:
        pairs.append((_("Corrected in"), mended(row.mended)))
    if submission is not None:
        pairs += [
            (_("Send again?"), light(row)),
            (_("SMS parts"), wording.number(row.parts)),
            (_("Attempts"), wording.number(row.attempts)),
            (_("Handed over"), wording.when(submission.answer_ts)),
        ]
    return pairs


def raw_fields(story: Story) -> list[tuple[str, str]]:
    """What Retarus calls it, for whoever has to ask there."""
    submission = story.submission
    pairs: list[tuple[str, str]] = []
    if submission is not None:
        pairs += [
            (_("Job"), submission.job_id or wording.NOTHING),
            (_("Data centre"), submission.address or wording.NOTHING),
            (_("Reference of the hand-over"), submission.reference),
            (_("Reference of the person"), f"{submission.campaign_id}.{story.recipient.row}"),
        ]
    for status in story.statuses:
        pairs += _raw_status(status)
    return pairs


def _raw_status(status: StatusRow) -> list[tuple[str, str]]:
    return [
        ("smsId", status.sms_id),
        ("processStatus", status.process_status or ""),
        ("status", status.status or ""),
        ("reason", status.reason or ""),
        ("sentTs", wording.when_exactly(status.sent_ts)),
        ("finishedTs", wording.when_exactly(status.finished_ts)),
    ]


def story_events(story: Story) -> list[tuple[str, str]]:
    """Times and what happened then, oldest first."""
    submission = story.submission
    found = [(item.ts, words_events.event(item)) for item in story.events]
    if submission is not None and not found and submission.attempt_ts is not None:
        found.append((submission.attempt_ts, _("Left for Retarus (attempt {n}).").format(n=submission.attempt)))
    for status in story.statuses:
        if status.sent_ts is not None:
            found.append((status.sent_ts, _("Retarus sent it to the network.")))
        if status.finished_ts is not None:
            found.append((status.finished_ts, wording.verdict(status.verdict).reason + "."))
    return [(wording.when(ts), text) for ts, text in sorted(found)] or [
        (wording.NOTHING, _("Nothing has happened yet."))
    ]
