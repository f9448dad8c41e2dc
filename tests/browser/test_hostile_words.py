"""Words that look like something else are shown letter by letter, and the browser asks nobody for anything."""

import csv
import io
import time
from contextlib import closing

import pytest
import sqlalchemy as sa
from playwright.sync_api import Dialog, Page, Request, expect

from sms4a.campaigns.database import Database
from sms4a.campaigns.states import CampaignState, ListState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import recipient
from sms4a.recipients import Pile
from tests.browser.journey import database
from tests.browser.serving import Console
from tests.builders import a_number
from tests.hostile import TEXTS
from tests.ledger_rows import Batch, a_campaign
from tests.waiting import until

# What Markdown and HTML would make of such words, inside what we draw.
ALIVE = "a[href*='example'], img[src*='example'], script:has-text('alert'), iframe[src*='example'], .katex, svg[onload]"


def letters(text: str) -> str:
    return " ".join(text.split())


def seen(page: Page) -> str:
    return letters(page.locator("[data-testid=stMain]").inner_text())


def missing(page: Page, texts: tuple[str, ...]) -> list[str]:
    shown = seen(page)
    return [text for text in texts if letters(text) not in shown]


@pytest.fixture
def asked(page: Page, console: Console) -> list[str]:
    """Whatever the browser asks of anybody but the console, and whatever pops up."""
    found: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((console.url, console.url.replace("http", "ws"), "data:", "blob:")):
            found.append(request.url)

    def dismiss(dialog: Dialog) -> None:
        found.append(dialog.message)
        dialog.dismiss()

    page.on("request", note)
    page.on("dialog", dismiss)
    return found


def test_hostile_words_are_shown_as_they_are_and_ask_for_nothing_outside(
    page: Page, console: Console, asked: list[str]
) -> None:
    now = int(time.time() * 1000)
    with closing(Store(Database(f"sqlite:///{database(console)}"))) as store:
        for text in TEXTS:
            store.message_templates.create(text, text, "ann")
        delivered = Batch(SubmissionState.SETTLED, verdicts={"delivered": 1})
        for n, text in enumerate(TEXTS[:60]):
            a_campaign(
                store.database, f"hostile{n:02d}x", name=f"{text} #{n}", text=text, batches=[delivered],
                state=CampaignState.FINISHED, sent_ts=now - n, finished_ts=now, actor="<i>ann</i>",
            )  # fmt: skip
    page.goto(f"{console.url}/templates")
    expect(page.get_by_role("heading", name="Templates", exact=True, level=1)).to_be_visible()
    expect(page.get_by_text("../../etc/passwd").first).to_be_visible()
    page.wait_for_timeout(1_500)
    assert missing(page, TEXTS) == []
    assert page.locator(ALIVE).count() == 0
    for n in (1, 2, 3):
        page.goto(f"{console.url}/campaigns?campaigns_page={n}")
        expect(page.get_by_role("heading", name="Campaigns", exact=True, level=1)).to_be_visible()
        page.wait_for_timeout(1_500)
        assert page.locator(ALIVE).count() == 0
    for path in ("", "analytics", "jobs", "new-campaign", "campaign?id=hostile10x", "campaign?id=hostile45x"):
        page.goto(f"{console.url}/{path}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        page.wait_for_timeout(1_500)
        assert page.locator(ALIVE).count() == 0, path
    assert letters(f"{TEXTS[45]} #45") in seen(page)
    assert asked == []


# One page of a table: what Markdown, HTML, LaTeX and links could be made of, and a text that runs backwards.
MARKUP = [text for signs in ("<", "[$*`", ":#_|") for text in TEXTS if set(text) & set(signs)]
NOTE = "[note](https://example.org) **now** <b>"
CELLS = (*dict.fromkeys(MARKUP[:24]), "\u202eevil")


def a_list_of(cells: tuple[str, ...]) -> bytes:
    """Each of them as a name, a note, and the cell where a number should be."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["name", "mobile", NOTE])
    writer.writerow(["Anna", a_number(880, "301"), "fine"])
    writer.writerows([cell, cell, cell] for cell in cells)
    return out.getvalue().encode()


def test_hostile_cells_of_a_list_are_shown_as_they_are(page: Page, console: Console, asked: list[str]) -> None:
    with closing(Store(Database(f"sqlite:///{database(console)}"))) as store:
        listed = store.lists.create("hostile.csv", a_list_of(CELLS), "local")
        until(lambda: is_read(store, listed.id), why="the list was not read")
        draft = store.drafts.create("local")
        store.drafts.save(draft.id, 1, actor="local", text="Hello {name}", list_id=listed.id)
        columns = {"header": ["name", "mobile", NOTE], "phone": "mobile", "fields": {"name": "name"}}
        left_out = {Pile.UNREADABLE: len(CELLS)}
        a_campaign(store.database, "hostilecells", left_out=left_out, state=CampaignState.FINISHED, columns=columns)
        with store.database.write() as connection:
            for place, cell in enumerate(CELLS):
                row = (recipient.c.campaign_id == "hostilecells", recipient.c.row == 2 + place)
                values = {"raw_number": cell, "fields": {"name": cell}, "others": {NOTE: cell}}
                connection.execute(sa.update(recipient).where(*row).values(**values))
    page.goto(f"{console.url}/new-campaign?draft={draft.id}&step=recipients")
    expect(page.get_by_text(f"{len(CELLS)} numbers cannot be read")).to_be_visible()
    expect(page.get_by_role("columnheader", name="note")).to_be_visible()
    page.wait_for_timeout(1_500)
    assert missing(page, (NOTE, *CELLS)) == []
    assert page.locator(ALIVE).count() == 0

    page.goto(f"{console.url}/campaign?id=hostilecells&row=2")
    for switch in ("Show numbers", "Columns of the list"):
        page.get_by_text(switch).click()
    expect(page.get_by_role("columnheader", name="note")).to_be_visible()
    page.wait_for_timeout(1_500)
    assert missing(page, (NOTE, *CELLS)) == []
    assert page.locator(ALIVE).count() == 0
    assert asked == []


def is_read(store: Store, list_id: str) -> bool:
    found = store.lists.get(list_id)
    return found is not None and found.state is ListState.CHECKED
