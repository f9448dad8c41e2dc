"""The HTTP surface: what it accepts, what it refuses, and how jobs end."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sms4a.simulator import Simulator
from tests.clock import NOON, Clock
from tests.simulator.api import Api

SAMPLE = "+4915228895456"
SAMPLES = Path(__file__).parent.parent / "samples"


def a_job(*numbers: str, text: str = "Hallo", **options: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": [{"text": text, "recipients": [{"dst": dst} for dst in numbers or (SAMPLE,)]}]}
    return body | {"options": options} if options else body


def ending(code: int) -> str:
    return f"+49171392{code:03d}"


def test_an_sms_goes_from_open_over_running_to_delivered(api: Api, clock: Clock) -> None:
    job_id = api.job_id(a_job(statusRequested=True))
    assert re.fullmatch(r"J\.20261123-130000\.000-[0-9][0-9a-z]{8}[0-9A-Z]{9}", job_id)  # the wall clock in Berlin
    seen: list[tuple[str, str, bool, bool]] = []
    for _ in range(1200):
        row = api.rows(job_id)[SAMPLE]
        state = (row["processStatus"], row["status"], row["sentTs"] is not None, row["finishedTs"] is not None)
        if not seen or seen[-1] != state:
            seen.append(state)
        if row["finishedTs"]:
            break
        clock.advance(seconds=0.5)
    assert seen == [("OPEN", "", False, False), ("RUNNING", "", True, False), ("DONE", "SUC_FIN", True, True)]
    report = api.get(f"jobs/{job_id}").json()
    assert report["finishedTs"] == row["finishedTs"]
    assert report["recipientIds"] == [row["smsId"]]
    assert row["customerRef"] == SAMPLE
    assert "(Final)" in row["reason"]


def test_a_job_report_shows_what_applies_under_the_apis_names(api: Api) -> None:
    job_id = api.job_id(a_job(encoding="utf_16", qos="express", customerRef="c", validityMin=3, src=None))
    assert api.get(f"jobs/{job_id}").json() | {"recipientIds": []} == {
        "jobId": job_id,
        "src": "Practice",
        "encoding": "utf-16",
        "billcode": None,
        "statusRequested": False,
        "flash": False,
        "validityMin": 5,  # moved to the nearest bound
        "customerRef": "c",
        "qos": "EXPRESS",
        "receiptTs": "2026-11-23T12:00:00.000Z",
        "finishedTs": None,
        "recipientIds": [],
    }


def test_answers_look_like_the_published_ones(api: Api, clock: Clock) -> None:
    def sample(name: str) -> Any:
        return json.loads((SAMPLES / f"{name}.json").read_text())

    sent = api.post(sample("request"))
    assert (sent.status_code, sent.json().keys()) == (201, sample("sent").keys())
    job_id = sent.json()["jobId"]
    clock.advance(days=1)
    assert list(api.get(f"jobs/{job_id}").json()) == list(sample("job_finished"))
    assert [list(row) for row in api.get("sms", jobId=job_id).json()] == [list(sample("sms_statuses")[0])] * 2
    assert [list(job) for job in api.get("jobs", jobIdsOnly="true").json()] == [["jobId"]]
    assert api.post(a_job(src="much too long")).json().keys() == sample("error_list").keys()
    assert api.post(a_job(qos="invalid")).json() == sample("error_message")


ENDINGS = [
    # ending, with delivery report, without
    (900, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (901, ("DONE", "INVALID_DST"), ("DONE", "INVALID_DST")),
    (902, ("DONE", "BLOCKED"), ("DONE", "BLOCKED")),
    (903, ("DONE", "FAILED_FIN"), ("DONE", "SUC_ACC")),
    (904, ("DONE", "TIMEOUT"), ("DONE", "SUC_ACC")),
    (905, ("DONE", "NOT_ACC_FIN"), ("DONE", "NOT_ACC_FIN")),
    (906, ("DONE", "CON_ERR"), ("DONE", "CON_ERR")),
    (907, ("DONE", "SEND_ERR"), ("DONE", "SEND_ERR")),
    (908, ("DONE", "STATUS_ERR"), ("DONE", "SUC_ACC")),
    (909, ("DONE", "TIMEOUT"), ("DONE", "SUC_ACC")),
    (910, ("CANCELED", ""), ("CANCELED", "")),
    (911, ("CANCELED", "NOT_ACC_REC"), ("CANCELED", "NOT_ACC_REC")),
    (912, ("KILL", ""), ("DONE", "SUC_ACC")),
    (913, ("DONE", "SUC_NEW"), ("DONE", "SUC_NEW")),
    (914, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (915, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (916, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (917, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (918, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (919, ("CANCELLED", ""), ("CANCELLED", "")),
    (920, ("ARCHIVED", "SUC_FIN"), ("ARCHIVED", "SUC_FIN")),
    (921, ("DONE", "FAILED_FIN"), ("DONE", "SUC_ACC")),
    (922, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
    (923, ("DONE", "SUC_FIN"), ("DONE", "SUC_ACC")),
]


@pytest.mark.parametrize("with_report", [True, False])
def test_the_last_three_digits_decide_how_it_ends(api: Api, clock: Clock, with_report: bool) -> None:
    job_id = api.job_id(a_job(*(ending(code) for code, _, _ in ENDINGS), "999999", statusRequested=with_report))
    clock.advance(days=3)
    rows = api.rows(job_id)
    ends = {dst: (row["processStatus"], row["status"]) for dst, row in rows.items()}
    assert ends == {ending(code): reported if with_report else plain for code, reported, plain in ENDINGS} | {
        "999999": ("DONE", "INVALID_DST")
    }
    last = max(row["finishedTs"] for row in rows.values() if "finishedTs" in row)
    assert api.get(f"jobs/{job_id}").json()["finishedTs"] == last
    assert set(rows[ending(917)]) == {"smsId", "dst", "processStatus", "status"}


@pytest.mark.parametrize(
    ("code", "seconds", "state"),
    [
        (906, 30, ("OPEN", "CON_ERR")),
        (911, 10, ("OPEN", "NOT_ACC_REC")),
        (915, 20, ("OPEN", "CON_ERR")),
        (909, 3_500, ("RUNNING", "")),
        (909, 2_879 * 60, ("RUNNING", "")),
        (904, 3_500, ("RUNNING", "")),
        (904, 3_700, ("DONE", "TIMEOUT")),
        (918, 500, ("RUNNING", "")),
        (918, 700, ("DONE", "SUC_FIN")),
        (921, 590, ("DONE", "SUC_FIN")),
        (921, 1_300, ("DONE", "FAILED_FIN")),
        (922, 590, ("DONE", "FAILED_FIN")),
        (922, 1_300, ("DONE", "SUC_FIN")),
    ],
)
def test_on_the_way_an_sms_shows_where_it_is(
    api: Api, clock: Clock, code: int, seconds: int, state: tuple[str, str]
) -> None:
    job_id = api.job_id(a_job(ending(code), statusRequested=True))
    clock.advance(seconds=seconds)
    row = api.rows(job_id)[ending(code)]
    assert (row["processStatus"], row["status"]) == state


def test_a_running_sms_may_carry_a_status(api: Api, clock: Clock) -> None:
    numbers = [f"+49171{n:02d}0916" for n in range(60)]
    job_id = api.job_id(a_job(*numbers, statusRequested=True))
    clock.advance(seconds=5)
    assert ("RUNNING", "SUC_ACC") in {(row["processStatus"], row["status"]) for row in api.rows(job_id).values()}


def test_one_ending_is_missing_from_the_answer_for_a_minute(api: Api, clock: Clock) -> None:
    job_id = api.job_id(a_job(ending(914), ending(0)))
    clock.advance(seconds=59.9)
    assert set(api.rows(job_id)) == {ending(0)}
    clock.advance(seconds=0.2)
    assert set(api.rows(job_id)) == {ending(914), ending(0)}


def test_a_job_waits_for_its_start_and_for_the_end_of_its_blackout(api: Api, clock: Clock) -> None:
    body = a_job(
        ending(1), jobPeriod="2026-11-23T15:00:00.000+0200", blackoutPeriods=["2026-11-23T13:00Z/2026-11-23T13:10Z"]
    )
    body["messages"][0]["recipients"].append({"dst": ending(2), "blackoutPeriods": []})
    job_id = api.job_id(body)
    for minutes, finished in [(59, set()), (61, {ending(2)}), (119, {ending(2)}), (121, {ending(1), ending(2)})]:
        clock.moment = NOON + timedelta(minutes=minutes)
        assert {dst for dst, row in api.rows(job_id).items() if row["finishedTs"]} == finished, minutes


REFUSALS = [
    # what is wrong, body or changes to it, status, part of the answer
    ("no JSON", b"{", 400, "Unable to process JSON"),
    ("not UTF-8", b'{"messages": "\xff"}', 400, "Unable to process JSON"),
    ("half a character", b'{"messages":[{"text":"\\ud800","recipients":[{"dst":"1"}]}]}', 400, "Unable to process"),
    ("endless nesting", b"[" * 100_000, 400, "Unable to process JSON"),
    ("a list", [], 400, "object"),
    ("no messages", {}, 422, "messages may not be empty"),
    ("null messages", {"messages": None}, 422, "messages may not be empty"),
    ("empty messages", {"messages": []}, 422, "messages may not be empty"),
    ("no text", {"messages": [{"recipients": [{"dst": SAMPLE}]}]}, 422, "text may not be null"),
    ("no recipients", {"messages": [{"text": "x", "recipients": []}]}, 422, "recipients may not be empty"),
    ("no number", {"messages": [{"text": "x", "recipients": [{}]}]}, 422, "dst may not be null"),
    ("a number as number", {"messages": [{"text": "x", "recipients": [{"dst": 4915}]}]}, 400, "string"),
    ("recipient reference", {"messages": [{"text": "x", "recipients": [{"dst": SAMPLE, "customerRef": "c" * 71}]}]},
     422, "customerRef"),
    ("unknown key", a_job() | {"foo": 1}, 400, "Unrecognized field"),
    ("unknown option", a_job(foo=1), 400, "Unrecognized field"),
    ("text for a boolean", a_job(flash="true"), 400, "options.flash"),
    ("boolean for a number", a_job(maxParts=True), 400, "options.maxParts"),
    ("qos", a_job(qos="FAST"), 400, "Wrong qos"),
    ("encoding", a_job(encoding="UTF-8"), 400, "Wrong encoding"),
    ("treatment", a_job(encoding="UTF-16", invalidCharacters="DROP"), 400, "Wrong invalidCharacters"),
    ("sender of 12 letters", a_job(src="abcdefghijkl"), 422, "options.src must match"),
    ("sender with umlaut", a_job(src="Müller"), 422, "options.src must match"),
    ("sender of 21 digits", a_job(src="+" + "1" * 21), 422, "options.src must match"),
    ("bill code", a_job(billcode="b" * 71), 422, "billcode"),
    ("reference", a_job(customerRef="c" * 193), 422, "customerRef"),
    ("reference, not ASCII", a_job(customerRef="ä" * 71), 422, "customerRef"),
    ("start without offset", a_job(jobPeriod="2026-11-23T12:00:00"), 400, "Wrong jobPeriod"),
    ("start without time", a_job(jobPeriod="2026-11-23"), 400, "Wrong jobPeriod"),
    ("blackout without end", a_job(blackoutPeriods=["2026-11-23T12:00Z"]), 400, "Wrong blackoutPeriods"),
    ("blackout backwards", a_job(blackoutPeriods=["2026-11-23T12:00Z/2026-11-23T11:00Z"]), 400, "Wrong blackout"),
    ("odd characters", a_job(text="Привет", invalidCharacters="refuse"), 422, "invalid characters"),
    ("no look-alike", a_job(text="Hi 😀", invalidCharacters="TRANSLITERATE"), 500, "transliterated"),
    ("too many", a_job(*[SAMPLE] * 3001), 422, "3000"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "words"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_the_api_does_not_take_is_refused_with_a_reason(
    api: Api, file: Path, body: Any, status: int, words: str
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body)
    answer = api.session.post(
        f"{api.simulator.addresses['de2']}/jobs", data=data, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    if status == 422:
        assert words in " ".join(answer.json()["errors"])
    else:
        assert answer.json()["code"] == status
        assert words in answer.json()["message"]
    assert api.control("accepted").json()["counts"]["jobs"] == 0


@pytest.mark.parametrize(
    "body",
    [
        a_job(src="+" + "1" * 20),
        a_job(src="Ab 1!~/:[`{"),
        a_job(customerRef="c" * 192, billcode="b" * 70),
        a_job(customerRef="ä" * 70),
        a_job(qos="normal", encoding="standard", invalidCharacters="to_utf16", text="Привет"),
        a_job(text="„Привет“ – ë…", invalidCharacters="TRANSLITERATE"),
        a_job(text="Grüße für 5 € [ok]", invalidCharacters="REFUSE"),
        a_job(validityMin=0, maxParts=99),
        a_job(*[SAMPLE] * 3000),
        {"options": None, "messages": [{"text": "", "recipients": [{"dst": "1", "customerRef": None}]}]},
    ],
)
def test_what_lies_on_the_border_is_accepted(api: Api, body: Any) -> None:
    assert api.post(body).status_code == 201


def test_a_body_that_is_not_called_json_is_refused(api: Api) -> None:
    answer = api.session.post(f"{api.simulator.addresses['de2']}/jobs", data="text=x")
    assert answer.status_code == 415


def test_strict_ranges_and_lenient_keys_are_switches(api: Api) -> None:
    api.control("behaviour", {"strict_ranges": True, "unknown_keys": True}).raise_for_status()
    assert api.post(a_job(validityMin=4)).json() == {"code": 400, "message": "Wrong validityMin: 4"}
    assert api.post(a_job(maxParts=21)).status_code == 400
    assert api.post(a_job(validityMin=0, foo=1)).status_code == 201


@pytest.mark.parametrize("auth", [None, ("practice", "wrong"), ("someone", "practice"), ("prac", "tice:practice")])
def test_a_wrong_login_is_refused_in_plain_text(api: Api, auth: tuple[str, str] | None) -> None:
    api.session.auth = auth
    for answer in (api.post(a_job()), api.get("jobs", jobIdsOnly="true"), api.get("sms", jobId="J." + "x" * 38)):
        assert answer.status_code == 401
        assert answer.text == "Credentials are required to access this resource."
        assert answer.headers["Content-Type"].startswith("text/plain")
    assert api.get("version").json()["majorVersion"] == 1


def test_each_centre_knows_its_own_jobs_only(api: Api) -> None:
    job_ids = [api.job_id(a_job(), "eu") for _ in range(4)]
    known = {address: [job["jobId"] for job in api.get("jobs", address, jobIdsOnly="true").json()]
             for address in ("de2", "de1")}  # fmt: skip
    assert [len(ids) for ids in known.values()] == [2, 2]
    assert set(job_ids) == set(known["de2"]) | set(known["de1"])
    assert {api.get(f"jobs/{job_ids[0]}", address).status_code for address in ("de2", "de1")} == {200, 404}
    assert {api.get("sms", address, jobId=job_ids[0]).status_code for address in ("de2", "de1")} == {200, 404}
    assert {api.get(f"jobs/{job_ids[0]}", "eu").status_code for _ in range(2)} == {200, 404}


def test_the_list_of_jobs_comes_in_pages_oldest_first(api: Api, clock: Clock) -> None:
    job_ids = []
    for _ in range(5):
        job_ids.append(api.job_id(a_job()))
        clock.advance(minutes=1)

    def listed(**query: Any) -> list[str]:
        return [job["jobId"] for job in api.get("jobs", jobIdsOnly="true", **query).json()]

    assert listed() == job_ids
    assert listed(limit=2) == job_ids[:2]
    assert listed(limit=2, offset=4) == job_ids[4:]
    assert listed(offset=5) == []
    assert listed(fromTs="2026-11-23T13:01+01:00", toTs="2026-11-23T12:03:00Z") == job_ids[1:4]
    job_ids.append(api.job_id(a_job(ending(909), statusRequested=True)))
    assert listed(open="True") == job_ids[-1:]
    assert listed(open="false") == job_ids[:-1]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"jobIdsOnly": "false"},
        {"jobIdsOnly": "yes"},
        {"jobIdsOnly": "true", "limit": 0},
        {"jobIdsOnly": "true", "limit": 1001},
        {"jobIdsOnly": "true", "offset": -1},
        {"jobIdsOnly": "true", "open": "maybe"},
        {"jobIdsOnly": "true", "fromTs": "2026-11-23T12:00:00"},
        {"jobIdsOnly": "true", "fromTs": "2026-11-23T12:00:00 01:00"},  # a plus that was not encoded
        {"jobIdsOnly": "true", "fromTs": "2026-11-23T12:00Z", "toTs": "2026-11-23T12:00Z"},
        {"jobIdsOnly": "true", "fromTs": "2026-01-01T00:00Z", "toTs": "2026-01-31T00:01Z"},  # 30 days and a minute
    ],
)
def test_a_list_that_cannot_be_is_refused(api: Api, query: dict[str, Any]) -> None:
    assert api.get("jobs", **query).status_code == 400


def test_an_id_of_the_wrong_form_is_refused_and_an_unknown_one_not_found(api: Api) -> None:
    assert api.get("jobs/J.short").status_code == 400
    assert api.get("sms").status_code == 400
    assert api.get("sms", jobId="X." + "1" * 38).status_code == 400
    assert api.get("jobs/J." + "1" * 38).json()["code"] == 404
    assert api.get("jobs/J." + "1" * 38 + "/x").status_code == 404
    assert requests.get(f"{api.simulator.url}/de9/rest/v1/version").status_code == 404
    api.control("behaviour", {"unknown_job_status": 500})
    assert api.get("jobs/J." + "1" * 38).status_code == 500


def test_equal_json_within_ten_minutes_is_a_duplicate(api: Api, clock: Clock) -> None:
    body = a_job(duplicateDetection=True, customerRef="c")
    api.job_id(body)
    clock.advance(seconds=599)
    assert api.post(dict(reversed(body.items()))).json() == {"code": 409, "message": "Duplicate job"}
    assert api.post(a_job(duplicateDetection=True, customerRef="d")).status_code == 201
    assert api.post(body, "de1").status_code == 201  # the other centre has not seen it
    clock.advance(seconds=1)
    assert api.post(body).status_code == 201
    assert api.post(a_job(customerRef="c")).status_code == 201
    assert api.post(a_job(customerRef="c")).status_code == 201


def test_both_centres_may_share_what_they_have_seen(api: Api) -> None:
    api.control("behaviour", {"shared_duplicates": True})
    api.job_id(a_job(duplicateDetection=True), "de2")
    assert api.post(a_job(duplicateDetection=True), "de1").status_code == 409


def test_too_many_posts_in_ten_seconds_are_turned_away(api: Api, clock: Clock) -> None:
    api.control("behaviour", {"rate": 2})
    assert [api.post(a_job(), address).status_code for address in ("eu", "de1", "de2")] == [201, 201, 429]
    assert api.get("jobs", jobIdsOnly="true").status_code == 200
    clock.advance(seconds=10)
    assert api.post(a_job()).status_code == 201


def test_a_new_job_may_stay_unknown_for_a_while(api: Api, clock: Clock) -> None:
    api.control("behaviour", {"visibility_s": 5})
    job_id = api.job_id(a_job())
    assert api.get(f"jobs/{job_id}").status_code == 404
    assert api.get("sms", jobId=job_id).status_code == 404
    assert api.get("jobs", jobIdsOnly="true").json() == []
    clock.advance(seconds=5)
    assert api.get(f"jobs/{job_id}").status_code == 200
    assert len(api.get("jobs", jobIdsOnly="true").json()) == 1


def test_the_list_may_lag_behind_the_report(api: Api, clock: Clock) -> None:
    api.control("behaviour", {"visibility_s": 2, "list_lag_s": 5})
    job_id = api.job_id(a_job())
    seen = []
    for _ in range(6):
        seen.append((api.get(f"jobs/{job_id}").status_code, len(api.get("jobs", jobIdsOnly="true").json())))
        clock.advance(seconds=1)
    assert seen == [(404, 0), (404, 0), (200, 0), (200, 0), (200, 0), (200, 1)]


def test_errors_may_come_without_a_body(api: Api) -> None:
    api.control("behaviour", {"empty_errors": True})
    answer = api.post({})
    assert (answer.status_code, answer.content) == (422, b"")


def test_a_restart_remembers_everything(file: Path, clock: Clock) -> None:
    body = a_job(ending(904), SAMPLE, statusRequested=True, duplicateDetection=True)
    with Simulator(file, clock=clock, seed=3) as first:
        api = Api(first)
        job_id = api.job_id(body)
        api.control("clock", {"advance_s": 30})
        before = api.rows(job_id), api.get(f"jobs/{job_id}").json()
        api.session.close()
    with Simulator(file, clock=clock, seed=4, speed=100, outcomes="steered") as second:
        api = Api(second)
        assert (api.rows(job_id), api.get(f"jobs/{job_id}").json()) == before
        assert api.post(body).status_code == 409
        assert api.job_id(a_job()) != job_id
        api.session.close()


def test_a_simulator_can_come_back_at_the_same_port(file: Path, clock: Clock) -> None:
    with Simulator(file, clock=clock) as first:
        port = first.port
        assert requests.get(f"{first.url}/control/health").json() == {"status": "ok", "now": "2026-11-23T12:00:00.000Z"}
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{first.url}/control/health")
    with Simulator(file, port=port, clock=clock) as second:
        assert requests.get(f"{second.url}/control/health").status_code == 200


def test_without_a_given_clock_time_is_that_of_the_machine(file: Path) -> None:
    with Simulator(file) as running:
        now = datetime.fromisoformat(requests.get(f"{running.url}/control/clock").json()["now"])
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)


def test_its_file_is_for_its_owner_only(simulator: Simulator, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
