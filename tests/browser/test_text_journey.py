"""From the first letter to the last part: a costly character mended, the longest message tested, all of it sent."""

from contextlib import closing

from playwright.sync_api import FilePayload, Page, expect

from sms4a.campaigns.database import Database
from sms4a.campaigns.store import Store
from sms4a.simulator import accepted_sms
from tests.browser.accessibility import assert_nothing_serious
from tests.browser.journey import database, oracle, until_accepted
from tests.browser.serving import Console
from tests.builders import a_number
from tests.waiting import until

MINE = a_number(99_100)
TEXT = "Hello {name}, our autumn sale starts on Thursday – in all of our stores. Reply STOP"


def test_a_costly_character_is_mended_the_longest_message_tested_and_everybody_gets_it_once(
    page: Page, console: Console
) -> None:
    numbers = [a_number(99_000 + n) for n in range(12)]
    rows = [f"{'Maximiliane Charlotte' if n == 7 else 'Jörg'};{number}" for n, number in enumerate(numbers)]
    page.goto(f"{console.url}/new-campaign")
    field = page.get_by_label("Message", exact=True)
    live = page.locator(".st-key-new_campaign_text_live")
    # The counter follows every letter, long before anything is stored.
    field.click()
    page.keyboard.type(TEXT[:49])
    expect(live.get_by_text("1 SMS part · 109 left in the last one")).to_be_visible()
    page.keyboard.insert_text("–")
    expect(live.get_by_text("1 SMS part · 20 left in the last one · – needs Unicode")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(live.get_by_text("1 SMS part · 109 left in the last one")).to_be_visible()
    page.keyboard.insert_text(TEXT[49:])
    expect(page.get_by_text("This message costs 2 SMS parts.")).to_be_visible()
    expect(page.get_by_role("button", name="Replace – with -")).to_be_visible()
    assert_nothing_serious(page)
    page.get_by_role("button", name="Replace – with -").click()
    expect(page.get_by_text("This message costs 1 SMS part.")).to_be_visible()
    expect(field).to_have_value(TEXT.replace("–", "-"))

    page.get_by_label("Name of the campaign").fill("Autumn by hand")
    page.get_by_label("Name of the campaign").press("Tab")
    page.get_by_role("button", name="Continue to recipients").click()
    file: FilePayload = {
        "name": "people.csv",
        "mimeType": "text/csv",
        "buffer": "\n".join(["name;mobile", *rows]).encode(),
    }
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    page.get_by_role("button", name="Check 12 people").click()

    # Of everybody's messages the longest is shown first, as it will leave.
    longest = TEXT.replace("–", "-").replace("{name}", "Maximiliane Charlotte")
    expect(page.get_by_role("img", name=longest)).to_be_visible()
    page.get_by_label("Your number").fill(MINE)
    page.get_by_label("Your number").press("Enter")
    page.get_by_role("button", name="to me").click()
    until(lambda: any(sms.dst == MINE and sms.text == longest for sms in accepted_sms(oracle(console))), why="no test")
    expect(page.get_by_text("Delivered").first).to_be_visible()
    assert_nothing_serious(page)
    assert not {sms.dst for sms in accepted_sms(oracle(console))} & set(numbers)

    page.get_by_role("button", name="Continue to send").click()
    page.get_by_role("button", name="Send to 12 people").click()
    until_accepted(console, set(numbers))
    texts = {sms.dst: sms.text for sms in accepted_sms(oracle(console)) if sms.dst in numbers}
    assert texts[numbers[7]] == longest
    assert set(texts.values()) == {longest, TEXT.replace("–", "-").replace("{name}", "Jörg")}


def test_prices_and_templates_can_be_used_by_everybody(page: Page, console: Console) -> None:
    with closing(Store(Database(f"sqlite:///{database(console)}"))) as store:
        store.message_templates.create("Birthday", "Happy birthday, {name}! STOP", "ann")
    page.goto(f"{console.url}/prices")
    expect(page.get_by_label("Every country")).to_be_visible()
    page.get_by_label("For one campaign").fill("about ten")
    page.get_by_label("For one campaign").press("Enter")
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    assert_nothing_serious(page)
    page.goto(f"{console.url}/templates?templates_search=birth")
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Text").fill("Happy birthday, {first name}! STOP")
    page.get_by_label("Text").press("Control+Enter")
    expect(page.get_by_text("{name} goes and {first name} comes.")).to_be_visible()
    assert_nothing_serious(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("button", name="Use").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Happy birthday, {first name}! STOP")
