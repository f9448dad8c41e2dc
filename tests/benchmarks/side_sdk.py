"""The other side: the vendor's SDK for Python, run in its own environment: `python side_sdk.py WHAT PORT SECONDS`."""

import sys

from load import measure
from retarus.commons.config import Configuration
from retarus.commons.region import Region, RegionUri
from retarus.sms.model import Messages, Options, Recipient, SmsJob
from retarus.sms.sync import SyncSmsClient
from server import JOB_ID


def main(what, port, seconds):
    base = f"http://127.0.0.1:{port}"
    Configuration.set_auth("user", "password")
    uris = [RegionUri(region=Region.Europe, ha_uri=f"{base}/eu", urls=[f"{base}/de1", f"{base}/de2"])]

    def make_call():
        client = SyncSmsClient(uris)  # has an event loop of its own, so each thread needs one

        def send(people):
            recipients = [Recipient(dst=f"+4917604{n:06d}") for n in range(people)]
            message = Messages(text="Hello", recipients=recipients)
            client.send_sms(SmsJob(messages=[message], options=Options(src="Retarus")))
            return people

        def report():
            # There is no call for statuses; that a job is done is all that can be read.
            return len(client.get_sms_job(JOB_ID)["recipientIds"])

        # Its own example for many recipients sends one job for each of them.
        return {
            "bulk": lambda: send(1),
            "same": lambda: send(1000),
            "single": lambda: send(1),
            "results": report,
            "reports": report,
        }[what]

    measure(make_call, float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
