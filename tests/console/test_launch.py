"""Starting: an open door is refused, sign-in is passed on, failures are logged without their words."""

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from streamlit.error_util import handle_user_script_exception

from sms4a.console import launch, logs
from sms4a.console.process import Process
from sms4a.errors import ConfigurationError
from sms4a.settings import Settings
from tests.log_state import log_given_back

SIGN_IN = {
    "oidc_metadata_url": "https://login.example/x",
    "oidc_client_id": "console",
    "oidc_client_secret": SecretStr("hush"),
    "oidc_redirect_uri": "https://sms.example/oauth2callback",
    "oidc_cookie_secret": SecretStr("c" * 32),
}


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    with log_given_back():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data")  # type: ignore[call-arg]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_alone_needs_no_sign_in(settings: Settings, address: str) -> None:
    launch.refuse_open_door(settings, address)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "sms.example", "::", "", None])
def test_any_other_address_does(settings: Settings, address: str | None) -> None:
    with pytest.raises(ConfigurationError, match="open to everybody at"):
        launch.refuse_open_door(settings, address)
    launch.refuse_open_door(settings.model_copy(update=SIGN_IN), address)
    launch.refuse_open_door(settings.model_copy(update={"trusted_user_header": "X-User"}), address)


def test_streamlit_gets_the_sign_in_and_nothing_without_one(settings: Settings) -> None:
    assert launch.sign_in_secrets(settings) == {}
    auth = launch.sign_in_secrets(settings.model_copy(update=SIGN_IN))["auth"]
    assert (auth["client_id"], auth["client_secret"], auth["cookie_secret"]) == ("console", "hush", "c" * 32)


def test_a_process_starts_and_stops_twice_without_harm(settings: Settings) -> None:
    process = Process(settings.model_copy(update={"worker": "off"}))
    process.start()
    assert process.client is None
    process.stop()
    process.stop()


def test_a_process_that_only_shows_pages_takes_the_mode_from_the_database(settings: Settings, tmp_path: Path) -> None:
    shared = {"database_url": f"sqlite:///{tmp_path}/shared.db"}
    pages_only = settings.model_copy(update={**shared, "worker": "off"})
    with pytest.raises(ConfigurationError, match="Start a worker on it first"):
        Process(pages_only)
    account = {"username": "company", "password": SecretStr("topsecret")}
    Process(settings.model_copy(update={**shared, **account})).stop()
    process = Process(pages_only)
    assert process.mode == "live"
    process.start()
    assert process.client is None
    with pytest.raises(ConfigurationError, match="live use"):
        process.start(with_worker=True)
    process.stop()


def test_a_database_that_cannot_be_opened_is_named_without_its_password(settings: Settings) -> None:
    url = "postgresql://company:topsecret@127.0.0.1:9/console"
    with pytest.raises(
        ConfigurationError, match=r"127\.0\.0\.1:9/console cannot be opened: .*Connection refused"
    ) as refused:
        Process(settings.model_copy(update={"database_url": url}))
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://company:topsecret@h:top/console", "sqlite://", "sqlite:///"])
def test_an_address_of_a_database_that_cannot_be_read_is_a_sentence(settings: Settings, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^SMS4A_DATABASE_URL: ") as refused:
        Process(settings.model_copy(update={"database_url": url}))
    assert "top" not in str(refused.value)


@pytest.mark.parametrize("name", ["practice.db", "simulator.db"])
def test_a_file_that_is_no_database_is_a_sentence(settings: Settings, name: str) -> None:
    settings.make_data_dir()
    (settings.data_dir / name).write_text("This is a letter, and no database at all.\n" * 100)
    with pytest.raises(ConfigurationError, match=f"{name}.*file is not a database"):
        _start(settings)


@pytest.mark.parametrize(
    ("content", "problem"), [(b"no database" * 99, "file is not a database"), (b"SQLite format 3\0", "not a database")]
)
def test_a_broken_file_of_the_simulator_ends_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes, problem: str
) -> None:
    (tmp_path / "simulator.db").write_bytes(content)
    monkeypatch.setenv("SMS4A_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("streamlit.config.get_option", lambda _name: "127.0.0.1")
    with pytest.raises(SystemExit) as ended:
        launch.opened()
    assert ended.value.code == launch.BAD_CONFIGURATION
    said = capsys.readouterr().err
    assert problem in said
    assert "move it away and start again." in said


def test_an_empty_file_of_the_simulator_is_filled(settings: Settings) -> None:
    settings.make_data_dir()
    (settings.data_dir / "simulator.db").touch()
    process = Process(settings)
    process.open_simulator()
    process.start()
    assert process.client is not None
    process.client.check()
    process.stop()


def test_a_file_that_may_not_be_written_is_a_sentence(settings: Settings) -> None:
    settings.make_data_dir()
    (settings.data_dir / "practice.migrate.lock").mkdir()
    with pytest.raises(ConfigurationError, match=r"Is a directory.*practice\.migrate\.lock"):
        _start(settings)


def _start(settings: Settings) -> None:
    process = Process(settings)
    try:
        process.start()
    finally:
        process.stop()


def test_a_failing_page_is_logged_without_the_words_of_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "text")
    words = "Hello Anna"
    with pytest.raises(ValueError, match="Anna") as failed:
        raise ValueError(words)
    assert launch.say_sorry(failed.value)
    said = capsys.readouterr().err
    assert "a page failed: ValueError" in said
    assert "test_launch.py" in said
    assert words not in said


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (OperationalError("select", {}, ConnectionRefusedError()), "The database does not answer"),
        (ValueError("Hello Anna"), "This page could not be drawn"),
    ],
)
def test_a_page_without_a_database_says_that_it_is_the_database(
    monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr("streamlit.error", lambda _sentence, *, title: said.append(title))
    assert launch.say_sorry(error)
    assert said == [title]


def test_streamlit_does_not_log_the_words_either(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logs.set_up("info", "text")
    words = "Hello Anna"
    handle_user_script_exception(ValueError(words), launch.say_sorry)
    said = capfd.readouterr()
    assert "a page failed: ValueError" in said.err
    assert words not in said.out + said.err + caplog.text


def test_an_error_of_the_server_is_logged_with_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    logs.set_up("info", "text")
    words = "Hello Anna"
    try:
        raise ValueError(words)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert "ValueError" in caplog.text
    assert "test_launch.py" in caplog.text
    assert words not in caplog.text


def test_the_log_can_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning", "json")
    logging.getLogger("sms4a.test").info("not shown")
    logging.getLogger("sms4a.test").warning("shown %s", "once")
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["level"], event["logger"], event["message"]) == ("warning", "sms4a.test", "shown once")


def test_parts_of_a_page_do_not_wait_for_each_other() -> None:
    listening = socket.socket()
    with listening, socket.socket() as browser:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        launch.send_at_once()
        browser.connect(listening.getsockname())
        connection, _address = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_the_first_page_takes_long_to_load_does_not_keep_the_server_from_answering() -> None:
    steps = (
        "import sys; from sms4a.console import launch; print('pandas' in sys.modules)",
        "launch.warm_up(); print('pandas' in sys.modules)",
    )
    ran = subprocess.run([sys.executable, "-c", "; ".join(steps)], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["False", "True"]
