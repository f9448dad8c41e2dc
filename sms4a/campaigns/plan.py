"""From a checked list and a draft to submissions: staged in chunks, made valid by one final flip."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from sms4a.campaigns import again
from sms4a.campaigns.bodies import Addressee, api_options, body_hash, job_body, sizer_for, submission_reference
from sms4a.campaigns.bookkeeping import Deltas, count, country_key
from sms4a.campaigns.cost_map import CostMapper
from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import Campaign, campaign_from
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.options import Treatment
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.sweep import clear_plan
from sms4a.campaigns.tables import campaign, contact_list, installation, list_row, opt_out, recipient, submission
from sms4a.recipients import Pile
from sms4a.status import Outcome
from sms4a.templates import Rendered, Template, matched
from sms4a.text import NO_SIZE, Encoding, Size

CHUNK_ROWS = 5_000

# Longer than any chunk takes; a planner that is silent for so long is dead, and the next one starts over.
LEASE_MS = 60_000


class Planner:
    """Prepares campaigns, one chunk after the other; a crash in the middle starts the campaign over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan_next(self, worker: str) -> bool:
        """Prepare one campaign that waits for it; False if there was none."""
        # A name of its own for each claim: a planner that slept too long must not pass for the one that took over.
        owner = f"{worker}/{random_id(4)}"
        claimed = self._claim(owner)
        if claimed is None:
            return False
        job = _Plan(claimed, *self._surroundings(claimed))
        if problem := job.obstacle():
            self._fail(claimed.id, owner, problem)
            return True
        for chunk in self._chunks(claimed):
            if not self._stage(job, owner, chunk, self._spent(claimed, chunk)):
                return True
        if job.rows_done != claimed.rows_total:
            # Rows of the list went away while it was planned: a plan of the rest would look complete.
            self._fail(claimed.id, owner, "list_changed")
            return True
        self._flip(job, owner)
        return True

    def _claim(self, owner: str) -> Campaign | None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = (
                connection.execute(
                    sa.select(campaign)
                    .where(
                        campaign.c.state == CampaignState.PREPARING,
                        sa.or_(campaign.c.lease_ts.is_(None), campaign.c.lease_ts < now),
                    )
                    .order_by(campaign.c.created_ts)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                .mappings()
                .first()
            )
            if row is None:
                return None
            connection.execute(
                sa.update(campaign)
                .where(campaign.c.id == row["id"])
                .values(owner=owner, lease_ts=now + LEASE_MS, rows_done=0)
            )
        return campaign_from(row) if self._clear(row["id"], owner) else None

    def _clear(self, campaign_id: str, owner: str) -> bool:
        """Take away what an earlier, interrupted attempt has staged; False if the campaign was lost meanwhile."""
        while True:
            with self._database.write() as connection:
                if not self._still_mine(connection, campaign_id, owner, 0):
                    return False
                if not clear_plan(connection, campaign_id, CHUNK_ROWS):
                    return True

    def _surroundings(self, c: Campaign) -> tuple[str, dict[str, Any]]:
        """The installation's token, and what is kept of the list."""
        with self._database.read() as connection:
            token = connection.execute(sa.select(installation.c.token)).scalar_one()
            listed = connection.execute(
                sa.select(contact_list.c.format, contact_list.c.answers).where(contact_list.c.id == c.list_id)
            ).one()
        chosen = listed.answers.get("fields", {})
        template = Template.parse(c.text)
        header = list(listed.format["header"])
        fields = {**matched(template, header), **chosen}
        return token, {"header": header, "phone": listed.answers.get("phone"), "fields": fields}

    def _chunks(self, c: Campaign) -> Iterator[Sequence[RowMapping]]:
        after = -1
        while True:
            with self._database.read() as connection:
                rows = (
                    connection.execute(
                        sa.select(list_row, opt_out.c.number.label("opted_out"))
                        .outerjoin(opt_out, opt_out.c.number == list_row.c.number)
                        .where(list_row.c.list_id == c.list_id, list_row.c.row > after)
                        .order_by(list_row.c.row)
                        .limit(CHUNK_ROWS)
                    )
                    .mappings()
                    .all()
                )
            if not rows:
                return
            yield rows
            after = rows[-1]["row"]

    def _spent(self, c: Campaign, chunk: Sequence[RowMapping]) -> frozenset[int]:
        """Rows of people who must not be sent to again, or were by somebody else."""
        if not c.follows:
            return frozenset()
        rows = {listed["row"] for listed in chunk}
        with self._database.read() as connection:
            safe = connection.scalars(again.may_be_sent_to(connection, c.follows, min(rows), max(rows)))
            return frozenset(rows - set(safe))

    def _stage(self, plan: "_Plan", owner: str, chunk: Sequence[RowMapping], spent: frozenset[int]) -> bool:
        recipients, submissions = plan.add(chunk, spent)
        with self._database.write() as connection:
            if not self._still_mine(connection, plan.campaign.id, owner, plan.rows_done):
                return False
            _insert(connection, recipient, recipients)
            _insert(connection, submission, submissions)
        return True

    def _flip(self, plan: "_Plan", owner: str) -> None:
        with self._database.write() as connection:
            if not self._still_mine(connection, plan.campaign.id, owner, plan.rows_done):
                return
            _insert(connection, submission, plan.close())
            count(connection, plan.campaign.id, plan.deltas())
            connection.execute(
                sa.update(campaign)
                .where(campaign.c.id == plan.campaign.id)
                .values(
                    state=CampaignState.PREPARED,
                    people=plan.people,
                    parts=plan.parts,
                    fingerprint=plan.fingerprint(),
                    cost_map=plan.costs.map.json(),
                    columns=plan.kept,
                    owner=None,
                    lease_ts=None,
                )
            )

    def _still_mine(self, connection: Connection, campaign_id: str, owner: str, rows_done: int) -> bool:
        """Renew the lease; False if the campaign was replaced, or given to another worker."""
        renewed = connection.execute(
            sa.update(campaign)
            .where(
                campaign.c.id == campaign_id,
                campaign.c.owner == owner,
                campaign.c.state == CampaignState.PREPARING,
            )
            .values(lease_ts=self._database.now(connection) + LEASE_MS, rows_done=rows_done)
        )
        return bool(renewed.rowcount)

    def _fail(self, campaign_id: str, owner: str, problem: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(campaign)
                .where(campaign.c.id == campaign_id, campaign.c.owner == owner)
                .values(state=CampaignState.FAILED, problem=problem, owner=None, lease_ts=None)
            )


@dataclass
class _Plan:
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
        self._used = {*self.columns.values(), self.listed["phone"]}
        self._template = Template.parse(self.campaign.text)
        self._options = self.campaign.options
        self._render = sizer_for(self._template, self.columns, self._options)
        self.costs = CostMapper(self._template, self._options.treatment)

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

    def add(
        self, chunk: Sequence[RowMapping], spent: frozenset[int] = frozenset()
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of the tables `recipient` and `submission`, the latter as far as they are full."""
        recipients, submissions = [], []
        for listed in chunk:
            rendered, size, judged = self._judge(listed, listed["row"] in spent)
            planned = judged["pile"] == Pile.RECEIVE
            if planned:
                judged |= {"submission_n": self._n, "outcome": Outcome.PENDING}
                self._open.append(Addressee(listed["row"], listed["number"], rendered.text))
                self._open_parts += judged["parts"]
                self.costs.add(listed["row"], listed["region"], rendered.text, judged["fields"], size)
                self._regions[judged["region"]] += 1
            self._piles[judged["pile"]] += 1
            self._mended = self._mended or judged["mended"] is not None
            recipients.append(judged)
            if len(self._open) == self.campaign.submission_size:
                submissions.append(self._submission())
        self.rows_done += len(chunk)
        return recipients, submissions

    def close(self) -> list[dict[str, Any]]:
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

    def _judge(self, listed: RowMapping, spent: bool) -> tuple[Rendered, Size, dict[str, Any]]:
        """One row of the list with the pile it ends in: as the list says, or because of its text or an opt-out."""
        pile, problem, detail = Pile(listed["pile"]), listed["problem"], listed["detail"]
        if pile is Pile.RECEIVE and spent:
            pile, problem = Pile.LEFT_OUT, again.SPENT
        rendered, size = Rendered(""), NO_SIZE
        if pile is Pile.RECEIVE and listed["opted_out"]:
            pile, problem = Pile.OPTED_OUT, "opted_out"
        if pile is Pile.RECEIVE:
            rendered, size = self._render(listed["fields"])
            problem, detail = self._text_problem(rendered, size)
            pile = Pile.TEXT_PROBLEM if problem else pile
        return (
            rendered,
            size,
            {
                "campaign_id": self.campaign.id,
                "row": listed["row"],
                "raw_number": listed["raw_number"],
                "number": listed["number"],
                "region": listed["region"],
                "pile": pile,
                "problem": problem,
                "detail": detail,
                "duplicate_of": listed["duplicate_of"],
                "mended": listed["mended"],
                "fields": {name: listed["fields"].get(column, "") for name, column in self.columns.items()},
                "others": {column: value for column, value in listed["fields"].items() if column not in self._used},
                "parts": size.parts if pile is Pile.RECEIVE else 0,
                "submission_n": None,
                "outcome": None,
            },
        )

    def _text_problem(self, rendered: Rendered, size: Size) -> tuple[str | None, str | None]:
        """Why the message of this row is not sent, and the detail."""
        if rendered.problem:
            return rendered.problem, rendered.field
        if size.encoding is not Encoding.GSM7:
            if self._options.treatment is Treatment.REFUSE:
                return "needs_unicode", None
            if self._options.treatment is Treatment.TRANSLITERATE:
                # The API would refuse everybody in the same job.
                return "no_look_alike", None
        if size.parts > self._options.max_parts:
            return "too_many_parts", str(size.parts)
        return None, None

    def _submission(self) -> dict[str, Any]:
        c, people, parts = self.campaign, len(self._open), self._open_parts
        reference = submission_reference(self.token, c.id, self._n)
        digest = body_hash(job_body(api_options(self._options, c.sender, reference), c.id, self._open))
        self._digest.update(digest.encode())
        row = {
            "campaign_id": c.id,
            "n": self._n,
            "reference": reference,
            "state": SubmissionState.READY,
            "people": people,
            "parts": parts,
            "body_hash": digest,
            "due_ts": 0,
            "attempt": 0,
        }
        self.people += people
        self.parts += parts
        self._n += 1
        self._open, self._open_parts = [], 0
        return row


def _insert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)
