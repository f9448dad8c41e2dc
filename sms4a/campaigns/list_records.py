"""A list and its rows as plain objects, and how they lie in the database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import contact_list, list_row
from sms4a.numbers import Bare
from sms4a.recipients import CheckedRow, FormatNote, ListFormat, Pile

NO_PHONE_COLUMN = "no_phone_column"
"""The problem of a list that cannot be read before a person names the column with the numbers."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the author says about a list."""

    phone: str | None
    """The column with the numbers; None: not known yet."""
    fields: dict[str, str]
    """Placeholder → column, where the author chose; elsewhere names are matched."""
    home: str
    """ISO 3166 code: the country of numbers written without one."""
    bare: Bare


@dataclass(frozen=True, slots=True)
class ContactList:
    id: str
    name: str
    """The file's name; empty if pasted."""
    format: ListFormat
    size: int
    """Bytes."""
    answers: Answers
    state: ListState
    version: int
    problem: str | None
    rows_done: int
    rows_total: int
    actor: str
    created_ts: int
    piles: dict[Pile, int] = field(default_factory=dict)
    """How many rows lie in each pile; every pile is there once the list is checked, none before."""
    regions: dict[str, int] = field(default_factory=dict)
    """Country of the people who receive → how many, most first."""
    reasons: dict[str, int] = field(default_factory=dict)
    """`CheckedRow.problem` → how many rows."""


class Totals:
    """What the final flip records, so that no page ever counts rows."""

    def __init__(self) -> None:
        self.piles: Counter[str] = Counter()
        self.regions: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def add(self, chunk: Iterable[CheckedRow]) -> None:
        for row in chunk:
            self.piles[row.pile] += 1
            if row.pile is Pile.RECEIVE:
                self.regions[row.region or ""] += 1
            elif row.problem:
                self.reasons[row.problem] += 1

    def json(self) -> dict[str, dict[str, int]]:
        return {
            "piles": dict(self.piles),
            "regions": dict(self.regions.most_common()),
            "reasons": dict(self.reasons.most_common()),
        }


def to_read(phone: str | None) -> dict[str, Any]:
    """The columns of a list that waits to be read from the start, as soon as its phone column is known."""
    return {
        "state": ListState.NEW if phone else ListState.FAILED,
        "problem": None if phone else NO_PHONE_COLUMN,
        "rows_done": 0,
        "owner": None,
        "lease_ts": None,
    }


def rows_of(list_id: str, pile: Pile) -> sa.Select[Any]:
    return sa.select(list_row).where(list_row.c.list_id == list_id, list_row.c.pile == pile).order_by(list_row.c.row)


def one_list(c: Connection, list_id: str) -> ContactList | None:
    # The file itself stays where it is: a page asks for this at every run.
    columns = [column for column in contact_list.c if column.name not in ("content", "owner", "lease_ts")]
    row = c.execute(sa.select(*columns).where(contact_list.c.id == list_id)).mappings().one_or_none()
    return None if row is None else _list(row)


def _list(row: RowMapping) -> ContactList:
    stored: Mapping[str, Any] = row["format"]
    state = ListState(row["state"])
    totals = stored.get("totals", {}) if state is ListState.CHECKED else {}
    return ContactList(
        id=row["id"],
        name=row["name"],
        format=ListFormat(
            stored["encoding"],
            stored["delimiter"],
            tuple(stored["header"]),
            stored["has_header"],
            stored["row_count"],
            tuple(FormatNote(note) for note in stored["notes"]),
            stored.get("example_row"),
        ),
        size=stored["size"],
        answers=Answers(**{**row["answers"], "bare": Bare(row["answers"]["bare"])}),
        state=state,
        version=row["version"],
        problem=row["problem"],
        rows_done=row["rows_done"],
        rows_total=row["rows_total"],
        actor=row["actor"],
        created_ts=row["created_ts"],
        piles={pile: totals["piles"].get(pile, 0) for pile in Pile} if totals else {},
        regions=totals.get("regions", {}),
        reasons=totals.get("reasons", {}),
    )


def format_json(form: ListFormat) -> dict[str, Any]:
    return {
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "header": list(form.header),
        "has_header": form.has_header,
        "row_count": form.row_count,
        "notes": list(form.notes),
        "example_row": form.example_row,
    }


def answers_json(answers: Answers) -> dict[str, Any]:
    return {"phone": answers.phone, "fields": answers.fields, "home": answers.home, "bare": str(answers.bare)}


def row_values(list_id: str, row: CheckedRow) -> dict[str, Any]:
    return {
        "list_id": list_id,
        "row": row.row,
        "raw_number": row.raw_number,
        "number": row.number,
        "region": row.region,
        "pile": str(row.pile),
        "problem": row.problem,
        "detail": row.detail,
        "duplicate_of": row.duplicate_of,
        "fields": row.values,
    }


def checked_row(row: RowMapping) -> CheckedRow:
    return CheckedRow(
        row["row"],
        row["raw_number"],
        row["number"],
        row["region"],
        Pile(row["pile"]),
        row["problem"],
        row["detail"] or "",
        row["fields"],
        row["duplicate_of"],
    )
