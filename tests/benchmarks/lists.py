"""Reading a list: ours beside what one would write with pandas, openpyxl and phonenumbers, and beside reading alone.

    uv run --group dev python -m tests.benchmarks.lists

The line is from the file to submissions in the database (SQLite), beside jobs made with pandas in memory. Each side
reads the same rows (German mobile numbers in five spellings, one in 200 bad) in a process of its own, by turns, after
a few rows that only warm it up; the medians are printed. All that sort must find the same people.
"""

import argparse
import csv
import gc
import io
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sms4a.console.workbook import xlsx_file

if TYPE_CHECKING:
    from sms4a.campaigns.store import Store

HEADER = ["first name", "mobile", "store", "customer"]
PREFIXES = ("151", "152", "157", "160", "170", "171", "172", "173", "174", "175", "176", "177", "178", "179")
BAD = ("siehe Mail", "0561 700311", "", "4,9E+11", "+49 15112")
SPELLINGS: tuple[Callable[[str, str], str], ...] = (
    lambda prefix, rest: f"0{prefix} {rest}",
    lambda prefix, rest: f"+49{prefix}{rest}",
    lambda prefix, rest: f"0049{prefix}{rest}",
    lambda prefix, rest: f"+49 (0){prefix} {rest}",
    lambda prefix, rest: f"0{prefix}/{rest}",
)


def people(count: int) -> Iterable[list[str]]:
    chance = random.Random(5)
    for n in range(count):
        prefix, rest = chance.choice(PREFIXES), f"{chance.randrange(10**8):08d}"
        cell = chance.choice(BAD) if n % 200 == 7 else SPELLINGS[n % 5](prefix, rest)
        yield ["Jörg", cell, "Köln", str(100_000 + n)]


def ours(path: Path) -> int:
    from sms4a.numbers import Bare
    from sms4a.recipients import ListFile, Mapping, Pile, check_blocks

    file = ListFile(path.read_bytes())
    form = file.recognise()
    checked = check_blocks(file.blocks(form), form.header, Mapping("mobile"), home="DE", bare=Bare.ASK)
    return sum(block.piles.count(Pile.RECEIVE) for block in checked)


def with_pandas(path: Path) -> int:
    import pandas as pd

    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    numbers = frame["mobile"].map(_number)
    return int(numbers.dropna().nunique())


def with_openpyxl(path: Path) -> int:
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).active
    assert sheet is not None
    found = {_number(str(row[1] or "")) for row in sheet.iter_rows(min_row=2, values_only=True)}
    return len(found - {None})


def only_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.reader(text, delimiter=";")) - 1


def only_openpyxl(path: Path) -> int:
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).active
    assert sheet is not None
    return sum(1 for _ in sheet.iter_rows(min_row=2, values_only=True))


TEXT = "Hallo {first name}, nur heute 20 % auf alles in {store}. Ihre Kundennummer: {customer}. Bis bald!"


def stored(path: Path) -> int:
    """Read as the process for big lists does it, up to the piles in the database."""
    with tempfile.TemporaryDirectory() as folder:
        store, _ = _stored(path, folder)
        store.close()
    return 0


def planned(path: Path) -> int:
    from sms4a.campaigns.options import CampaignOptions
    from sms4a.campaigns.sending.plan import Planner
    from sms4a.console.process import spare_the_collector

    with tempfile.TemporaryDirectory() as folder:
        store, list_id = _stored(path, folder)
        gc.enable()
        spare_the_collector()  # as a process does when it has started
        draft = store.drafts.create("ann")
        changes = {"name": "x", "text": TEXT, "options": CampaignOptions(), "list_id": list_id}
        draft = store.drafts.save(draft.id, draft.version, actor="ann", **changes)
        campaign_id = store.ledger.prepare(draft.id, draft.version, "ann")
        Planner(store.database).plan_next("w")
        campaign = store.ledger.campaign(campaign_id)
        assert campaign is not None
        store.close()
    return campaign.people


def _stored(path: Path, folder: str) -> tuple["Store", str]:
    from sms4a.campaigns.database import Database
    from sms4a.campaigns.lists.list_reading import ListReader
    from sms4a.campaigns.migrate import migrate
    from sms4a.campaigns.store import Store

    gc.disable()
    database = Database(f"sqlite:///{folder}/console.db")
    migrate(database, "practice")
    store, reader = Store(database), ListReader(database)
    listed = store.lists.create(path.name, path.read_bytes(), "ann")
    claimed = reader.claim("w")
    assert claimed is not None
    reader.read(*claimed)
    return store, listed.id


def jobs_of_dicts(path: Path) -> int:
    import pandas as pd

    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    frame["number"] = frame["mobile"].map(_number)
    frame = frame.dropna(subset="number").drop_duplicates("number")
    messages = [
        {"text": TEXT.format_map(row), "recipients": [{"dst": row["number"], "customerRef": str(n)}]}
        for n, row in enumerate(frame.to_dict("records"))
    ]
    for start in range(0, len(messages), 1_000):
        json.dumps({"options": {"statusRequested": True}, "messages": messages[start : start + 1_000]})
    return len(messages)


def _number(cell: str) -> str | None:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(cell, "DE")
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(parsed)
    if kind not in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


SIDES: dict[str, dict[str, Callable[[Path], int]]] = {
    "csv": {"sms4a": ours, "pandas + phonenumbers": with_pandas, "csv, read only": only_csv},
    "xlsx": {"sms4a": ours, "openpyxl + phonenumbers": with_openpyxl, "openpyxl, read only": only_openpyxl},
    "line": {"sms4a": planned, "sms4a, stored only": stored, "pandas + phonenumbers + dicts": jobs_of_dicts},
}


def measure(kind: str, side: str, path: Path) -> None:
    """In a process of its own: how long, how much memory, how many people."""
    SIDES[kind][side](path.with_stem("first"))
    start = time.process_time()
    found = SIDES[kind][side](path)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": time.process_time() - start, "memory": memory, "found": found}))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        measure(given.one[0], given.one[1], Path(given.one[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for kind, path in write(Path(folder), given.rows).items():
            compare(kind, path, given.rows, given.rounds)


def write(folder: Path, count: int) -> dict[str, Path]:
    for name, rows in (("first", 200), ("list", count)):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows([HEADER, *people(rows)])
        (folder / f"{name}.csv").write_bytes(text.getvalue().encode())
        (folder / f"{name}.xlsx").write_bytes(xlsx_file(HEADER, people(rows)))
    return {"csv": folder / "list.csv", "xlsx": folder / "list.xlsx", "line": folder / "list.csv"}


def compare(kind: str, path: Path, rows: int, rounds: int) -> None:
    results: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES[kind]}
    for _ in range(rounds):
        for side, found in results.items():
            command = [sys.executable, "-m", "tests.benchmarks.lists", "--one", kind, side, str(path)]
            found.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    sorting = {found[0]["found"] for side, found in results.items() if "only" not in side}
    assert len(sorting) == 1, f"the sides found different people: {sorting}"
    mine = statistics.median(found["seconds"] for found in results["sms4a"])
    print(f"{kind}, {rows:,} rows, median of {rounds}")
    for side, found in results.items():
        seconds = statistics.median(one["seconds"] for one in found)
        memory = max(one["memory"] for one in found)
        print(f"  {side:26} {seconds / rows * 1e6:6.1f} µs a row   {seconds / mine:5.2f}x ours   {memory:4.0f} MB")


if __name__ == "__main__":
    main()
