"""Words for what keeps messages from leaving: campaigns, hand-overs, everything at once, and a single address."""

from collections.abc import Mapping

from sms4a.campaigns.ledger import LedgerError
from sms4a.connection import Finding
from sms4a.console.language import N_, _

_CAMPAIGNS: Mapping[str, str] = {
    "no_text": N_("There is no text."),
    "text_problem": N_("Something is wrong with the placeholders of the text."),
    "unknown_field": N_("The text has a placeholder that no column of the list fills."),
    "list_changed": N_("The list was changed meanwhile."),
    "replaced": N_("A newer version of the draft has taken its place."),
}


def campaign_problem(code: str | None) -> str:
    """Why a campaign could not be prepared."""
    return _(_CAMPAIGNS.get(code or "", N_("It could not be prepared. Change the message or the list and try again.")))


_REFUSED_VERBS: Mapping[str, str] = {
    "changed": N_("The message or the list was changed after this check. Check again before you send."),
    "not_prepared": N_("The messages are still being put together."),
    "no_people": N_("Nobody is left to send to."),
    "list_not_ready": N_("The list is still being read, or something about it must be answered first."),
    "draft_gone": N_("Somebody deleted this draft."),
    "already_sent": N_("This campaign was sent already."),
    "sent_again": N_(
        "One of these people has been sent it again meanwhile, or a second message could reach them "
        "twice. Go back to the first campaign and choose again."
    ),
    "over_campaign_limit": N_("It would cost more than one campaign may. The limit stands on the page Prices."),
    "over_day_limit": N_("With what else begins on that day it would cost more than a day may."),
    "no_price": N_("There is a spending limit, and no price for some of the countries."),
    "start_passed": N_("The chosen time has passed. Choose another one, or now."),
    "no_reason": N_("Say why. The reason stays with this campaign."),
    "not_undecided": N_("It is not open any more: it was found, or somebody decided meanwhile."),
    "no_job_id": N_("This is no job id. It begins with J. and stands on the page Jobs."),
    "already_asked": N_("Somebody has just decided; it is being carried out."),
}


def ledger_problem(error: LedgerError) -> str:
    """Why what was asked for is not possible now."""
    return _(_REFUSED_VERBS.get(error.code, N_("This is not possible now.")))


_SUBMISSIONS: Mapping[str, str] = {
    "refused": N_("Retarus refused the content."),
    "slow_down": N_("Retarus asked to send more slowly."),
    "login": N_("Retarus did not accept the login."),
    "wrong_address": N_("The address does not take messages."),
    "certificate": N_("The other side could not prove that it is Retarus."),
    "not_connected": N_("No connection could be made; nothing has left."),
    "duplicate": N_("Retarus says that it has seen the same just before."),
    "server_error": N_("Retarus had an internal error after the request had left."),
    "no_answer": N_("The request left and no usable answer came back."),
    "changed": N_("It is no longer what was checked."),
    "interrupted": N_("The program ended in the middle of it."),
    "too_late": N_("There was no time left to send it before another sender would have taken over."),
    "stopping": N_("The program was being stopped; nothing has left."),
    "not_confirmed": N_("The database did not confirm that it may leave; nothing has left."),
    "disk": N_("The disk of the server is full or cannot be written; nothing has left."),
    "not_built": N_("The request could not be put together; nothing has left."),
    "not_recordable": N_("Retarus answered something that could not be stored."),
    "restored": N_("The database turned out to be an older copy; nothing has left."),
    "nobody_left": N_("Everybody in it opted out after the check."),
    "no_trace": N_("Both data centres were searched completely, again and again, and have no job with its reference."),
    "could_not_look": N_("For a whole day a data centre could not be searched, so a job may be there unseen."),
    "job_differs": N_("Retarus has a job with its reference, but for another number of people."),
    "double_job": N_("Retarus has two jobs with its reference: people may have got the message twice."),
}


def submission_problem(code: str | None) -> str:
    """Why a hand-over is not accepted; empty if nothing is wrong."""
    return _(_SUBMISSIONS.get(code, N_("Something unexpected happened."))) if code else ""


