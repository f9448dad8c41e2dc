"""A hand-over whose fate is unknown: what the page shows, and each of the three decisions to its end."""

from collections import Counter

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.console import words_decisions
from sms4a.models import JobRequest, Message, Options, Recipient
from tests.builders import a_number
from tests.ledger_rows import Batch, a_campaign
from tests.line import Line, people
from tests.pages.conftest import OpenPage, keys, texts

S = SubmissionState


def unclear(line: Line, when: str = "before", count: int = 2) -> Campaign:
    """A campaign of one hand-over whose POST was cut: accepted all the same (`after`), or not (`before`)."""
    campaign = line.released(people(*(a_number(i) for i in range(count))))
    line.simulator.faults.add("drop", when=when)
    line.send_all()
    return campaign


def undecided(line: Line, count: int = 2) -> Campaign:
    campaign = unclear(line, count=count)
    for _ in range(25):
        line.reconcile_all()
        line.clock.advance(minutes=3)
    return campaign


def decide(page: AppTest, kind: str, reason: str, **typed: str) -> AppTest:
    page.button(key=f"campaign_{kind}_1").click().run()
    for key, value in typed.items():
        page.text_input(key=f"campaign_{key}").set_value(value)
    page.text_input(key="campaign_reason").set_value(reason)
    return page.button(key="campaign_decide_yes").click().run()


def looks(page: AppTest) -> list[list[str]]:
    table = next(table.value for table in page.table if "Jobs seen" in table.value)
    shown: list[list[str]] = table[["Data centres", "Jobs seen", "Found"]].to_numpy().tolist()
    return shown


def test_while_it_is_looked_for_the_page_says_what_was_read_and_nobody_can_decide(
    open_page: OpenPage, line: Line
) -> None:
    campaign = unclear(line)
    line.simulator.faults.set_down("de1")
    line.reconcile_all()
    line.simulator.faults.clear()
    line.clock.advance(minutes=1)
    line.reconcile_all()
    page = open_page("campaign", id=campaign.id)
    said = texts(page)
    assert (
        ":violet[:material/help:] **We do not know whether Retarus accepted the messages for these 2 people.**" in said
    )
    assert "It left today 13:00:00. The request left and no usable answer came back." in said
    assert "Both data centres are being searched, next at 13:03." in said
    assert looks(page) == [["de1 did not answer", "–", "not known"], ["Both read completely", "0", "nothing"]]
    assert not {"campaign_sent_1", "campaign_again_1", "campaign_write_off_1"} & keys(page)
    assert "Pause" not in [button.label for button in page.button]


