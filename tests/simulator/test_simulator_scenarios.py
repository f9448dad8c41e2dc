"""Faults on request, the control address, and the truth about what was accepted."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from sms4a.simulator import Simulator, accepted_jobs, accepted_numbers, accepted_sms, duplicates
from sms4a.simulator.__main__ import main
from tests.clock import NOON, Clock
from tests.simulator.api import Api

SAMPLE = "+4915228895456"
BODY = {"options": {"customerRef": "ref"}, "messages": [{"text": "Hallo", "recipients": [{"dst": SAMPLE}]}]}


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        ({"action": "status", "status": 503}, 503, 0),
        ({"action": "status", "status": 500, "when": "after"}, 500, 1),
        ({"action": "status", "status": 401}, 401, 0),
        ({"action": "status", "status": 429, "retry_after": 30}, 429, 0),
        ({"action": "status", "status": 502, "body": "<html>", "content_type": "text/html"}, 502, 0),
        ({"action": "drop"}, None, 0),
        ({"action": "drop", "when": "after"}, None, 1),
        ({"action": "drop", "reset": True}, None, 0),
        ({"action": "drop", "when": "after", "reset": True}, None, 1),
        ({"action": "garbage", "when": "after"}, 201, 1),
        ({"action": "garbage", "body": "{}"}, 201, 0),
        ({"action": "delay", "seconds": 0.01}, 201, 1),
        ({"action": "delay", "seconds": 0.01, "when": "after"}, 201, 1),
        ({"action": "status", "status": 503, "address": "de1"}, 201, 1),  # does not concern us
        ({"action": "status", "status": 503, "operation": "get"}, 201, 1),
    ],
)
def test_a_fault_hits_one_post_and_leaves_the_next_alone(
    api: Api, file: Path, fault: dict[str, Any], status: int | None, accepted: int
) -> None:
    api.control("faults", fault).raise_for_status()
    if status is None:
        with pytest.raises(requests.ConnectionError):
            api.post(BODY)
    else:
        answer = api.post(BODY)
        assert answer.status_code == status
        assert answer.headers.get("Retry-After") == (str(fault["retry_after"]) if "retry_after" in fault else None)
        assert answer.text == fault.get("body", answer.text)
    assert len(accepted_jobs(file)) == accepted
    assert api.post(BODY).status_code == 201
    assert accepted_numbers(file) == {SAMPLE: accepted + 1}


def test_an_answer_that_comes_too_late_was_accepted_all_the_same(api: Api, file: Path) -> None:
    api.simulator.faults.add("delay", when="after", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        api.post(BODY, timeout=0.2)
    assert len(accepted_jobs(file)) == 1


def test_garbage_is_no_json(api: Api) -> None:
    api.simulator.faults.add("garbage", when="after")
    with pytest.raises(requests.JSONDecodeError):
        api.post(BODY).json()


def test_a_fault_lasts_as_often_as_it_was_asked_for(api: Api) -> None:
    api.simulator.faults.add("status", status=503, times=2)
    api.simulator.faults.add("status", status=500)
    assert [api.post(BODY).status_code for _ in range(4)] == [503, 503, 500, 201]
    api.simulator.faults.add("status", status=401, operation="any", times=None)
    assert [api.post(BODY).status_code for _ in range(3)] == [401] * 3
    assert api.get("jobs", jobIdsOnly="true").status_code == 401
    assert api.control("faults", method="DELETE").json() == {"faults": [], "down": []}
    assert api.post(BODY).status_code == 201


def test_reads_fail_by_operation(api: Api) -> None:
    job_id = api.job_id(BODY)
    api.simulator.faults.add("status", status=500, operation="sms", times=None)
    assert api.get("sms", jobId=job_id).status_code == 500
    assert api.get(f"jobs/{job_id}").status_code == 200


def test_a_refused_post_does_not_use_up_a_fault_that_comes_after_accepting(api: Api) -> None:
    api.simulator.faults.add("status", when="after", status=500)
    assert api.post({}).status_code == 422
    assert api.post(BODY).status_code == 500


def test_with_one_centre_down_the_other_takes_everything(api: Api, file: Path) -> None:
    api.control("centres", {"de1": "down"}).raise_for_status()
    with pytest.raises(requests.ConnectionError):
        api.get("jobs", "de1", jobIdsOnly="true")
    for _ in range(3):
        api.job_id(BODY, "eu")
    assert {job.centre for job in accepted_jobs(file)} == {"de2"}
    api.control("centres", {"de2": "down"})
    with pytest.raises(requests.ConnectionError):
        api.post(BODY, "eu")
    api.control("centres", {"de1": "up", "de2": "up"})
    assert api.post(BODY, "de1").status_code == 201


def test_the_control_address_tells_what_was_accepted(api: Api) -> None:
    job_id = api.job_id(BODY)
    api.job_id(BODY, "de1")
    answer = api.control("accepted").json()
    assert answer["counts"] == {"jobs": 2, "sms": 2, "de2": 1, "de1": 1}
    assert answer["jobs"][0] == {
        "jobId": job_id,
        "centre": "de2",
        "customerRef": "ref",
        "acceptedTs": "2026-11-23T12:00:00.000+00:00",
        "sms": 1,
    }
    assert api.control("numbers").json() == {"sms": 2, "distinct": 1, "twice": [SAMPLE]}
    assert api.control("numbers?all=true").json() == {SAMPLE: 2}


def test_the_file_tells_the_bytes_texts_and_references(api: Api, file: Path) -> None:
    body = {
        "options": {"customerRef": "ref", "flash": None},
        "messages": [
            {"text": "Grüße, Anna 😀", "recipients": [{"dst": "+491", "customerRef": "c.1"}]},
            {"text": "Grüße", "recipients": [{"dst": "+492"}, {"dst": "+491"}]},
        ],
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    answer = api.session.post(
        f"{api.simulator.addresses['de2']}/jobs", data=raw, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    (job,) = accepted_jobs(file)
    assert (job.job_id, job.customer_ref, job.sms_count) == (answer.json()["jobId"], "ref", 3)
    assert job.options == {"customerRef": "ref"}
    assert job.accepted_ts == NOON
    assert job.body_sha256 == hashlib.sha256(raw).hexdigest()
    assert [(sms.dst, sms.text, sms.customer_ref) for sms in accepted_sms(file, job.job_id)] == [
        ("+491", "Grüße, Anna 😀", "c.1"),
        ("+492", "Grüße", None),
        ("+491", "Grüße", None),
    ]
    assert accepted_sms(file, "J.other") == []
    assert duplicates(file) == {"sms": 3, "distinct": 2, "twice": ["+491"]}


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        accepted_jobs(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_the_clock_can_be_moved_from_outside(api: Api, clock: Clock) -> None:
    assert api.control("clock", {"advance_s": 90}).json() == {"now": "2026-11-23T12:01:30.000Z"}
    assert api.control("clock", {"now": "2026-12-01T00:00:00+01:00"}).json() == {"now": "2026-11-30T23:00:00.000Z"}
    clock.advance(seconds=1)
    assert api.control("clock").json() == {"now": "2026-11-30T23:00:01.000Z"}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clock", {}),
        ("clock", {"advance_s": "x"}),
        ("clock", {"advance_s": float("inf")}),
        ("clock", {"advance_s": 1e12}),
        ("clock", {"now": "2026-11-23T12:00"}),
        ("faults", {}),
        ("faults", []),
        ("faults", {"action": "explode"}),
        ("faults", {"action": "drop", "foo": 1}),
        ("faults", {"action": "drop", "when": "later"}),
        ("faults", {"action": "drop", "times": 0}),
        ("faults", {"action": "status", "status": 99}),
        ("faults", {"action": "status", "status": "500"}),
        ("centres", {"de9": "down"}),
        ("centres", {"de1": "asleep"}),
        ("behaviour", {"rate": "many"}),
        ("behaviour", {"rate": -1}),
        ("behaviour", {"speed": 0}),
        ("behaviour", {"foo": 1}),
        ("behaviour", {"outcomes": "lucky"}),
        ("behaviour", {"account": {"src": 1}}),
        ("behaviour", {"account": []}),
        ("behaviour", {"account": {"encoding": "LATIN"}}),
        ("behaviour", {"account": {"qos": "FAST"}}),
        ("behaviour", {"account": {"src": "a sender too long"}}),
        ("behaviour", {"account": {"validity_min": 4}}),
    ],
)
def test_a_control_request_that_cannot_be_is_refused(api: Api, name: str, body: Any) -> None:
    answer = api.session.post(f"{api.simulator.url}/control/{name}", data=json.dumps(body))
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_account_defaults_apply_to_what_a_request_leaves_out(api: Api, clock: Clock) -> None:
    api.control("behaviour", {"account": {"status_requested": True, "src": "+4932"}}).raise_for_status()
    job_id = api.job_id(BODY)
    report = api.get(f"jobs/{job_id}").json()
    assert (report["statusRequested"], report["src"]) == (True, "+4932")


@pytest.mark.parametrize(
    "settings",
    [{"speed": 0}, {"outcomes": "lucky"}, {"rate": -1}, {"seed": 2**63}, {"visibility_s": -1}, {"list_lag_s": -1}],
)
def test_settings_that_cannot_be_stop_the_start(file: Path, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must"):
        Simulator(file, **settings)
    assert not file.exists()


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    help_text = capsys.readouterr().out
    assert all(
        words in help_text
        for words in ("--speed", "901", "INVALID_DST", "/control/faults", "advance_s", "/openapi.json")
    )


def test_everything_can_be_set_at_the_start(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = [
        "--now=2026-01-31T12:00:00+01:00", "--down=de1", '--account={"src": "Shop", "status_requested": true}',
        "--visibility=1", "--list-lag=2", "--unknown-job-status=500", "--rate=7", "--strict-ranges", "--unknown-keys",
        '--fault={"action": "status", "status": 503}', '--fault={"action": "drop", "operation": "get", "times": null}',
    ]  # fmt: skip
    seen: dict[str, Any] = {}

    def serve(simulator: Simulator) -> None:
        api = Api(simulator.start())
        seen["behaviour"] = api.control("behaviour").json()
        seen["faults"] = api.control("faults").json()
        seen["now"] = api.control("clock").json()["now"]
        seen["status"] = api.post(BODY).status_code
        api.session.close()
        simulator.stop()

    monkeypatch.setattr(Simulator, "serve", serve)
    assert main([*options, "--port=0", f"--file={file}"]) == 0
    told = {"visibility_s": 1.0, "list_lag_s": 2.0, "unknown_job_status": 500, "rate": 7, "strict_ranges": True}
    assert seen["behaviour"].items() >= told.items()
    assert seen["behaviour"]["account"].items() >= {"src": "Shop", "status_requested": True, "qos": "NORMAL"}.items()
    assert seen["faults"]["down"] == ["de1"]
    assert [fault["action"] for fault in seen["faults"]["faults"]] == ["status", "drop"]
    assert seen["now"].startswith("2026-01-31T11:00:0")
    assert seen["status"] == 503


@pytest.mark.parametrize(
    "option", ['--account={"src": 1}', '--account={"foo": 1}', '--fault={"action": "explode"}', "--now=noon"]
)
def test_an_option_that_cannot_be_stops_the_start(file: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option, "--port=0", f"--file={file}"]) == 2
    assert "cannot start" in capsys.readouterr().err
    assert not file.exists()


def test_the_command_says_why_it_cannot_start(
    simulator: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(simulator.port), "--file", str(tmp_path / "other.db")]) == 2
    assert main(["--port", "0", "--file", str(tmp_path / "no" / "such" / "folder.db")]) == 2
    (tmp_path / "text.db").write_text("this is no database, but it is long enough to be taken for one" * 20)
    assert main(["--port", "0", "--file", str(tmp_path / "text.db")]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 3


def test_what_a_killed_process_accepted_is_still_known(file: Path, clock: Clock) -> None:
    command = [sys.executable, "-m", "sms4a.simulator", "--port", "0", "--file", str(file), "--password", "p:w"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        addresses = dict(process.stdout.readline().split() for _ in range(3))
        answer = requests.post(f"{addresses['eu']}/jobs", json=BODY, auth=("practice", "p:w"))
        os.kill(process.pid, signal.SIGKILL)
    assert answer.status_code == 201
    assert [job.job_id for job in accepted_jobs(file)] == [answer.json()["jobId"]]
    with Simulator(file) as again:
        assert requests.get(f"{again.url}/control/numbers").json() == {"sms": 1, "distinct": 1, "twice": []}
