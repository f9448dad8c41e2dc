"""Jobs: what the account shows at Retarus, found, filtered and opened."""

from datetime import UTC, datetime

from sms4a.campaigns.health import Health
from sms4a.campaigns.results.jobs import JobFilter
from sms4a.campaigns.store import Store
from sms4a.console.results import job_view
from sms4a.errors import AuthenticationFailed
from tests.clock import Clock
from tests.pages.conftest import OpenPage, texts
from tests.pages.job_rows import add_address, add_job

DAY = 86_400_000

OLD, NEW = "J.20261101-100004.900-1d22ab08de1", "J.20261123-100004.900-0f3c9a21de2"


def two_jobs(store: Store, clock: Clock) -> None:
    add_job(store.database, OLD, ts=clock.ms() - 22 * DAY, verdicts={"delivered": 2}, key="de1", reference="old-one")
    add_job(store.database, NEW, ts=clock.ms() - 7_000, verdicts={"delivered": 2, "running": 1})
    for key in ("de2", "de1"):
        add_address(store.database, key, ok_ts=clock.ms(), listed_ts=clock.ms())


def test_without_jobs_the_page_says_what_will_be_here(open_page: OpenPage) -> None:
    page = open_page("jobs")
    assert "**No job yet.**" in texts(page)
    assert "have not been asked" in texts(page)
    assert page.button(key="jobs_new_campaign").label == "New campaign"


def test_the_sentence_counts_jobs_and_says_that_both_data_centres_answered(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    assert "**1 job in the last 7 days**, none of them sent from here. Both data centres answered at" in texts(page)
    assert list(page.dataframe[0].value["Job id"]) == [NEW]


def test_a_refused_login_is_why_nothing_is_listed(open_page: OpenPage, page_store: Store) -> None:
    for key in ("de2", "de1"):
        Health(page_store.database).note(key, AuthenticationFailed("no", http_status=401))
    assert "Retarus does not accept the login at de2 and de1; jobs there are not listed." in texts(open_page("jobs"))


def test_a_silent_data_centre_is_named(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    add_job(page_store.database, NEW, ts=clock.ms(), verdicts={"delivered": 1})
    add_address(page_store.database, "de2", ok_ts=clock.ms(), listed_ts=clock.ms())
    add_address(page_store.database, "de1", failing_ts=clock.ms(), listed_ts=clock.ms() - DAY)
    assert "Data centre de1 has not answered since" in texts(open_page("jobs"))


def test_filters_narrow_the_list(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    page.segmented_control(key="jobs_period").set_value("30").run()
    assert list(page.dataframe[0].value["Job id"]) == [NEW, OLD]
    page.segmented_control(key="jobs_state").set_value("done").run()
    assert list(page.dataframe[0].value["Job id"]) == [OLD]


def test_the_address_names_the_filters_in_no_language_and_opens_the_same_view(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    page.segmented_control(key="jobs_period").set_value("30").run()
    page.segmented_control(key="jobs_state").set_value("done").run()
    page.selectbox(key="jobs_origin").set_value("others").run()
    page.text_input(key="jobs_search").set_value("old-one").run()
    said = {key: value for key, value in dict(page.query_params).items() if key.startswith("jobs_")}
    expected = {"jobs_period": "30", "jobs_state": "done", "jobs_origin": "others", "jobs_search": "old-one"}
    assert {key: value[0] if isinstance(value, list) else value for key, value in said.items()} == expected
    again = open_page("jobs", **expected)
    assert list(again.dataframe[0].value["Job id"]) == [OLD]
    assert again.selectbox(key="jobs_origin").value == "others"
    again.text_input(key="jobs_search").set_value("no such job").run()
    again.button(key="jobs_show_all").click().run()
    assert dict(again.query_params).keys() == {"jobs_period"}


def test_a_search_that_finds_nothing_offers_to_show_all(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    page.text_input(key="jobs_search").set_value("no such job").run()
    assert "No job matches" in texts(page)
    page.button(key="jobs_show_all").click().run()
    assert list(page.dataframe[0].value["Job id"]) == [NEW, OLD]


def test_a_selected_row_opens_its_details(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    page.session_state["jobs_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    assert "**2 of 3 people got it.** 1 handed over." in texts(page)


def test_more_jobs_than_a_page_are_paged(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    for i in range(30):
        add_job(page_store.database, f"J.20261123-100004.900-{i:012d}", ts=clock.ms() - i * 1000, verdicts={})
    page = open_page("jobs")
    assert len(page.dataframe[0].value) == 25
    assert "Rows 1 to 25 of 30" in texts(page)
    page.pagination(key="jobs_page").set_value(2).run()
    assert len(page.dataframe[0].value) == 5


def test_the_file_has_what_the_filters_show(page_store: Store, clock: Clock) -> None:
    two_jobs(page_store, clock)
    content = job_view.file_of(page_store.jobs, JobFilter(search="old-one"))()
    header, line = content.decode("utf-8-sig").splitlines()
    assert header.startswith("Job id,Received,Finished,Reference")
    times = "2026-11-01T12:00:00+00:00,2026-11-01T12:00:38+00:00"
    assert line == f"{OLD},{times},old-one,RETAILCO,STORES,Not from here,Closed,2,de1"


def test_an_older_period_is_asked_for_and_says_that_it_is_not_complete(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    two_jobs(page_store, clock)
    with page_store.database.write() as connection:
        connection.exec_driver_sql(f"update address set listed_from_ts = {clock.ms() - 30 * DAY}")
    page = open_page("jobs")
    page.segmented_control(key="jobs_period").set_value("120").run()
    assert "Jobs of de2 before" in texts(page)
    assert "are still being listed." in texts(page)
    with page_store.database.read() as connection:
        wanted = connection.exec_driver_sql("select jobs_from_ts from installation").scalar()
    assert wanted == clock.ms() - 120 * DAY


def test_a_period_of_ones_own_has_begin_and_end(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    two_jobs(page_store, clock)
    page = open_page("jobs")
    page.segmented_control(key="jobs_period").set_value("own").run()
    days = [datetime.fromtimestamp(clock.ms() / 1000 - age * 86_400, UTC).date() for age in (25, 10)]
    page.date_input(key="jobs_dates").set_value(tuple(days)).run()
    assert list(page.dataframe[0].value["Job id"]) == [OLD]


def test_a_number_finds_its_jobs_and_is_not_in_the_address(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    two_jobs(page_store, clock)
    with page_store.database.write() as connection:
        connection.exec_driver_sql(f"update sms_status set number = '+4917604069001' where job_id = '{NEW}'")
    page = open_page("jobs")
    page.text_input(key="jobs_number").set_value("0176 / 04069001").run()
    assert list(page.dataframe[0].value["Job id"]) == [NEW]
    assert not any("04069001" in str(value) for value in page.query_params.values())
