"""Browser tests: Chromium, and consoles to open in it."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from sms4a.simulator import Simulator
from tests.browser import chromium
from tests.browser.serving import Console, free_port, serve

# A plugin that pytest-playwright brings along.
OF_PYTEST_BASE_URL = "ignore:Session-scoped fixtures defined as instance methods:pytest.PytestRemovedIn10Warning"

# A first page with charts can take seconds on a busy machine.
PATIENCE_MS = 20_000

StartConsole = Callable[..., Console]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.filterwarnings(OF_PYTEST_BASE_URL))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = chromium.path()
    if path is None:
        without = "Chromium is not installed (apt-get install -y chromium): the browser was NOT tested"
        pytest.fail(without) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(without)
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.OPTIONS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "en-GB", "timezone_id": "Europe/Berlin"}


# The plugin keeps one browser until the end of the session. Thousands of other tests later, on the same thread, closing
# it was seen to wait for ever.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    opened = playwright.chromium.launch(**browser_type_launch_args)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console in practice mode that all tests of a run share; they must not mind each other's campaigns."""
    with serve(tmp_path_factory.mktemp("console"), SIMULATOR_SPEED="50", UNDO_S="0") as running:
        yield running


@pytest.fixture
def start_console(tmp_path: Path) -> Iterator[StartConsole]:
    """`start_console(WORKER="off")`: a fresh console for this test alone; Send sends at once."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(serve(tmp_path, **{"UNDO_S": "0", **settings}))


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator in the process of the tests, so that they can let it fail."""
    with Simulator(tmp_path_factory.mktemp("outside") / "simulator.db", outcomes="steered") as running:
        yield running


@pytest.fixture(scope="session")
def console_outside(tmp_path_factory: pytest.TempPathFactory, outside: Simulator) -> Iterator[Console]:
    """A console that sends to it, ten people in one hand-over and one hand-over at a time."""
    settings: dict[str, Any] = {"SIMULATOR_URL": outside.url, "SUBMISSION_SIZE": "10", "SEND_THREADS": "1"}
    with serve(tmp_path_factory.mktemp("console"), **settings) as running:
        yield running


@pytest.fixture
def console_with_sign_in(tmp_path: Path) -> Iterator[Console]:
    """A console where Ann may sign in at a provider that asks for no password."""
    with warnings.catch_warnings():
        # It is built on modules whose successors it does not know yet.
        warnings.simplefilter("ignore", DeprecationWarning)
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread() as provider:
        issuer, port = f"http://localhost:{provider.server_port}", free_port()
        person = {"email": "ann@example.com", "name": "Ann"}
        httpx.put(f"{issuer}/users/ann", json=person).raise_for_status()
        settings: dict[str, Any] = {
            "OIDC_METADATA_URL": f"{issuer}/.well-known/openid-configuration",
            "OIDC_CLIENT_ID": "console",
            "OIDC_CLIENT_SECRET": "secret",
            "OIDC_COOKIE_SECRET": "c" * 32,
            "OIDC_REDIRECT_URI": f"http://localhost:{port}/oauth2callback",
        }
        with serve(tmp_path, port, **settings) as running:
            yield running


@pytest.fixture
def open_page(page: Page) -> Callable[[Console, str, str], Page]:
    """`open_page(console, "/jobs", "Jobs")`: the page once its heading is there."""

    def opened(console: Console, path: str, heading: str) -> Page:
        page.goto(console.url + path)
        expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
        return page

    return opened
