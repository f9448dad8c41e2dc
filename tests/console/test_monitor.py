"""What a monitor reads is what the database says, and nothing about people."""

import re
import sqlite3
from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa
from starlette.requests import Request

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.console import launch, monitor, runtime
from sms4a.settings import Settings
from tests.apart import run_apart
from tests.clock import Clock
from tests.ledger_rows import MINUTE, NOW, Batch, a_campaign, a_hold, a_worker
from tests.pages.job_rows import add_address, add_job

S = SubmissionState


@pytest.fixture(autouse=True)
def installed(page_store: Store, page_settings: Settings, clock: Clock) -> Iterator[None]:
    clock.advance(seconds=(NOW - clock.ms()) / 1000)
    runtime.install(store=page_store, settings=page_settings, clock=clock)
    yield
    runtime.uninstall()


def samples(text: str) -> dict[str, int]:
    """Read as Prometheus reads it: name and labels → value."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) sms4a_[a-z_]+ .+", line)
            continue
        match = re.fullmatch(r'(sms4a_[a-z_]+(?:\{[a-z_]+="[^"\n]*"(?:,[a-z_]+="[^"\n]*")*\})?) (-?\d+)', line)
        assert match, line
        found[match[1]] = int(match[2])
    return found


def a_busy_console(store: Store) -> None:
    a_worker(store.database, NOW)
    batches = [
        Batch(S.SETTLED, verdicts={"delivered": 123, "timeout": 3}),
        Batch(S.READY, 40),
        Batch(S.UNDECIDED, 7, problem="no_answer"),
    ]
    a_campaign(store.database, batches=batches)
    add_job(store.database, "J.1", ts=NOW - 3 * MINUTE, verdicts={"running": 1})
    add_address(store.database, "de1", failing_ts=NOW - 5 * MINUTE)


def test_health_and_metrics_say_the_same(page_store: Store) -> None:
    a_busy_console(page_store)
    now = monitor.vitals(page_store, NOW)
    said = monitor.health(now)
    assert said["status"] == "degraded"
    assert said["sending"] is True
    assert said["queue"] == {"submissions": 1, "due": 1, "people": 40}
    assert said["unclear_people"] == 7
    assert said["results"] == {"open_jobs": 1, "age_s": 120}
    assert said["addresses"]["de1"] == {"answers": False, "silent_s": 300}  # type: ignore[index]
    found = samples(monitor.metrics(now))
    assert found["sms4a_queue_people"] == 40
    assert found["sms4a_unclear_people"] == 7
    assert found["sms4a_results_age_seconds"] == 120
    assert found['sms4a_address_silent{address="de1"}'] == 1
    assert found['sms4a_address_silent{address="de2"}'] == 0
    assert found['sms4a_people{outcome="delivered"}'] == 123
    assert found['sms4a_people{outcome="pending"}'] == 40


def test_a_hold_is_told_with_its_code(page_store: Store) -> None:
    a_worker(page_store.database, NOW)
    a_hold(page_store.database, "login", NOW, "the login 4711 was refused")
    now = monitor.vitals(page_store, NOW)
    assert (monitor.health(now)["held"], monitor.health(now)["sending"]) == ("login", False)
    assert samples(monitor.metrics(now))['sms4a_held{code="login"}'] == 1


def test_an_empty_console_is_well_and_has_no_age(page_store: Store) -> None:
    a_worker(page_store.database, NOW)
    now = monitor.vitals(page_store, NOW)
    assert monitor.health(now)["status"] == "ok"
    assert "sms4a_results_age_seconds" not in samples(monitor.metrics(now))


def test_large_figures_are_exact() -> None:
    assert monitor._labels({"outcome": "delivered"}) == '{outcome="delivered"}'
    big = monitor.Vitals("live", None, 1, 0, 1, 1, 1_234_567, 0, 0, None, {}, {})
    assert samples(monitor.metrics(big))["sms4a_queue_people"] == 1_234_567


def test_nothing_about_people_is_told(page_store: Store) -> None:
    a_busy_console(page_store)
    now = monitor.vitals(page_store, NOW)
    told = f"{monitor.health(now)} {monitor.metrics(now)}"
    for private in ("+49", "4917604069", "Ada", "Björn", "Autumn sale", "jana.roth", "Hello"):
        assert private not in told


def test_a_database_that_is_away_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise sa.exc.OperationalError("select", {}, sqlite3.OperationalError("no host db.example"))

    monkeypatch.setattr(launch, "_vitals", away)
    for asked in (launch.healthz, launch.metrics):
        answer = run_apart(partial(asked, Request({"type": "http"})))
        assert answer.status_code == 503
        assert b"the database does not answer" in bytes(answer.body)
        assert b"db.example" not in bytes(answer.body)
