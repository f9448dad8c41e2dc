"""A million SMS: accepted, counted and read back over HTTP, in bounded time and memory."""

import json
import resource
import time
from pathlib import Path

import pytest

from sms4a.simulator import Simulator
from tests.simulator.api import Api

JOBS, PEOPLE = 334, 3000


def a_body(job: int) -> bytes:
    recipients = [{"dst": f"+49176{job:04d}{n:04d}", "customerRef": f"c.{job}.{n}"} for n in range(PEOPLE)]
    return json.dumps({"messages": [{"text": "Hallo", "recipients": recipients}]}).encode()


@pytest.mark.long
def test_a_million_sms_are_accepted_and_read_back(tmp_path: Path) -> None:
    with Simulator(tmp_path / "simulator.db", rate=0) as running:
        api = Api(running)
        begin = time.monotonic()
        job_ids = [post(api, a_body(job), ("de2", "de1")[job % 2]) for job in range(JOBS)]
        sent_s = time.monotonic() - begin
        counts = api.control("accepted").json()["counts"]
        api.control("clock", {"advance_s": 120})  # some endings are not shown for a minute
        rows = sum(
            len(api.session.get(f"{running.addresses[('de2', 'de1')[n % 2]]}/sms", params={"jobId": job_id}).json())
            for n, job_id in enumerate(job_ids)
        )
        read_s = time.monotonic() - begin - sent_s
        api.session.close()
    assert counts == {"jobs": JOBS, "sms": JOBS * PEOPLE, "de2": JOBS // 2, "de1": JOBS // 2}
    assert rows == JOBS * PEOPLE
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    size_mb = (tmp_path / "simulator.db").stat().st_size // 2**20
    print(f"{rows:,} SMS: sent in {sent_s:.0f} s, read in {read_s:.0f} s, file {size_mb} MB, peak memory {peak_mb} MB")
    assert peak_mb < 600


def post(api: Api, body: bytes, address: str) -> str:
    headers = {"Content-Type": "application/json"}
    answer = api.session.post(f"{api.simulator.addresses[address]}/jobs", data=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["jobId"])
