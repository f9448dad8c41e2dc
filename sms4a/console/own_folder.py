"""A folder for one process alone, which is removed when that has ended, however it did."""

import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class OwnFolder:
    """As long as it is held the kernel says so to other processes."""

    def __init__(self, place: Path) -> None:
        """`place` has the folders of all processes. Those of processes that have ended are removed."""
        self._place = place
        self.path = place / secrets.token_hex(8)
        self._making = threading.Lock()
        self._held: int | None = None
        if place.exists():
            with _locked(place):
                for left in place.iterdir():
                    _remove_unless_held(left)

    def make(self) -> None:
        """Before it is used; does nothing if it is there."""
        with self._making:
            if self.path.exists():
                return
            self._let_go()
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._place):
                self.path.mkdir(mode=0o700)
                self._held = _hold(self.path)

    def remove(self) -> None:
        """With everything in it; it may be made again."""
        with self._making:
            shutil.rmtree(self.path, ignore_errors=True)
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Nobody else makes or removes a folder there meanwhile."""
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _hold(path: Path) -> int:
    """Raises BlockingIOError if somebody else holds it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _remove_unless_held(left: Path) -> None:
    with suppress(OSError):
        handle = _hold(left)
        try:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()
        finally:
            os.close(handle)
