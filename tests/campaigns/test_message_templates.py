"""Templates, on both databases."""

import pytest

from sms4a.campaigns.message_templates import FieldChanges, TemplateConflict, field_changes
from sms4a.campaigns.store import Store


def test_templates_are_found_by_a_word_of_name_or_text(store: Store) -> None:
    templates = store.message_templates
    for name, text in (("Ölwechsel", "Hallo {name}"), ("Autumn", "100 % off"), ("Birthday", "Cake for {name}")):
        templates.create(name, text, "ann")
    found = {words: [t.name for t in templates.list(words)] for words in ("", "öl", "CAKE", "%", "{NAME}", "nothing")}
    assert found == {
        "": ["Autumn", "Birthday", "Ölwechsel"],
        "öl": ["Ölwechsel"],
        "CAKE": ["Birthday"],
        "%": ["Autumn"],
        "{NAME}": ["Birthday", "Ölwechsel"],
        "nothing": [],
    }


def test_two_colleagues_do_not_overwrite_each_other(store: Store) -> None:
    made = store.message_templates.create("Sale", "Hello", "ann")
    store.message_templates.save(made.id, made.version, "Sale", "Hello all", "bob")
    with pytest.raises(TemplateConflict):
        store.message_templates.save(made.id, made.version, "Sale", "Hello you", "ann")
    kept = store.message_templates.get(made.id)
    assert kept is not None
    assert (kept.text, kept.actor, kept.version) == ("Hello all", "bob", 2)
    assert store.message_templates.delete(made.id, "ann")
    assert not store.message_templates.delete(made.id, "ann")
    with pytest.raises(TemplateConflict):
        store.message_templates.save(made.id, 2, "Sale", "Hello", "ann")


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("Hi {first name}", "Hi {given name}", FieldChanges(("first name",), ("given name",))),
        ("Hi {first name}", "Hello {First_Name}", FieldChanges((), ())),
        ("Hi {a} {b}", "Hi {b} {c} {d}", FieldChanges(("a",), ("c", "d"))),
        ("", "Hi", FieldChanges((), ())),
    ],
)
def test_what_a_new_text_does_to_the_placeholders(old: str, new: str, changes: FieldChanges) -> None:
    assert field_changes(old, new) == changes
