"""From a released campaign to statuses: what the simulator accepted is the judge."""

import logging
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from sms4a.addresses import ADDRESSES
from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.policy import NEXT_ADDRESS_S, Ruling, accepted
from sms4a.campaigns.results.delays import step_of
from sms4a.campaigns.results.jobs import JobFilter
from sms4a.campaigns.results.person_status import PEOPLE_TOLD
from sms4a.campaigns.sending.guard import boot_clock
from sms4a.campaigns.sending.send import START_WITHIN_S
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.tables import counter, job, opt_out, recipient, sms_status, submission
from sms4a.errors import NotConnected
from sms4a.models import JobRequest, Message, Options, Recipient, SentJob
from sms4a.recipients import Pile
from sms4a.simulator import accepted_sms
from sms4a.status import Outcome
from tests.builders import a_number, customers_csv
from tests.clients import client_for
from tests.clock import Clock
from tests.line import Line, people, release_what_holds


def numbers(count: int, ending: str = "") -> list[str]:
    return [a_number(i, ending) for i in range(count)]


def states(line: Line, campaign: Campaign) -> list[str]:
    query = sa.select(submission.c.state).where(submission.c.campaign_id == campaign.id).order_by(submission.c.n)
    with line.store.database.read() as c:
        return list(c.scalars(query))


def assert_counters_equal_rows(line: Line, campaign: Campaign) -> None:
    """Every counter is what counting the rows gives."""
    with line.store.database.read() as c:
        rows = c.execute(sa.select(recipient).where(recipient.c.campaign_id == campaign.id)).mappings().all()
        state_of = dict(
            c.execute(
                sa.select(submission.c.n, submission.c.state).where(submission.c.campaign_id == campaign.id)
            ).all()
        )
        kept = {
            (kind, key): n
            for kind, key, n in c.execute(
                sa.select(counter.c.kind, counter.c.key, counter.c.n).where(counter.c.campaign_id == campaign.id)
            )
            if n
        }
        arrived = c.execute(
            sa.select(recipient.c.region, sms_status.c.finished_ts, job.c.receipt_ts)
            .select_from(PEOPLE_TOLD)
            .where(recipient.c.campaign_id == campaign.id, sms_status.c.outcome == Outcome.DELIVERED)
        ).all()
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counted["pile", row["pile"]] += 1
        if row["submission_n"] is not None:
            counted["state", state_of[row["submission_n"]]] += 1
            counted["outcome", row["outcome"]] += 1
            counted["country", f"{row['region']}:{row['verdict'] or 'pending'}"] += 1
        if row["verdict"]:
            counted["verdict", row["verdict"]] += 1
    for region, finished_ts, receipt_ts in arrived:
        counted["delivered", str(finished_ts // 60_000 * 60_000)] += 1
        counted["delay", f"{region}:{step_of(finished_ts - receipt_ts)}"] += 1
    assert kept == dict(counted)


def test_every_planned_number_is_accepted_once_and_nobody_else(line: Line) -> None:
    campaign = line.released(customers_csv(120, duplicates=10, bad=5), "Hallo {Vorname}", size=20)
    assert line.send_all() == 6
    assert campaign.people == 105
    assert Counter(line.accepted().values()) == {1: 105}
    balance = line.store.ledger.balance(campaign.id)
    assert balance.states["accepted"] == 105
    assert balance.piles[Pile.DUPLICATE] == 10
    assert balance.piles[Pile.UNREADABLE] == 5
    assert balance.adds_up


def test_the_texts_that_arrive_are_the_texts_of_the_rows(line: Line) -> None:
    line.released(b"first name;mobile\nJ\xc3\xb6rg;+4917604000001\nZo\xc3\xab {x};+4917604000002")
    line.send_all()
    texts = {sms.dst: sms.text for sms in accepted_sms(line.simulator.path)}
    assert texts == {"+4917604000001": "Hello Jörg", "+4917604000002": "Hello Zoë {x}"}


def test_outcomes_of_the_simulator_reach_the_rows_and_the_counters(line: Line) -> None:
    endings = ["000", "001", "901", "902", "903", "904", "905", "906", "907", "908", "910", "912", "913"]
    campaign = line.released(people(*[a_number(i, ending) for i, ending in enumerate(endings)]), size=5)
    line.send_all()
    line.run_to_the_end()
    with line.store.database.read() as c:
        found = dict(c.execute(sa.select(recipient.c.number, recipient.c.verdict)).all())
    assert {number[-3:]: verdict for number, verdict in found.items()} == {
        "000": "delivered",
        "001": "delivered",
        "901": "number_invalid",
        "902": "blocked",
        "903": "failed_report",
        "904": "timeout",
        "905": "not_accepted",
        "906": "connection",
        "907": "send_error",
        "908": "status_error",
        "910": "cancelled_before",
        "912": "killed",
        "913": "other",
    }
    assert_counters_equal_rows(line, campaign)
    assert states(line, campaign) == [SubmissionState.SETTLED] * 3
    assert line.again(campaign).state is CampaignState.FINISHED


@pytest.mark.parametrize(
    ("ending", "fault", "verdict"),
    [
        ("920", None, "other"),  # a process status that nobody knows
        ("000", {"action": "garbage", "operation": "sms", "body": "[]", "times": None}, "no_report"),
    ],
)
def test_a_report_that_never_comes_ends_as_unknown(
    line: Line, ending: str, fault: dict[str, Any] | None, verdict: str
) -> None:
    campaign = line.released(people(a_number(1, ending)))
    line.send_all()
    if fault:
        line.simulator.faults.add(**fault)
    line.run_to_the_end(hours=48 + 73)
    with line.store.database.read() as c:
        row = c.execute(sa.select(recipient.c.outcome, recipient.c.verdict)).one()
    assert tuple(row) == ("unknown", verdict)
    assert line.again(campaign).state is CampaignState.FINISHED
    assert_counters_equal_rows(line, campaign)


def test_a_second_send_changes_nothing(line: Line) -> None:
    prepared = line.prepared(people(*numbers(3)))
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann") is True
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "bob") is False
    line.send_all()
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "bob") is False
    assert line.send_all() == 0
    assert set(line.accepted().values()) == {1}


