"""The Opt-outs page: people come onto the list in two ways, are found, and leave it with a reason."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.testing.v1 import AppTest

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import recipient
from sms4a.console import language
from sms4a.recipients import Pile
from tests.builders import a_number
from tests.ledger_rows import Batch, a_campaign
from tests.pages.conftest import OpenPage, run, words
from tests.spreadsheets import xlsx


@pytest.fixture
def store(page_store: Store) -> Store:
    return page_store


def add(at: AppTest, number: str, reason: str = "") -> None:
    at.text_input(key="opt_outs_number").set_value(number)
    at.text_input(key="opt_outs_reason").set_value(reason)
    at.button(key="opt_outs_add").click()
    run(at)


def upload(at: AppTest, content: bytes, name: str = "old list.xlsx") -> None:
    uploads = at.session_state["opt_outs_uploads"]
    at.file_uploader(key=f"opt_outs_file_{uploads}").set_value((name, content, "application/octet-stream"))
    run(at)


def test_an_empty_list_says_what_it_is_for(open_page: OpenPage) -> None:
    assert "Nobody has opted out yet." in words(open_page("opt_outs"))


def test_somebody_is_added_by_hand_and_everything_is_refused_that_is_no_number(
    open_page: OpenPage, store: Store
) -> None:
    at = open_page("opt_outs")
    add(at, "0176 04000001", "letter of 3 May")
    assert "does not get messages any more." in words(at)
    add(at, "+49 176 04000001")
    assert "was on the list already." in words(at)
    add(at, "siehe Mail")
    assert "siehe Mail was not added: There are words, no number." in words(at)
    (entry,) = store.opt_outs.page()
    assert (entry.number, entry.reason, entry.actor) == (a_number(1), "letter of 3 May", "local")
    assert "1 person does not want messages." in words(at)


def test_a_file_is_taken_in_and_its_bad_rows_are_named(open_page: OpenPage, store: Store) -> None:
    at = open_page("opt_outs")
    upload(at, xlsx([["Name", "Mobil"], ["a", a_number(1)], ["b", "x"], ["c", a_number(1)], ["d", a_number(2)]]))
    assert "2 people are new on the list" in words(at)
    assert "Row 3: x. There are words, no number." in words(at)
    assert not at.success
    assert "whoever it means still gets messages" in at.warning[0].value
    assert store.opt_outs.count() == 2
    upload(at, b"%PDF-1.7", "list.pdf")
    assert "list.pdf: This is a PDF." in words(at)
    upload(at, b"a;b\nx;y\nz;w\n", "list.csv")
    assert "Which column holds the phone numbers is not clear." in words(at)
    upload(at, xlsx([["Note"], ["x"]], [["Mobil"], [a_number(3)]]))
    assert "Several sheets of this file have something in them." in words(at)
    upload(at, ("Mobil\n" + "x\n" * 7).encode(), "bad.csv")
    assert "and 2 more rows" in at.warning[0].value


def test_a_list_of_another_console_comes_in_with_its_reasons(open_page: OpenPage, store: Store) -> None:
    """Its file has the headings of our own download."""
    at = open_page("opt_outs")
    upload(at, xlsx([["Number", "Since", "How we know", "By"], [a_number(1), "3 May", "Reply STOP", "anna"]]))
    assert "The reason of 1 of them is from the column “How we know”." in words(at)
    assert [entry.reason for entry in store.opt_outs.all()] == ["Reply STOP"]


def test_somebody_is_found_by_a_part_of_the_number_and_it_stays_out_of_the_address(
    open_page: OpenPage, store: Store
) -> None:
    store.opt_outs.add([a_number(i) for i in range(40)], "STOP", "anna")
    at = open_page("opt_outs")
    at.text_input(key="opt_outs_search").set_value("04000007")
    run(at)
    assert len(at.table[0].value) == 1
    assert "04000007" not in str(dict(at.query_params))
    at.text_input(key="opt_outs_search").set_value("999999")
    run(at)
    assert "Nobody on the list has “999999”" in words(at)
    at.button(key="opt_outs_show_all").click()
    run(at)
    assert len(at.table[0].value) == 25


def test_numbers_that_look_alike_are_not_picked_blindly(open_page: OpenPage, store: Store) -> None:
    store.opt_outs.add([a_number(1, "123"), a_number(2, "123")], "STOP", "anna")
    at = open_page("opt_outs")
    assert "Some of these look alike." in words(at)
    at.toggle(key="opt_outs_numbers").set_value(True)
    assert "look alike" not in words(run(at))


def test_numbers_are_masked_until_somebody_asks(open_page: OpenPage, store: Store) -> None:
    store.opt_outs.add([a_number(1)], "STOP", "anna")
    at = open_page("opt_outs")
    assert "000001" not in at.table[0].value.to_string()
    at.toggle(key="opt_outs_numbers").set_value(True)
    run(at)
    assert "04000001" in at.table[0].value.to_string()


def test_who_takes_the_list_is_noted(open_page: OpenPage, store: Store, files: list[tuple[str, int]]) -> None:
    store.opt_outs.add([a_number(1), a_number(2)], "STOP", "anna")
    run(open_page("opt_outs"))
    assert set(files) == {("opt_out:all", 2)}


def test_somebody_is_taken_off_with_a_reason_only(open_page: OpenPage, store: Store) -> None:
    store.opt_outs.add([a_number(1)], "STOP", "anna")
    at = open_page("opt_outs")
    at.selectbox(key="opt_outs_pick").set_value(a_number(1))
    run(at)
    at.button(key="opt_outs_remove").click()
    run(at)
    at.button(key="opt_outs_take_off").click()
    run(at)
    assert "Say why. The reason is kept." in words(at)
    assert store.opt_outs.count() == 1
    at.text_input(key="opt_outs_why").set_value("asked by mail")
    at.button(key="opt_outs_take_off").click()
    run(at)
    assert store.opt_outs.count() == 0
    assert "gets messages again." in words(at)


def test_a_file_made_on_another_thread_speaks_the_language_of_who_asked() -> None:
    with language.spoken("de"):
        made = language.in_this_language(lambda: language.language().encode())
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(made).result() == b"de"


@pytest.mark.parametrize("row", ["99", "0", "x", "-1", "99999999999"])
def test_an_address_that_names_nobody_shows_nobody(open_page: OpenPage, store: Store, row: str) -> None:
    at = open_page("opt_outs", list="nosuchlist", row=row)
    assert not at.exception
    assert "opt_outs_entry_remove" not in [button.key for button in at.button]


def test_a_person_of_a_campaign_who_was_left_out_leads_to_the_entry(open_page: OpenPage, store: Store) -> None:
    a_campaign(store.database, batches=[Batch(SubmissionState.READY, 1)], left_out={Pile.OPTED_OUT: 1})
    store.opt_outs.add([a_number(5)], "Reply STOP", "anna")
    with store.database.write() as c:
        c.execute(recipient.update().where(recipient.c.pile == Pile.OPTED_OUT).values(number=a_number(5)))
        row = c.execute(recipient.select().where(recipient.c.pile == Pile.OPTED_OUT)).one().row
    at = open_page("campaign", id="aaaa2222", row=str(row))
    assert not at.exception
    (link,) = [link.proto for link in at.get("page_link") if "entry" in link.proto.label]
    assert (link.page, link.query_string) == ("opt-outs", f"campaign=aaaa2222&row={row}")
    entry = open_page("opt_outs", campaign="aaaa2222", row=str(row))
    assert f"The person in row {row} does not want messages." in words(entry)
    (fields,) = [table.value for table in entry.table if len(table.value) == 4]
    assert "Reply STOP" in fields.to_string()
