"""The README says nothing that was not run."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sms4a
from sms4a.__main__ import COMMANDS
from sms4a.settings import Settings
from sms4a.simulator import Simulator, accepted_jobs
from tests.clock import Clock

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_under(heading: str) -> str:
    found = re.search(rf"^## {heading}\n.*?^```\n(.+?)\n```", README, re.MULTILINE | re.DOTALL)
    assert found, f"no command under ## {heading}"
    return found[1]


@pytest.mark.parametrize(("heading", "last"), [("Run", "streamlit run streamlit_app.py"), ("Test", "pytest")])
def test_one_line_sets_up_and_starts(heading: str, last: str) -> None:
    command = command_under(heading)
    assert "\n" not in command
    steps = [shlex.split(step) for step in command.split("&&")]
    assert [step[0] for step in steps] == ["python3", ".venv/bin/pip", ".venv/bin/uv"]
    assert command.endswith(last)


def test_the_client_in_ten_lines_sends_and_tracks_a_job(
    simulator: Simulator, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class PracticeClient(sms4a.Client):
        """Talks to the simulator, whose time passes while it waits."""

        def __init__(self, *_login: str) -> None:
            urls: dict[str, Any] = {f"{key}_url": url for key, url in simulator.addresses.items()}
            super().__init__("practice", "practice", now=clock, **urls)

        def follow(self, job_id: str, **options: Any) -> Iterator[sms4a.SmsStatus]:
            wait: dict[str, Any] = {
                "clock": lambda: clock().timestamp(),
                "sleep": lambda seconds: clock.advance(seconds=seconds),
            }
            return super().follow(job_id, **wait, **options)

    # A new job is not visible at once, as in life.
    simulator.engine.behaviour = replace(simulator.engine.behaviour, visibility_s=5)
    (snippet,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    monkeypatch.setattr(sms4a, "Client", PracticeClient)
    exec(compile(snippet, "README.md", "exec"), {})
    job_id, *told = capsys.readouterr().out.splitlines()
    assert [job.job_id for job in accepted_jobs(simulator.path)] == [job_id]
    assert told[-1] == "row-1 delivered True"


def test_every_setting_is_in_the_table_and_no_other() -> None:
    named = set(re.findall(r"SMS4A_([A-Z0-9_]+[A-Z0-9])", README))
    known = {name.upper() for name in Settings.model_fields}
    families = {"OIDC"}
    extra = {name for name in named if not {name, name.removesuffix("_FILE")} & (known | families)}
    assert extra == set()
    assert {name for name in known if not name.startswith("OIDC_")} <= named


def test_every_command_is_named() -> None:
    for command in (*COMMANDS, "simulator"):
        assert f"python -m sms4a {command}" in README


def test_the_picture_is_there() -> None:
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()