def test_a_draft_that_changed_after_the_check_is_not_sent(line: Line) -> None:
    prepared = line.prepared(people(*numbers(3)))
    draft = line.store.drafts.get(prepared.draft_id)
    assert draft is not None
    line.store.drafts.save(draft.id, draft.version, text="Another text", actor="bob")
    with pytest.raises(LedgerError, match="changed"):
        line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    assert line.send_all() == 0


def test_preparing_the_same_version_twice_gives_the_same_campaign(line: Line) -> None:
    prepared = line.prepared(people(*numbers(3)))
    assert line.store.ledger.prepare(prepared.draft_id, prepared.draft_version, "bob") == prepared.id


def test_a_replaced_preparation_loses_its_rows(line: Line) -> None:
    old = line.prepared(people(*numbers(3)))
    draft = line.store.drafts.get(old.draft_id)
    assert draft is not None
    newer = line.store.drafts.save(draft.id, draft.version, text="Another text", actor="ann")
    new = line.store.ledger.prepare(newer.id, newer.version, "ann")
    assert new != old.id
    line.sweep_all()
    assert line.store.ledger.campaign(old.id) is None
    with line.store.database.read() as c:
        assert c.execute(sa.select(sa.func.count()).where(recipient.c.campaign_id == old.id)).scalar_one() == 0


def test_a_paused_campaign_sends_nothing_and_goes_on_where_it_was(line: Line) -> None:
    campaign = line.released(people(*numbers(6)), size=2)
    line.sender.step("w")
    assert line.store.ledger.pause(campaign.id, "ann")
    assert line.send_all() == 0
    assert line.store.ledger.resume(campaign.id, "ann")
    assert line.send_all() == 2
    assert Counter(line.accepted().values()) == {1: 6}


def test_stop_keeps_what_left_and_says_so(line: Line) -> None:
    campaign = line.released(people(*numbers(6)), size=2)
    line.sender.step("w")
    assert line.store.ledger.stop(campaign.id, "ann")
    assert line.send_all() == 0
    line.sweep_all()
    balance = line.store.ledger.balance(campaign.id)
    assert (balance.states["accepted"], balance.states["stopped"], balance.adds_up) == (2, 4, True)
    assert sum(line.accepted().values()) == 2
    assert not line.store.ledger.resume(campaign.id, "ann")
    assert_counters_equal_rows(line, campaign)


def test_a_scheduled_campaign_waits_for_its_time(line: Line) -> None:
    start_ts = line.clock.ms() + 3_600_000
    campaign = line.released(people(*numbers(2)), start_ts=start_ts)
    assert line.send_all() == 0
    line.clock.advance(hours=1)
    assert line.send_all() == 1
    assert campaign.start_ts == start_ts


