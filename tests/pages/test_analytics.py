"""Analytics: figures of a period and of one campaign, and what is said where there are none."""

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.recipients import Pile
from tests.ledger_rows import DAY, NOW, Batch, a_campaign
from tests.pages.conftest import OpenPage, figures, texts, with_tables

S = SubmissionState

pytestmark = pytest.mark.usefixtures("present")


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
    assert "No results yet." in texts(page)
    assert not page.metric
    assert not page.get("plotly_chart")


def test_a_period_sums_its_campaigns(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics")
    assert "**94.2\u00a0% of the 190 finished messages were delivered.**" in texts(page)
    assert figures(page) == {
        "Delivered": "179", "Handed over": "0", "Waiting": "0", "Failed": "11", "Unknown": "0", "Left out": "10"
    }  # fmt: skip
    assert "**89.5\u00a0% of the uploaded rows reached a phone.**" in texts(page)
    assert len(page.get("plotly_chart")) == 7


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
    page = open_page("analytics")
    table = next(table.value for table in page.table if "Day" in table.value)
    assert list(table["Day"]) == ["Yesterday", "Tue 3 Nov"]
    assert list(table["Delivered"]) == ["80", "99"]


def names_of(page: AppTest, column: str) -> dict[str, list[str]]:
    table = next(table.value for table in page.table if table.value.columns[0] == column)
    return {str(row[0]): [str(cell) for cell in row[1:]] for row in table.to_numpy().tolist()}


def test_who_was_stopped_is_not_called_failed_in_tables(open_page: OpenPage, page_store: Store) -> None:
    batches = [Batch(S.SETTLED, verdicts={"delivered": 3}), Batch(S.STOPPED, 5)]
    a_campaign(page_store.database, state=CampaignState.STOPPED, finished_ts=NOW, batches=batches)
    tables = [list(table.value) for table in open_page("analytics").table]
    (compared,) = [columns for columns in tables if "Planned parts" in columns]
    (by_day,) = [columns for columns in tables if "Day" in columns]
    behind = open_page("analytics", analytics_behind="failed").header
    assert "Failed or stopped: 5 people" in [head.value for head in behind]
    assert "Failed or stopped" in compared
    assert "Failed or stopped" in by_day


def test_campaigns_stand_side_by_side_with_the_best_named(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics")
    assert "**Best: Old** with 99.0\u00a0% of the finished messages delivered; lowest: New with 88.9\u00a0%." in texts(
        page
    )
    assert {name: cells[:6] for name, cells in names_of(page, "Campaign").items()} == {
        "Old": ["100", "99", "0", "0", "1", "0"],
        "New": ["90", "80", "0", "0", "10", "0"],
    }


def test_one_country_narrows_every_figure_that_can_be_told_by_country(open_page: OpenPage, page_store: Store) -> None:
    batch = Batch(S.SETTLED, verdicts={"delivered": 110, "timeout": 10})
    a_campaign(page_store.database, sent_ts=NOW - DAY, batches=[batch], left_out={Pile.DUPLICATE: 3})
    page = open_page("analytics", analytics_country="GB")
    assert figures(page) == {
        "Delivered": "10", "Handed over": "0", "Waiting": "0", "Failed": "10", "Unknown": "0", "Left out": "0"
    }  # fmt: skip
    assert "**50.0 % of the people it was sent to have it on their phone.** Rows of the list" in texts(page)
    page = with_tables(page, "analytics_funnel", "analytics_countries")
    assert names_of(page, "Step") == {
        "People planned": ["20"], "Accepted by Retarus": ["20"], "Delivered": ["10"]
    }  # fmt: skip
    assert names_of(page, "Country")["United Kingdom"][0] == "10"


def test_the_time_to_deliver_is_told_in_whole_and_by_country(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, sent_ts=NOW - DAY, batches=[Batch(S.SETTLED, verdicts={"delivered": 70})])
    page = open_page("analytics")
    # The builder lets a seventh of them take 5 s, 25 s, 45 s … and up to 6 s more.
    assert "**Half of the delivered messages arrived within 90 seconds**, 95 of 100 within 3 minutes." in texts(page)
    assert names_of(page, "Country")["Germany"][:2] == ["70", "90\u00a0seconds"]


def test_a_tile_leads_to_its_people_and_closes_them_again(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics")
    page.button(key="analytics_tiles_pick_left_out").click().run()
    assert page.query_params["analytics_behind"] == "left_out"
    assert [head.value for head in page.header if "people" in head.value] == ["Left out: 10 people"]
    page.button(key="analytics_tiles_pick_left_out").click().run()
    assert "analytics_behind" not in page.query_params


def test_the_outcome_bar_has_its_figures_as_a_table(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = with_tables(open_page("analytics"), "analytics_outcomes")
    assert names_of(page, "Outcome")["Failed"] == ["11", "5\\.8\u00a0%"]
    assert "analytics_outcomes_download" in {button.key for button in page.get("download_button")}


def test_the_people_behind_a_figure_are_listed_with_their_campaigns(open_page: OpenPage, page_store: Store) -> None:
    two(page_store)
    page = open_page("analytics", analytics_behind="failed.timeout")
    assert [head.value for head in page.header if "reachable" in head.value] == [
        "Phone not reachable in time: 10 people"
    ]
    table = next(table.value for table in page.table if "Send again?" in table.value)
    assert len(table) == 10
    assert set(table["Send again?"]) == {"Yes, later"}
    assert all("campaign?id=aaaa2222&row=" in cell for cell in table["Campaign"])
    page.button(key="analytics_people_close").click().run()
    assert "analytics_behind" not in page.query_params
