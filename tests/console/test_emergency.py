"""Stop all sending from any page; whatever holds sending is said on every page, with the way on."""

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.policy import MENDS_ITSELF
from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import address, job
from sms4a.console import registry
from tests.clock import Clock
from tests.ledger_rows import HOUR, NOW, Batch, a_campaign, a_hold
from tests.pages.conftest import OpenPage

NAMES = [entry.name for entry in registry.ENTRIES]
BY_A_PERSON = ("restored", "moved", "clock", "disk", "double_job", "job_differs", "sent_again")


@pytest.fixture(autouse=True)
def present(clock: Clock) -> None:
    clock.advance(seconds=(NOW - clock.ms()) / 1000)


def titles(page: AppTest) -> list[str]:
    assert not page.exception
    return [error.proto.title for error in page.error]


def texts(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.value for element in page.markdown)


def keys(page: AppTest) -> set[str]:
    return {button.key for button in page.button if button.key and button.key.startswith("emergency")}


@pytest.mark.parametrize("name", NAMES)
def test_every_page_can_stop_all_sending(open_page: OpenPage, page_store: Store, name: str) -> None:
    page = open_page(name)
    assert keys(page) == {"emergency_ask"}
    page.button(key="emergency_ask").click().run()
    assert "**Nothing more goes out, from any campaign,** until somebody lets sending go on." in texts(page)


def stop_all(page: AppTest, reason: str = "") -> AppTest:
    page.button(key="emergency_ask").click().run()
    page.text_input(key="emergency_reason").set_value(reason)
    return page.button(key="emergency_yes").click().run()


def test_the_question_says_whom_it_keeps_and_what_it_cannot_call_back(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(SubmissionState.READY, 40), Batch(SubmissionState.ACCEPTED, 5)])
    later = [Batch(SubmissionState.READY, 60)]
    a_campaign(page_store.database, "bbbb3333", batches=later, start_ts=NOW + HOUR)
    page = open_page("glossary")
    page.button(key="emergency_ask").click().run()
    assert "until somebody lets sending go on: 100 people of 2 campaigns stay here" in texts(page)
    assert "**What has left cannot be called back.**" in texts(page)


def test_who_stopped_it_since_when_and_why_is_said_on_every_page(open_page: OpenPage, page_store: Store) -> None:
    page_store.brakes.stop_everything("ann@example.com", "wrong price in the text.")
    for name in NAMES:
        page = open_page(name)
        assert "All sending was stopped by hand." in titles(page), name
        (said,) = [error.value for error in page.error if error.proto.title.startswith("All sending")]
        assert said.startswith(
            "Stopped by ann, today 15:15. Reason: wrong price in the text. What has not left is kept"
        )


def test_stop_holds_at_once_and_sending_goes_on_after_a_second_question(open_page: OpenPage, page_store: Store) -> None:
    a_campaign(page_store.database, batches=[Batch(SubmissionState.READY, 40)])
    page = stop_all(open_page("jobs"))
    assert page_store.brakes.state().hold_code == "emergency"
    page.button(key="emergency_go").click().run()
    assert "**40 people are waiting for their message.**" in texts(page)
    page.button(key="emergency_not_yet").click().run()
    assert page_store.brakes.state().hold_code == "emergency"
    page.button(key="emergency_go").click().run()
    page.button(key="emergency_release").click().run()
    assert page_store.brakes.state().hold_code is None
    assert not titles(page)


@pytest.mark.parametrize("code", ["login", "restored"])
def test_an_emergency_stop_stands_before_any_other_hold_and_after_it_the_other_is_back(
    open_page: OpenPage, page_store: Store, code: str
) -> None:
    a_hold(page_store.database, code, NOW - HOUR)
    page = stop_all(open_page("jobs"))
    assert titles(page) == ["All sending was stopped by hand."]
    assert "emergency_ask" not in keys(page)
    page.button(key="emergency_go").click().run()
    page.button(key="emergency_release").click().run()
    assert page_store.brakes.state().hold_code == code
    assert len(titles(page)) == 1


@pytest.mark.parametrize("code", BY_A_PERSON)
def test_what_a_person_must_end_is_ended_only_after_looking_into_it(
    open_page: OpenPage, page_store: Store, code: str
) -> None:
    a_hold(page_store.database, code, NOW - HOUR)
    page = open_page("jobs")
    assert len(titles(page)) == 1
    page.button(key="emergency_go").click().run()
    release = page.button(key="emergency_release")
    assert release.disabled
    assert "**Nobody is waiting for a message right now.**" in texts(page)
    page.checkbox(key="emergency_sure").check().run()
    page.button(key="emergency_release").click().run()
    assert page_store.brakes.state().hold_code is None


@pytest.mark.parametrize("code", sorted(MENDS_ITSELF))
def test_what_mends_itself_can_be_tried_at_once(open_page: OpenPage, page_store: Store, code: str) -> None:
    a_hold(page_store.database, code, NOW - HOUR)
    page = open_page("jobs")
    (error,) = page.error
    assert "Nothing has gone out since today 14:15. What has not left is kept here; nothing is lost." in error.value
    assert "resumes automatically" in error.value
    page.button(key="emergency_retry").click().run()
    assert page_store.brakes.state().hold_code is None


def test_an_older_copy_of_the_database_is_not_said_to_have_lost_nothing(open_page: OpenPage, page_store: Store) -> None:
    a_hold(page_store.database, "restored", NOW - HOUR)
    page = open_page("jobs")
    (error,) = page.error
    assert error.value.startswith("Nothing has gone out since today 14:15. What happened after it was taken is missing")
    assert "1. Enter again who has opted out since." in error.value
    ways = [link.proto.page for link in page.main.get("page_link")]
    assert ways == ["opt-outs", "jobs", "campaigns"]


@pytest.mark.parametrize(
    ("listed_ts", "looked_ts", "known"),
    [(NOW - 1, NOW, True), (NOW - 2 * HOUR, NOW, False), (NOW - 1, None, False), (None, NOW, False)],
)
def test_before_an_older_copy_sends_again_it_is_said_if_jobs_are_not_known_yet(
    open_page: OpenPage, page_store: Store, listed_ts: int | None, looked_ts: int | None, known: bool
) -> None:
    a_hold(page_store.database, "restored", NOW - HOUR)
    read = {"report": {}, "people": 1, "final": 0, "settled": False, "looks": 1, "looked_ts": looked_ts}
    with page_store.database.write() as c:
        c.execute(job.insert().values(job_id="J.1", address="de2", **read))
        for key in ("de1", "de2"):
            c.execute(address.insert().values(key=key, listed_ts=listed_ts))
    page = open_page("jobs")
    page.button(key="emergency_go").click().run()
    assert any("have not all been read since" in warning.value for warning in page.warning) is not known


def test_a_reason_that_came_meanwhile_is_not_ended_unread(open_page: OpenPage, page_store: Store) -> None:
    a_hold(page_store.database, "login", NOW - HOUR)
    page = open_page("jobs")
    a_hold(page_store.database, "double_job", NOW)
    page.button(key="emergency_retry").click().run()
    assert page_store.brakes.state().hold_code == "double_job"


def test_a_double_job_leads_to_its_campaign(open_page: OpenPage, page_store: Store) -> None:
    a_hold(page_store.database, "double_job", NOW, "S4.TEST22.aaaa2222.1")
    page = open_page("jobs")
    links = [link.proto for link in page.get("page_link") if link.proto.label == "Open the campaign"]
    assert [link.query_string for link in links] == ["id=aaaa2222"]
