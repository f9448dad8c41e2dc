"""What a test of one address has found: wrong password, wrong address, no network, certificate, proxy."""

from dataclasses import dataclass
from enum import StrEnum

from sms4a.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NoAnswer,
    NotConnected,
    NotFound,
    Obstacle,
    RateLimited,
    ServerError,
    Sms4aError,
    UnexpectedAnswer,
)


class Finding(StrEnum):
    """One word on why an address works or does not, each with another remedy."""

    WORKS = "works"
    WRONG_LOGIN = "wrong_login"
    """It answers, and does not accept login ID and password."""
    WRONG_ADDRESS = "wrong_address"
    """There is no such host, or what answers there is not this API."""
    NO_NETWORK = "no_network"
    """This machine reaches nobody."""
    NOBODY_THERE = "nobody_there"
    """The host does not pick up: a firewall, a wrong port, or it is down."""
    CERTIFICATE = "certificate"
    """It could not prove who it is: a proxy that opens TLS, or an outdated list of trusted certificates."""
    PROXY = "proxy"
    """The proxy does not answer, or does not let us through."""
    NO_ANSWER = "no_answer"
    """A connection was made, and no complete answer came in time."""
    BUSY = "busy"
    """It answers, and asks for fewer requests."""
    SERVER_TROUBLE = "server_trouble"
    """It answers that it has an internal error."""
    ODD_ANSWER = "odd_answer"
    """It refuses a request that is right."""


_OBSTACLES = {
    Obstacle.HOST: Finding.WRONG_ADDRESS,
    Obstacle.TLS: Finding.WRONG_ADDRESS,
    Obstacle.NETWORK: Finding.NO_NETWORK,
    Obstacle.CERTIFICATE: Finding.CERTIFICATE,
    Obstacle.PROXY: Finding.PROXY,
}

_ERRORS: tuple[tuple[type[Sms4aError], Finding], ...] = (
    (AuthenticationFailed, Finding.WRONG_LOGIN),
    (NotFound, Finding.WRONG_ADDRESS),
    (UnexpectedAnswer, Finding.WRONG_ADDRESS),
    (ConfigurationError, Finding.WRONG_ADDRESS),
    (NoAnswer, Finding.NO_ANSWER),
    (RateLimited, Finding.BUSY),
    (ServerError, Finding.SERVER_TROUBLE),
)


@dataclass(frozen=True, slots=True)
class Connection:
    """The test of one address."""

    address: str
    finding: Finding
    elapsed_ms: int
    error: Sms4aError | None = None
    """None if it works."""


def finding_of(error: Sms4aError | None) -> Finding:
    if error is None:
        return Finding.WORKS
    if isinstance(error, NotConnected):
        return _OBSTACLES.get(error.obstacle, Finding.NOBODY_THERE)
    return next((finding for kind, finding in _ERRORS if isinstance(error, kind)), Finding.ODD_ANSWER)
