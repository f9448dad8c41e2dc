"""Drafts: saved at every change, told apart by their version."""

import pytest

from sms4a.campaigns.drafts import DraftClosed, DraftConflict
from sms4a.campaigns.options import CampaignOptions, Treatment
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import draft


def test_a_draft_comes_back_as_it_was_saved(store: Store) -> None:
    created = store.drafts.create("anna")
    options = CampaignOptions(flash=False, validity_min=0, treatment=Treatment.REFUSE, quiet=((1, 2), (3, 4)))
    saved = store.drafts.save(created.id, 1, actor="ben", name="Sale", text="Hi {name} 😀", options=options, start_ts=7)
    assert store.drafts.get(created.id) == saved
    assert (saved.name, saved.text, saved.options, saved.start_ts) == ("Sale", "Hi {name} 😀", options, 7)
    assert (saved.version, saved.actor) == (2, "ben")


def test_unset_differs_from_off_and_from_zero(store: Store) -> None:
    created = store.drafts.create("anna")
    assert created.options.flash is None
    assert created.options.validity_min is None
    off = store.drafts.save(created.id, 1, actor="anna", options=CampaignOptions(flash=False, validity_min=0))
    assert off.options.flash is False
    assert off.options.validity_min == 0
    assert off.version == 2


def test_a_save_that_changes_nothing_keeps_the_version(store: Store) -> None:
    created = store.drafts.create("anna")
    saved = store.drafts.save(created.id, 1, actor="anna", text="Hello")
    assert store.drafts.save(created.id, saved.version, actor="ben", text="Hello") == saved


def test_the_second_of_two_colleagues_is_told_who_saved_before_and_nothing_is_overwritten(store: Store) -> None:
    created = store.drafts.create("anna")
    store.drafts.save(created.id, 1, actor="ben", text="Ben's words")
    with pytest.raises(DraftConflict) as refused:
        store.drafts.save(created.id, 1, actor="anna", text="Anna's words")
    assert refused.value.theirs.actor == "ben"
    assert refused.value.theirs.text == "Ben's words"
    present = store.drafts.get(created.id)
    assert present is not None
    assert present.text == "Ben's words"


def test_a_sent_draft_cannot_change_or_go(store: Store) -> None:
    created = store.drafts.create("anna")
    with store.database.write() as c:
        c.execute(draft.update().values(sent_ts=5))
    with pytest.raises(DraftClosed) as refused:
        store.drafts.save(created.id, 1, actor="anna", text="too late")
    assert refused.value.draft is not None
    assert not store.drafts.delete(created.id, "anna")
    assert store.drafts.open_drafts() == ()


def test_a_deleted_draft_is_gone_once_and_cannot_be_saved(store: Store) -> None:
    created = store.drafts.create("anna")
    assert store.drafts.delete(created.id, "anna")
    assert not store.drafts.delete(created.id, "anna")
    assert store.drafts.get(created.id) is None
    with pytest.raises(DraftClosed) as refused:
        store.drafts.save(created.id, 1, actor="anna", text="Hello")
    assert refused.value.draft is None


def test_only_drafts_that_hold_something_are_offered_again(store: Store) -> None:
    store.drafts.create("anna")
    written = store.drafts.create("anna")
    written = store.drafts.save(written.id, 1, actor="anna", name="Sale")
    assert store.drafts.open_drafts() == (written,)


def test_an_unknown_field_is_a_mistake_of_ours(store: Store) -> None:
    created = store.drafts.create("anna")
    with pytest.raises(ValueError, match="sent_ts"):
        store.drafts.save(created.id, 1, actor="anna", sent_ts=5)


def test_a_character_that_no_database_keeps_is_dropped(store: Store) -> None:
    created = store.drafts.create("anna")
    assert store.drafts.save(created.id, 1, actor="anna", text="a\0b").text == "ab"
