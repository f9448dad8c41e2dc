"""What becomes of one SMS, as a pure function of when it was accepted, a seeded hash, its number and its options.

Outcomes are steered by the last three digits of the recipient's number:

    ending      what happens                                                    without delivery report
    000 - 900   delivered: DONE/SUC_FIN within seconds, a tail of minutes       DONE/SUC_ACC
    901         DONE/INVALID_DST                                                the same
    902         DONE/BLOCKED                                                    the same
    903         RUNNING, then DONE/FAILED_FIN                                   DONE/SUC_ACC
    904         RUNNING, then DONE/TIMEOUT when its validity has passed         DONE/SUC_ACC
    905         DONE/NOT_ACC_FIN                                                the same
    906         OPEN/CON_ERR (retrying), then DONE/CON_ERR                      the same
    907         DONE/SEND_ERR                                                   the same
    908         RUNNING, then DONE/STATUS_ERR                                   DONE/SUC_ACC
    909         RUNNING until its validity has passed (48 h if none was
                asked for), then DONE/TIMEOUT                                   DONE/SUC_ACC
    910         CANCELED with an empty status                                   the same
    911         OPEN/NOT_ACC_REC, then CANCELED/NOT_ACC_REC                     the same
    912         RUNNING, then KILL                                              DONE/SUC_ACC
    913         DONE with a status word nobody knows                            the same
    914         not in the answer to /sms for a minute, then delivered          DONE/SUC_ACC
    915         OPEN/CON_ERR (retrying), then delivered after all               DONE/SUC_ACC
    916         RUNNING/SUC_ACC (a status though not final), then delivered     DONE/SUC_ACC
    917         delivered, and rows carry the required fields only              DONE/SUC_ACC
    918         delivered, after ten minutes                                    DONE/SUC_ACC
    919         CANCELLED, spelled with two L                                   the same
    920         a process status nobody knows                                   the same
    921         delivered; ten minutes later the report is corrected:
                DONE/FAILED_FIN                                                 DONE/SUC_ACC
    922         RUNNING, then DONE/FAILED_FIN; ten minutes later the report
                is corrected: DONE/SUC_FIN                                      DONE/SUC_ACC
    923 - 999   delivered                                                       DONE/SUC_ACC

A number that cannot be one (fewer than 8 or more than 15 digits, letters) ends as DONE/INVALID_DST.
With outcomes `realistic` about 2.5 % of the numbers without a fixed ending fail as well, chosen by hash: invalid and
blocked numbers in every job, the other failures by chance. With outcomes `steered` only the endings decide.
"""

import json
import math
import struct
from hashlib import blake2b
from statistics import NormalDist
from typing import NamedTuple

Periods = list[tuple[int, int]]
"""Blackout periods as (start, end) in epoch milliseconds, sorted."""

HOUR_MS = 3_600_000
LONGEST_VALIDITY_MIN = 2880

# A gateway hands the SMS of one job over one after the other.
HANDED_OVER_PER_S = 100
HIDDEN_S = 60
CORRECTED_S = 600


class Ending(NamedTuple):
    """One way to end; times are seconds at speed 1."""

    process_status: str
    status: str
    reason: str
    by_receipt: bool = False
    """Known by a delivery report only: was none asked for, the SMS ends as SUC_ACC."""
    sent: bool = False
    """The carrier has taken it, so that it has a sentTs."""
    median_s: float = 0.0
    """From hand-over to the end; half take longer."""
    spread: float = 0.0
    """Sigma of the log-normal distribution around the median."""
    retry_status: str = ""
    """The status beside OPEN while a first attempt is being repeated."""
    retry_s: float = 0.0
    running_status: str = ""
    correction: "Ending | None" = None
    """What a later report of the carrier says instead."""


_ARRIVED = "DELIVERED [0x000] (Final) Message was delivered to the handset"

