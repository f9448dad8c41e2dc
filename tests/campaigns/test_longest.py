"""The longest message of a prepared campaign."""

import pytest

from sms4a.campaigns.ledger import Campaign
from sms4a.campaigns.longest import longest_message
from sms4a.campaigns.plan import Planner
from sms4a.campaigns.store import Store
from tests.builders import a_number


def prepared(store: Store, text: str, names: list[str]) -> Campaign:
    rows = [f"{name};{a_number(n)}" for n, name in enumerate(names)]
    listed = store.lists.create("list.csv", ("name;mobile\n" + "\n".join(rows) + "\n").encode(), "anna")
    while store.lists.check_next("worker"):
        pass
    draft = store.drafts.create("anna")
    draft = store.drafts.save(draft.id, draft.version, text=text, list_id=listed.id, actor="anna")
    campaign_id = store.ledger.prepare(draft.id, draft.version, "anna")
    assert Planner(store.database).plan_next("worker")
    found = store.ledger.campaign(campaign_id)
    assert found is not None
    return found


def test_most_parts_count_before_most_characters(store: Store) -> None:
    names = ["a" * 90, "ł" * 80, "b" * 95, "", "c" * 101]
    found = longest_message(store.database, prepared(store, "Hello {name}", names))
    assert found is not None
    assert (found.row, found.text, found.parts) == (3, "Hello " + "ł" * 80, 2)
    assert (found.people, found.compared) == (1, 1)


def test_of_as_many_parts_the_longest_text_is_found_wherever_it_stands(store: Store) -> None:
    found = longest_message(store.database, prepared(store, "Hello {name}", ["Al"] * 30 + ["Maximiliane"] + ["Bo"] * 9))
    assert found is not None
    assert (found.row, found.text) == (32, "Hello Maximiliane")
    assert (found.people, found.compared) == (40, 40)


@pytest.mark.parametrize(("text", "compared"), [("Hello {name}", 10), ("Hello", 40)])
def test_it_says_how_many_were_compared(store: Store, text: str, compared: int) -> None:
    campaign = prepared(store, text, ["Al"] * 40)
    found = longest_message(store.database, campaign, most=10)
    assert found is not None
    assert (found.row, found.people, found.compared) == (2, 40, compared)


def test_where_nobody_is_planned_there_is_none(store: Store) -> None:
    assert longest_message(store.database, prepared(store, "Hello {name}", ["", ""])) is None