_HOLDS: Mapping[str, tuple[str, str]] = {
    "login": (
        N_("Retarus does not accept the login."),
        N_(
            "Check user name and password, and restart the console with the right ones. Sending then "
            "resumes automatically."
        ),
    ),
    "wrong_address": (
        N_("The address does not take messages."),
        N_("Check the addresses on the Connection page. Once they are right, sending resumes automatically."),
    ),
    "certificate": (
        N_("The other side could not prove that it is Retarus."),
        N_(
            "Ask your administrator: a proxy or a missing certificate is the usual reason. Once that is "
            "fixed, sending resumes automatically."
        ),
    ),
    "emergency": (
        N_("All sending was stopped by hand."),
        N_("Let sending go on once you know that it should."),
    ),
    "restored": (
        N_("This is an older copy of the database."),
        N_(
            "What happened after it was taken is missing here, and people shown as waiting may have got their message "
            "already. Before sending goes on:\n\n"
            "1. Enter again who has opted out since.\n"
            "2. Wait until the page Jobs has all jobs: what Retarus has already is recognised then.\n"
            "3. Stop what must not go on."
        ),
    ),
    "moved": (
        N_("The database was moved or copied to another place."),
        N_(
            "If another console still works on the first one, both would send to the same people. Let sending go on "
            "here only when the other one is switched off for good."
        ),
    ),
    "disk": (
        N_("The disk of the server is full or cannot be written."),
        N_("Ask your administrator to make room. Then let sending go on."),
    ),
    "clock": (
        N_("The clock of this machine jumped."),
        N_(
            "Scheduled campaigns would leave at a wrong time. Ask your administrator to look at date and time of the "
            "server, then let sending go on."
        ),
    ),
    "double_job": (
        N_("Retarus has two jobs for one hand-over."),
        N_(
            "People may have got a message twice. Tell your administrator and Retarus, and look at that "
            "hand-over on its campaign's page, before you let sending go on."
        ),
    ),
    "job_differs": (
        N_("Retarus has a job of ours for another number of people."),
        N_(
            "Somebody else may be sending with our references. Tell your administrator and Retarus, and look at "
            "that hand-over on its campaign's page, before you let sending go on."
        ),
    ),
    "sent_again": (
        N_("Some people were sent to again, and Retarus had their message already."),
        N_(
            "They may get it twice. Look at their campaign's page, and stop the campaign that sends to them again if "
            "it has not left yet. Tell your administrator before you let sending go on."
        ),
    ),
}

_OTHER_HOLD = (N_("Sending is held."), N_("Look at the Connection page, fix what it names, then try again."))


def hold(code: str) -> tuple[str, str]:
    """What holds all sending, and what to do about it."""
    what, advice = _HOLDS.get(code, _OTHER_HOLD)
    return _(what), _(advice)


def connection_finding(finding: Finding) -> str:
    """What a test of one address has found, and what to do."""
    return {
        Finding.WORKS: _("It answers."),
        Finding.WRONG_LOGIN: _("It answers, and does not accept user name and password. Check both."),
        Finding.WRONG_ADDRESS: _("There is no such host, or what answers there is not this API. Check the address."),
        Finding.NO_NETWORK: _("This machine reaches nobody. Check its network."),
        Finding.NOBODY_THERE: _("Nothing answers there. Check the address, and whether a firewall is in the way."),
        Finding.CERTIFICATE: _(
            "It could not prove that it is Retarus. A proxy or a missing certificate is the usual reason."
        ),
        Finding.PROXY: _("The proxy does not answer or does not let the console through. Check its setting."),
        Finding.NO_ANSWER: _("A connection was made and no answer came in time. Try again in some minutes."),
        Finding.BUSY: _("It answers, and asks for fewer requests. Try again in a minute."),
        Finding.SERVER_TROUBLE: _("It answers that it has an internal error. Try again in some minutes."),
        Finding.ODD_ANSWER: _("It refuses a request that is right. Ask Retarus."),
    }[finding]
