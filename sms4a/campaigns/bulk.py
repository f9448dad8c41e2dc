"""Many rows at once: SQLAlchemy makes a dictionary of parameters for each row, which takes longer than to store it.

All of it is part of the transaction of `connection`. Values stand in the order of the columns that are named; JSON is
given as text, a word of an enum as plain text.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

Row = tuple[object, ...]


def insert(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    if connection.dialect.name == "sqlite":
        _run(connection, f"INSERT INTO {table.name} ({_names(columns)}) VALUES ({_marks(connection, columns)})", rows)
    elif rows:
        copy_in = f"COPY {table.name} ({_names(columns)}) FROM STDIN"
        with connection.connection.cursor() as cursor, cursor.copy(copy_in) as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)


def upsert(
    connection: Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    changes: Sequence[str],
) -> None:
    """Insert rows; of those whose `key` is there already, `changes` are overwritten."""
    into = f"INSERT INTO {table.name} ({_names(columns)}) VALUES ({_marks(connection, columns)})"
    new = ", ".join(f'"{name}" = excluded."{name}"' for name in changes)
    _run(connection, f"{into} ON CONFLICT ({_names(key)}) DO UPDATE SET {new}", rows)


def update(
    connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row], *, key: Sequence[str]
) -> None:
    """Each row: the new values of `columns`, then the key of the row that gets them."""
    mark = _mark(connection)
    new = ", ".join(f'"{name}" = {mark}' for name in columns)
    its = " AND ".join(f'"{name}" = {mark}' for name in key)
    _run(connection, f"UPDATE {table.name} SET {new} WHERE {its}", rows)


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _marks(connection: Connection, columns: Sequence[str]) -> str:
    return ", ".join([_mark(connection)] * len(columns))


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
