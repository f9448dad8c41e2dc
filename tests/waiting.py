"""Waiting for something that happens in another thread or process."""

import threading
import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float = 60, why: str = "", every_s: float = 0.05) -> None:
    """Ask again and again until it is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"still not after {seconds} s: {why or condition}"
        pause.wait(every_s)
