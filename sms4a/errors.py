"""Every error this package raises, as one tree.

Sms4aError                  retryable = False, maybe_accepted = False
├── ConfigurationError        a setting is missing or contradicts another; the message names it
├── TransportError            no usable answer
│   ├── NotConnected            nothing was sent                     retryable
│   ├── NoAnswer                it was sent, then silence            maybe_accepted
│   └── UnexpectedAnswer        not what the API documents           maybe_accepted
└── APIError                  the API refused: http_status, code, message
    ├── InvalidRequest, AuthenticationFailed
    ├── DuplicateJob                                                 maybe_accepted
    ├── NotFound                both data centres say so
    │   └── NotVisibleYet         of a job not a minute old          retryable
    ├── RateLimited             retry_after_s                        retryable
    └── ServerError                                                  maybe_accepted
"""

from enum import StrEnum


class Obstacle(StrEnum):
    """What kept a request from leaving."""

    HOST = "host"
    """No such host: the name is wrong, or nobody here can look it up."""
    NETWORK = "network"
    """This machine reaches nobody: no network, no route, no name server."""
    REFUSED = "refused"
    """The host is there and nothing listens at this port."""
    SILENCE = "silence"
    """Nobody picked up in time: a firewall, or a host that is down."""
    TLS = "tls"
    """Something answered that does not speak TLS as it should."""
    CERTIFICATE = "certificate"
    """The other side could not prove who it is."""
    PROXY = "proxy"
    """The proxy does not answer, or does not let us through."""
    OTHER = "other"


class Sms4aError(Exception):
    """Anything that went wrong in this package; callers act on the two facts below."""

    retryable: bool = False
    """The same call may be made again: the API has not taken this one."""

    maybe_accepted: bool = False
    """People may get this SMS all the same: never send it again by itself."""


class ConfigurationError(Sms4aError):
    """A setting is missing or contradicts another; the message names it."""


class TransportError(Sms4aError):
    """There was no usable answer."""

    def __init__(self, message: str, *, address: str | None = None) -> None:
        super().__init__(message)
        self.address = address
        """Which address was asked: `eu`, `de2` or `de1`."""


class NotConnected(TransportError):
    """Not one byte of the request has left: no connection, or no trusted one."""

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        address: str | None = None,
        certificate: bool = False,
        obstacle: Obstacle = Obstacle.OTHER,
    ) -> None:
        super().__init__(message, address=address)
        self.obstacle = Obstacle.CERTIFICATE if certificate else obstacle

    @property
    def certificate(self) -> bool:
        """The other side could not prove who it is; trying again does not help, a person must look."""
        return self.obstacle is Obstacle.CERTIFICATE


class NoAnswer(TransportError):
    """The request left, at least in part, and no answer came back."""

    maybe_accepted = True


class UnexpectedAnswer(TransportError):
    """An answer came back that the API does not document."""

    maybe_accepted = True

    def __init__(self, message: str, *, address: str | None = None, http_status: int | None = None) -> None:
        super().__init__(message, address=address)
        self.http_status = http_status


class APIError(Sms4aError):
    """The API answered, and the answer is a refusal."""

    def __init__(self, message: str, *, http_status: int, code: int | None = None, address: str | None = None) -> None:
        super().__init__(f"{message or 'the API gave no reason'} (HTTP {http_status})")
        self.message = message
        """The API's own words, phone numbers masked; empty if it gave none."""
        self.http_status = http_status
        self.code = code
        self.address = address


class InvalidRequest(APIError):
    """The API refuses the content of the request (400, 413, 422)."""


class AuthenticationFailed(APIError):
    """The API does not accept the login or does not allow the call (401, 403)."""


class NotFound(APIError):
    """The address does not know this (404, 405, 415 when sending; 404 when reading)."""


class NotVisibleYet(NotFound):
    """Both data centres deny a job that was sent less than a minute ago: it takes them seconds to show a new one."""

    retryable = True


class DuplicateJob(APIError):
    """An equal job was seen within the last ten minutes (409): the first one may well have been accepted."""

    maybe_accepted = True


class RateLimited(APIError):
    """Too many requests (429); nothing was taken."""

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        http_status: int = 429,
        code: int | None = None,
        address: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, http_status=http_status, code=code, address=address)
        self.retry_after_s = retry_after_s
        """Seconds the API asks us to wait; None if it did not say."""


class ServerError(APIError):
    """The API failed (5xx); a request that sends may have been taken all the same."""

    maybe_accepted = True
