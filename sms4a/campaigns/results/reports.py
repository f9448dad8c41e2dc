"""What the database knows about campaigns, for reading: figures from counters, rows in pages, stories of one person."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from sms4a.campaigns.analysis import NO_TEST, Analysis, selected, tallies
from sms4a.campaigns.begin import BEGIN_TS
from sms4a.campaigns.brakes import hold_of
from sms4a.campaigns.drafts import unsent
from sms4a.campaigns.results.people import AnyRow, People, submission_rows
from sms4a.campaigns.sending import turns
from sms4a.campaigns.spellings import found_in
from sms4a.campaigns.stages import Stage
from sms4a.campaigns.states import SENT_STATES, CampaignState, SubmissionState
from sms4a.campaigns.tables import campaign, counter, draft, job, submission
from sms4a.campaigns.tiles import Tally
from sms4a.campaigns.views import (
    CampaignFilter,
    CampaignRow,
    Decisions,
    Freshness,
    Hold,
    MissedStart,
    Progress,
    Queue,
    Selection,
    SubmissionRow,
)

RATE_WINDOW_MS = 5 * 60_000
"""The pace of a running campaign is that of its last five minutes."""

# Two answers a moment apart say nothing about the next hour.
RATE_EVIDENCE_MS = 5_000

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

_HERE = (SubmissionState.READY, SubmissionState.HELD, SubmissionState.SENDING)

_URGENCY = {Stage.PAUSED: 1, Stage.MISSED: 1, Stage.SCHEDULED: 2, Stage.LEFT: 3}


class Reports(Analysis, People):
    """Queries that change nothing. Totals come from `counter`; rows are read a page at a time."""

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
        query = sa.select(*_CAMPAIGN_COLUMNS).where(selected(selection)).order_by(BEGIN_TS.desc(), campaign.c.id)
        with self.database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            return _campaign_rows(connection, rows)

    def running(self, now_ts: int) -> tuple[Progress, ...]:
        """Campaigns that are sending, then those that are paused, wait for their time, or have left."""
        query = (
            sa.select(campaign.c.id)
            .where(campaign.c.state.in_((CampaignState.SENDING, CampaignState.PAUSED)), NO_TEST)
            .order_by(BEGIN_TS, campaign.c.id)
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
            return tallies(connection, [campaign_id])[campaign_id]

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
            return hold_of(connection)

    def decisions(self, now_ts: int, *, draft_days: int = 14) -> Decisions:
        """What waits for a person; drafts count as old after so many days without a change."""
        query = sa.select(sa.func.count()).where(unsent, draft.c.updated_ts < now_ts - draft_days * 86_400_000)
        late = sa.select(campaign.c.id, campaign.c.name, campaign.c.start_ts, campaign.c.people).where(
            campaign.c.state == CampaignState.PAUSED, campaign.c.problem == "missed_start"
        )
        with self.database.read() as connection:
            drafts = connection.execute(query).scalar_one()
            missed = tuple(MissedStart(*row) for row in connection.execute(late.order_by(campaign.c.start_ts)))
            hold = hold_of(connection)
        return Decisions(self.unclear(), self.held(), missed, hold, drafts)

    def freshness(self) -> Freshness:
        since_ts = sa.case((job.c.campaign_id.is_not(None), job.c.receipt_ts))
        oldest_ts = sa.func.min(sa.func.coalesce(job.c.looked_ts, since_ts))
        query = sa.select(sa.func.count(), sa.func.count(job.c.looked_ts), oldest_ts).where(job.c.settled.is_(False))
        with self.database.read() as connection:
            return Freshness(*connection.execute(query).one())

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
            return submission_rows(connection, condition)


def _campaign_conditions(search: str, show: CampaignFilter, now_ts: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [campaign.c.state.in_(SENT_STATES), NO_TEST]
    if words := search.strip():
        conditions.append(found_in([campaign.c.name], words))
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


def _campaign_rows(connection: Connection, rows: Sequence[AnyRow]) -> tuple[CampaignRow, ...]:
    """With what the counters say of them."""
    ids = [row.id for row in rows]
    found = tallies(connection, ids)
    waiting = sa.select(counter.c.campaign_id, sa.func.sum(counter.c.n)).where(
        counter.c.campaign_id.in_(ids), counter.c.kind == "state", counter.c.key.in_(_HERE)
    )
    here = {campaign_id: int(n) for campaign_id, n in connection.execute(waiting.group_by(counter.c.campaign_id))}
    return tuple(
        CampaignRow(
            **(row._asdict() | {"state": CampaignState(row.state)}), tally=found[row.id], here=here.get(row.id, 0)
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
    rate = _rate(connection, campaign_id, now_ts) if leaving and hold_of(connection) is None else None
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
        outstanding=0 if waiting + sending or not states.get(s.ACCEPTED) else _outstanding(connection, campaign_id),
        rate_per_s=rate,
        done_ts=now_ts + round((waiting + sending) / rate * 1000) if rate else None,
        after=turns.before(connection, campaign_id, now_ts) if leaving and not sending else (),
    )


def _outstanding(connection: Connection, campaign_id: str) -> int:
    """People of the jobs that are not settled whose result is not final."""
    query = sa.select(sa.func.coalesce(sa.func.sum(job.c.people - job.c.final), 0)).where(
        job.c.campaign_id == campaign_id, ~job.c.settled
    )
    return int(connection.execute(query).scalar_one())


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
