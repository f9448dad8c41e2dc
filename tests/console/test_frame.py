"""The frame around every page: each opens, and nobody sees one without signing in."""

import pytest
import streamlit as st
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.results.reports import Reports
from sms4a.campaigns.store import Store
from sms4a.console import registry, runtime
from sms4a.settings import Settings
from tests.clock import Clock
from tests.pages.conftest import OpenPage

NAMES = [entry.name for entry in registry.ENTRIES]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_opens_on_an_empty_database(open_page: OpenPage, name: str) -> None:
    page = open_page(name)
    assert [error.value for error in page.exception] == []
    assert len(page.title) == 1


def test_every_page_shows_the_mode_and_how_sending_is_doing(open_page: OpenPage) -> None:
    shown = " ".join(text.value for text in open_page("glossary").sidebar.markdown)
    assert "Practice" in shown
    assert "the sending service is not running" in shown


def test_the_registry_names_every_file_in_the_folder_of_pages() -> None:
    assert {path.stem for path in registry.FOLDER.glob("*.py")} == set(NAMES)


def test_the_frame_does_not_lie_beside_the_pages() -> None:
    assert registry.FRAME.parent != registry.FOLDER.parent


@pytest.fixture
def with_sign_in(page_settings: Settings) -> Settings:
    secret = "s" * 32
    return page_settings.model_copy(
        update={"oidc_metadata_url": "https://login.example/x", "oidc_client_secret": secret}
    )


@pytest.mark.parametrize(
    ("user", "what"),
    [
        ({"is_logged_in": False}, "nobody signed in"),
        ({"is_logged_in": True, "email": "ann@example.com"}, "no time of issue"),
        ({"is_logged_in": True, "email": "ann@example.com", "iat": 0}, "signed in long ago"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_with_sign_in_nothing_is_shown_before(
    page_store: Store, with_sign_in: Settings, clock: Clock, name: str, user: dict[str, object], what: str
) -> None:
    runtime.install(store=page_store, settings=with_sign_in, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20)
    app.user = user
    app.run()
    assert [title.value for title in app.title] == ["Sign in"], what
    assert not app.sidebar.markdown
    with pytest.raises(ValueError, match="find"):
        app.switch_page(str(registry.entry(name).file)).run()


def test_after_signing_in_the_person_is_named_and_acts(page_store: Store, with_sign_in: Settings, clock: Clock) -> None:
    runtime.install(store=page_store, settings=with_sign_in, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20)
    app.user = {"is_logged_in": True, "email": "ann@example.com", "iat": clock().timestamp()}
    app.run()
    # Split, or Streamlit would make it a link.
    assert app.sidebar.caption[0].value.replace(":small[]", "") == r"ann@example\.com"
    assert app.sidebar.button(key="frame_sign_out").label == "Sign out"


def test_a_proxy_that_names_nobody_lets_nobody_in(page_store: Store, page_settings: Settings, clock: Clock) -> None:
    settings = page_settings.model_copy(update={"trusted_user_header": "X-Forwarded-Email"})
    runtime.install(store=page_store, settings=settings, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20).run()
    assert [title.value for title in app.title] == ["Not signed in"]


@pytest.mark.parametrize(
    ("address", "title"), [(None, "Overview"), ("127.0.0.1", "Overview"), ("10.0.0.7", "Not open to this computer")]
)
def test_without_sign_in_only_the_computer_it_runs_on_sees_the_pages(
    page_store: Store, page_settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, address: str, title: str
) -> None:
    monkeypatch.setattr(type(st.context), "ip_address", address)
    runtime.install(store=page_store, settings=page_settings, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20).run()
    assert [shown.value for shown in app.title] == [title]


def test_a_database_that_does_not_answer_is_said_on_the_page_not_in_the_side_card(
    page_store: Store, page_settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Reports) -> None:
        raise OperationalError("select", {}, ConnectionRefusedError())

    monkeypatch.setattr(Reports, "hold", away)
    runtime.install(store=page_store, settings=page_settings, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20).run()
    assert app.main.exception
    assert not app.sidebar.exception


def test_before_signing_in_it_is_said_what_this_is(page_store: Store, with_sign_in: Settings, clock: Clock) -> None:
    runtime.install(store=page_store, settings=with_sign_in, clock=clock)
    app = AppTest.from_file(str(registry.FRAME), default_timeout=20)
    app.user = {"is_logged_in": False}
    app.run()
    assert "SMS campaigns" in app.main.markdown[0].value


def test_a_page_reached_around_the_frame_gets_no_store(page_store: Store, with_sign_in: Settings, clock: Clock) -> None:
    runtime.install(store=page_store, settings=with_sign_in, clock=clock)
    app = AppTest.from_file(str(registry.entry("jobs").file), default_timeout=20)
    app.user = {"is_logged_in": False}
    app.run()
    assert app.exception
    assert not app.title
