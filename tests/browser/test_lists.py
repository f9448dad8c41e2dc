"""Lists by a person's hand: a workbook with bad rows mended by upload, and a list that is kept and used again."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.accessibility import assert_nothing_serious
from tests.browser.journey import database, write_message
from tests.browser.serving import Console
from tests.builders import a_number, customers_csv
from tests.spreadsheets import Value, xlsx

HEADER: list[Value] = ["first name", "mobile", "store"]


def workbook() -> bytes:
    people: list[list[Value]] = [[f"Person {n}", a_number(n * 1_000 // 37, "77"), "Köln"] for n in range(30)]
    bad: list[list[Value]] = [
        ["Bo", "siehe Mail", "Ulm"],
        ["Al", 4.9176123456789e16, "Ulm"],
        ["Jo", people[0][1], "Ulm"],
    ]
    return xlsx([["Notes"], ["nothing here"]], [HEADER, *people, *bad])


def test_a_person_brings_a_workbook_and_mends_the_bad_rows(page: Page, console: Console) -> None:
    write_message(page, console, "Workbook")
    file: FilePayload = {"name": "people.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("Several sheets have something in them")).to_be_visible()
    page.get_by_role("combobox", name="Sheet", exact=False).first.click()
    page.get_by_role("option", name="Sheet2").click()
    expect(page.get_by_text("30 people will receive this message.")).to_be_visible()
    expect(page.get_by_text("3 of 33 rows are left out.")).to_be_visible()
    expect(page.get_by_role("cell", name="The spreadsheet kept only 15 of its digits")).to_be_visible()
    assert_nothing_serious(page)

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="All 3 rows that are left out (Excel)").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).active
    assert sheet is not None
    assert sorted(row[0] for row in sheet.iter_rows(min_row=2, values_only=True)) == [32, 33, 34]
    with closing(sqlite3.connect(database(console))) as connection:
        noted = connection.execute(
            "select detail from audit where action = 'export' and object like 'list:%'"
        ).fetchall()
    assert ('{"rows": 3}',) in noted
    page.keyboard.press("Escape")

    assert [cell.value for cell in sheet[1]][3:] == HEADER
    for n, row in enumerate(sheet.iter_rows(min_row=2)):
        row[4].value = a_number(n + 900_000, "")
    mended = io.BytesIO()
    sheet.parent.save(mended)
    page.get_by_role("button", name="Upload corrected rows").click()
    file = {"name": "mended.xlsx", "mimeType": "application/octet-stream", "buffer": mended.getvalue()}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("33 people will receive this message.")).to_be_visible()
    expect(page.get_by_text("3 rows in their places")).to_be_visible()
    page.get_by_role("button", name="Check 33 people").click()
    expect(page.get_by_text("33 people will get this message")).to_be_visible()


def test_a_person_keeps_a_list_uses_it_for_the_next_campaign_and_deletes_it(page: Page, console: Console) -> None:
    people = customers_csv(40, 0, 0, header=("first name", "mobile", "store"), ending=lambda _i: "79")
    write_message(page, console, "First of two")
    file: FilePayload = {"name": "customers.csv", "mimeType": "text/csv", "buffer": people}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(page.get_by_text("40 people will receive this message.")).to_be_visible()
    page.get_by_role("button", name="Save this list").click()
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("Give the list a name.")).to_be_visible()
    page.get_by_label("Name of the saved list").fill("Club *members*")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("The list is saved as Club *members*.")).to_be_visible()

    write_message(page, console, "Second of two")
    expect(page.get_by_text("A saved list")).to_be_visible()
    use = page.get_by_role("button", name="Use this list")
    expect(use).to_be_enabled()
    assert_nothing_serious(page)
    use.click()
    expect(page.get_by_text("40 people will receive this message.")).to_be_visible()
    page.get_by_role("button", name="Check 40 people").click()
    expect(page.get_by_text("40 people will get this message.")).to_be_visible()
    of_the_second = page.url.replace("step=check", "step=recipients")

    write_message(page, console, "Third")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Campaigns and drafts that use it keep their rows.")).to_be_visible()
    page.get_by_role("button", name="Delete this list").click()
    expect(page.get_by_text("A saved list")).to_be_hidden()
    page.goto(of_the_second)
    expect(page.get_by_text("40 people will receive this message.")).to_be_visible()
