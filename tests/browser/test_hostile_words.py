"""Words that look like something else are shown letter by letter, and the browser asks nobody for anything."""

import time
from contextlib import closing

from playwright.sync_api import Page, Request, expect

from sms4a.campaigns.database import Database
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from tests.browser.journey import database
from tests.browser.serving import Console
from tests.hostile import TEXTS
from tests.ledger_rows import Batch, a_campaign

# What Markdown and HTML would make of such words, inside what we draw.
ALIVE = "a[href*='example'], img[src*='example'], script:has-text('alert'), iframe[src*='example'], .katex, svg[onload]"


def letters(text: str) -> str:
    return " ".join(text.split())


def seen(page: Page) -> str:
    return letters(page.locator("[data-testid=stMain]").inner_text())


def missing(page: Page, texts: tuple[str, ...]) -> list[str]:
    shown = seen(page)
    return [text for text in texts if letters(text) not in shown]


def test_hostile_words_are_shown_as_they_are_and_ask_for_nothing_outside(page: Page, console: Console) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((console.url, console.url.replace("http", "ws"), "data:", "blob:")):
            asked.append(request.url)

    page.on("request", note)
    page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
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
