"""Writing a message: cost and preview follow while one types, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journey import prepared
from tests.browser.serving import Console
from tests.builders import customers_csv

OpenPage = Callable[[Console, str, str], Page]


def test_cost_and_preview_follow_while_typing_and_no_letter_is_lost(open_page: OpenPage, console: Console) -> None:
    page = open_page(console, "/new-campaign", "New campaign")
    field = page.get_by_label("Message", exact=True)
    field.click()
    page.keyboard.type("Hello there, ", delay=20)
    expect(page.get_by_text("This message costs 1 SMS part.")).to_be_visible()
    expect(field).to_be_focused()

    rest = "this goes on and on while the console counts, saves and draws again – and again, and again"
    page.keyboard.type(rest, delay=60)
    expect(page.get_by_text("This message costs 2 SMS parts.")).to_be_visible()
    expect(field).to_have_value("Hello there, " + rest)
    expect(page.get_by_role("img", name=rest)).to_be_visible()
    expect(field).to_be_focused()

    # So does what is wrong with a sender.
    sender = page.get_by_label("Sender", exact=True)
    sender.click()
    page.keyboard.type("Autumn Sale Shop", delay=60)
    expect(page.get_by_text("The sender is 5 characters too long; names have at most 11.").first).to_be_visible()
    expect(sender).to_be_focused()
    page.keyboard.type(" & Co", delay=60)
    expect(page.get_by_text("The sender is 10 characters too long; names have at most 11.").first).to_be_visible()
    expect(sender).to_have_value("Autumn Sale Shop & Co")

    page.reload()
    expect(field).to_have_value("Hello there, " + rest)
    expect(sender).to_have_value("Autumn Sale Shop & Co")


def test_a_text_entered_at_once_is_stored_although_nobody_leaves_the_field(
    open_page: OpenPage, console: Console
) -> None:
    page = open_page(console, "/new-campaign", "New campaign")
    page.get_by_label("Name of the campaign").fill("In a hurry")
    page.get_by_label("Message", exact=True).fill("Hello, reply STOP")
    page.get_by_role("button", name="Continue to recipients").click()
    expect(page.get_by_text("Who should get the message?")).to_be_visible()
    page.get_by_role("button", name="Message", exact=True).click()
    expect(page.get_by_label("Name of the campaign")).to_have_value("In a hurry")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Hello, reply STOP")


def test_going_on_with_something_missing_says_what_and_what_is_typed_last_counts(
    open_page: OpenPage, console: Console
) -> None:
    page = open_page(console, "/new-campaign", "New campaign")
    page.get_by_role("button", name="Continue to recipients").click()
    expect(page.get_by_text("One point is still open")).to_be_visible()
    field = page.get_by_label("Message", exact=True)
    field.click()
    page.keyboard.type("Hello, reply STOP")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Continue to recipients").click()
    expect(page.get_by_text("Who should get the message?")).to_be_visible()


@pytest.mark.parametrize(
    "name",
    [
        ":material/home: :smile: *x* `y` $z$",
        "https://example.org www.example.org",
        ":material_home: -> ann@example.org",
    ],
)
def test_what_people_type_is_shown_letter_by_letter(page: Page, console: Console, name: str) -> None:
    content = customers_csv(3, 0, 0, header=("first name", "mobile", "store"), ending=lambda _i: "301")
    campaign = prepared(console, name, content)
    page.goto(f"{console.url}/new-campaign?draft={campaign.draft_id}&step=check")
    answers = page.locator(".st-key-new_campaign_answers")
    expect(answers.get_by_text(name, exact=True)).to_be_visible()
    assert answers.locator("a, [role=img], img, em, code, .katex").count() == 0
    page.goto(f"{console.url}/new-campaign")
    expect(page.get_by_text(name, exact=True)).to_be_visible()
