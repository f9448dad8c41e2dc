"""The judge: after every commit and at every POST it compares the rows with what the other side took."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from tests.simulation.api import Api, Job, Post
from tests.simulation.stage import START_MS

# Written down here once more, from the design and not from the code that is judged.
ARROWS = {
    ("ready", "sending"), ("ready", "held"), ("ready", "stopped"), ("ready", "accepted"), ("held", "ready"),
    ("held", "stopped"), ("sending", "accepted"), ("sending", "ready"), ("sending", "held"), ("sending", "refused"),
    ("sending", "uncertain"), ("uncertain", "accepted"), ("uncertain", "undecided"), ("undecided", "accepted"),
    ("undecided", "ready"), ("undecided", "written_off"), ("accepted", "settled"), ("held", "accepted"),
    ("stopped", "accepted"), ("refused", "accepted"), ("written_off", "accepted"),
}  # fmt: skip
ENDS = {"settled", "refused", "stopped", "written_off"}

# States that may be shown while the other side has the job.
MAY_BE_TAKEN = {"sending", "uncertain", "undecided", "accepted", "settled", "written_off"}

# What a submission may become, by what the answer to its POST means.
AFTER = {
    "accepted": {"accepted", "uncertain"},
    "refused": {"refused", "uncertain"},
    "turned_away": {"ready", "uncertain"},
    "unsent": {"ready", "uncertain"},
    "unclear": {"uncertain"},
    "none": {"uncertain"},
}
MENDS_ITSELF = {"login", "wrong_address", "certificate"}
SETTLE_MS = 3_600_000


class Violation(AssertionError):
    """A promise was broken."""


class Row(NamedTuple):
    """A submission."""

    campaign_id: str
    n: int
    reference: str
    state: str
    attempt: int
    owner: str | None
    job_id: str | None
    people: int
    body_hash: str
    due_ts: int
    look_ts: int | None
    lease_ts: int | None
    attempt_ts: int | None
    uncertain_ts: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What was checked: the hash of a body, and number → text."""

    body_hash: str
    texts: dict[str, str]


