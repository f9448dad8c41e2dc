"""Sending again: only whom a second message cannot reach twice, and each of them by one campaign alone.

The judge is what the simulator accepted.
"""

import threading

import pytest
import sqlalchemy as sa

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.ledger import LedgerError
from sms4a.campaigns.states import CampaignState
from sms4a.campaigns.tables import recipient
from sms4a.recipients import Pile
from sms4a.status import Resend
from tests.builders import a_number
from tests.line import Line, people
from tests.worked import planned

# Delivered, gone for ever, refused by the network, unreachable, retries failed, internal error, stopped in time.
ENDINGS = ["000", "901", "905", "904", "906", "907", "910"]
NUMBERS = {ending: a_number(i, ending) for i, ending in enumerate(ENDINGS)}
SAFE = {"timeout", "connection", "cancelled_before", "not_accepted"}


@pytest.fixture
def sent(line: Line) -> Campaign:
    campaign = line.released(people(*NUMBERS.values()), size=3)
    line.send_all()
    line.run_to_the_end()
    return line.again(campaign)


def drafted(line: Line, campaign: Campaign, *verdicts: str) -> str:
    draft_id = line.store.again.begin(campaign.id, verdicts or SAFE, "ann", "Autumn, again")
    assert draft_id is not None
    while line.store.lists.check_next("w"):
        pass
    return draft_id


def prepared(line: Line, draft_id: str) -> Campaign:
    return planned(line.store, draft_id, size=3)


def press_send(line: Line, campaign: Campaign) -> bool:
    assert campaign.fingerprint is not None
    return line.store.ledger.send(campaign.id, campaign.fingerprint, "ann")


def test_whoever_has_not_got_a_message_is_not_said_to_have_got_it(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent))
    assert line.store.memory.same_text(again) is None
    line.released(people(*NUMBERS.values()))
    found = line.store.memory.same_text(again)
    assert found is not None, "another campaign with this text goes to them"
    assert found.campaign_id not in (sent.id, again.id)


def test_only_people_whom_it_is_safe_for_get_it_again(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent))
    assert (again.follows, again.root, again.people, again.rows_total) == (sent.id, sent.id, 4, 4)
    assert press_send(line, again)
    line.send_all()
    accepted = line.accepted()
    twice = {number for number, times in accepted.items() if times == 2}
    assert twice == {NUMBERS[ending] for ending in ("904", "905", "906", "910")}
    assert {times for number, times in accepted.items() if number not in twice} == {1}


def test_the_light_of_each_fate_says_how_many(line: Line, sent: Campaign) -> None:
    fates = {fate.verdict: (fate.resend, fate.open) for fate in line.store.again.fates(sent.id)}
    assert fates == {
        "delivered": (Resend.POINTLESS, 0),
        "number_invalid": (Resend.NEVER, 0),
        "not_accepted": (Resend.AFTER_CHECK, 1),
        "timeout": (Resend.LATER, 1),
        "connection": (Resend.YES, 1),
        "send_error": (Resend.NO, 0),
        "cancelled_before": (Resend.YES, 1),
    }


def test_the_rows_keep_their_numbers_and_attempts_are_counted(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent, "timeout"))
    press_send(line, again)
    (row,) = line.store.reports.recipients(again.id)
    (before,) = (row for row in line.store.reports.recipients(sent.id) if row.verdict == "timeout")
    assert (row.row, row.number, row.attempts) == (before.row, before.number, 2)
    assert before.attempts == 2
    assert [name for _, name in line.store.again.line(sent.id)] == ["Autumn", "Autumn, again"]
    assert [fate.already for fate in line.store.again.fates(sent.id) if fate.verdict == "timeout"] == [1]


def test_two_drafts_for_the_same_people_and_only_one_is_sent(line: Line, sent: Campaign) -> None:
    first, second = (prepared(line, drafted(line, sent)) for _ in range(2))
    assert press_send(line, first)
    with pytest.raises(LedgerError, match="sent_again"):
        press_send(line, second)
    line.send_all()
    assert max(line.accepted().values()) == 2


