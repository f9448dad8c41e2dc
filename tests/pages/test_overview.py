"""Overview: what is running, how the week went, what needs somebody."""

import pytest

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.recipients import Pile
from tests.ledger_rows import DAY, HOUR, NOW, Batch, a_campaign, a_draft, a_hold, a_worker
from tests.pages.conftest import OpenPage, figures, texts

S = SubmissionState

pytestmark = pytest.mark.usefixtures("present")


def test_an_empty_console_teaches_the_first_step(open_page: OpenPage) -> None:
    page = open_page("overview")
    assert "about five minutes" in texts(page)
    assert page.button(key="overview_new").label == "New campaign"
    assert not page.metric


def test_a_running_campaign_has_a_card_with_its_progress(open_page: OpenPage, page_store: Store) -> None:
    a_worker(page_store.database, NOW)
    batches = [Batch(S.ACCEPTED, 100, attempt_ts=ts - 9, answer_ts=ts) for ts in (NOW - 20_000, NOW - 10_000)]
    a_campaign(page_store.database, batches=[*batches, Batch(S.READY, 300)])
    page = open_page("overview")
    assert "**Autumn sale, first wave**" in texts(page)
    (progress,) = page.get("progress")
    assert progress.proto.value == 40
    assert progress.proto.text == "200 of 500 people with Retarus · 5 people a second · done at about 15:16"


def test_what_holds_all_sending_leaves_no_empty_place(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.READY, 300)])
    a_hold(page_store.database, "login", NOW)
    page = open_page("overview")
    assert page.error[0].proto.title == "Retarus does not accept the login."
    assert "Nothing else needs you." in texts(page)


def test_a_scheduled_campaign_says_when_it_begins(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.READY, 300)], start_ts=NOW + 20 * HOUR)
    page = open_page("overview")
    assert "Begins Tuesday 24 November 2026, 11:15 (Berlin) · 300 people are waiting" in texts(page)
    assert not page.get("progress")


def test_the_week_is_the_sum_of_its_campaigns(open_page: OpenPage, page_store: Store) -> None:
    done = {"state": CampaignState.FINISHED}
    a_campaign(
        page_store.database, batches=[Batch(S.SETTLED, verdicts={"delivered": 97, "timeout": 3})],
        left_out={Pile.DUPLICATE: 5}, sent_ts=NOW - DAY, **done,  # type: ignore[arg-type]
    )  # fmt: skip
    a_campaign(
        page_store.database, "bbbb3333", batches=[Batch(S.SETTLED, verdicts={"delivered": 50, "accepted": 50})],
        sent_ts=NOW - 2 * DAY, **done,  # type: ignore[arg-type]
    )  # fmt: skip
    a_campaign(
        page_store.database, "cccc4444", batches=[Batch(S.SETTLED, verdicts={"delivered": 90, "timeout": 10})],
        sent_ts=NOW - 9 * DAY, **done,  # type: ignore[arg-type]
    )  # fmt: skip
    page = open_page("overview")
    assert (
        "**200 people** in 2 campaigns. **98.0\u00a0%** of the finished messages were delivered, 8 points more"
        in texts(page)
    )
    assert figures(page) == {"Delivered": "147", "Handed over": "50", "Waiting": "0", "Failed": "3", "Unknown": "0"}


def test_the_unclear_of_the_tile_are_of_the_same_days(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.SETTLED, verdicts={"send_error": 3}), Batch(S.UNCERTAIN, 2)])
    a_campaign(page_store.database, "bbbb3333", sent_ts=NOW - 9 * DAY, batches=[Batch(S.UNDECIDED, 50)])
    page = open_page("overview")
    unknown = next(metric for metric in page.metric if metric.label.endswith("Unknown"))
    assert (unknown.value, unknown.delta) == ("5", "2 unclear")


def test_who_was_stopped_is_not_waited_for(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, state=CampaignState.STOPPED, batches=[Batch(S.STOPPED, 5)])
    assert "**5 people** in 1 campaign. Nobody got it." in texts(open_page("overview"))
    assert "**Nobody got it.**" in texts(open_page("analytics"))


def test_nothing_to_decide_is_said_in_one_line(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(S.READY, 3)])
    assert "Nothing needs you right now." in texts(open_page("overview"))


def test_each_decision_has_a_card_with_one_button(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(
        page_store.database, name="Sale & *more*",
        batches=[
            Batch(S.UNDECIDED, 50, problem="no_trace"), Batch(S.UNCERTAIN, 9, problem="no_answer"),
            Batch(S.HELD, 4, problem="changed"),
        ],
    )  # fmt: skip
    a_campaign(page_store.database, "bbbb3333", batches=[Batch(S.UNCERTAIN, 7, problem="no_answer")])
    a_campaign(
        page_store.database, "cccc4444", state=CampaignState.PAUSED, problem="missed_start", start_ts=NOW - 5 * HOUR,
        batches=[Batch(S.READY, 60)],
    )  # fmt: skip
    a_draft(page_store.database, "old", NOW - 20 * DAY)
    page = open_page("overview")
    said = texts(page)
    assert "**A start was missed** · 60 people" in said
    assert "It should have started today 10:15 while the console was not running" in said
    assert "**Decide about 1 hand-over** · 50 people" in said
    assert "Both data centres were searched completely, again and again" in said
    assert "**1 hand-over is unclear** · 7 people" in said
    assert "**1 hand-over is held** · 4 people" in said
    assert "**1 draft is older than 14 days**" in said
    assert "Nothing needs you right now." not in said
    labels = [button.label for button in page.button if (button.key or "").startswith("overview_decide")]
    assert labels == [
        "Start it now, or later", "Look and decide", "Look at it", "Look at it", "Look at the drafts",
    ]  # fmt: skip


def test_a_campaign_without_a_name_needs_somebody_all_the_same(open_page: OpenPage, page_store: Store) -> None:
    batches = [Batch(S.UNDECIDED, 50, problem="no_trace"), Batch(S.HELD, 4, problem="changed")]
    a_campaign(page_store.database, name="", batches=batches)
    a_campaign(
        page_store.database, "cccc4444", name="", state=CampaignState.PAUSED, problem="missed_start", start_ts=NOW,
        batches=[Batch(S.READY, 60)],
    )  # fmt: skip
    assert texts(open_page("overview")).count(":gray[Untitled. ") == 3
