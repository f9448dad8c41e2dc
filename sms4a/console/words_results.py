"""What became of the messages, in sentences: shares with what they are a share of, reasons, times."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from sms4a.campaigns.tiles import OUTCOME_OF_VERDICT, Tally, Tile
from sms4a.console import wording
from sms4a.console.wording import Words, _, ngettext
from sms4a.status import Outcome

Reasons = tuple[tuple[str, int], ...]
"""Verdict codes and people, most people first."""


def delivered_share(tally: Tally) -> str:
    """Delivered of the finished messages; a dash while none has finished."""
    return wording.percent(tally[Tile.DELIVERED], tally.finished)


def delivered_of_finished(tally: Tally) -> str:
    """The share with what it is a share of, as tiles show shares of people; Markdown. Some messages have finished."""
    form = ngettext(
        "**{share} of {n} finished message was delivered.**",
        "**{share} of the {n} finished messages were delivered.**",
        tally.finished,
    )
    return form.format(share=delivered_share(tally), n=wording.number(tally.finished))


def finding(tally: Tally, reasons: Reasons) -> str:
    """What became of it in one sentence; Markdown, the finding in bold."""
    if not tally.people:
        return _("Nothing was sent.")
    after = _stopped(tally)
    if not tally.finished:
        return f"{no_result(tally)} {after}".rstrip()
    first = delivered_of_finished(tally)
    failed = tuple((code, n) for code, n in reasons if OUTCOME_OF_VERDICT.get(code) is not Outcome.CANCELLED)
    why = _why(tally.failed, failed) if tally.failed else _("None failed.")
    return f"{first} {why} {after}".rstrip()


def share(tile: Tile, tally: Tally) -> str:
    """The figure of a tile as a share of what it names; a dash for nobody."""
    if not tally[tile]:
        return wording.NOTHING
    if tile is Tile.LEFT_OUT:
        return _("{share} of all rows").format(share=wording.percent(tally[tile], tally.rows))
    return _("{share} of people").format(share=wording.percent(tally[tile], tally.people))


def named(tile: Tile, tally: Tally) -> Words:
    """The words of a tile; a red figure of people whom somebody stopped on purpose must not read as a failure."""
    words = wording.tile(tile)
    return replace(words, label=_("Failed or stopped")) if tile is Tile.FAILED and tally.cancelled else words


def stopped_note(tally: Tally) -> str:
    """Beside the figure of Failed, where those who were stopped are counted too. A tile has no room to say by whom."""
    return _("{n} stopped").format(n=wording.number(tally.cancelled))


def _stopped(tally: Tally) -> str:
    """Who was stopped with the campaign, and who by Retarus, where nobody pressed Stop; empty if nobody was."""
    here, there = tally.stopped, tally.cancelled - tally.stopped
    figures = {"here": wording.number(here), "there": wording.number(there)}
    if not there:
        form = ngettext("{here} was stopped.", "{here} were stopped.", here) if here else ""
    elif not here:
        form = ngettext("{there} was stopped by Retarus.", "{there} were stopped by Retarus.", there)
    else:
        form = ngettext(
            "{here} was stopped here, {there} by Retarus.", "{here} were stopped here, {there} by Retarus.", here
        )
    return form.format(**figures)


def no_result(tally: Tally) -> str:
    """Of people none of whom has a result: one may still come, unless all were stopped."""
    return _("No result has come in yet.") if tally.people > tally.cancelled else _("Nobody got it.")


def minutes_finding(minutes: Sequence[tuple[int, int]], delivered: int) -> str:
    """By when half of those who have it had it, and when the latest came; Markdown. `minutes` is not empty."""
    sums = list(accumulate(n for _ts, n in minutes))
    half_ts = next(ts for (ts, _n), so_far in zip(minutes, sums, strict=True) if so_far * 2 >= sums[-1])
    if len(minutes) == 1:
        text = _("**All of the delivered had it by {last}.**")
    else:
        text = _("**Half of the delivered had it by {half}**, the latest by {last}.")
    half_ts, last_ts = half_ts + 60_000, minutes[-1][0] + 60_000
    # The day is said once.
    once = len(minutes) > 1 and wording.same_day(half_ts, last_ts)
    last = wording.clock(last_ts, seconds=False) if once else wording.moment(last_ts)
    return f"{text.format(half=wording.moment(half_ts), last=last)} {untimed(delivered - sums[-1])}".rstrip()


def untimed(people: int) -> str:
    """What is said of delivered people who are in no figure about times; nothing if there are none."""
    form = ngettext("Of {n} more, Retarus has not said when.", "Of {n} more, Retarus has not said when.", people)
    return form.format(n=wording.number(people)) if people > 0 else ""


def _why(failed: int, reasons: Reasons) -> str:
    figure = wording.number(failed)
    if not reasons:
        return ngettext("{n} failed.", "{n} failed.", failed).format(n=figure)
    code, most = reasons[0]
    words = wording.verdict(code).reason
    if most == failed:
        return ngettext(
            "{n} failed. The reason: {reason}.", "{n} failed, all for one reason: {reason}.", failed
        ).format(n=figure, reason=_lower(words))
    if most * 2 > failed:
        return _("{n} failed, most of them for this reason: {reason}.").format(n=figure, reason=_lower(words))
    return _("{n} failed; the most frequent reason: {reason} ({most}).").format(
        n=figure, reason=_lower(words), most=wording.number(most)
    )


def _lower(words: str) -> str:
    """As it stands within a sentence; names keep their capital."""
    return words if words.startswith("Retarus") or wording.language() == "de" else words[:1].lower() + words[1:]


def why_title(tally: Tally) -> str:
    """The heading of the bars; who was stopped did not fail, but did not get it either."""
    text = _("Why {n} did not get it") if tally.cancelled else _("Why {n} failed")
    return text.format(n=wording.number(tally[Tile.FAILED]))
