"""Figures equal an independent count over the rows; pages, searches and stories find what was written."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from sms4a.campaigns.results.reports import Reports
from sms4a.campaigns.sending.claims import Claims
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import counter, job, recipient, submission
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.campaigns.views import By, CampaignFilter, Order, Selection, Who
from sms4a.recipients import Pile
from tests.ledger_rows import DAY, HOUR, MINUTE, NOW, Batch, a_campaign, a_draft, a_hold

S = SubmissionState
BERLIN = ZoneInfo("Europe/Berlin")
EVERYTHING = Selection()


@pytest.fixture
def reports(store: Store) -> Reports:
    return store.reports


def everything_at_once(store: Store, campaign_id: str = "aaaa2222", **values: object) -> str:
    """A campaign with submissions in all states."""
    batches = [
        Batch(S.SETTLED, verdicts={"delivered": 40, "number_invalid": 5, "blocked": 2, "accepted": 3}),
        Batch(S.ACCEPTED, people=6, verdicts={"delivered": 20, "timeout": 1, "running": 4, "send_error": 2}),
        Batch(S.READY, people=11),
        Batch(S.HELD, people=3, problem="body_changed"),
        Batch(S.SENDING, people=7),
        Batch(S.UNCERTAIN, people=9, problem="no_answer"),
        Batch(S.UNDECIDED, people=8, problem="no_answer"),
        Batch(S.REFUSED, people=4, problem="refused"),
        Batch(S.STOPPED, people=2),
        Batch(S.WRITTEN_OFF, people=1),
    ]
    left_out = {Pile.DUPLICATE: 4, Pile.UNREADABLE: 3, Pile.OPTED_OUT: 2}
    return a_campaign(store.database, campaign_id, batches=batches, left_out=left_out, **values)  # type: ignore[arg-type]


def counted(store: Store, campaign_id: str = "aaaa2222") -> Counter[str]:
    """Rows by tile, counted one by one."""
    tiles: Counter[str] = Counter()
    with store.database.read() as connection:
        for row in connection.execute(sa.select(recipient).where(recipient.c.campaign_id == campaign_id)):
            name = "left_out" if row.pile != "receive" else row.outcome
            tiles["failed" if name == "cancelled" else name] += 1
    return tiles


def test_a_tally_equals_the_rows_counted_one_by_one(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    assert {str(tile): n for tile, n in reports.tally(campaign_id).tiles.items()} == counted(store)
    assert reports.tally(campaign_id).rows == 137
    assert reports.tally(campaign_id).people == 128


def test_who_was_stopped_did_not_fail_and_says_nothing_of_delivery(store: Store, reports: Reports) -> None:
    batches = [Batch(S.SETTLED, verdicts={"delivered": 8, "timeout": 2, "cancelled_before": 1}), Batch(S.STOPPED, 30)]
    tally = reports.tally(a_campaign(store.database, batches=batches))
    assert (tally[Tile.FAILED], tally.cancelled, tally.failed, tally.finished) == (33, 31, 2, 10)
    assert tally.delivered_share == 0.8


@pytest.mark.parametrize("region", [None, "DE"])
def test_who_was_stopped_here_is_told_apart_from_whom_retarus_stopped(
    store: Store, reports: Reports, region: str | None
) -> None:
    batches = [Batch(S.SETTLED, verdicts={"delivered": 8, "cancelled_before": 3}), Batch(S.STOPPED, 4)]
    a_campaign(store.database, batches=batches)
    a_campaign(store.database, "bbbb3333", batches=batches[1:])
    selection = Selection(NOW - 7 * DAY, NOW, region=region)
    _count, tally = reports.totals(selection)
    assert (tally[Tile.FAILED], tally.cancelled, tally.stopped) == (11, 11, 8)
    grouped = [reports.side_by_side(selection, by) for by in By]
    assert all(sum(group.tally.stopped for group in groups) == 8 for groups in grouped)


def test_totals_of_a_period_are_the_sum_of_its_campaigns(store: Store, reports: Reports) -> None:
    everything_at_once(store, "aaaa2222")
    everything_at_once(store, "bbbb3333", sent_ts=NOW - 3 * DAY)
    everything_at_once(store, "cccc4444", sent_ts=NOW - 30 * DAY)
    count, tally = reports.totals(Selection(NOW - 7 * DAY, NOW))
    assert count == 2
    assert tally == reports.tally("aaaa2222") + reports.tally("bbbb3333")


def test_totals_read_no_row_of_a_recipient(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    before = (reports.tally(campaign_id), reports.totals(EVERYTHING), reports.funnel(EVERYTHING))
    with store.database.write() as connection:
        connection.execute(sa.delete(recipient))
    assert (reports.tally(campaign_id), reports.totals(EVERYTHING), reports.funnel(EVERYTHING)) == before


def test_a_campaign_nobody_sent_is_in_no_figure(store: Store, reports: Reports) -> None:
    a_campaign(store.database, state=CampaignState.PREPARED, sent_ts=None, batches=[Batch(S.READY, 5)])
    assert reports.campaigns() == ()
    assert reports.campaign_count() == 0
    assert reports.totals(EVERYTHING) == (0, Tally())


def test_an_empty_database_gives_empty_answers(reports: Reports) -> None:
    assert reports.running(NOW) == ()
    assert reports.progress("aaaa2222", NOW) is None
    assert reports.story("aaaa2222", 2) is None
    assert reports.recipients("aaaa2222") == ()
    assert reports.delivered_by_minute("aaaa2222") == ()
    assert reports.timeline("aaaa2222") == ()
    assert reports.reasons(EVERYTHING) == ()
    assert (reports.freshness().open_jobs, reports.freshness().oldest_ts) == (0, None)
    assert (reports.queue(NOW).submissions, reports.queue(NOW).people) == (0, 0)
    assert reports.hold() is None


def test_campaigns_come_newest_first_and_in_pages(store: Store, reports: Reports) -> None:
    for age in range(5):
        a_campaign(store.database, f"aaaa222{age}", name=f"Wave {age}", sent_ts=NOW - age * DAY)
    assert [row.name for row in reports.campaigns(limit=2)] == ["Wave 0", "Wave 1"]
    assert [row.name for row in reports.campaigns(offset=4, limit=2)] == ["Wave 4"]
    assert reports.campaign_count() == 5


@pytest.mark.parametrize("search", ["größe", "GRÖ", "Größe", "  große ", "l 50 %", "ÖFFNUNG"])
def test_a_name_is_found_in_any_case(store: Store, reports: Reports, search: str) -> None:
    a_campaign(store.database, name="Größe L 50 % zur Öffnung, große Wahl")
    a_campaign(store.database, "bbbb3333", name="Something else")
    assert [row.id for row in reports.campaigns(search=search)] == ["aaaa2222"]
    assert reports.campaign_count(search=search) == 1


def test_signs_of_a_pattern_are_only_signs(store: Store, reports: Reports) -> None:
    a_campaign(store.database, name="Autumn")
    assert reports.campaigns(search="%") == ()
    assert reports.campaigns(search="Aut_mn") == ()


def test_scheduled_campaigns_are_told_from_those_that_send(store: Store, reports: Reports) -> None:
    here = [Batch(S.READY, 1)]
    a_campaign(store.database, "aaaa2222", start_ts=NOW + HOUR, batches=here)
    a_campaign(store.database, "bbbb3333", start_ts=NOW - MINUTE, batches=here)
    a_campaign(store.database, "cccc4444", state=CampaignState.FINISHED)
    a_campaign(store.database, "dddd5555", state=CampaignState.PAUSED, batches=here)
    a_campaign(store.database, "eeee6666", state=CampaignState.STOPPED)
    a_campaign(store.database, "ffff7777", batches=[Batch(S.ACCEPTED, 1)])
    found = {show: [row.id[0] for row in reports.campaigns(show=show, now_ts=NOW)] for show in CampaignFilter}
    assert found == {
        CampaignFilter.ALL: ["a", "b", "c", "d", "e", "f"],
        CampaignFilter.SCHEDULED: ["a"],
        CampaignFilter.SENDING: ["b"],
        CampaignFilter.LEFT: ["f"],
        CampaignFilter.PAUSED: ["d"],
        CampaignFilter.FINISHED: ["c"],
        CampaignFilter.STOPPED: ["e"],
    }
    assert [reports.campaign_count(show=show, now_ts=NOW) for show in CampaignFilter] == [6, 1, 1, 1, 1, 1, 1]


def test_progress_counts_people_by_where_their_submission_is(store: Store, reports: Reports) -> None:
    progress = reports.progress(everything_at_once(store), NOW)
    assert progress is not None
    assert (progress.people, progress.waiting, progress.sending) == (128, 14, 7)
    assert (progress.accepted, progress.unclear, progress.ended) == (83, 17, 7)
    assert progress.share == 1 - 21 / 128


def a_running_campaign(store: Store, *answers: int, **values: object) -> str:
    """100 people accepted at each of these moments; 1,000 still wait."""
    batches = [Batch(S.ACCEPTED, 100, attempt_ts=ts - 50, answer_ts=ts) for ts in answers]
    return a_campaign(store.database, batches=[*batches, Batch(S.READY, 1000)], **values)  # type: ignore[arg-type]


def test_the_pace_is_what_was_accepted_over_the_last_minutes(store: Store, reports: Reports) -> None:
    long_ago = NOW - 9 * MINUTE
    a_running_campaign(store, long_ago, NOW - 20_000, NOW - 15_000, NOW - 10_000)
    (progress,) = reports.running(NOW)
    assert progress.rate_per_s == 10  # 200 people in the 20 seconds since the first answer of the window
    assert progress.done_ts == NOW + 100_000


@pytest.mark.parametrize(
    ("why", "answers", "values"),
    [
        ("nothing was accepted", (), {}),
        ("one answer is no pace", (NOW - 20_000,), {}),
        ("too short a time", (NOW - 2_000, NOW - 1_000), {}),
        ("it stalled for longer than the window", (NOW - 8 * MINUTE, NOW - 7 * MINUTE), {}),
        ("it is paused", (NOW - 20_000, NOW - 10_000), {"state": CampaignState.PAUSED}),
        ("it has not begun", (NOW - 20_000, NOW - 10_000), {"start_ts": NOW + HOUR}),
    ],
)
def test_without_evidence_there_is_no_estimate(
    store: Store, reports: Reports, why: str, answers: tuple[int, ...], values: dict[str, object]
) -> None:
    a_running_campaign(store, *answers, **values)
    (progress,) = reports.running(NOW)
    assert (progress.rate_per_s, progress.done_ts) == (None, None), why


def test_there_is_no_estimate_while_everything_is_held(store: Store, reports: Reports) -> None:
    a_running_campaign(store, NOW - 20_000, NOW - 10_000)
    a_hold(store.database, "login", NOW - MINUTE)
    (progress,) = reports.running(NOW)
    assert progress.done_ts is None
    hold = reports.hold()
    assert hold is not None
    assert hold.code == "login"


def test_a_campaign_names_those_of_which_something_leaves_first(store: Store, reports: Reports) -> None:
    ready = [Batch(S.READY, 10)]

    def begun(campaign_id: str, name: str, *batches: Batch, release_ts: int = NOW - MINUTE, **values: Any) -> None:
        a_campaign(store.database, campaign_id, name=name, batches=batches, release_ts=release_ts, **values)

    begun("a", "First", *ready, *ready)
    begun("b", "Paused", *ready, state=CampaignState.PAUSED)
    begun("c", "Tomorrow", *ready, start_ts=NOW + DAY, release_ts=NOW + DAY)
    begun("d", "A test", *ready, test_of="a")
    begun("e", "Has left", Batch(S.ACCEPTED, 10))
    begun("f", "Second", *ready)
    begun("g", "Third", *ready)
    begun("h", "On its way", Batch(S.SENDING, 10), *ready)
    after = {progress.name: progress.after for progress in reports.running(NOW)}
    assert after.pop("Third") == ("First", "Second")
    assert after.pop("Second") == ("First",)
    assert set(after.values()) == {()}


def test_whose_turn_comes_first_is_who_leaves_first(store: Store, reports: Reports) -> None:
    for campaign_id in ("a", "b"):
        a_campaign(store.database, campaign_id, name=campaign_id, batches=[Batch(S.READY, 10)] * 2, release_ts=1)
    with store.database.write() as c:
        for campaign_id, due_ts in (("a", 2), ("b", 1)):
            c.execute(sa.update(submission).where(submission.c.campaign_id == campaign_id).values(due_ts=due_ts))
    claims = Claims(store.database, send_via="eu", rate_per_minute=60_000, lease_s=60)
    left, told = [], []
    while claim := claims.claim_next("w"):
        left.append(claim.campaign_id)
        with store.database.write() as c:
            c.execute(sa.update(submission).where(submission.c.state == S.SENDING).values(state=S.ACCEPTED))
        told.append({progress.name: progress.after for progress in reports.running(NOW)}["a"])
    assert left == ["b", "b", "a", "a"]
    assert told == [("b",), (), (), ()]


def test_the_funnel_narrows_from_the_list_to_the_phone(store: Store, reports: Reports) -> None:
    everything_at_once(store)
    funnel = reports.funnel(EVERYTHING)
    assert (funnel.uploaded, funnel.planned, funnel.accepted, funnel.delivered) == (137, 128, 83, 60)


ENDED = [
    Batch(S.SETTLED, verdicts={"delivered": 60, "number_invalid": 5, "no_report": 2}),
    Batch(S.UNCERTAIN, people=9), Batch(S.UNDECIDED, people=8), Batch(S.REFUSED, people=4), Batch(S.STOPPED, people=20),
    Batch(S.WRITTEN_OFF, people=1), Batch(S.SETTLED, verdicts={"delivered": 30, "killed": 3}),
]  # fmt: skip


@pytest.mark.parametrize(
    "batches",
    [ENDED, [*ENDED, Batch(S.ACCEPTED, people=40, verdicts={"waiting": 3})], [*ENDED, Batch(S.READY, people=40)]],
    ids=["all ended", "some accepted without a word", "some still here"],
)
@pytest.mark.parametrize("region", ["DE", "GB"])
def test_the_funnel_of_one_country_equals_the_rows_counted_one_by_one(
    store: Store, reports: Reports, batches: list[Batch], region: str
) -> None:
    a_campaign(store.database, batches=batches)
    with store.database.read() as connection:
        accepted = connection.execute(
            sa.text(
                "select count(*) from recipient r join submission s on s.campaign_id = r.campaign_id "
                "and s.n = r.submission_n where r.region = :region and s.state in ('accepted', 'settled')"
            ),
            {"region": region},
        ).scalar_one()
    assert accepted
    assert reports.funnel(Selection(region=region)).accepted == accepted


def test_who_is_accepted_of_one_country_is_not_told_while_it_cannot_be_known(store: Store, reports: Reports) -> None:
    everything_at_once(store)
    assert reports.funnel(Selection(region="DE")).accepted is None


def test_reasons_are_verdicts_of_one_tile_most_first(store: Store, reports: Reports) -> None:
    everything_at_once(store)
    failed = reports.reasons(EVERYTHING)
    assert failed == (("number_invalid", 5), ("refused", 4), ("blocked", 2), ("stopped", 2), ("timeout", 1))
    assert sum(n for _, n in failed) == counted(store)["failed"]
    unknown = reports.reasons(EVERYTHING, [Tile.UNKNOWN])
    assert unknown == (("unclear", 17), ("send_error", 2), ("written_off", 1))
    assert sum(n for _, n in unknown) == counted(store)["unknown"]
    assert reports.reasons(EVERYTHING, [Tile.UNKNOWN, Tile.FAILED]) == (*unknown, *failed)


def test_delivered_by_minute_adds_up_to_the_delivered(store: Store, reports: Reports) -> None:
    minutes = reports.delivered_by_minute(everything_at_once(store))
    assert [ts for ts, _ in minutes] == sorted({ts // MINUTE * MINUTE for ts, _ in minutes})
    assert sum(n for _, n in minutes) == counted(store)["delivered"]


def test_days_are_those_of_the_viewer_and_all_of_them_are_there(store: Store, reports: Reports) -> None:
    half_past_midnight_in_berlin = NOW - 15 * HOUR + 15 * MINUTE  # still yesterday in UTC
    a_campaign(store.database, sent_ts=half_past_midnight_in_berlin - DAY, batches=[Batch(S.READY, 5)])
    a_campaign(store.database, "bbbb3333", sent_ts=NOW - 9 * DAY, batches=[Batch(S.READY, 7)])
    days = reports.daily(3, NOW, BERLIN)
    assert [(day, tally.people) for day, tally in days] == [
        (date(2026, 11, 21), 0),
        (date(2026, 11, 22), 5),
        (date(2026, 11, 23), 0),
    ]


def test_a_scheduled_campaign_counts_on_the_day_it_leaves(store: Store, reports: Reports) -> None:
    a_campaign(store.database, sent_ts=NOW - 2 * DAY, start_ts=NOW - HOUR, batches=[Batch(S.READY, 5)])
    a_campaign(store.database, "bbbb3333", sent_ts=NOW - 2 * DAY, start_ts=NOW + HOUR, batches=[Batch(S.READY, 7)])
    assert [tally.people for _, tally in reports.daily(3, NOW, BERLIN)] == [0, 0, 5]
    assert reports.totals(Selection(NOW - DAY, NOW))[0] == 1


@pytest.mark.parametrize("tile", [None, *Tile])
def test_recipients_of_a_tile_are_as_many_as_its_figure(store: Store, reports: Reports, tile: Tile | None) -> None:
    campaign_id = everything_at_once(store)
    rows = reports.recipients(campaign_id, Who(tile), limit=500)
    assert len(rows) == reports.recipient_count(campaign_id, Who(tile))
    assert [row.row for row in rows] == sorted(row.row for row in rows)
    assert {row.tile for row in rows} == ({tile} if tile else set(Tile))
    assert list(reports.export(campaign_id, Who(tile))) == list(rows)


def test_pages_of_recipients_join_to_the_whole(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    pages = [reports.recipients(campaign_id, offset=offset, limit=25) for offset in range(0, 150, 25)]
    assert [row.row for page in pages for row in page] == list(range(2, 139))


def test_a_recipient_has_the_times_of_its_status(store: Store, reports: Reports) -> None:
    rows = reports.recipients(everything_at_once(store), limit=500)
    for row in rows:
        has_status = row.verdict in {
            "delivered",
            "number_invalid",
            "blocked",
            "accepted",
            "timeout",
            "running",
            "send_error",
        }
        assert (row.sent_ts is not None) is has_status
    assert {row.submission_state for row in rows} == {None, *S}


@pytest.mark.parametrize(
    ("search", "rows"),
    [
        ("5", [5]),
        ("70", [70]),
        ("137", [137]),
        ("138", [138]),
        ("069007", [9]),
        ("+49 176 04069007", [9]),
        ("0176 / 04069007", [9]),
        ("(0176) 04069-007", [9]),
        ("0049 17604069007", [9]),
        ("4917604069007", [9]),
        (" 17604069007 ", [9]),
        ("+4", list(range(2, 139))),
        ("+43", []),
        ("n/a", []),
        ("%", []),
        ("999999", []),
        ("٣", []),
        ("9" * 400, []),
    ],
)
def test_a_search_finds_a_row_or_a_number_in_any_spelling(
    store: Store, reports: Reports, search: str, rows: list[int]
) -> None:
    campaign_id = a_campaign(store.database, batches=[Batch(S.READY, 137)])
    found = reports.recipients(campaign_id, Who(search=search), limit=200)
    assert [row.row for row in found] == rows
    assert reports.recipient_count(campaign_id, Who(search=search)) == len(found)


@pytest.mark.parametrize("order", list(Order))
def test_pages_counted_from_the_end_are_the_same_pages(store: Store, reports: Reports, order: Order) -> None:
    campaign_id = everything_at_once(store)
    total = reports.recipient_count(campaign_id)
    whole = reports.recipients(campaign_id, order=order, limit=total)
    assert len({row.row for row in whole}) == total
    for offset in range(0, total + 25, 25):
        page = reports.recipients(campaign_id, order=order, offset=offset, total=total)
        assert page == whole[offset : offset + 25]


def plans(store: Store, look: Callable[[], object]) -> list[str]:
    """How the database goes about every question about recipients that `look` asks."""
    asked: list[tuple[str, Any]] = []
    with store.database.read() as connection:
        engine = connection.engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM recipient" in statement:
            asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    look()
    sa.event.remove(engine, "before_cursor_execute", note)
    told = []
    with store.database.read() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if not on_sqlite:
            # So few rows are read faster as a whole; and how many have a number is known after this.
            connection.exec_driver_sql("analyze recipient")
            connection.exec_driver_sql("set enable_seqscan = off")
            connection.exec_driver_sql("set enable_bitmapscan = off")
        for statement, parameters in asked:
            explained = f"explain {'query plan ' if on_sqlite else ''}{statement}"
            rows = connection.exec_driver_sql(explained, parameters).all()
            told.append(" ".join(str(row[-1]) for row in rows))
    return told


def test_a_cell_that_is_no_number_is_searched_among_such_cells_alone(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    who = Who(search="0176 0406O112")
    page, count = plans(
        store, lambda: (reports.recipients(campaign_id, who), reports.recipient_count(campaign_id, who))
    )
    assert "ix_recipient_left_out" in page
    assert "ix_recipient_left_out" in count


def test_who_was_left_out_is_shown_without_a_look_at_anybody_else(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    page, *_rest = plans(store, lambda: reports.recipients(campaign_id, Who(Tile.LEFT_OUT)))
    assert "ix_recipient_left_out" in page
    assert "Sort" not in page
    assert "TEMP B-TREE" not in page


def test_a_number_is_searched_in_its_index(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    who = Who(search="+4917604069007")
    page, *_rest = plans(store, lambda: reports.recipients(campaign_id, who))
    assert "recipient_number" in page
    assert "(number=? AND campaign_id=?)" in page or "pk_recipient_number" in page
    (count,) = plans(store, lambda: reports.recipient_count(campaign_id, who))
    assert "(number=? AND campaign_id=?)" in count or "pk_recipient_number" in count


@pytest.mark.parametrize("who", [Who(), Who(Tile.DELIVERED)], ids=["everybody", "one tile"])
def test_the_rows_before_a_page_are_passed_in_an_index_alone(store: Store, reports: Reports, who: Who) -> None:
    campaign_id = everything_at_once(store)
    page, *_rest = plans(store, lambda: reports.recipients(campaign_id, who, offset=50))
    assert "COVERING INDEX" in page or "Index Only Scan" in page
    assert "Sort" not in page
    assert "TEMP B-TREE" not in page


def test_a_row_of_the_file_that_is_no_number_is_found_as_it_was_written(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    assert [row.raw_number for row in reports.recipients(campaign_id, Who(search="N/A"))] == ["n/a"] * 3


def test_the_end_of_a_number_finds_it(store: Store, reports: Reports) -> None:
    campaign_id = a_campaign(store.database, batches=[Batch(S.READY, 150)])
    found = reports.recipients(campaign_id, Who(search="69040"))
    assert [row.row for row in found] == [42]
    assert [row.row for row in reports.recipients(campaign_id, Who(search="900042"))] == [144]


def test_a_story_tells_row_submission_and_statuses(store: Store, reports: Reports) -> None:
    story = reports.story(everything_at_once(store), 2)
    assert story is not None
    assert story.recipient.tile is Tile.DELIVERED
    assert story.recipient.fields == {"first name": "Chloé"}
    assert story.submission is not None
    assert story.submission.reference == "S4.TEST22.aaaa2222.1"
    assert story.submission.job_id is not None
    assert [(status.process_status, status.status) for status in story.statuses] == [("DONE", "SUC_FIN")]


def test_the_story_of_a_row_left_out_has_no_submission(store: Store, reports: Reports) -> None:
    story = reports.story(everything_at_once(store), 130)
    assert story is not None
    assert story.recipient.pile is Pile.DUPLICATE
    assert (story.submission, story.statuses) == (None, ())


def test_the_timeline_is_in_the_order_of_events(store: Store, reports: Reports) -> None:
    campaign_id = everything_at_once(store)
    everything_at_once(store, "bbbb3333")
    assert [event.action for event in reports.timeline(campaign_id)] == ["prepare", "send"]


def test_decisions_name_what_waits_for_a_person(store: Store, reports: Reports) -> None:
    everything_at_once(store)
    a_draft(store.database, "old", NOW - 15 * DAY)
    a_draft(store.database, "new", NOW - 13 * DAY)
    decisions = reports.decisions(NOW)
    assert [(row.state, row.people, row.problem) for row in decisions.unclear] == [
        (S.UNCERTAIN, 9, "no_answer"),
        (S.UNDECIDED, 8, "no_answer"),
    ]
    assert [(row.campaign_name, row.people, row.problem) for row in decisions.held] == [
        ("Autumn sale, first wave", 3, "body_changed")
    ]
    assert (decisions.old_drafts, decisions.hold) == (1, None)


def test_freshness_is_about_jobs_that_are_not_settled(store: Store, reports: Reports) -> None:
    a_running_campaign(store, NOW - 10 * MINUTE, NOW - 5 * MINUTE)
    a_campaign(store.database, "bbbb3333", batches=[Batch(S.SETTLED, verdicts={"delivered": 1})])
    freshness = reports.freshness()
    assert (freshness.open_jobs, freshness.read_jobs, freshness.oldest_ts) == (2, 2, NOW - 8 * MINUTE)


def test_results_of_a_job_that_nobody_has_read_are_as_old_as_the_job(store: Store, reports: Reports) -> None:
    a_running_campaign(store, NOW - 10 * MINUTE, NOW - 5 * MINUTE)
    with store.database.write() as connection:
        connection.execute(job.update().where(job.c.receipt_ts == NOW - 10 * MINUTE).values(looked_ts=None))
        # What other programs have sent is read in the background, years back.
        connection.execute(job.update().where(job.c.looked_ts.is_not(None)).values(campaign_id=None, looked_ts=None))
    freshness = reports.freshness()
    assert (freshness.open_jobs, freshness.read_jobs, freshness.oldest_ts) == (2, 0, NOW - 10 * MINUTE)


def test_the_queue_is_what_running_campaigns_have_ready(store: Store, reports: Reports) -> None:
    everything_at_once(store)
    a_campaign(store.database, "bbbb3333", state=CampaignState.PAUSED, batches=[Batch(S.READY, 5)])
    a_campaign(store.database, "cccc4444", start_ts=NOW + HOUR, batches=[Batch(S.READY, 6)])
    queue = reports.queue(NOW)
    assert (queue.submissions, queue.people, queue.due) == (2, 17, 1)


def test_the_builder_itself_keeps_counters_and_rows_in_step(store: Store) -> None:
    everything_at_once(store)
    with store.database.read() as connection:
        states = dict(
            connection.execute(
                sa.select(submission.c.state, sa.func.sum(submission.c.people)).group_by(submission.c.state)
            ).all()
        )
        kept = dict(connection.execute(sa.select(counter.c.key, counter.c.n).where(counter.c.kind == "state")).all())
    assert states == kept
