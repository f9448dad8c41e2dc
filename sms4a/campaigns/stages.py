"""Where a campaign stands for whoever looks at it."""

from enum import StrEnum

from sms4a.campaigns.states import CampaignState


class Stage(StrEnum):
    """Where a campaign stands for whoever looks at it: its state, the time, and whether anybody is still here."""

    UNSENT = "unsent"
    STARTING = "starting"
    """Send was pressed and nothing has left yet: it can still be taken back."""
    SCHEDULED = "scheduled"
    MISSED = "missed"
    """Its time came while nothing ran; it waits for a person's word."""
    LEAVING = "leaving"
    PAUSED = "paused"
    LEFT = "left"
    """Everything has left, results are outstanding: there is nothing to pause or to stop."""
    STOPPED = "stopped"
    FINISHED = "finished"


# So long before its time a scheduled campaign counts down like one that was just sent.
COUNTDOWN_MS = 60_000

_BY_STATE = {CampaignState.STOPPED: Stage.STOPPED, CampaignState.FINISHED: Stage.FINISHED}


def stage_of(
    state: CampaignState, problem: str | None, start_ts: int | None, release_ts: int | None, here: int, now_ts: int
) -> Stage:
    """`here`: people who have not left, or are leaving at this moment."""
    if state not in (CampaignState.SENDING, CampaignState.PAUSED):
        return _BY_STATE.get(state, Stage.UNSENT)
    begins_ts = release_ts or start_ts or 0
    if not here:
        return Stage.LEFT
    if state is CampaignState.PAUSED:
        return Stage.MISSED if problem == "missed_start" else Stage.PAUSED
    if begins_ts <= now_ts:
        return Stage.LEAVING
    soon = begins_ts > (start_ts or 0) or begins_ts - now_ts <= COUNTDOWN_MS
    return Stage.STARTING if soon else Stage.SCHEDULED
