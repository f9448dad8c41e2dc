"""The list comes back with its results, read by another program than the one that wrote it."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import campaign, recipient
from sms4a.campaigns.tiles import Tile
from sms4a.campaigns.views import Who
from sms4a.console import result_file, workbook
from sms4a.console.exports import save_xlsx
from sms4a.recipients import Pile
from tests.ledger_rows import NOW, Batch, a_campaign

S = SubmissionState
BERLIN = ZoneInfo("Europe/Berlin")
KEPT = {"header": ["Vorname", "Mobil", "Größe"], "phone": "Mobil", "fields": {"first name": "Vorname"}}
EVIL = '=HYPERLINK("http://x")'


@pytest.fixture
def sent(store: Store) -> Store:
    batch = Batch(S.SETTLED, verdicts={"delivered": 2, "number_invalid": 1})
    a_campaign(
        store.database, batches=[batch, Batch(S.READY, 1)], left_out={Pile.UNREADABLE: 1}, sent_ts=NOW, columns=KEPT
    )
    with store.database.write() as connection:
        connection.execute(recipient.update().values(others={"Größe": EVIL}))
    return store


def written(store: Store, folder: Path, kind: result_file.Kind, who: Who = Who()) -> Path:  # noqa: B008
    found = store.ledger.campaign("aaaa2222")
    assert found is not None
    path, told = folder / f"file.{kind}", list[int]()
    result_file.writer(store.reports, found, who, kind, BERLIN)(path, told.append)
    assert told[-1] == store.reports.recipient_count("aaaa2222", who)
    return path


def excel(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_an_excel_file_has_the_lists_own_columns_and_what_became_of_each_row(sent: Store, tmp_path: Path) -> None:
    header, *rows = excel(written(sent, tmp_path, "xlsx"))
    assert header == [
        "Row of the file", "Vorname", "Mobil", "Größe", "Number", "Outcome", "Reason", "What to do", "Send again?",
        "SMS parts", "Sent (Berlin)", "Result (Berlin)", "Attempts",
    ]  # fmt: skip
    assert rows[0] == [
        2, "Chloé", "+4917604069000", EVIL, "+4917604069000", "Delivered", "Delivered to the phone",
        "Nothing needs to be done.", "Not needed", 1,
        datetime(2026, 11, 23, 15, 15, 1), datetime(2026, 11, 23, 15, 15, 6), 1,  # noqa: DTZ001
    ]  # fmt: skip
    assert [(row[5], row[6], row[8]) for row in rows[2:]] == [
        ("Failed", "Number does not exist", "Never"),
        ("Waiting", "Waiting to be sent", "No"),
        ("Left out", "There are words, no number", ""),
    ]
    assert rows[4][2] == "n/a"


def test_rows_that_were_mended_say_where(sent: Store, tmp_path: Path) -> None:
    with sent.database.write() as connection:
        connection.execute(campaign.update().values(columns={**KEPT, "mended": True}))
        connection.execute(recipient.update().where(recipient.c.row == 3).values(mended={"file": "b.xlsx", "row": 7}))
    header, *rows = excel(written(sent, tmp_path, "xlsx"))
    assert header[:3] == ["Row of the file", "Corrected in", "Vorname"]
    assert {row[0]: row[1] for row in rows} == {2: "", 3: "b.xlsx, row 7", 4: "", 5: "", 6: ""}


def test_no_cell_of_an_excel_file_is_a_formula(sent: Store, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(written(sent, tmp_path, "xlsx")) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK" in sheet
    assert "<f>" not in sheet


def test_a_csv_file_says_the_same_with_formulas_as_text(sent: Store, tmp_path: Path) -> None:
    content = written(sent, tmp_path, "csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    _header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert rows[0][:6] == ["2", "Chloé", "+4917604069000", f"'{EVIL}", "+4917604069000", "Delivered"]
    assert rows[0][10:] == ["2026-11-23 15:15:01", "2026-11-23 15:15:06", "1"]


@pytest.mark.parametrize(
    ("who", "rows"),
    [
        (Who(), [2, 3, 4, 5, 6]),
        (Who(Tile.FAILED), [4]),
        (Who(Tile.DELIVERED, region="DE"), [2, 3]),
        (Who(verdict="number_invalid"), [4]),
        (Who(search="3"), [3]),
        (Who(Tile.UNKNOWN), []),
    ],
)
def test_the_file_has_the_rows_of_the_table(sent: Store, tmp_path: Path, who: Who, rows: list[int]) -> None:
    found = excel(written(sent, tmp_path, "xlsx", who))
    assert [row[0] for row in found[1:]] == rows
    assert [row.row for row in sent.reports.recipients("aaaa2222", who)] == rows


def test_a_campaign_from_before_the_columns_were_kept_still_has_its_file(store: Store, tmp_path: Path) -> None:
    a_campaign(store.database, batches=[Batch(S.READY, 1)])
    with store.database.read() as connection:
        assert connection.execute(campaign.select()).one().columns is None
    header, row = excel(written(store, tmp_path, "xlsx"))
    assert header[:3] == ["Row of the file", "Number in the file", "Number"]
    assert row[:3] == [2, "+4917604069000", "+4917604069000"]


def test_what_no_cell_can_hold_is_cut_and_control_characters_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    save_xlsx(path, ["A"], [["x" * 40_000], ["a\x0bb\x00"]], lambda done: None)
    rows = excel(path)
    assert len(rows[1][0]) == 32_767
    assert rows[2][0].startswith("a")


def test_more_rows_than_a_sheet_has_go_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    path = tmp_path / "file.xlsx"
    save_xlsx(path, ["A"], ([n] for n in range(7)), lambda done: None)
    book = CalamineWorkbook.from_path(path)
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [[row[0] for row in sheet] for sheet in sheets] == [["A", 0, 1, 2], ["A", 3, 4, 5], ["A", 6]]
