"""Big lists are read by a process of their own, with limits: what breaks it costs nobody else anything."""

import gc
import json
import os
import resource
import subprocess
import sys
import threading

import sqlalchemy as sa

from sms4a.campaigns.database import Database
from sms4a.campaigns.list_reading import ListReader
from sms4a.campaigns.list_records import ContactList, one_list
from sms4a.campaigns.tables import contact_list

# A million rows need about 0.4 GB as text and 0.7 GB as a workbook.
MOST_MEMORY_BYTES = 2_000_000_000
MOST_CPU_S = 1_800

# The pages of other people come first.
_NICE = 5

_POLL_S = 0.2

_COMMAND = (sys.executable, "-m", "sms4a.campaigns.list_child")


def read_apart(database: Database, reading: ContactList, owner: str, stop: threading.Event | None = None) -> bool:
    """Have a claimed list read; False if the process came to no end of its own, which says nothing about the list
    where `stop` was set."""
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
    return child.returncode == 0


def main() -> None:
    """Read the list that the first line of the input names; end when the input ends, because its parent is gone."""
    what = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    os.nice(_NICE)
    # A million rows are no cycles; to look for them again and again takes a tenth of the time.
    gc.disable()
    database = Database(what["url"])
    with database.read() as c:
        reading = one_list(c, what["list_id"])
        content = c.execute(sa.select(contact_list.c.content).where(contact_list.c.id == what["list_id"])).scalar()
    if reading is not None and reading.version == what["version"]:
        ListReader(database).read(reading, content or b"", what["owner"])
    database.close()


def _end_with_parent(parent: int) -> None:
    # Not through the buffer of `sys.stdin`: at its own end Python would find it taken, and abort.
    while os.read(parent, 1024):
        pass
    os._exit(4)


if __name__ == "__main__":
    main()
