"""Test first: own numbers and what becomes of the tests, on the Check step."""

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.store import Store
from sms4a.console.wording import NBSP
from tests.builders import a_number, customers_csv
from tests.pages.conftest import OpenPage, words
from tests.worked import planned, read


@pytest.fixture
def check_step(open_page: OpenPage, page_store: Store) -> AppTest:
    """The Check step of a campaign for 30 people."""
    store, content = page_store, customers_csv(30, 0, 0)
    listed = store.lists.create("people.csv", content, "local")
    draft = store.drafts.create("local")
    text = "Hello {Vorname} from {Filiale}. STOP"
    draft = store.drafts.save(draft.id, draft.version, name="Sale", text=text, list_id=listed.id, actor="local")
    read(store, listed.id)
    planned(store, draft.id)
    return open_page("new_campaign", draft=draft.id, step="check")


def enter(at: AppTest, number: str) -> None:
    at.text_input(key="new_campaign_trial_number").set_value(number)
    assert not at.run().exception


def test_a_test_goes_to_ones_own_numbers_once(check_step: AppTest, page_store: Store) -> None:
    assert check_step.button(key="new_campaign_trial_send").disabled
    enter(check_step, "0176 04000100")
    assert f"+49{NBSP}176{NBSP}04000100" in words(check_step)
    assert check_step.text_input(key="new_campaign_trial_number").value == ""
    # Longest, shortest, dearest and oddest can be the same rows.
    messages = int(check_step.button(key="new_campaign_trial_send").label.split()[1])
    check_step.button(key="new_campaign_trial_send").click().run()
    check_step.button(key="new_campaign_trial_send").click().run()
    assert not check_step.exception
    assert "The last test is still on its way." in words(check_step)
    (draft,) = page_store.drafts.open_drafts()
    trials = page_store.trials.of(draft.campaign_id or "")
    assert [trial.number for trial in trials] == [a_number(100)] * messages
    assert words(check_step).count("Waiting") == messages


def test_a_number_that_cannot_be_read_is_refused_with_the_reason(check_step: AppTest, page_store: Store) -> None:
    enter(check_step, "0561 700311")
    assert "This number cannot be used." in words(check_step)
    assert page_store.trials.numbers("local") == ()
    enter(check_step, a_number(100))
    assert "cannot be used" not in words(check_step)
    check_step.button(key="new_campaign_trial_forget_0").click().run()
    assert page_store.trials.numbers("local") == ()
