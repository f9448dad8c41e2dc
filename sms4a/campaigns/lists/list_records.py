"""A list and its rows as plain objects, and how they lie in the database."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import compress
from operator import not_
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns.states import ListState
from sms4a.campaigns.tables import ROW_IS_LEFT_OUT, contact_list, list_file, list_row, mended_file
from sms4a.numbers import Bare
from sms4a.recipients import CheckedBlock, CheckedRow, FileKind, FormatNote, ListFormat, Mended, Pile

NO_PHONE_COLUMN = "no_phone_column"
"""The problem of a list that cannot be read before a person names the column with the numbers."""

NO_SHEET = "no_sheet"
"""The problem of a workbook that cannot be read before a person chooses one of its sheets."""

CANCELLED = "cancelled"
"""The problem of a list whose reading a person has stopped."""

SOURCE_CHANGED = "source_changed"
"""The problem of a list whose rows were to be copied from another one, which is gone or was changed meanwhile."""

DELETED = "deleted"
"""The problem of a saved list that was thrown away; its rows go next."""

OTHER_COLUMNS = "other_columns"
"""The problem of a list whose columns are no longer those of a mended file. Detail: the file's name."""


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
    allowed: tuple[str, ...] | None = None
    """ISO 3166 codes of the countries that are sent to; None: all."""
    leave_out_failed: bool = False
    """Whether numbers that failed for good in an earlier campaign are left out."""
    sheet: str = ""
    """The sheet of a workbook; empty: the only one."""
    encoding: str | None = None
    delimiter: str | None = None
    """None for these: as they are recognised."""
    keep: tuple[str, ...] | None = None
    """The only columns whose values are kept, beside those with the number and for placeholders; None: all."""


NOT_RECOGNISED = ListFormat("", "", (), False, 0)
"""Of a list that nobody has looked into yet."""

WRITTEN = frozenset({"sheet", "encoding", "delimiter"})
"""Answers to how the file is written: with another one its columns are others."""


@dataclass(frozen=True, slots=True)
class MendedFile:
    """Rows that a person has mended, beside the list's own file."""

    n: int
    name: str
    placed: int
    """Rows that stand in the place of one that could not be sent to; 0 until the list is checked."""
    added: int
    """The other ones."""


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
    problem_detail: str
    rows_done: int
    rows_total: int
    actor: str
    created_ts: int
    follows: dict[str, Any] | None = None
    """Instead of a file: the `campaign` whose people are sent to again, and the `verdicts` of those who are; or the
    `list` whose rows are copied."""
    kept_name: str | None = None
    """Not None: a saved list."""
    used_ts: int | None = None
    """Of a saved list: when it was last used."""
    piles: dict[Pile, int] = field(default_factory=dict)
    """How many rows lie in each pile; every pile is there once the list is checked, none before."""
    regions: dict[str, int] = field(default_factory=dict)
    """Country of the people who receive → how many, most first."""
    reasons: dict[str, int] = field(default_factory=dict)
    """`CheckedRow.problem` → how many rows."""

    failed_before: int = 0
    """Of the people who receive, how many have numbers that failed for good in an earlier campaign."""
    neighbours: int = 0
    """Of the people who receive, how many have numbers that stand close together."""
    blank: dict[str, int] = field(default_factory=dict)
    """Column → of the people who receive, how many have nothing in it; without those that everybody has."""
    mended: tuple[MendedFile, ...] = ()
    file_erased: bool = False
    """The file went when somebody who stood in it was erased: the rows stay, and cannot be read in another way."""

    @property
    def can_be_mended(self) -> bool:
        """Whether files of mended rows may be added: the list is read anew then, so its rows have to be there."""
        return self.state is ListState.CHECKED and not self.sends_again and not self.file_erased

    @property
    def sends_again(self) -> bool:
        """Whether these are people of an earlier campaign, who were read and checked there."""
        return "campaign" in (self.follows or {})

    @property
    def header(self) -> tuple[str, ...]:
        """The columns that are kept, in the order of the file."""
        said = self.answers
        if said.keep is None:
            return self.format.header
        kept = {*said.keep, *said.fields.values(), said.phone}
        return tuple(name for name in self.format.header if name in kept)

    @property
    def is_recognised(self) -> bool:
        """Whether its columns are known; of a big file a worker finds them out."""
        return bool(self.format.header)


