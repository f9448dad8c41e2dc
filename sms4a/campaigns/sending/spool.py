"""A second place for what came of an attempt, when the database cannot take it: a file for each answer."""

import json
import logging
import os
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError, NoResultFound

from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.policy import Ruling
from sms4a.campaigns.sending.claims import Claim, Claims
from sms4a.campaigns.states import SubmissionState

log = logging.getLogger(__name__)


class Spool:
    """References, ids and states only, never a number or a text.

    Workers of several processes may share the folder: a file is complete when it gets its name, and nobody writes into
    it again, so that whoever has read it may take it away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, claim: Claim, ruling: Ruling) -> None:
        """On the disk when this returns. Raises OSError if this disk cannot take it either."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f"spool-{random_id(12)}.part"
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"claim": asdict(claim), "ruling": asdict(ruling)}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(unfinished.with_suffix(".jsonl"))
        _sync_names(self._folder)

    def replay(self, claims: Claims) -> int:
        """Write down in the database what lies here, then forget it; returns how many answers there were.

        Two may do so at once: to write down an answer twice changes nothing.
        """
        return sum(self._replay_file(file, claims) for file in sorted(self._folder.glob("spool*.jsonl")))

    def _replay_file(self, file: Path, claims: Claims) -> int:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return 0
        for line in lines:
            try:
                self._replay_line(line, claims)
            except (ValueError, KeyError, TypeError, DataError, IntegrityError, NoResultFound) as error:
                # Damaged, or not to be stored: its submission stays uncertain and is looked for. Or of another
                # database: an older copy in its place, or the one for practice. The line is kept, because the job id in
                # it may be the only one.
                log.error("a line of the spool file cannot be used: %s", type(error).__name__)
                with (self._folder / "spool.bad").open("a", encoding="utf-8") as aside:
                    aside.write(line + "\n")
        file.unlink(missing_ok=True)
        return len(lines)

    @staticmethod
    def _replay_line(line: str, claims: Claims) -> None:
        entry = json.loads(line)
        ruling = {**entry["ruling"], "state": SubmissionState(entry["ruling"]["state"])}
        claims.record_late(Claim(**entry["claim"]), Ruling(**ruling))


def _sync_names(folder: Path) -> None:
    """After this the folder itself knows its new file, also if the power goes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
