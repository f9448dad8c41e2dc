"""Sentences of Jobs: how many there are, whose, whether both data centres answered, and what is still missing."""

from sms4a.campaigns.results.jobs import AddressHealth, JobFilter, Jobs
from sms4a.console import wording
from sms4a.console.wording import _

# The clock goes on while a list is read.
TOLERANCE_MS = 300_000


def finding(jobs: Jobs, about: JobFilter, period: str) -> str:
    """How many jobs a period has, how many are not from here, and how far to trust that; Markdown."""
    total = jobs.count(JobFilter(since_ts=about.since_ts, until_ts=about.until_ts))
    ours = jobs.count(JobFilter(since_ts=about.since_ts, until_ts=about.until_ts, origin="ours"))
    found = wording.ngettext("**{n} job", "**{n} jobs", total).format(n=wording.number(total))
    when = {
        "7": _("in the last 7 days**"), "30": _("in the last 30 days**"), "120": _("in the last 120 days**"),
        "own": _("in this period**"), "all": _("at Retarus**"),
    }[period]  # fmt: skip
    if total == ours:
        whose = _("all sent from here.")
    elif not ours:
        whose = _("none of them sent from here.")
    else:
        whose = _("{n} not sent from here.").format(n=wording.number(total - ours))
    return f"{found} {when}, {whose} {centres(jobs)} {completeness(jobs, about.since_ts)}".strip()


def completeness(jobs: Jobs, since_ts: int | None) -> str:
    """Whether the list goes back as far as was asked, and whether every job in it was read."""
    known = jobs.coverage()
    said = []
    for key, from_ts in known.from_ts.items():
        if from_ts is not None and since_ts is not None and from_ts > since_ts + TOLERANCE_MS:
            text = _("Jobs of {centre} before {day} are still being listed.")
            said.append(text.format(centre=key, day=wording.when(from_ts, seconds=False)))
    if not said and all(known.from_ts.values()) and since_ts is None:
        first = max(ts for ts in known.from_ts.values() if ts is not None)
        said.append(_("Listed back to {day}.").format(day=wording.when(first, seconds=False)))
    if known.unread:
        text = wording.ngettext("{n} job is not read yet.", "{n} jobs are not read yet.", known.unread)
        said.append(text.format(n=wording.number(known.unread)))
    return " ".join(said)


def centres(jobs: Jobs) -> str:
    """Whether both data centres gave their lists."""
    health = {address.key: address for address in jobs.addresses()}
    both = [health.get(key) for key in ("de2", "de1")]
    silent = [address for address in both if address and address.failing_ts]
    if silent:
        return " ".join(_silence(address) for address in silent)
    if refusing := [address.key for address in both if address and address.refuses]:
        return _("Retarus does not accept the login at {addresses}; jobs there are not listed.").format(
            addresses=wording.listing(refusing)
        )
    listed = [address.listed_ts for address in both if address and address.listed_ts]
    if len(listed) < len(both):
        return _("The data centres have not been asked for their lists yet.")
    return _("Both data centres answered at {time}.").format(time=wording.at(min(listed)))


def _silence(address: AddressHealth) -> str:
    return _("Data centre {name} has not answered since {time}; jobs there may be missing.").format(
        name=address.key, time=wording.at(address.failing_ts)
    )
