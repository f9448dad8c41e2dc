"""The command line: help for each command, exit codes, no traceback."""

from collections.abc import Iterator
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


@pytest.mark.parametrize("command", [[], ["worker"], ["check"], ["simulator"]])
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
    assert "wrong" not in capsys.readouterr().out
