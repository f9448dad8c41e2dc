"""The console as people start it: `python -m streamlit run streamlit_app.py`, on a free port and in its own folder."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
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


def command(port: int, *options: str) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", str(LAUNCHER), "--server.port", str(port), *options]


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with only these SMS4A_ settings."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("SMS4A_", "STREAMLIT_"))}
    return {**rest, **{f"SMS4A_{name}": value for name, value in settings.items()}}


@contextmanager
def serve(folder: Path, port: int | None = None, **settings: str) -> Iterator[Console]:
    """A console until the end of the block; `settings` are SMS4A_ variables without the prefix."""
    port = port or free_port()
    with folder.joinpath("console.log").open("wb") as log:
        process = subprocess.Popen(command(port), cwd=folder, env=environment(**settings), stdout=log, stderr=log)
    console = Console(f"http://localhost:{port}", folder, process)
    try:
        until(lambda: _answers(console), why="the console does not answer")
        yield console
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _answers(console: Console) -> bool:
    assert console.process.poll() is None, console.log
    with suppress(OSError), urllib.request.urlopen(f"{console.url}/api/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False
