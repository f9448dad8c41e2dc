"""A second place for what came of an attempt, when the database cannot take it: a file that is only appended to."""

import json
import logging
import os
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError, NoResultFound

from sms4a.campaigns.claims import Claim, Claims
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.states import SubmissionState

log = logging.getLogger(__name__)


class Spool:
    """One line an attempt; references, ids and states only, never a number or a text."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "spool.jsonl"

    def add(self, claim: Claim, ruling: Ruling) -> None:
        """On the disk when this returns. Raises OSError if this disk cannot take it either."""
        line = json.dumps({"claim": asdict(claim), "ruling": asdict(ruling)})
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as spool:
            spool.write(line + "\n")
            spool.flush()
            os.fsync(spool.fileno())

    def replay(self, claims: Claims) -> int:
        """Write down in the database what lies here, then forget it; returns how many lines there were."""
        if not self._file.exists():
            return 0
        lines = self._file.read_text(encoding="utf-8").splitlines()
        for line in lines:
            try:
                self._replay_line(line, claims)
            except (ValueError, KeyError, TypeError, DataError, IntegrityError, NoResultFound) as error:
                # Cut off by the crash that it was written for, or not to be stored: its submission stays uncertain and
                # is looked for. Or of another database: an older copy in its place, or the one for practice. The line
                # is kept, because the job id in it may be the only one.
                log.error("a line of the spool file cannot be used: %s", type(error).__name__)
                with self._file.with_suffix(".bad").open("a", encoding="utf-8") as aside:
                    aside.write(line + "\n")
        self._file.unlink()
        return len(lines)

    @staticmethod
    def _replay_line(line: str, claims: Claims) -> None:
        entry = json.loads(line)
        ruling = {**entry["ruling"], "state": SubmissionState(entry["ruling"]["state"])}
        claims.record_late(Claim(**entry["claim"]), Ruling(**ruling))