@dataclass
class Watch:
    """Rows as they were after the newest commit, and everything remembered about them."""

    connection: sqlite3.Connection
    """Its own: nobody whom it judges uses it."""
    api: Api
    rate: int
    figures: Counter[str]
    rows: dict[tuple[str, int], Row] = field(default_factory=dict)
    campaigns: dict[str, tuple[str, int | None, int, int, int | None]] = field(default_factory=dict)
    hold: str | None = None
    slow_until: int = 0
    plans: dict[str, Plan] = field(default_factory=dict)
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    opted_out: dict[str, set[str]] = field(default_factory=dict)
    """Reference → who was on the opt-out list when the newest attempt was marked."""
    licences: Counter[str] = field(default_factory=Counter)
    """Reference → how often a person had it sent again, rightly."""
    claims: list[tuple[int, int, str, int]] = field(default_factory=list)
    never_left: set[tuple[str, int]] = field(default_factory=set)
    """Attempts that ended before their POST."""
    taken: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """(campaign, number) → references of the jobs that carried it."""
    lost: set[str] = field(default_factory=set)
    """References of what left after an older copy of the database was taken, which was put back."""
    unnoticed: bool = False
    """An older copy was put back, and nothing holds as yet."""
    emergency: bool = False
    """A person has pressed the emergency stop."""
    person_acts: bool = False
    now: int = START_MS
    problems: list[str] = field(default_factory=list)
    version: int | None = None
    """SQLite's word for what others have written so far."""

    def query(self, sql: str, *values: object) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def fail(self, what: str) -> None:
        self.problems.append(what)

    def beats(self, now: int) -> None:
        """The heartbeats of a time that the run leaps over."""
        self.query("update sender set alive_ts = ?", now)

    def put_back(self, now: int) -> None:
        """The database is an older copy of itself from now on. What it has lost has happened all the same."""
        self.now, self.rows = now, self._submissions()
        attempts = {row.reference: row.attempt for row in self.rows.values()}
        gone = {key for key in self.posts.keys() | self.never_left if key[1] > attempts.get(key[0], 0)}
        self.lost |= {reference for reference, attempt in gone if (reference, attempt) in self.posts}
        self.posts = {key: post for key, post in self.posts.items() if key not in gone}
        self.never_left -= gone
        self.claims.clear()
        self.campaigns, self.hold = {}, None
        self._look_at_campaigns()
        ((stopped,),) = self.query("select stop_ts from sender")
        self.emergency, self.unnoticed = stopped is not None, bool(self.lost)

    # After every commit

    def look(self, now: int) -> None:
        self.now = now
        ((version,),) = self.query("pragma data_version")
        if version != self.version:
            self.version = version
            self._look_at_campaigns()
            self._look_at_submissions()
            self._balance()
            self._numbers()
        # The other side may have taken something meanwhile.
        self._truth()

    def _look_at_submissions(self) -> None:
        before, self.rows = self.rows, self._submissions()
        for key, row in self.rows.items():
            old = before.get(key)
            if old is None:
                self._planned(row)
            elif (old.state, old.attempt) != (row.state, row.attempt):
                self._moved(old, row)
        for key in before.keys() - self.rows.keys():
            # A copy that was taken in the middle of preparing prepares once more, with the same references.
            again = before[key].reference in self.lost and self.campaigns[key[0]][0] == "preparing"
            if not again and self._may_have_left(before[key].reference, before[key].attempt):
                self.fail(f"{before[key].reference} is gone")

    def _submissions(self) -> dict[tuple[str, int], Row]:
        sql = """select campaign_id, n, reference, state, attempt, owner, job_id, people, body_hash, due_ts, look_ts,
                 lease_ts, attempt_ts, uncertain_ts, problem from submission order by campaign_id, n"""
        return {(row[0], row[1]): Row._make(row) for row in self.query(sql)}

    def _look_at_campaigns(self) -> None:
        before = self.campaigns
        rows = self.query("select id, state, release_ts, people, rows_total, finished_ts from campaign order by id")
        self.campaigns = {row[0]: row[1:] for row in rows}
        ((hold, slow),) = self.query("select hold_code, slow_until_ts from sender")
        # An older copy of the database is the gravest of all: it takes the place of whatever holds.
        if self.hold and self.hold not in MENDS_ITSELF and hold not in (self.hold, "restored") and not self.person_acts:
            self.fail(f"the hold {self.hold} ended without a person")
        self.hold, self.slow_until = hold, slow or 0
        self.unnoticed = self.unnoticed and hold != "restored"
        for campaign_id, (state, *_) in self.campaigns.items():
            old = before.get(campaign_id)
            if old and old[0] != state:
                self._campaign_moved(campaign_id, old[0], state)

    def _campaign_moved(self, campaign_id: str, old: str, new: str) -> None:
        theirs = self.query("select state, reference, attempt from submission where campaign_id = ?", campaign_id)
        if new == "prepared" and old != "preparing" and any(self._may_have_left(*row[1:]) for row in theirs):
            self.fail("taken back after something had left")
        if new == "finished" and any(state not in ENDS for state, *_ in theirs):
            self.fail("finished with open submissions")
        reopened = old == "finished" and any(state == "accepted" for state, *_ in theirs)
        if (old, new) in {("stopped", "sending"), ("finished", "sending")} and not reopened:
            self.fail(f"a campaign went from {old} to {new}")

    def _planned(self, row: Row) -> None:
        people = self.query(
            "select number, fields from recipient where campaign_id = ? and submission_n = ?", row.campaign_id, row.n
        )
        texts = {number: f"Hello {json.loads(fields)['first name']}" for number, fields in people}
        self.plans[row.reference] = Plan(row.body_hash, texts)

    def _moved(self, old: Row, row: Row) -> None:
        name = f"{row.reference}: {old.state} → {row.state}"
        if (old.state, row.state) not in ARROWS:
            self.fail(f"{name} is not legal")
        if row.state == "sending":
            self._marked(old, row)
            return
        if old.state == "sending":
            self._answered(old, row, name)
        if row.state == "accepted":
            self._accepted(row, name)
        if row.state == "undecided":
            self.figures["undecided"] += 1
            if row.problem == "no_trace":
                self._no_trace(row)
        if (old.state, row.state) == ("undecided", "ready"):
            self._sent_again(row)
        if row.state == "written_off" and not self.query(
            "select 1 from decision where campaign_id = ? and n = ? and kind = 'write_off'", row.campaign_id, row.n
        ):
            self.fail(f"{name} without a decision")
        if row.state == "uncertain":
            self.figures["uncertain"] += 1
        if row.state == "accepted" and old.state in ("uncertain", "undecided", "ready"):
            self.figures["found"] += 1
        if row.state == "accepted" and old.state in ("held", "stopped", "refused", "written_off"):
            self.figures["accepted after all"] += 1

    def _marked(self, old: Row, row: Row) -> None:
        state, release_ts, *_ = self.campaigns[row.campaign_id]
        if row.attempt != old.attempt + 1:
            self.fail(f"{row.reference}: attempt {old.attempt} → {row.attempt}")
        if state != "sending":
            self.fail(f"{row.reference} was claimed though its campaign is {state}")
        if self.hold or self.emergency:
            self.fail(f"{row.reference} was claimed in spite of the hold {self.hold or 'emergency'}")
        if release_ts is None or release_ts > self.now or self.slow_until > self.now:
            self.fail(f"{row.reference} was claimed too early")
        self.opted_out[row.reference] = {number for (number,) in self.query("select number from opt_out")}
        self._pace(row)

    def _pace(self, row: Row) -> None:
        self.claims.append((self.now, row.people, row.reference, row.attempt))
        recent = [
            people for ts, people, reference, attempt in self.claims
            if ts > self.now - 60_000 and self._counts(reference, attempt)
        ]  # fmt: skip
        if len(recent) > 1 and sum(recent) > self.rate:
            self.fail(f"{sum(recent)} people within a minute, {self.rate} allowed")

    def _counts(self, reference: str, attempt: int) -> bool:
        """Whether the pace counts this attempt: not if it was turned away or never left."""
        post = self.posts.get((reference, attempt))
        if post is None:
            return (reference, attempt) not in self.never_left
        return post.meaning not in ("unsent", "turned_away")

    def _may_have_left(self, reference: str, attempts: int) -> bool:
        return reference in self.lost or any(self._counts(reference, attempt) for attempt in range(1, attempts + 1))

    def _answered(self, old: Row, row: Row, name: str) -> None:
        post = self.posts.get((row.reference, old.attempt))
        if post is None:
            if row.state not in ("ready", "held", "uncertain"):
                self.fail(f"{name} without a POST")
            if row.state != "uncertain":
                self.never_left.add((row.reference, old.attempt))
        elif row.state != "accepted" and row.state not in AFTER[post.meaning]:
            # By the job of an earlier attempt it may be accepted in the same moment: see `_accepted`.
            self.fail(f"{name} after an answer that means {post.meaning}")

    def _accepted(self, row: Row, name: str) -> None:
        job = self.api.jobs.get(row.job_id or "")
        if job is None or job.reference != row.reference:
            self.fail(f"{name} with the job {row.job_id}, which is not its own")
            return
        if row.reference in self.lost:
            return  # its people are those who had not opted out by what was lost
        theirs = self.query(
            "select number from recipient where campaign_id = ? and submission_n = ?", row.campaign_id, row.n
        )
        # Whoever opted out since an earlier attempt is in its job, and in the submission no more.
        others = Counter(job.numbers) - Counter(number for (number,) in theirs)
        if len(job.numbers) - others.total() != len(theirs) or others.keys() - self.opted_out.get(row.reference, set()):
            self.fail(f"{name} with a job to other people")

    def _no_trace(self, row: Row) -> None:
        looks = [
            ts for (ts,) in self.query(
                "select ts from look where campaign_id = ? and n = ? and complete and ts >= ? order by id",
                row.campaign_id, row.n, row.uncertain_ts,
            )
        ]  # fmt: skip
        if len(looks) < 3 or self.now - (row.uncertain_ts or 0) < SETTLE_MS:
            self.fail(f"{row.reference}: no trace after {len(looks)} complete looks")
        elif self._visible_at(row.reference, looks[-2]):
            self.fail(f"{row.reference}: no trace, but its job was listed")

    def _visible_at(self, reference: str, wall_ms: int) -> list[Job]:
        moment = (wall_ms - START_MS) / 1000
        return [job for job in self.api.by_reference.get(reference, ()) if job.visible_s <= moment]

    def _sent_again(self, row: Row) -> None:
        asked = self.query(
            "select kind, result, asked_ts from decision where campaign_id = ? and n = ? and done_ts is not null "
            "order by id desc limit 1",
            row.campaign_id, row.n,
        )  # fmt: skip
        if not asked or asked[0][:2] != ("again", "done"):
            self.fail(f"{row.reference} goes out again and nobody has said so")
            return
        if self._visible_at(row.reference, asked[0][2]):
            self.fail(f"{row.reference} goes out again though its job was listed")
        self.figures["sent again"] += 1
        self.licences[row.reference] += 1

    def _truth(self) -> None:
        for row in self.rows.values():
            taken = self.api.by_reference.get(row.reference)
            excused = row.reference in self.lost or self.licences[row.reference]
            if taken and row.state not in MAY_BE_TAKEN and not excused:
                self.fail(f"{row.reference} is {row.state}, and the other side has the job")

    def _balance(self) -> None:
        counted: Counter[tuple[str, str, str]] = Counter()
        rows: Counter[str] = Counter()
        planned: Counter[str] = Counter()
        in_submission: Counter[tuple[str, int]] = Counter()
        for campaign_id, pile, n, outcome, verdict, region, people in self.query(
            "select campaign_id, pile, submission_n, outcome, verdict, region, count(*) from recipient "
            "group by 1, 2, 3, 4, 5, 6"
        ):
            if self.campaigns[campaign_id][0] in ("preparing", "failed"):
                continue
            rows[campaign_id] += people
            counted[campaign_id, "pile", pile] += people
            if n is not None:
                planned[campaign_id] += people
                in_submission[campaign_id, n] += people
                counted[campaign_id, "state", self.rows[campaign_id, n].state] += people
                counted[campaign_id, "outcome", outcome] += people
                counted[campaign_id, "country", f"{region or ''}:{verdict or 'pending'}"] += people
            if verdict:
                counted[campaign_id, "verdict", verdict] += people
        kept = {
            (campaign_id, kind, key): n
            for campaign_id, kind, key, n in self.query(
                "select campaign_id, kind, key, n from counter where n != 0 and kind not in ('delivered', 'delay')"
            )
            if self.campaigns[campaign_id][0] not in ("preparing", "failed")
        }
        if kept != {key: n for key, n in counted.items() if n}:
            wrong = sorted(key for key in kept.keys() | counted.keys() if kept.get(key, 0) != counted[key])
            self.fail("; ".join(f"counter {key} is {kept.get(key, 0)}, rows {counted[key]}" for key in wrong))
        for campaign_id, (state, _, people, rows_total, _) in self.campaigns.items():
            if state not in ("preparing", "failed") and (people, rows_total) != (
                planned[campaign_id], rows[campaign_id]
            ):  # fmt: skip
                self.fail(
                    f"{campaign_id}: {people} of {rows_total}, rows {planned[campaign_id]} of {rows[campaign_id]}"
                )
        for key, row in self.rows.items():
            if self.campaigns[key[0]][0] not in ("preparing", "failed") and row.people != in_submission[key]:
                self.fail(f"{row.reference}: {row.people} people, {in_submission[key]} rows")

    def _numbers(self) -> None:
        """Whoever stands in a prepared campaign is found by the number there, and nobody else is."""
        places = 'select number, campaign_id, "row" from'
        theirs = f"{places} recipient where number is not null"
        prepared = "select id from campaign where state not in ('preparing', 'failed')"
        missing = f"{theirs} and campaign_id in ({prepared}) except {places} recipient_number"
        left_over = f"{places} recipient_number except {theirs}"
        for what, found in (("not entered", self.query(missing)), ("left over", self.query(left_over))):
            if found:
                self.fail(f"{len(found)} numbers of {found[0][1]} are {what}")

    # At every POST, and whenever the other side takes a job

    def posted(self, worker: str, body: bytes, now: int) -> Post:
        self.now = now
        document = json.loads(body)
        reference = document["options"].get("customerRef", "")
        found = self.query("select state, attempt, owner, body_hash from submission where reference = ?", reference)
        state, attempt, owner, body_hash = found[0] if found else ("gone", 0, None, None)
        if state != "sending" or (owner or "").partition("/")[0] != worker:
            self.fail(f"a POST without a marker: {reference} is {state}")
        if (reference, attempt) in self.posts:
            self.fail(f"{reference}: attempt {attempt} was sent twice")
        if sha256(body).hexdigest() != body_hash:
            self.fail(f"{reference}: other bytes than the rows say")
        if not document["options"].get("duplicateDetection"):
            self.fail(f"{reference}: without duplicate detection")
        if reference in self.plans:
            self._as_checked(reference, document, body)
        post = self.posts[reference, attempt] = Post(reference, attempt)
        return post

    def _as_checked(self, reference: str, document: dict[str, Any], body: bytes) -> None:
        plan, out = self.plans[reference], self.opted_out.get(reference, set())
        texts = dict(_texts(document))
        if out & texts.keys():
            self.fail(f"{reference}: somebody in the body had opted out")
        if sha256(body).hexdigest() == plan.body_hash:
            return
        if texts != {number: text for number, text in plan.texts.items() if number not in out}:
            self.fail(f"{reference}: not what was checked")

    def took(self, job: Job) -> None:
        reference = job.reference or ""
        extra = len(self.api.by_reference[reference]) - 1
        if extra > self.licences[reference]:
            self.fail(f"{reference} was taken {extra + 1} times")
        elif extra:
            self.figures["doubles after a decision"] += 1
        self.figures["taken"] += 1
        campaign_id = reference.split(".")[2] if reference.count(".") == 3 else ""
        for number in job.numbers:
            references = self.taken[campaign_id, number]
            references.add(reference)
            if len(references) > 1:
                self.fail(f"one number in {len(references)} submissions")

    # When everything has come to rest

    def end(self, now: int) -> None:
        self.now = now
        for key, row in self.rows.items():
            campaign_state = self.campaigns[key[0]][0]
            if row.state in ENDS or campaign_state in ("prepared", "failed", "preparing"):
                continue
            if row.state != "undecided":
                self.fail(f"{row.reference} stays {row.state} ({row.problem}) for ever")
            elif row.problem not in ("double_job", "job_differs") and row.look_ts is not None:
                old = [job for job in self.api.by_reference.get(row.reference, ()) if self._age_ms(job) > SETTLE_MS]
                if old:
                    self.fail(f"{row.reference} stays undecided though its job is listed")
        for campaign_id, (state, *_, finished_ts) in self.campaigns.items():
            ended = all(row.state in ENDS for key, row in self.rows.items() if key[0] == campaign_id)
            if ended and state in ("sending", "paused", "stopped") and finished_ts is None:
                self.fail(f"{campaign_id} is over and not finished")
        for row in self.rows.values():
            if (
                row.reference in self.lost
                and any(self._age_ms(job) > SETTLE_MS for job in self.api.by_reference.get(row.reference, ()))
                and row.state not in MAY_BE_TAKEN
            ):
                self.fail(f"{row.reference} is {row.state} in the older copy, and the other side has the job")
        for reference, jobs in self.api.by_reference.items():
            if jobs and reference not in {row.reference for row in self.rows.values()} | self.lost:
                self.fail(f"{reference} was taken and is not in the database")
            told = "select 1 from audit where detail like '%double_job%' or detail like '%job_differs%'"
            if len(jobs) > 1 and all(self._age_ms(job) > SETTLE_MS for job in jobs) and not self.query(told):
                self.fail(f"{reference} was taken {len(jobs)} times, and nobody was told")

    def _age_ms(self, job: Job) -> float:
        return self.now - START_MS - 1000 * job.visible_s


def _texts(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for message in document["messages"]:
        for person in message["recipients"]:
            yield person["dst"], message["text"]
