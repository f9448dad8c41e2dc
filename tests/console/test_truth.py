"""The truth line says how sending and results are doing, in words."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from sms4a.campaigns.health import Health
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import job, sender
from sms4a.console import runtime
from sms4a.console.truth import truth
from sms4a.errors import AuthenticationFailed
from sms4a.settings import Settings
from tests.clock import Clock
from tests.ledger_rows import Batch, a_campaign, a_worker
from tests.pages.job_rows import add_address, add_job


@pytest.fixture(autouse=True)
def installed(page_store: Store, page_settings: Settings, clock: Clock) -> Iterator[None]:
    """A sender is alive."""
    runtime.install(store=page_store, settings=page_settings, clock=clock)
    a_worker(page_store.database, clock.ms())
    yield
    runtime.uninstall()


def change(store: Store, **values: Any) -> None:
    with store.database.write() as connection:
        connection.execute(sa.update(sender).values(**values))


def test_all_is_well() -> None:
    now = truth()
    assert now.well
    assert now.short == "Sending works. No results are outstanding."
    assert now.line.startswith(":green[:material/check_circle:] **Sending works.**")


def test_a_held_sender_says_why(page_store: Store, clock: Clock) -> None:
    change(page_store, hold_code="login", hold_ts=clock.ms())
    now = truth()
    assert not now.well
    assert now.sending == "Sending is held: Retarus does not accept the login."


@pytest.mark.parametrize("column", ["rest_until_ts", "slow_until_ts"])
def test_a_resting_sender_says_until_when(page_store: Store, clock: Clock, column: str) -> None:
    change(page_store, **{column: clock.ms() + 120_000})
    assert truth().sending == "Sending rests until 13:02."
    clock.advance(seconds=121)
    assert "rests" not in truth().sending


def test_without_a_living_sender_nothing_leaves(clock: Clock) -> None:
    clock.advance(minutes=5)
    assert truth().sending == "Nothing goes out: the sending service is not running."


def test_results_have_an_age(page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, "J.1", ts=clock.ms() - 180_000, verdicts={"running": 1})
    assert truth().results == "Results are 2 minutes old."


def test_results_of_this_moment_have_no_age(page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, "J.1", ts=clock.ms() - 62_000, verdicts={"running": 1})
    assert truth().results == "Results were read just now."


def test_results_that_nobody_could_read_yet_have_an_age_too(page_store: Store, clock: Clock) -> None:
    a_campaign(page_store.database, batches=[Batch(SubmissionState.ACCEPTED, 5)])
    with page_store.database.write() as connection:
        connection.execute(sa.update(job).values(receipt_ts=clock.ms(), looked_ts=None))
    assert truth().results == "The first results are being fetched."
    clock.advance(minutes=3)
    assert truth().results == "No results could be read for 3 minutes."


def test_a_login_that_is_refused_is_said_before_anything_was_sent(page_store: Store) -> None:
    health = Health(page_store.database)
    health.note("de2", None)
    for error in (AuthenticationFailed("no", http_status=401), None):
        for key in ("de2", "de1"):
            health.note(key, error)
        now = truth()
        assert now.well is (error is None)
        assert now.sending == ("Retarus does not accept the login at de1 and de2." if error else "Sending works.")


def test_a_silent_address_is_named(page_store: Store, clock: Clock) -> None:
    add_address(page_store.database, "de1", failing_ts=clock.ms() - 3_600_000)
    add_address(page_store.database, "de2", ok_ts=clock.ms())
    now = truth()
    assert now.addresses == "de1 has not answered since 12:00; nothing is lost."
    assert now.sending == "Sending works."


def test_sending_is_not_said_to_work_while_no_address_answers(page_store: Store, clock: Clock) -> None:
    for n, key in enumerate(("eu", "de2", "de1")):
        add_address(page_store.database, key, failing_ts=clock.ms() - 3_600_000 * (n + 1))
    now = truth()
    assert (now.well, now.sending) == (False, "Retarus does not answer.")
    assert now.addresses == "de1, de2 and eu have not answered since 12:00; nothing is lost."
