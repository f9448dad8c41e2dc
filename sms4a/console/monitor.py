"""What a monitor reads: the same values as the truth line, as JSON and for Prometheus; never a number, text or name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sms4a.addresses import ADDRESSES
from sms4a.campaigns.store import Store
from sms4a.campaigns.views import Selection
from sms4a.console import runtime, wording


@dataclass(frozen=True, slots=True)
class Vitals:
    """How sending and results are doing; ages in seconds, None where there is nothing to tell."""

    mode: str
    held: str | None
    """Why nothing at all is sent."""
    workers: int
    rest_s: int
    """So long the sender waits before it goes on."""
    queue_submissions: int
    queue_due: int
    queue_people: int
    unclear_people: int
    open_jobs: int
    results_age_s: int | None
    """Of the oldest newest look at a job that is still open."""
    addresses_failing_s: Mapping[str, int | None]
    """Address → how long it has not answered; None while it does."""
    people: Mapping[str, int]
    """Of all campaigns, by the tiles."""

    @property
    def sending(self) -> bool:
        """Whether something could leave now."""
        return not self.held and self.workers > 0

    @property
    def well(self) -> bool:
        return self.sending and not any(age is not None for age in self.addresses_failing_s.values())


def vitals(store: Store, now_ts: int) -> Vitals:
    """A few small reads of the database."""
    sender, queue, fresh = store.brakes.state(), store.reports.queue(now_ts), store.reports.freshness()
    failing = {health.key: health.failing_ts for health in store.jobs.addresses()}
    until_ts = max(sender.rest_until_ts or 0, sender.slow_until_ts or 0)
    _campaigns, tally = store.reports.totals(Selection())
    return Vitals(
        mode=runtime.mode(),
        held=sender.hold_code,
        workers=sender.workers_alive,
        rest_s=max(0, until_ts - now_ts) // 1000,
        queue_submissions=queue.submissions,
        queue_due=queue.due,
        queue_people=queue.people,
        unclear_people=sum(row.people for row in store.reports.unclear()),
        open_jobs=fresh.open_jobs,
        results_age_s=_age_s(fresh.oldest_ts, now_ts) if fresh.open_jobs else None,
        addresses_failing_s={key: _age_s(failing.get(key), now_ts) for key in ADDRESSES},
        people={tile: tally[tile] for tile in wording.TILES},
    )


def _age_s(ts: int | None, now_ts: int) -> int | None:
    return None if ts is None else max(0, now_ts - ts) // 1000


def health(now: Vitals) -> dict[str, object]:
    """For `/healthz`. `status` is `ok` while messages can leave and every address answers; the server itself answers
    either way."""
    return {
        "status": "ok" if now.well else "degraded",
        "mode": now.mode,
        "sending": now.sending,
        "held": now.held,
        "workers": now.workers,
        "rest_s": now.rest_s,
        "queue": {"submissions": now.queue_submissions, "due": now.queue_due, "people": now.queue_people},
        "unclear_people": now.unclear_people,
        "results": {"open_jobs": now.open_jobs, "age_s": now.results_age_s},
        "addresses": {key: {"answers": age is None, "silent_s": age} for key, age in now.addresses_failing_s.items()},
    }


class Sample(NamedTuple):
    value: int
    labels: Mapping[str, str] = {}


def metrics(now: Vitals) -> str:
    """For Prometheus, in its text format."""
    silent = [Sample(0 if age is None else 1, {"address": key}) for key, age in now.addresses_failing_s.items()]
    people = [Sample(n, {"outcome": tile}) for tile, n in now.people.items()]
    age = [] if now.results_age_s is None else [Sample(now.results_age_s)]
    found: tuple[tuple[str, str, Iterable[Sample]], ...] = (
        ("sms4a_up", "The console answers.", [Sample(1, {"mode": now.mode})]),
        ("sms4a_sending", "1 if something could leave now.", [Sample(now.sending)]),
        (
            "sms4a_held",
            "1 if all sending is held, with the reason.",
            [Sample(bool(now.held), {"code": now.held or ""})],
        ),
        ("sms4a_workers", "Sending services that live.", [Sample(now.workers)]),
        ("sms4a_rest_seconds", "How long the sender waits before it goes on.", [Sample(now.rest_s)]),
        ("sms4a_queue_submissions", "Hand-overs that wait.", [Sample(now.queue_submissions)]),
        ("sms4a_queue_due_submissions", "Of these, whose time has come.", [Sample(now.queue_due)]),
        ("sms4a_queue_people", "People in them.", [Sample(now.queue_people)]),
        ("sms4a_unclear_people", "People of whom nobody knows whether they were taken.", [Sample(now.unclear_people)]),
        ("sms4a_open_jobs", "Jobs with results outstanding.", [Sample(now.open_jobs)]),
        ("sms4a_results_age_seconds", "Age of the oldest results of a job that is open.", age),
        ("sms4a_address_silent", "1 if this address does not answer.", silent),
        ("sms4a_people", "Rows of all campaigns by where they stand.", people),
    )
    lines: list[str] = []
    for name, text, samples in found:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(sample.labels)} {int(sample.value)}" for sample in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    """The values are codes of ours, without quotes or line breaks."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""
