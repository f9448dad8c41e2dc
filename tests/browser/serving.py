"""The console as people start it: `python -m streamlit run streamlit_app.py`, on a free port and in its own folder."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until

LAUNCHER = Path(__file__).parents[2] / "streamlit_app.py"


@dataclass(frozen=True)
class Console:
    """A console that serves. `folder` holds its data and its log."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def log(self) -> str:
        return self.folder.joinpath("console.log").read_text("utf-8")


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def command(port: int, *options: str, script: Path = LAUNCHER) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), *options]


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with only these SMS4A_ settings."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("SMS4A_", "STREAMLIT_"))}
    return {**rest, **{f"SMS4A_{name}": value for name, value in settings.items()}}


@contextmanager
def serve(
    folder: Path,
    port: int | None = None,
    *,
    script: Path = LAUNCHER,
    options: Sequence[str] = (),
    every_s: float = 0.05,
    **settings: str,
) -> Iterator[Console]:
    """A console, or another `script` of Streamlit, until the end of the block; `settings` are SMS4A_ variables without
    the prefix. Whether it answers is asked every so many seconds.
    """
    port = port or free_port()
    run = command(port, *options, script=script)
    with folder.joinpath("console.log").open("wb") as log:
        process = subprocess.Popen(run, cwd=folder, env=environment(**settings), stdout=log, stderr=log)
    console = Console(f"http://localhost:{port}", folder, process)
    try:
        until(lambda: _answers(console), why="the console does not answer", every_s=every_s)
        yield console
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _answers(console: Console) -> bool:
    assert console.process.poll() is None, console.log
    with suppress(OSError), urllib.request.urlopen(f"{console.url}/_stcore/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False
