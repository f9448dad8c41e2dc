"""A word for every state and code, and the front to all words: translation, figures and times."""

from dataclasses import dataclass

from sms4a.campaigns.states import CampaignState, ListState, SubmissionState
from sms4a.campaigns.views import RESEND_OF_VERDICT, TILE_OF, Tile
from sms4a.console.figures import (
    NBSP,
    NOTHING,
    age,
    at,
    clock,
    countries,
    country,
    country_with_code,
    day,
    duration,
    file_size,
    listing,
    masked,
    number,
    parts,
    people,
    percent,
    rows,
    shown_number,
    when,
    when_exactly,
    zone_name,
)
from sms4a.console.language import N_, _, language, locale, ngettext
from sms4a.console.problems import (
    campaign_problem,
    connection_finding,
    format_note,
    hold,
    ledger_problem,
    list_problem,
    pile,
    pile_icon,
    row_problem,
    submission_problem,
    template_problem,
)
from sms4a.status import RULES, Outcome, Resend

__all__ = [
    "NBSP",
    "NOTHING",
    "N_",
    "TILES",
    "VerdictWords",
    "Words",
    "_",
    "age",
    "api_words",
    "at",
    "balance",
    "campaign_problem",
    "campaign_state",
    "clock",
    "connection_finding",
    "countries",
    "country",
    "country_with_code",
    "day",
    "draft",
    "duration",
    "file_size",
    "format_note",
    "hold",
    "language",
    "ledger_problem",
    "list_problem",
    "list_state",
    "listing",
    "locale",
    "masked",
    "may_resend",
    "mode",
    "ngettext",
    "number",
    "outcome",
    "parts",
    "people",
    "percent",
    "pile",
    "pile_icon",
    "resend",
    "row_problem",
    "rows",
    "shown_number",
    "submission_problem",
    "submission_state",
    "template_problem",
    "tile",
    "tile_of",
    "verdict",
    "when",
    "when_exactly",
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
        N_("Left out"), ":material/person_off:", "yellow", N_("This row of the list was not sent to.")
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
        N_("Paused"), ":material/pause:", "orange", N_("Nothing more leaves until somebody lets it go on.")
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


_DRAFT = Words(N_("Draft"), ":material/edit_note:", "gray", N_("Not finished writing. Nothing has been sent."))


def draft() -> Words:
    return _DRAFT.translated()


_MODES = {
    "practice": Words(
        N_("Practice"),
        ":material/school:",
        "orange",
        N_("Everything works as in earnest, but a simulator answers. No message reaches a phone."),
    ),
    "live": Words(N_("Live"), ":material/bolt:", "gray", N_("Messages go to real phones through Retarus.")),
}


def mode(value: str) -> Words:
    """`practice` or `live`."""
    return _MODES[value].translated()


_LIST_STATES: dict[ListState, Words] = {
    ListState.NEW: Words(N_("Waiting"), ":material/schedule:", "gray", N_("The list will be read in a moment.")),
    ListState.CHECKING: Words(
        N_("Being read"), ":material/hourglass_top:", "gray", N_("Every row of the list is being checked.")
    ),
    ListState.CHECKED: Words(N_("Read"), ":material/check:", "gray", N_("Every row of the list was checked.")),
    ListState.FAILED: Words(N_("Not readable"), ":material/error:", "orange", N_("The list could not be read.")),
}


def list_state(state: ListState) -> Words:
    return _LIST_STATES[state].translated()


_SUBMISSION_STATES: dict[SubmissionState, Words] = {
    SubmissionState.READY: Words(N_("Waiting"), ":material/schedule:", "gray", N_("Not yet handed over.")),
    SubmissionState.HELD: Words(
        N_("Held"), ":material/front_hand:", "orange", N_("Something must be mended before this can leave.")
    ),
    SubmissionState.SENDING: Words(N_("Sending"), ":material/send:", "gray", N_("Being handed over at this moment.")),
    SubmissionState.ACCEPTED: Words(
        N_("Accepted"), ":material/outbound:", "blue", N_("Retarus has taken it; results are coming in.")
    ),
    SubmissionState.SETTLED: Words(
        N_("Complete"), ":material/check:", "gray", N_("Retarus has taken it and every result is known.")
    ),
    SubmissionState.REFUSED: Words(
        N_("Refused"), ":material/cancel:", "red", N_("Retarus refused the content. Nobody got it.")
    ),
    SubmissionState.UNCERTAIN: Words(
        N_("Being looked for"),
        ":material/manage_search:",
        "violet",
        N_("It may have been taken. Both data centres are being asked; nothing is sent a second time."),
    ),
    SubmissionState.UNDECIDED: Words(
        N_("Needs a decision"),
        ":material/help:",
        "violet",
        N_("Both data centres were searched and nothing was found. A person decides what happens."),
    ),
    SubmissionState.STOPPED: Words(
        N_("Stopped"), ":material/stop_circle:", "gray", N_("Stopped before it left. Nobody got it.")
    ),
    SubmissionState.WRITTEN_OFF: Words(
        N_("Written off"), ":material/help:", "violet", N_("Somebody wrote it off. These people may have got it.")
    ),
}


def submission_state(state: SubmissionState) -> Words:
    return _SUBMISSION_STATES[state].translated()


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


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """What became of one SMS, in words."""

    reason: str
    """Short, for a table."""
    sentence: str
    advice: str


_VERDICTS: dict[str, VerdictWords] = {
    "waiting": VerdictWords(
        N_("Waiting at Retarus"),
        N_("Retarus has the message and has not handed it to the network yet."),
        N_("Wait. Nothing needs to be done."),
    ),
    "retrying": VerdictWords(
        N_("Retarus is trying again"),
        N_("A first attempt did not succeed; Retarus goes on trying."),
        N_("Wait. Nothing needs to be done."),
    ),
    "running": VerdictWords(
        N_("Sent, no answer yet"),
        N_("The message was sent; the phone network has not answered yet."),
        N_("Wait. A second message would probably arrive twice."),
    ),
    "delivered": VerdictWords(
        N_("Delivered to the phone"),
        N_("The network reports that the message is on the phone. Whether it was read, nobody can know."),
        N_("Nothing needs to be done."),
    ),
    "accepted": VerdictWords(
        N_("Handed to the network"),
        N_("The network has taken the message. It sends no report on whether it is on the phone."),
        N_("Ask for delivery reports next time if you need to know."),
    ),
    "number_invalid": VerdictWords(
        N_("Number does not exist"),
        N_("No network knows this number."),
        N_("Take the number off your list."),
    ),
    "blocked": VerdictWords(
        N_("Number is on a block list"),
        N_("This person does not want such messages, or the number is blocked at Retarus."),
        N_("Take the number off your list."),
    ),
    "timeout": VerdictWords(
        N_("Phone not reachable in time"),
        N_("The phone was off or out of reach for as long as the message was valid."),
        N_("You may send it once more, later."),
    ),
    "connection": VerdictWords(
        N_("Could not be handed over"),
        N_("Retarus did not reach the network, and the message did not leave."),
        N_("You may send it again."),
    ),
    "not_accepted": VerdictWords(
        N_("Network refused it"),
        N_("The network did not accept the message. Often the sender or the country is the reason."),
        N_("Look at sender, text and country before you send it again."),
    ),
    "failed_report": VerdictWords(
        N_("Network reports failure"),
        N_("The network tried and reports that the message could not be delivered."),
        N_("You may send it once more, later."),
    ),
    "send_error": VerdictWords(
        N_("Internal error, usually arrived"),
        N_("Something went wrong inside Retarus after the message had left. It usually arrived."),
        N_("Do not send it again: it would probably arrive twice."),
    ),
    "status_error": VerdictWords(
        N_("Result was lost"),
        N_("The message was sent, and its result could not be found out."),
        N_("Do not send it again: it may have arrived."),
    ),
    "cancelled_before": VerdictWords(
        N_("Stopped before sending"),
        N_("Retarus stopped the message before the first attempt."),
        N_("You may send it again."),
    ),
    "cancelled_after": VerdictWords(
        N_("Stopped after a first attempt"),
        N_("Retarus stopped the message after an attempt had been made."),
        N_("Do not send it again unless the person says that nothing arrived."),
    ),
    "killed": VerdictWords(
        N_("Sent, then stopped"),
        N_("The message was sent and then stopped at Retarus; nobody knows whether it arrived."),
        N_("Do not send it again: it may have arrived."),
    ),
    "other": VerdictWords(
        N_("Result with an unknown meaning"),
        N_("Retarus gave a result that its documentation does not name."),
        N_("Do not send it again before you have asked Retarus."),
    ),
    "unclear": VerdictWords(
        N_("Checking with both data centres"),
        N_("The connection broke while this was being handed over. Both data centres are being asked for it."),
        N_("Wait. Nothing is sent a second time by itself."),
    ),
    "refused": VerdictWords(
        N_("Refused when handed over"),
        N_("Retarus refused the whole hand-over. Nobody in it got a message."),
        N_("Mend what the campaign page names, then send to these people again."),
    ),
    "stopped": VerdictWords(
        N_("Stopped here before sending"),
        N_("Somebody stopped the campaign before this message left."),
        N_("You may send it again."),
    ),
    "written_off": VerdictWords(
        N_("Written off, may have arrived"),
        N_("Nobody could find out whether this was taken, and somebody decided to leave it at that."),
        N_("Do not send it again unless the person says that nothing arrived."),
    ),
    "no_report": VerdictWords(
        N_("No result came"),
        N_("No result came within three days after the message stopped being valid."),
        N_("Do not send it again: it may have arrived."),
    ),
}

_NOT_SENT_YET = VerdictWords(
    N_("Waiting to be sent"), N_("This message has not left yet."), N_("Wait. Nothing needs to be done.")
)


def verdict(code: str | None) -> VerdictWords:
    """The words for a verdict's code; None means that the message has not left yet."""
    words = _VERDICTS.get(code, _VERDICTS["other"]) if code else _NOT_SENT_YET
    return VerdictWords(_(words.reason), _(words.sentence), _(words.advice))


_RESEND = {
    Resend.NO: N_("No"),
    Resend.NEVER: N_("Never"),
    Resend.LATER: N_("Yes, later"),
    Resend.YES: N_("Yes"),
    Resend.POINTLESS: N_("Not needed"),
    Resend.AFTER_CHECK: N_("After a check"),
}


def resend(value: Resend) -> str:
    """The answer to: may the same person get this message again?"""
    return _(_RESEND[value])


def may_resend(code: str) -> Resend:
    """Whether the same person may get the message again after this verdict."""
    return RESEND_OF_VERDICT.get(code, Resend.NO)


def api_words() -> list[tuple[str, str, str]]:
    """Every row of the API's table: process status, status, our reason."""
    return [
        (
            rule.process_status.value,
            _("any") if rule.status is None else rule.status or _("empty"),
            verdict(rule.verdict.code).reason,
        )
        for rule in RULES
    ]
