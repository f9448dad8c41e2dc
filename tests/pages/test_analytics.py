"""Analytics: figures of a period and of one campaign, and what is said where there are none."""

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.recipients import Pile
from tests.clock import Clock
from tests.ledger_rows import DAY, NOW, Batch, a_campaign
from tests.pages.conftest import OpenPage

S = SubmissionState


@pytest.fixture(autouse=True)
def present(clock: Clock) -> None:
    clock.advance(seconds=(NOW - clock.ms()) / 1000)


def texts(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.value for element in page.markdown)


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label.split("] ")[1]: metric.value for metric in page.metric}


def two(store: Store) -> None:
    done = {"state": CampaignState.FINISHED, "finished_ts": NOW}
    a_campaign(
        store.database, "aaaa2222", name="New", sent_ts=NOW - DAY, left_out={Pile.DUPLICATE: 10},
        batches=[Batch(S.SETTLED, verdicts={"delivered": 80, "timeout": 10})], **done,  # type: ignore[arg-type]
    )  # fmt: skip
    a_campaign(
        store.database, "bbbb3333", name="Old", sent_ts=NOW - 20 * DAY,
        batches=[Batch(S.SETTLED, verdicts={"delivered": 99, "number_invalid": 1})], **done,  # type: ignore[arg-type]
    )  # fmt: skip


def test_without_campaigns_the_page_says_what_will_be_here(open_page: OpenPage) -> None:
    page = open_page("analytics")
    assert "Nothing to learn from yet." in texts(page)
    assert not page.metric
    assert not page.get("plotly_chart")


def test_a_period_sums_its_campaigns(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics")
    assert "**94.2\u00a0% of 190 finished messages were delivered.**" in texts(page)
    assert figures(page) == {
        "Delivered": "179", "Handed over": "0", "Waiting": "0", "Failed": "11", "Unknown": "0", "Left out": "10"
    }  # fmt: skip
    assert "**89.5\u00a0% of the uploaded rows reached a phone.**" in texts(page)
    assert len(page.get("plotly_chart")) == 4


def test_a_shorter_period_and_a_campaign_narrow_the_figures(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics", analytics_period="7")
    assert figures(page)["Delivered"] == "80"
    page = open_page("analytics", analytics_campaign="bbbb3333")
    assert figures(page)["Delivered"] == "99"


def test_the_address_follows_the_filters(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics")
    page.segmented_control(key="analytics_period").set_value("90").run()
    page.selectbox(key="analytics_campaign").set_value("aaaa2222").run()
    assert page.query_params["analytics_period"] == "90"
    assert page.query_params["analytics_campaign"] == "aaaa2222"
    assert figures(page)["Failed"] == "10"


def test_an_empty_period_names_itself_and_offers_a_longer_one(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, sent_ts=NOW - 60 * DAY, batches=[Batch(S.SETTLED, verdicts={"delivered": 5})])
    page = open_page("analytics")
    assert "**Nothing was sent in the last 30 days.**" in texts(page)
    page.button(key="analytics_show_more").click().run()
    assert figures(page)["Delivered"] == "5"


def test_the_table_beside_the_chart_has_the_same_figures(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    table = open_page("analytics").table[0].value
    assert list(table["Day"]) == ["Yesterday", "Tue 3 Nov"]
    assert list(table["Delivered"]) == ["80", "99"]
