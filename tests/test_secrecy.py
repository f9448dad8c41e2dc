"""No login, no phone number and no text in anything that ends up in a log: `repr`, errors, tracebacks, logs."""

import base64
import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sms4a._http import Timeouts, basic_login
from sms4a.client import Client
from sms4a.errors import Sms4aError
from sms4a.follow import Progress
from sms4a.models import JobList, JobReport, JobRequest, Message, Options, Recipient, SmsStatus, StatusList
from sms4a.split import split_jobs
from tests import wire

NUMBER, TEXT, LOGIN, PASSWORD, PROXY_PASSWORD = (
    "+491713920017",
    "Canary in a text",
    "canary-id",
    "c@nary>?~",
    "proxy-canary",
)
TOKEN = basic_login(LOGIN, PASSWORD).removeprefix("Basic ")
CANARIES = (NUMBER[3:-2], TEXT, PASSWORD, PROXY_PASSWORD, TOKEN, base64.urlsafe_b64encode(PASSWORD.encode()).decode())
JOB = JobRequest(
    options=Options(src=NUMBER, customer_ref="autumn"),
    messages=(Message(text=TEXT, recipients=(Recipient(dst=NUMBER, customer_ref=NUMBER),)),),
)
STATUS = SmsStatus.model_validate(
    {
        "smsId": "S." + "1" * 38,
        "dst": NUMBER,
        "customerRef": NUMBER,
        "reason": f"{NUMBER} is off",
        "processStatus": "DONE",
    }
)
REPORT = JobReport.model_validate({"jobId": wire.JOB_ID, "src": NUMBER, "customerRef": NUMBER})


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@contextmanager
def a_client(url: str, *, proxy: bool = False) -> Iterator[Client]:
    timeouts = Timeouts(connect_s=0.3, send_s=0.3, read_s=0.3, list_s=0.3)
    urls: dict[str, Any] = dict.fromkeys(("eu_url", "de2_url", "de1_url"), url)
    way_out = f"http://name:{PROXY_PASSWORD}@127.0.0.1:9" if proxy else None
    with Client(LOGIN, PASSWORD, **urls, timeouts=timeouts, proxy=way_out) as client:
        yield client


SHOWN = [
    JOB,
    JOB.options,
    JOB.messages[0],
    JOB.messages[0].recipients[0],
    next(split_jobs(JOB.messages, reference="r")),
    STATUS,
    REPORT,
    StatusList("de2", (STATUS,)),
    Progress(wire.JOB_ID, statuses=(STATUS,)),
    JobList({wire.JOB_ID: "de2"}),
]


@pytest.mark.parametrize("thing", SHOWN, ids=[type(thing).__name__ + str(n) for n, thing in enumerate(SHOWN)])
def test_what_is_shown_of_a_thing_holds_no_secret(thing: object) -> None:
    for shown in (repr(thing), str(thing), f"{thing}", repr([thing])):
        assert found_in(shown) == []


@pytest.mark.parametrize("spelled", ["+49 171 39 200 17", "0171/3920017", "49 171 39 20 017"])
def test_a_number_is_masked_however_it_is_written(spelled: str) -> None:
    assert repr(Recipient(dst=spelled)) == "Recipient(dst='…17', customer_ref=None, blackout_periods=None)"
    assert spelled[:-2] not in repr(SmsStatus(dst=spelled, reason=f"+{spelled} is off"))


def test_ids_stay_readable_and_values_stay_whole() -> None:
    assert wire.JOB_ID in repr(REPORT)
    assert str(STATUS.sms_id) in repr(STATUS)
    assert STATUS.dst == NUMBER
    assert pickle.loads(pickle.dumps(STATUS)).dst == NUMBER
    assert NUMBER in JOB.body().decode()


def test_a_client_shows_neither_login_nor_password() -> None:
    with a_client("https://127.0.0.1:9/rest/v1", proxy=True) as client:
        for shown in (repr(client), str(client), repr([client])):
            assert found_in(shown) == []
            assert LOGIN not in shown


ECHO = f"{NUMBER} {TEXT} {TOKEN}".encode()
REPLIES = [
    wire.answer(400, b'{"code":400,"message":"%s is not allowed"}' % NUMBER.encode()),
    wire.answer(422, b'{"errors":["%s is wrong","and %s"]}' % (NUMBER.encode(), NUMBER.encode())),
    wire.answer(500, NUMBER.encode()),
    wire.answer(201, ECHO),
    wire.answer(200, b'{"jobId":"%s"}' % ECHO),
    wire.answer(200, b'[{"smsId":5,"dst":{"%s":1}}, "%s"]' % (NUMBER.encode(), NUMBER.encode())),
    wire.answer(418, ECHO),
    wire.raw(ECHO + b"\r\n\r\n"),
    wire.raw(b"HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n" + ECHO),
    wire.raw(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + ECHO + b"\r\n"),
    wire.raw(b"HTTP/1.1 201 " + ECHO + b"\r\n" + ECHO),
    wire.raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/" + NUMBER.encode() + b"\r\nContent-Length: 0\r\n\r\n"),
    wire.answer(201, ECHO, headers={"Content-Encoding": "gzip"}),
    wire.close,
    wire.reset,
    wire.silence,
]


@pytest.mark.parametrize("reply", REPLIES, ids=[str(n) for n in range(len(REPLIES))])
def test_no_error_traceback_or_log_holds_a_secret(reply: wire.Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with wire.ScriptedServer(reply) as server, a_client(server.url) as client:
        for call in (
            lambda: client.send(JOB),
            lambda: client.job(wire.JOB_ID),
            lambda: client.sms_statuses(wire.JOB_ID),
        ):
            try:
                call()
            except Sms4aError as error:
                logging.getLogger("somebody").exception("it failed")
                told = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
                assert found_in(told) == []
    assert found_in(caplog.text) == []


def test_trouble_with_a_proxy_shows_no_login_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with a_client("https://127.0.0.1:9/rest/v1", proxy=True) as client, pytest.raises(Sms4aError) as failure:
        client.send(JOB)
    assert found_in("".join(traceback.format_exception(failure.value)) + caplog.text) == []


@pytest.mark.parametrize("data", [{"dst": [NUMBER]}, {"dst": NUMBER, "customerRef": NUMBER * 9}, [NUMBER]])
def test_a_refused_model_quotes_nothing(data: object) -> None:
    with pytest.raises(ValueError, match="Recipient") as refusal:
        Recipient.model_validate(data)
    assert found_in("".join(traceback.format_exception(refusal.value))) == []
