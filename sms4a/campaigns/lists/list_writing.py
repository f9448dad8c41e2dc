"""Rows of a list as they are written to the database."""

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict
from operator import not_

from sqlalchemy import Connection

from sms4a.campaigns import bulk
from sms4a.campaigns.tables import list_row
from sms4a.recipients import CheckedBlock, Pile

_TOLD = ("row", "raw_number", "number", "region", "fields")
_NOTED = (*_TOLD, "pile", "problem", "detail", "duplicate_of", "mended")

_json = json.JSONEncoder().encode

# To ask the pile of each row for its value takes longer than to write it down.
_PILE_WORDS = {pile: pile.value for pile in Pile}


class Rows:
    """Rows of one list, as columns of the table `list_row`."""

    def __init__(self, list_id: str, kept: Container[str] | None) -> None:
        """`kept`: the columns whose values are written down; None: all."""
        self._list_id, self._kept = list_id, kept
        self._plain: bulk.Columns = {name: [] for name in _TOLD}
        """Nearly all rows: people who receive."""
        self._noted: bulk.Columns = {name: [] for name in _NOTED}
        """Rows with anything to note."""

    def add(self, block: CheckedBlock) -> None:
        told = (block.rows, block.raw_numbers, block.numbers, block.regions, self._fields(block))
        mended = block.mended or [None] * len(block)
        is_plain = [receives and not mended_ for receives, mended_ in zip(block.receives, mended, strict=True)]
        bulk.extend(self._plain, told, is_plain)
        if not all(is_plain):
            notes: tuple[Iterable[object], ...] = (
                map(_PILE_WORDS.__getitem__, block.piles),
                [problem and str(problem) for problem in block.problems],
                block.details,
                block.duplicates_of,
                [one and _json(asdict(one)) for one in mended],
            )
            bulk.extend(self._noted, (*told, *notes), list(map(not_, is_plain)))

    def write(self, connection: Connection) -> None:
        its = {"list_id": self._list_id}
        bulk.insert_columns(connection, list_row, self._plain, {**its, "pile": _PILE_WORDS[Pile.RECEIVE]})
        bulk.insert_columns(connection, list_row, self._noted, its)

    def _fields(self, block: CheckedBlock) -> Sequence[str]:
        places = [place for place, name in enumerate(block.header) if self._kept is None or name in self._kept]
        names = [block.header[place] for place in places]
        found = bulk.json_column(names, [block.columns[place] for place in places], len(block))
        for n, cells in block.odd.items():
            found[n] = _json({block.header[place]: cells[place] for place in places if place < len(cells)})
        return found
