"""Who does not want messages: looked up, added and taken off again, with reason and actor.

Planning and every hand-over ask the same table; nobody on it is in a body (`late_opt_outs`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from sms4a import recipients
from sms4a.campaigns.bookkeeping import insert, write_audit
from sms4a.campaigns.database import Database, storable
from sms4a.campaigns.tables import opt_out, opt_out_removal
from sms4a.errors import Sms4aError
from sms4a.numbers import Bare, NumberProblem, Reading, read_number
from sms4a.recipients import CheckedRow, ListFormat

CHUNK_ROWS = 5_000

# A part of a number this long can be looked for; shorter ones would find half the list.
SHORTEST_SEARCH = 3

# What of these stands in a cell can only be one number, though nothing could be sent to it as it stands.
_CLEAR: Collection[str] = (
    NumberProblem.LOST_ZERO, NumberProblem.LOST_PLUS, NumberProblem.DECIMAL, NumberProblem.LANDLINE,
)  # fmt: skip

# A reason is a sentence; what is longer in a cell is a story, and is cut where everybody sees it.
_LONGEST_REASON = 300


class NoReason(Sms4aError):
    """Somebody is taken off the list without a reason."""


@dataclass(frozen=True, slots=True)
class OptOut:
    number: str
    """E.164."""
    reason: str
    actor: str
    created_ts: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file of numbers."""

    added: int
    known: int
    """They were on the list already, or twice in the file."""
    with_reason: int
    """Of those who were added, how many have their reason from the file."""
    unreadable: tuple[CheckedRow, ...]
    """In the order of the file."""


class OptOuts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, search: str = "") -> int:
        with self._database.read() as c:
            return int(c.execute(sa.select(sa.func.count()).select_from(opt_out).where(_fits(search))).scalar_one())

    def page(self, search: str = "", offset: int = 0, limit: int = 25) -> tuple[OptOut, ...]:
        """Newest first."""
        query = sa.select(opt_out).where(_fits(search)).order_by(opt_out.c.created_ts.desc(), opt_out.c.number)
        with self._database.read() as c:
            return tuple(OptOut(**row) for row in c.execute(query.offset(offset).limit(limit)).mappings())

    def all(self) -> Iterator[OptOut]:
        """Everybody, by number, read in chunks."""
        after = ""
        while True:
            query = sa.select(opt_out).where(opt_out.c.number > after).order_by(opt_out.c.number).limit(CHUNK_ROWS)
            with self._database.read() as c:
                chunk = [OptOut(**row) for row in c.execute(query).mappings()]
            if not chunk:
                return
            yield from chunk
            after = chunk[-1].number

    def get(self, number: str) -> OptOut | None:
        with self._database.read() as c:
            found = c.execute(sa.select(opt_out).where(opt_out.c.number == number)).mappings().first()
        return OptOut(**found) if found else None

    def holds(self, number: str) -> bool:
        with self._database.read() as c:
            return c.execute(sa.select(opt_out.c.number).where(opt_out.c.number == number)).first() is not None

    def add(self, numbers: Iterable[str], reason: str, actor: str) -> int:
        """Put these numbers (E.164) on the list; how many were not on it yet."""
        return len(self._add(dict.fromkeys(numbers, reason), actor))

    def _add(self, reasons: Mapping[str, str], actor: str) -> list[str]:
        """Numbers with their reasons; which of them were not on the list yet."""
        pending, added = iter(reasons), list[str]()
        while chunk := sorted(islice(pending, CHUNK_ROWS)):
            with self._database.write() as c:
                now = self._database.now(c)
                known = set(c.execute(sa.select(opt_out.c.number).where(opt_out.c.number.in_(chunk))).scalars())
                new = [number for number in chunk if number not in known]
                if new:
                    rows = [{"number": n, "reason": reasons[n], "actor": actor, "created_ts": now} for n in new]
                    c.execute(insert(c, opt_out).on_conflict_do_nothing(), rows)
                    write_audit(c, now, actor, "opt_out.add", "opt_out:", people=len(new))
            added += new
        return added

    def import_file(
        self,
        content: bytes,
        form: ListFormat,
        phone: str,
        *,
        home: str,
        reason: str,
        actor: str,
        reason_column: str | None = None,
    ) -> Imported:
        """Everybody in this column of a recognised list, with `reason` where the file has none of its own.

        Whoever wrote the file wants these people left alone: digits that can only be one number count as that number,
        and a landline counts as well. Of a number that stands there twice, the first reason is kept.
        """
        given: dict[str, str] = {}
        bad: list[CheckedRow] = []
        rows = recipients.check_rows(
            recipients.rows(content, form), form.header, recipients.Mapping(phone), home=home, bare=Bare.ASK
        )
        readable = 0
        for row in rows:
            if number := row.number or _likely(row):
                readable += 1
                given[number] = given.get(number) or _shortened(row.values.get(reason_column or "", ""))
            else:
                bad.append(row)
        added = self._add({number: its_own or reason for number, its_own in given.items()}, actor)
        return Imported(len(added), readable - len(added), sum(bool(given[number]) for number in added), tuple(bad))

    def remove(self, number: str, reason: str, actor: str) -> bool:
        """Let somebody get messages again; False if they were not on the list. NoReason without a reason."""
        if not reason.strip():
            raise NoReason("A reason is needed to take somebody off the opt-out list.")
        with self._database.write() as c:
            now = self._database.now(c)
            since = c.execute(sa.select(opt_out.c.created_ts).where(opt_out.c.number == number)).scalar()
            if since is None:
                return False
            c.execute(sa.delete(opt_out).where(opt_out.c.number == number))
            values = {"number": number, "opted_out_ts": since, "reason": reason.strip(), "actor": actor}
            c.execute(sa.insert(opt_out_removal).values(**values, removed_ts=now))
            write_audit(c, now, actor, "opt_out.remove", "opt_out:", people=1)
        return True


def read_opt_out(written: str, home: str) -> Reading:
    """A number as somebody typed it to be left alone; what can only be one number is that number."""
    said = read_number(written, home)
    if said.problem in (NumberProblem.LOST_ZERO, NumberProblem.LOST_PLUS):
        return read_number(said.detail, home)
    return said


def _likely(row: CheckedRow) -> str | None:
    return row.detail if row.problem in _CLEAR and row.detail.startswith("+") else None


def _shortened(words: str) -> str:
    words = " ".join(storable(words).split())
    return words if len(words) <= _LONGEST_REASON else words[:_LONGEST_REASON] + "…"


def _fits(search: str) -> sa.ColumnElement[bool]:
    """A number or a piece of one, however it is spelled; what is too short to look for fits everybody."""
    # A zero that is only dialled at home is often written in brackets behind the country.
    digits = re.sub(r"\D", "", search.replace("(0)", ""))
    if len(digits) < SHORTEST_SEARCH:
        return sa.true()
    if not search.strip().startswith("+"):
        digits = digits.lstrip("0")
    return opt_out.c.number.contains(digits)
