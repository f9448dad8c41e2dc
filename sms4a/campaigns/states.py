"""The states of campaigns, lists and submissions, and which moves between them are legal."""

from enum import StrEnum


class CampaignState(StrEnum):
    PREPARING = "preparing"
    """Rows are being rendered and cut into submissions; nothing can be sent yet."""
    PREPARED = "prepared"
    """Everything that would be sent is fixed; the Check page shows it; waits for a person to press Send."""
    FAILED = "failed"
    """It could not be prepared; `problem` says why."""
    SENDING = "sending"
    """A person pressed Send. Submissions leave from `start_ts` on."""
    PAUSED = "paused"
    STOPPED = "stopped"
    """What had not left will not leave."""
    FINISHED = "finished"
    """Every submission is at its end and the balance closes."""


SENT_STATES = frozenset({CampaignState.SENDING, CampaignState.PAUSED, CampaignState.STOPPED, CampaignState.FINISHED})
"""A person has pressed Send; what comes before is a draft's affair."""


class ListState(StrEnum):
    NEW = "new"
    """Uploaded or pasted; waits to be read with the present answers (columns, home country)."""
    CHECKING = "checking"
    CHECKED = "checked"
    FAILED = "failed"


class SubmissionState(StrEnum):
    READY = "ready"
    HELD = "held"
    """Something about this submission alone must be mended first; `problem` says what."""
    SENDING = "sending"
    """Marked before the POST. Whoever finds this mark never sends again."""
    ACCEPTED = "accepted"
    """The API gave a job id."""
    SETTLED = "settled"
    """Accepted, and every status is final."""
    REFUSED = "refused"
    """The API refused the content; nobody got it."""
    UNCERTAIN = "uncertain"
    """It left, or may have left, and nobody knows whether it was accepted."""
    UNDECIDED = "undecided"
    """Complete looks found no trace; a person decides."""
    STOPPED = "stopped"
    WRITTEN_OFF = "written_off"
    """A person gave it up; these people count as possibly reached."""


S = SubmissionState
MOVES: dict[SubmissionState, frozenset[SubmissionState]] = {
    S.READY: frozenset({S.SENDING, S.HELD, S.STOPPED, S.ACCEPTED}),
    S.HELD: frozenset({S.READY, S.STOPPED, S.ACCEPTED}),
    S.SENDING: frozenset({S.ACCEPTED, S.READY, S.HELD, S.REFUSED, S.UNCERTAIN}),
    S.UNCERTAIN: frozenset({S.ACCEPTED, S.UNDECIDED}),
    S.UNDECIDED: frozenset({S.ACCEPTED, S.READY, S.WRITTEN_OFF}),
    S.ACCEPTED: frozenset({S.SETTLED}),
    S.SETTLED: frozenset(),
    S.REFUSED: frozenset({S.ACCEPTED}),
    S.STOPPED: frozenset({S.ACCEPTED}),
    S.WRITTEN_OFF: frozenset({S.ACCEPTED}),
}
"""SENDING goes back to READY only when the request provably never left or the API said it took nothing. What is not
under way becomes ACCEPTED without a POST when an earlier attempt turns out to have been taken."""

ENDS = frozenset({S.SETTLED, S.REFUSED, S.STOPPED, S.WRITTEN_OFF})
"""A campaign is finished when all its submissions are in one of these. Only an acceptance that nobody knew of ends any
of them."""

BALANCE: dict[str, frozenset[SubmissionState]] = {
    "waiting": frozenset({S.READY, S.HELD}),
    "sending": frozenset({S.SENDING}),
    "accepted": frozenset({S.ACCEPTED, S.SETTLED}),
    "refused": frozenset({S.REFUSED}),
    "uncertain": frozenset({S.UNCERTAIN}),
    "undecided": frozenset({S.UNDECIDED}),
    "stopped": frozenset({S.STOPPED}),
    "written_off": frozenset({S.WRITTEN_OFF}),
}
"""The words of the balance: planned = the sum over these."""