DELIVERED = Ending("DONE", "SUC_FIN", _ARRIVED, True, True, 5.5, 1.1)
ACCEPTED = Ending("DONE", "SUC_ACC", "ACCEPTED [0x000] (Final) Message was accepted by the carrier", sent=True)
INVALID_DST = Ending("DONE", "INVALID_DST", "UNROUTABLE [0x00B] (Final) Invalid destination address")
BLOCKED = Ending("DONE", "BLOCKED", "REJECTED [0x0F1] (Final) Destination is on a blocklist")
FAILED_FIN = Ending(
    "DONE", "FAILED_FIN", "UNDELIVERABLE [0x001] (Final) Unknown or absent subscriber", True, True, 25, 0.8
)
TIMEOUT = Ending("DONE", "TIMEOUT", "EXPIRED [0x01B] (Final) Validity period has ended", True, True, math.inf)
NOT_ACC_FIN = Ending("DONE", "NOT_ACC_FIN", "REJECTED [0x045] (Final) Carrier does not accept the message")
CON_ERR = Ending(
    "DONE",
    "CON_ERR",
    "UNREACHABLE [0x0FE] (Final) All attempts to reach the carrier have failed",
    retry_status="CON_ERR",
    retry_s=180,
)
SEND_ERR = Ending("DONE", "SEND_ERR", "INTERNAL [0x0FF] (Final) Error while sending", sent=True)
STATUS_ERR = Ending("DONE", "STATUS_ERR", "INTERNAL [0x0FD] (Final) No delivery report available", True, True, 120, 0.3)

FIXED: dict[str, Ending] = {
    "901": INVALID_DST,
    "902": BLOCKED,
    "903": FAILED_FIN,
    "904": TIMEOUT,
    "905": NOT_ACC_FIN,
    "906": CON_ERR,
    "907": SEND_ERR,
    "908": STATUS_ERR,
    "909": TIMEOUT,
    "910": Ending("CANCELED", "", "CANCELED (Final) Canceled before sending"),
    "911": Ending(
        "CANCELED", "NOT_ACC_REC", "CANCELED (Final) Canceled while retrying", retry_status="NOT_ACC_REC", retry_s=20
    ),
    "912": Ending("KILL", "", "CANCELED (Final) Canceled after sending", True, True, 30, 0.3),
    "913": Ending("DONE", "SUC_NEW", "NEWSTATE [0x7FF] (Final) A status introduced after our time", sent=True),
    "914": DELIVERED,
    "915": DELIVERED._replace(retry_status="CON_ERR", retry_s=30),
    "916": DELIVERED._replace(running_status="SUC_ACC"),
    "917": DELIVERED,
    "918": DELIVERED._replace(median_s=600, spread=0),
    "919": Ending("CANCELLED", "", "CANCELED (Final) Canceled before sending"),
    "920": Ending(
        "ARCHIVED", "SUC_FIN", "NEWSTATE [0x7FE] (Final) A process status introduced after our time", sent=True
    ),
    "921": DELIVERED._replace(correction=FAILED_FIN),
    "922": FAILED_FIN._replace(correction=DELIVERED),
}

# Shares that add up to those named in the docstring: the first belong to the number, the second to the single SMS.
SHARE_OF_NUMBERS = ((0.008, INVALID_DST), (0.010, BLOCKED))
SHARE_OF_SMS = ((0.007, FAILED_FIN), (0.010, TIMEOUT), (0.013, NOT_ACC_FIN), (0.014, CON_ERR), (0.0145, SEND_ERR))
SHARE_OF_SLOW = 0.03


class Terms(NamedTuple):
    """What all SMS of one job have in common; kept with it, so that a restart with other settings changes nothing."""

    seed: int
    seq: int
    accepted_ms: int
    start_ms: int
    """Earliest start: acceptance or jobPeriod, whichever is later."""
    periods: Periods
    status_requested: bool
    express: bool
    validity_min: int
    """0: none was asked for."""
    provider_validity_min: int
    speed: float
    outcomes: str

    def to_json(self) -> str:
        return json.dumps(self)

    @classmethod
    def from_json(cls, text: str) -> "Terms":
        return cls(*json.loads(text))


class Fate(NamedTuple):
    """The whole life of one SMS; times are epoch milliseconds."""

    ending: Ending
    retry_ms: int | None
    sent_ms: int | None
    final_ms: int
    corrected_ms: int
    """When the correction comes, if there is one."""
    visible_ms: int
    sparse: bool

    def ending_at(self, now: int) -> Ending:
        correction = self.ending.correction
        return correction if correction and now >= self.corrected_ms else self.ending


def digits_of(dst: str) -> str:
    """The digits after the international prefix; empty if this cannot be a number.

    A national number (leading 0) gets +49, the country code of the simulated account.
    """
    bare = dst.translate(_SEPARATORS)
    if bare.startswith("+"):
        digits = bare[1:]
    elif bare.startswith("00"):
        digits = bare[2:]
    elif bare.startswith("0"):
        digits = "49" + bare[1:]
    else:
        digits = bare
    plausible = digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 15 and digits[0] != "0"
    return digits if plausible else ""


