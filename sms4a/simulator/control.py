"""The control address of a running simulator: clock, faults, behaviour, and what was accepted.

GET    /control/health                        is it there, its time, its counts
GET    /control/accepted                      every accepted job: id, centre, reference, time, number of SMS
GET    /control/numbers                       {"sms", "distinct", "twice"}; ?all=true: each number and how often
GET    /control/clock                         its time
POST   /control/clock     {"advance_s": 3600} or {"now": "2026-01-31T12:00:00Z"}
GET    /control/faults                        what is still to go wrong
POST   /control/faults    {"action": "drop", "when": "after", "times": 3}
DELETE /control/faults                        everything works again
POST   /control/centres   {"de1": "down"} or {"de1": "up"}
GET    /control/behaviour                     all that can be set, and how it is set
POST   /control/behaviour {"rate": 0, "visibility_s": 5, "account": {"src": "Shop"}}

GET    /openapi.json                          the API itself, described as OpenAPI 3.1
"""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sms4a.simulator import oracle
from sms4a.simulator.behaviour import Behaviour
from sms4a.simulator.checks import Account, Refused, moment_ms
from sms4a.simulator.engine import Engine
from sms4a.simulator.ids import timestamp
from sms4a.simulator.scenarios import Fault, Faults


def control_routes(engine: Engine, faults: Faults) -> list[Route]:
    control = Control(engine, faults)
    return [
        Route("/control/health", control.health),
        Route("/control/accepted", control.accepted),
        Route("/control/numbers", control.numbers),
        Route("/control/clock", control.clock, methods=["GET", "POST"]),
        Route("/control/faults", control.change_faults, methods=["GET", "POST", "DELETE"]),
        Route("/control/centres", control.centres, methods=["POST"]),
        Route("/control/behaviour", control.behaviour, methods=["GET", "POST"]),
    ]


class Control:
    """For whoever runs the simulator; it asks for no login, as it listens on loopback only."""

    def __init__(self, engine: Engine, faults: Faults) -> None:
        self.engine = engine
        self.faults = faults

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "now": self._now()})

    async def accepted(self, request: Request) -> Response:
        jobs = oracle.accepted_jobs(self.engine.path)
        return JSONResponse(
            {
                "jobs": [_job(job) for job in jobs],
                "counts": {
                    "jobs": len(jobs),
                    "sms": sum(job.sms_count for job in jobs),
                    "de2": sum(job.centre == "de2" for job in jobs),
                    "de1": sum(job.centre == "de1" for job in jobs),
                },
            }
        )

    async def numbers(self, request: Request) -> Response:
        if request.query_params.get("all") == "true":
            return JSONResponse(oracle.accepted_numbers(self.engine.path))
        return JSONResponse(oracle.duplicates(self.engine.path))

    async def clock(self, request: Request) -> Response:
        if request.method == "POST":
            with _named_problems():
                self.engine.set_now(_moment(await _members(request), self.engine.clock.now_ms()))
        return JSONResponse({"now": self._now()})

    async def change_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        if request.method == "POST":
            with _named_problems():
                self.faults.append(Fault.from_json(await _members(request)))
        return JSONResponse(self.faults.to_json())

    async def centres(self, request: Request) -> Response:
        with _named_problems():
            for address, state in (await _members(request)).items():
                self.faults.set_down(address, {"down": True, "up": False}[state])
        return JSONResponse(self.faults.to_json())

    async def behaviour(self, request: Request) -> Response:
        if request.method == "POST":
            with _named_problems():
                members = await _members(request)
                account = changed(self.engine.behaviour.account, members.pop("account", {}))
                self.engine.behaviour = dataclasses.replace(changed(self.engine.behaviour, members), account=account)
        return JSONResponse(dataclasses.asdict(self.engine.behaviour))

    def _now(self) -> str:
        return timestamp(self.engine.clock.now_ms())


def _job(job: oracle.AcceptedJob) -> dict[str, Any]:
    return {
        "jobId": job.job_id,
        "centre": job.centre,
        "customerRef": job.customer_ref,
        "acceptedTs": job.accepted_ts.isoformat(timespec="milliseconds"),
        "sms": job.sms_count,
    }


_Options = TypeVar("_Options", Behaviour, Account)


def changed(options: _Options, members: dict[str, Any]) -> _Options:
    """`options` with other values; `TypeError` or `AttributeError` for one of the wrong type or name."""
    for key, value in members.items():
        kind = type(getattr(options, key))
        if type(value) is not kind and (kind, type(value)) != (float, int):
            raise TypeError(f"{key} must be of type {kind.__name__}")
    return dataclasses.replace(options, **members)


def _moment(members: dict[str, Any], now_ms: int) -> int:
    if "now" in members:
        return moment_ms(str(members["now"]), "now")
    return now_ms + round(1000 * float(members["advance_s"]))


@contextmanager
def _named_problems() -> Iterator[None]:
    """What a control request got wrong becomes an answer 400."""
    try:
        yield
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as problem:
        raise Refused(400, f"{type(problem).__name__}: {problem}") from None


async def _members(request: Request) -> dict[str, Any]:
    members = json.loads(await request.body())
    if not isinstance(members, dict):
        raise TypeError("a JSON object is needed")
    return members
