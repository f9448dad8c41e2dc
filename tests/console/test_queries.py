"""Frames from the store."""

from zoneinfo import ZoneInfo

from sms4a.campaigns.states import SubmissionState
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import recipient
from sms4a.campaigns.tiles import Tally, Tile
from sms4a.console.result_file import Columns
from sms4a.console.results import queries
from sms4a.recipients import Pile
from tests.ledger_rows import NOW, Batch, a_campaign

BERLIN = ZoneInfo("Europe/Berlin")


def test_outcomes_leave_out_what_is_empty_and_who_was_never_planned() -> None:
    frame = queries.outcomes(Tally({Tile.FAILED: 2, Tile.DELIVERED: 3, Tile.LEFT_OUT: 5}))
    assert list(zip(frame["tile"], frame["people"], strict=True)) == [("delivered", 3), ("failed", 2)]


def test_minutes_are_on_the_clock_of_the_viewer() -> None:
    frame = queries.minutes([(NOW, 3)], BERLIN)
    assert str(frame["minute"].iloc[0]) == "2026-11-23 15:15:00"


def test_a_table_of_deliveries_has_few_rows_at_round_times_and_loses_nobody() -> None:
    minute = 60_000
    # 15:15 in Berlin, and then until the next but one day.
    found = [(NOW + n * minute, 1 + n % 3) for n in (0, 1, 44, 45, 600, 2000)]
    table = queries.minute_table(found, BERLIN)
    assert list(table["Delivered"]) == ["7", "1", "3"]
    assert list(table["Delivered so far"]) == ["7", "8", "11"]
    assert [when.split()[-1] for when in table["From"]] == ["12:00", "00:00", "00:00"]
    exact = queries.minute_figures(found, BERLIN)
    assert exact["Delivered"].sum() == sum(n for _ts, n in found)
    assert exact["From"].iloc[0] == "2026-11-23 15:15"
    assert list(queries.minute_table([(NOW, 2), (NOW + minute, 3)], BERLIN)["Delivered so far"]) == ["2", "5"]


def test_who_opted_out_leads_to_the_entry_and_no_column_of_a_list_passes_for_ours(store: Store) -> None:
    a_campaign(store.database, batches=[Batch(SubmissionState.READY, 1)], left_out={Pile.OPTED_OUT: 1})
    with store.database.write() as connection:
        connection.execute(recipient.update().values(number="+4917604069000", others={"Reason": "[x](http://x)"}))
    columns = Columns(("Mobil", "Reason"), "Mobil", {})
    rows = store.reports.recipients("aaaa2222")
    table = queries.recipient_table("aaaa2222", rows, columns, show_numbers=False, theirs=("Reason",))
    assert list(table["Reason"])[-1].endswith(f"(opt-outs?campaign=aaaa2222&row={rows[-1].row})")
    assert set(table["Reason\u200b"]) == {"[x](http://x)"}
