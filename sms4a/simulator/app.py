"""The HTTP surface of the simulated API over the engine, and its control address (ASGI)."""

import asyncio
import base64
import binascii
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sms4a.simulator.checks import Refused, moment_ms, read_job
from sms4a.simulator.control import control_routes
from sms4a.simulator.engine import CENTRES, Engine
from sms4a.simulator.scenarios import ADDRESSES, Fault, Faults

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_WINDOW = timedelta(days=30)
NO_LOGIN = "Credentials are required to access this resource."

Cut = Callable[[tuple[str, int], bool], None]
"""Close the connection of this client, with a TCP reset if asked to."""

_JOB_ID = re.compile(r"J\..{18,38}")


@dataclass(frozen=True)
class Call:
    """One request to the API, read to its end."""

    request: Request
    operation: str
    address: str
    body: bytes

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)


Answer = Callable[[Call, str], Response]
"""What an operation answers, given the data centre that does it."""


def create_app(
    engine: Engine,
    faults: Faults | None = None,
    *,
    username: str = "practice",
    password: str = "practice",
    cut: Cut | None = None,
) -> Starlette:
    """The API under /eu, /de2 and /de1, and /control beside it.

    Without `cut`, which only the server can offer, dropped connections become an answer 500.
    """
    faults = faults or Faults()
    surface = Surface(engine, faults, username, password, cut)
    handlers: dict[Any, Callable[..., Any]] = {Refused: surface.on_refused, HTTPException: surface.on_http_exception}
    routes = [Route("/openapi.json", description), *surface.routes(), *control_routes(engine, faults)]
    return Starlette(routes=routes, exception_handlers=handlers)


async def description(request: Request) -> Response:
    """The API as OpenAPI, which our answers are held against."""
    return JSONResponse(openapi())


