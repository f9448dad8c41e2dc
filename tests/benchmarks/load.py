"""Calls made by several threads for some seconds; what they did and what it cost. Needs nothing but Python."""

import json
import resource
import threading
import time
from collections.abc import Callable

THREADS = 8


def measure(make_call: Callable[[], Callable[[], int]], seconds: float) -> None:
    """Print SMS, seconds and CPU seconds as JSON. Each thread makes its own call; a call returns its number of SMS."""
    calls = [make_call() for _ in range(THREADS)]
    for call in calls:
        call()  # what happens once only is not the subject
    done = [0] * THREADS
    cpu, begin = _cpu_s(), time.monotonic()

    def run(n: int) -> None:
        while time.monotonic() - begin < seconds:
            done[n] += calls[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"sms": sum(done), "seconds": time.monotonic() - begin, "cpu_s": _cpu_s() - cpu}))


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
