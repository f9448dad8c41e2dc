"""Big lists are read by a process of their own, with limits: what breaks it costs nobody else anything."""

import gc
import json
import os
import resource
import subprocess
import sys
import threading

from sqlalchemy.exc import OperationalError

from sms4a.campaigns.database import Database
from sms4a.campaigns.lists.list_reading import ListReader
from sms4a.campaigns.lists.list_records import ContactList, one_list

# A million rows need about 0.3 GB as text and 0.4 GB as a workbook; room for longer cells.
MOST_MEMORY_BYTES = 2_000_000_000
MOST_CPU_S = 1_800

# The pages of other people come first.
_NICE = 5

_POLL_S = 0.2

# How the process ends when the database is away: as the system's programs say that a later try may do better.
_AWAY = os.EX_TEMPFAIL

_COMMAND = (sys.executable, "-m", "sms4a.campaigns.lists.list_child")


def read_apart(database: Database, reading: ContactList, owner: str, stop: threading.Event | None = None) -> bool:
    """Have a claimed list read; False if it was too much for the process, which says nothing where `stop` was set.

    If the database was away, the lease runs out and the list is started over.
    """
    child = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.stdin is not None
    what = {
        "url": database.url.render_as_string(hide_password=False),
        "list_id": reading.id,
        "version": reading.version,
        "owner": owner,
    }
    try:
        child.stdin.write(json.dumps(what).encode() + b"\n")
        child.stdin.flush()
        waiting = stop or threading.Event()
        while child.poll() is None and not waiting.is_set():
            waiting.wait(_POLL_S)
    except BrokenPipeError:
        child.wait()
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
    return child.returncode in (0, _AWAY)


def main() -> None:
    """Read the list that the first line of the input names; end when the input ends, because its parent is gone."""
    what = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    os.nice(_NICE)
    # A million rows are no cycles; to look for them again and again takes a tenth of the time.
    gc.disable()
    try:
        _read(Database(what["url"]), what["list_id"], what["version"], what["owner"])
    except OperationalError:
        sys.exit(_AWAY)


def _read(database: Database, list_id: str, version: int, owner: str) -> None:
    with database.read() as c:
        reading = one_list(c, list_id)
    if reading is not None and reading.version == version:
        ListReader(database).read(reading, owner)
    database.close()


def _end_with_parent(parent: int) -> None:
    # Not through the buffer of `sys.stdin`: at its own end Python would find it taken, and abort.
    while os.read(parent, 1024):
        pass
    os._exit(4)


if __name__ == "__main__":
    main()
