"""What the launcher needs: checked settings, the lifespan, sign-in, and a sentence when something is wrong."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import streamlit as st
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config

from sms4a._http import is_loopback
from sms4a.campaigns.database import cause_of
from sms4a.campaigns.sending.troubles import places_of
from sms4a.console import handout, monitor, runtime, wording
from sms4a.console.process import Process, spare_the_collector
from sms4a.console.wording import _
from sms4a.errors import ConfigurationError
from sms4a.settings import Settings, load

log = logging.getLogger(__name__)

BAD_CONFIGURATION = 2
"""The process's exit code when a setting is missing or contradicts another."""


def opened() -> Process:
    """Settings checked, database and simulator opened; otherwise one sentence on standard error, and the end.

    Before the server starts: what fails in its lifespan ends in a traceback.
    """
    try:
        settings = load()
        refuse_open_door(settings, config.get_option("server.address"))
        process = Process(settings)
        if settings.worker == "embedded":
            process.open_simulator()
        return process
    except ConfigurationError as error:
        _give_up(str(error))


def _give_up(sentence: str) -> NoReturn:
    sys.stderr.write(f"\n  {sentence}\n\n")
    raise SystemExit(BAD_CONFIGURATION)


def refuse_open_door(settings: Settings, address: str | None) -> None:
    """An internal server is not a private one: strangers must not reach a console without sign-in."""
    if settings.has_sign_in or (address and is_loopback(address)):
        return
    where = f"at {address}" if address else "at every address of this machine"
    raise ConfigurationError(
        f"The console would be open to everybody {where}: set up sign-in (the SMS4A_OIDC_… settings, or "
        "SMS4A_TRUSTED_USER_HEADER behind a proxy that signs people in), or set server.address to 127.0.0.1."
    )


def lifespan(process: Process) -> Callable[[st.App], AbstractAsyncContextManager[dict[str, Any] | None]]:
    """Starts the process's threads with the server and ends them with it."""

    @asynccontextmanager
    async def run(_app: st.App) -> AsyncIterator[None]:
        send_at_once()
        await asyncio.to_thread(process.start)
        runtime.install(store=process.store, settings=process.settings, client=process.client, mode=process.mode)
        Thread(target=warm_up, daemon=True).start()
        try:
            yield
        finally:
            runtime.uninstall()
            await asyncio.to_thread(process.stop)

    return run


def warm_up() -> None:
    """Load what tables and charts are made with, while the first browser still loads its own part of the page."""
    import_module("sms4a.console.results.queries")
    import_module("sms4a.console.results.charts")
    import_module("sms4a.console.results.charts_in_time")
    spare_the_collector()


def send_at_once() -> None:
    """Let no part of a page wait until the browser has acknowledged the part before, which costs 40 ms at each click.

    Event loops switch that delay off by themselves, but not on the socket that Streamlit 1.67 opens: it names no
    protocol. Connections inherit the option from the socket they come in by; those are found by asking them.
    """
    descriptors = Path("/dev/fd")
    for name in os.listdir(descriptors) if descriptors.exists() else ():
        with suppress(OSError), socket.fromfd(int(name), socket.AF_INET, socket.SOCK_STREAM) as found:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def say_sorry(error: Exception) -> bool:
    """Instead of a traceback: what happened, what holds, what to do. The log gets the place, not the message, which
    could quote a text or a number.
    """
    log.error("a page failed: %s\n%s", cause_of(error), places_of(error))
    time = wording.clock(runtime.now_ts())
    if isinstance(error, OperationalError):
        title = _("The database does not answer")
        sentence = _(
            "Nothing goes out until it answers again, and nothing is lost. Reload the page in a minute; if this comes "
            "again, tell your administrator that it happened at {time}."
        )
    else:
        title = _("This page could not be drawn")
        sentence = _(
            "What was handed over goes on, and nothing is lost. Reload the page; if this comes again, tell your "
            "administrator that it happened at {time}."
        )
    st.error(sentence.format(time=time), title=title)
    return True


async def health(_request: Request) -> JSONResponse:
    """For a monitor: the server answers. Says nothing about people or campaigns."""
    return JSONResponse({"status": "ok"})


async def file(request: Request) -> Response:
    """A file that was asked for on a page; its address is the key to it."""
    return await handout.hand_out(request, runtime.handouts())


def _vitals() -> monitor.Vitals:
    return monitor.vitals(runtime.open_store(), runtime.now_ts())


async def healthz(_request: Request) -> JSONResponse:
    """How sending and results are doing; 503 while the database does not tell."""
    try:
        return JSONResponse(monitor.health(await asyncio.to_thread(_vitals)), headers=_FRESH)
    except SQLAlchemyError:
        return JSONResponse({"status": "down", "problem": _NO_DATABASE}, 503, headers=_FRESH)


async def metrics(_request: Request) -> PlainTextResponse:
    """The same for Prometheus."""
    try:
        text = monitor.metrics(await asyncio.to_thread(_vitals))
    except SQLAlchemyError:
        return PlainTextResponse(f"{_NO_DATABASE}\n", 503, headers=_FRESH)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4", headers=_FRESH)


# Why, the log says: these two need no sign-in.
_NO_DATABASE = "the database does not answer"

_FRESH = {"Cache-Control": "no-store"}

ROUTES = [
    Route("/api/health", health),
    Route("/healthz", healthz),
    Route("/metrics", metrics),
    Route(f"{handout.ROUTE}{{ticket}}", file),
]


def sign_in_secrets(settings: Settings) -> dict[str, Any]:
    """What Streamlit's sign-in is told; empty without OIDC."""
    if not (settings.oidc_metadata_url and settings.oidc_client_secret and settings.oidc_cookie_secret):
        return {}
    return {
        "auth": {
            "redirect_uri": settings.oidc_redirect_uri or "",
            "cookie_secret": settings.oidc_cookie_secret.get_secret_value(),
            "client_id": settings.oidc_client_id or "",
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings.oidc_metadata_url,
            "client_kwargs": {"scope": "openid email profile"},
        }
    }
