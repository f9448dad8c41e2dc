"""Rows of a list as they are written to the database."""

import json
from collections.abc import Container, Iterable
from dataclasses import asdict

from sms4a.campaigns.bulk import json_writer
from sms4a.recipients import CheckedRow, Pile

PLAIN_COLUMNS = ("list_id", "row", "raw_number", "number", "region", "pile", "fields")
NOTED_COLUMNS = (*PLAIN_COLUMNS, "problem", "detail", "duplicate_of", "mended")

_json = json.JSONEncoder().encode

# To ask the pile of each row for its value takes longer than to write it down.
_PILE_WORDS = {pile: pile.value for pile in Pile}


class RowWriter:
    """Turns the rows of one list into what `bulk.insert_values` takes."""

    def __init__(self, list_id: str, header: tuple[str, ...], kept: Container[str] | None) -> None:
        """`kept`: the columns whose values are written down; None: all."""
        self._list_id, self._header, self._kept = list_id, header, kept
        self._places = [place for place, name in enumerate(header) if kept is None or name in kept]
        self._json = json_writer([header[place] for place in self._places])

    def values(self, rows: Iterable[CheckedRow]) -> tuple[list[object], list[object]]:
        """Values of `PLAIN_COLUMNS`, row after row; and of `NOTED_COLUMNS`, for rows with something to note."""
        plain: list[object] = []
        noted: list[object] = []
        for row in rows:
            values = (
                self._list_id, row.row, row.raw_number, row.number, row.region, _PILE_WORDS[row.pile],
                self._fields(row),
            )  # fmt: skip
            if row.problem or row.detail or row.duplicate_of or row.mended:
                problem, mended = row.problem and str(row.problem), row.mended and _json(asdict(row.mended))
                noted.extend((*values, problem, row.detail, row.duplicate_of, mended))
            else:
                plain.extend(values)
        return plain, noted

    def _fields(self, row: CheckedRow) -> str:
        if row.header == self._header and len(row.cells) == len(self._header):
            return self._json(row.cells if self._kept is None else [row.cells[place] for place in self._places])
        return _json({n: value for n, value in row.values.items() if self._kept is None or n in self._kept})
