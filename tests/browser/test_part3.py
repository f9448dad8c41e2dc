"""Taken back, scheduled, paused, stopped and decided in a real browser; the simulator's store is the judge."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from sms4a.simulator import Simulator, accepted_numbers
from tests.browser.accessibility import assert_nothing_serious
from tests.browser.journey import at_the_send_step, change
from tests.browser.serving import Console
from tests.builders import a_number, customers_csv
from tests.waiting import until

HEADER = ("first name", "mobile", "store")
HOUR_MS = 3_600_000

Send = Callable[..., set[str]]


@pytest.fixture(autouse=True)
def nothing_fails(outside: Simulator) -> Iterator[None]:
    yield
    outside.faults.clear()


@pytest.fixture
def send(page: Page, console_outside: Console) -> Send:
    """`send("Autumn", "201", 30)`: at the Send step, Send is pressed; gives the numbers that nobody else uses."""

    def sent(name: str, ending: str, count: int = 3) -> set[str]:
        content = customers_csv(count, 0, 0, header=HEADER, ending=lambda _i: ending)
        at_the_send_step(page, console_outside, name, content, f"{count} people")
        page.get_by_role("button", name=f"Send to {count} people").click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        expect(page.get_by_text("Nothing has left yet.").first).to_be_visible()
        return {a_number(i, ending) for i in range(count)}

    return sent


def let_go(console: Console) -> None:
    """The time to take it back is over."""
    change(console, "update submission set due_ts = 1 where state = 'ready'")
    change(console, "update campaign set release_ts = 1 where state = 'sending'")


def times(outside: Simulator, numbers: set[str]) -> list[int]:
    """How often the API has accepted each of those it has accepted."""
    accepted = accepted_numbers(outside.path)
    return [accepted[number] for number in numbers if number in accepted]


def until_all_left(outside: Simulator, numbers: set[str]) -> None:
    until(lambda: len(times(outside, numbers)) == len(numbers), why="not everything was accepted")
    assert set(times(outside, numbers)) == {1}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_campaign_is_taken_back_and_sent_once_after_all(
    page: Page, console_outside: Console, outside: Simulator, send: Send
) -> None:
    numbers = send("Taken back", "201")
    expect(page.get_by_text(re.compile(r"It starts in (2\d|1\d|\d) seconds?\.")).first).to_be_visible()
    assert_nothing_serious(page)
    press(page, "Take it back")
    page.wait_for_url("**/new-campaign?**step=send**")
    expect(page.get_by_role("button", name="Send to 3 people")).to_be_enabled()
    let_go(console_outside)
    assert times(outside, numbers) == []
    page.get_by_role("button", name="Send to 3 people").click()
    expect(page.get_by_text("Nothing has left yet.").first).to_be_visible()
    let_go(console_outside)
    until_all_left(outside, numbers)
    expect(page.get_by_text("Everything has gone out.").first).to_be_visible()
    assert page.get_by_role("button", name="Pause").count() == 0


def test_a_schedule_is_changed_and_started_now(page: Page, console_outside: Console, outside: Simulator) -> None:
    content = customers_csv(3, 0, 0, header=HEADER, ending=lambda _i: "202")
    numbers = {a_number(i, "202") for i in range(3)}
    at_the_send_step(page, console_outside, "Scheduled", content, "3 people")
    page.get_by_text("At a date and time").click()
    page.get_by_role("button", name="Schedule for 3 people").click()
    expect(page.get_by_text(re.compile(r"It begins on \w+day \d+ \w+ \d{4}, 10:00 \(Berlin\)\.")).first).to_be_visible()
    press(page, "Change the start")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton").nth(3).click()
    page.keyboard.type("1130")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(re.compile(r"The first messages go out on \w+day \d+ \w+ \d{4}, 11:30"))).to_be_visible()
    assert_nothing_serious(page)
    dialog.get_by_role("button", name="Change the start").click()
    expect(page.get_by_text(re.compile(r"It begins on \w+day \d+ \w+ \d{4}, 11:30 \(Berlin\)\.")).first).to_be_visible()
    assert times(outside, numbers) == []
    press(page, "More")
    page.get_by_text("Start now", exact=True).click()
    expect(page.get_by_text("Nothing has left yet.").first).to_be_visible()
    let_go(console_outside)
    until_all_left(outside, numbers)


def test_pause_holds_resume_goes_on_and_stop_ends_it(
    page: Page, console_outside: Console, outside: Simulator, send: Send
) -> None:
    # No more: above a hundred people Send wants a tick.
    numbers = send("Paused", "203", 100)
    outside.faults.add("delay", seconds=2.0, times=None)
    let_go(console_outside)
    press(page, "Pause")
    expect(page.get_by_text("wait here until somebody presses Resume").first).to_be_visible()
    before = len(times(outside, numbers)) + 10  # one hand-over may have been on its way
    assert_nothing_serious(page)
    press(page, "Resume")
    until(lambda: len(times(outside, numbers)) > before, why="it did not go on")
    press(page, "More")
    page.get_by_text("Stop this campaign …").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"Stop sending to \d+ people")).click()
    expect(page.get_by_text("It was stopped after").first).to_be_visible()
    expect(page.get_by_text("adds up").first).to_be_visible()
    left = len(times(outside, numbers))
    assert before < left < len(numbers)
    assert set(times(outside, numbers)) == {1}


def test_an_emergency_stop_holds_everything_until_somebody_lets_it_go_on(
    page: Page, console_outside: Console, outside: Simulator, send: Send
) -> None:
    numbers = send("Emergency", "204", 40)
    press(page, "Stop all sending")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("What has left cannot be called back.")).to_be_visible()
    dialog.get_by_label("Why? Everybody will read it (optional)").fill("wrong price")
    dialog.get_by_role("button", name="Stop all sending").click()
    expect(page.get_by_text("All sending was stopped by hand.").first).to_be_visible()
    let_go(console_outside)
    page.goto(f"{console_outside.url}/glossary")
    expect(page.get_by_text("Reason: wrong price.").first).to_be_visible()
    assert_nothing_serious(page)
    assert times(outside, numbers) == []
    press(page, "Let sending go on …")
    page.get_by_role("dialog").get_by_role("button", name="Let sending go on").click()
    expect(page.get_by_text("All sending was stopped by hand.")).to_have_count(0)
    until_all_left(outside, numbers)


def test_what_nobody_knows_is_put_before_a_person_who_lets_it_go_out_again(
    page: Page, console_outside: Console, outside: Simulator, send: Send
) -> None:
    numbers = send("Unclear", "205")
    outside.faults.add("drop", when="before")
    let_go(console_outside)
    expect(
        page.get_by_text("We do not know whether Retarus accepted the messages for these 3 people.").first
    ).to_be_visible()
    expect(page.get_by_text("Both read completely").first).to_be_visible()
    earlier = "update submission set uncertain_ts = uncertain_ts - ?, complete_looks = 2, look_ts = 1"
    change(console_outside, f"{earlier} where state = 'uncertain'", 2 * HOUR_MS)
    expect(page.get_by_text("have no job with its reference").first).to_be_visible()
    assert times(outside, numbers) == []
    assert_nothing_serious(page)
    press(page, "Send again …")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("If Retarus accepted it after all, 3 people will get it twice.")).to_be_visible()
    dialog.get_by_role("button", name="Send to 3 people again").click()
    expect(dialog.get_by_text("Say why.")).to_be_visible()
    assert_nothing_serious(page)
    dialog.get_by_label("Reason").fill("Retarus says that nothing arrived")
    dialog.get_by_role("button", name="Send to 3 people again").click()
    until_all_left(outside, numbers)
    expect(page.get_by_text("3 of 3 people are with Retarus.").first).to_be_visible(timeout=90_000)
