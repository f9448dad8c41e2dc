"""Rows of a list become recipients and submissions: judged one by one, in the order of the file."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sms4a.campaigns import again, bulk
from sms4a.campaigns.bodies import Addressee, api_options, body_hash, job_body, sizer_for, submission_reference
from sms4a.campaigns.bookkeeping import Deltas, country_key
from sms4a.campaigns.bulk import Row
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.cost_map import CostMapper
from sms4a.campaigns.options import Treatment
from sms4a.campaigns.states import SubmissionState
from sms4a.filling import Rendered
from sms4a.recipients import Pile
from sms4a.status import Outcome
from sms4a.templates import Template
from sms4a.text import Encoding, Size

PLAIN_COLUMNS = (
    "campaign_id", "row", "raw_number", "number", "region", "pile", "fields", "others", "parts", "submission_n",
    "outcome",
)  # fmt: skip
NOTED_COLUMNS = (*PLAIN_COLUMNS, "problem", "detail", "duplicate_of", "mended")
SUBMISSION_COLUMNS = (
    "campaign_id", "n", "reference", "state", "people", "parts", "body_hash", "due_ts", "attempt",
)  # fmt: skip

_NOTHING = (None, None, None, None)
_RECEIVE, _PENDING = Pile.RECEIVE.value, Outcome.PENDING.value


class Listed(NamedTuple):
    """A row of a checked list."""

    row: int
    raw_number: str
    number: str | None
    region: str | None
    pile: str
    problem: str | None
    detail: str | None
    duplicate_of: int | None
    mended: str | None
    """JSON."""
    opted_out: bool
    """Since the list was checked."""
    fields: dict[str, str]


@dataclass
class Staged:
    """What is still to be written to the tables `recipient` and `submission`."""

    plain: list[object] = field(default_factory=list)
    """Recipients: the values of `PLAIN_COLUMNS`, row after row."""
    noted: list[object] = field(default_factory=list)
    """Those with something to note: the values of `NOTED_COLUMNS`."""
    submissions: list[Row] = field(default_factory=list)


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
    _open_parts: int = 0
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

    def add(self, rows: Sequence[Listed], staged: Staged, spent: Collection[int] = ()) -> None:
        """Stage these rows, and submissions as far as they are full. `spent`: whoever must not be sent to again."""
        messages = self._fill([listed.fields for listed in rows])
        for listed, message in zip(rows, messages, strict=True):
            values, notes = self._recipient(listed, message, listed.row in spent)
            if notes == _NOTHING:
                staged.plain.extend(values)
            else:
                staged.noted.extend(values + notes)
            if len(self._open) == self.campaign.submission_size:
                staged.submissions.append(self._submission())
            self.rows_done += 1

    def close(self) -> list[Row]:
        """The last submission, which need not be full."""
        return [self._submission()] if self._open else []

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

    def _recipient(self, listed: Listed, message: tuple[Rendered, Size], spent: bool) -> tuple[Row, Row]:
        """One row of the list in the pile it ends in: as the list says, or because of its text or an opt-out."""
        pile, problem, detail = listed.pile, listed.problem, listed.detail
        if pile == _RECEIVE:
            if spent:
                pile, problem = Pile.LEFT_OUT.value, again.SPENT
            elif listed.opted_out:
                pile, problem = Pile.OPTED_OUT.value, "opted_out"
        values, fields, others = self._split(listed.fields)
        parts, n, outcome = 0, None, None
        if pile == _RECEIVE:
            problem, detail, parts = self._plan(listed, *message, values)
            if problem:
                pile = Pile.TEXT_PROBLEM.value
            else:
                n, outcome = self._n, _PENDING
        self._piles[pile] += 1
        self._mended = self._mended or listed.mended is not None
        return (
            self.campaign.id, listed.row, listed.raw_number, listed.number, listed.region, pile, fields, others, parts,
            n, outcome,
        ), (problem, detail, listed.duplicate_of, listed.mended)  # fmt: skip

    def _plan(
        self, listed: Listed, rendered: Rendered, size: Size, values: Sequence[str]
    ) -> tuple[str | None, str | None, int]:
        """Put the message of this row into the open submission: (None, None, parts), or why not and the detail."""
        if rendered.problem:
            return rendered.problem.value, rendered.field, 0
        problem, detail = self._text_problem(size)
        if problem:
            return problem, detail, 0
        self._open.append(Addressee(listed.row, listed.number or "", rendered.text))
        self._open_parts += size.parts
        self.costs.add(listed.row, listed.region, rendered.text, values, size)
        self._regions[listed.region] += 1
        return None, None, size.parts

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
        c, people, parts = self.campaign, len(self._open), self._open_parts
        reference = submission_reference(self.token, c.id, self._n)
        digest = body_hash(job_body(api_options(self._options, c.sender, reference), c.id, self._open))
        self._digest.update(digest.encode())
        row = (c.id, self._n, reference, SubmissionState.READY.value, people, parts, digest, 0, 0)
        self.people += people
        self.parts += parts
        self._n += 1
        self._open, self._open_parts = [], 0
        return row


class _Split:
    """What of a row goes into the text and what does not."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, str], used: Collection[str]) -> None:
        """`columns`: placeholder → column; `used`: what is kept elsewhere."""
        self._header, self._used = tuple(header), used
        self._sources = tuple(columns.values())
        self._others = tuple(name for name in header if name not in used)
        self._fields_json, self._others_json = bulk.json_writer(tuple(columns)), bulk.json_writer(self._others)

    def __call__(self, row: Mapping[str, str]) -> tuple[list[str], str, str]:
        """The values of the placeholders; these as JSON; the other columns as JSON."""
        values = [row.get(column, "") for column in self._sources]
        if tuple(row) == self._header:
            others = self._others_json([row[name] for name in self._others])
        else:
            others = json.dumps({column: value for column, value in row.items() if column not in self._used})
        return values, self._fields_json(values), others