def test_campaigns_leave_in_the_order_in_which_they_may(line: Line) -> None:
    begin_ts = line.clock.ms() + 3_600_000
    later, sooner, *now = (
        line.prepared(people(a_number(n), a_number(n + 10)), size=1, start_ts=start_ts)
        for n, start_ts in enumerate((begin_ts, begin_ts, None, None, None, None))
    )
    for campaign in (later, sooner, *reversed(now)):
        line.clock.advance(seconds=1)
        assert campaign.fingerprint is not None
        assert line.store.ledger.send(campaign.id, campaign.fingerprint, "ann")
    assert line.store.ledger.reschedule(later.id, begin_ts + 60_000, "ann")
    line.send_all()
    line.clock.advance(hours=2)
    line.send_all()
    order = dict.fromkeys(str(sms.customer_ref).partition(".")[0] for sms in accepted_sms(line.simulator.path))
    assert list(order) == [campaign.id for campaign in (*reversed(now), sooner, later)]


def test_somebody_who_opts_out_after_the_check_gets_nothing(line: Line) -> None:
    campaign = line.released(people(*numbers(4)), size=2)
    with line.store.database.write() as c:
        for number in (a_number(0), a_number(2), a_number(3)):
            c.execute(opt_out.insert().values(number=number, reason="asked", actor="ann", created_ts=0))
    line.send_all()
    assert line.accepted() == {a_number(1): 1}
    balance = line.store.ledger.balance(campaign.id)
    assert (balance.planned, balance.piles[Pile.OPTED_OUT], balance.adds_up) == (1, 3, True)
    assert states(line, campaign) == [SubmissionState.ACCEPTED, SubmissionState.STOPPED]
    assert_counters_equal_rows(line, campaign)


def test_somebody_on_the_opt_out_list_is_not_planned(line: Line) -> None:
    with line.store.database.write() as c:
        c.execute(opt_out.insert().values(number=a_number(0), reason="asked", actor="ann", created_ts=0))
    prepared = line.prepared(people(*numbers(2)))
    assert prepared.people == 1


def test_rows_changed_behind_our_back_are_held(line: Line) -> None:
    campaign = line.released(people(*numbers(2)))
    with line.store.database.write() as c:
        c.execute(sa.update(recipient).values(number=a_number(9)).where(recipient.c.row == 2))
    line.send_all()
    assert states(line, campaign) == [SubmissionState.HELD]
    assert line.accepted() == {}


def test_the_pace_holds_over_any_minute(line: Line) -> None:
    slow = Line(line.store, line.client, line.simulator, line.clock, rate_per_minute=4)
    slow.released(people(*numbers(10)), size=2)
    sent = []
    for _ in range(20):
        while slow.sender.step("w"):
            sent.append(slow.clock.ms())
        slow.clock.advance(seconds=10)
    assert len(sent) == 5
    assert Counter(slow.accepted().values()) == {1: 10}
    for moment in sent:
        assert sum(2 for other in sent if moment - 60_000 < other <= moment) <= 4


def test_rows_whose_message_is_too_long_are_left_out_and_listed(line: Line) -> None:
    long = "x" * 90
    rows = f"first name;mobile\n{long};{a_number(1)}\nAnn;{a_number(2)}".encode()
    text = "y" * 580 + "{first name}"
    prepared = line.prepared(rows, text)
    assert (prepared.people, prepared.parts) == (1, 4)
    assert line.store.ledger.balance(prepared.id).piles[Pile.TEXT_PROBLEM] == 1


ANSWERS: list[tuple[dict[str, Any], SubmissionState, str, int]] = [
    # what the API does                                          submission                   why              accepted
    ({"action": "status", "status": 400}, SubmissionState.REFUSED, "refused", 0),
    ({"action": "status", "status": 422}, SubmissionState.REFUSED, "refused", 0),
    ({"action": "status", "status": 409}, SubmissionState.UNCERTAIN, "duplicate", 0),
    ({"action": "status", "status": 500}, SubmissionState.UNCERTAIN, "server_error", 0),
    ({"action": "status", "status": 503, "when": "after"}, SubmissionState.UNCERTAIN, "server_error", 2),
    ({"action": "drop", "when": "after"}, SubmissionState.UNCERTAIN, "no_answer", 2),
    ({"action": "drop", "when": "before"}, SubmissionState.UNCERTAIN, "no_answer", 0),
    ({"action": "garbage", "when": "after", "body": "{}"}, SubmissionState.UNCERTAIN, "no_answer", 2),
    ({"action": "status", "status": 403, "body": "<html>no</html>", "content_type": "text/html"},
     SubmissionState.UNCERTAIN, "no_answer", 0),
    ({"action": "status", "status": 429, "retry_after": 30}, SubmissionState.READY, "slow_down", 0),
    ({"action": "status", "status": 401}, SubmissionState.READY, "login", 0),
    ({"action": "status", "status": 404}, SubmissionState.READY, "wrong_address", 0),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "state", "problem", "taken"), ANSWERS)
