"""When a campaign begins: taken back after Send, scheduled and changed, missed and asked about."""

from datetime import datetime

import pytest

from sms4a.campaigns.campaign_records import Campaign
from sms4a.campaigns.states import CampaignState
from sms4a.console import runtime
from sms4a.settings import Settings
from tests.builders import a_number
from tests.clock import Clock
from tests.line import Line, people, release_what_holds
from tests.pages.conftest import OpenPage, keys, texts

HOUR = 3_600_000
C = CampaignState


def just_sent(line: Line, undo_s: float = 30) -> Campaign:
    prepared = line.prepared(people(a_number(1), a_number(2)))
    assert prepared.fingerprint is not None
    line.store.ledger.send(prepared.id, prepared.fingerprint, "ann", undo_s=undo_s)
    return line.again(prepared)


def scheduled(line: Line, hours: float = 24) -> Campaign:
    return line.released(people(a_number(1), a_number(2)), start_ts=line.clock.ms() + int(hours * HOUR))


def missed(line: Line) -> Campaign:
    line.guard.beat()
    return left_alone(line, scheduled(line, hours=1))


def left_alone(line: Line, campaign: Campaign) -> Campaign:
    """Nothing runs for three hours."""
    line.clock.advance(hours=3)
    line.guard.beat()
    release_what_holds(line)  # the test's clock jumped, and the guard saw it
    return line.again(campaign)


def test_after_send_it_counts_down_and_can_be_taken_back(open_page: OpenPage, line: Line) -> None:
    campaign = just_sent(line)
    line.clock.advance(seconds=6)
    page = open_page("campaign", id=campaign.id)
    assert "**Nothing has left yet.** It starts in 24 seconds." in texts(page)
    assert "Starting" in page.markdown[0].value or "Starting" in texts(page)
    assert {"campaign_undo"} <= keys(page)
    assert not {"campaign_pause", "campaign_change_start"} & keys(page)
    assert "campaign_more" not in {menu.key for menu in page.get("menu_button")}
    page.button(key="campaign_undo").click().run()
    assert not page.exception
    assert line.again(campaign).state is C.PREPARED
    assert page.query_params["draft"] == campaign.draft_id
    assert page.query_params["step"] == "send"
    assert page.button(key="new_campaign_primary").label == "Send to 2 people"
    line.clock.advance(hours=1)
    assert line.send_all() == 0


def test_what_has_begun_to_leave_cannot_be_taken_back(open_page: OpenPage, line: Line) -> None:
    campaign = just_sent(line)
    page = open_page("campaign", id=campaign.id)
    line.clock.advance(seconds=31)
    line.send_all()
    page.button(key="campaign_undo").click().run()
    assert [warning.proto.title for warning in page.warning] == ["It was too late for that"]
    assert line.again(campaign).state is C.SENDING
    assert set(line.accepted().values()) == {1}


@pytest.mark.parametrize("undo_s", [0, 30])
def test_send_waits_as_long_as_the_setting_says(
    open_page: OpenPage, page_settings: Settings, line: Line, clock: Clock, undo_s: int
) -> None:
    campaign = line.prepared(people(a_number(1)))
    settings = page_settings.model_copy(update={"undo_s": undo_s})
    runtime.install(store=line.store, settings=settings, clock=clock)
    page = open_page("new_campaign", draft=campaign.draft_id, step="send")
    runtime.install(store=line.store, settings=settings, clock=clock)
    page.button(key="new_campaign_primary").click().run()
    assert line.again(campaign).release_ts == clock.ms() + undo_s * 1000


def test_a_schedule_is_spelled_out_and_offers_what_can_still_be_done(open_page: OpenPage, line: Line) -> None:
    page = open_page("campaign", id=scheduled(line).id)
    assert "**It begins on Tuesday 24 November 2026, 13:00 (Berlin).**" in texts(page)
    assert "campaign_change_start" in keys(page)
    assert not {"campaign_pause", "campaign_undo"} & keys(page)
    assert page.menu_button(key="campaign_more").options == [
        "Start now", "Take it back to the draft", "Stop this campaign …"
    ]  # fmt: skip


def test_in_its_last_minute_a_schedule_counts_down(open_page: OpenPage, line: Line) -> None:
    campaign = scheduled(line)
    line.clock.advance(hours=24, seconds=-1)
    page = open_page("campaign", id=campaign.id)
    assert "It starts in 1 second." in texts(page)


