"""What the database knows about campaigns, for reading: figures from counters, rows in pages, stories of one person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from sms4a.campaigns.database import Database
from sms4a.campaigns.ledger import EMERGENCY
from sms4a.campaigns.states import SENT_STATES, CampaignState, SubmissionState
from sms4a.campaigns.tables import audit, campaign, counter, draft, job, recipient, sender, sms_status, submission
from sms4a.campaigns.views import (
    OUTCOME_OF_VERDICT,
    TILE_OF,
    CampaignFilter,
    CampaignRow,
    Decisions,
    Event,
    Freshness,
    Funnel,
    Hold,
    MissedStart,
    Progress,
    Queue,
    RecipientRow,
    Selection,
    Stage,
    StatusRow,
    Story,
    SubmissionRow,
    Tally,
    Tile,
)
from sms4a.numbers import read_number
from sms4a.recipients import Pile
from sms4a.status import Outcome

RATE_WINDOW_MS = 5 * 60_000
"""The pace of a running campaign is that of its last five minutes."""

# Two answers a moment apart say nothing about the next hour.
RATE_EVIDENCE_MS = 5_000

EXPORT_CHUNK = 5_000
"""Rows read at a time for a download, so that a million of them never lie in memory as objects."""

ROW_DIGITS = 6
"""A search of up to so many digits means a row of the file or the end of a number; a longer one means a number."""


# A campaign counts on the day it begins to leave, not on the day somebody scheduled it.
_begin_ts: ColumnElement[int] = sa.case(
    (campaign.c.start_ts > campaign.c.sent_ts, campaign.c.start_ts), else_=campaign.c.sent_ts
)

# Tests to one's own numbers are no campaigns for whoever reads figures.
_NO_TEST: ColumnElement[bool] = campaign.c.test_of.is_(None)

_CAMPAIGN_COLUMNS = (
    campaign.c.id,
    campaign.c.name,
    campaign.c.state,
    campaign.c.people,
    campaign.c.parts,
    campaign.c.rows_total,
    campaign.c.sender,
    campaign.c.list_name,
    campaign.c.actor,
    campaign.c.sent_ts,
    campaign.c.start_ts,
    campaign.c.release_ts,
    campaign.c.finished_ts,
    campaign.c.problem,
)

# A row of any query, whose columns are taken by name.
AnyRow = Row[*tuple[Any, ...]]

_HERE = (SubmissionState.READY, SubmissionState.HELD, SubmissionState.SENDING)

_URGENCY = {Stage.PAUSED: 1, Stage.MISSED: 1, Stage.SCHEDULED: 2, Stage.LEFT: 3}

_FAILED_OUTCOMES = tuple(outcome for outcome, tile in TILE_OF.items() if tile is Tile.FAILED)


class Reports:
    """Queries that change nothing. Totals come from `counter`; rows are read a page at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def campaigns(
        self,
        *,
        search: str = "",
        show: CampaignFilter = CampaignFilter.ALL,
        now_ts: int = 0,
        offset: int = 0,
        limit: int = 25,
    ) -> tuple[CampaignRow, ...]:
        """Campaigns somebody sent or scheduled, newest first; `now_ts` tells scheduled from sending."""
        query = sa.select(*_CAMPAIGN_COLUMNS).where(*_campaign_conditions(search, show, now_ts))
        query = query.order_by(campaign.c.sent_ts.desc(), campaign.c.id).offset(offset).limit(limit)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
            return _campaign_rows(connection, rows)

    def campaign_count(self, *, search: str = "", show: CampaignFilter = CampaignFilter.ALL, now_ts: int = 0) -> int:
        query = sa.select(sa.func.count()).select_from(campaign).where(*_campaign_conditions(search, show, now_ts))
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def campaigns_in(self, selection: Selection, *, limit: int = 500) -> tuple[CampaignRow, ...]:
        """Campaigns of a period with their tallies, newest first."""
        query = sa.select(*_CAMPAIGN_COLUMNS).where(_selected(selection)).order_by(_begin_ts.desc(), campaign.c.id)
        with self.database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            return _campaign_rows(connection, rows)

    def running(self, now_ts: int) -> tuple[Progress, ...]:
        """Campaigns that are sending, then those that are paused, wait for their time, or have left."""
        query = (
            sa.select(campaign.c.id)
            .where(campaign.c.state.in_((CampaignState.SENDING, CampaignState.PAUSED)), _NO_TEST)
            .order_by(_begin_ts, campaign.c.id)
        )
        with self.database.read() as connection:
            ids = connection.execute(query).scalars().all()
            found = [_progress(connection, campaign_id, now_ts) for campaign_id in ids]
        present = (progress for progress in found if progress is not None)
        return tuple(sorted(present, key=lambda progress: _URGENCY.get(progress.stage(now_ts), 0)))

    def progress(self, campaign_id: str, now_ts: int) -> Progress | None:
        with self.database.read() as connection:
            return _progress(connection, campaign_id, now_ts)

    def tally(self, campaign_id: str) -> Tally:
        with self.database.read() as connection:
            return _tallies(connection, [campaign_id])[campaign_id]

    def totals(self, selection: Selection) -> tuple[int, Tally]:
        """How many campaigns a selection has, and their rows by where they stand."""
        with self.database.read() as connection:
            count = connection.execute(
                sa.select(sa.func.count()).select_from(campaign).where(_selected(selection))
            ).scalar_one()
            figures = connection.execute(
                _counters("outcome", "pile")
                .with_only_columns(counter.c.kind, counter.c.key, sa.func.sum(counter.c.n))
                .where(_selected(selection))
                .group_by(counter.c.kind, counter.c.key)
            ).all()
        return count, _tally((kind, key, int(n)) for kind, key, n in figures)

    def funnel(self, selection: Selection) -> Funnel:
        with self.database.read() as connection:
            rows = connection.execute(
                _counters("outcome", "pile", "state")
                .with_only_columns(counter.c.kind, counter.c.key, sa.func.sum(counter.c.n))
                .where(_selected(selection))
                .group_by(counter.c.kind, counter.c.key)
            ).all()
        figures = {(kind, key): int(n) for kind, key, n in rows}
        accepted = (SubmissionState.ACCEPTED, SubmissionState.SETTLED)
        return Funnel(
            uploaded=sum(n for (kind, _), n in figures.items() if kind == "pile"),
            planned=figures.get(("pile", Pile.RECEIVE), 0),
            accepted=sum(figures.get(("state", state), 0) for state in accepted),
            delivered=figures.get(("outcome", Outcome.DELIVERED), 0),
        )

    def reasons(self, selection: Selection, tile: Tile = Tile.FAILED) -> tuple[tuple[str, int], ...]:
        """Verdict and people for one tile, most people first."""
        query = (
            _counters("verdict")
            .with_only_columns(counter.c.key, sa.func.sum(counter.c.n))
            .where(_selected(selection))
            .group_by(counter.c.key)
        )
        with self.database.read() as connection:
            rows = [(verdict, int(n)) for verdict, n in connection.execute(query)]
        wanted = [(v, n) for v, n in rows if n and TILE_OF[OUTCOME_OF_VERDICT.get(v, Outcome.UNKNOWN)] is tile]
        return tuple(sorted(wanted, key=lambda pair: (-pair[1], pair[0])))

    def piles(self, campaign_id: str) -> dict[Pile, int]:
        """Rows of the list by pile; only piles that have rows."""
        query = sa.select(counter.c.key, counter.c.n).where(
            counter.c.campaign_id == campaign_id, counter.c.kind == "pile", counter.c.n > 0
        )
        with self.database.read() as connection:
            return {Pile(key): n for key, n in connection.execute(query)}

    def delivered_by_minute(self, campaign_id: str) -> tuple[tuple[int, int], ...]:
        """Begin of the minute (epoch ms) and people delivered in it, oldest first; minutes without any are missing."""
        query = sa.select(counter.c.key, counter.c.n).where(
            counter.c.campaign_id == campaign_id, counter.c.kind == "delivered", counter.c.n > 0
        )
        with self.database.read() as connection:
            return tuple(sorted((int(key), n) for key, n in connection.execute(query)))

    def daily(
        self, days: int, now_ts: int, zone: tzinfo, campaign_id: str | None = None
    ) -> tuple[tuple[date, Tally], ...]:
        """The last `days` days up to today in `zone`, oldest first, with what began to leave on them."""
        today = datetime.fromtimestamp(now_ts / 1000, zone).date()
        dates = [today - timedelta(days=back) for back in reversed(range(days))]
        selection = Selection(start_of_day(dates[0], zone), now_ts + 1, campaign_id)
        query = (
            _counters("outcome", "pile")
            .with_only_columns(_begin_ts, counter.c.kind, counter.c.key, counter.c.n)
            .where(_selected(selection))
        )
        found: dict[date, list[tuple[str, str, int]]] = {day: [] for day in dates}
        with self.database.read() as connection:
            for begin_ts, kind, key, n in connection.execute(query):
                found[datetime.fromtimestamp(begin_ts / 1000, zone).date()].append((kind, key, n))
        return tuple((day, _tally(figures)) for day, figures in found.items())

    def recipients(
        self,
        campaign_id: str,
        *,
        tile: Tile | None = None,
        search: str = "",
        home: str = "DE",
        offset: int = 0,
        limit: int = 25,
    ) -> tuple[RecipientRow, ...]:
        """One page in the order of the file. `search`: a row, a number in any spelling, or the end of one."""
        query = (
            sa.select(recipient)
            .where(*_recipient_conditions(campaign_id, tile, search, home))
            .order_by(recipient.c.row)
            .offset(offset)
            .limit(limit)
        )
        with self.database.read() as connection:
            return _recipient_rows(connection, campaign_id, connection.execute(query).all())

    def recipient_count(self, campaign_id: str, *, tile: Tile | None = None, search: str = "", home: str = "DE") -> int:
        """How many rows `recipients` has in all; from the counters unless something is searched."""
        if not search.strip():
            tally = self.tally(campaign_id)
            return tally.rows if tile is None else tally[tile]
        conditions = _recipient_conditions(campaign_id, tile, search, home)
        with self.database.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(recipient).where(*conditions)).scalar_one()

    def export(
        self, campaign_id: str, *, tile: Tile | None = None, search: str = "", home: str = "DE"
    ) -> Iterator[RecipientRow]:
        """All rows that `recipients` pages through, read in chunks."""
        conditions = _recipient_conditions(campaign_id, tile, search, home)
        last = -1
        while True:
            query = sa.select(recipient).where(*conditions, recipient.c.row > last).order_by(recipient.c.row)
            with self.database.read() as connection:
                rows = _recipient_rows(connection, campaign_id, connection.execute(query.limit(EXPORT_CHUNK)).all())
            yield from rows
            if len(rows) < EXPORT_CHUNK:
                return
            last = rows[-1].row

    def story(self, campaign_id: str, row: int) -> Story | None:
        query = sa.select(recipient).where(recipient.c.campaign_id == campaign_id, recipient.c.row == row)
        status_query = (
            sa.select(sms_status)
            .where(sms_status.c.campaign_id == campaign_id, sms_status.c.row == row)
            .order_by(sms_status.c.sent_ts, sms_status.c.sms_id)
        )
        with self.database.read() as connection:
            found = _recipient_rows(connection, campaign_id, connection.execute(query).all())
            if not found:
                return None
            mine = sa.and_(submission.c.campaign_id == campaign_id, submission.c.n == found[0].submission_n)
            submissions = _submission_rows(connection, mine)
            statuses = tuple(_status_row(status) for status in connection.execute(status_query))
            attempts = sa.and_(
                audit.c.object == f"campaign:{campaign_id}",
                audit.c.detail["submission"].as_integer() == found[0].submission_n,
            )
            events = tuple(
                _event(event) for event in connection.execute(sa.select(audit).where(attempts).order_by(audit.c.id))
            )
        return Story(found[0], submissions[0] if submissions else None, statuses, events)

    def timeline(self, campaign_id: str, *, limit: int = 100) -> tuple[Event, ...]:
        """What people did with this campaign and what the sender met, oldest first; the newest `limit` of them.

        Hand-overs that went well are left out: there may be a thousand, and the figures tell of them.
        """
        query = (
            sa.select(audit)
            .where(audit.c.object == f"campaign:{campaign_id}", audit.c.action != SubmissionState.ACCEPTED)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(reversed([_event(row) for row in connection.execute(query)]))

    def unclear(self, campaign_id: str | None = None) -> tuple[SubmissionRow, ...]:
        """Submissions of which we do not know whether they were accepted, oldest first."""
        return self._submissions((SubmissionState.UNCERTAIN, SubmissionState.UNDECIDED), campaign_id)

    def held(self, campaign_id: str | None = None) -> tuple[SubmissionRow, ...]:
        """Submissions that wait until something about them is mended."""
        return self._submissions((SubmissionState.HELD,), campaign_id)

    def refused(self, campaign_id: str) -> tuple[SubmissionRow, ...]:
        """Submissions whose content the API refused."""
        return self._submissions((SubmissionState.REFUSED,), campaign_id)

    def hold(self) -> Hold | None:
        """Why nothing at all is being sent; None if nothing stands in the way."""
        with self.database.read() as connection:
            return _hold(connection)

    def decisions(self, now_ts: int, *, draft_days: int = 14) -> Decisions:
        """What waits for a person; drafts count as old after so many days without a change."""
        query = sa.select(sa.func.count(), sa.func.min(draft.c.updated_ts)).where(
            draft.c.sent_ts.is_(None), draft.c.updated_ts < now_ts - draft_days * 86_400_000
        )
        late = sa.select(campaign.c.id, campaign.c.name, campaign.c.start_ts, campaign.c.people).where(
            campaign.c.state == CampaignState.PAUSED, campaign.c.problem == "missed_start"
        )
        with self.database.read() as connection:
            drafts, oldest_ts = connection.execute(query).one()
            missed = tuple(MissedStart(*row) for row in connection.execute(late.order_by(campaign.c.start_ts)))
            hold = _hold(connection)
        return Decisions(self.unclear(), self.held(), missed, hold, drafts, oldest_ts)

    def freshness(self) -> Freshness:
        query = sa.select(
            sa.func.count(),
            sa.func.count(job.c.looked_ts),
            sa.func.min(job.c.looked_ts),
            sa.func.max(job.c.looked_ts),
        ).where(job.c.settled.is_(False))
        with self.database.read() as connection:
            total, looked, oldest, newest = connection.execute(query).one()
        return Freshness(total, total - looked, oldest, newest)

    def queue(self, now_ts: int) -> Queue:
        """What the sender has before it: submissions that are ready in campaigns that are sending."""
        due = sa.func.sum(sa.case((submission.c.due_ts <= now_ts, 1), else_=0))
        query = (
            sa.select(sa.func.count(), sa.func.sum(submission.c.people), due)
            .join_from(submission, campaign)
            .where(submission.c.state == SubmissionState.READY, campaign.c.state == CampaignState.SENDING)
        )
        with self.database.read() as connection:
            submissions, people, due_now = connection.execute(query).one()
        return Queue(submissions, int(people or 0), int(due_now or 0))

    def _submissions(self, states: Sequence[SubmissionState], campaign_id: str | None) -> tuple[SubmissionRow, ...]:
        condition: ColumnElement[bool] = submission.c.state.in_(states)
        if campaign_id is not None:
            condition = sa.and_(condition, submission.c.campaign_id == campaign_id)
        with self.database.read() as connection:
            return _submission_rows(connection, condition)


def start_of_day(day: date, zone: tzinfo) -> int:
    """Midnight in `zone` as epoch milliseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _selected(selection: Selection) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [campaign.c.state.in_(SENT_STATES)]
    if selection.campaign_id is not None:
        conditions.append(campaign.c.id == selection.campaign_id)
    else:
        conditions.append(_NO_TEST)
    if selection.since_ts is not None:
        conditions.append(_begin_ts >= selection.since_ts)
    if selection.until_ts is not None:
        conditions.append(_begin_ts < selection.until_ts)
    return sa.and_(*conditions)


def _campaign_conditions(search: str, show: CampaignFilter, now_ts: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [campaign.c.state.in_(SENT_STATES), _NO_TEST]
    if words := search.strip():
        # SQLite folds only A to Z, so the other letters are tried in both cases.
        spellings = {words.lower(), words.upper(), words.title(), words.casefold()}
        conditions.append(sa.or_(*(campaign.c.name.icontains(spelling, autoescape=True) for spelling in spellings)))
    later = sa.func.coalesce(campaign.c.start_ts, 0) > now_ts
    here = sa.exists().where(
        counter.c.campaign_id == campaign.c.id, counter.c.kind == "state", counter.c.key.in_(_HERE), counter.c.n > 0
    )
    sending = campaign.c.state == CampaignState.SENDING
    if show is CampaignFilter.SCHEDULED:
        conditions += [sending, later, here]
    elif show is CampaignFilter.SENDING:
        conditions += [sending, sa.not_(later), here]
    elif show is CampaignFilter.LEFT:
        conditions += [campaign.c.state.in_((CampaignState.SENDING, CampaignState.PAUSED)), sa.not_(here)]
    elif show is CampaignFilter.PAUSED:
        conditions += [campaign.c.state == CampaignState.PAUSED, here]
    elif show is not CampaignFilter.ALL:
        conditions.append(campaign.c.state == CampaignState(show.value))
    return conditions


def _counters(*kinds: str) -> sa.Select[Any]:
    return sa.select(counter).join_from(counter, campaign).where(counter.c.kind.in_(kinds))


def _tally(figures: Iterable[tuple[str, str, int]]) -> Tally:
    """From counters of the kinds `outcome` and `pile`."""
    tiles: dict[Tile, int] = {}
    cancelled = 0
    for kind, key, n in figures:
        if kind == "pile" and key == Pile.RECEIVE:
            continue
        tile = Tile.LEFT_OUT if kind == "pile" else TILE_OF[Outcome(key)]
        tiles[tile] = tiles.get(tile, 0) + n
        cancelled += n if (kind, key) == ("outcome", Outcome.CANCELLED) else 0
    return Tally({tile: n for tile in Tile if (n := tiles.get(tile, 0))}, cancelled)


def _tallies(connection: Connection, campaign_ids: Sequence[str]) -> dict[str, Tally]:
    query = sa.select(counter.c.campaign_id, counter.c.kind, counter.c.key, counter.c.n).where(
        counter.c.campaign_id.in_(campaign_ids), counter.c.kind.in_(("outcome", "pile"))
    )
    found: dict[str, list[tuple[str, str, int]]] = {campaign_id: [] for campaign_id in campaign_ids}
    for campaign_id, kind, key, n in connection.execute(query):
        found[campaign_id].append((kind, key, n))
    return {campaign_id: _tally(figures) for campaign_id, figures in found.items()}


def _campaign_rows(connection: Connection, rows: Sequence[AnyRow]) -> tuple[CampaignRow, ...]:
    """With what the counters say of them."""
    ids = [row.id for row in rows]
    tallies = _tallies(connection, ids)
    waiting = sa.select(counter.c.campaign_id, sa.func.sum(counter.c.n)).where(
        counter.c.campaign_id.in_(ids), counter.c.kind == "state", counter.c.key.in_(_HERE)
    )
    here = {campaign_id: int(n) for campaign_id, n in connection.execute(waiting.group_by(counter.c.campaign_id))}
    return tuple(
        CampaignRow(
            **(row._asdict() | {"state": CampaignState(row.state)}), tally=tallies[row.id], here=here.get(row.id, 0)
        )
        for row in rows
    )


def _progress(connection: Connection, campaign_id: str, now_ts: int) -> Progress | None:
    columns = (campaign.c.name, campaign.c.state, campaign.c.problem, campaign.c.start_ts, campaign.c.release_ts)
    about = connection.execute(sa.select(*columns).where(campaign.c.id == campaign_id)).one_or_none()
    if about is None:
        return None
    counted = connection.execute(
        sa.select(counter.c.key, counter.c.n).where(counter.c.campaign_id == campaign_id, counter.c.kind == "state")
    ).all()
    states = {SubmissionState(key): n for key, n in counted}

    def people(*wanted: SubmissionState) -> int:
        return sum(states.get(state, 0) for state in wanted)

    s = SubmissionState
    waiting, sending = people(s.READY, s.HELD), people(s.SENDING)
    state = CampaignState(about.state)
    leaving = (
        state is CampaignState.SENDING and (about.release_ts or about.start_ts or 0) <= now_ts and waiting + sending > 0
    )
    rate = _rate(connection, campaign_id, now_ts) if leaving and _hold(connection) is None else None
    return Progress(
        campaign_id=campaign_id,
        name=about.name,
        state=state,
        problem=about.problem,
        start_ts=about.start_ts,
        release_ts=about.release_ts,
        people=sum(states.values()),
        waiting=waiting,
        sending=sending,
        accepted=people(s.ACCEPTED, s.SETTLED),
        unclear=people(s.UNCERTAIN, s.UNDECIDED),
        ended=people(s.REFUSED, s.STOPPED, s.WRITTEN_OFF),
        rate_per_s=rate,
        done_ts=now_ts + round((waiting + sending) / rate * 1000) if rate else None,
    )


def _rate(connection: Connection, campaign_id: str, now_ts: int) -> float | None:
    """People per second accepted within the window; None with fewer than two answers or too short a time between."""
    query = sa.select(submission.c.answer_ts, submission.c.people).where(
        submission.c.campaign_id == campaign_id,
        submission.c.state.in_((SubmissionState.ACCEPTED, SubmissionState.SETTLED)),
        submission.c.answer_ts >= now_ts - RATE_WINDOW_MS,
    )
    answers = sorted((ts, people) for ts, people in connection.execute(query.where(submission.c.answer_ts <= now_ts)))
    if len(answers) < 2 or now_ts - answers[0][0] < RATE_EVIDENCE_MS:
        return None
    # The first answer only starts the clock; what it took before lies outside the window.
    people = sum(int(n) for _, n in answers[1:])
    return people * 1000 / (now_ts - int(answers[0][0]))


def _recipient_conditions(campaign_id: str, tile: Tile | None, search: str, home: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [recipient.c.campaign_id == campaign_id]
    if tile is Tile.LEFT_OUT:
        conditions.append(recipient.c.pile != Pile.RECEIVE)
    elif tile is Tile.FAILED:
        conditions.append(recipient.c.outcome.in_(_FAILED_OUTCOMES))
    elif tile is not None:
        conditions.append(recipient.c.outcome == tile.value)
    if words := search.strip():
        conditions.append(_search_condition(words, home))
    return conditions


def _search_condition(words: str, home: str) -> ColumnElement[bool]:
    digits = "".join(character for character in words if character.isdecimal() and character.isascii())
    if words == digits and len(digits) <= ROW_DIGITS and not digits.startswith("0"):
        here = recipient.c.row == int(digits)
        # The last three figures of a number are what the table shows of it.
        return sa.or_(here, recipient.c.number.endswith(digits)) if len(digits) >= 3 else here
    as_in_file = recipient.c.raw_number.icontains(words, autoescape=True)
    if len(digits) < 3:
        return as_in_file
    reading = read_number(words, home)
    if reading.number is not None:
        return recipient.c.number == reading.number
    return sa.or_(recipient.c.number.contains(digits.lstrip("0") or digits), as_in_file)


def _recipient_rows(connection: Connection, campaign_id: str, rows: Sequence[AnyRow]) -> tuple[RecipientRow, ...]:
    """With the newest status of each, and the state of its submission."""
    if not rows:
        return ()
    newest_last = (
        sa.select(sms_status.c.row, sms_status.c.sent_ts, sms_status.c.finished_ts, sms_status.c.reason)
        .where(sms_status.c.campaign_id == campaign_id, sms_status.c.row.in_([row.row for row in rows]))
        .order_by(sms_status.c.sent_ts.nulls_first(), sms_status.c.sms_id)
    )
    statuses = {status.row: status for status in connection.execute(newest_last)}
    numbers = sorted({row.submission_n for row in rows if row.submission_n is not None})
    states = {
        n: SubmissionState(state)
        for n, state in connection.execute(
            sa.select(submission.c.n, submission.c.state).where(
                submission.c.campaign_id == campaign_id, submission.c.n.in_(numbers)
            )
        )
    }
    return tuple(_recipient_row(row, statuses.get(row.row), states.get(row.submission_n)) for row in rows)


def _recipient_row(row: AnyRow, status: AnyRow | None, state: SubmissionState | None) -> RecipientRow:
    return RecipientRow(
        row=row.row,
        raw_number=row.raw_number,
        number=row.number,
        region=row.region,
        pile=Pile(row.pile),
        problem=row.problem,
        detail=row.detail,
        duplicate_of=row.duplicate_of,
        parts=row.parts,
        submission_n=row.submission_n,
        submission_state=state,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        verdict=row.verdict,
        sent_ts=status.sent_ts if status is not None else None,
        finished_ts=status.finished_ts if status is not None else None,
        api_reason=status.reason if status is not None else None,
        fields=row.fields,
    )


def _event(row: AnyRow) -> Event:
    return Event(row.ts, row.actor, row.action, row.detail)


def _status_row(row: AnyRow) -> StatusRow:
    return StatusRow(
        sms_id=row.sms_id,
        process_status=row.process_status,
        status=row.status,
        reason=row.reason,
        sent_ts=row.sent_ts,
        finished_ts=row.finished_ts,
        outcome=Outcome(row.outcome),
        verdict=row.verdict,
    )


def _submission_rows(connection: Connection, condition: ColumnElement[bool]) -> tuple[SubmissionRow, ...]:
    columns = [submission.c[name] for name in SubmissionRow.__dataclass_fields__ if name != "campaign_name"]
    query = (
        sa.select(*columns, campaign.c.name.label("campaign_name"))
        .join_from(submission, campaign)
        .where(condition)
        .order_by(submission.c.attempt_ts, submission.c.campaign_id, submission.c.n)
    )
    return tuple(
        SubmissionRow(**(row._asdict() | {"state": SubmissionState(row.state)})) for row in connection.execute(query)
    )


def _hold(connection: Connection) -> Hold | None:
    row = connection.execute(sa.select(sender)).one_or_none()
    if row is None or not (row.hold_code or row.stop_ts):
        return None
    code, detail, ts = row.hold_code, row.hold_detail, row.hold_ts
    if row.stop_ts:
        code, detail, ts = EMERGENCY, row.stop_detail, row.stop_ts
    ordered = sa.select(audit.c.actor).where(
        audit.c.object == "sender:1", audit.c.action == "hold", audit.c.ts == ts, audit.c.actor != "sender"
    )
    return Hold(code, detail, ts, connection.execute(ordered.limit(1)).scalar())