_SEPARATORS = str.maketrans("", "", " -/().")


def key_of(seed: int, seq: int) -> bytes:
    """What makes the hashes of one job differ from those of every other."""
    return f"{seed}.{seq}".encode()


def fate_of(terms: Terms, n: int, dst: str, periods: Periods | None = None) -> Fate:
    """The life of the n-th SMS of a job; `periods` replaces the blackout periods of the job."""
    chance = _chances(terms, n)
    digits = digits_of(dst)
    code = digits[-3:]
    ending = _ending(terms, digits, code, chance[0])
    wait_s = 1 + 3 * chance[1] + n / HANDED_OVER_PER_S
    wait_ms = _scaled(wait_s / 2 if terms.express else wait_s, terms.speed)
    hand_ms = after_blackout(terms.start_ms, wait_ms, terms.periods if periods is None else periods)
    retry_ms = hand_ms if ending.retry_s else None
    hand_ms += _scaled(ending.retry_s, terms.speed)
    final_ms = hand_ms
    if ending.median_s:
        ending, run_s = _run(terms, ending, code, chance)
        final_ms += _scaled(run_s, terms.speed)
    visible_ms = terms.accepted_ms + _scaled(HIDDEN_S, terms.speed) if code == "914" else terms.accepted_ms
    corrected_ms = final_ms + _scaled(CORRECTED_S, terms.speed)
    return Fate(ending, retry_ms, hand_ms if ending.sent else None, final_ms, corrected_ms, visible_ms, code == "917")


def after_blackout(start_ms: int, wait_ms: int, periods: Periods) -> int:
    """When an SMS leaves: a moment inside a period moves to its end, and the queue starts anew there."""
    moment = start_ms + wait_ms
    for start, end in periods:
        if start <= moment < end:
            moment = end + wait_ms
    return moment


def _chances(terms: Terms, n: int) -> tuple[float, float, float, float]:
    """Four numbers, each in [0, 1), that belong to this SMS."""
    digest = blake2b(b"%d" % n, key=key_of(terms.seed, terms.seq), digest_size=16).digest()
    a, b, c, d = _FOUR(digest)
    return a / _WHOLE, b / _WHOLE, c / _WHOLE, d / _WHOLE


_FOUR = struct.Struct("<4I").unpack
_WHOLE = 2**32


def _ending(terms: Terms, digits: str, code: str, chance: float) -> Ending:
    if not digits:
        return INVALID_DST
    ending = FIXED.get(code)
    if ending is None:
        ending = DELIVERED if terms.outcomes == "steered" else _by_chance(terms.seed, digits, chance)
    return ACCEPTED if ending.by_receipt and not terms.status_requested else ending


def _by_chance(seed: int, digits: str, chance: float) -> Ending:
    digest = blake2b(digits.encode(), key=b"%d" % seed, digest_size=4).digest()
    number_chance = int.from_bytes(digest, "little") / _WHOLE
    for share, ending in SHARE_OF_NUMBERS:
        if number_chance < share:
            return ending
    for share, ending in SHARE_OF_SMS:
        if chance < share:
            return ending
    return DELIVERED


def _run(terms: Terms, ending: Ending, code: str, chance: tuple[float, float, float, float]) -> tuple[Ending, float]:
    """How it ends after it was sent, and after how many seconds; nothing outlives its validity."""
    validity_s = 60.0 * (terms.validity_min or terms.provider_validity_min)
    if ending is TIMEOUT:
        return ending, 60.0 * LONGEST_VALIDITY_MIN if code == "909" and not terms.validity_min else validity_s
    if ending is DELIVERED and chance[2] < SHARE_OF_SLOW:
        run_s = 60 + 600 * chance[3] ** 2
    else:
        run_s = ending.median_s * math.exp(ending.spread * _NORMAL.inv_cdf(chance[3] or 0.5))
    if run_s < validity_s:
        return ending, run_s
    return (ending, 0.9 * validity_s) if terms.outcomes == "steered" else (TIMEOUT, validity_s)


_NORMAL = NormalDist()


def _scaled(seconds: float, speed: float) -> int:
    return round(1000 * seconds / speed)
