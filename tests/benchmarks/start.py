"""How long it takes from `streamlit run` until a person sees the first page in Chromium.

    uv run --group dev python -m tests.benchmarks.start

The console as people start it, in practice mode, worker and simulator included: with an empty folder and with the
database that the start before has left, by turns with an empty Streamlit page. The browser is open already.
"""

import argparse
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.pages import EMPTY
from tests.browser import chromium
from tests.browser.serving import LAUNCHER, environment, free_port

Took = tuple[float, float]
"""Seconds from the command until the server answers, and until the page's heading is seen."""

EMPTY_PAGE, FIRST, AGAIN = "an empty page", "the console, first start", "the console, started again"


def took(script: Path, folder: Path, browser: Browser) -> Took:
    port = free_port()
    url, command = f"http://localhost:{port}", [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--server.port", str(port)]
    began = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=folder, env=environment(), stdout=log, stderr=log)
    try:
        while not _answers(url):
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.005)
        answers_s = time.perf_counter() - began
        page = browser.new_page()
        page.goto(url, wait_until="commit")
        page.locator("h1").first.wait_for()
        drawn_s = time.perf_counter() - began
        page.close()
        return answers_s, drawn_s
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def compare(rounds: int, folder: Path, browser: Browser) -> dict[str, list[Took]]:
    """Each side once in each round, after one that only fills the caches of the machine."""
    empty = folder / "empty.py"
    empty.write_text(EMPTY, "utf-8")
    found: dict[str, list[Took]] = {EMPTY_PAGE: [], FIRST: [], AGAIN: []}
    for n in range(rounds + 1):
        place = folder / str(n)
        place.mkdir()
        for name, script in ((EMPTY_PAGE, empty), (FIRST, LAUNCHER), (AGAIN, LAUNCHER)):
            result = took(script, place, browser)
            if n:
                found[name].append(result)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.OPTIONS)
        found = compare(rounds, Path(folder), browser)
        browser.close()
    least = median(drawn_s for _, drawn_s in found[EMPTY_PAGE])
    for name, results in found.items():
        answers_s, drawn_s = (median(column) for column in zip(*results, strict=True))
        print(f"  {name:28} answers after {answers_s:.2f} s, seen after {drawn_s:.2f} s ({drawn_s / least:.1f} times)")


if __name__ == "__main__":
    main()