def openapi() -> dict[str, Any]:
    text = resources.files("sms4a.simulator").joinpath("openapi.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


class Surface:
    """The five operations; each goes through the same gate of faults, login and limits."""

    def __init__(self, engine: Engine, faults: Faults, username: str, password: str, cut: Cut | None) -> None:
        self.engine = engine
        self.faults = faults
        self.login = f"{username}:{password}".encode()
        self.cut = cut

    def routes(self) -> list[Route]:
        send, listing = self._operation("post", self.send_job), self._operation("list", self.list_jobs)

        async def jobs(request: Request) -> Response:
            return await (send if request.method == "POST" else listing)(request)

        return [
            Route("/{address}/rest/v1/jobs", jobs, methods=["GET", "POST"]),
            Route("/{address}/rest/v1/jobs/{job_id}", self._operation("job", self.job), methods=["GET"]),
            Route("/{address}/rest/v1/sms", self._operation("sms", self.sms), methods=["GET"]),
            Route("/{address}/rest/v1/version", self._operation("version", self.version), methods=["GET"]),
        ]

    def send_job(self, call: Call, centre: str) -> Response:
        content_type = call.request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "HTTP 415 Unsupported Media Type")
        behaviour = self.engine.behaviour
        job = read_job(
            call.body, behaviour.account, strict=behaviour.strict_ranges, unknown_keys=behaviour.unknown_keys
        )
        return JSONResponse({"jobId": self.engine.accept(job, centre)}, 201)

    def list_jobs(self, call: Call, centre: str) -> Response:
        if _boolean(call, "jobIdsOnly") is not True:
            raise Refused(400, "jobIdsOnly: only true is supported")
        from_ms, to_ms = self._window(call)
        job_ids = self.engine.job_ids(
            centre,
            from_ms,
            to_ms,
            is_open=_boolean(call, "open"),
            offset=_integer(call, "offset", 0, 0, 2**31),
            limit=_integer(call, "limit", 100, 1, 1000),
        )
        return JSONResponse([{"jobId": job_id} for job_id in job_ids])

    def job(self, call: Call, centre: str) -> Response:
        job_id = _checked_job_id(call.request.path_params["job_id"])
        return self._known(self.engine.job_report(centre, job_id))

    def sms(self, call: Call, centre: str) -> Response:
        return self._known(self.engine.sms_reports(centre, _checked_job_id(call.query("jobId"))))

    def version(self, call: Call, centre: str) -> Response:
        return JSONResponse(
            {
                "buildNumber": 1,
                "buildTimestamp": "2024-01-01T00:00:00.000Z",
                "majorVersion": 1,
                "minorVersion": 0,
                "versionInfo": f"SMS4A simulator {centre}",
            }
        )

    async def on_refused(self, request: Request, refused: Exception) -> Response:
        assert isinstance(refused, Refused)
        return self._error(refused.status, *refused.messages)

    async def on_http_exception(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = self._error(error.status_code, f"HTTP {error.status_code} {error.detail}")
        answer.headers.update(error.headers or {})
        return answer

    def _operation(self, operation: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            address = request.path_params["address"]
            if address not in ADDRESSES:
                raise HTTPException(404)
            call = Call(request, operation, address, await _body(request))
            before = self.faults.take(operation, address, "before")
            if before is not None and (spoilt := await self._spoil(call, before)) is not None:
                return spoilt
            response = self._answered(call, answer)
            if response is None:
                return await self._drop(call, reset=False)
            after = self.faults.take(operation, address, "after") if response.status_code < 300 else None
            spoilt = await self._spoil(call, after) if after is not None else None
            return response if spoilt is None else spoilt

        return endpoint

    def _answered(self, call: Call, answer: Answer) -> Response | None:
        """The answer of a data centre; None if the address or all centres behind it are down."""
        centre = self._centre(call)
        if centre is None:
            return None
        # Whoever asks for the version need not say who they are; all other operations want a login.
        if call.operation != "version" and not self._logged_in(call.request):
            return self._error(401)
        if call.operation == "post" and not self.engine.count_post():
            return self._error(429, "Too many requests")
        try:
            return answer(call, centre)
        except Refused as refused:
            return self._error(refused.status, *refused.messages)

    def _centre(self, call: Call) -> str | None:
        down = self.faults.down
        if call.address in down:
            return None
        if call.address != "eu":
            return call.address
        choose = self.engine.sending_centre if call.operation == "post" else self.engine.reading_centre
        return choose(set(CENTRES) - down)

    def _logged_in(self, request: Request) -> bool:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(given, self.login)

    def _window(self, call: Call) -> tuple[int, int]:
        """fromTs and toTs in epoch milliseconds; without them the last 30 days."""
        width_ms = round(MAX_WINDOW.total_seconds() * 1000)
        to_text, from_text = call.query("toTs"), call.query("fromTs")
        to_ms = moment_ms(to_text, "toTs") if to_text is not None else self.engine.clock.now_ms()
        from_ms = moment_ms(from_text, "fromTs") if from_text is not None else to_ms - width_ms
        if not from_ms < to_ms:
            raise Refused(400, "toTs must be later than fromTs")
        if to_ms - from_ms > width_ms:
            raise Refused(400, "fromTs and toTs must not be more than 30 days apart")
        return from_ms, to_ms

    def _known(self, answer: object) -> Response:
        if answer is None:
            status = self.engine.behaviour.unknown_job_status
            return self._error(status, f"HTTP {status}")
        return JSONResponse(answer)

    async def _spoil(self, call: Call, fault: Fault) -> Response | None:
        """Do what the fault says; None if the request goes on as if nothing had been."""
        if fault.action == "delay":
            if not await self._wait(fault.seconds):
                return await self._drop(call, reset=False)
            return None
        if fault.action == "drop":
            return await self._drop(call, fault.reset)
        if fault.action == "garbage":
            body = '{"jobId": 17' if fault.body is None else fault.body
            return Response(body, 201 if call.operation == "post" else 200, media_type=fault.content_type)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.body is not None:
            return Response(fault.body, fault.status, headers, fault.content_type)
        response = self._error(fault.status, f"HTTP {fault.status}")
        response.headers.update(headers)
        return response

    async def _wait(self, seconds: float) -> bool:
        """Real seconds, as it is the time-outs of callers this is about; False if the server is ending."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.faults.stopping and (left := end - loop.time()) > 0:
            await asyncio.sleep(min(left, 0.05))
        return not self.faults.stopping

    async def _drop(self, call: Call, reset: bool) -> Response:
        client = call.request.client
        if self.cut is None or client is None:
            return self._error(500, "Connection dropped")
        self.cut((client.host, client.port), reset)
        # The loop closes the connection in its next rounds; only then an answer goes nowhere.
        for _ in range(3):
            await asyncio.sleep(0)
        return Response()

    def _error(self, status: int, *messages: str) -> Response:
        if self.engine.behaviour.empty_errors:
            return Response(status_code=status)
        if status == 401:
            return PlainTextResponse(NO_LOGIN, 401, {"WWW-Authenticate": 'Basic realm="realm"'})
        if status == 422:
            return JSONResponse({"errors": list(messages)}, 422)
        return JSONResponse({"code": status, "message": "; ".join(messages)}, status)


async def _body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refused(413, "Request entity too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _boolean(call: Call, name: str) -> bool | None:
    text = call.query(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise Refused(400, f"query param {name} must be true or false")
    return text.lower() == "true"


def _integer(call: Call, name: str, default: int, low: int, high: int) -> int:
    text = call.query(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise Refused(400, f"query param {name} must be between {low} and {high}")
    return int(text)


def _checked_job_id(job_id: str | None) -> str:
    if job_id is None or not _JOB_ID.fullmatch(job_id):
        raise Refused(400, f'jobId must match "{_JOB_ID.pattern}"')
    return job_id
