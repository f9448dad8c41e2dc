"""Sentences about when a campaign begins: countdown, schedule, a start that was missed, others whose turn is first."""

from datetime import datetime

from sms4a.campaigns.stages import Stage
from sms4a.campaigns.views import Progress
from sms4a.console import widgets, wording, words_compose
from sms4a.console.wording import _

MOST_NAMED = 2


def headline(progress: Progress, now_ts: int) -> str:
    """For a campaign of which nothing has left; Markdown, the finding in bold."""
    begins_ts = progress.begins_ts or now_ts
    stage = progress.stage(now_ts)
    if stage is Stage.STARTING:
        return countdown(begins_ts, now_ts)
    if stage is Stage.MISSED:
        return _(
            "**This campaign should have started on {when} while the console was not running.** Nothing was sent. "
            "Start it now, or choose another time?"
        ).format(when=words_compose.start(begins_ts))
    return _(
        "**It begins on {when}.** {waiting} are here; until then the start can be changed, and everything can be "
        "taken back."
    ).format(when=words_compose.start(begins_ts), waiting=wording.people(progress.waiting))


def countdown(begins_ts: int, now_ts: int) -> str:
    """Full seconds, so that it never says 0 while there is time."""
    seconds = max(1, -(-(begins_ts - now_ts) // 1000))
    return _("**Nothing has left yet.** It starts in {time}.").format(time=wording.duration(seconds * 1000))


def in_one_line(progress: Progress, now_ts: int) -> str:
    """A campaign of which nothing has left, on Overview."""
    people = wording.people(progress.waiting)
    if progress.stage(now_ts) is Stage.MISSED:
        text = _("It should have begun {time}; nothing was sent · {people} are waiting")
    else:
        text = _("Begins {time} · {people} are waiting")
    return text.format(time=words_compose.start(progress.begins_ts or now_ts), people=people)


def turn(progress: Progress) -> str:
    """Behind whom it waits, as a sentence of Markdown; empty if it is its turn."""
    if not progress.after:
        return ""
    if len(progress.after) > MOST_NAMED:
        campaigns = _("{n} other campaigns").format(n=wording.number(len(progress.after)))
    else:
        campaigns = wording.listing(f"“{widgets.plain(name or _('Untitled'))}”" for name in progress.after)
    return _("Its turn comes after {campaigns}.").format(campaigns=campaigns)


def problem(chosen: datetime | None, found: tuple[datetime, ...], now: datetime) -> str:
    """Why a time on the wall cannot be taken as it is; empty if it can. `found`: its moments."""
    if chosen is None:
        return _("Choose a date and a time.")
    coming = to_come(found, now)
    if not found:
        text = _("Clocks are put forward over {time} on that day, so it does not exist. Choose another time.")
    elif not coming:
        passed = words_compose.start(int(found[-1].timestamp() * 1000))
        return _("{when} has passed. Choose a time to come.").format(when=passed)
    elif len(coming) == 2:
        text = _("Clocks are put back on that day, so {time} comes twice. Which one do you mean?")
    else:
        return ""
    return text.format(time=f"{chosen:%H:%M}")


def to_come(found: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in found if moment > now)
