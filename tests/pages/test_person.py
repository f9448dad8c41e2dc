"""Find a person: from a number in any spelling to everything about it, and to its erasure."""

import io

import openpyxl
import pytest

from sms4a.campaigns.states import CampaignState, SubmissionState
from sms4a.campaigns.store import Store
from sms4a.console.results import person_view
from tests.ledger_rows import DAY, NOW, Batch, a_campaign, a_number
from tests.pages.conftest import OpenPage, texts

S = SubmissionState


@pytest.fixture(autouse=True)
def finished(present: None, page_store: Store) -> None:
    """A campaign with three people."""
    batch = Batch(S.SETTLED, verdicts={"delivered": 2, "timeout": 1})
    a_campaign(page_store.database, batches=[batch], state=CampaignState.FINISHED, finished_ts=NOW)


@pytest.mark.parametrize("spelling", ["+49 176 04069000", "0176/04069000", "0049 (0)176 04069000"])
def test_a_number_in_any_spelling_finds_its_campaigns(open_page: OpenPage, spelling: str) -> None:
    page = open_page("person")
    page.text_input(key="person_number").set_value(spelling).run()
    assert "is in 1 campaign**, last today 15:05." in texts(page)
    assert [code.value for code in page.code] == ["Hello Chloé, 20 % off everything until Sunday."]
    assert not page.query_params


def test_what_begins_later_is_not_called_the_last(open_page: OpenPage, page_store: Store) -> None:
    waiting = [Batch(S.READY, 3)]
    a_campaign(page_store.database, "bbbb3333", batches=waiting, start_ts=NOW + DAY, sent_ts=NOW)
    page = open_page("person")
    page.text_input(key="person_number").set_value(a_number(0)).run()
    assert "is in 2 campaigns**, last today 15:05. The next begins tomorrow 15:15." in texts(page)


def test_nobody_and_no_number_are_told_apart(open_page: OpenPage) -> None:
    page = open_page("person")
    page.text_input(key="person_number").set_value("+49 176 04069099").run()
    assert "**Nothing is known of" in texts(page)
    page.text_input(key="person_number").set_value("Anna").run()
    assert "**This is no phone number that can be read.**" in texts(page)


@pytest.mark.parametrize(("number", "finding"), [(a_number(0), "is in 1 campaign"), (a_number(9), "is in no campaign")])
def test_whoever_asks_for_it_is_not_written_to_any_more(
    open_page: OpenPage, page_store: Store, number: str, finding: str
) -> None:
    page = open_page("person")
    page.text_input(key="person_number").set_value(number).run()
    page.button(key="person_opt_out").click().run()
    assert page_store.opt_outs.holds(number)
    assert finding in texts(page)
    assert "The number is on the opt-out list since" in texts(page)
    assert "person_opt_out" not in {button.key for button in page.button}


def test_who_takes_the_file_of_a_person_is_noted_without_the_number(
    open_page: OpenPage, files: list[tuple[str, int]]
) -> None:
    page = open_page("person")
    page.text_input(key="person_number").set_value(a_number(0)).run()
    assert not page.exception
    assert files == [("person:", 1)]


def test_the_file_has_every_place_where_the_number_stands(open_page: OpenPage, page_store: Store) -> None:
    content = f"first name;mobile;store\nWilhelmine;{a_number(0)};Kassel\n".encode()
    listed = page_store.lists.create("customers.csv", content, "ann")
    assert page_store.lists.check_next("w")
    draft = page_store.drafts.create("ann")
    page_store.drafts.save(draft.id, draft.version, actor="ann", name="Winter", list_id=listed.id)
    page_store.saved_lists.keep(listed.id, "Customers", "ann")
    assert page_store.lists.check_next("w")
    open_page("person")
    sheet = openpyxl.load_workbook(io.BytesIO(person_view.file_of(page_store.persons.find(a_number(0))))).active
    assert sheet is not None
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    columns = [header.index(name) for name in ("Campaign", "first name", "store")]
    assert [[row[place] for place in columns] for row in rows] == [
        ["Autumn sale, first wave", "Chloé", None],
        ["Saved list Customers", "Wilhelmine", "Kassel"],
        ["Draft Winter", "Wilhelmine", "Kassel"],
    ]


def test_erasing_asks_for_the_last_digits_and_gives_a_receipt(open_page: OpenPage, page_store: Store) -> None:
    page = open_page("person")
    page.text_input(key="person_number").set_value(a_number(0)).run()
    page.button(key="person_erase").click().run()
    assert "from 1 row of past campaigns" in texts(page)
    assert page.button(key="person_erase_yes").disabled
    page.text_input(key="person_erase_digits").set_value("9000").run()
    page.button(key="person_erase_yes").click().run()
    assert "Number, names and texts are gone from 1 row of 1 campaign." in page.success[0].value
    assert "**Nothing is known of" in texts(page)
    assert page.success[0].proto.title == "Erased"
    assert not page_store.persons.find(a_number(0)).known
