"""Words for what became of one SMS: the reason, a sentence, what to do, and whether it may be sent again."""

from dataclasses import dataclass

from sms4a.campaigns.tiles import RESEND_OF_VERDICT
from sms4a.console.language import N_, _
from sms4a.status import RULES, Resend


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
        N_("Stopped by Retarus"),
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
        N_("Wait. Nothing is ever sent a second time automatically."),
    ),
    "refused": VerdictWords(
        N_("Refused when handed over"),
        N_("Retarus refused the whole hand-over. Nobody in it got a message."),
        N_("Fix what the campaign page names, then send to these people again."),
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
