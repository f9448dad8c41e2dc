"""From a text and a file to delivered SMS, as a person does it; the simulator's store is the judge."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sms4a.simulator import Simulator, accepted_jobs, accepted_numbers, accepted_sms
from tests.browser.conftest import StartConsole
from tests.browser.journey import check as check_page
from tests.browser.journey import database, to_the_send_button, until_accepted, upload, write_message
from tests.browser.serving import Console
from tests.builders import a_number, customers_csv
from tests.waiting import until

HEADER = ("first name", "mobile", "store")


def small_list(ending: str, count: int = 30) -> tuple[bytes, set[str]]:
    """A list whose numbers no other test uses, and the numbers."""
    numbers = {a_number(i, ending) for i in range(count)}
    return customers_csv(count, 0, 0, header=HEADER, ending=lambda _i: ending), numbers


def let_it_be_hidden(page: Page, hidden: bool) -> None:
    """As a browser tells a page whose tab goes behind another one; without a screen it never does."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def has_ended(console: Console) -> bool:
    with closing(sqlite3.connect(database(console), timeout=10)) as connection:
        return connection.execute("select finished_ts from campaign").fetchone()[0] is not None


@pytest.fixture
def slow_phones(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator where nothing arrives before the test lets time pass: until then, what waits is seen waiting."""
    with Simulator(tmp_path / "simulator.db", outcomes="steered", speed=0.05) as running:
        yield running


def test_a_person_sends_to_1165_people_and_reads_why_somebody_did_not_get_it(
    page: Page, slow_phones: Simulator, start_console: StartConsole
) -> None:
    console = start_console(SIMULATOR_URL=slow_phones.url)
    failing = {10: "901", 400: "905", 800: "903"}
    content = customers_csv(1200, 20, 15, header=HEADER, ending=lambda i: failing.get(i, "00"))

    write_message(page, console, "Autumn sale")
    upload(page, content, "1,165 people")
    check_page(page, "1,165 people")
    expect(page.get_by_text("Hello ").first).to_be_visible()
    page.get_by_role("button", name="Send to 1,165 people").click()

    expect(page.get_by_role("heading", name="Autumn sale", level=1)).to_be_visible()
    expect(page.get_by_text("1,165 of 1,165 people are with Retarus").first).to_be_visible()
    expect(page.get_by_text("adds up").first).to_be_visible()
    delivered = page.get_by_test_id("stMetric").filter(has_text="Delivered")
    let_it_be_hidden(page, True)
    slow_phones.advance(timedelta(hours=12))
    until(lambda: has_ended(console), why="its results did not come", seconds=120)
    # Longer than an open page waits: a hidden one asks for nothing.
    page.wait_for_timeout(4_000)
    expect(delivered.get_by_text("1,162")).to_be_hidden()
    let_it_be_hidden(page, False)
    expect(delivered.get_by_text("1,162")).to_be_visible()
    expect(page.get_by_text("All 1,165 people were handed to Retarus.").first).to_be_visible()
    page.get_by_role("button", name="Show Failed: 3").click()
    expect(page.get_by_role("cell", name="Number does not exist")).to_be_visible()

    accepted = accepted_numbers(slow_phones.path)
    assert len(accepted) == 1165
    assert set(accepted.values()) == {1}
    texts = [sms.text for sms in accepted_sms(slow_phones.path)]
    assert all(
        re.fullmatch(r"Hello \S+, our autumn sale starts on Thursday in \S+\. Stop: reply STOP", t) for t in texts
    )
    assert any("Jörg" in text and "Gießen" in text for text in texts)
    assert {(job.customer_ref or "").split(".")[0] for job in accepted_jobs(slow_phones.path)} == {"S4"}


@pytest.mark.parametrize(("clicks", "ending"), [(2, "101"), (10, "110")])
def test_many_clicks_on_send_are_one(page: Page, console: Console, clicks: int, ending: str) -> None:
    content, numbers = small_list(ending)
    to_the_send_button(page, console, f"Clicks {clicks}", content, "30 people")
    page.get_by_role("button", name="Send to 30 people").click(click_count=clicks, delay=1)
    expect(page.get_by_role("heading", name=f"Clicks {clicks}", level=1)).to_be_visible()
    until_accepted(console, numbers)


def test_two_tabs_send_once(page: Page, context: BrowserContext, console: Console) -> None:
    content, numbers = small_list("102")
    to_the_send_button(page, console, "Two tabs", content, "30 people")
    other = context.new_page()
    other.goto(page.url)
    second = other.get_by_role("button", name="Send to 30 people")
    expect(second).to_be_enabled()
    page.get_by_role("button", name="Send to 30 people").click()
    second.click()
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="Two tabs", level=1)).to_be_visible()
        assert "/campaign?id=" in tab.url
    until_accepted(console, numbers)


def was_pressed(console: Console, name: str) -> bool:
    with closing(sqlite3.connect(database(console))) as connection:
        query = "select count(*) from campaign where name = ? and sent_ts is not null"
        return bool(connection.execute(query, (name,)).fetchone()[0])


def test_a_reload_while_sending_changes_nothing(page: Page, console: Console) -> None:
    content, numbers = small_list("103")
    to_the_send_button(page, console, "Reload", content, "30 people")
    page.get_by_role("button", name="Send to 30 people").click(no_wait_after=True)
    # A browser that is reloaded at once may never have told of the press.
    until(lambda: was_pressed(console, "Reload"), why="the press did not arrive")
    page.reload()
    page.goto(f"{console.url}/campaigns")
    expect(page.get_by_role("link", name="Reload").first).to_be_visible()
    until_accepted(console, numbers)


def test_what_is_typed_survives_a_reload(page: Page, console: Console) -> None:
    write_message(page, console, "Kept", "Hello {first name}")
    expect(page.get_by_role("button", name="Message", exact=True)).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Message", exact=True).click()
    expect(page.get_by_label("Name of the campaign")).to_have_value("Kept")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Hello {first name}")
