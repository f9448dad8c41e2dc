"""Sentences of Overview: the week, its tiles, what waits for a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import Decisions, MissedStart, SubmissionRow
from sms4a.console import runtime, widgets, wording
from sms4a.console.wording import _, ngettext
from sms4a.console.words_results import delivered_share, no_result, stopped_note


def week(count: int, tally: Tally, before: Tally) -> str:
    """People and share of a week, beside the week before; Markdown."""
    campaigns = ngettext("{n} campaign", "{n} campaigns", count).format(n=wording.number(count))
    sentence = _("**{people}** in {campaigns}.").format(people=wording.people(tally.people), campaigns=campaigns)
    if tally.delivered_share is None:
        return f"{sentence} {no_result(tally)}"
    points = _points(tally, before)
    share = delivered_share(tally)
    if points is None:
        return f"{sentence} " + _("**{share}** of the finished messages were delivered.").format(share=share)
    if points == 0:
        return f"{sentence} " + _(
            "**{share}** of the finished messages were delivered, as many as the week before."
        ).format(share=share)
    text = (
        _("**{share}** of the finished messages were delivered, {points} points more than the week before.")
        if points > 0
        else _("**{share}** of the finished messages were delivered, {points} points less than the week before.")
    )
    return f"{sentence} {text.format(share=share, points=_one_digit(abs(points)))}"


def week_note(tile: Tile, tally: Tally, before: Tally, undecided: int) -> str:
    """The small line of a tile on Overview; a dash where there is nothing to say."""
    n = tally[tile]
    if tile is Tile.DELIVERED:
        points = _points(tally, before)
        if points:
            return _("{sign}{points} points").format(sign="+" if points > 0 else "−", points=_one_digit(abs(points)))
        return _("{share} of the finished").format(share=delivered_share(tally)) if tally.finished else wording.NOTHING
    if not n:
        return _("none")
    if tile is Tile.ACCEPTED:
        return _("no report of arrival")
    if tile is Tile.UNKNOWN and undecided:
        return _("{n} unclear").format(n=wording.number(undecided))
    if tile is Tile.FAILED and tally.cancelled:
        return stopped_note(tally)
    # Of the same people as the figure above it.
    return _("{share} of all people").format(share=wording.percent(n, tally.people))


def _points(tally: Tally, before: Tally) -> float | None:
    """Difference of the delivered shares in percentage points, one digit; None without both."""
    if tally.delivered_share is None or before.delivered_share is None:
        return None
    return round((tally.delivered_share - before.delivered_share) * 100, 1)


def _one_digit(value: float) -> str:
    return wording.number(round(value, 1))


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that waits for a person. The title is Markdown."""

    title: str
    sentence: str
    button: str
    page: str
    """A name of the registry."""
    query: Mapping[str, str] = field(default_factory=dict)


def decisions(found: Decisions) -> list[Decision]:
    """What waits for a person, the most urgent first; what holds all sending stands above every page."""
    cards = [_missed(start) for start in found.missed]
    cards += [_unclear(list(rows)) for _id, rows in groupby(_by_campaign(found.unclear), lambda row: row.campaign_id)]
    cards += [_held(list(rows)) for _id, rows in groupby(_by_campaign(found.held), lambda row: row.campaign_id)]
    if found.old_drafts:
        title = ngettext("{n} draft is older than 14 days", "{n} drafts are older than 14 days", found.old_drafts)
        cards.append(
            Decision(
                f":orange[:material/warning:] **{title.format(n=wording.number(found.old_drafts))}**",
                _drafts_stay(runtime.settings().keep_days),
                _("Look at the drafts"),
                "new_campaign",
                {"drafts": "all"},
            )
        )
    return cards


def _drafts_stay(keep_days: int) -> str:
    stay = _("Drafts are kept until somebody deletes them.")
    if not keep_days:
        return stay
    text = ngettext(
        "Their lists are erased when nobody has changed them for {n} day.",
        "Their lists are erased when nobody has changed them for {n} days.",
        keep_days,
    )
    return f"{stay} {text.format(n=wording.number(keep_days))}"


def _by_campaign(rows: tuple[SubmissionRow, ...]) -> list[SubmissionRow]:
    return sorted(rows, key=lambda row: row.campaign_id)


def _named(campaign: str) -> str:
    return widgets.plain(campaign or _("Untitled"))


def _missed(start: MissedStart) -> Decision:
    sentence = _("{name}. It should have started {time} while the console was not running; nothing was sent.")
    return Decision(
        f":orange[:material/event_busy:] **{_('A start was missed')}** · {wording.people(start.people)}",
        sentence.format(name=_named(start.name), time=wording.moment(start.start_ts)),
        _("Start it now, or later"),
        "campaign",
        {"id": start.campaign_id},
    )


def _unclear(rows: list[SubmissionRow]) -> Decision:
    """Those of one campaign; once somebody has to decide about any, the card is about these."""
    undecided = [row for row in rows if row.state is SubmissionState.UNDECIDED]
    if not undecided:
        title = ngettext("{n} hand-over is unclear", "{n} hand-overs are unclear", len(rows))
        doing, button = _("Both data centres are being searched."), _("Look at it")
    else:
        title = ngettext("Decide about {n} hand-over", "Decide about {n} hand-overs", len(undecided))
        problems = {row.problem for row in undecided}
        several = _("Nobody knows whether Retarus accepted them.")
        doing = wording.submission_problem(problems.pop()) if len(problems) == 1 else several
        button = _("Look and decide")
    about = undecided or rows
    people = wording.people(sum(row.people for row in about))
    return Decision(
        f":violet[:material/help:] **{title.format(n=wording.number(len(about)))}** · {people}",
        f"{_named(rows[0].campaign_name)}. {doing}",
        button,
        "campaign",
        {"id": rows[0].campaign_id},
    )


def _held(rows: list[SubmissionRow]) -> Decision:
    title = ngettext("{n} hand-over is held", "{n} hand-overs are held", len(rows)).format(n=len(rows))
    return Decision(
        f":orange[:material/front_hand:] **{title}** · {wording.people(sum(row.people for row in rows))}",
        f"{_named(rows[0].campaign_name)}. {wording.submission_problem(rows[0].problem)}",
        _("Look at it"),
        "campaign",
        {"id": rows[0].campaign_id},
    )
