"""Many rows at once: SQLAlchemy makes a dictionary of parameters for each row, which takes longer than to store it.

All of it is part of the transaction of `connection`. Values stand in the order of the columns that are named; JSON is
given as text, a word of an enum as plain text.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

Row = tuple[object, ...]
_T = TypeVar("_T", str, int)

# Every build of SQLite takes so many values in one statement. A statement for each row takes half as long again.
_MOST_VALUES = 999

_USUAL_KB, _ROOM_KB = 2_000, 48_000


def insert(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    if connection.dialect.name == "sqlite":
        into = f"INSERT INTO {table.name} ({_names(columns)}) VALUES "
        marks = f"({', '.join('?' * len(columns))})"
        together = _MOST_VALUES // len(columns)
        left = len(rows) % together
        many = [tuple(chain(*rows[start : start + together])) for start in range(left, len(rows), together)]
        _run(connection, into + marks, rows[:left])
        _run(connection, into + ", ".join([marks] * together), many)
    elif rows:
        copy_in = f"COPY {table.name} ({_names(columns)}) FROM STDIN"
        cursor: Any = connection.connection.cursor()
        with _errors_as_usual(connection, copy_in), cursor, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def _errors_as_usual(connection: Connection, statement: str) -> Iterator[None]:
    """What goes past SQLAlchemy fails as the driver says; whoever catches its errors must see these too."""
    foreign = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except foreign as error:
        raise sa.exc.DBAPIError.instance(
            statement, None, error, foreign, hide_parameters=True, dialect=connection.dialect
        ) from error


@contextmanager
def roomy(connection: Connection) -> Iterator[None]:
    """Room in memory for every page that many rows touch in an index of another order than theirs.

    With as little as SQLite takes by itself, the pages are written and read again within one transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM_KB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_USUAL_KB}")


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


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
