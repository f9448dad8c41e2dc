"""What a person does from an empty page to the Send button."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.database import Database
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.store import Store
from sms4a.simulator import accepted_numbers
from tests.browser.serving import Console
from tests.waiting import until

TEXT = "Hello {first name}, our autumn sale starts on Thursday in {store}. Stop: reply STOP"


def oracle(console: Console) -> Path:
    """The simulator's store: what was accepted, whatever the console says."""
    return console.folder / "data" / "simulator.db"


def write_message(page: Page, console: Console, name: str, text: str = TEXT) -> None:
    page.goto(f"{console.url}/new-campaign")
    page.get_by_label("Name of the campaign").fill(name)
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Control+Enter")
    expect(page.get_by_text("This message costs")).to_be_visible()
    page.get_by_role("button", name="Continue to recipients").click()
    expect(page.get_by_test_id("stFileUploaderDropzoneInput")).to_be_attached()


def upload(page: Page, content: bytes, people: str) -> None:
    """`people` as the page shows it: `1,165 people`."""
    file: FilePayload = {"name": "customers.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text(f"{people} will receive this message.")).to_be_visible()
    page.get_by_role("button", name=f"Check {people}").click()


def check(page: Page, people: str) -> None:
    expect(page.get_by_text(f"{people} will get this message.")).to_be_visible()
    tick = page.get_by_text("I have read the message and checked the list.")
    if int(re.sub(r"\D", "", people)) > 100:
        tick.click()
    page.get_by_role("button", name="Continue to send").click()


def to_the_send_button(page: Page, console: Console, name: str, content: bytes, people: str) -> None:
    write_message(page, console, name)
    upload(page, content, people)
    check(page, people)
    expect(page.get_by_role("button", name=f"Send to {people}")).to_be_enabled()


def until_accepted(console: Console, numbers: set[str]) -> None:
    """Until the API has accepted all of them; fails if one was accepted twice."""
    until(lambda: numbers <= accepted_numbers(oracle(console)).keys(), why="not everything was accepted")
    accepted = accepted_numbers(oracle(console))
    assert {accepted[number] for number in numbers} == {1}


def database(console: Console) -> Path:
    return console.folder / "data" / "practice.db"


def prepared(console: Console, name: str, content: bytes) -> Campaign:
    """A campaign as its Send step has it, without the way there."""
    store = Store(Database(f"sqlite:///{database(console)}"))
    with closing(store):
        listed = store.lists.create("people.csv", content, "local")
        until(lambda: _is_read(store, listed.id), why="the list was not read")
        draft = store.drafts.create("local")
        draft = store.drafts.save(draft.id, draft.version, name=name, text=TEXT, list_id=listed.id, actor="local")
        campaign_id = store.ledger.prepare(draft.id, draft.version, "local", submission_size=10)
        until(lambda: _campaign(store, campaign_id).state is CampaignState.PREPARED, why="it was not prepared")
        return _campaign(store, campaign_id)


def _is_read(store: Store, list_id: str) -> bool:
    listed = store.lists.get(list_id)
    return listed is not None and listed.state == "checked"


def _campaign(store: Store, campaign_id: str) -> Campaign:
    found = store.ledger.campaign(campaign_id)
    assert found is not None
    return found


def at_the_send_step(page: Page, console: Console, name: str, content: bytes, people: str) -> Campaign:
    campaign = prepared(console, name, content)
    page.goto(f"{console.url}/new-campaign?draft={campaign.draft_id}&step=send")
    expect(page.get_by_text(f"{people} will get this message")).to_be_visible()
    return campaign


def change(console: Console, sql: str, *values: Any) -> None:
    """Turn the clock in the database: what waits for a time that is far away for a test."""
    with closing(sqlite3.connect(database(console), timeout=10)) as connection, connection:
        connection.execute(sql, values)
