"""A file is handed out once, to whoever has its address, and is nowhere afterwards."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sms4a.console import handout
from sms4a.console.handout import Handouts
from tests.apart import run_apart
from tests.clock import Clock


@pytest.fixture
def handouts(tmp_path: Path, clock: Clock) -> Iterator[Handouts]:
    ready = Handouts(tmp_path / "files", clock=lambda: clock.ms() / 1000)
    yield ready
    ready.clear()


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(handouts: Handouts) -> Ask:
    """`ask("/api/file/…")`: what a browser gets."""

    async def file(request: Request) -> Response:
        return await handout.hand_out(request, handouts)

    transport = httpx.ASGITransport(Starlette(routes=[Route("/api/file/{ticket}", file)]))

    async def answer(path: str, method: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as browser:
            return await browser.request(method, path)

    return lambda path, method="GET": run_apart(lambda: answer(path, method))


def write(path: Path, progress: Any) -> None:
    progress(1)
    path.write_bytes(b"Anna")


def lying(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_a_file_is_handed_out_once_and_is_gone(handouts: Handouts, ask: Ask, tmp_path: Path) -> None:
    ticket = handouts.ask("people.csv", "text/csv", 1, write)
    handouts.wait()
    found = handouts.look(ticket)
    assert found is not None
    assert (found.ready, found.done, found.size) == (True, 1, 4)
    assert len(found.id) >= 43
    first = ask(found.url)
    assert first.content == b"Anna"
    assert first.headers["content-disposition"] == 'attachment; filename="people.csv"'
    assert first.headers["cache-control"] == "no-store"
    assert ask(found.url).status_code == 404
    assert lying(tmp_path) == []


def test_who_only_asks_for_the_head_does_not_use_it_up(handouts: Handouts, ask: Ask) -> None:
    ticket = handouts.ask("people.csv", "text/csv", 1, write)
    handouts.wait()
    assert ask(f"/api/file/{ticket}", "HEAD").status_code == 404
    assert ask(f"/api/file/{ticket}").status_code == 200


@pytest.mark.parametrize("path", ["x", "..%2f..%2fetc%2fpasswd", "a" * 43])
def test_another_address_gives_nothing(handouts: Handouts, ask: Ask, path: str) -> None:
    handouts.ask("people.csv", "text/csv", 1, write)
    handouts.wait()
    assert ask(f"/api/file/{path}").status_code == 404


def test_a_file_nobody_fetches_is_removed(handouts: Handouts, clock: Clock, tmp_path: Path) -> None:
    ticket = handouts.ask("people.csv", "text/csv", 1, write)
    handouts.wait()
    clock.advance(seconds=handout.KEPT_S + 1)
    assert handouts.look(ticket) is None
    assert lying(tmp_path) == []


def test_what_an_earlier_process_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "its").mkdir(parents=True)
    (folder / "its" / "left").write_text("Anna")
    (folder / "of an older version").write_text("Anna")
    Handouts(folder)
    assert list(folder.iterdir()) == []


def test_another_console_on_the_same_folder_leaves_the_files_alone(
    handouts: Handouts, ask: Ask, tmp_path: Path
) -> None:
    ticket = handouts.ask("people.csv", "text/csv", 1, write)
    handouts.wait()
    another = Handouts(tmp_path / "files")
    another.ask("people.csv", "text/csv", 1, write)
    another.wait()
    assert len(lying(tmp_path)) == 2
    another.clear()
    assert ask(f"/api/file/{ticket}").content == b"Anna"


def test_a_file_is_not_handed_out_before_it_is_whole(handouts: Handouts, ask: Ask) -> None:
    going = threading.Event()

    def slow(path: Path, progress: Any) -> None:
        going.wait(20)
        write(path, progress)

    ticket = handouts.ask("people.csv", "text/csv", 1, slow)
    assert ask(f"/api/file/{ticket}").status_code == 404
    going.set()
    handouts.wait()
    assert ask(f"/api/file/{ticket}").status_code == 200


def test_a_file_that_fails_says_so_and_leaves_nothing(handouts: Handouts, tmp_path: Path) -> None:
    def broken(path: Path, progress: Any) -> None:
        path.write_bytes(b"Anna")
        raise ValueError("Anna")

    ticket = handouts.ask("people.csv", "text/csv", 1, broken)
    handouts.wait()
    found = handouts.look(ticket)
    assert found is not None
    assert found.failed
    assert lying(tmp_path) == []


def test_a_folder_that_is_emptied_by_somebody_else_ends_in_an_answer(
    handouts: Handouts, ask: Ask, tmp_path: Path
) -> None:
    def emptied(path: Path, progress: Any) -> None:
        write(path, progress)
        path.unlink()

    ready, lost = (handouts.ask("people.csv", "text/csv", 1, how) for how in (write, emptied))
    handouts.wait()
    found = handouts.look(lost)
    assert found is not None
    assert found.failed
    (file,) = lying(tmp_path)
    file.unlink()
    assert ask(f"/api/file/{ready}").status_code == 404


def test_a_folder_that_somebody_has_deleted_is_made_again(handouts: Handouts, ask: Ask, tmp_path: Path) -> None:
    for _ in range(2):
        ticket = handouts.ask("people.csv", "text/csv", 1, write)
        handouts.wait()
        assert ask(f"/api/file/{ticket}").status_code == 200
        shutil.rmtree(tmp_path / "files")


def test_a_file_nobody_waits_for_any_more_is_not_finished(handouts: Handouts, tmp_path: Path) -> None:
    cleared = threading.Event()

    def slow(path: Path, progress: Any) -> None:
        path.write_bytes(b"Anna")
        cleared.wait(20)
        progress(5_000)
        raise AssertionError("it went on")

    handouts.ask("people.csv", "text/csv", 10_000, slow)
    handouts.clear()
    cleared.set()
    handouts.wait()
    assert lying(tmp_path) == []
