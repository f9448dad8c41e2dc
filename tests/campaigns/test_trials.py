"""Test messages: the same road as everything else, in no figure, and never twice by accident."""

from collections import Counter
from datetime import UTC
from decimal import Decimal

import pytest

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.views import Selection
from sms4a.simulator import accepted_sms
from sms4a.status import Outcome
from tests.builders import a_number
from tests.line import Line, people

MINE, WORK = a_number(100), a_number(101)


def a_test(line: Line, campaign: Campaign, rows: tuple[int, ...] = (2, 3), actor: str = "ann") -> int:
    return line.store.trials.send(campaign.id, campaign.fingerprint or "", rows, actor, name="Test of Autumn")


@pytest.fixture
def prepared(line: Line) -> Campaign:
    line.store.trials.keep("ann", MINE)
    line.store.trials.keep("ann", WORK)
    return line.prepared(
        people(*[a_number(n) for n in range(5)]), text="Hello {first name}, 20 % – STOP", sender="SHOP"
    )


def test_own_numbers_are_kept_for_each_person_and_not_more_than_five(line: Line) -> None:
    kept = [line.store.trials.keep("ann", a_number(n)) for n in (3, 1, 3, 2, 4, 5, 6)]
    assert kept == [True] * 6 + [False]
    assert line.store.trials.numbers("bob") == ()
    line.store.trials.forget("ann", a_number(1))
    assert set(line.store.trials.numbers("ann")) == {a_number(n) for n in (2, 3, 4, 5)}


def test_tests_are_the_bytes_of_their_rows_and_nobody_of_the_list_gets_anything(line: Line, prepared: Campaign) -> None:
    assert a_test(line, prepared) == 4
    line.send_all()
    got = sorted((sms.dst, sms.text) for sms in accepted_sms(line.simulator.path))
    texts = ("Hello Person0, 20 % – STOP", "Hello Person1, 20 % – STOP")
    assert got == sorted((number, text) for number in (MINE, WORK) for text in texts)
    line.run_to_the_end()
    assert {(trial.row, trial.number, trial.outcome) for trial in line.store.trials.of(prepared.id)} == {
        (row, number, Outcome.DELIVERED) for row in (2, 3) for number in (MINE, WORK)
    }


def test_a_second_press_sends_no_second_test(line: Line, prepared: Campaign) -> None:
    assert a_test(line, prepared) == 4
    assert a_test(line, prepared) == 0
    line.send_all()
    assert a_test(line, prepared) == 0
    line.clock.advance(seconds=11)
    assert a_test(line, prepared, rows=(4,)) == 2
    line.send_all()
    assert Counter(line.accepted()) == {MINE: 3, WORK: 3}


def test_a_test_that_waits_does_not_pile_up(line: Line, prepared: Campaign) -> None:
    line.store.brakes.stop_everything("ann")
    assert a_test(line, prepared) == 4
    line.clock.advance(hours=1)
    assert line.send_all() == 0
    assert a_test(line, prepared) == 0


def test_no_figure_counts_a_test(line: Line, prepared: Campaign) -> None:
    line.store.prices.set_price("DE", Decimal(1), "ann")
    a_test(line, prepared)
    line.send_all()
    line.run_to_the_end()
    reports, now = line.store.reports, line.clock.ms()
    assert reports.campaigns() == ()
    assert reports.campaign_count() == 0
    assert reports.campaigns_in(Selection()) == ()
    count, tally = reports.totals(Selection())
    assert (count, tally.rows) == (0, 0)
    assert reports.funnel(Selection()).uploaded == 0
    assert reports.running(now) == ()
    assert reports.reasons(Selection()) == ()
    assert sum(day.rows for _date, day in reports.daily(7, now, UTC)) == 0
    assert line.store.prices.spent_on(now, UTC) == 0
    assert line.store.ledger.balance(prepared.id).adds_up


def test_the_campaign_is_sent_after_its_test_as_if_there_had_been_none(line: Line, prepared: Campaign) -> None:
    a_test(line, prepared)
    line.send_all()
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    line.send_all()
    accepted = line.accepted()
    assert {number: n for number, n in accepted.items() if number not in (MINE, WORK)} == {
        a_number(n): 1 for n in range(5)
    }


def test_an_answer_that_never_came_makes_a_test_unclear_and_not_a_second_one(line: Line, prepared: Campaign) -> None:
    line.simulator.faults.add(action="drop", when="after", times=1)
    assert a_test(line, prepared, rows=(2,)) == 2
    line.send_all()
    assert {trial.outcome for trial in line.store.trials.of(prepared.id)} == {Outcome.UNKNOWN}
    line.clock.advance(seconds=30)
    line.reconcile_all()
    line.run_to_the_end()
    assert {trial.outcome for trial in line.store.trials.of(prepared.id)} == {Outcome.DELIVERED}
    assert set(line.accepted().values()) == {1}


def test_what_is_no_longer_what_was_shown_is_not_tested(line: Line, prepared: Campaign) -> None:
    with pytest.raises(LedgerError, match="changed"):
        line.store.trials.send(prepared.id, "another", [2], "ann", name="Test")
    assert line.store.ledger.send(prepared.id, prepared.fingerprint or "", "ann")
    with pytest.raises(LedgerError, match="not_prepared"):
        a_test(line, prepared)


def test_without_an_own_number_or_a_planned_row_there_is_nothing_to_send(line: Line, prepared: Campaign) -> None:
    assert a_test(line, prepared, actor="bob") == 0
    assert a_test(line, prepared, rows=(99,)) == 0
    assert line.send_all() == 0
