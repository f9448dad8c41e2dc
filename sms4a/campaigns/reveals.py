"""Who looked at whole numbers: written down before they are shown."""

from typing import Any

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database


class Reveals:
    """Numbers are masked until somebody asks for them; this keeps who asked, and when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shown(self, about: str, actor: str) -> None:
        """`about`: what the numbers belong to, `<table>:<id>` as in the audit."""
        self._note(about, actor, "reveal")

    def handed_out(self, about: str, actor: str, rows: int) -> None:
        """A file with so many rows was asked for."""
        self._note(about, actor, "export", rows=rows)

    def _note(self, about: str, actor: str, action: str, **detail: Any) -> None:
        with self._database.write() as connection:
            write_audit(connection, self._database.now(connection), actor, action, about, **detail)
