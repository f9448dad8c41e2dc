"""The simulator against its OpenAPI description: every answer that can be provoked is in it."""

import json
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks
from urllib3 import HTTPResponse

from sms4a.simulator import Simulator
from sms4a.simulator.app import openapi
from tests.simulator.api import Api
from tests.simulator.description import hold_against_description

SAMPLES = Path(__file__).parent.parent / "samples"
JOB = {"messages": [{"text": "Hallo", "recipients": [{"dst": "+4915228895456"}]}]}

# A 500 is among the documented answers: a text that cannot be transliterated.
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
load_all_checks()


# Requests without a login are a test of their own; here each has the right one.
REQUESTS = schemathesis.openapi.from_dict({**openapi(), "security": []})
OPERATIONS = [f"{method.upper()} {path}" for path, item in openapi()["paths"].items() for method in item]
GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
# Nothing can be wrong with a request for the version.
ATTACKS = [
    (operation, mode) for operation in OPERATIONS for mode in (GOOD, BAD) if (operation[-8:], mode) != ("/version", BAD)
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Out of range is refused here, as a request that breaks the description must be."""
    file = tmp_path_factory.mktemp("described") / "simulator.db"
    with Simulator(file, rate=0, strict_ranges=True) as running:
        yield running


def attack(simulator: Simulator, operation: str, mode: GenerationMode, examples: int) -> None:
    method, path = operation.split()

    @hypothesis.settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @hypothesis.given(case=REQUESTS[path][method].as_strategy(generation_mode=mode))
    def run(case: Case[Any]) -> None:
        case.call_and_validate(
            base_url=simulator.addresses["de2"], checks=CHECKS, auth=("practice", "practice"), session=session
        )

    with requests.Session() as session:
        run()


@pytest.mark.parametrize(("operation", "mode"), ATTACKS)
def test_no_request_gets_an_answer_outside_the_description(
    described: Simulator, operation: str, mode: GenerationMode
) -> None:
    attack(described, operation, mode, examples=40)


@pytest.mark.long
@pytest.mark.parametrize(("operation", "mode"), ATTACKS)
def test_no_request_of_thousands_gets_an_answer_outside_the_description(
    described: Simulator, operation: str, mode: GenerationMode
) -> None:
    attack(described, operation, mode, examples=int(os.environ.get("EXAMPLES", "3000")))


@pytest.mark.parametrize("operation", [operation for operation in OPERATIONS if operation != "GET /version"])
def test_without_a_login_nothing_is_answered(described: Simulator, operation: str) -> None:
    method, path = operation.split()
    answer = requests.request(method, described.addresses["de2"] + path.format(jobId="J." + "1" * 38), json=JOB)
    assert answer.status_code == 401
    hold_against_description(answer)


@pytest.mark.parametrize("path", ["jobs", "sms", "version", "jobs/J." + "1" * 38])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_what_the_api_does_not_offer_is_not_allowed(described: Simulator, method: str, path: str) -> None:
    answer = requests.request(method, f"{described.addresses['de2']}/{path}", auth=("practice", "practice"))
    if (method, path) == ("POST", "jobs"):
        assert answer.status_code == 415
        return
    assert answer.status_code == 405
    allowed = set(answer.headers["Allow"].split(", "))
    assert allowed == ({"GET", "HEAD", "POST"} if path == "jobs" else {"GET", "HEAD"})


SAMPLE_ANSWERS = [
    ("sent", "POST", "jobs", 201),
    ("job_ids", "GET", "jobs", 200),
    ("job_open", "GET", "jobs/J.1", 200),
    ("job_finished", "GET", "jobs/J.1", 200),
    ("sms_statuses", "GET", "sms", 200),
    ("error_message", "POST", "jobs", 400),
    ("error_list", "POST", "jobs", 422),
]


@pytest.mark.parametrize(("name", "method", "path", "status"), SAMPLE_ANSWERS)
def test_the_published_answers_are_in_the_description(name: str, method: str, path: str, status: int) -> None:
    hold_against_description(an_answer((SAMPLES / f"{name}.json").read_bytes(), method, path, status))


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", "jobs", 201, b'{"jobId": "J.1"}'),
        ("POST", "jobs", 201, b'{"jobId": "J.20220928-125820.021-2l8likuetABCDEFGHI", "warning": 1}'),
        ("POST", "jobs", 418, b"{}"),
        ("GET", "sms", 200, b'[{"smsId": "S.20220928-125820.022-0l8likueyRB3CT8FTG"}]'),
        ("GET", "jobs", 400, b'{"error": "no"}'),
    ],
)
def test_the_description_is_a_judge_that_can_say_no(method: str, path: str, status: int, body: bytes) -> None:
    with pytest.raises((AssertionError, Failure, FailureGroup)):
        hold_against_description(an_answer(body, method, path, status))


def an_answer(body: bytes, method: str, path: str, status: int) -> requests.Response:
    headers = {"Content-Type": "application/json"}
    request = requests.Request(method, f"http://127.0.0.1/de2/rest/v1/{path}").prepare()
    raw = HTTPResponse(BytesIO(body), headers, status, preload_content=False)
    return requests.adapters.HTTPAdapter().build_response(request, raw)


def test_the_request_of_the_sample_is_in_the_description(api: Api) -> None:
    assert api.post(json.loads((SAMPLES / "request.json").read_text(encoding="utf-8"))).status_code == 201


def test_the_description_is_served_beside_the_api(api: Api) -> None:
    answer = api.session.get(f"{api.simulator.url}/openapi.json")
    assert answer.json() == openapi()
