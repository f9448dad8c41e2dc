"""Whatever stands in an address ends in a page, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.console import registry, runtime
from sms4a.settings import Settings
from tests.clock import Clock
from tests.ledger_rows import NOW, Batch, a_campaign

ID = "aaaa2222"

# What pages read from their address, some of it only where the rest is right.
READ: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    ("campaigns", {}, ("campaigns_state", "campaigns_search", "campaigns_page")),
    ("campaign", {}, ("id",)),
    (
        "campaign",
        {"id": ID},
        ("row", "campaign_tile", "campaign_why", "campaign_country", "campaign_order", "campaign_page"),
    ),
    ("job", {}, ("id",)),
    ("jobs", {}, ("jobs_period", "jobs_state", "jobs_origin", "jobs_search", "jobs_page")),
    ("jobs", {"jobs_period": "own"}, ("jobs_dates",)),
    ("analytics", {}, ("analytics_period", "analytics_campaign", "analytics_sender", "analytics_country")),
    ("analytics", {}, ("analytics_billcode", "analytics_by", "analytics_behind")),
    ("templates", {}, ("templates_search",)),
    ("opt_outs", {"row": "2"}, ("campaign", "opt_outs_page")),
    ("opt_outs", {"row": "2"}, ("list",)),
    ("new_campaign", {}, ("draft", "step", "drafts", "id")),
]


@pytest.fixture
def pages(store: Store, tmp_path: Path, clock: Clock) -> Iterator[None]:
    clock.advance(seconds=(NOW - clock.ms()) / 1000)
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    batches = [Batch(SubmissionState.ACCEPTED, 3, {"delivered": 30, "timeout": 2})]
    a_campaign(store.database, ID, batches=batches, sent_ts=NOW)
    runtime.install(store=store, settings=settings, clock=clock)
    yield
    runtime.uninstall()


@pytest.mark.parametrize("written", ["a\0b", "9" * 30, "-1", "failed.a\0b"])
def test_an_address_with_nonsense_is_answered_by_a_page(pages: None, written: str) -> None:
    failed = []
    for name, right, nonsense in READ:
        page = AppTest.from_file(str(registry.FRAME), default_timeout=20)
        page.query_params.update({**right, **dict.fromkeys(nonsense, written)})
        page.switch_page(str(registry.entry(name).file)).run()
        failed += [(name, nonsense, error.message) for error in page.exception]
    assert not failed, failed
