"""The API's description as a judge of answers."""

import requests
import schemathesis
from schemathesis.schemas import BaseSchema

from sms4a.simulator.app import openapi

PATHS = {"jobs": "/jobs", "sms": "/sms", "version": "/version"}

DESCRIPTION: BaseSchema = schemathesis.openapi.from_dict(openapi())


def hold_against_description(answer: requests.Response) -> None:
    """Fails if this answer to a request below /rest/v1 has a status, a type, a header or a member not described."""
    assert answer.request.url is not None
    _, _, path = answer.request.url.partition("?")[0].partition("/rest/v1/")
    operation = DESCRIPTION[PATHS.get(path, "/jobs/{jobId}")][str(answer.request.method)]
    described = openapi()["paths"][operation.path][operation.method.lower()]["responses"]
    assert str(answer.status_code) in described, f"{operation.label} is not described to answer {answer.status_code}"
    operation.validate_response(answer)
