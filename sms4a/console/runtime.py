"""What lives as long as the process, and who is looking: built in the server's lifespan, read by the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from sms4a._http import is_loopback
from sms4a.console.handout import Handouts

if TYPE_CHECKING:
    from sms4a.campaigns.store import Store
    from sms4a.client import Client
    from sms4a.settings import Mode, Settings


LOCAL = "local"
"""The actor on one's own machine, where nobody signs in."""

# The console is used in one company; without a word from the browser this is the likeliest zone.
FALLBACK_ZONE = "Europe/Berlin"

# Streamlit's cookie lives for 30 days; whoever left the company would keep the console for as long.
SIGN_IN_LASTS = timedelta(hours=12)


class Gate(StrEnum):
    """What stands between this browser session and the pages."""

    OPEN = "open"
    SIGN_IN = "sign_in"
    """Sign-in is set up and nobody is signed in, or not any more."""
    NO_NAME = "no_name"
    """The proxy in front must name the person and does not."""
    ELSEWHERE = "elsewhere"
    """Without sign-in the console is for its own machine alone, and this browser is on another one."""


def _system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Process:
    store: Store
    settings: Settings
    client: Client | None
    mode: Mode
    clock: Callable[[], datetime]
    handouts: Handouts


_process: _Process | None = None


def install(
    *,
    store: Store,
    settings: Settings,
    client: Client | None = None,
    mode: Mode | None = None,
    clock: Callable[[], datetime] = _system_clock,
) -> None:
    """Give the pages what they read. The lifespan does it once; tests do it instead of a lifespan.

    `clock` gives aware times in UTC. `mode` is for a process that takes it from the database.
    """
    global _process
    handouts = Handouts(settings.data_dir / "files")
    _process = _Process(store, settings, client, mode or settings.mode, clock, handouts)


def uninstall() -> None:
    """Forget what was installed; the pages then show nothing."""
    global _process
    if _process:
        _process.handouts.clear()
    _process = None


def _installed() -> _Process:
    if _process is None:
        raise RuntimeError("nothing is installed: start with `streamlit run streamlit_app.py`")
    return _process


def store() -> Store:
    """All that pages may read and change. PermissionError for whoever is not signed in, whichever way a page was
    reached: the frame's gate is the first, this is the second.
    """
    if gate() is not Gate.OPEN:
        raise PermissionError("not signed in")
    return _installed().store


def open_store() -> Store:
    """The store for what is told to a monitor that nobody signs in: counts and ages, never a person."""
    return _installed().store


def settings() -> Settings:
    return _installed().settings


def client() -> Client | None:
    """The API client; None in a process that has no access to the API."""
    return _installed().client


def handouts() -> Handouts:
    """The files that were asked for."""
    return _installed().handouts


def mode() -> Mode:
    return _installed().mode


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _process.clock() if _process else _system_clock()


def now_ts() -> int:
    """The same in epoch milliseconds."""
    return int(now().timestamp() * 1000)


def zone() -> ZoneInfo:
    """The time zone of the person who looks, as the browser names it."""
    try:
        return ZoneInfo(st.context.timezone or FALLBACK_ZONE)
    except (ValueError, OSError):
        return ZoneInfo(FALLBACK_ZONE)


def actor() -> str:
    """Who acts: the e-mail address of whoever signed in, else `local`."""
    header = _process.settings.trusted_user_header if _process else None
    if header:
        return st.context.headers.get(header) or ""
    if "is_logged_in" not in st.user:
        return LOCAL
    return str(st.user.get("email") or st.user.get("preferred_username") or st.user.get("sub") or "")


def gate() -> Gate:
    """Whether the person who looks may see the pages."""
    if settings().trusted_user_header:
        return Gate.OPEN if actor() else Gate.NO_NAME
    if settings().oidc_metadata_url is None:
        # The launcher refuses an open address; whoever starts the app in another way meets this second door.
        address = st.context.ip_address  # None on the computer itself
        return Gate.ELSEWHERE if isinstance(address, str) and not is_loopback(address) else Gate.OPEN
    if not st.user.get("is_logged_in"):
        return Gate.SIGN_IN
    issued = st.user.get("iat")
    fresh = isinstance(issued, int | float) and now().timestamp() - issued < SIGN_IN_LASTS.total_seconds()
    return Gate.OPEN if fresh and actor() else Gate.SIGN_IN
