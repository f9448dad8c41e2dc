"""The frame in a real browser: reached by any address, calling nobody, readable by everybody."""

import socket
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from sms4a.console import registry
from tests.browser.accessibility import assert_nothing_serious
from tests.browser.conftest import StartConsole
from tests.browser.serving import Console, command, environment, free_port

OpenPage = Callable[[Console, str, str], Page]

PAGES = [
    ("/", "Overview"),
    ("/campaigns", "Campaigns"),
    ("/new-campaign", "New campaign"),
    ("/jobs", "Jobs"),
    ("/analytics", "Analytics"),
    ("/connection", "Connection"),
    ("/glossary", "Status glossary"),
]


@pytest.mark.parametrize("entry", registry.ENTRIES, ids=lambda entry: entry.url_path)
def test_every_page_has_an_address_of_its_own_and_shows_the_frame(
    page: Page, console: Console, entry: registry.Entry
) -> None:
    page.goto(f"{console.url}/{'' if entry.default else entry.url_path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stPageLink-NavLink").first).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Practice").first).to_be_visible()
    assert page.get_by_text("Page not found").count() == 0


def test_a_page_opened_first_on_a_fresh_server_shows_the_frame(page: Page, start_console: StartConsole) -> None:
    console = start_console()
    page.goto(f"{console.url}/glossary")
    expect(page.get_by_test_id("stPageLink-NavLink").first).to_be_visible()


def test_no_page_asks_anybody_but_the_console(page: Page, console: Console) -> None:
    outside: list[str] = []
    ours = (console.url, console.url.replace("http", "ws"), "data:", "blob:")

    def note(request: Request) -> None:
        if not request.url.startswith(ours):
            outside.append(request.url)

    page.on("request", note)
    for path, heading in PAGES:
        page.goto(console.url + path)
        expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("path", "heading"), PAGES)
def test_axe_finds_nothing_serious(
    page: Page, open_page: OpenPage, console: Console, path: str, heading: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(console, path, heading)
    page.wait_for_load_state("networkidle")
    assert_nothing_serious(page)


def test_a_system_that_turns_dark_while_the_page_is_open_gets_a_logo_that_can_be_read(
    page: Page, open_page: OpenPage, console: Console
) -> None:
    page.emulate_media(color_scheme="light")
    open_page(console, "/glossary", "Status glossary")
    page.wait_for_load_state("networkidle")
    light = page.get_by_role("img", name="Logo").get_attribute("src")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("light => document.querySelector('img[alt=Logo]').src !== light", arg=light)


def test_a_long_value_in_a_table_of_names_and_values_is_not_cut(page: Page, start_console: StartConsole) -> None:
    console = start_console(ALLOWED_COUNTRIES="DE,AT,CH,FR,IT,NL,GB,ES,PL")
    page.set_viewport_size({"width": 800, "height": 900})
    page.goto(f"{console.url}/connection")
    value = page.get_by_role("cell", name="Austria, France")
    expect(value).to_be_visible()
    assert value.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


@pytest.mark.parametrize(("path", "heading"), PAGES)
def test_nothing_scrolls_sideways_at_800_pixels(
    page: Page, open_page: OpenPage, console: Console, path: str, heading: str
) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    open_page(console, path, heading)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_the_connection_can_be_tested(open_page: OpenPage, console: Console) -> None:
    page = open_page(console, "/connection", "Connection")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("Every address answers and the login is accepted")).to_be_visible()


def test_the_tab_names_page_and_product(open_page: OpenPage, console: Console) -> None:
    page = open_page(console, "/jobs", "Jobs")
    expect(page).to_have_title("Jobs · SMS campaigns")
    icon = page.locator("link[rel='shortcut icon'], link[rel='icon']").first.get_attribute("href") or ""
    assert icon.startswith((console.url, "/", "./", "data:"))


def refused(*options: str, port: int | None = None, **settings: str) -> tuple[int, str]:
    """Exit code and what was said by a start that must not succeed."""
    done = subprocess.run(
        command(port or free_port(), *options),
        env=environment(**settings),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def test_a_wrong_setting_ends_the_start_with_a_sentence() -> None:
    code, said = refused(USERNAME="company")
    assert (code, said.strip()) == (2, "The login is half configured: SMS4A_PASSWORD is missing.")


def test_an_open_address_without_sign_in_ends_the_start() -> None:
    code, said = refused("--server.address", "0.0.0.0", "--browser.serverAddress", "localhost")
    assert code == 2
    assert "The console would be open to everybody at 0.0.0.0" in said
    assert "Traceback" not in said


def test_a_second_start_on_the_same_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = refused(port=taken.getsockname()[1])
    assert code == 1
    assert "is not available" in said
