"""What became of accepted jobs: their reports and statuses, fetched with growing intervals and folded in."""

import logging
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from sms4a.campaigns.database import Database
from sms4a.campaigns.health import Health
from sms4a.campaigns.results.fold import fold
from sms4a.campaigns.results.job_looks import claim_look, postpone
from sms4a.campaigns.sending.adoption import as_stored
from sms4a.errors import NotConnected, Sms4aError
from sms4a.models import JobReport, StatusList

log = logging.getLogger(__name__)


class Reads(Protocol):
    """What tracking needs of a client."""

    def job(self, job_id: str, *, address: str | None = None) -> JobReport: ...

    def sms_statuses(self, job_id: str, *, address: str | None = None) -> StatusList: ...


class Tracker:
    """Fetches one job a call; any number may work on one database."""

    def __init__(self, database: Database, client: Reads, health: Health) -> None:
        self._database = database
        self._client = client
        self._health = health

    def step(self, worker: str) -> bool:
        """Look at the job whose turn it is; False if there was none."""
        look = claim_look(self._database, worker)
        if look is None:
            return False
        try:
            report = as_stored(self._client.job(look.job_id, address=look.address))
            answer = self._client.sms_statuses(look.job_id, address=report.address)
        except Sms4aError as error:
            # That an address is away is told once, not for each of its jobs.
            level = logging.DEBUG if isinstance(error, NotConnected) else logging.INFO
            log.log(level, "job %s: %s", look.job_id, type(error).__name__)
            postpone(self._database, look)
            return True
        try:
            with self._database.write() as connection:
                fold(connection, look, report, answer, self._database.now(connection))
        except SQLAlchemyError:
            postpone(self._database, look)
            raise
        self._health.note(answer.address, None)
        return True
