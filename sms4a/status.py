"""From the API's process status and status to what became of one SMS: one table."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class ProcessStatus(StrEnum):
    """How far one SMS is, in the API's words; it alone decides whether anything can still change."""

    OPEN = "OPEN"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELED = "CANCELED"
    KILL = "KILL"


class Outcome(StrEnum):
    """What we conclude from both fields."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    """Handed over to the network; nobody has confirmed the arrival."""
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Resend(StrEnum):
    """May the same person get the same SMS again?"""

    NO = "no"
    """It may have arrived, or may still."""
    NEVER = "never"
    """This number will not work: take it off the list."""
    LATER = "later"
    """Once more, after some time."""
    YES = "yes"
    POINTLESS = "pointless"
    """They have it."""
    AFTER_CHECK = "after_check"
    """Only after somebody looked at sender, text and country."""


class Verdict(NamedTuple):
    """What one pair of process status and status means."""

    code: str
    """Stable name of the row; the words for people hang on it."""
    outcome: Outcome
    final: bool
    """Nothing will change any more."""
    resend: Resend


class Rule(NamedTuple):
    """One row of the table."""

    process_status: ProcessStatus
    status: str | None
    """The API's word in upper case; empty if the API gives none; None for any word."""
    verdict: Verdict


_P, _O, _R = ProcessStatus, Outcome, Resend

# Source: Retarus "SMS outbound status codes - REST"; the last two columns are ours. SEND_ERR, STATUS_ERR and KILL
# count as unknown because the SMS has usually left. The first row that fits holds.
RULES: tuple[Rule, ...] = (
    Rule(_P.OPEN, "", Verdict("waiting", _O.PENDING, False, _R.NO)),
    Rule(_P.OPEN, None, Verdict("retrying", _O.PENDING, False, _R.NO)),
    Rule(_P.RUNNING, None, Verdict("running", _O.ACCEPTED, False, _R.NO)),
    Rule(_P.DONE, "SUC_FIN", Verdict("delivered", _O.DELIVERED, True, _R.POINTLESS)),
    Rule(_P.DONE, "SUC_ACC", Verdict("accepted", _O.ACCEPTED, True, _R.NO)),
    Rule(_P.DONE, "INVALID_DST", Verdict("number_invalid", _O.FAILED, True, _R.NEVER)),
    Rule(_P.DONE, "BLOCKED", Verdict("blocked", _O.FAILED, True, _R.NEVER)),
    Rule(_P.DONE, "TIMEOUT", Verdict("timeout", _O.FAILED, True, _R.LATER)),
    Rule(_P.DONE, "CON_ERR", Verdict("connection", _O.FAILED, True, _R.YES)),
    Rule(_P.DONE, "NOT_ACC_FIN", Verdict("not_accepted", _O.FAILED, True, _R.AFTER_CHECK)),
    Rule(_P.DONE, "FAILED_FIN", Verdict("failed_report", _O.FAILED, True, _R.LATER)),
    Rule(_P.DONE, "SEND_ERR", Verdict("send_error", _O.UNKNOWN, True, _R.NO)),
    Rule(_P.DONE, "STATUS_ERR", Verdict("status_error", _O.UNKNOWN, True, _R.NO)),
    Rule(_P.CANCELED, "", Verdict("cancelled_before", _O.CANCELLED, True, _R.YES)),
    Rule(_P.CANCELED, "NOT_ACC_REC", Verdict("cancelled_after", _O.CANCELLED, True, _R.NO)),
    Rule(_P.KILL, None, Verdict("killed", _O.UNKNOWN, True, _R.NO)),
)

OTHER = Verdict("other", Outcome.UNKNOWN, False, Resend.NO)
"""A pair that the API does not document; final as its process status says."""

VERDICTS: tuple[Verdict, ...] = (*(rule.verdict for rule in RULES), OTHER)
"""Every verdict there is, each code once."""

_FINAL = {ProcessStatus.DONE, ProcessStatus.CANCELED, ProcessStatus.KILL}
_EXACT = {(rule.process_status, rule.status): rule.verdict for rule in RULES if rule.status is not None}
_ANY = {rule.process_status: rule.verdict for rule in RULES if rule.status is None}


# A handful of words come a million times.
@lru_cache(maxsize=1_024)
def process_status_of(word: str) -> ProcessStatus | str:
    """The API's process status, whatever its case and with one or two L; a word we do not know stays as it is."""
    upper = word.strip().upper()
    if upper == "CANCELLED":
        return ProcessStatus.CANCELED
    return ProcessStatus(upper) if upper in ProcessStatus.__members__ else word


@lru_cache(maxsize=1_024)
def verdict_of(process_status: str | None, status: str | None) -> Verdict:
    """What became of an SMS; never fails. None and an empty word are the same."""
    process = process_status_of(process_status or "")
    if not isinstance(process, ProcessStatus):
        return OTHER
    verdict = _EXACT.get((process, (status or "").strip().upper())) or _ANY.get(process)
    return verdict or OTHER._replace(final=process in _FINAL)
