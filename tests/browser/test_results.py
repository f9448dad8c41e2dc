"""From somebody who did not get it to a second message for them alone; from a number to everything, and to nothing."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

from playwright.sync_api import Page, expect

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.store import Store
from sms4a.simulator import accepted_numbers
from tests.browser.accessibility import assert_nothing_serious
from tests.browser.journey import check, database, oracle, prepared
from tests.browser.serving import Console
from tests.builders import a_number
from tests.waiting import until

# Retries fail after seconds at this speed; the others arrive.
UNREACHED = [a_number(i, "906") for i in range(870, 872)]
REFUSED = [a_number(i, "905") for i in range(870, 871)]
ARRIVING = [a_number(i, "701") for i in range(870, 874)]


@contextmanager
def opened(console: Console) -> Iterator[Store]:
    store = Store(Database(f"sqlite:///{database(console)}"))
    with closing(store):
        yield store


def a_finished_campaign(console: Console, name: str, numbers: list[str]) -> Campaign:
    rows = [f"Person{i};{number};Kassel" for i, number in enumerate(numbers)]
    content = "\n".join(["first name;mobile;store", *rows]).encode()
    campaign = prepared(console, name, content)
    assert campaign.fingerprint is not None
    with opened(console) as store:
        assert store.ledger.send(campaign.id, campaign.fingerprint, "local")
        until(lambda: _ended(store, campaign.id), why="its results did not come", seconds=120)
    return campaign


def _ended(store: Store, campaign_id: str) -> bool:
    found = store.ledger.campaign(campaign_id)
    return found is not None and found.finished_ts is not None


def click_bar(page: Page, key: str) -> None:
    """The first bar of a chart; Plotly takes clicks with a layer of its own above the bars."""
    bar = page.locator(f".st-key-{key} .barlayer .point path").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_who_did_not_get_it_gets_it_again_and_nobody_else(page: Page, console: Console) -> None:
    campaign = a_finished_campaign(console, "Once more", UNREACHED + REFUSED + ARRIVING)
    # A link in a table is a way like any other: in this tab, and back again.
    page.goto(f"{console.url}/campaigns")
    page.get_by_role("link", name="Once more", exact=True).click()
    expect(page).to_have_url(f"{console.url}/campaign?id={campaign.id}")
    expect(page.get_by_role("heading", name="Once more", level=1)).to_be_visible()
    assert len(page.context.pages) == 1
    page.go_back()
    expect(page.get_by_role("heading", name="Campaigns", level=1)).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("3 people did not get it, and you may send it to them again.")).to_be_visible()
    assert_nothing_serious(page)

    # A bar leads to its people, and the address to the same view.
    click_bar(page, "campaign_reasons")
    expect(page).to_have_url(re.compile("campaign_why=connection"))
    expect(page.get_by_text("Rows 1 to 2 of 2")).to_be_in_viewport()
    first_row = page.locator(".st-key-campaign_recipients tbody tr").first.locator("td")
    expect(first_row.nth(0)).to_have_css("text-align", "right")  # the row's number
    expect(first_row.nth(1)).not_to_have_css("text-align", "right")
    page.reload()
    expect(page.get_by_text("Rows 1 to 2 of 2")).to_be_visible()

    # These people as a file, once.
    page.get_by_role("button", name="Download 2 rows").click()
    page.get_by_text("Excel file").click()
    link = page.get_by_role("link", name=re.compile("Save"))
    expect(link).to_be_visible()
    address = console.url + (link.get_attribute("href") or "")
    assert page.request.get(address).body().startswith(b"PK")
    assert page.request.get(address).status == 404

    page.get_by_role("button", name="Send again").click()
    page.get_by_role("button", name="Write to 2 people again").click()
    expect(page.get_by_text("2 people will receive this message.")).to_be_visible()
    page.get_by_role("button", name="Check 2 people").click()
    check(page, "2 people")
    page.get_by_role("button", name="Send to 2 people").click()
    expect(page.get_by_role("heading", name="Once more, again", level=1)).to_be_visible()
    until(lambda: accepted_numbers(oracle(console)).get(UNREACHED[0]) == 2, why="it was not sent again")
    accepted = accepted_numbers(oracle(console))
    assert [accepted[number] for number in UNREACHED] == [2, 2]
    assert {accepted[number] for number in REFUSED + ARRIVING} == {1}


def test_a_table_that_is_too_wide_can_be_scrolled_by_keyboard(page: Page, console: Console) -> None:
    a_finished_campaign(console, "Wide", [a_number(876, "702"), a_number(877, "702")])
    page.set_viewport_size({"width": 800, "height": 900})
    page.goto(f"{console.url}/analytics")
    place = page.get_by_role("table", name="Campaigns", exact=True).locator("..")
    expect(place).to_have_attribute("tabindex", "0")
    assert place.evaluate("place => place.scrollWidth > place.clientWidth")
    assert_nothing_serious(page)
    page.set_viewport_size({"width": 1600, "height": 900})
    expect(place).not_to_have_attribute("tabindex", "0")


def test_a_person_is_found_and_erased(page: Page, console: Console) -> None:
    number = a_number(875, "702")
    a_finished_campaign(console, "To be forgotten", [number])
    page.goto(f"{console.url}/person")
    page.get_by_label("Phone number, in any spelling").fill(number.replace("+49", "0"))
    page.get_by_label("Phone number, in any spelling").press("Enter")
    expect(page.get_by_text("is in 1 campaign")).to_be_visible()
    assert_nothing_serious(page)
    page.get_by_role("button", name="Erase this person").click()
    digits = page.get_by_label("Type the last four digits of the number")
    digits.fill(number[-4:])
    digits.press("Enter")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Nothing is known of")).to_be_visible()
    with opened(console) as store:
        assert not store.persons.find(number).known
