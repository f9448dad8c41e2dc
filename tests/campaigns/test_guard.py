"""What would make sending dangerous holds it, and says why."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from sms4a.campaigns import database as database_module
from sms4a.campaigns.bookkeeping import move
from sms4a.campaigns.database import Database
from sms4a.campaigns.migrate import migrate
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.sending.claims import Claim
from sms4a.campaigns.sending.guard import Guard
from sms4a.campaigns.sending.spool import Spool
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import list_row, submission
from sms4a.client import Client
from sms4a.simulator import Simulator
from tests.builders import a_number
from tests.clock import Clock
from tests.line import Line, people, release_what_holds


def held(store: Store) -> str | None:
    return store.brakes.state().hold_code


@pytest.fixture
def file_store(tmp_path: Path, clock: Clock) -> Store:
    database = Database(f"sqlite:///{tmp_path}/console.db", clock=clock.ms)
    migrate(database, "practice")
    return Store(database)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"{", b"[1]", b'{"a": null}', b'{"a": "x"}'])
def test_a_file_of_markers_that_nobody_can_read_is_written_anew(line: Line, content: bytes) -> None:
    file = line.simulator.path.parent / "markers.json"
    file.write_bytes(content)
    line.guard.at_start()
    line.guard.note_marker(7)
    file.write_bytes(content)
    line.guard.beat()
    line.guard.note_marker(8)
    assert line.guard._known(line.guard._token) == 8


def test_a_start_on_the_same_database_holds_nothing(line: Line) -> None:
    for _ in range(2):
        line.guard.at_start()
        line.released(people(a_number(1)))
        line.send_all()
    assert held(line.store) is None


def test_a_restored_older_copy_is_recognised(line: Line) -> None:
    line.guard.at_start()
    line.guard.note_marker(7)
    line.guard.at_start()
    assert held(line.store) == "restored"
    line.released(people(a_number(1)))
    assert line.send_all() == 0
    release_what_holds(line)
    assert line.send_all() == 1


@pytest.mark.parametrize("held_before", [None, "disk"])
@pytest.mark.parametrize("same_file", [True, False])
def test_a_backup_put_back_over_the_file_is_recognised(
    file_store: Store,
    client: Client,
    simulator: Simulator,
    clock: Clock,
    tmp_path: Path,
    same_file: bool,
    held_before: str | None,
) -> None:
    line = Line(file_store, client, simulator, clock)
    line.guard.at_start()
    line.released(people(a_number(1), a_number(2)), size=1)
    path = file_store.database.path
    assert path is not None
    line.sender.step("w")
    back_up(path, tmp_path / "backup.db")
    line.send_all()
    file_store.close()
    if held_before:
        with closing(sqlite3.connect(tmp_path / "backup.db")) as copy, copy:
            copy.execute("update sender set hold_code = ?, hold_ts = 1", (held_before,))
    if same_file:
        with path.open("r+b") as live:
            live.write((tmp_path / "backup.db").read_bytes())
            live.truncate()
    else:
        (tmp_path / "backup.db").replace(path)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    again = Line(Store(Database(f"sqlite:///{path}", clock=clock.ms)), client, simulator, clock)
    again.guard.at_start()
    assert held(again.store) == "restored"
    assert again.send_all() == 0
    assert set(again.accepted().values()) == {1}
    # A move is not asked about once more: it is part of what was told.
    release_what_holds(again)
    again.guard.at_start()
    assert held(again.store) is None
    again.store.close()


def back_up(source: Path, target: Path) -> None:
    live, copy = sqlite3.connect(source), sqlite3.connect(target)
    live.backup(copy)
    live.close()
    copy.close()


def test_a_copied_file_is_recognised(file_store: Store, clock: Clock, tmp_path: Path) -> None:
    Guard(file_store.database, tmp_path).at_start()
    path = file_store.database.path
    assert path is not None
    back_up(path, tmp_path / "copy.db")
    file_store.close()
    copy = Store(Database(f"sqlite:///{tmp_path}/copy.db", clock=clock.ms))
    Guard(copy.database, tmp_path / "elsewhere").at_start()
    assert held(copy) == "moved"
    copy.close()


@pytest.mark.parametrize(("hours", "code"), [(0, None), (1, "clock"), (-1, "clock")])
def test_a_clock_that_jumps_holds(line: Line, hours: float, code: str | None) -> None:
    steady = iter([0.0, 5.0])
    guard = Guard(line.store.database, line.simulator.path.parent, steady=lambda: next(steady))
    guard.beat()
    line.clock.advance(seconds=5, hours=hours)
    guard.beat()
    assert held(line.store) == code


def test_a_clock_behind_the_last_sign_of_life_holds_at_the_start(line: Line) -> None:
    line.guard.beat()
    line.clock.advance(hours=-1)
    line.guard.at_start()
    assert held(line.store) == "clock"


def beating(line: Line) -> Guard:
    """Time passes for both clocks alike."""
    guard = Guard(line.store.database, line.simulator.path.parent, steady=lambda: line.clock.ms() / 1000)
    guard.beat()
    return guard


def test_a_start_that_was_missed_while_nothing_ran_asks_instead_of_sending_late(line: Line) -> None:
    guard = beating(line)
    campaign = line.released(people(a_number(1)), start_ts=line.clock.ms() + 3_600_000)
    line.clock.advance(hours=3)
    assert line.send_all() == 0
    guard.beat()
    assert line.send_all() == 0
    assert (line.again(campaign).state, line.again(campaign).problem) == (CampaignState.PAUSED, "missed_start")
    line.store.ledger.resume(campaign.id, "ann")
    assert line.send_all() == 1


def test_a_later_start_after_an_attempt_that_sent_nothing_is_asked_about_if_it_is_missed(line: Line) -> None:
    guard = beating(line)
    campaign = line.released(people(a_number(1)))
    line.simulator.faults.add("status", status=429)
    assert line.sender.step("w")
    assert line.store.ledger.reschedule(campaign.id, line.clock.ms() + 3_600_000, "ann")
    line.clock.advance(hours=3)
    guard.beat()
    assert line.again(campaign).problem == "missed_start"
    assert line.send_all() == 0


def test_a_start_missed_by_a_few_minutes_is_made_up_for(line: Line) -> None:
    guard = beating(line)
    line.released(people(a_number(1)), start_ts=line.clock.ms() + 60_000)
    line.clock.advance(minutes=10)
    guard.beat()
    assert line.send_all() == 1


def test_a_campaign_that_had_begun_goes_on_after_a_long_night(line: Line) -> None:
    guard = beating(line)
    line.released(people(a_number(1), a_number(2)), size=1)
    line.sender.step("w")
    line.clock.advance(hours=10)
    guard.beat()
    assert line.send_all() == 1


def test_undo_takes_send_back_while_nothing_has_left(line: Line) -> None:
    prepared = line.prepared(people(a_number(1)))
    line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann", undo_s=30)
    assert line.send_all() == 0
    line.clock.advance(seconds=29)
    assert line.send_all() == 0
    assert line.store.ledger.undo(prepared.id, "ann")
    line.clock.advance(hours=1)
    assert line.send_all() == 0
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann", undo_s=30)
    line.clock.advance(seconds=30)
    assert line.send_all() == 1
    assert not line.store.ledger.undo(prepared.id, "ann")


def test_undo_takes_send_back_after_an_attempt_that_sent_nothing(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    line.simulator.faults.add("status", status=429)
    assert line.sender.step("w")
    line.sweep_all()
    assert line.accepted() == {}
    assert line.store.ledger.undo(campaign.id, "ann")
    with line.store.database.read() as c:
        assert c.execute(sa.select(sa.func.count()).select_from(list_row)).scalar_one() == 1, "the list is still needed"
    assert line.store.ledger.send(campaign.id, campaign.fingerprint or "", "ann")
    line.clock.advance(minutes=1)
    assert line.send_all() == 1
    assert line.accepted() == {a_number(1): 1}
    line.sweep_all()
    assert not line.store.ledger.undo(campaign.id, "ann")


def test_undo_does_not_take_back_what_left_before_this_copy_of_the_database_was_taken(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.client.send_body(line.claims.body(claim))
    with line.store.database.write() as c:
        move(c, campaign.id, 1, SubmissionState.SENDING, SubmissionState.READY, due_ts=0)
        c.execute(sa.update(submission).values(attempt=0, attempt_ts=None, owner=None, lease_ts=None))
    line.indexer.step()
    line.track_all()
    assert line.send_all() == 0
    assert not line.store.ledger.undo(campaign.id, "ann")


def test_undo_does_not_take_back_what_a_person_had_sent_again(line: Line) -> None:
    campaign = line.released(people(a_number(1)))
    line.simulator.faults.add("drop", when="before")
    line.sender.step("w")
    for _ in range(5):
        line.clock.advance(minutes=31)
        line.reconcile_all()
    line.store.undecided.send_again(campaign.id, 1, "Retarus says no", "ann")
    line.reconcile_all()
    with line.store.database.read() as c:
        assert c.execute(sa.select(submission.c.state)).scalar_one() == SubmissionState.READY
    assert not line.store.ledger.undo(campaign.id, "ann")


def test_a_start_can_be_changed_until_something_has_left(line: Line) -> None:
    campaign = line.released(people(a_number(1)), start_ts=line.clock.ms() + 3_600_000)
    assert line.store.ledger.reschedule(campaign.id, line.clock.ms() + 60_000, "ann")
    line.clock.advance(minutes=1)
    assert line.send_all() == 1
    assert not line.store.ledger.reschedule(campaign.id, line.clock.ms() + 60_000, "ann")


def test_the_emergency_stop_holds_everything_until_a_person_releases_it(line: Line) -> None:
    line.released(people(a_number(1)))
    assert line.store.brakes.stop_everything("ann")
    assert line.send_all() == 0
    release_what_holds(line)
    assert line.send_all() == 1


def test_an_answer_that_the_database_cannot_take_is_not_forgotten(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    with monkeypatch.context() as broken:
        broken.setattr(line.claims, "record", fail)
        broken.setattr(line.claims, "record_late", fail)
        line.sender.step("w")
        assert line.sender.step("w") is False, "nothing new leaves before the answer is written down"
    assert line.send_all() == 1
    with line.store.database.read() as c:
        assert list(c.scalars(sa.select(submission.c.state))) == [SubmissionState.ACCEPTED] * 2


def test_an_answer_outlives_the_process_in_the_spool_file(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.released(people(a_number(1)))
    with monkeypatch.context() as broken:
        broken.setattr(line.claims, "record", fail)
        line.sender.step("w")
    line.claims.give_up(dead_owners=True)
    assert line.spool.replay(line.claims) == 1
    assert line.spool.replay(line.claims) == 0
    with line.store.database.read() as c:
        assert c.execute(sa.select(submission.c.state)).scalar_one() == SubmissionState.ACCEPTED


def test_an_answer_that_comes_in_while_others_are_written_down_is_not_lost(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    first, second = line.claims.claim_next("w"), line.claims.claim_next("v")
    assert first is not None
    assert second is not None
    line.spool.add(first, Ruling(SubmissionState.REFUSED, "refused"))
    record = line.claims.record_late

    def another_worker_writes(claim: Claim, ruling: Ruling) -> bool:
        if claim == first:
            line.spool.add(second, Ruling(SubmissionState.REFUSED, "refused"))
        return record(claim, ruling)

    monkeypatch.setattr(line.claims, "record_late", another_worker_writes)
    assert line.spool.replay(line.claims) + line.spool.replay(line.claims) == 2
    with line.store.database.read() as c:
        assert list(c.scalars(sa.select(submission.c.state))) == [SubmissionState.REFUSED] * 2


def test_answers_that_another_worker_takes_away_meanwhile_do_not_stop_this_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.released(people(a_number(1), a_number(2)), size=1)
    for worker in "wv":
        claim = line.claims.claim_next(worker)
        assert claim is not None
        line.spool.add(claim, Ruling(SubmissionState.REFUSED, "refused"))
    record = line.claims.record_late

    def another_one_is_faster(claim: Claim, ruling: Ruling) -> bool:
        monkeypatch.undo()
        Spool(line.simulator.path.parent).replay(line.claims)
        return record(claim, ruling)

    monkeypatch.setattr(line.claims, "record_late", another_one_is_faster)
    line.spool.replay(line.claims)
    with line.store.database.read() as c:
        assert list(c.scalars(sa.select(submission.c.state))) == [SubmissionState.REFUSED] * 2


def test_a_spool_line_that_is_damaged_is_passed_over(line: Line) -> None:
    line.released(people(a_number(1)))
    claim = line.claims.claim_next("w")
    assert claim is not None
    line.spool.add(claim, Ruling(SubmissionState.REFUSED, "refused"))
    (line.simulator.path.parent / "spool-damaged.jsonl").write_text('{"claim": {"camp')
    assert line.spool.replay(line.claims) == 2


def test_a_locked_database_lets_nothing_leave(
    tmp_path: Path, client: Client, simulator: Simulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 1)
    database = Database(f"sqlite:///{tmp_path}/console.db", clock=clock.ms)
    migrate(database, "practice")
    line = Line(Store(database), client, simulator, clock)
    line.released(people(a_number(1)))
    blocker = sqlite3.connect(tmp_path / "console.db", isolation_level=None)
    blocker.execute("begin immediate")
    with pytest.raises(OperationalError):
        line.sender.step("w")
    blocker.execute("rollback")
    blocker.close()
    assert line.accepted() == {}
    assert line.send_all() == 1
    database.close()


def fail(*_: object) -> bool:
    raise OperationalError("update", {}, Exception("disk is full"))


def test_the_file_beside_the_database_holds_no_personal_data(line: Line) -> None:
    line.guard.at_start()
    line.released(people(a_number(1)))
    line.send_all()
    content = (line.simulator.path.parent / "markers.json").read_text()
    assert a_number(1) not in content
    assert os.path.getsize(line.simulator.path.parent / "markers.json") < 100
