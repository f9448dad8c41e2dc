"""One hand-over: claim, compare, POST once, record."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError, NoResultFound, SQLAlchemyError

from sms4a.campaigns.bodies import body_hash
from sms4a.campaigns.brakes import RESTORED
from sms4a.campaigns.health import Health
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.policy import Ruling, accepted, ruling_of
from sms4a.campaigns.sending.claims import Claim, Claims
from sms4a.campaigns.sending.guard import Guard, OlderCopy, boot_clock
from sms4a.campaigns.sending.spool import Spool
from sms4a.campaigns.sending.troubles import places_of
from sms4a.campaigns.states import SubmissionState
from sms4a.models import SentJob

log = logging.getLogger(__name__)

# A database that is locked or away for a moment must not make an accepted job uncertain. In seconds.
RECORD_PAUSES_S = (0.05, 0.2, 1.0, 5.0)

# A body that could not be built, for a reason of ours: not at once again.
NOT_BUILT_S = 60.0

# A POST begins so soon after its marker or not at all: a process that was frozen in between wakes up to a submission
# that was given up meanwhile. Together with the deadline of a POST (90 s) it stays below the lease (105 s).
START_WITHIN_S = 10.0


_Begun = tuple[Claim, float]
"""A claim, and when its transaction began, by a clock that nobody can set."""


class Sends(Protocol):
    """What the sender needs of a client."""

    def send_body(self, body: bytes, *, address: str | None = None) -> SentJob: ...


class Sender:
    """Sends at most one submission a call; any number of them may work on one database."""

    def __init__(
        self,
        claims: Claims,
        client: Sends,
        health: Health,
        guard: Guard,
        spool: Spool,
        *,
        send_via: str,
        pause: Callable[[float], object] = time.sleep,
        steady: Callable[[], float] = boot_clock,
    ) -> None:
        self._claims = claims
        self._client = client
        self._health = health
        self._guard = guard
        self._spool = spool
        self._send_via = send_via
        self._pause = pause
        self._steady = steady
        self._unwritten: list[tuple[Claim, Ruling]] = []
        self._next: _Begun | None = None
        self._unconfirmed: list[str] = []

    @property
    def holds_claim(self) -> bool:
        """The next step has a marker already."""
        return self._next is not None

    def step(self, owner: str, *, keep_going: bool = False) -> bool:
        """Send the oldest submission that is due; False if there was none.

        `keep_going`: another step follows at once. What it will send is claimed by the commit that records this one;
        without a further step, `give_back`.

        1. Claim it: the marker is in the database before the first byte leaves. A crash from here on leaves
           `sending`, later `uncertain`. If only the confirmation of that commit is lost, nobody knows the claim's name
           and nothing of it was sent: before the next claim it is given back.
        2. Rebuild its body and compare it with what was checked; a difference holds the submission.
        3. POST once, and judge the answer by the table in `policy`.
        4. Record, in the worst case in the spool file or in memory; until that is in the database nothing else is sent.
        """
        if self._unwritten and not self._write_late():
            return False
        begun, self._next = self._next or self._begin(owner), None
        if begun is None:
            return False
        claim, begin = begun
        ruling, error = self._hand_over(claim, begin)
        # Only after an acceptance: whatever else came back may change what leaves next, and when.
        ahead = keep_going and ruling.state is SubmissionState.ACCEPTED
        if not ahead or not self._record_and_claim(claim, ruling, _claim_name(owner)):
            self._record(claim, ruling)
        self._note(claim.address, ruling, error)
        return True

    def give_back(self) -> None:
        """No step follows: what was claimed for it may leave from elsewhere."""
        begun, self._next = self._next, None
        if begun:
            self._record(begun[0], Ruling(SubmissionState.READY, "stopping"))
        with suppress(SQLAlchemyError):
            self._give_back_unconfirmed()

    def _begin(self, owner: str) -> _Begun | None:
        self._give_back_unconfirmed()
        begin, name = self._steady(), _claim_name(owner)
        try:
            claim = self._claims.claim_next(name)
        except Exception:
            self._unconfirmed.append(name)
            raise
        return (claim, begin) if claim else None

    def _give_back_unconfirmed(self) -> None:
        """Claims that failed at a moment when they may have been in the database already."""
        while self._unconfirmed:
            self._claims.give_back(self._unconfirmed[0])
            self._unconfirmed.pop(0)

    def _hand_over(self, claim: Claim, begin: float) -> tuple[Ruling, Exception | None]:
        """The ruling, and the error behind it. Whatever fails before the POST has provably sent nothing."""
        try:
            self._guard.note_marker(claim.marker)
            body = self._claims.body(claim)
        except OlderCopy:
            return Ruling(SubmissionState.READY, RESTORED), None
        except OSError as error:
            return Ruling(SubmissionState.READY, "disk", type(error).__name__, hold=True), None
        except Exception as error:
            log.error("submission %s cannot be built: %s\n%s", claim.reference, type(error).__name__, places_of(error))
            return Ruling(SubmissionState.READY, "not_built", type(error).__name__, wait_s=NOT_BUILT_S), None
        if body_hash(body) != claim.body_hash:
            return Ruling(SubmissionState.HELD, "changed"), None
        if self._steady() - begin > START_WITHIN_S:
            return Ruling(SubmissionState.READY, "too_late"), None
        return self._post(claim, body)

    def _post(self, claim: Claim, body: bytes) -> tuple[Ruling, Exception | None]:
        try:
            sent = self._client.send_body(body, address=claim.address)
        except Exception as error:
            # Whatever it is, something may have left: only what the table names is anything but uncertain.
            ruling = ruling_of(error, claim.address, self._send_via)
            # That an address is away, and that it is back, is told once by `Health`; each attempt would fill the log.
            level = logging.DEBUG if ruling.problem == "not_connected" else logging.WARNING
            log.log(level, "submission %s attempt %s: %s", claim.reference, claim.attempt, ruling.problem)
            return ruling, error
        return accepted(sent.job_id, sent.address), None

    def _note(self, address: str, ruling: Ruling, error: Exception | None) -> None:
        # The truth line may be a moment behind; that must not stop the sending.
        with suppress(SQLAlchemyError):
            if error is not None or ruling.job_id:
                self._health.note(address, error)

    def _record_and_claim(self, claim: Claim, ruling: Ruling, name: str) -> bool:
        """One commit, and one wait for the disk, instead of two; `name` gets the next claim. False: nothing is recorded
        yet."""
        begin = self._steady()
        try:
            recorded, following = self._claims.record_and_claim(claim, ruling, name)
        except Exception as error:
            # Whatever stands in the way of the next claim must not keep this answer out.
            self._unconfirmed.append(name)
            log.warning("submission %s: recording again, %s", claim.reference, type(error).__name__)
            return False
        self._next = (following, begin) if following else None
        return recorded

    def _record(self, claim: Claim, ruling: Ruling) -> None:
        for pause_s in (*RECORD_PAUSES_S, None):
            try:
                self._claims.record_late(claim, ruling)
            except (DataError, IntegrityError) as error:
                # No later try can store this answer. The submission is unclear, and its job is found by its reference.
                log.error("submission %s: %s, job %s", claim.reference, type(error).__name__, ruling.job_id)
                ruling = Ruling(SubmissionState.UNCERTAIN, "not_recordable")
            except SQLAlchemyError as error:
                if pause_s is None:
                    break
                log.warning("submission %s: recording again, %s", claim.reference, type(error).__name__)
                self._pause(pause_s)
            else:
                return
        self._keep(claim, ruling)

    def _keep(self, claim: Claim, ruling: Ruling) -> None:
        """The database does not take it. The job id is the way back to what happened."""
        log.error("submission %s: %s not recorded, %s", claim.reference, ruling.state, ruling.job_id)
        self._unwritten.append((claim, ruling))
        with suppress(OSError):
            self._spool.add(claim, ruling)

    def _write_late(self) -> bool:
        """What is only kept here goes into the database now; False if it still cannot."""
        while self._unwritten:
            claim, ruling = self._unwritten[0]
            try:
                self._claims.record_late(claim, ruling)
            except (DataError, IntegrityError, NoResultFound) as error:
                # No later try can store it either: its lease runs out, and its job is found by its reference. Of what
                # this database does not know, because an older copy was put back, the file keeps the answer.
                log.error("submission %s: %s, job %s", claim.reference, type(error).__name__, ruling.job_id)
            except SQLAlchemyError:
                return False
            self._unwritten.pop(0)
        return True


def _claim_name(owner: str) -> str:
    """Who claims: a name for this once, so that whoever never heard of a claim can still tell that it is theirs."""
    return f"{owner}/{random_id(8)}"
