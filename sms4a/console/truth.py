"""The truth line: in words, how sending and results are doing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sms4a.campaigns.brakes import SenderState
from sms4a.campaigns.results.jobs import AddressHealth
from sms4a.console import runtime, wording
from sms4a.console.wording import _, ngettext

JUST_NOW_MS = 5_000

FIRST_READ_MS = 60_000
"""So long nobody wonders that nothing was read yet."""


@dataclass(frozen=True, slots=True)
class Truth:
    """`well`: nothing needs a person. The sentences are Markdown."""

    well: bool
    sending: str
    results: str
    addresses: str
    queue: str

    @property
    def short(self) -> str:
        """For the side card."""
        return " ".join(filter(None, (self.sending, self.results, self.addresses, self.queue)))

    @property
    def line(self) -> str:
        """For Overview: icon, finding in bold, the rest."""
        icon = ":green[:material/check_circle:]" if self.well else ":orange[:material/warning:]"
        return " ".join(filter(None, (icon, f"**{self.sending}**", self.results, self.addresses, self.queue)))


def truth() -> Truth:
    """How things are now, by the database: a few small reads."""
    store = runtime.store()
    state = store.brakes.state()
    well, sending = _sending(state)
    return Truth(well, sending, _results(), _silent(store.jobs.addresses()), _queue())


def _silent(addresses: Sequence[AddressHealth]) -> str:
    """Which do not answer, and since when all of these do not; empty if each does."""
    since = {health.key: health.failing_ts for health in addresses if health.failing_ts is not None}
    if not since:
        return ""
    form = ngettext(
        "{addresses} has not answered since {time}; nothing is lost.",
        "{addresses} have not answered since {time}; nothing is lost.",
        len(since),
    )
    return form.format(addresses=wording.listing(since), time=wording.at(max(since.values())))


def moving() -> bool:
    """Whether messages can leave now: nothing holds them, and the sending service is running."""
    state = runtime.store().brakes.state()
    return not state.hold_code and bool(state.workers_alive)


def _sending(state: SenderState) -> tuple[bool, str]:
    if state.hold_code:
        what, _advice = wording.hold(state.hold_code)
        return False, _("Sending is held: {reason}").format(reason=what)
    if not state.workers_alive:
        return False, _("Nothing goes out: the sending service is not running.")
    addresses = runtime.store().jobs.addresses()
    if addresses and all(health.failing_ts for health in addresses):
        return False, _("Retarus does not answer.")
    if refusing := [health.key for health in addresses if health.refuses]:
        return False, _("Retarus does not accept the login at {addresses}.").format(addresses=wording.listing(refusing))
    until = max(state.rest_until_ts or 0, state.slow_until_ts or 0)
    if until > runtime.now_ts():
        return False, _("Sending rests until {time}.").format(time=wording.clock(until, seconds=False))
    return True, _("Sending works.")


def _queue() -> str:
    """Whoever could leave now or later; nothing if nobody waits."""
    people = runtime.store().reports.queue(runtime.now_ts()).people
    return (
        ngettext("{n} message is waiting to go out.", "{n} messages are waiting to go out.", people).format(
            n=wording.number(people)
        )
        if people
        else ""
    )


def _results() -> str:
    freshness = runtime.store().reports.freshness()
    if not freshness.open_jobs:
        return _("No results are outstanding.")
    oldest_ts, was_read = freshness.oldest_ts, freshness.read_jobs > 0
    age_ms = runtime.now_ts() - (oldest_ts or 0)
    if oldest_ts is None or (age_ms < FIRST_READ_MS and not was_read):
        return _("The first results are being fetched.")
    if age_ms < JUST_NOW_MS:
        return _("Results were read just now.")
    words = _("Results are {age} old.") if was_read else _("No results could be read for {age}.")
    return words.format(age=wording.age(oldest_ts))
