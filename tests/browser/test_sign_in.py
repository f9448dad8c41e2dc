"""Signing in: before it nothing is shown, whatever address is opened."""

import pytest
from playwright.sync_api import Page, expect

from sms4a.console import registry
from tests.browser.serving import Console

# The provider runs in a thread of the tests, on a library whose newer names it does not know yet.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in with your company account").click()
    page.get_by_placeholder("sub").fill("ann")
    page.get_by_role("button", name="Authorize").click()
    heading(page, "Overview")


def test_nobody_sees_a_page_without_signing_in(page: Page, console_with_sign_in: Console) -> None:
    # The first address opened on a fresh server is a page's own: there the frame could be missed.
    for entry in (*registry.ENTRIES[::-1], registry.ENTRIES[-1]):
        page.goto(f"{console_with_sign_in.url}/{entry.url_path}")
        heading(page, "Sign in")
        assert page.get_by_test_id("stPageLink-NavLink").count() == 0
        assert page.get_by_text("Practice").count() == 0
        assert entry.default or page.get_by_text("Page not found").count() == 0


def test_signing_in_and_out(page: Page, console_with_sign_in: Console) -> None:
    page.goto(console_with_sign_in.url)
    heading(page, "Sign in")
    sign_in(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("ann@example.com")).to_be_visible()
    cookie = next(cookie for cookie in page.context.cookies() if cookie.get("name") == "_streamlit_user")
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("End Session").first).to_be_visible()
    page.goto(f"{console_with_sign_in.url}/jobs")
    heading(page, "Sign in")


def test_a_forged_cookie_signs_nobody_in(page: Page, console_with_sign_in: Console) -> None:
    page.goto(console_with_sign_in.url)
    heading(page, "Sign in")
    sign_in(page)
    cookie = next(cookie for cookie in page.context.cookies() if cookie.get("name") == "_streamlit_user")
    value = cookie["value"]
    forged = {**cookie, "value": value[:10] + ("A" if value[10] != "A" else "B") + value[11:]}
    page.context.clear_cookies()
    page.context.add_cookies([forged])  # type: ignore[list-item]
    page.goto(f"{console_with_sign_in.url}/connection")
    heading(page, "Sign in")


@pytest.mark.parametrize("path", ["/_stcore/health", "/api/health"])
def test_health_says_nothing_about_anybody(page: Page, console_with_sign_in: Console, path: str) -> None:
    answer = page.request.get(console_with_sign_in.url + path)
    assert answer.status == 200
    assert len(answer.text()) < 40


def test_a_monitor_reads_ages_and_counts_without_signing_in(page: Page, console_with_sign_in: Console) -> None:
    health = page.request.get(f"{console_with_sign_in.url}/healthz").json()
    assert health["mode"] == "practice"
    assert set(health["addresses"]) == {"eu", "de2", "de1"}
    metrics = page.request.get(f"{console_with_sign_in.url}/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "sms4a_queue_people 0" in metrics.text()