def test_an_answer_means_what_the_table_says(
    line: Line, fault: dict[str, Any], state: SubmissionState, problem: str, taken: int
) -> None:
    campaign = line.released(people(*numbers(2)))
    line.simulator.faults.add(**fault)
    line.sender.step("w")
    with line.store.database.read() as c:
        row = c.execute(sa.select(submission.c.state, submission.c.problem)).one()
    assert tuple(row) == (state, problem)
    assert sum(line.accepted().values()) == taken
    assert line.store.ledger.balance(campaign.id).adds_up
    assert_counters_equal_rows(line, campaign)


@pytest.mark.parametrize(
    ("fault", "taken"), [(fault, taken) for fault, state, _, taken in ANSWERS if state is SubmissionState.UNCERTAIN]
)
def test_what_is_uncertain_is_never_sent_again(line: Line, fault: dict[str, Any], taken: int) -> None:
    line.released(people(*numbers(2)))
    line.simulator.faults.add(**fault)
    for _ in range(100):
        line.send_all()
        line.claims.give_up()
        line.clock.advance(minutes=10)
    # Of what was not taken a second POST would be the first one that people get: it may not be made either.
    assert sorted(line.accepted().values()) == [1] * taken


def test_uncertain_people_are_unknown_and_the_campaign_is_not_finished(line: Line) -> None:
    campaign = line.released(people(*numbers(2)))
    line.simulator.faults.add("drop", when="after")
    line.send_all()
    line.run_to_the_end()
    assert line.again(campaign).state is CampaignState.SENDING
    assert line.store.ledger.balance(campaign.id).states["uncertain"] == 2
    with line.store.database.read() as c:
        assert set(c.scalars(sa.select(recipient.c.outcome))) == {"unknown"}


def test_a_wrong_password_holds_everything_until_it_is_mended(line: Line) -> None:
    line.released(people(*numbers(4)), size=2)
    line.simulator.faults.add("status", status=401)
    assert line.send_all() == 1
    assert line.store.brakes.state().hold_code == "login"
    line.clock.advance(hours=1)
    assert line.send_all() == 0
    release_what_holds(line)
    assert line.send_all() == 2
    assert Counter(line.accepted().values()) == {1: 4}


def test_too_many_requests_slows_all_workers_down(line: Line) -> None:
    line.released(people(*numbers(4)), size=2)
    line.simulator.faults.add("status", status=429, retry_after=30)
    assert line.send_all() == 1
    line.clock.advance(seconds=29)
    assert line.send_all() == 0
    line.clock.advance(seconds=2)
    assert line.send_all() == 2
    assert Counter(line.accepted().values()) == {1: 4}


def test_three_unclear_answers_in_a_row_make_the_sender_rest(line: Line) -> None:
    line.released(people(*numbers(10)), size=2)
    line.simulator.faults.add("status", status=500, times=3)
    assert line.send_all() == 3
    line.clock.advance(seconds=119)
    assert line.send_all() == 0
    line.clock.advance(seconds=2)
    assert line.send_all() == 2


def test_what_nobody_answered_does_not_end_a_row_of_unclear_answers(line: Line) -> None:
    line.released(people(*numbers(10)), size=2)
    unclear, given_back = Ruling(SubmissionState.UNCERTAIN, "no_answer"), Ruling(SubmissionState.READY, "stopping")
    for ruling in (unclear, unclear, given_back, unclear):
        claim = line.claims.claim_next("w")
        assert claim is not None
        line.claims.record(claim, ruling)
    assert line.claims.claim_next("w") is None
    line.clock.advance(seconds=121)
    assert line.claims.claim_next("w") is not None


def test_a_dead_worker_leaves_its_submission_uncertain_after_the_lease(line: Line) -> None:
    campaign = line.released(people(*numbers(4)), size=2)
    assert line.claims.claim_next("dead") is not None
    assert line.send_all() == 1
    line.clock.advance(seconds=104)
    assert line.claims.give_up() == 0
    line.clock.advance(seconds=2)
    assert line.claims.give_up() == 1
    assert states(line, campaign) == [SubmissionState.UNCERTAIN, SubmissionState.ACCEPTED]