# Of a thousand neighbouring numbers, so many in one list are no chance: a list of all phones of a big country has five.
DENSE = 50

# Few enough to count numbers by them without much memory, enough that far fewer than `DENSE` of a million are in each.
_BUCKETS = 65_537


class Totals:
    """What the final flip records, so that no page ever counts rows."""

    def __init__(self) -> None:
        self.piles: Counter[str] = Counter()
        self.regions: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.failed_before = 0
        self.blank: Counter[str] = Counter()
        self.mended: dict[int, tuple[int, int]] = {}
        # Of a million people: a dictionary of them would take a hundred megabytes.
        self._thousands = array("q")

    def add(self, block: CheckedBlock) -> None:
        receives = block.receives
        self.piles.update(block.piles)
        self.reasons.update(filter(None, compress(block.problems, map(not_, receives))))
        for region, people in Counter(compress(block.regions, receives)).items():
            self.regions[region or ""] += people
        self._thousands.extend([int(number or 0) // 1000 for number in compress(block.numbers, receives)])
        for name, cells in zip(block.header, block.columns, strict=True):
            if not all(map(str.strip, cells)):
                self.blank[name] += sum(not cell.strip() for cell in compress(cells, receives))

    def take(self, rows: Iterable[CheckedRow]) -> None:
        """Rows that were added and give way to mended ones; nobody is written to by them."""
        for row in rows:
            self.piles[row.pile] -= 1
            if row.problem:
                self.reasons[row.problem] -= 1

    def json(self) -> dict[str, Any]:
        return {
            "piles": dict(self.piles),
            "regions": dict(self.regions.most_common()),
            "reasons": dict((+self.reasons).most_common()),
            "mended": {str(n): counts for n, counts in self.mended.items()},
            "failed_before": self.failed_before,
            "neighbours": self._neighbours(),
            "blank": dict(+self.blank),
        }

    def _neighbours(self) -> int:
        # Of a million numbers by chance hardly any share their bucket with so many others; only these are told apart.
        buckets = Counter(n % _BUCKETS for n in self._thousands)
        near = Counter(n for n in self._thousands if buckets[n % _BUCKETS] >= DENSE)
        return sum(people for people in near.values() if people >= DENSE)


def to_read(form: ListFormat, phone: str | None) -> dict[str, Any]:
    """The columns of a list that waits to be read from the start, as soon as a person has said what must be known."""
    problem = NO_SHEET if form.asks_for_sheet else NO_PHONE_COLUMN if form.header and not phone else None
    return {
        "state": ListState.FAILED if problem else ListState.NEW,
        "problem": problem,
        "rows_done": 0,
        "owner": None,
        "lease_ts": None,
    }


def rows_of(list_id: str, pile: Pile) -> sa.Select[Any]:
    query = sa.select(list_row).where(list_row.c.list_id == list_id, list_row.c.pile == pile).order_by(list_row.c.row)
    return query if pile is Pile.RECEIVE else query.where(ROW_IS_LEFT_OUT)


def one_list(c: Connection, list_id: str) -> ContactList | None:
    return next(iter(lists_where(c, contact_list.c.id == list_id)), None)


def lists_where(c: Connection, condition: sa.ColumnElement[bool]) -> list[ContactList]:
    rows = c.execute(sa.select(contact_list).where(condition)).mappings().all()
    return [_list(row, _files(c, row["id"])) for row in rows]


def store_file(c: Connection, list_id: str, content: bytes = b"") -> None:
    """Every list has one but those that are saved; empty where its rows come from elsewhere."""
    c.execute(sa.insert(list_file).values(list_id=list_id, content=content))


def file_of(c: Connection, list_id: str) -> bytes:
    """Empty if there is none."""
    return c.execute(sa.select(list_file.c.content).where(list_file.c.list_id == list_id)).scalar() or b""


HAS_FILE = sa.exists().where(list_file.c.list_id == contact_list.c.id)
"""Of a list that is neither saved nor thrown away."""


def _files(c: Connection, list_id: str) -> Sequence[RowMapping]:
    query = sa.select(mended_file.c.n, mended_file.c.name).where(mended_file.c.list_id == list_id)
    return c.execute(query.order_by(mended_file.c.n)).mappings().all()


def _list(row: RowMapping, files: Sequence[RowMapping]) -> ContactList:
    stored: Mapping[str, Any] = row["format"]
    state = ListState(row["state"])
    totals = stored.get("totals", {}) if state is ListState.CHECKED else {}
    placed = totals.get("mended", {})
    return ContactList(
        id=row["id"],
        name=row["name"],
        format=format_from(stored),
        size=stored["size"],
        answers=answers_from(row["answers"]),
        state=state,
        version=row["version"],
        problem=row["problem"],
        problem_detail=stored.get("problem_detail", ""),
        rows_done=row["rows_done"],
        rows_total=row["rows_total"],
        actor=row["actor"],
        created_ts=row["created_ts"],
        follows=row["follows"],
        kept_name=row["kept_name"],
        used_ts=row["used_ts"],
        piles={pile: totals["piles"].get(pile, 0) for pile in Pile} if totals else {},
        regions=totals.get("regions", {}),
        reasons=totals.get("reasons", {}),
        failed_before=totals.get("failed_before", 0),
        neighbours=totals.get("neighbours", 0),
        blank=totals.get("blank", {}),
        mended=tuple(MendedFile(file["n"], file["name"], *placed.get(str(file["n"]), (0, 0))) for file in files),
        file_erased=stored.get("file_erased", False),
    )


def format_from(stored: Mapping[str, Any]) -> ListFormat:
    return ListFormat(
        stored["encoding"],
        stored["delimiter"],
        tuple(stored["header"]),
        stored["has_header"],
        stored["row_count"],
        tuple(FormatNote(note) for note in stored["notes"]),
        stored.get("example_row"),
        FileKind(stored.get("kind", FileKind.TEXT)),
        tuple(stored.get("sheets", ())),
        stored.get("sheet", ""),
        stored.get("hidden_rows", 0),
    )


def format_json(form: ListFormat) -> dict[str, Any]:
    return {**asdict(form), "header": list(form.header), "notes": list(form.notes), "sheets": list(form.sheets)}


def answers_from(stored: Mapping[str, Any]) -> Answers:
    tuples = {name: None if stored.get(name) is None else tuple(stored[name]) for name in ("allowed", "keep")}
    return Answers(**{**stored, **tuples, "bare": _bare(stored["bare"])})


def _bare(stored: str | int) -> Bare:
    # Before each kind of such digits had its own answer, a word answered for all.
    return Bare[stored.upper()] if isinstance(stored, str) else Bare(stored)


def answers_json(answers: Answers) -> dict[str, Any]:
    said = asdict(answers)
    lists = {name: None if said[name] is None else list(said[name]) for name in ("allowed", "keep")}
    return {**said, **lists, "bare": int(answers.bare)}


def mended_from(stored: Mapping[str, Any] | None) -> Mended | None:
    return None if stored is None else Mended(**stored)


def checked_row(row: RowMapping) -> CheckedRow:
    return CheckedRow(
        row["row"],
        row["raw_number"],
        row["number"],
        row["region"],
        Pile(row["pile"]),
        row["problem"],
        row["detail"] or "",
        tuple(row["fields"]),
        tuple(row["fields"].values()),
        row["duplicate_of"],
        mended_from(row["mended"]),
    )
