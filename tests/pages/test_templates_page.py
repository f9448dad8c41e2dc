"""Templates: kept, changed with a word on its placeholders, copied, and used for a campaign."""

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.store import Store
from tests.pages.conftest import OpenPage, words


@pytest.fixture
def templates(open_page: OpenPage) -> AppTest:
    return open_page("templates")


def enter(at: AppTest, kind: str, name: str, value: str) -> None:
    getattr(at, kind)(key=name).set_value(value)
    assert not at.run().exception


def press(at: AppTest, name: str) -> None:
    at.button(key=name).click()
    assert not at.run().exception


def test_a_template_is_made_found_changed_copied_and_deleted(templates: AppTest, page_store: Store) -> None:
    assert "Texts you want to use again appear here." in words(templates)
    press(templates, "templates_new")
    press(templates, "templates_save")
    assert "Give the template a name." in words(templates)
    enter(templates, "text_input", "templates_name", "Sale")
    enter(templates, "text_area", "templates_text", "Hello {first name")
    press(templates, "templates_save")
    assert "A placeholder is not closed" in words(templates)
    enter(templates, "text_area", "templates_text", "Hello {first name} STOP")
    press(templates, "templates_save")
    (made,) = page_store.message_templates.list()
    assert (made.name, made.text) == ("Sale", "Hello {first name} STOP")

    press(templates, f"templates_open_{made.id}")
    enter(templates, "text_area", "templates_text", "Hello {given name} STOP")
    assert "{first name} goes and {given name} comes." in words(templates)
    press(templates, "templates_save")
    press(templates, f"templates_copy_{made.id}")
    press(templates, "templates_save")
    assert [t.name for t in page_store.message_templates.list()] == ["Copy of Sale", "Sale"]

    enter(templates, "text_input", "templates_search", "nothing")
    assert "No template has these words." in words(templates)
    enter(templates, "text_input", "templates_search", "copy")
    press(templates, f"templates_delete_{page_store.message_templates.list('copy')[0].id}")
    assert [t.text for t in page_store.message_templates.list()] == ["Hello {given name} STOP"]
    assert "“Copy of Sale” is deleted." in words(templates)
    press(templates, "templates_bring_back")
    assert [t.name for t in page_store.message_templates.list()] == ["Copy of Sale", "Sale"]
    assert "is deleted" not in words(templates)


def test_a_colleague_who_was_faster_is_not_overwritten(templates: AppTest, page_store: Store) -> None:
    made = page_store.message_templates.create("Sale", "Hello", "ann")
    templates.run()
    press(templates, f"templates_open_{made.id}")
    page_store.message_templates.save(made.id, 1, "Sale", "Hello all", "bob")
    enter(templates, "text_area", "templates_text", "Hello you")
    press(templates, "templates_save")
    assert "Somebody else saved or deleted this template meanwhile." in words(templates)
    press(templates, "templates_save")
    assert sorted(t.text for t in page_store.message_templates.list()) == ["Hello all", "Hello you"]


def test_a_campaign_begins_with_a_template_and_a_message_is_kept_as_one(open_page: OpenPage, page_store: Store) -> None:
    made = page_store.message_templates.create("Sale *now*", "Hello {first name} STOP", "ann")
    templates = open_page("templates")
    press(templates, f"templates_use_{made.id}")
    (draft,) = page_store.drafts.open_drafts()
    assert (draft.name, draft.text) == ("Sale *now*", "Hello {first name} STOP")

    fresh = open_page("new_campaign")
    press(fresh, "new_campaign_template_0")
    assert fresh.text_area(key="new_campaign_text").value == "Hello {first name} STOP"
    press(fresh, "new_campaign_keep_template")
    assert "It is saved on the page Templates." in words(fresh)
    assert len(page_store.message_templates.list()) == 2