def test_send_again_says_the_risk_and_goes_out_once_after_a_fresh_look(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    page = open_page("campaign", id=campaign.id)
    assert "have no job with its reference" in texts(page)
    assert {"campaign_sent_1", "campaign_again_1", "campaign_write_off_1"} <= keys(page)
    page.button(key="campaign_again_1").click().run()
    assert "**If Retarus accepted it after all, 2 people will get it twice.**" in texts(page)
    assert page.button(key="campaign_decide_yes").label == "Send to 2 people again"
    page = decide(open_page("campaign", id=campaign.id), "again", "nobody has got it")
    assert "Both data centres are being read once more for what was decided." in texts(page)
    assert "**Somebody here, today" in texts(page)
    assert "campaign_again_1" not in keys(page)
    assert line.send_all() == 0
    line.reconcile_all()
    assert line.send_all() == 1
    assert Counter(line.accepted().values()) == {1: 2}
    assert "Awaiting results" in texts(open_page("campaign", id=campaign.id))


def test_a_decision_needs_a_reason_and_what_was_typed_stays(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    page = decide(open_page("campaign", id=campaign.id), "sent", "", job_id="J.20261123-051230.123-0sx3lp2jdu4")
    assert [warning.value for warning in page.warning] == ["Say why. The reason stays with this campaign."]
    assert page.text_input(key="campaign_job_id").value == "J.20261123-051230.123-0sx3lp2jdu4"
    page = decide(open_page("campaign", id=campaign.id), "sent", "support says so")
    assert [warning.value for warning in page.warning] == ["Type the id of the job, as the page Jobs shows it."]
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert not found.decisions


def test_more_than_a_hundred_people_are_confirmed_by_typing_their_number(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line, count=101)
    page = decide(open_page("campaign", id=campaign.id), "again", "nobody has got it", typed="100")
    assert [warning.value for warning in page.warning] == ["Type 101, the number of people."]
    page.text_input(key="campaign_typed").set_value("101")
    page.button(key="campaign_decide_yes").click().run()
    line.reconcile_all()
    assert line.send_all() == 1
    assert Counter(line.accepted().values()) == {1: 101}


def test_it_was_sent_is_believed_when_the_job_is_ours(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    reference = line.store.undecided.of_campaign(campaign.id)[0].reference
    ours = line.client.send(
        JobRequest(
            messages=(Message(text="Hi", recipients=(Recipient(dst=a_number(1)), Recipient(dst=a_number(2)))),),
            options=Options(customer_ref=reference),
        )
    )
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_sent_1").click().run()
    assert f"carries the reference `{reference}` and is for 2 people" in texts(page)
    decide(open_page("campaign", id=campaign.id), "sent", "support says so", job_id=ours.job_id)
    line.reconcile_all()
    assert line.store.ledger.balance(campaign.id).states["accepted"] == 2
    page = open_page("campaign", id=campaign.id)
    told = "\n".join(str(cell) for table in page.table for cell in table.value.to_numpy().ravel())
    assert "Retarus accepted the messages for 2 people" in told
    assert "said that hand\\-over 1 was sent" in told


def test_a_foreign_job_is_refused_in_words_and_one_may_decide_anew(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    foreign = line.client.send(JobRequest(messages=(Message(text="Hi", recipients=(Recipient(dst=a_number(9)),)),)))
    decide(open_page("campaign", id=campaign.id), "sent", "support says so", job_id=foreign.job_id)
    line.reconcile_all()
    page = open_page("campaign", id=campaign.id)
    assert "Reason: support says so. Not carried out: Retarus has no such job" in texts(page)
    assert {"campaign_sent_1", "campaign_again_1", "campaign_write_off_1"} <= keys(page)


def test_with_a_data_centre_down_sending_again_is_refused_in_words(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    line.simulator.faults.set_down("de2")
    decide(open_page("campaign", id=campaign.id), "again", "people ask")
    line.reconcile_all()
    page = open_page("campaign", id=campaign.id)
    assert "Not carried out: a data centre could not be read, which proves nothing." in texts(page)
    assert looks(page)[-1][0] == "de2 did not answer"
    line.simulator.faults.clear()
    assert (line.send_all(), line.accepted()) == (0, {})


def test_write_off_says_what_it_means_and_ends_it(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_write_off_1").click().run()
    assert "These 2 people stay *unknown*: they may have got the message, or not." in texts(page)
    decide(open_page("campaign", id=campaign.id), "write_off", "too late")
    line.sweep_all()
    assert line.again(campaign).state is CampaignState.FINISHED
    said = texts(open_page("campaign", id=campaign.id))
    assert "0 left out · 2 = 2 written off" in said


def test_who_hesitates_changes_nothing(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_again_1").click().run()
    page.button(key="campaign_decide_no").click().run()
    assert "campaign_decide_yes" not in keys(page)
    (found,) = line.store.undecided.of_campaign(campaign.id)
    assert not found.decisions


def test_somebody_else_was_faster(open_page: OpenPage, line: Line) -> None:
    campaign = undecided(line)
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_again_1").click().run()
    page.text_input(key="campaign_reason").set_value("again")
    line.store.undecided.write_off(campaign.id, 1, "too late", "ben")
    page.button(key="campaign_decide_yes").click().run()
    assert "campaign_decide_yes" not in keys(page)
    line.reconcile_all()
    assert (line.send_all(), line.accepted()) == (0, {})


@pytest.mark.parametrize(("problem", "said"), [("double_job", "two jobs"), ("job_differs", "another number of people")])
def test_what_does_not_fit_can_only_be_written_off(
    open_page: OpenPage, page_store: Store, problem: str, said: str
) -> None:
    a_campaign(page_store.database, batches=[Batch(S.UNDECIDED, 5, problem=problem, attempt_ts=1)])
    page = open_page("campaign", id="aaaa2222")
    assert said in texts(page)
    assert {"campaign_write_off_1"} == {key for key in keys(page) if key.endswith("_1")}


def test_a_stopped_campaign_is_not_sent_again(open_page: OpenPage, page_store: Store) -> None:
    batches = [Batch(S.UNDECIDED, 5, problem="no_trace", attempt_ts=1)]
    a_campaign(page_store.database, state=CampaignState.STOPPED, batches=batches)
    assert "campaign_again_1" not in keys(open_page("campaign", id="aaaa2222"))


def test_many_unclear_ones_are_shown_a_few_at_a_time_and_can_all_be_reached(
    open_page: OpenPage, page_store: Store
) -> None:
    a_campaign(page_store.database, batches=[Batch(S.UNDECIDED, 5, problem="no_trace")] * 8)
    page = open_page("campaign", id="aaaa2222")
    assert texts(page).count("We do not know whether") == 5
    page.button(key="campaign_show_unclear").click().run()
    assert texts(page).count("We do not know whether") == 8


def test_several_that_are_looked_for_are_told_together_below_what_needs_somebody(
    open_page: OpenPage, page_store: Store
) -> None:
    batches = [Batch(S.UNCERTAIN, 5, problem="no_answer")] * 30 + [Batch(S.UNDECIDED, 4, problem="no_trace")]
    a_campaign(page_store.database, batches=batches)
    page = open_page("campaign", id="aaaa2222")
    said = texts(page)
    titles = ["accepted the messages for these 4 people.", "accepted the messages for these 150 people."]
    assert said.count("We do not know whether") == 2
    assert sorted(titles, key=said.index) == titles
    assert "They are in 30 hand-overs; the first left today 15:05:01." in said
    table = next(table.value for table in page.table if "Why it is unclear" in table.value)
    assert len(table) == 25
    assert "and 5 more" in said
    assert "campaign_again_31" in keys(page)


@pytest.mark.parametrize("result", ["done", "no_such_job", "job_differs", "double_job", "look_incomplete"])
def test_every_result_of_a_decision_has_words(result: str) -> None:
    assert result in words_decisions._RESULTS
