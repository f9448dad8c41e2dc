"""Our side of the comparison: `python -m tests.benchmarks.side_ours WHAT PORT SECONDS`."""

import sys
from collections.abc import Callable

from sms4a import Client, Message, Options, Recipient, split_jobs
from tests.benchmarks.load import measure
from tests.benchmarks.server import JOB_ID


def sending(client: Client, people: int) -> Callable[[], int]:
    """Built from scratch each time, as a campaign is: every number is validated and in one job only."""

    def call() -> int:
        recipients = tuple(Recipient(dst=f"+4917604{n:06d}") for n in range(people))
        message = Message(text="Hello", recipients=recipients)
        for job in split_jobs([message], Options(src="Retarus"), reference="autumn"):
            client.send(job)
        return people

    return call


def main(what: str, port: str, seconds: str) -> None:
    base = f"http://127.0.0.1:{port}"
    urls = {f"{key}_url": f"{base}/{key}/rest/v1" for key in ("eu", "de2", "de1")}
    with Client("user", "password", **urls) as client:  # type: ignore[arg-type]
        calls: dict[str, Callable[[], int]] = {
            "bulk": sending(client, 3000),
            "same": sending(client, 1000),
            "single": sending(client, 1),
            "results": lambda: len(client.sms_statuses(JOB_ID).statuses),
            "reports": lambda: len(client.job(JOB_ID).recipient_ids),
        }
        measure(lambda: calls[what], float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
