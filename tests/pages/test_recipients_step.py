"""The Recipients step: any file in, what was recognised shown and changeable, every row accounted for."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sms4a import recipients
from sms4a.campaigns.lists.list_records import ContactList
from sms4a.campaigns.states import ListState
from sms4a.campaigns.store import Store
from sms4a.console.compose import piles_view
from sms4a.recipients import Pile
from tests.builders import a_number, customers_csv
from tests.pages.conftest import OpenPage, run, words
from tests.spreadsheets import xlsx

TEXT = "Hello {Vorname}, see you. Reply STOP to end."
PEOPLE: list[list[Any]] = [["Vorname", "Mobil"], ["Jörg", a_number(1)], ["Zoé", a_number(2)]]


@pytest.fixture
def store(page_store: Store) -> Store:
    return page_store


@pytest.fixture
def at(open_page: OpenPage, store: Store) -> AppTest:
    """The step as somebody sees it who has written a text."""
    draft = store.drafts.create("local")
    store.drafts.save(draft.id, draft.version, text=TEXT, name="Autumn", actor="local")
    return open_page("new_campaign", draft=draft.id, step="recipients")


def upload(at: AppTest, content: bytes, name: str = "people.xlsx") -> None:
    uploads = at.session_state["new_campaign_uploads"]
    at.file_uploader(key=f"new_campaign_file_{uploads}").set_value((name, content, "application/octet-stream"))
    run(at)


def read(at: AppTest, store: Store) -> ContactList:
    """What a worker does meanwhile, and the page after it."""
    while store.lists.check_next("worker"):
        pass
    run(at)
    return contacts(at, store)


def contacts(at: AppTest, store: Store) -> ContactList:
    draft_id = at.query_params["draft"]
    draft = store.drafts.get(draft_id if isinstance(draft_id, str) else draft_id[0])
    found = store.lists.get(draft.list_id) if draft and draft.list_id else None
    assert found is not None
    return found


def choose(at: AppTest, name: str, value: str) -> None:
    at.selectbox(key=f"new_campaign_{name}").set_value(value)
    run(at)


def press(at: AppTest, name: str) -> None:
    at.button(key=f"new_campaign_{name}").click()
    run(at)


def test_a_workbook_is_read_and_said_to_be_one(at: AppTest, store: Store) -> None:
    upload(at, xlsx(PEOPLE))
    read(at, store)
    assert "2 people will receive this message" in words(at)
    assert "2 rows · 2 columns · Excel" in words(at)


def test_of_several_sheets_one_is_chosen(at: AppTest, store: Store) -> None:
    upload(at, xlsx(PEOPLE, [["Mobil"], [a_number(7)]]))
    assert "Several sheets have something in them" in words(at)
    assert not store.lists.check_next("worker"), "nothing is read before somebody says which"
    choose(at, "sheet", "Sheet2")
    found = read(at, store)
    assert (found.state, found.rows_total, found.format.sheet) == (ListState.CHECKED, 1, "Sheet2")
    choose(at, "sheet", "Sheet1")
    assert read(at, store).rows_total == 2


def test_encoding_and_separator_can_be_said(at: AppTest, store: Store) -> None:
    upload(at, f"Vorname;Mobil\nŁucja;{a_number(1)}\n".encode("cp1250"), "people.csv")
    assert "Windows-1252" in words(at)
    read(at, store)
    choose(at, "encoding", "cp1250")
    found = read(at, store)
    (row,) = store.lists.sample(found.id)
    assert row.values["Vorname"] == "Łucja"
    choose(at, "delimiter", ",")
    found = read(at, store)
    assert (found.format.header, found.format.delimiter) == (("Vorname;Mobil",), ",")
    choose(at, "delimiter", "")
    assert read(at, store).format.header == ("Vorname", "Mobil")


def test_a_choice_that_cannot_be_read_says_so_and_can_be_taken_back(at: AppTest, store: Store) -> None:
    upload(at, f"Vorname;Mobil\nJörg;{a_number(1)}\n".encode("cp1252"), "people.csv")
    choose(at, "encoding", "utf-8")
    read(at, store)
    assert "This list cannot be read" in words(at)
    choose(at, "encoding", "")
    assert read(at, store).rows_total == 1


def test_reading_can_be_stopped_and_taken_up_again(at: AppTest, store: Store) -> None:
    upload(at, customers_csv(50, 0, 0), "people.csv")
    press(at, "cancel")
    assert "You stopped the reading of this list" in words(at)
    assert not store.lists.check_next("worker")
    press(at, "resume")
    assert sum(read(at, store).piles.values()) == 50


def test_what_is_something_else_is_refused_by_what_it_is(at: AppTest, store: Store) -> None:
    upload(at, b"MZ\x90\0", "people.xlsx")
    assert "people.xlsx cannot be used" in words(at)
    assert "This is a program, not a list." in words(at)


def test_who_lacks_a_value_is_not_said_to_receive_the_message(at: AppTest, store: Store) -> None:
    upload(at, xlsx([*PEOPLE, ["", a_number(7)], [" ", a_number(8)], ["", a_number(1)]]))
    read(at, store)
    assert "4 people have numbers we can send to.** 1 of 5 rows is left out." in words(at)
    assert "Of these people 2 have nothing for {Vorname}.** They are left out as well" in words(at)
    assert "will receive" not in words(at).lower()
    (draft,) = store.drafts.open_drafts()
    options = draft.options.model_copy(update={"defaults": (("vorname", "du"),)})
    store.drafts.save(draft.id, draft.version, actor="anna", options=options)
    run(at)
    assert "4 people will receive this message" in words(at)


def test_duplicates_show_both_messages_where_they_differ(at: AppTest, store: Store) -> None:
    upload(at, xlsx([*PEOPLE, ["Anna", f"0{a_number(1)[3:]}"], ["Zoé", f"0{a_number(2)[3:]}"]]))
    read(at, store)
    at.pills(key="new_campaign_pile").set_value("duplicate")
    run(at)
    (table,) = at.table
    shown = [[str(cell).replace("\\", "") for cell in row] for row in table.value.to_numpy().tolist()]
    assert [row[3:] for row in shown] == [
        ["Hello Anna, see you. Reply STOP to end.", "Hello Jörg, see you. Reply STOP to end."],
        ["Hello Zoé, see you. Reply STOP to end.", "the same"],
    ]


def test_only_people_of_the_home_country_are_written_to_and_the_others_are_named(at: AppTest, store: Store) -> None:
    upload(at, xlsx([*PEOPLE, ["Resi", "+43 664 1234567"]]))
    found = read(at, store)
    assert (found.piles[Pile.RECEIVE], found.piles[Pile.BLOCKED]) == (2, 1)
    assert "Its country is not one you send to: Austria" in at.table[0].value.to_string().replace("\\", "")


def test_numbers_in_a_row_are_warned_about(at: AppTest, store: Store) -> None:
    upload(at, xlsx([["Vorname", "Mobil"], *[["x", a_number(i)] for i in range(60)]]))
    read(at, store)
    assert "60 of 60 people have numbers that follow one another" in words(at)


def test_a_list_is_kept_under_a_name_and_used_for_another_campaign(
    open_page: OpenPage, at: AppTest, store: Store
) -> None:
    upload(at, xlsx([*PEOPLE, ["Bo", "siehe Mail"]]))
    read(at, store)
    press(at, "keep_list")
    assert [error.value for error in at.error] == ["Give the list a name."]
    at.text_input(key="new_campaign_keep_name").set_value("Good *customers*")
    press(at, "keep_list")
    assert "The list is saved as **Good *customers***." in words(at)
    at.text_input(key="new_campaign_keep_name").set_value("Good *customers*")
    press(at, "keep_list")
    assert [error.value for error in at.error] == ["There is a list with this name already. Choose another name."]
    (saved,) = store.saved_lists.list()

    draft = store.drafts.create("local")
    store.drafts.save(draft.id, draft.version, text=TEXT, name="Winter", actor="local")
    other = open_page("new_campaign", draft=draft.id, step="recipients")
    assert "Its rows are being copied." in words(other)
    assert other.button(key=f"new_campaign_use_{saved.id}").disabled
    while store.lists.check_next("worker"):
        pass
    run(other)
    assert "2 people · from people.xlsx · saved" in words(other)
    press(other, f"use_{saved.id}")
    used = read(other, store)
    assert (used.name, used.piles[Pile.RECEIVE], used.piles[Pile.UNREADABLE]) == ("Good *customers*", 2, 1)
    assert "2 people will receive this message" in words(other)
    assert "3 rows · 2 columns" in words(other)

    press(other, "other_list")
    press(other, f"delete_{saved.id}")
    assert store.saved_lists.list() == ()
    assert "A saved list" not in words(other)
    assert (store.lists.get(used.id) or used).piles[Pile.RECEIVE] == 2


def test_only_columns_that_somebody_wants_back_are_kept(at: AppTest, store: Store) -> None:
    upload(at, xlsx([["Vorname", "Mobil", "IBAN", "Ort"], ["Jörg", a_number(1), "DE02", "Ulm"]]))
    read(at, store)
    assert at.multiselect(key="new_campaign_keep").value == ["IBAN", "Ort"]
    at.multiselect(key="new_campaign_keep").set_value(["Ort"])
    run(at)
    found = read(at, store)
    (row,) = store.lists.sample(found.id)
    assert row.values == {"Vorname": "Jörg", "Mobil": a_number(1), "Ort": "Ulm"}
    assert list(at.table[0].value.columns) == ["Row", "Number as in the file", "Read as", "Vorname", "Ort"]
    saved = store.saved_lists.keep(found.id, "Customers", "local")
    assert saved.format.header == ("Vorname", "Mobil", "Ort")

    choose(at, "field_0", "IBAN")
    (row,) = store.lists.sample(read(at, store).id)
    assert row.values == {"Vorname": "Jörg", "Mobil": a_number(1), "IBAN": "DE02", "Ort": "Ulm"}, "it is needed now"
    at.multiselect(key="new_campaign_keep").set_value([])
    run(at)
    (row,) = store.lists.sample(read(at, store).id)
    assert row.values == {"Mobil": a_number(1), "IBAN": "DE02"}
    at.multiselect(key="new_campaign_keep").set_value(["Vorname", "Ort"])
    run(at)
    assert read(at, store).answers.keep is None


def test_a_row_that_was_opted_out_leads_to_its_entry_and_back(open_page: OpenPage, at: AppTest, store: Store) -> None:
    store.opt_outs.add([a_number(2)], "Reply STOP", "anna")
    upload(at, xlsx(PEOPLE))
    found = read(at, store)
    at.pills(key="new_campaign_pile").set_value("opted_out")
    run(at)
    (cell,) = at.table[0].value["Why it is left out"]
    assert cell == f"[Opted out](opt-outs?list={found.id}&row=3)"

    entry = open_page("opt_outs", list=found.id, row="3")
    assert "The person in row 3 does not want messages." in words(entry)
    assert a_number(2)[3:] not in str(entry.query_params)
    entry.button(key="opt_outs_entry_remove").click()
    run(entry)
    entry.text_input(key="opt_outs_why").set_value("came back")
    entry.button(key="opt_outs_take_off").click()
    run(entry)
    assert "is not on the opt-out list** any more" in words(entry)
    entry.button(key="opt_outs_entry_close").click()
    run(entry)
    assert not entry.query_params

    press(at, "read_again")
    assert read(at, store).piles[Pile.RECEIVE] == 2


def bring_back(at: AppTest, content: bytes, name: str) -> None:
    uploads = at.session_state["new_campaign_mended_uploads"]
    at.file_uploader(key=f"new_campaign_mended_{uploads}").set_value((name, content, "application/octet-stream"))
    run(at)


@pytest.mark.parametrize("made", [piles_view._workbook, piles_view._csv])
def test_the_file_of_bad_rows_comes_back_mended(at: AppTest, store: Store, made: Callable[..., bytes]) -> None:
    upload(at, f"Mobil;Row\n{a_number(1)};a\nsiehe Mail;b\n{a_number(1)};c\n".encode(), "people.csv")
    found = read(at, store)
    handed_out = made(store, found, [Pile.DUPLICATE, Pile.UNREADABLE])
    form = recipients.recognise(handed_out)
    assert form.header == ("Row of the list", "Read as number", "Reason it is left out", "Mobil", "Row")
    again = [list(row.cells) for row in recipients.rows(handed_out, form)]
    for n, row in enumerate(again):
        row[3] = a_number(700 + n)
    bring_back(at, xlsx([list(form.header), *again]), "mended.xlsx")
    assert "mended.xlsx" in words(at)
    found = read(at, store)
    assert "3 people will receive this message.** No row is left out." in words(at)
    assert "2 rows in their places" in words(at)
    assert [row.values["Row"] for row in store.lists.sample(found.id)] == ["a", "b", "c"]
    assert "mended.xlsx, row 3" in at.table[0].value.to_string().replace("\\", "")
    press(at, "mended_back_1")
    assert read(at, store).piles[Pile.RECEIVE] == 1


def test_what_is_no_file_of_mended_rows_says_why_and_changes_nothing(at: AppTest, store: Store) -> None:
    upload(at, xlsx([*PEOPLE, ["Bo", "siehe Mail"]]))
    before = read(at, store)
    bring_back(at, b"%PDF-1.7", "mended.pdf")
    assert "The corrected rows were not added" in words(at)
    bring_back(at, xlsx([["Row", "Mobil"], [4, a_number(9)]]), "mended.xlsx")
    assert "It lacks columns of the list: Vorname." in words(at)
    assert contacts(at, store) == before


def test_the_rows_that_are_left_out_come_back_as_files(at: AppTest, store: Store) -> None:
    upload(at, customers_csv(60, 4, 6), "people.csv")
    found = read(at, store)
    (workbook, text) = (
        made(store, found, [Pile.DUPLICATE, Pile.UNREADABLE]) for made in (piles_view._workbook, piles_view._csv)
    )
    for content in (workbook, text):
        form = recipients.recognise(content)
        again = list(recipients.rows(content, form))
        assert form.header == ("Row", "Read as", "Why it is left out", "Vorname", "Mobil", "Filiale")
        assert len(again) == 10
        assert all(row.cells[2] for row in again)
        assert {int(row.cells[0]) for row in again} == {
            row.row for pile in (Pile.DUPLICATE, Pile.UNREADABLE) for row in store.lists.all_rows(found.id, pile)
        }
