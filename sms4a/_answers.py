"""A complete answer of the API, and what it means when it is a refusal."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic_core import from_json

from sms4a.errors import (
    APIError,
    AuthenticationFailed,
    DuplicateJob,
    InvalidRequest,
    NotFound,
    RateLimited,
    ServerError,
    Sms4aError,
    UnexpectedAnswer,
)
from sms4a.masking import mask_numbers


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of the API."""

    address: str
    http_status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as plain Python values; UnexpectedAnswer if it is not JSON."""
        try:
            return from_json(self.body)
        except ValueError as error:
            raise self.unexpected("the answer is not JSON") from error

    def unexpected(self, what: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            f"{self.address}: {what} (HTTP {self.http_status})", address=self.address, http_status=self.http_status
        )


_REFUSALS: dict[int, type[APIError]] = {
    400: InvalidRequest,
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
    409: DuplicateJob,
    413: InvalidRequest,
    422: InvalidRequest,
}


def check_answer(answer: Answer, *, sending: bool, now: Callable[[], datetime]) -> None:
    """Raise what an answer other than 200 (when sending: or 201) means.

    A 4xx in HTML comes from something between us and the API, so it proves nothing about the API. 405 and 415 are a
    wrong address when sending; when reading they say nothing about the job.
    """
    error = _refusal(answer, sending=sending, now=now)
    if error:
        raise error


def _refusal(answer: Answer, *, sending: bool, now: Callable[[], datetime]) -> Sms4aError | None:
    status = answer.http_status
    if status == 200 or (sending and status == 201):
        return None
    if 400 <= status < 500 and _is_html(answer):
        return answer.unexpected("an HTML page instead of an answer of the API")
    message, code = _words(answer)
    details: dict[str, Any] = {"http_status": status, "code": code, "address": answer.address}
    if status == 429:
        wait_s = retry_after_s(answer.headers.get("Retry-After"), now())
        return RateLimited(message, retry_after_s=wait_s, **details)
    if 500 <= status < 600:
        return ServerError(message, **details)
    if status in _REFUSALS:
        return _REFUSALS[status](message, **details)
    if sending and status in (405, 415):
        return NotFound(message, **details)
    return answer.unexpected("an answer the API does not document")


def _is_html(answer: Answer) -> bool:
    return "html" in answer.headers.get("Content-Type", "").lower() or answer.body.lstrip()[:1] == b"<"


def _words(answer: Answer) -> tuple[str, int | None]:
    """The API's message, in any of the shapes it is known in, and its own code; empty and None if there are none."""
    try:
        body = from_json(answer.body)
    except ValueError:
        body = answer.body.decode("utf-8", "replace")
    if isinstance(body, dict):
        errors = body.get("errors")
        lines = [body.get("message"), *(errors if isinstance(errors, list) else [])]
        code = body.get("code")
        text = "; ".join(line for line in lines if isinstance(line, str) and line)
        return mask_numbers(text)[:500], code if type(code) is int else None
    return (mask_numbers(body.strip())[:500] if isinstance(body, str) else ""), None


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None if absent or unreadable, 0 if already over."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _seconds_until(value: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
