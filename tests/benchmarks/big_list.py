"""A list of a million rows through the page, in Chromium, while a second tab is used.

    uv run --group dev python -m tests.benchmarks.big_list --rows 1000000

From the file to everything prepared, as a person does it: what is shown meanwhile, how long each step takes, whether
the rows that are left out come back as a file, how quickly another tab still opens pages, and how much memory the
console and its children take at most. Seconds by the clock.
"""

import argparse
import csv
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import openpyxl
from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.lists import HEADER, people
from tests.browser import chromium
from tests.browser.journey import write_message
from tests.browser.serving import Console, serve

PATIENCE_MS = 600_000
OTHER_PAGES = ("", "campaigns", "jobs", "analytics", "opt-outs")
PROGRESS = re.compile(r"[\d,]+ of [\d,]+ rows · .+")


class SecondTab:
    """Somebody else, who opens one page after the other while the first tab waits."""

    def __init__(self, page: Page, console: Console) -> None:
        self._page, self._console, self.took_s = page, console, list[float]()

    def until_seen(self, awaited: Locator, watch: Callable[[], object] = lambda: None) -> float:
        """Seconds until it is there; `watch` is called between two pages."""
        began = time.perf_counter()
        while not awaited.is_visible():
            page_began = time.perf_counter()
            self._page.goto(f"{self._console.url}/{OTHER_PAGES[len(self.took_s) % len(OTHER_PAGES)]}")
            self._page.locator("h1").first.wait_for()
            self.took_s.append(time.perf_counter() - page_began)
            watch()
            assert time.perf_counter() - began < PATIENCE_MS / 1000
        return time.perf_counter() - began


@contextmanager
def memory_of(process_id: int) -> Iterator[list[int]]:
    """The most MB that the process, and the largest of its children, have had: known at the end."""
    most, ended = [0, 0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            for parent, child, resident_mb in filter(None, map(_looked_at, Path("/proc").glob("[0-9]*/status"))):
                if process_id in (parent, child):
                    most[parent == process_id] = max(most[parent == process_id], resident_mb)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def _looked_at(status: Path) -> tuple[int, int, int] | None:
    """Ids of a process's parent and of itself, and its MB; None if it has ended."""
    with suppress(OSError, KeyError):
        told = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(told["PPid"]), int(told["Pid"]), int(told["VmRSS"].split()[0]) // 1024
    return None


def a_list(folder: Path, rows: int) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADER, *people(rows)])
    path = folder / "million.csv"
    path.write_bytes(text.getvalue().encode())
    return path


def walk(page: Page, other: SecondTab, console: Console, path: Path, rows: int) -> None:
    write_message(page, console, "Everybody")
    seen: set[str] = set()

    def watch() -> None:
        found = page.get_by_text(PROGRESS)
        if found.count():
            seen.add(found.first.inner_text())

    began = time.perf_counter()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    page.get_by_text(re.compile("The file is being looked through|Every row is being checked")).wait_for()
    print(f"  taken in after {time.perf_counter() - began:.1f} s")
    will_receive = page.get_by_text(re.compile(r"[\d,]+ people will receive this message"))
    other.until_seen(will_receive, watch)
    print(f"  every row in its pile after {time.perf_counter() - began:.1f} s; shown meanwhile: {sorted(seen)[-1:]}")
    receive = _figure(will_receive.inner_text())

    began = time.perf_counter()
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name=re.compile(r"All [\d,]+ rows that are left out \(Excel\)")).click()
    file = io.BytesIO(taken.value.path().read_bytes())
    sheet = openpyxl.load_workbook(file, read_only=True).active
    assert sheet is not None
    left_out = sum(1 for _ in sheet.iter_rows(min_row=2))
    assert receive + left_out == rows, (receive, left_out)
    print(f"  {left_out:,} rows that are left out, as a file after {time.perf_counter() - began:.1f} s")
    page.keyboard.press("Escape")

    began = time.perf_counter()
    page.get_by_role("button", name=re.compile("^Check ")).click()
    other.until_seen(page.get_by_text(f"{receive:,} people will get this message."))
    print(f"  {receive:,} messages prepared after {time.perf_counter() - began:.1f} s")


def _figure(words: str) -> int:
    return int(re.sub(r"\D", "", words))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        path = a_list(folder, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.OPTIONS)
        with serve(folder) as console, memory_of(console.process.pid) as most:
            page, other = (browser.new_context(locale="en-GB").new_page() for _ in range(2))
            page.set_default_timeout(PATIENCE_MS)
            second = SecondTab(other, console)
            walk(page, second, console, path, rows)
        took = f"{median(second.took_s):.1f} s (median), {max(second.took_s):.1f} s at most"
        print(f"  a second tab opened {len(second.took_s)} pages meanwhile: {took}")
        print(f"  memory: {most[0]} MB in the console, {most[1]} MB in the process that reads the list")
        browser.close()


if __name__ == "__main__":
    main()
