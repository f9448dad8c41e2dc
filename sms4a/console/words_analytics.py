"""Sentences of Analytics: the finding above each chart."""

from datetime import date

from sms4a.campaigns.views import Funnel, Tally, Tile
from sms4a.console import wording
from sms4a.console.wording import _, ngettext
from sms4a.console.words_results import Reasons, delivered_share


def analytics_finding(tally: Tally) -> str:
    """The headline of Analytics; Markdown."""
    if not tally.people:
        return _("**Nobody was sent to.**")
    if not tally.finished:
        return _("**No result has come in yet** for {people}.").format(people=wording.people(tally.people))
    finished = ngettext("{n} finished message", "{n} finished messages", tally.finished)
    return _("**{share} of {finished} were delivered.**").format(
        share=delivered_share(tally), finished=finished.format(n=wording.number(tally.finished))
    )


def funnel_finding(found: Funnel) -> str:
    """How many of the uploaded rows reach a phone, and where most are lost; Markdown."""
    if found.uploaded is None or found.accepted is None:
        share = wording.percent(found.delivered, found.planned)
        return _("**{share} of the people who were sent to have it on their phone.**").format(share=share)
    if not found.uploaded:
        return _("No rows were uploaded.")
    share = wording.percent(found.delivered, found.uploaded)
    first = _("**{share} of the uploaded rows reached a phone.**").format(share=share)
    losses = {
        _("Most of the rest was left out before sending."): found.uploaded - found.planned,
        _("Most of the rest has not been accepted by Retarus."): found.planned - found.accepted,
        _("Most of the rest left and is not delivered, or not yet."): found.accepted - found.delivered,
    }
    sentence, most = max(losses.items(), key=lambda loss: loss[1])
    return f"{first} {sentence}" if most * 2 > sum(losses.values()) else first


def why_finding(tally: Tally, reasons: Reasons) -> str:
    """The most frequent reason and its share of the failed; Markdown."""
    code, most = reasons[0]
    return _("**{reason}:** {share} of them.").format(
        reason=wording.verdict(code).reason, share=wording.percent(most, tally[Tile.FAILED])
    )


def trend_finding(days: tuple[tuple[date, Tally], ...]) -> str:
    """The best and the worst day by the share of delivered; Markdown."""
    judged = [(tally.delivered_share, day, tally) for day, tally in days if tally.delivered_share is not None]
    if not judged:
        return _("No result has come in yet.")
    worst, best = min(judged, key=lambda item: item[0]), max(judged, key=lambda item: item[0])
    if len(judged) == 1:
        return _("**{share} were delivered** on the only day with results: {day}.").format(
            share=delivered_share(best[2]), day=wording.day(best[1])
        )
    return _("**Between {low} and {high} were delivered.** The lowest share: {day}.").format(
        low=delivered_share(worst[2]), high=delivered_share(best[2]), day=wording.day(worst[1])
    )