def test_an_answer_that_comes_after_the_attempt_was_given_up_changes_nothing(line: Line) -> None:
    campaign = line.released(people(*numbers(2)))
    claim = line.claims.claim_next("frozen")
    assert claim is not None
    line.clock.advance(seconds=200)
    line.claims.give_up()
    assert line.claims.record(claim, accepted("J." + "a" * 38, "de2")) is False
    assert states(line, campaign) == [SubmissionState.UNCERTAIN]


def test_an_address_that_is_not_there_gives_way_to_the_next_one(line: Line, clock: Clock) -> None:
    with client_for(line.simulator, eu_url="http://127.0.0.1:1/rest/v1", now=clock) as client:
        other = Line(line.store, client, line.simulator, clock)
        other.released(people(*numbers(2)))
        assert other.send_all() == 1
        assert other.accepted() == {}
        clock.advance(seconds=5)
        assert other.send_all() == 1
    assert Counter(other.accepted().values()) == {1: 2}


def test_jobs_that_somebody_else_sent_are_listed_and_followed(line: Line) -> None:
    message = Message(text="Hi", recipients=(Recipient(dst=a_number(7)),))
    sent = line.client.send(JobRequest(messages=(message,), options=Options(status_requested=True)))
    line.indexer.step()
    line.track_all()
    (row,) = line.store.jobs.jobs(JobFilter(origin="others"))
    assert (row.job_id, row.people, row.campaign_id) == (sent.job_id, 1, None)
    assert line.store.jobs.jobs(JobFilter(origin="ours")) == ()
    line.clock.advance(hours=1)
    line.track_all()
    assert line.store.jobs.outcomes(sent.job_id) == {Outcome.DELIVERED: 1}


def test_a_centre_that_does_not_answer_is_noted_and_forgiven(line: Line) -> None:
    line.simulator.faults.set_down("de1")
    line.indexer.step()
    health = {row.key: row for row in line.store.jobs.addresses()}
    assert health["de1"].failing_ts == line.clock.ms()
    assert health["de2"].failing_ts is None
    line.simulator.faults.clear()
    line.clock.advance(minutes=2)
    line.indexer.step()
    assert {row.key: row.failing_ts for row in line.store.jobs.addresses()} == {"de1": None, "de2": None}


def marked(line: Line) -> Counter[str]:
    with line.store.database.read() as c:
        return Counter(c.scalars(sa.select(submission.c.state)))


def test_a_sender_that_keeps_going_claims_the_next_with_the_commit_that_records_the_last(line: Line) -> None:
    campaign = line.released(people(*numbers(3)), size=1)
    assert line.sender.step("w", keep_going=True)
    assert marked(line) == {"accepted": 1, "sending": 1, "ready": 1}
    assert line.sender.holds_claim
    while line.sender.step("w", keep_going=True):
        pass
    assert Counter(line.accepted().values()) == {1: 3}
    assert_counters_equal_rows(line, campaign)


def test_whoever_counts_the_accepted_has_counted_nothing_else_of_the_campaign_before(line: Line) -> None:
    """Or a sender, of whose next claim somebody has opted out, and the results of a job would wait for each other."""
    line.released(people(*numbers(4)), size=2)
    counted: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("INSERT INTO counter"):
            for row in parameters if isinstance(parameters, list) else [parameters]:
                _campaign, kind, key, *_ = row.values() if isinstance(row, dict) else row
                assert (kind, key) != ("state", "accepted") or {kind for kind, _ in counted} <= {"state"}
                counted.append((kind, key))

    engine = line.store.database._engine
    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "begin", lambda _connection: counted.clear())
    line.store.opt_outs.add([a_number(3)], "asked", "ann")
    while line.sender.step("w", keep_going=True):
        pass
    line.run_to_the_end()
    assert line.accepted() == dict.fromkeys(numbers(3), 1)
    sa.event.remove(engine, "before_cursor_execute", note)


def test_what_was_claimed_ahead_is_given_back_when_no_step_follows(line: Line) -> None:
    campaign = line.released(people(*numbers(2)), size=1)
    line.sender.step("w", keep_going=True)
    line.sender.give_back()
    assert marked(line) == {"accepted": 1, "ready": 1}
    assert not line.sender.holds_claim
    line.sender.give_back()
    assert line.send_all() == 1
    assert Counter(line.accepted().values()) == {1: 2}
    assert_counters_equal_rows(line, campaign)


