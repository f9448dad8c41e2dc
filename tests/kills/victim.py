"""A console or a worker that dies by SIGKILL at a named point. Run as a program:

    python victim.py (console PORT | worker) [POINT N]

POINT   before_marker   chosen, but nothing is written yet, nor the answer before it: both are one commit
        before_post     the marker is written, no byte has left
        before_record   the answer is there, nothing of it is written
N       at the n-th time this point is reached
"""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sms4a.campaigns.sending.claims import Claims
from sms4a.client import Client

ROOT = Path(__file__).parents[2]
POINTS = {
    "before_marker": (Claims, "_mark"),
    "before_post": (Client, "send_body"),
    "before_record": (Claims, "_record"),
}

# Long enough for every POST of these tests, so that they need not wait 105 s for a dead worker's lease.
LEASE_S = 3.0


def die_at(point: str, n: int) -> None:
    owner, name = POINTS[point]
    original = getattr(owner, name)
    calls = iter(range(1, 10**6))
    one_at_a_time = threading.Lock()

    def dying(*args: Any, **members: Any) -> Any:
        with one_at_a_time:
            if next(calls) == n:
                os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **members)

    setattr(owner, name, dying)


def console(port: str) -> None:
    from streamlit.web.cli import main

    sys.argv = ["streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", port]
    main()


def worker() -> None:
    from sms4a.campaigns.worker import Pace, Worker
    from sms4a.console.process import Process
    from sms4a.settings import load

    process = Process(load())
    process.start(with_worker=False)
    assert process.client is not None
    pace = Pace(send_threads=1, lease_s=LEASE_S)
    running = Worker(process.store, process.client, pace, process.settings.data_dir)
    running.start()
    running.wait()


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if len(rest) >= 2:
        die_at(rest[-2], int(rest[-1]))
    if what == "console":
        console(rest[0])
    else:
        worker()
