"""Frames and files from the store: what people download is what the rows say."""

import csv
import io
from zoneinfo import ZoneInfo

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.views import Tally, Tile
from sms4a.console import queries
from sms4a.recipients import Pile
from tests.ledger_rows import NOW, Batch, a_campaign

S = SubmissionState
BERLIN = ZoneInfo("Europe/Berlin")


def a_file(store: Store, tile: Tile | None = None, search: str = "") -> list[list[str]]:
    write = queries.recipients_csv(store.reports, "aaaa2222", tile=tile, search=search, home="DE", zone=BERLIN)
    content = write()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def a_small_campaign(store: Store) -> None:
    batch = Batch(S.SETTLED, verdicts={"delivered": 2, "number_invalid": 1})
    a_campaign(store.database, batches=[batch, Batch(S.READY, 1)], left_out={Pile.UNREADABLE: 1}, sent_ts=NOW)


def test_the_file_has_the_rows_with_their_outcome_and_the_columns_the_text_used(store: Store) -> None:
    a_small_campaign(store)
    header, *rows = a_file(store)
    assert header == [
        "Row", "Number in the file", "Number", "Outcome", "Parts", "Sent", "Result", "Reason", "first name"
    ]  # fmt: skip
    assert rows[0] == [
        "2", "+4917604069000", "+4917604069000", "Delivered", "1",
        "2026-11-23 15:15:01", "2026-11-23 15:15:06", "", "Chloé",
    ]  # fmt: skip
    assert [(row[3], row[7]) for row in rows[2:]] == [
        ("Failed", "Number does not exist"),
        ("Waiting", "Waiting to be sent"),
        ("Left out", "There are words, no number"),
    ]


def test_the_file_has_only_what_the_table_shows(store: Store) -> None:
    a_small_campaign(store)
    assert [row[0] for row in a_file(store, Tile.FAILED)[1:]] == ["4"]
    assert [row[0] for row in a_file(store, search="3")[1:]] == ["3"]
    assert len(a_file(store, Tile.UNKNOWN)) == 1


def test_no_cell_of_the_file_is_run_as_a_formula(store: Store) -> None:
    a_campaign(store.database, batches=[Batch(S.READY, 1)])
    with store.database.write() as connection:
        connection.exec_driver_sql("update recipient set raw_number = '=1+1'")
    assert a_file(store)[1][1] == "'=1+1"


def test_outcomes_leave_out_what_is_empty_and_who_was_never_planned() -> None:
    frame = queries.outcomes(Tally({Tile.FAILED: 2, Tile.DELIVERED: 3, Tile.LEFT_OUT: 5}))
    assert list(zip(frame["tile"], frame["people"], strict=True)) == [("delivered", 3), ("failed", 2)]


def test_minutes_are_on_the_clock_of_the_viewer() -> None:
    frame = queries.minutes([(NOW, 3)], BERLIN)
    assert str(frame["minute"].iloc[0]) == "2026-11-23 15:15:00"
