"""Many rows at once, on both databases."""

import json
import traceback
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sms4a.campaigns import bulk
from sms4a.campaigns.store import Store
from sms4a.campaigns.tables import opt_out

COLUMNS = ("number", "reason", "actor", "created_ts")


# On SQLite 249 of these rows go into one statement.
@pytest.mark.parametrize("count", [0, 1, 248, 249, 250, 1_000])
def test_every_row_is_stored_once_and_in_its_order(store: Store, count: int) -> None:
    rows: list[bulk.Row] = [(f"+49176{n:08d}", "ü\t\n\\", "ann", n) for n in range(count)]
    with store.database.write() as c:
        bulk.insert(c, opt_out, COLUMNS, rows)
        found = c.execute(sa.select(*[opt_out.c[name] for name in COLUMNS]).order_by(opt_out.c.created_ts))
        assert [tuple(row) for row in found] == rows


# On SQLite 498 of these rows go into one statement.
@pytest.mark.parametrize("count", [0, 1, 497, 498, 499, 1_000])
def test_columns_are_stored_beside_what_is_the_same_in_all_rows(store: Store, count: int) -> None:
    numbers = [f"+49176{n:08d}" for n in range(count)]
    with store.database.write() as c:
        bulk.insert_columns(
            c, opt_out, {"number": numbers, "created_ts": range(count)}, {"reason": "ü?1\n", "actor": "ann"}
        )
        found = c.execute(sa.select(*[opt_out.c[name] for name in COLUMNS]).order_by(opt_out.c.created_ts))
        assert [tuple(row) for row in found] == [(f"+49176{n:08d}", "ü?1\n", "ann", n) for n in range(count)]


def test_what_cannot_be_stored_is_an_error_as_any_other(store: Store) -> None:
    twice: list[bulk.Row] = [("+4917600000000", "", "ann", 1)] * 2
    with pytest.raises(sa.exc.IntegrityError), store.database.write() as c:
        bulk.insert(c, opt_out, COLUMNS, twice)


WRITERS: dict[str, Callable[[sa.Connection, list[bulk.Row]], object]] = {
    "in bulk": lambda c, rows: bulk.insert(c, opt_out, COLUMNS, rows),
    "one by one": lambda c, rows: c.execute(opt_out.insert(), [dict(zip(COLUMNS, row, strict=True)) for row in rows]),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("second", ["+4917600000000", "+49176000000001234567890"], ids=["twice", "too long"])
def test_what_a_database_says_of_a_row_quotes_nothing_of_it(
    store: Store, write: Callable[[sa.Connection, list[bulk.Row]], object], second: str
) -> None:
    # All of it once more, because SQLite takes a text of any length.
    rows: list[bulk.Row] = [("+4917600000000", "Canary", "ann", 1), (second, "Canary", "ann", 1)] * 2
    with pytest.raises(sa.exc.DBAPIError) as failure, store.database.write() as c:
        write(c, rows)
    told = "".join(traceback.format_exception(failure.value))
    assert "Error" in told
    assert "0000000" not in told
    assert "Canary" not in told


def test_rows_are_found_by_any_number_of_texts(store: Store) -> None:
    numbers = [f"+49176{n:08d}" for n in range(40_000)]
    with store.database.write() as c:
        bulk.insert(c, opt_out, COLUMNS, [(number, "", "ann", 1) for number in numbers[::100]])
        for asked, expected in ((numbers, 400), (numbers[1:101], 1), ([], 0), (["'\"; \\ ü"], 0)):
            query = sa.select(sa.func.count()).where(bulk.is_one_of(c, opt_out.c.number, asked))
            assert c.execute(query).scalar_one() == expected


@given(st.lists(st.text(), max_size=3, unique=True), st.data())
def test_objects_are_written_as_json_writes_them(names: list[str], data: st.DataObject) -> None:
    texts = st.lists(st.text(st.characters(codec="ascii")) | st.text(), min_size=4, max_size=4)
    columns = [data.draw(texts) for _ in names]
    expected = [json.dumps({name: column[n] for name, column in zip(names, columns, strict=True)}) for n in range(4)]
    assert bulk.json_column(names, columns, 4) == expected
