"""Campaigns as the sender would have left them: rows and their counters, written straight into a database."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa

from sms4a.campaigns import by_number
from sms4a.campaigns.database import Database
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.results.delays import step_of
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import (
    audit,
    campaign,
    counter,
    draft,
    job,
    recipient,
    sender,
    sms_status,
    submission,
    worker,
)
from sms4a.recipients import Pile
from sms4a.status import RULES, Outcome

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

NOW = 1_795_443_300_000
"""Monday 23 November 2026, 14:15:00 UTC (15:15 in Berlin)."""

FIRST_NAMES = ("Ada", "Björn", "Chloé", "Deniz", "Eva", "Frank", "Greta", "Halil")

# The pair of words the API gives for each verdict.
_PAIRS = {rule.verdict.code: (str(rule.process_status), rule.status or "", rule.verdict) for rule in RULES}
_OWN: dict[SubmissionState, tuple[Outcome, str]] = {
    SubmissionState.UNCERTAIN: (Outcome.UNKNOWN, "unclear"),
    SubmissionState.UNDECIDED: (Outcome.UNKNOWN, "unclear"),
    SubmissionState.WRITTEN_OFF: (Outcome.UNKNOWN, "written_off"),
    SubmissionState.REFUSED: (Outcome.FAILED, "refused"),
    SubmissionState.STOPPED: (Outcome.CANCELLED, "stopped"),
}
_WITH_A_JOB = (SubmissionState.ACCEPTED, SubmissionState.SETTLED)


@dataclass(frozen=True, slots=True)
class Batch:
    """One submission."""

    state: SubmissionState
    people: int = 0
    """Without a status of their own; those of `verdicts` come on top."""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    """Verdict code of a status → people."""
    attempt_ts: int | None = None
    answer_ts: int | None = None
    problem: str | None = None

    @property
    def size(self) -> int:
        return self.people + sum(self.verdicts.values())


def a_number(index: int) -> str:
    """From ranges reserved for fiction; after 1,100 they come again."""
    return f"+49176040690{index:02d}" if index < 100 else f"+447700900{(index - 100) % 1000:03d}"


def a_campaign(
    database: Database,
    campaign_id: str = "aaaa2222",
    *,
    name: str = "Autumn sale, first wave",
    state: CampaignState = CampaignState.SENDING,
    batches: Sequence[Batch] = (),
    left_out: Mapping[Pile, int] | None = None,
    sent_ts: int | None = NOW - 10 * MINUTE,
    start_ts: int | None = None,
    finished_ts: int | None = None,
    actor: str = "jana.roth@example.com",
    text: str = "Hello {first name}, 20 % off everything until Sunday.",
    **values: Any,
) -> str:
    """A campaign whose submissions stand as `batches` says; the counters are counted over the rows written here."""
    piles = dict(left_out or {})
    people = sum(batch.size for batch in batches)
    begin_ts = max(sent_ts or NOW, start_ts or 0)
    with database.write() as connection:
        connection.execute(
            campaign.insert().values(
                **{
                    "id": campaign_id,
                    "draft_id": f"d{campaign_id}"[:12],
                    "draft_version": 3,
                    "state": state,
                    "mode": "practice",
                    "name": name,
                    "text": text,
                    "sender": "Example",
                    "options": CampaignOptions().model_dump(mode="json"),
                    "list_id": f"l{campaign_id}"[:12],
                    "list_version": 1,
                    "list_name": "customers-november.csv",
                    "submission_size": max((batch.size for batch in batches), default=1000),
                    "rows_total": people + sum(piles.values()),
                    "rows_done": people + sum(piles.values()),
                    "people": people,
                    "parts": people,
                    "fingerprint": "f" * 64,
                    "start_ts": start_ts,
                    "actor": actor,
                    "created_ts": begin_ts - HOUR,
                    "sent_ts": sent_ts,
                    "finished_ts": finished_ts,
                }
                | values
            )
        )
        counts: Counter[tuple[str, str]] = Counter()
        row = 2  # the first row of the file is its header
        for n, batch in enumerate(batches, start=1):
            _write_batch(connection, campaign_id, n, batch, row, begin_ts, counts)
            row += batch.size
        _write_left_out(connection, campaign_id, piles, row, counts)
        for (kind, key), n in counts.items():
            connection.execute(counter.insert().values(campaign_id=campaign_id, kind=kind, key=key, n=n))
        for action, ts in (("prepare", begin_ts - HOUR), ("send", sent_ts)):
            if ts is not None:
                connection.execute(
                    audit.insert().values(
                        ts=ts, actor=actor, action=action, object=f"campaign:{campaign_id}", detail={"people": people}
                    )
                )
    return campaign_id


def a_worker(database: Database, beat_ts: int) -> None:
    """A sender that gave its last sign of life then."""
    with database.write() as connection:
        connection.execute(worker.insert().values(id="here:1", started_ts=beat_ts - HOUR, beat_ts=beat_ts))


def a_hold(database: Database, code: str, since_ts: int, detail: str | None = None) -> None:
    with database.write() as connection:
        connection.execute(sa.update(sender).values(hold_code=code, hold_detail=detail, hold_ts=since_ts))


def a_draft(database: Database, draft_id: str, updated_ts: int, *, name: str = "Untitled") -> None:
    with database.write() as connection:
        connection.execute(
            draft.insert().values(
                id=draft_id,
                version=2,  # of an empty one nobody knows
                name=name,
                text="",
                sender="",
                options={},
                actor="local",
                created_ts=updated_ts,
                updated_ts=updated_ts,
            )
        )


def _write_batch(
    connection: sa.Connection,
    campaign_id: str,
    n: int,
    batch: Batch,
    first_row: int,
    begin_ts: int,
    counts: Counter[tuple[str, str]],
) -> None:
    attempted = batch.state not in (SubmissionState.READY, SubmissionState.HELD, SubmissionState.STOPPED)
    attempt_ts = batch.attempt_ts or (begin_ts + n * 1_000 if attempted else None)
    has_job = batch.state in _WITH_A_JOB
    answer_ts = batch.answer_ts or (attempt_ts + 200 if has_job and attempt_ts else None)
    job_id = f"J.20261123-{campaign_id}-{n:04d}" if has_job else None
    reference = f"S4.TEST22.{campaign_id}.{n}"
    connection.execute(
        submission.insert().values(
            campaign_id=campaign_id,
            n=n,
            reference=reference,
            state=batch.state,
            people=batch.size,
            parts=batch.size,
            body_hash="b" * 64,
            due_ts=begin_ts,
            attempt=1 if attempted else 0,
            attempt_ts=attempt_ts,
            address="eu" if attempted else None,
            answer_ts=answer_ts,
            job_id=job_id,
            problem=batch.problem,
        )
    )
    if job_id:
        connection.execute(
            job.insert().values(
                job_id=job_id,
                address="de2",
                campaign_id=campaign_id,
                submission_n=n,
                reference=reference,
                report={},
                receipt_ts=answer_ts,
                people=batch.size,
                final=sum(batch.verdicts.values()),
                settled=batch.state is SubmissionState.SETTLED,
                looks=1,
                looked_ts=(answer_ts or begin_ts) + 2 * MINUTE,
            )
        )
    people = list(_people(campaign_id, n, batch, first_row))
    counts.update(Counter(("pile", row["pile"]) for row in people))
    counts.update(Counter(("outcome", row["outcome"]) for row in people))
    counts.update(Counter(("verdict", row["verdict"]) for row in people if row["verdict"]))
    counts.update(Counter(("country", f"{row['region']}:{row['verdict'] or 'pending'}") for row in people))
    counts["state", batch.state] += batch.size
    _write_people(connection, people)
    if job_id:
        _write_statuses(connection, campaign_id, job_id, people, (answer_ts or begin_ts), counts)


def _write_people(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(recipient.insert(), rows)
        places = [(row["number"], row["campaign_id"], row["row"]) for row in rows if row["number"]]
        by_number.enter(connection, list(chain.from_iterable(places)))


def _people(campaign_id: str, n: int, batch: Batch, first_row: int) -> Iterator[dict[str, Any]]:
    own_outcome, own_verdict = _OWN.get(batch.state, (Outcome.PENDING, None))
    fates: list[tuple[Outcome, str | None]] = [(own_outcome, own_verdict)] * batch.people
    for code, count in batch.verdicts.items():
        outcome = _PAIRS[code][2].outcome if code in _PAIRS else Outcome.UNKNOWN
        fates += [(outcome, code)] * count
    for index, (outcome, verdict) in enumerate(fates):
        row = first_row + index
        yield {
            "campaign_id": campaign_id,
            "row": row,
            "raw_number": a_number(row - 2),
            "number": a_number(row - 2),
            "region": "DE" if row < 102 else "GB",
            "pile": Pile.RECEIVE,
            "fields": {"first name": FIRST_NAMES[row % len(FIRST_NAMES)]},
            "parts": 1,
            "submission_n": n,
            "outcome": outcome,
            "verdict": verdict,
        }


def _write_statuses(
    connection: sa.Connection,
    campaign_id: str,
    job_id: str,
    people: Sequence[dict[str, Any]],
    answer_ts: int,
    counts: Counter[tuple[str, str]],
) -> None:
    rows = []
    for index, person in enumerate(people):
        code = person["verdict"]
        if code not in _PAIRS:
            continue
        process_status, status, verdict = _PAIRS[code]
        sent_ts = answer_ts + index % 60 * 100
        finished_ts = sent_ts + index % 7 * 20_000 + 5_000 if verdict.final else None
        if verdict.outcome is Outcome.DELIVERED and finished_ts:
            counts["delivered", str(finished_ts // MINUTE * MINUTE)] += 1
            counts["delay", f"{person['region']}:{step_of(finished_ts - answer_ts)}"] += 1
        rows.append(
            {
                "job_id": job_id,
                "sms_id": f"S.{campaign_id}.{person['row']}",
                "row": person["row"],
                "process_status": process_status,
                "status": status,
                "reason": "",
                "sent_ts": sent_ts,
                "finished_ts": finished_ts,
                "outcome": person["outcome"],
                "verdict": code,
            }
        )
    if rows:
        connection.execute(sms_status.insert(), rows)


def _write_left_out(
    connection: sa.Connection,
    campaign_id: str,
    piles: Mapping[Pile, int],
    first_row: int,
    counts: Counter[tuple[str, str]],
) -> None:
    row = first_row
    for pile, count in piles.items():
        counts["pile", pile] += count
        unreadable = pile is Pile.UNREADABLE
        rows = [
            {
                "campaign_id": campaign_id,
                "row": row + index,
                "raw_number": "n/a" if unreadable else a_number(index),
                "number": None if unreadable else a_number(index),
                "region": None if unreadable else "DE",
                "pile": pile,
                "problem": "no_digits" if unreadable else None,
                "duplicate_of": index + 2 if pile is Pile.DUPLICATE else None,
                "fields": {"first name": "Ines"},
                "parts": 0,
            }
            for index in range(count)
        ]
        _write_people(connection, rows)
        row += count