def test_who_was_sent_to_again_meanwhile_is_left_out_when_it_is_prepared(line: Line, sent: Campaign) -> None:
    waiting = drafted(line, sent)
    assert press_send(line, prepared(line, drafted(line, sent, "timeout")))
    late = prepared(line, waiting)
    assert late.people == 3
    assert [row.problem for row in line.store.reports.recipients(late.id) if row.outcome is None] == ["sent_again"]
    assert press_send(line, late)


def test_two_people_who_press_send_at_the_same_moment_send_once(line: Line, sent: Campaign) -> None:
    ready = [prepared(line, drafted(line, sent)) for _ in range(2)]
    results: list[object] = []
    start = threading.Barrier(2)

    def press(campaign: Campaign) -> None:
        start.wait(20)
        try:
            results.append(press_send(line, campaign))
        except LedgerError as error:
            results.append(error.code)

    threads = [threading.Thread(target=press, args=(campaign,)) for campaign in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["True", "sent_again"]
    line.send_all()
    assert max(line.accepted().values()) == 2


def test_a_result_that_changed_after_the_check_is_looked_at_again(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent, "timeout"))
    with line.store.database.write() as c:
        c.execute(
            sa.update(recipient)
            .where(recipient.c.campaign_id == sent.id, recipient.c.verdict == "timeout")
            .values(outcome="delivered", verdict="delivered")
        )
    with pytest.raises(LedgerError, match="sent_again"):
        press_send(line, again)


def test_after_taking_it_back_these_people_are_free_again(line: Line, sent: Campaign) -> None:
    first, second = (prepared(line, drafted(line, sent)) for _ in range(2))
    press_send(line, first)
    assert line.store.ledger.undo(first.id, "ann")
    assert press_send(line, second)


def test_a_third_attempt_follows_the_second_and_no_other(line: Line, sent: Campaign) -> None:
    second = prepared(line, drafted(line, sent, "connection"))
    press_send(line, second)
    line.send_all()
    line.run_to_the_end()
    third = prepared(line, drafted(line, second, "connection"))
    assert (third.follows, third.root, third.people) == (second.id, sent.id, 1)
    assert press_send(line, third)
    assert [row.attempts for row in line.store.reports.recipients(third.id)] == [3]
    assert [fate.open for fate in line.store.again.fates(sent.id) if fate.verdict == "connection"] == [0]


def test_who_opted_out_since_gets_nothing_more(line: Line, sent: Campaign) -> None:
    line.store.opt_outs.add([NUMBERS["904"]], "asked", "ann")
    again = prepared(line, drafted(line, sent))
    assert again.people == 3
    press_send(line, again)
    line.send_all()
    assert line.accepted()[NUMBERS["904"]] == 1


def test_the_list_of_a_repeat_keeps_its_people_whatever_is_answered(line: Line, sent: Campaign) -> None:
    draft = line.store.drafts.get(drafted(line, sent))
    assert draft is not None
    assert draft.list_id is not None
    listed = line.store.lists.get(draft.list_id)
    assert listed is not None
    assert line.store.lists.answer(listed.id, listed.version, home="GB") == listed
    assert (listed.rows_total, listed.format.header) == (4, ("first name", "mobile"))


def test_the_list_of_a_repeat_is_thrown_away_when_it_has_left(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent))
    assert line.store.lists.rows(again.list_id, Pile.RECEIVE)
    press_send(line, again)
    line.send_all()
    line.sweep_all()
    assert not line.store.lists.rows(again.list_id, Pile.RECEIVE)


def test_who_was_stopped_may_be_sent_to_from_the_campaign_that_was_stopped(line: Line, sent: Campaign) -> None:
    again = prepared(line, drafted(line, sent, "timeout"))
    press_send(line, again)
    line.store.ledger.stop(again.id, "ann")
    line.sweep_all()
    assert line.again(again).state is CampaignState.STOPPED
    third = prepared(line, drafted(line, again, "stopped"))
    assert press_send(line, third)
    line.send_all()
    assert line.accepted()[NUMBERS["904"]] == 2
