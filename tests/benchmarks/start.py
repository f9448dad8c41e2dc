"""How long it takes from `streamlit run` until a person sees the first page in Chromium.

    uv run --group dev python -m tests.benchmarks.start

The console as people start it, in practice mode, worker and simulator included: with an empty folder and with the
database that the start before has left, by turns with an empty Streamlit page. The browser is open already.
"""

import argparse
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.pages import EMPTY_OPTIONS, empty_script
from tests.browser import chromium
from tests.browser.serving import LAUNCHER, serve

Took = tuple[float, float]
"""Seconds from the command until the server answers, and until the page's heading is seen."""

EMPTY_PAGE, FIRST, AGAIN = "an empty page", "the console, first start", "the console, started again"


def took(script: Path, folder: Path, browser: Browser) -> Took:
    began = time.perf_counter()
    options = () if script == LAUNCHER else EMPTY_OPTIONS
    with serve(folder, script=script, options=options, every_s=0.005) as console:
        answers_s = time.perf_counter() - began
        page = browser.new_page()
        page.goto(console.url, wait_until="commit")
        page.locator("h1").first.wait_for()
        drawn_s = time.perf_counter() - began
        page.close()
    return answers_s, drawn_s


def compare(rounds: int, folder: Path, browser: Browser) -> dict[str, list[Took]]:
    """Each side once in each round, after one that only fills the caches of the machine."""
    empty = empty_script(folder)
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
