"""What type checkers see of the package: the README passes `mypy --strict`, misuse does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

USER = """
from datetime import UTC, datetime, timedelta

from sms4a import Client, Finding, JobRequest, Message, NotConnected, Obstacle, Options, Outcome, Period, Progress
from sms4a import RateLimited, Recipient, Sms4aError, SmsStatus, Verdict, split_jobs


def send_all(client: Client, numbers: list[str]) -> list[str]:
    now = datetime.now(UTC)
    night = Period(start=now, end=now + timedelta(hours=8))
    message = Message(text="Hello", recipients=[Recipient(dst=number) for number in numbers])
    options = Options(flash=False, validity_min=60, blackout_periods=[night])
    return [client.send(job).job_id for job in split_jobs([message], options, reference="autumn")]


def shown(progress: Progress) -> None:
    print(progress.final_count, progress.outcomes.get(Outcome.DELIVERED, 0))


def told(client: Client, job_id: str) -> int:
    end: Progress = client.wait(job_id, on_progress=shown, timeout_s=60)
    last: SmsStatus
    for last in client.follow(job_id):
        verdict: Verdict = last.verdict
        print(last.sent_ts.isoformat() if last.sent_ts else "", verdict.final)
    return len(end.statuses)


def asked(client: Client) -> bool:
    try:
        found = client.job_ids(datetime.now(UTC) - timedelta(days=90), datetime.now(UTC), open=True)
        return found.complete and all(test.finding is Finding.WORKS for test in client.test_connection().values())
    except RateLimited as error:
        return error.retry_after_s is not None
    except NotConnected as error:
        return error.obstacle is Obstacle.PROXY
    except Sms4aError as error:
        return error.retryable
"""

MISUSE = {
    "Options(status_request=True)": "call-arg",
    'Options(validity_min="60")': "arg-type",
    'Recipient(number="+491713920011")': "call-arg",
    'Client("user")': "call-arg",
    'Client("user", "password").send({"messages": []})': "arg-type",
    'Client("user", "password").job(5)': "arg-type",
    'Client("user", "password").job("J.1").finished_ts.isoformat()': "union-attr",
    'Client("user", "password").send(JobRequest(messages=[])).id': "attr-defined",
}


def test_the_readme_passes_mypy_strict_and_misuse_does_not(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    for n, snippet in enumerate(re.findall(r"```python\n(.+?)```", README, re.DOTALL)):
        (tmp_path / f"readme{n}.py").write_text(snippet)
    bad = ["from sms4a import Client, JobRequest, Options, Recipient", *MISUSE]
    (tmp_path / "bad.py").write_text("\n".join(bad))
    # The cache of the project's own run; without one it takes ten times as long.
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={ROOT / '.mypy_cache'}", "."]
    environment = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    complaints = re.findall(r"^([\w.]+):(\d+): error: .*\[([\w-]+)\]$", run.stdout, re.MULTILINE)
    told = [(file, int(line), code) for file, line, code in complaints]
    assert told == [("bad.py", n, code) for n, code in enumerate(MISUSE.values(), 2)], run.stdout + run.stderr
