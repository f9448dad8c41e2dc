"""python -m tests.benchmarks.texts: filling a text and counting its parts, beside a plain loop and other packages.

Packages that count parts are installed into an environment of their own and run by turns with ours on the same texts.
What they count wrongly is counted too, against a count by hand.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sms4a.filling import renderer, sizer
from sms4a.templates import Template
from sms4a.text import part_count
from tests.counting.cases import texts
from tests.reference import reference_parts

PACKAGES = ("smsutil==1.1.3", "sms-counter==0.0.1")
ROWS, ROUNDS = 20_000, 5
# As many as are planned together.
TOGETHER = 100
TEXT = (
    "Hello {first name}, our autumn sale starts on Thursday, 26 November. 20% off everything in {store} with the code "
    "{code}, only until Sunday, while stocks last. You get this because you asked for it. Stop: reply STOP"
)

# What runs in the other environment: times in seconds for the texts of a file, and how it counts those of another.
OTHERS = """
import json, sys, time
texts, cases = json.load(open(sys.argv[1]))
found = {}
try:
    import smsutil
    found["smsutil"] = lambda text: len(smsutil.split(text).parts)
except ImportError: pass
try:
    from sms.counter import SMSCounter
    counter = SMSCounter()
    found["sms-counter"] = lambda text: counter.count(text).segment
except ImportError: pass
out = {}
for name, count in found.items():
    begin = time.process_time()
    for text in texts: count(text)
    seconds = time.process_time() - begin
    counted = []
    for text in cases:
        try: counted.append(count(text))
        except Exception: counted.append(None)
    out[name] = [seconds, counted]
print(json.dumps(out))
"""


def rows() -> list[dict[str, str]]:
    chance = random.Random(1)
    names, stores = ("Anna", "Jörg", "Käthe", "Łukasz"), ("Kassel", "Köln", "Bad Homburg")
    weights = (40, 30, 28, 2)
    return [
        {"first name": chance.choices(names, weights)[0], "store": chance.choice(stores), "code": f"K{n}"}
        for n in range(ROWS)
    ]


def timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def ours(values: list[dict[str, str]]) -> None:
    make = sizer(Template.parse(TEXT), {name: name for name in values[0]})
    for start in range(0, ROWS, TOGETHER):
        make(values[start : start + TOGETHER])


def ours_on_ready_texts(ready: list[str]) -> None:
    for text in ready:
        part_count(text)


def plain_loop(values: list[dict[str, str]]) -> None:
    for row in values:
        text = TEXT
        for name, value in row.items():
            text = text.replace("{" + name + "}", value)
        len(reference_parts(text)[1])


def others(ready: list[str], cases: list[str], folder: Path) -> dict[str, tuple[float, list[int | None]]]:
    python = folder / "other" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "other"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "setuptools<81", *PACKAGES], check=True)
    task = folder / "texts.json"
    task.write_text(json.dumps([ready, cases]))
    said = subprocess.run([python, "-W", "ignore", "-c", OTHERS, task], capture_output=True, text=True, check=True)
    return {name: (seconds, counted) for name, (seconds, counted) in json.loads(said.stdout).items()}


def main() -> None:
    values = rows()
    make = renderer(Template.parse(TEXT), {name: name for name in values[0]})
    ready, cases = [make(row).text for row in values], [text for text in texts(4_000, seed=3) if text.isprintable()]
    right = [len(reference_parts(text)[1]) for text in cases]
    seconds: dict[str, list[float]] = {}
    wrong: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _round in range(ROUNDS):
            seconds.setdefault("ours, filled and counted", []).append(timed(lambda: ours(values)))
            seconds.setdefault("plain loop, filled and counted", []).append(timed(lambda: plain_loop(values)))
            seconds.setdefault("ours, counted only", []).append(timed(lambda: ours_on_ready_texts(ready)))
            for name, (one, counted) in others(ready, cases, Path(folder)).items():
                seconds.setdefault(f"{name}, counted only", []).append(one)
                wrong[f"{name}, counted only"] = sum(a != b for a, b in zip(counted, right, strict=True))
    wrong["ours, counted only"] = sum(part_count(text) != n for text, n in zip(cases, right, strict=True))
    base = statistics.median(seconds["ours, filled and counted"])
    for name, took in seconds.items():
        median = statistics.median(took)
        errors = f", wrong {wrong[name]:,} of {len(cases):,}" if name in wrong else ""
        print(f"{name:32} {median / ROWS * 1e6:6.2f} µs, {median / base:5.1f} times{errors}")


if __name__ == "__main__":
    main()
