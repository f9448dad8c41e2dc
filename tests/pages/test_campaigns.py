"""The list of campaigns: filtered, searched, paged."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign
from sms4a.console import runtime
from tests.clock import Clock
from tests.ledger_rows import DAY, HOUR, NOW, Batch, a_campaign, a_worker
from tests.pages.conftest import OpenPage

pytestmark = pytest.mark.usefixtures("present")


def names(page: AppTest) -> list[str]:
    assert not page.exception
    return [cell.split("]")[0].lstrip("[") for cell in page.table[0].value["Campaign"]] if page.table else []


def three(store: Store) -> None:
    batches = [Batch(SubmissionState.READY, 3)]
    a_campaign(store.database, "aaaa2222", name="First", state=CampaignState.FINISHED, sent_ts=NOW - DAY)
    a_campaign(store.database, "bbbb3333", name="Second", batches=batches, sent_ts=NOW - HOUR, start_ts=NOW + HOUR)
    a_campaign(store.database, "cccc4444", name="Third", batches=batches, sent_ts=NOW - HOUR + 1)


def sent_by(store: Store, actor: str) -> None:
    with store.database.write() as connection:
        connection.execute(sa.update(campaign).values(actor=actor))


def test_without_campaigns_the_page_says_what_will_be_here(open_page: OpenPage) -> None:
    page = open_page("campaigns")
    assert "**No campaign yet.**" in page.markdown[0].value
    assert page.button(key="campaigns_new").label == "New campaign"


def test_campaigns_come_newest_first_with_a_link_to_each(open_page: OpenPage, page_store: Store) -> None:
    three(page_store)
    page = open_page("campaigns")
    assert names(page) == ["Third", "Second", "First"]
    assert "campaign?id=cccc4444" in page.table[0].value["Campaign"].iloc[0]
    assert "Scheduled" in page.table[0].value["State"].iloc[1]


def test_what_cannot_leave_is_not_called_sending(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    three(page_store)
    page = open_page("campaigns")
    assert "Held" in page.table[0].value["State"].iloc[0]
    a_worker(page_store.database, clock.ms())
    assert "Sending" in page.run().table[0].value["State"].iloc[0]
    assert page_store.brakes.stop_everything("ann")
    assert "Held" in page.run().table[0].value["State"].iloc[0]


def test_who_sent_it_has_a_column_once_somebody_signed_in(open_page: OpenPage, page_store: Store) -> None:
    three(page_store)
    sent_by(page_store, runtime.LOCAL)
    page = open_page("campaigns")
    assert "By" not in page.table[0].value.columns
    sent_by(page_store, "ann@example.com")
    assert page.run().table[0].value["By"].tolist() == ["ann"] * 3


def test_a_link_brings_its_filter_back(open_page: OpenPage, page_store: Store) -> None:
    three(page_store)
    assert names(open_page("campaigns", campaigns_state="scheduled")) == ["Second"]
    assert names(open_page("campaigns", campaigns_state="no such state")) == ["Third", "Second", "First"]


def test_the_address_follows_the_filter_with_its_code(open_page: OpenPage, page_store: Store) -> None:
    three(page_store)
    page = open_page("campaigns")
    page.segmented_control(key="campaigns_state").set_value("finished").run()
    assert names(page) == ["First"]
    assert page.query_params["campaigns_state"] == "finished"


def test_a_search_that_finds_nothing_names_it_and_offers_to_show_all(open_page: OpenPage, page_store: Store) -> None:
    three(page_store)
    page = open_page("campaigns")
    page.text_input(key="campaigns_search").set_value("*zz*").run()
    assert page.markdown[1].value == r"**No campaign is named like “\*zz\*”.**"
    page.segmented_control(key="campaigns_state").set_value("paused").run()
    assert r"No campaign is named like “\*zz\*”** among these: Paused." in page.markdown[1].value
    assert page.query_params["campaigns_search"] == "*zz*"
    page.button(key="campaigns_show_all").click().run()
    assert not set(page.query_params) & {"campaigns_search", "campaigns_state"}
    assert names(page) == ["Third", "Second", "First"]


def test_more_than_a_page_of_campaigns_is_paged(open_page: OpenPage, page_store: Store) -> None:
    for age in range(27):
        a_campaign(page_store.database, f"aaaa{age:04d}", name=f"Wave {age}", sent_ts=NOW - age * HOUR)
    page = open_page("campaigns")
    assert len(names(page)) == 25
    assert any("Rows 1 to 25 of 27" in element.value for element in page.markdown)
