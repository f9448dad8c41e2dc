"""What an answer to a POST means for the submission and for the sender."""

from dataclasses import dataclass

from sms4a.addresses import ADDRESSES
from sms4a.campaigns.states import SubmissionState
from sms4a.errors import (
    APIError,
    AuthenticationFailed,
    InvalidRequest,
    NotConnected,
    NotFound,
    RateLimited,
    Sms4aError,
)

# After "too many requests" the API counts the last ten seconds; without its own word we wait a little longer.
SLOW_DOWN_S = 15.0
SLOWEST_S = 900.0

# Nothing was sent and another address is tried: soon, but not in a tight loop.
NEXT_ADDRESS_S = 3.0

# After so many unclear answers in a row the sender rests: something is wrong that only time or a person mends.
UNCLEAR_RUN = 3
REST_S = 120.0

MENDS_ITSELF = frozenset({"login", "wrong_address", "certificate"})
"""Holds that end when the API accepts our login again. All others wait for a person."""

INCIDENTS = frozenset({"double_job", "job_differs", "sent_again"})
"""Holds over a job that should not exist. Each of them must be seen by a person, whatever else holds at that moment."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one attempt has come to."""

    state: SubmissionState
    problem: str | None = None
    """A code: why it is not accepted."""
    detail: str | None = None
    """The API's or the network's own words, numbers masked."""
    job_id: str | None = None
    address: str | None = None
    """Where the next attempt goes; after an acceptance, who took it."""
    wait_s: float = 0.0
    """How long the submission waits before its next attempt."""
    hold: bool = False
    """Nothing at all is sent until this is mended."""
    slow_s: float = 0.0
    """All workers stop sending for so long."""


def accepted(job_id: str, address: str) -> Ruling:
    return Ruling(SubmissionState.ACCEPTED, job_id=job_id, address=address)


def ruling_of(error: Exception, address: str, send_via: str) -> Ruling:
    """The table of the design: from what came back to what it means. Whatever it does not name is uncertain.

    | answer                                            | submission  | sender              |
    | 400, 413, 422                                     | refused     | goes on             |
    | 429                                               | ready again | slows down          |
    | 401, 403, 404, 405, 415                           | ready again | holds               |
    | provably unsent                                   | ready again | next address        |
    | provably unsent, certificate not trusted          | ready again | holds               |
    | 409, other answers, time-out, reset, broken       | uncertain   | rests after three   |
    """
    detail = str(error) if isinstance(error, Sms4aError) else type(error).__name__
    match error:
        case InvalidRequest():
            return Ruling(SubmissionState.REFUSED, "refused", error.message or detail)
        case RateLimited():
            asked = SLOW_DOWN_S if error.retry_after_s is None else max(error.retry_after_s, 10.0)
            wait = min(asked, SLOWEST_S)
            return Ruling(SubmissionState.READY, "slow_down", detail, address=address, wait_s=wait, slow_s=wait)
        case AuthenticationFailed():
            return Ruling(SubmissionState.READY, "login", detail, address=address, hold=True)
        case NotFound():
            return Ruling(SubmissionState.READY, "wrong_address", detail, address=address, hold=True)
        case NotConnected(certificate=True):
            return Ruling(SubmissionState.READY, "certificate", detail, address=address, hold=True)
        case NotConnected():
            following = next_address(address, send_via)
            return Ruling(SubmissionState.READY, "not_connected", detail, address=following, wait_s=NEXT_ADDRESS_S)
        case APIError(http_status=409):
            return Ruling(SubmissionState.UNCERTAIN, "duplicate", detail)
        case APIError():
            return Ruling(SubmissionState.UNCERTAIN, "server_error", detail)
        case _:
            return Ruling(SubmissionState.UNCERTAIN, "no_answer", detail)


def next_address(address: str, send_via: str) -> str:
    """Where a provably unsent submission goes next: in turn when sending via `eu`, nowhere else when pinned."""
    if send_via != "eu" or address not in ADDRESSES:
        return send_via
    return ADDRESSES[(ADDRESSES.index(address) + 1) % len(ADDRESSES)]
