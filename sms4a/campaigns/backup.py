"""A copy of a SQLite database, taken while others work on it."""

import sqlite3
from contextlib import closing
from pathlib import Path


def back_up(source: Path, copy: Path) -> None:
    """Copy the committed state, write-ahead log included, and read the copy through.

    Only its owner may read the copy. FileExistsError if there is something at its place; sqlite3.Error if the
    database cannot be read, and then no copy is left.
    """
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original:
        copy.touch(mode=0o600, exist_ok=False)
        try:
            with closing(sqlite3.connect(copy)) as written:
                original.backup(written)
                # A copy that nobody has read is none.
                found = written.execute("pragma quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise sqlite3.DatabaseError(found)
        except BaseException:
            copy.unlink()
            raise
