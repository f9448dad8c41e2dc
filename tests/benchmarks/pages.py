"""How long a page takes with a million people behind it, over the WebSocket, as a browser would ask for it.

    uv run --group dev python -m tests.benchmarks.pages --people 1000000

The console as people start it, on SQLite and on PostgreSQL, beside an empty Streamlit page with the same settings, by
turns. A rerun is what every click costs; a first visit is a new session.
"""

import argparse
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.benchmarks.results import ID, filled
from tests.browser.serving import serve
from tests.postgres import a_database, a_server

EMPTY_OPTIONS = ("--server.headless=true", "--server.address=127.0.0.1")
"""Of an empty page, which has no configuration of its own."""

PAGES = {"overview": "", "campaign": f"id={ID}", "campaigns": "", "analytics": "", "jobs": ""}
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_EARLY_FOR_RERUN)


class Session:
    """One browser tab without the browser."""

    def __init__(self, url: str, page: str = "", query: str = "") -> None:
        self._page, self._query = page, query
        address = url.replace("http", "ws") + "/_stcore/stream"
        self._socket: ClientConnection = connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None, origin=Origin(url), legacy=True
        )
        self.first_ms, self.first_bytes = self._run()

    def rerun(self) -> tuple[float, int]:
        """Milliseconds until the script has ended, and the bytes that were sent."""
        return self._run()

    def _run(self) -> tuple[float, int]:
        asked = BackMsg()
        asked.rerun_script.page_name = self._page
        asked.rerun_script.query_string = self._query
        began, size = time.perf_counter(), 0
        self._socket.send(asked.SerializeToString())
        while True:
            told = self._socket.recv(timeout=60)
            assert isinstance(told, bytes)
            size += len(told)
            message = ForwardMsg.FromString(told)
            if message.WhichOneof("type") == "script_finished":
                assert message.script_finished in FINISHED, message
                return (time.perf_counter() - began) * 1000, size

    def close(self) -> None:
        self._socket.close()


def empty_script(folder: Path) -> Path:
    """A page with a heading and nothing else."""
    script = folder / "empty.py"
    script.write_text('import streamlit as st\n\nst.title("Empty")\n', "utf-8")
    return script


def compare(url: str, empty_url: str, rounds: int) -> None:
    empty = Session(empty_url)
    for page, query in PAGES.items():
        first = Session(url, page, query)
        again = Session(url, page, query)
        ours, theirs, size = [], [], 0
        for _ in range(rounds):
            took, size = again.rerun()
            ours.append(took)
            theirs.append(empty.rerun()[0])
        ratio = median(ours) / median(theirs)
        print(
            f"  {page:10} rerun {median(ours):6.1f} ms, {ratio:4.1f} times an empty page ({median(theirs):.1f} ms), "
            f"{size / 1000:5.0f} kB; first visit {again.first_ms:6.0f} ms, of all {first.first_ms:6.0f} ms",
            flush=True,
        )
        first.close()
        again.close()
    empty.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=25)
    chosen = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory()))
        # With the one setting of ours that makes every page faster.
        options = (*EMPTY_OPTIONS, "--runner.postScriptGC=false")
        empty_url = opened.enter_context(serve(folder, script=empty_script(folder), options=options)).url
        server = opened.enter_context(a_server())
        for name in ("sqlite", "postgresql"):
            place = folder / name
            place.mkdir()
            url = f"sqlite:///{place}/practice.db" if name == "sqlite" else a_database(server, "console")
            filled(url, chosen.people).close()
            settings: dict[str, Any] = {} if name == "sqlite" else {"DATABASE_URL": url}
            with serve(place, WORKER="off", DATA_DIR=str(place), **settings) as console:
                print(f"{name}, {chosen.people:,} people", flush=True)
                compare(console.url, empty_url, chosen.rounds)


if __name__ == "__main__":
    main()
