"""Many rows at once: SQLAlchemy makes a dictionary of parameters for each row, which takes longer than to store it.

All of it is part of the transaction of `connection`. Values stand in the order of the columns that are named; JSON is
given as text, a word of an enum as plain text.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
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
    width = len(columns)
    if connection.dialect.name == "sqlite":
        into = f"INSERT INTO {table.name} ({_names(columns)}) VALUES "
        marks = f"({', '.join('?' * width)})"
        together = _MOST_VALUES // width
        left = len(values) % (together * width)
        _run(connection, into + marks, _cut(values[:left], width))
        _run(connection, into + ", ".join([marks] * together), _cut(values[left:], together * width))
    elif values:
        copy_in = f"COPY {table.name} ({_names(columns)}) FROM STDIN"
        cursor: Any = connection.connection.cursor()
        with _errors_as_usual(connection, copy_in), cursor, cursor.copy(copy_in) as copy:
            for start in range(0, len(values), width):
                copy.write_row(values[start : start + width])


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


def json_writer(names: Sequence[str]) -> Callable[[Sequence[str]], str]:
    """A function from texts to the JSON object that has them under these names, as `json.dumps` writes it."""
    form = ", ".join([f"{_quoted(name).replace('%', '%%')}: %s" for name in names])
    form = f"{{{form}}}"
    return lambda texts: form % tuple(map(_quoted, texts))


def _cut(values: Sequence[object], length: int) -> list[Row]:
    return [tuple(values[start : start + length]) for start in range(0, len(values), length)]


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