@pytest.mark.parametrize(
    ("chosen", "said", "problem"),
    [
        ("2026-11-25 09:30", "Wednesday 25 November 2026, 09:30 (Berlin)", ""),
        ("2026-11-23 12:00", "", "Monday 23 November 2026, 12:00 (Berlin) has passed."),
        ("2027-03-28 02:30", "", "Clocks are put forward over 02:30"),
        ("2027-10-31 02:30", "", "so 02:30 comes twice"),
    ],
)
def test_another_start_is_chosen_on_the_clock_of_whoever_looks(
    open_page: OpenPage, line: Line, chosen: str, said: str, problem: str
) -> None:
    campaign = scheduled(line)
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_change_start").click().run()
    page.datetime_input(key="campaign_start").set_value(datetime.fromisoformat(chosen)).run()
    warned = [warning.value for warning in page.warning]
    assert [problem in warning for warning in warned] == ([True] if problem else [])
    assert ("campaign_start_yes" in keys(page)) is bool(said)
    if said:
        assert f"The first messages go out on **{said}**." in texts(page)
        page.button(key="campaign_start_yes").click().run()
        assert f"**It begins on {said}.**" in texts(page)
        assert line.again(campaign).release_ts == int(
            datetime.fromisoformat("2026-11-25T08:30+00:00").timestamp() * 1e3
        )


def test_a_start_at_night_is_warned_of_and_may_be_taken(open_page: OpenPage, line: Line) -> None:
    page = open_page("campaign", id=scheduled(line).id)
    page.button(key="campaign_change_start").click().run()
    page.datetime_input(key="campaign_start").set_value(datetime.fromisoformat("2026-11-25 03:15")).run()
    assert [warning.value for warning in page.warning] == [
        "It would leave at 03:15 (Berlin): many people would get it at night."
    ]
    assert "campaign_start_yes" in keys(page)


def test_of_an_hour_that_comes_twice_one_is_chosen(open_page: OpenPage, line: Line) -> None:
    campaign = scheduled(line)
    page = open_page("campaign", id=campaign.id)
    page.button(key="campaign_change_start").click().run()
    page.datetime_input(key="campaign_start").set_value(datetime(2027, 10, 31, 2, 30)).run()  # noqa: DTZ001
    page.segmented_control(key="campaign_start_which").set_value(1).run()
    assert "02:30 (Berlin, UTC+01:00)" in texts(page)
    page.button(key="campaign_start_yes").click().run()
    expected = datetime.fromisoformat("2027-10-31T02:30+01:00")
    assert line.again(campaign).start_ts == int(expected.timestamp() * 1000)


def test_start_now_leaves_the_time_to_take_it_back(open_page: OpenPage, line: Line) -> None:
    campaign = scheduled(line)
    page = open_page("campaign", id=campaign.id)
    page.menu_button(key="campaign_more").click("now").run()
    assert "It starts in 30 seconds." in texts(page)
    assert line.send_all() == 0
    line.clock.advance(seconds=30)
    assert line.send_all() == 1


def test_a_schedule_goes_back_to_its_draft_with_the_start_that_was_chosen_last(open_page: OpenPage, line: Line) -> None:
    campaign = scheduled(line)
    later = line.clock.ms() + 50 * HOUR
    line.store.ledger.reschedule(campaign.id, later, "ann")
    page = open_page("campaign", id=campaign.id)
    page.menu_button(key="campaign_more").click("back").run()
    assert not page.exception
    assert line.send_all() == 0
    draft = line.store.drafts.get(campaign.draft_id)
    assert draft is not None
    assert draft.start_ts == later


def test_a_schedule_can_be_stopped(open_page: OpenPage, line: Line) -> None:
    campaign = scheduled(line)
    page = open_page("campaign", id=campaign.id)
    page.menu_button(key="campaign_more").click("stop").run()
    assert "To send it later, change its start or take it back instead." in texts(page)
    page.button(key="campaign_stop_yes").click().run()
    assert line.again(campaign).state is C.STOPPED
    assert "Was to begin tomorrow" in texts(page)
    line.clock.advance(hours=30)
    assert line.send_all() == 0


def test_a_missed_start_asks_and_nothing_leaves_before_the_answer(open_page: OpenPage, line: Line) -> None:
    campaign = missed(line)
    page = open_page("campaign", id=campaign.id)
    said = texts(page)
    assert "should have started on Monday 23 November 2026, 14:00 (Berlin) while the console was not running" in said
    assert "Nothing was sent. Start it now, or choose another time?" in said
    assert "Start missed" in said
    assert {"campaign_start_now", "campaign_change_start"} <= keys(page)
    assert "campaign_resume" not in keys(page)
    assert line.send_all() == 0
    page.button(key="campaign_start_now").click().run()
    assert "It starts in 30 seconds." in texts(page)
    line.clock.advance(seconds=30)
    line.guard.beat()
    assert line.send_all() == 1


def test_the_story_of_a_campaign_tells_what_people_did_with_its_start(open_page: OpenPage, line: Line) -> None:
    line.guard.beat()
    campaign = scheduled(line, hours=1)
    line.store.ledger.undo(campaign.id, "ann@example.com")
    assert line.store.ledger.send(campaign.id, campaign.fingerprint or "", "ann@example.com")
    left_alone(line, campaign)
    line.store.ledger.reschedule(campaign.id, line.clock.ms() + 24 * HOUR, "ann@example.com")
    page = open_page("campaign", id=campaign.id)
    assert not page.exception
    told = "\n".join(str(cell) for table in page.table for cell in table.value.to_numpy().ravel())
    for words in ("Its time came while nothing ran", "ann chose another start", "ann took it back before"):
        assert words in told
