"""Many rows at once: SQLAlchemy makes a dictionary of parameters for each row, which takes longer than to store it.

All of it is part of the transaction of `connection`. Values stand in the order of the columns that are named; JSON is
given as text, a word of an enum as plain text.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, compress
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from sms4a.campaigns.database import keep_rows_out

Row = tuple[object, ...]
_T = TypeVar("_T", str, int)

# Every build of SQLite takes so many values in one statement. A statement for each row takes half as long again.
_MOST_VALUES = 999


def insert(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    insert_values(connection, table, columns, list(chain.from_iterable(rows)))


def insert_values(connection: Connection, table: sa.Table, columns: Sequence[str], values: Sequence[object]) -> None:
    """Rows given as one list of values, row after row.

    Whoever collects many rows does so: among as many tuples Python would look for garbage again and again. A column
    that is empty in nearly all rows is better not named for them: the driver for SQLite takes longer to hand over None
    than any text.
    """
    _insert(connection, table, columns, values, {})


Columns = dict[str, list[object]]


def extend(columns: Columns, values: Sequence[Iterable[object]], chosen: Sequence[bool]) -> None:
    """Put what is chosen of some rows to the columns, which come in the same order."""
    for column, of_rows in zip(columns.values(), values, strict=True):
        column.extend(compress(of_rows, chosen))


def insert_columns(
    connection: Connection, table: sa.Table, columns: Mapping[str, Sequence[object]], same: Mapping[str, object]
) -> None:
    """Rows given as columns, each with a value for every row; `same`: what stands in all of the rows."""
    width = len(columns)
    values: list[object] = [None] * (width * len(next(iter(columns.values()))))
    for place, column in enumerate(columns.values()):
        values[place::width] = column
    _insert(connection, table, tuple(columns), values, same)


def _insert(
    connection: Connection,
    table: sa.Table,
    columns: Sequence[str],
    values: Sequence[object],
    same: Mapping[str, object],
) -> None:
    width, always = len(columns), tuple(same.values())
    names = _names((*same, *columns))
    if connection.dialect.name == "sqlite":
        into = f"INSERT INTO {table.name} ({names}) VALUES "
        together = (_MOST_VALUES - len(always)) // width
        left = len(values) % (together * width)
        _run(connection, into + _marks(len(always), width, 1), _cut(always, values[:left], width))
        _run(connection, into + _marks(len(always), width, together), _cut(always, values[left:], together * width))
    elif values:
        copy_in = f"COPY {table.name} ({names}) FROM STDIN"
        cursor: Any = connection.connection.cursor()
        with _errors_as_usual(connection, copy_in), cursor, cursor.copy(copy_in) as copy:
            for row in _cut(always, values, width):
                copy.write_row(row)


@contextmanager
def _errors_as_usual(connection: Connection, statement: str) -> Iterator[None]:
    """What goes past SQLAlchemy fails as the driver says; whoever catches its errors must see these too."""
    foreign = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except foreign as error:
        keep_rows_out(error)
        raise sa.exc.DBAPIError.instance(
            statement, None, error, foreign, hide_parameters=True, dialect=connection.dialect
        ) from error


def rows(connection: Connection, query: sa.Select[*tuple[Any, ...]], values: Mapping[str, object]) -> Sequence[Any]:
    """What a query finds, as plain tuples; of columns whose values the driver already gives as they are."""
    with connection.execute(query, values) as found:
        return found.cursor.fetchall()


def is_one_of(connection: Connection, column: sa.Column[_T], values: Collection[_T]) -> sa.ColumnElement[bool]:
    """A condition with one parameter for all the values: SQLAlchemy would make one of each."""
    if connection.dialect.name == "sqlite":
        return column.in_(sa.select(sa.func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    return column == sa.any_(sa.literal(list(values), ARRAY(column.type)))


def json_column(names: Sequence[str], columns: Sequence[Sequence[str]], count: int) -> list[str]:
    """The JSON object of each of so many rows, as `json.dumps` writes it; `columns`: the texts under each name."""
    if not names:
        return ["{}"] * count
    form, written = [], []
    for name, texts in zip(names, columns, strict=True):
        together = "".join(texts)
        # Nothing of it has to be written in another way, only put between two quotation marks.
        is_plain = len(_quoted(together)) == len(together) + 2
        form.append(f"{_quoted(name).replace('%', '%%')}: " + ('"%s"' if is_plain else "%s"))
        written.append(texts if is_plain else list(map(_quoted, texts)))
    return list(map(f"{{{', '.join(form)}}}".__mod__, zip(*written, strict=True)))


def _cut(always: Row, values: Sequence[object], length: int) -> list[Row]:
    return [(*always, *values[start : start + length]) for start in range(0, len(values), length)]


# Written anew each time it takes longer than to store a few rows, and only a handful of shapes are in use.
@lru_cache(maxsize=256)
def _marks(always: int, width: int, together: int) -> str:
    """Places for the values of so many rows, each with those that are the same for all: (?1, ?2), (?1, ?3) …"""
    same = [f"?{n}" for n in range(1, always + 1)]
    firsts = range(always + 1, always + together * width, width)
    return ", ".join(f"({', '.join([*same, *(f'?{n}' for n in range(first, first + width))])})" for first in firsts)


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
