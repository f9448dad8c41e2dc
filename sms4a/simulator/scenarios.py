"""Outages, slow and broken answers, on request; and what was accepted, for tests that must know the truth.

A fault applies to the next requests it fits, oldest fault first:

    action     "status"   answer with `status` (500), `body`, `retry_after`
               "drop"     close the connection without an answer (`reset`: with a TCP reset)
               "delay"    wait `seconds` before going on
               "garbage"  answer with the right status, but `body` instead of what belongs there
    when       "before"   the job is accepted: nothing is taken (a delay takes it afterwards)
               "after"    it was accepted: it will be sent, whatever the answer says
    operation  "post", "list", "job", "sms", "version", "get" (any of the four) or "any"
    address    "eu", "de2" or "de1"; left out: all
    times      how many requests; null: until cleared

A centre that is down closes every connection without an answer; `eu` then uses the other one.
"""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

ACTIONS = ("status", "drop", "delay", "garbage")
MOMENTS = ("before", "after")
OPERATIONS = ("post", "list", "job", "sms", "version", "get", "any")
ADDRESSES = ("eu", "de2", "de1")


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; the fields are explained at the top of this module."""

    action: str
    when: str = "before"
    operation: str = "post"
    address: str | None = None
    times: int | None = 1
    status: int = 500
    seconds: float = 0.0
    retry_after: str | int | None = None
    body: str | None = None
    content_type: str = "application/json"
    reset: bool = False

    def __post_init__(self) -> None:
        for value, allowed in (
            (self.action, ACTIONS),
            (self.when, MOMENTS),
            (self.operation, OPERATIONS),
            (self.address or "eu", ADDRESSES),
        ):
            if value not in allowed:
                raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
        if not (200 <= self.status <= 599 and 0 <= self.seconds < 86400 and (self.times is None or self.times > 0)):
            raise ValueError("status, seconds or times is out of range")

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> "Fault":
        """Read one from a control request; `ValueError` names what does not fit."""
        unknown = members.keys() - {field.name for field in fields(cls)}
        if unknown or "action" not in members:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}" if unknown else "action is missing")
        return cls(**members)

    def fits(self, operation: str, address: str, when: str) -> bool:
        operations = {"any", operation} if operation == "post" else {"any", "get", operation}
        return self.when == when and self.operation in operations and self.address in (None, address)


class Faults:
    """The faults to come and the centres that are down; lost with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._down: set[str] = set()
        self.stopping = False
        """The server is about to end: whoever waits in a delay gives up."""

    def add(self, action: str, **members: Any) -> None:
        """Let something go wrong: `add("drop", when="after", times=3)`."""
        self.append(Fault(action, **members))

    def append(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Everything works again, the centres too."""
        with self._lock:
            self._faults.clear()
            self._down.clear()

    def set_down(self, address: str, down: bool = True) -> None:
        if address not in ADDRESSES:
            raise ValueError(f"{address!r} is none of {', '.join(ADDRESSES)}")
        with self._lock:
            (self._down.add if down else self._down.discard)(address)

    @property
    def down(self) -> set[str]:
        return set(self._down)

    def take(self, operation: str, address: str, when: str) -> Fault | None:
        """The fault that hits this request, if any; one time less is left of it."""
        with self._lock:
            for n, fault in enumerate(self._faults):
                if fault.fits(operation, address, when):
                    self._use(n, fault)
                    return fault
        return None

    def _use(self, n: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[n]
        else:
            self._faults[n] = replace(fault, times=fault.times - 1)

    def to_json(self) -> dict[str, Any]:
        with self._lock:
            return {"faults": [asdict(fault) for fault in self._faults], "down": sorted(self._down)}
