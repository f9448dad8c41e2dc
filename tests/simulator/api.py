"""The simulated API as a program without any client sees it: plain requests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from sms4a.simulator import Simulator
from tests.simulator.description import hold_against_description


@dataclass
class Api:
    """Whatever it is answered is held against the description, unless the test has asked for a fault."""

    simulator: Simulator
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.auth = (self.simulator.username, self.simulator.password)

    def post(self, body: Any, address: str = "de2", **more: Any) -> requests.Response:
        return self._held(lambda: self.session.post(f"{self.simulator.addresses[address]}/jobs", json=body, **more))

    def get(self, path: str, address: str = "de2", **query: Any) -> requests.Response:
        return self._held(lambda: self.session.get(f"{self.simulator.addresses[address]}/{path}", params=query))

    def _held(self, ask: Callable[[], requests.Response]) -> requests.Response:
        is_spoilt = self.simulator.faults.to_json()["faults"] or self.simulator.engine.behaviour.empty_errors
        answer = ask()
        if not is_spoilt:
            hold_against_description(answer)
        return answer

    def job_id(self, body: Any, address: str = "de2") -> str:
        answer = self.post(body, address)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["jobId"])

    def rows(self, job_id: str, address: str = "de2") -> dict[str, dict[str, Any]]:
        return {row["dst"]: row for row in self.get("sms", address, jobId=job_id).json()}

    def control(self, name: str, body: Any = None, method: str | None = None) -> Any:
        method = method or ("GET" if body is None else "POST")
        return self.session.request(method, f"{self.simulator.url}/control/{name}", json=body)
