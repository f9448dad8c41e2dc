"""One text, three counters: the core, the page's JavaScript, and a count by hand."""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import playwright._impl._driver as driver

import sms4a.console.compose
from sms4a.text import measure, size_of, split_parts
from tests.reference import reference_parts, reference_units

COUNTER = Path(sms4a.console.compose.__path__[0]) / "part_counter.js"
PROGRAM = Path(__file__).with_name("browser.js")

CHUNK = 20_000


def by_hand(text: str) -> tuple[str, int, int, int]:
    """Encoding, units, parts, and units left in the last part."""
    encoding, parts = reference_parts(text)
    used = [sum(reference_units(c, encoding) for c in part) for part in parts]
    single, room = (160, 153) if encoding == "gsm7" else (70, 67)
    return str(encoding), sum(used), len(parts), (single if len(parts) < 2 else room) - (used[-1] if used else 0)


def by_core(text: str) -> tuple[str, int, int, int]:
    size, found = size_of(text), measure(text)
    assert (size.encoding, size.units, size.parts) == (found.encoding, found.units, found.part_count)
    assert len(split_parts(text)) == size.parts
    assert "".join(split_parts(text)) == text
    return str(size.encoding), size.units, size.parts, found.units_left


def by_page(texts: Sequence[str]) -> list[tuple[str, int, int, int]]:
    """Playwright brings a Node along, so the page's own file is run wherever the tests are."""
    node = driver.compute_driver_executable()[0]
    lines = "".join(f"{json.dumps(text)}\n" for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        # Node takes a file for a module by its name.
        counter, program = Path(folder, "counter.mjs"), Path(folder, "browser.mjs")
        counter.write_text(COUNTER.read_text("utf-8"), "utf-8")
        program.write_text(PROGRAM.read_text("utf-8"), "utf-8")
        said = subprocess.run(
            [node, program, counter.as_uri()], input=lines, capture_output=True, text=True, check=True, encoding="utf-8"
        ).stdout
    found = [line.split() for line in said.splitlines()]
    return [(encoding, int(units), int(parts), int(left)) for encoding, units, parts, left in found]


def differences(texts: Iterable[str]) -> Iterator[tuple[str, object, object, object]]:
    """Texts on which the three do not agree, with what each says."""
    for chunk in _chunks(texts):
        for text, page in zip(chunk, by_page(chunk), strict=True):
            core, hand = by_core(text), by_hand(text)
            if not core == hand == page:
                yield text, core, page, hand


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
