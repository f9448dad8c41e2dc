"""Our client beside the vendor's SDK for Python (retarus-sms 1.0.1): SMS per second, and CPU per SMS.

    uv run --group dev python -m tests.benchmarks.client

Installs the SDK into an environment of its own in a temporary folder; both sides then talk to the same bare server on
this machine, 8 threads each, by turns. A ratio is the median of the ratios of the rounds.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# Its wheel asks for any pydantic; with 2 it cannot build a recipient, so it gets the one it was written for.
SDK = ("retarus-sms==1.0.1", "pydantic<2")

CASES = {
    "bulk": "sending many SMS as each side documents it (ours: jobs of 3,000; SDK: one job for each)",
    "same": "sending the same jobs of 1,000 recipients",
    "single": "sending single SMS",
    "results": "reading results of many SMS (ours: statuses of a job of 3,000; SDK: the report of each job)",
    "reports": "reading the same reports, one job each",
}


class Figures(NamedTuple):
    """One side in one round."""

    per_s: float
    """SMS per second."""
    cpu_us: float
    """CPU time of the client's process for one SMS."""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        sdk = _sdk(Path(folder))
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"{options.latency_ms:g} ms latency, 8 threads, {options.rounds} rounds of {options.seconds:g} s\n")
        with bare_server(options.latency_ms / 1000) as port:
            for case in options.cases:
                rounds = [_round(sdk, case, port, options.seconds, n) for n in range(options.rounds)]
                _show(case, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.client", description=__doc__)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="case", help=f"some of {', '.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each side in each round (%(default)s)")
    parser.add_argument("--latency-ms", type=float, default=50.0, help="of the server (%(default)s)")
    return parser.parse_args()


def _sdk(folder: Path) -> Path:
    """The Python of a new environment with the SDK."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *SDK], check=True)
    return python


@contextmanager
def bare_server(latency_s: float) -> Iterator[int]:
    """The port of a server that answers everything right, after this latency."""
    command = [sys.executable, str(HERE / "server.py"), str(latency_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def _round(sdk: Path, case: str, port: int, seconds: float, n: int) -> tuple[Figures, Figures]:
    """Ours and theirs, who begins changing from round to round."""
    sides: dict[str, list[str | Path]] = {
        "ours": [sys.executable, "-m", "tests.benchmarks.side_ours"],
        "theirs": [sdk, "-W", "ignore", HERE / "side_sdk.py"],
    }
    figures = {}
    for side in sorted(sides, reverse=bool(n % 2)):
        command = [*sides[side], case, str(port), str(seconds)]
        run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        got = json.loads(run.stdout.splitlines()[-1])
        figures[side] = Figures(got["sms"] / got["seconds"], 1e6 * got["cpu_s"] / got["sms"])
    return figures["ours"], figures["theirs"]


def _show(case: str, rounds: list[tuple[Figures, Figures]]) -> None:
    ours, theirs = zip(*rounds, strict=True)
    faster = _spread([a.per_s / b.per_s for a, b in rounds])
    thriftier = _spread([b.cpu_us / a.cpu_us for a, b in rounds])
    print(CASES[case])
    print(f"  SMS per second    ours {_median(ours, 0):>12,.0f}   SDK {_median(theirs, 0):>10,.0f}   {faster} as many")
    print(
        f"  CPU us per SMS    ours {_median(ours, 1):>12,.1f}   SDK {_median(theirs, 1):>10,.1f}   {thriftier} less\n"
    )


def _median(figures: tuple[Figures, ...], n: int) -> float:
    return statistics.median(figure[n] for figure in figures)


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):,.3g}x ({min(ratios):,.3g} to {max(ratios):,.3g})"


if __name__ == "__main__":
    main()
