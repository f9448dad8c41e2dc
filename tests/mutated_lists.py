"""Many broken lists, each refused or read to its end: every row in one pile, in bounded time and memory.

nice uv run --group dev python -m tests.mutated_lists --files 100000
"""

import argparse
import resource
import sys
import time
from collections import Counter
from itertools import zip_longest
from unittest.mock import patch

from sms4a.numbers import Bare, read_number
from sms4a.recipients import (
    CellProblem,
    ListFile,
    ListFormat,
    ListRefused,
    Mapping,
    Pile,
    RowProblem,
    check_rows,
    guess_phone,
    rows,
    text_rows,
)
from sms4a.recipients.xml_pieces import PlainPieces, feed
from tests.nasty_lists import mutated

# Of cells that say nothing, or that are not what was meant.
_NOT_READ = frozenset({*RowProblem, *CellProblem})


def recognised(file: ListFile, sheet: str = "") -> ListFormat:
    form = file.recognise(sheet=sheet)
    return file.recognise(sheet=form.sheets[0]) if form.asks_for_sheet else form


def as_it_stands(data: bytes, sheet: str = "") -> tuple[object, object]:
    """All that is read of a list, or why it is refused."""
    file = ListFile(data)
    try:
        form = recognised(file, sheet)
        found = [row for block in file.blocks(form) for row in block.raw_rows()]
    except ListRefused as refused:
        return refused.code, refused.detail
    pairs = zip_longest(found, rows(data, form))
    assert all(kept == again for kept, again in pairs), "what was kept is other than what is read again"
    return form, found


def parsed_alone(data: bytes, sheet: str = "") -> tuple[object, object]:
    """The same with nothing taken apart by patterns."""
    with patch.object(PlainPieces, "feed", lambda _, reader, piece: feed(reader, piece)):
        return as_it_stands(data, sheet)


def read_row_by_row(data: bytes) -> tuple[object, object]:
    """The same with no lines taken apart at once."""
    with patch.object(text_rows, "_regular", lambda *_: None):
        return as_it_stands(data)


def fate(data: bytes) -> str:
    """How this list ends; AssertionError if a row is lost, doubled, without a reason, or other than it should be."""
    assert as_it_stands(data) == (parsed_alone(data) if data.startswith(b"PK") else read_row_by_row(data))
    try:
        form = recognised(ListFile(data))
    except ListRefused as refused:
        return refused.code
    phone = guess_phone(data, form, "DE") or form.header[0]
    found = list(check_rows(rows(data, form), form.header, Mapping(phone), home="DE", bare=Bare.ASK))
    assert len(found) == form.row_count
    assert len({row.row for row in found}) == len(found)
    assert all(row.pile in (Pile.RECEIVE, Pile.DUPLICATE) or row.problem for row in found)
    receivers = [row.number for row in found if row.pile is Pile.RECEIVE]
    assert all(receivers)
    assert len(set(receivers)) == len(receivers)
    for row in found:
        if row.problem not in _NOT_READ:
            alone = read_number(row.raw_number, "DE")
            assert (row.number, row.region, row.problem, row.detail) == alone, "a cell by itself is read in another way"
    return "read"


def main() -> int:
    """0 if each of them ended as it should."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--files", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    fates: Counter[str] = Counter()
    slowest, failed = 0.0, 0
    for n, data in enumerate(mutated(given.files, given.seed)):
        start = time.process_time()
        try:
            fates[fate(data)] += 1
        except Exception as error:
            failed += 1
            print(f"file {n} of seed {given.seed}: {type(error).__name__}: {error}")
        slowest = max(slowest, time.process_time() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(", ".join(f"{code} {count:,}" for code, count in fates.most_common()))
    print(f"{given.files:,} files, {failed} failed; slowest {slowest:.2f} s, {memory} MB at most")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