def test_what_was_claimed_ahead_and_waits_too_long_does_not_leave(line: Line) -> None:
    line.released(people(*numbers(2)), size=1)
    line.sender.step("w", keep_going=True)
    with pytest.MonkeyPatch.context() as later:
        later.setattr(line.sender, "_steady", lambda: boot_clock() + START_WITHIN_S + 1)
        assert line.sender.step("w")
    assert Counter(line.accepted().values()) == {1: 1}
    assert marked(line) == {"accepted": 1, "ready": 1}


def test_a_campaign_that_is_paused_or_stopped_meanwhile_is_not_claimed_ahead(line: Line) -> None:
    campaign = line.released(people(*numbers(3)), size=1)
    assert line.sender.step("w")
    claim = line.claims.claim_next("w")
    assert claim
    line.store.ledger.pause(campaign.id, "ann")
    assert line.claims.record_and_claim(claim, accepted("J.1", "de2"), "w") == (True, None)
    assert marked(line) == {"accepted": 2, "ready": 1}


def test_an_answer_is_recorded_although_the_next_claim_fails(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.released(people(*numbers(2)), size=1)
    claimed = line.claims._claim
    calls = iter([claimed])

    def once(*arguments: Any) -> Any:
        return next(calls)(*arguments)

    monkeypatch.setattr(line.claims, "_claim", once)
    assert line.sender.step("w", keep_going=True)
    assert marked(line) == {"accepted": 1, "ready": 1}
    assert not line.sender.holds_claim


@pytest.mark.parametrize("verb", ["claim_next", "record_and_claim"])
def test_a_claim_whose_commit_was_not_confirmed_is_given_back_and_leaves(
    line: Line, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    campaign = line.released(people(*numbers(2)), size=1)
    commit = getattr(line.claims, verb)

    def unconfirmed(*arguments: Any) -> Any:
        monkeypatch.undo()
        commit(*arguments)
        raise OperationalError("commit", {}, Exception("the server closed the connection unexpectedly"))

    monkeypatch.setattr(line.claims, verb, unconfirmed)
    with suppress(OperationalError):
        line.sender.step("w", keep_going=True)
    assert marked(line)["sending"] == 1
    assert line.send_all() + line.send_all() >= 1
    assert marked(line) == {"accepted": 2}
    assert Counter(line.accepted().values()) == {1: 2}
    assert "not_confirmed" in {event.detail.get("problem") for event in line.store.reports.timeline(campaign.id)}
    assert_counters_equal_rows(line, campaign)


def test_an_api_that_is_away_is_one_line_for_each_address_and_one_when_it_is_back(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="sms4a.campaigns")
    line.released(people(*numbers(3)), size=1)

    def away(_body: bytes, *, address: str | None = None) -> SentJob:
        raise NotConnected("connection refused", address=address)

    with monkeypatch.context() as outage:
        outage.setattr(line.client, "send_body", away)
        for _ in range(20):
            line.send_all()
            line.clock.advance(seconds=NEXT_ADDRESS_S)
    assert line.send_all() == 3
    # The simulator's server may say things, too.
    said = [record.getMessage() for record in caplog.records if record.name.startswith("sms4a.campaigns")]
    assert [words.partition(" (")[0] for words in said] == [
        *(f"{key} does not answer" for key in ADDRESSES), *(f"{key} answers again" for key in used(line)),
    ]  # fmt: skip


def used(line: Line) -> list[str]:
    """The addresses that answered, in the order in which they did."""
    with line.store.database.read() as c:
        query = sa.select(submission.c.address).order_by(submission.c.answer_ts, submission.c.n)
        return list(dict.fromkeys(c.scalars(query)))


def test_a_sender_that_ends_gives_back_what_was_not_confirmed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.released(people(*numbers(1)))
    claim_next = line.claims.claim_next

    def unconfirmed(owner: str) -> None:
        claim_next(owner)
        raise OperationalError("commit", {}, Exception("the server closed the connection unexpectedly"))

    monkeypatch.setattr(line.claims, "claim_next", unconfirmed)
    with pytest.raises(OperationalError):
        line.sender.step("w")
    line.sender.give_back()
    assert marked(line) == {"ready": 1}


def test_a_sender_that_keeps_going_stops_for_what_an_answer_says(line: Line) -> None:
    line.released(people(*numbers(2)), size=1)
    line.simulator.faults.add("status", status=429)
    assert line.sender.step("w", keep_going=True)
    assert not line.sender.holds_claim
    assert line.accepted() == {}
