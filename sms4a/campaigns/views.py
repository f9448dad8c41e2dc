"""What reports hand out: frozen plain objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sms4a.campaigns.begin import begin_of
from sms4a.campaigns.stages import Stage, stage_of
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tiles import TILE_OF, Tally, Tile
from sms4a.recipients import Mended, Pile
from sms4a.status import Outcome


class CampaignFilter(StrEnum):
    """What a list of campaigns may be narrowed to."""

    ALL = "all"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    LEFT = "left"
    """Everything has left, results are outstanding."""
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    id: str
    name: str
    state: CampaignState
    people: int
    parts: int
    rows_total: int
    sender: str
    list_name: str
    actor: str
    sent_ts: int | None
    start_ts: int | None
    release_ts: int | None
    finished_ts: int | None
    problem: str | None
    tally: Tally
    here: int
    """People who have not left, or are leaving at this moment."""

    @property
    def begin_ts(self) -> int | None:
        """When it began, or will begin, to leave; None if nobody pressed Send."""
        return begin_of(self.sent_ts, self.start_ts, self.release_ts)

    def stage(self, now_ts: int) -> Stage:
        return stage_of(self.state, self.problem, self.start_ts, self.release_ts, self.here, now_ts)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the hand-over of one campaign is; people."""

    campaign_id: str
    name: str
    state: CampaignState
    problem: str | None
    start_ts: int | None
    release_ts: int | None
    people: int
    waiting: int
    """Still here: can be stopped."""
    sending: int
    """In a request at this moment: can no longer be stopped."""
    accepted: int
    """Retarus gave a job id for them."""
    unclear: int
    """Uncertain or waiting for a person's decision."""
    ended: int
    """Refused, stopped or written off: they do not leave any more."""
    outstanding: int
    """Accepted, and without a final result so far; counted only once nobody is here any more."""
    rate_per_s: float | None
    """People accepted per second over the last minutes; None without evidence."""
    done_ts: int | None
    """When the last of them leaves at this pace; None without evidence, when paused or before the start."""
    after: tuple[str, ...] = ()
    """Names of campaigns of which something leaves first; empty if something of this one is leaving."""

    @property
    def here(self) -> int:
        """People who have not left, or are leaving at this moment."""
        return self.waiting + self.sending

    @property
    def begins_ts(self) -> int | None:
        """When it began, or will begin, to leave."""
        return self.release_ts or self.start_ts

    @property
    def share(self) -> float:
        """How much of the hand-over is behind us, 0..1."""
        return 1 - self.here / self.people if self.people else 0.0

    def stage(self, now_ts: int) -> Stage:
        return stage_of(self.state, self.problem, self.start_ts, self.release_ts, self.here, now_ts)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which campaigns a figure is about: those that began to leave in [since, until), or a single one."""

    since_ts: int | None = None
    until_ts: int | None = None
    campaign_id: str | None = None
    sender: str | None = None
    """Empty: as the account sets it; None: any."""
    billcode: str | None = None
    """Empty: none; None: any."""
    region: str | None = None
    """Only people of this country; whoever was left out is in none."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """From the list to the phone; each step counts people of the step before."""

    uploaded: int | None
    """None where only people of one country are counted: a row that cannot be read has none."""
    planned: int
    accepted: int | None
    """Retarus gave a job id for them; None while that is not known of the people of one country."""
    delivered: int


class By(StrEnum):
    """What figures can be set side by side by."""

    CAMPAIGN = "campaign"
    SENDER = "sender"
    BILLCODE = "billcode"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Group:
    """One line of figures set side by side."""

    key: str
    """The campaign's id, the sender, the bill code or the country; empty: none."""
    name: str
    campaigns: int
    parts: int | None
    """By our count, of everybody planned; not counted by country."""
    tally: Tally
    cost: int | None = None
    """In 1/10,000 of the currency, by the prices at Send, without who was not sent to after all; None if a price was
    missing, or currencies differ."""
    currency: str | None = None


class Order(StrEnum):
    """How the people of a campaign may be sorted."""

    FILE = "file"
    FILE_UP = "file_up"
    """The last row first."""
    OUTCOME = "outcome"
    NUMBER = "number"
    PARTS = "parts"
    """Most parts first."""


@dataclass(frozen=True, slots=True)
class Who:
    """Which people of a campaign; everything that is set must hold."""

    tile: Tile | None = None
    verdict: str | None = None
    region: str | None = None
    search: str = ""
    home: str = "DE"
    """Where a searched number is at home that names no country."""


@dataclass(frozen=True, slots=True)
class RecipientRow:
    row: int
    raw_number: str
    number: str | None
    region: str | None
    pile: Pile
    problem: str | None
    detail: str | None
    duplicate_of: int | None
    parts: int
    submission_n: int | None
    submission_state: SubmissionState | None
    outcome: Outcome | None
    verdict: str | None
    sent_ts: int | None
    finished_ts: int | None
    fields: Mapping[str, str]
    """Placeholder → value."""
    others: Mapping[str, str]
    """Column → value, for the columns of the list that the text does not use."""
    attempts: int
    """How often this person was sent to, this campaign and those that followed it or came before; 0: never planned."""
    mended: Mended | None = None
    """None: the row came with the list's own file."""

    @property
    def tile(self) -> Tile:
        return TILE_OF[self.outcome] if self.outcome is not None else Tile.LEFT_OUT


@dataclass(frozen=True, slots=True)
class StatusRow:
    sms_id: str
    process_status: str | None
    status: str | None
    reason: str | None
    sent_ts: int | None
    finished_ts: int | None
    outcome: Outcome
    verdict: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    campaign_id: str
    campaign_name: str
    n: int
    reference: str
    state: SubmissionState
    people: int
    parts: int
    attempt: int
    attempt_ts: int | None
    answer_ts: int | None
    due_ts: int
    address: str | None
    job_id: str | None
    problem: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Event:
    ts: int
    actor: str
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All we know about one row of a campaign."""

    recipient: RecipientRow
    submission: SubmissionRow | None
    statuses: tuple[StatusRow, ...]
    events: tuple[Event, ...]
    """What happened to its submission, oldest first."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing leaves."""

    code: str
    detail: str | None
    since_ts: int | None
    actor: str | None
    """Who ordered it; None if no person did."""


@dataclass(frozen=True, slots=True)
class MissedStart:
    """A campaign whose time came while nothing ran."""

    campaign_id: str
    name: str
    start_ts: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What waits for a person."""

    unclear: tuple[SubmissionRow, ...]
    """Uncertain (being looked for) and undecided (a person decides), oldest first."""
    held: tuple[SubmissionRow, ...]
    missed: tuple[MissedStart, ...]
    hold: Hold | None
    """Everything stands still."""
    old_drafts: int

    @property
    def nothing(self) -> bool:
        return not (self.unclear or self.held or self.missed or self.hold or self.old_drafts)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the results of the jobs are that are not settled yet."""

    open_jobs: int
    read_jobs: int
    """How many of them were looked at."""
    oldest_ts: int | None
    """Of the newest look at each, the oldest; a job of ours that nobody has looked at yet counts from its acceptance,
    others do not count before."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What could leave now or later, over all running campaigns."""

    submissions: int
    people: int
    due: int
    """Submissions whose time has come."""
