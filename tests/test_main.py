"""The command line: help for each command, exit codes, no traceback."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sms4a.__main__ import main
from sms4a.simulator import Simulator
from tests.log_state import log_given_back


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    with log_given_back():
        yield


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", [[], ["worker"], ["check"], ["backup"], ["simulator"]])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: python -m sms4a" in capsys.readouterr().out


def test_a_wrong_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SMS4A_USERNAME", "company")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "The login is half configured: SMS4A_PASSWORD is missing.\n"


def test_practice_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "Practice mode asks nobody outside." in capsys.readouterr().out


def test_check_names_each_address(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMS4A_SIMULATOR_URL", simulator.url)
    assert main(["check"]) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["eu", "answers"],
        ["de2", "answers"],
        ["de1", "answers"],
    ]


def test_check_fails_if_an_address_does_not_answer(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, value in {"USERNAME": "practice", "PASSWORD": "wrong", "PROXY": ""}.items():
        monkeypatch.setenv(f"SMS4A_{key}", value)
    for key, url in simulator.addresses.items():
        monkeypatch.setenv(f"SMS4A_{key.upper()}_URL", url)
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "de1  It answers, and does not accept user name and password. Check both. [" in said
    assert "wrong" not in said


@pytest.mark.parametrize(
    ("answers", "said", "code"),
    [
        (["authorization_endpoint", "token_endpoint", "jwks_uri"], "answers.", 0),
        (["token_endpoint"], "what answers there is no sign-in provider.", 1),
        (None, "it answers with status 404.", 1),
    ],
)
def test_check_asks_the_sign_in_provider(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[str] | None,
    said: str,
    code: int,
) -> None:
    with a_provider(answers) as url:
        names = {"METADATA_URL": url, "CLIENT_ID": "c", "CLIENT_SECRET": "s", "COOKIE_SECRET": "c" * 32}
        for name, value in {**names, "REDIRECT_URI": "https://sms.example/oauth2callback"}.items():
            monkeypatch.setenv(f"SMS4A_OIDC_{name}", value)
        assert main(["check"]) == code
    assert f"Sign-in at {url}: {said}" in capsys.readouterr().out
    assert main(["check"]) == 1  # it is gone by now
    assert "it does not answer (ConnectionError)." in capsys.readouterr().out


@contextmanager
def a_provider(members: list[str] | None) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if members is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps({name: "https://login.example" for name in members or ()}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/metadata"
        finally:
            server.shutdown()


def test_a_backup_holds_what_was_committed_and_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check"])
    with closing(sqlite3.connect("data/practice.db")) as working:
        working.execute("update sender set markers = 7")
        working.commit()
        working.execute("update sender set markers = 8")  # under way
        assert main(["backup", "copy.db"]) == 0
    copy = tmp_path / "copy.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("select markers from sender").fetchone() == (7,)
    before = copy.read_bytes()
    assert main(["backup", "copy.db"]) == 1
    assert "File exists" in capsys.readouterr().err
    assert copy.read_bytes() == before


def test_without_a_name_a_backup_lies_beside_the_database_with_its_time(tmp_path: Path) -> None:
    main(["check"])
    assert main(["backup"]) == 0
    assert len(list((tmp_path / "data").glob("practice-2*.db"))) == 1


def test_a_database_that_is_not_there_or_broken_leaves_no_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "copy.db"]) == 1
    tmp_path.joinpath("data").mkdir(exist_ok=True)
    tmp_path.joinpath("data/practice.db").write_bytes(b"no database" * 1000)
    assert main(["backup", "copy.db"]) == 1
    assert capsys.readouterr().err.count("There is no copy of ") == 2
    assert not (tmp_path / "copy.db").exists()


def test_postgresql_is_copied_with_its_own_tool(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMS4A_DATABASE_URL", "postgresql://nobody@localhost:1/none")
    assert main(["backup"]) == 2
    assert "pg_dump" in capsys.readouterr().err
