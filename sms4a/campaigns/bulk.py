"""Many rows at once: SQLAlchemy makes a dictionary of parameters for each row, which takes longer than to store it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

Row = tuple[object, ...]


def insert(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of `columns`; JSON is given as text.

    Part of the transaction of `connection`. Words of an enum must be plain text.
    """
    if not rows:
        return
    names = ", ".join(f'"{table.c[column].name}"' for column in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))
        return
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)
