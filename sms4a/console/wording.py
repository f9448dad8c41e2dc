"""A word for every state and code, and the front to all words: translation, figures and times."""

from dataclasses import dataclass

from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.tiles import TILE_OF, Tile
from sms4a.console.figures import (
    NBSP,
    NOTHING,
    actor_name,
    age,
    at,
    average,
    clock,
    countries,
    country,
    country_with_code,
    day,
    duration,
    file_size,
    listing,
    masked,
    moment,
    number,
    on_one_line,
    parts,
    people,
    percent,
    rows,
    same_day,
    shown_number,
    when,
    when_exactly,
    within_sentence,
    zone_name,
)
from sms4a.console.language import N_, _, language, locale, ngettext
from sms4a.console.problems import (
    format_note,
    list_problem,
    pile,
    pile_icon,
    row_problem,
    template_problem,
)
from sms4a.console.words_trouble import (
    campaign_problem,
    connection_finding,
    hold,
    ledger_problem,
    submission_problem,
)
from sms4a.console.words_verdicts import VerdictWords, api_words, may_resend, resend, verdict
from sms4a.status import Outcome

__all__ = [
    "NBSP",
    "NOTHING",
    "N_",
    "TILES",
    "VerdictWords",
    "Words",
    "_",
    "actor_name",
    "age",
    "api_words",
    "at",
    "average",
    "balance",
    "campaign_problem",
    "campaign_state",
    "clock",
    "connection_finding",
    "countries",
    "country",
    "country_with_code",
    "day",
    "duration",
    "file_size",
    "format_note",
    "hold",
    "language",
    "ledger_problem",
    "list_problem",
    "listing",
    "locale",
    "masked",
    "may_resend",
    "mode",
    "moment",
    "ngettext",
    "number",
    "on_one_line",
    "outcome",
    "parts",
    "people",
    "percent",
    "pile",
    "pile_icon",
    "resend",
    "row_problem",
    "rows",
    "same_day",
    "shown_number",
    "submission_problem",
    "template_problem",
    "tile",
    "tile_of",
    "verdict",
    "when",
    "when_exactly",
    "within_sentence",
    "zone_name",
]


@dataclass(frozen=True, slots=True)
class Words:
    """How a state is shown: always icon, word and colour together."""

    label: str
    icon: str
    """A Material symbol, `:material/…:`."""
    color: str
    """A colour name of the theme."""
    sentence: str

    def translated(self) -> "Words":
        return Words(_(self.label), self.icon, self.color, _(self.sentence))

    @property
    def badge(self) -> str:
        """As a badge inside Markdown and tables."""
        return f":{self.color}-badge[{self.icon} {self.label}]"

    @property
    def inline(self) -> str:
        """Icon and word in its colour, inside a line of Markdown."""
        return f":{self.color}[{self.icon}] {self.label}"


TILES = tuple(Tile)
"""The six piles every breakdown has, in the one order they are always shown."""

_TILES: dict[Tile, Words] = {
    Tile.DELIVERED: Words(
        N_("Delivered"), ":material/check_circle:", "green", N_("The network reports that the message is on the phone.")
    ),
    Tile.ACCEPTED: Words(
        N_("Handed over"),
        ":material/outbound:",
        "blue",
        N_("Handed to the network. Nobody has confirmed that it is on the phone."),
    ),
    Tile.PENDING: Words(
        N_("Waiting"), ":material/schedule:", "gray", N_("Not yet handed to the network. There is no result so far.")
    ),
    Tile.FAILED: Words(N_("Failed"), ":material/cancel:", "red", N_("The message did not reach this person.")),
    Tile.UNKNOWN: Words(
        N_("Unknown"), ":material/help:", "violet", N_("Nobody knows whether the message arrived. It may have.")
    ),
    Tile.LEFT_OUT: Words(
        N_("Left out"), ":material/person_off:", "yellow", N_("Nothing was sent for this row of the list.")
    ),
}

_CANCELLED = Words(
    N_("Stopped"), ":material/block:", "red", N_("Sending to this person was stopped before it was finished.")
)


def tile(name: Tile) -> Words:
    return _TILES[name].translated()


def tile_of(outcome: Outcome) -> Tile:
    """Under which tile an outcome is counted; stopped counts as failed."""
    return TILE_OF[outcome]


def outcome(value: Outcome) -> Words:
    return (_CANCELLED if value is Outcome.CANCELLED else _TILES[TILE_OF[value]]).translated()


_CAMPAIGN_STATES: dict[CampaignState, Words] = {
    CampaignState.PREPARING: Words(
        N_("Preparing"),
        ":material/hourglass_top:",
        "gray",
        N_("The messages are being put together. Nothing has been sent yet."),
    ),
    CampaignState.PREPARED: Words(
        N_("Ready to send"),
        ":material/fact_check:",
        "gray",
        N_("Everything is prepared. It waits for somebody to press Send."),
    ),
    CampaignState.FAILED: Words(
        N_("Not prepared"), ":material/error:", "orange", N_("It could not be prepared. Nothing has been sent.")
    ),
    CampaignState.SENDING: Words(N_("Sending"), ":material/send:", "gray", N_("Messages are being handed over.")),
    CampaignState.PAUSED: Words(
        N_("Paused"), ":material/pause:", "orange", N_("Nothing more goes out until somebody presses Resume.")
    ),
    CampaignState.STOPPED: Words(
        N_("Stopped"), ":material/stop_circle:", "gray", N_("What had not left will not leave.")
    ),
    CampaignState.FINISHED: Words(
        N_("Finished"), ":material/check:", "gray", N_("Everything is handed over and every result has come in.")
    ),
}


def campaign_state(state: CampaignState) -> Words:
    return _CAMPAIGN_STATES[state].translated()


_MODES = {
    "practice": Words(
        N_("Practice"),
        ":material/school:",
        "orange",
        N_("Everything works as it does live, but a simulator answers. No message reaches a phone."),
    ),
    "live": Words(N_("Live"), ":material/bolt:", "gray", N_("Messages go to real phones through Retarus.")),
}


def mode(value: str) -> Words:
    """`practice` or `live`."""
    return _MODES[value].translated()


_BALANCE = {
    "waiting": N_("waiting"),
    "sending": N_("sending"),
    "accepted": N_("accepted"),
    "refused": N_("refused"),
    "uncertain": N_("being looked for"),
    "undecided": N_("need a decision"),
    "stopped": N_("stopped"),
    "written_off": N_("written off"),
}


def balance(word: str) -> str:
    """The word for one summand of the balance, in small letters, to stand after its figure."""
    return _(_BALANCE[word])
