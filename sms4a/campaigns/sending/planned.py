"""Rows of a list become recipients and submissions: judged one by one, in the order of the file."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import not_
from typing import Any, NamedTuple

from sqlalchemy import Connection

from sms4a.campaigns import again, bulk
from sms4a.campaigns.bodies import Addressee, api_options, body_hash, job_body, sizer_for, submission_reference
from sms4a.campaigns.bookkeeping import Deltas, country_key
from sms4a.campaigns.bulk import Row
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.cost_map import CostMapper
from sms4a.campaigns.options import Treatment
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.tables import recipient, submission
from sms4a.filling import Rendered
from sms4a.recipients import Pile
from sms4a.status import Outcome
from sms4a.templates import Template
from sms4a.text import Encoding, Size

_TOLD = ("row", "raw_number", "number", "region", "fields", "others", "parts", "submission_n")
_NOTED = (*_TOLD, "pile", "outcome", "problem", "detail", "duplicate_of", "mended")
_SUBMISSION = (
    "campaign_id", "n", "reference", "state", "people", "parts", "body_hash", "due_ts", "attempt",
)  # fmt: skip

_RECEIVE, _TEXT_PROBLEM, _PENDING = Pile.RECEIVE.value, Pile.TEXT_PROBLEM.value, Outcome.PENDING.value


class Listed(NamedTuple):
    """Rows of a checked list, a column at a time."""

    rows: Sequence[int]
    raw_numbers: Sequence[str]
    numbers: Sequence[str | None]
    regions: Sequence[str | None]
    piles: Sequence[str]
    problems: Sequence[str | None]
    details: Sequence[str | None]
    duplicates_of: Sequence[int | None]
    mended: Sequence[str | None]
    """JSON."""
    opted_out: Sequence[bool]
    """Since the list was checked."""
    fields: Sequence[dict[str, str]]


class Staged:
    """What is still to be written to the tables `recipient` and `submission`."""

    def __init__(self) -> None:
        self._plain: bulk.Columns = {name: [] for name in _TOLD}
        """Nearly everybody: people with a message."""
        self._noted: bulk.Columns = {name: [] for name in _NOTED}
        """Rows with anything to note."""
        self._submissions: list[Row] = []

    @property
    def is_empty(self) -> bool:
        return not (self._plain["row"] or self._noted["row"])

    def add(self, told: Sequence[Sequence[object]], notes: Sequence[Sequence[object]], is_noted: list[bool]) -> None:
        bulk.extend(self._plain, told, list(map(not_, is_noted)))
        if any(is_noted):
            bulk.extend(self._noted, [*told, *notes], is_noted)

    def add_submission(self, submission: Row) -> None:
        self._submissions.append(submission)

    def write(self, connection: Connection, campaign_id: str) -> None:
        its = {"campaign_id": campaign_id}
        bulk.insert_columns(connection, recipient, self._plain, {**its, "pile": _RECEIVE, "outcome": _PENDING})
        bulk.insert_columns(connection, recipient, self._noted, its)
        bulk.insert(connection, submission, _SUBMISSION, self._submissions)


@dataclass
class Plan:
    """What has been planned so far; it sees the rows once, in the order of the file."""

    campaign: Campaign
    token: str
    listed: dict[str, Any]
    """What is kept of the list: `header`, `phone`, and `fields`, placeholder → column."""
    people: int = 0
    parts: int = 0
    rows_done: int = 0
    _mended: bool = False
    _n: int = 1
    _open: list[Addressee] = field(default_factory=list)
    _open_parts: list[int] = field(default_factory=list)
    _piles: Counter[str] = field(default_factory=Counter)
    _regions: Counter[str | None] = field(default_factory=Counter)
    _digest: Any = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        # The number has its own column, as it stands in the file.
        used = {*self.columns.values(), self.listed["phone"]}
        self._split = _Split(self.listed["header"], self.columns, used)
        self._template = Template.parse(self.campaign.text)
        self._options = self.campaign.options
        self._fill = sizer_for(self._template, self.columns, self._options)
        self.costs = CostMapper(self._template, self._options, tuple(self.columns))

    @property
    def columns(self) -> dict[str, str]:
        fields: dict[str, str] = self.listed["fields"]
        return fields

    @property
    def kept(self) -> dict[str, Any]:
        """Of the list, for the file back."""
        return {**self.listed, "mended": True} if self._mended else self.listed

    def obstacle(self) -> str | None:
        """Why this text cannot be sent to anybody; the page says it before, so this is the last gate."""
        if not self.campaign.text.strip():
            return "no_text"
        if self._template.problems:
            return "text_problem"
        if set(self._template.fields) - set(self.columns):
            return "unknown_field"
        return None

    def add(self, listed: Listed, staged: Staged, spent: Collection[int] = ()) -> None:
        """Stage these rows, and submissions as far as they are full. `spent`: whoever must not be sent to again."""
        messages = self._fill(listed.fields)
        values, fields, others = self._split(listed.fields)
        piles, problems, details = self._fates(listed, messages, spent)
        is_planned = [pile == _RECEIVE for pile in piles]
        parts = [size.parts if planned else 0 for (_, size), planned in zip(messages, is_planned, strict=True)]
        numbers = self._plan(listed, messages, values, is_planned)
        outcomes = [_PENDING if planned else None for planned in is_planned]
        staged.add(
            (listed.rows, listed.raw_numbers, listed.numbers, listed.regions, fields, others, parts, numbers),
            (piles, outcomes, problems, details, listed.duplicates_of, listed.mended),
            [mended is not None or not planned for mended, planned in zip(listed.mended, is_planned, strict=True)],
        )
        self._piles.update(piles)
        self._mended = self._mended or any(listed.mended)
        self.rows_done += len(piles)
        while len(self._open) >= self.campaign.submission_size:
            staged.add_submission(self._submission())

    def close(self, staged: Staged) -> None:
        """The last submission, which need not be full."""
        if self._open:
            staged.add_submission(self._submission())

    def deltas(self) -> Deltas:
        deltas: Deltas = Counter({("pile", pile): n for pile, n in self._piles.items()})
        deltas["state", SubmissionState.READY] = self.people
        deltas["outcome", Outcome.PENDING] = self.people
        for region, n in self._regions.items():
            deltas["country", country_key(region, None)] = n
        return deltas

    def fingerprint(self) -> str:
        """Over every body in order, when they may leave, and how many rows there were."""
        last = f"{self.campaign.start_ts}|{self.rows_done}|{self.people}"
        self._digest.update(last.encode())
        return str(self._digest.hexdigest())

    def _fates(
        self, listed: Listed, messages: Sequence[tuple[Rendered, Size]], spent: Collection[int]
    ) -> tuple[list[str], list[str | None], list[str | None]]:
        """The pile each row ends in, as the list says or because of its text or an opt-out; why, and the detail."""
        piles, problems, details = list(listed.piles), list(listed.problems), list(listed.details)
        for n, ((rendered, size), pile) in enumerate(zip(messages, piles, strict=True)):
            if pile != _RECEIVE:
                continue
            if spent and listed.rows[n] in spent:
                piles[n], problems[n] = Pile.LEFT_OUT.value, again.SPENT
            elif listed.opted_out[n]:
                piles[n], problems[n] = Pile.OPTED_OUT.value, "opted_out"
            else:
                problems[n], details[n] = None, None
                if rendered.problem:
                    piles[n], problems[n], details[n] = _TEXT_PROBLEM, rendered.problem.value, rendered.field
                elif size.parts > self._options.max_parts or size.encoding is not Encoding.GSM7:
                    problems[n], details[n] = self._text_problem(size)
                    piles[n] = _TEXT_PROBLEM if problems[n] else _RECEIVE
        return piles, problems, details

    def _plan(
        self,
        listed: Listed,
        messages: Sequence[tuple[Rendered, Size]],
        values: Sequence[Sequence[str]],
        is_planned: list[bool],
    ) -> list[int | None]:
        """Put the messages into the open submission and the next ones; in which of them each is."""
        rows, regions = list(compress(listed.rows, is_planned)), list(compress(listed.regions, is_planned))
        chosen = list(compress(messages, is_planned))
        texts, sizes = [rendered.text for rendered, _ in chosen], [size for _, size in chosen]
        self.costs.add(rows, regions, texts, [list(compress(column, is_planned)) for column in values], sizes)
        self._regions.update(regions)
        places = iter(range(len(self._open), len(self._open) + len(rows)))
        numbers = [number or "" for number in compress(listed.numbers, is_planned)]
        self._open.extend(map(Addressee, rows, numbers, texts))
        self._open_parts.extend(size.parts for size in sizes)
        size, n = self.campaign.submission_size, self._n
        return [n + next(places) // size if planned else None for planned in is_planned]

    def _text_problem(self, size: Size) -> tuple[str | None, str | None]:
        """Why a message of this size is not sent, and the detail."""
        if size.encoding is not Encoding.GSM7:
            if self._options.treatment is Treatment.REFUSE:
                return "needs_unicode", None
            if self._options.treatment is Treatment.TRANSLITERATE:
                # The API would refuse everybody in the same job.
                return "no_look_alike", None
        if size.parts > self._options.max_parts:
            return "too_many_parts", str(size.parts)
        return None, None

    def _submission(self) -> Row:
        c, size = self.campaign, self.campaign.submission_size
        addressees, parts = self._open[:size], sum(self._open_parts[:size])
        del self._open[:size], self._open_parts[:size]
        reference, people = submission_reference(self.token, c.id, self._n), len(addressees)
        digest = body_hash(job_body(api_options(self._options, c.sender, reference), c.id, addressees))
        self._digest.update(digest.encode())
        row = (c.id, self._n, reference, SubmissionState.READY.value, people, parts, digest, 0, 0)
        self.people += people
        self.parts += parts
        self._n += 1
        return row


class _Split:
    """What of a row goes into the text and what does not."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, str], used: Collection[str]) -> None:
        """`columns`: placeholder → column; `used`: what is kept elsewhere."""
        self._header, self._used = tuple(header), used
        self._sources = tuple(columns.values())
        self._others = tuple(name for name in header if name not in used)
        self._names = tuple(columns)

    def __call__(self, rows: Sequence[Mapping[str, str]]) -> tuple[list[list[str]], Sequence[str], Sequence[str]]:
        """The values of each placeholder; these of each row as JSON; its other columns as JSON."""
        values = [[row.get(column, "") for row in rows] for column in self._sources]
        return values, bulk.json_column(self._names, values, len(rows)), self._other_columns(rows)

    def _other_columns(self, rows: Sequence[Mapping[str, str]]) -> Sequence[str]:
        if all(map(self._header.__eq__, map(tuple, rows))):
            columns = [[row[name] for row in rows] for name in self._others]
            return bulk.json_column(self._others, columns, len(rows))
        return [json.dumps({name: value for name, value in row.items() if name not in self._used}) for row in rows]
