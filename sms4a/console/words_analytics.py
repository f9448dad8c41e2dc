"""Sentences of Analytics: the finding above each chart."""

from collections.abc import Mapping, Sequence
from datetime import date

from sms4a.campaigns.results.delays import Delays, within_s
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import By, Funnel, Group
from sms4a.console import widgets, wording
from sms4a.console.wording import N_, _
from sms4a.console.words_results import (
    Reasons,
    delivered_of_finished,
    delivered_share,
    no_result,
    untimed,
)


def analytics_finding(tally: Tally) -> str:
    """The headline of Analytics; Markdown."""
    if not tally.people:
        return _("**Nothing was sent.**")
    if not tally.finished:
        waiting = tally.people - tally.cancelled
        if not waiting:
            return f"**{no_result(tally)}**"
        return _("**No result has come in yet** for {people}.").format(people=wording.people(waiting))
    return delivered_of_finished(tally)


def funnel_finding(found: Funnel) -> str:
    """How many of the uploaded rows reach a phone, and where most are lost; Markdown."""
    if found.uploaded is None or found.accepted is None:
        share = wording.percent(found.delivered, found.planned)
        first = _("**{share} of the people it was sent to have it on their phone.**").format(share=share)
        more = [_("Rows of the list are not counted by country, as those that cannot be read have none.")]
        if found.accepted is None:
            more.append(_("How many Retarus has accepted is told as soon as everything has gone out."))
        return " ".join([first, *more])
    if not found.uploaded:
        return _("No rows were uploaded.")
    share = wording.percent(found.delivered, found.uploaded)
    first = _("**{share} of the uploaded rows reached a phone.**").format(share=share)
    losses = {
        _("Most of the rest was left out before sending."): found.uploaded - found.planned,
        _("Most of the rest has not been accepted by Retarus."): found.planned - found.accepted,
        _("Most of the rest went out and was not delivered, or not yet."): found.accepted - found.delivered,
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
        return _("**{share} of the finished messages were delivered** on the only day with results: {day}.").format(
            share=delivered_share(best[2]), day=wording.within_sentence(wording.day(best[1]))
        )
    return _(
        "**Between {low} and {high} of a day's finished messages were delivered.** The lowest share: {day}."
    ).format(
        low=delivered_share(worst[2]), high=delivered_share(best[2]), day=wording.within_sentence(wording.day(worst[1]))
    )


def within(delays: Delays, share: float) -> str:
    """How long this share of the delivered people waited at most; a dash for nobody."""
    if not delays:
        return wording.NOTHING
    seconds = within_s(delays, share)
    return _("more than 2 days") if seconds is None else wording.duration(seconds * 1000)


def delay_finding(delays: Delays, delivered: int) -> str:
    """How fast delivery was; Markdown. `delivered`: people, also those of whom no time is known."""
    if not delays:
        return _("Nothing has been delivered yet.") if not delivered else untimed(delivered)
    text = _("**Half of the delivered messages arrived within {half}**, 95 of 100 within {most}.").format(
        half=within(delays, 0.5), most=within(delays, 0.95)
    )
    return f"{text} {untimed(delivered - sum(delays.values()))}".rstrip()


def hours_finding(hours: Mapping[int, int]) -> str:
    """The hour of the day in which most arrives; Markdown."""
    total = sum(hours.values())
    if not total:
        return _("Nothing has been delivered yet.")
    hour = max(hours, key=lambda each: (hours[each], -each))
    return _("**Most messages arrived between {first} and {last}:** {share} of them.").format(
        first=f"{hour:02d}:00", last=f"{(hour + 1) % 24:02d}:00", share=wording.percent(hours[hour], total)
    )


def countries_finding(groups: Sequence[Group]) -> str:
    """Where most people are; Markdown."""
    total = sum(group.tally.people for group in groups)
    first = groups[0]
    share = wording.percent(first.tally.people, total)
    return _("**{country}: {share}** of the people.").format(share=share, country=wording.country(first.key))


_BY: dict[By, str] = {
    By.CAMPAIGN: N_("Campaigns"),
    By.SENDER: N_("Senders"),
    By.BILLCODE: N_("Bill codes"),
    By.COUNTRY: N_("Countries"),
}

_ONE: dict[By, str] = {
    By.CAMPAIGN: N_("Campaign"),
    By.SENDER: N_("Sender"),
    By.BILLCODE: N_("Bill code"),
    By.COUNTRY: N_("Country"),
}


def by(value: By) -> str:
    return _(_BY[value])


def one(value: By) -> str:
    """The heading over what is compared."""
    return _(_ONE[value])


def group(found: Group, value: By) -> str:
    """The name of one line."""
    if value is By.COUNTRY:
        return wording.country(found.key)
    if value is By.SENDER:
        return found.key or _("as the account sets it")
    return found.name or (_("Untitled") if value is By.CAMPAIGN else _("without one"))


def side_by_side_finding(groups: Sequence[Group], value: By) -> str:
    """The best and the worst by the share of delivered; Markdown."""
    judged = [(found.tally.delivered_share, found) for found in groups if found.tally.delivered_share is not None]
    if len(judged) < 2:
        return _("There is nothing to compare yet.")
    (low, worst), (high, best) = min(judged, key=lambda item: item[0]), max(judged, key=lambda item: item[0])
    if low == high:
        return _("**All alike:** {share} of the finished messages were delivered.").format(
            share=delivered_share(best.tally)
        )
    return _("**Best: {best}** with {high} of the finished messages delivered; lowest: {worst} with {low}.").format(
        best=widgets.plain(group(best, value)), high=delivered_share(best.tally),
        worst=widgets.plain(group(worst, value)), low=delivered_share(worst.tally),
    )  # fmt: skip
