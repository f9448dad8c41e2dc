"""Pages run through the frame, as in the product, on a small SQLite store instead of a lifespan."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.console import registry, reveal, runtime
from sms4a.settings import Settings
from sms4a.simulator import Simulator
from tests.clock import Clock
from tests.ledger_rows import NOW
from tests.line import Line

OpenPage = Callable[..., AppTest]


@pytest.fixture
def page_store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """Migrated and empty."""
    database = Database(f"sqlite:///{tmp_path}/practice.db", clock=clock.ms)
    migrate(database, "practice")
    ready = Store(database)
    yield ready
    ready.close()


@pytest.fixture
def page_settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
def open_page(page_store: Store, page_settings: Settings, clock: Clock) -> Iterator[OpenPage]:
    """`open_page("job", id="J.…")`: the page as it stands after its first run, with this address."""
    runtime.install(store=page_store, settings=page_settings, clock=clock)

    def opened(name: str = "overview", **query: str) -> AppTest:
        app = AppTest.from_file(str(registry.FRAME), default_timeout=20)
        app.run()
        for key, value in query.items():
            app.query_params[key] = value
        return app.switch_page(str(registry.entry(name).file)).run()

    yield opened
    runtime.uninstall()


@pytest.fixture
def present(clock: Clock) -> None:
    """It is the moment that rows of a ledger are written for."""
    clock.advance(seconds=(NOW - clock.ms()) / 1000)


@pytest.fixture
def line(page_store: Store, client: Client, simulator: Simulator, clock: Clock) -> Line:
    """What would run behind these pages."""
    return Line(page_store, client, simulator, clock)


def run(page: AppTest) -> AppTest:
    """Once more, without a failure."""
    page.run()
    assert not page.exception, page.exception
    return page


def texts(page: AppTest) -> str:
    """What the page says, of a page that did not fail."""
    assert not page.exception
    return "\n".join(element.value for element in page.markdown)


def words(page: AppTest) -> str:
    """Everything it says, titles and buttons too, without what keeps people's words from being Markdown."""
    boxes = ("warning", "error", "info", "success")
    said = [each.value for kind in ("title", "markdown", "caption", *boxes) for each in getattr(page, kind)]
    said += [each.proto.title for kind in boxes for each in getattr(page, kind)]
    said += [each.label for each in page.button]
    return re.sub(r"\\(.)", r"\1", "\n".join(map(str, said)).replace(":small[]", ""))


def figures(page: AppTest) -> dict[str, str]:
    """Its tiles: word and figure."""
    return {metric.label.split("] ")[1]: metric.value for metric in page.metric}


def keys(page: AppTest, prefix: str = "campaign_") -> set[str]:
    """Of the buttons that belong to the page itself."""
    return {button.key for button in page.button if button.key and button.key.startswith(prefix)}


def with_tables(page: AppTest, *charts: str) -> AppTest:
    """The page once somebody has opened the figures of these charts."""
    for chart in charts:
        page.session_state[f"{chart}_table"] = True
    return page.run()


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What pages offer as a file whose taking is noted: about what, and rows."""
    offered: list[tuple[str, int]] = []

    def noted(make: Callable[[], bytes], about: str, rows: int) -> Callable[[], bytes]:
        offered.append((about, rows))
        return make

    monkeypatch.setattr(reveal, "noted", noted)
    return offered
