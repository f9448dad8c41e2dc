"""Words of sending again: the light of each fate, and what a second campaign will do."""

from collections.abc import Sequence

from sms4a.campaigns.again import SAFE, Fate
from sms4a.console import wording
from sms4a.console.wording import N_, _, ngettext
from sms4a.status import Resend

_LIGHTS: dict[Resend, str] = {
    Resend.YES: ":green[:material/check_circle:]",
    Resend.LATER: ":orange[:material/schedule:]",
    Resend.AFTER_CHECK: ":orange[:material/rule:]",
    Resend.NO: ":red[:material/block:]",
    Resend.NEVER: ":red[:material/block:]",
    Resend.POINTLESS: ":gray[:material/done_all:]",
}

_WHY: dict[Resend, str] = {
    Resend.YES: N_("may get it again now"),
    Resend.LATER: N_("may get it once more, after some time"),
    Resend.AFTER_CHECK: N_("only after somebody looked at sender, text and country"),
    Resend.NO: N_("not again: it may have arrived, or may still"),
    Resend.NEVER: N_("never again: take these numbers off your list"),
    Resend.POINTLESS: N_("they have it"),
}


def light(resend: Resend) -> str:
    """The icon of an answer; it never stands without its words."""
    return _LIGHTS[resend]


def why(resend: Resend) -> str:
    return _(_WHY[resend])


def finding(fates: Sequence[Fate]) -> str:
    """Whom a second message would be safe for; Markdown, the finding in bold."""
    open_now = sum(fate.open for fate in fates)
    already = sum(fate.already for fate in fates)
    first = ngettext(
        "**{n} person did not get it, and you may send it again.**",
        "**{n} people did not get it, and you may send it to them again.**",
        open_now,
    ).format(n=wording.number(open_now))
    if not already:
        return first
    return f"{first} " + ngettext(
        "{n} has been sent it again already.", "{n} have been sent it again already.", already
    ).format(n=wording.number(already))


def fate(one: Fate) -> str:
    """One line of the choice; Markdown."""
    shown = one.open if one.resend in SAFE else one.people
    words = f"{wording.number(shown)} · {wording.verdict(one.verdict).reason}"
    return f"{light(one.resend)} **{words}**: {why(one.resend)}"


def begin(people: int) -> str:
    return ngettext("Write to {n} person again", "Write to {n} people again", people).format(n=wording.number(people))
