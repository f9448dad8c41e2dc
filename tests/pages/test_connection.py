"""Connection: where everything is, whether it answers, and what holds the sender."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.health import Health
from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.console import registry, runtime
from sms4a.errors import AuthenticationFailed
from sms4a.settings import Settings
from sms4a.simulator import Simulator
from tests.clients import client_for
from tests.clock import Clock
from tests.ledger_rows import a_hold, a_worker
from tests.pages.conftest import OpenPage, texts

OpenWith = Callable[..., AppTest]


@pytest.fixture
def open_with(page_store: Store, page_settings: Settings, clock: Clock) -> Iterator[OpenWith]:
    """The page with a client."""

    def opened(client: Client, settings: Settings = page_settings) -> AppTest:
        runtime.install(store=page_store, settings=settings, client=client, clock=clock)
        app = AppTest.from_file(str(registry.FRAME), default_timeout=20).run()
        return app.switch_page(str(registry.entry("connection").file)).run()

    yield opened
    runtime.uninstall()


def asked(page: AppTest) -> AppTest:
    return page.button(key="connection_ask").click().run()


def test_practice_is_explained(open_page: OpenPage) -> None:
    page = open_page("connection")
    assert "**Practice mode.**" in texts(page)
    assert page.warning[0].value.startswith("What you send waits")


def test_live_names_the_account_and_hides_the_password(
    page_store: Store, page_settings: Settings, clock: Clock, open_with: OpenWith, simulator: Simulator
) -> None:
    live = page_settings.model_copy(update={"username": "company", "password": SecretStr("topsecret")})
    page = open_with(client_for(simulator), live)
    assert "**This console is live.**" in texts(page)
    shown = str([table.value.to_numpy().tolist() for table in page.table]) + texts(page)
    assert "company" in shown
    assert "sms4a.de2.retarus.com" in shown
    assert "topsecret" not in shown


def test_the_test_asks_every_address(open_with: OpenWith, client: Client) -> None:
    page = asked(open_with(client))
    assert page.success[0].value.count("It answers") == 3


def test_a_wrong_password_is_named(open_with: OpenWith, simulator: Simulator) -> None:
    page = asked(open_with(client_for(simulator, password="wrong")))
    assert page.error[0].proto.title == "Retarus does not accept the login"
    assert page.error[0].value.count("does not accept user name and password") >= 2


def test_one_silent_address_is_named_and_the_others_stay(open_with: OpenWith, simulator: Simulator) -> None:
    page = asked(open_with(client_for(simulator, de1_url="http://127.0.0.1:9/rest/v1")))
    said = page.warning[0].value
    assert "**de1**: Nothing answers there." in said
    assert "**de2**: It answers" in said


def test_nothing_that_answers_is_an_error(open_with: OpenWith, simulator: Simulator) -> None:
    nowhere = dict.fromkeys(("eu_url", "de2_url", "de1_url"), "http://127.0.0.1:9/rest/v1")
    page = asked(open_with(client_for(simulator, **nowhere)))
    assert page.error[0].value.count("Nothing answers there") == 3


def test_an_address_that_is_not_the_api_is_named(open_with: OpenWith, simulator: Simulator) -> None:
    page = asked(open_with(client_for(simulator, de2_url=f"{simulator.url}/elsewhere")))
    assert "**de2**: There is no such host, or what answers" in page.warning[0].value


def test_the_answers_stay_with_their_age(open_with: OpenWith, client: Client, clock: Clock) -> None:
    page = asked(open_with(client))
    clock.advance(days=1)
    assert "Asked yesterday" in page.run().success[0].value


def test_a_held_sender_can_be_released(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    a_hold(page_store.database, "login", clock.ms(), "x")
    page = open_page("connection")
    assert "Check user name and password" in page.error[0].value
    assert len(page.error) == 1, "said once, above the page"
    page.button(key="emergency_retry").click().run()
    assert not page.error
    assert page_store.brakes.state().hold_code is None


def test_an_address_that_refuses_the_login_does_not_look_well(
    open_page: OpenPage, page_store: Store, clock: Clock
) -> None:
    for key in ("eu", "de2"):
        Health(page_store.database).note(key, None)
    a_hold(page_store.database, "login", clock.ms())
    rows = {row[0]: row[-1] for row in open_page("connection").table[0].value.to_numpy().tolist()}
    assert "but refused the login" in rows["eu"]
    assert rows["de2"].startswith(":green-badge")


def test_a_data_centre_that_refuses_the_login_does_not_look_well(open_page: OpenPage, page_store: Store) -> None:
    Health(page_store.database).note("de1", AuthenticationFailed("no", http_status=401))
    rows = {row[0]: row[-1] for row in open_page("connection").table[0].value.to_numpy().tolist()}
    assert "but refused the login" in rows["de1"]


def test_a_running_sender_is_counted(open_page: OpenPage, page_store: Store, clock: Clock) -> None:
    a_worker(page_store.database, clock.ms() - 4_000)
    page = open_page("connection")
    assert not page.warning
    assert "1 is running" in str(page.table[1].value.to_numpy().tolist())


def test_where_the_data_lies_is_shown(open_page: OpenPage, tmp_path: Path) -> None:
    assert "practice" in str(open_page("connection").table[1].value.to_numpy().tolist())


@pytest.mark.parametrize("address", ["ann:hunter2@db/console", "ann@db/console?password=hunter2&sslpassword=hunter2"])
def test_the_place_of_the_database_is_shown_without_its_password(
    page_store: Store, open_page: OpenPage, address: str
) -> None:
    page_store.database.url = sa.make_url(f"postgresql://{address}")
    page_store.database.is_sqlite = False
    cells = open_page("connection").table[1].value.to_numpy().tolist()
    (shown,) = [value.replace("\\", "") for name, value in cells if "Data" in name]
    assert shown.endswith("db/console")
    assert "hunter2" not in shown
