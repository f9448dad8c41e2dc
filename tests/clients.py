"""Clients for a simulator that runs."""

from typing import Any

from sms4a.client import Client
from sms4a.simulator import Simulator


def client_for(simulator: Simulator, **changes: Any) -> Client:
    """Logged in at all its addresses; `changes`: other arguments of `Client`."""
    urls = {f"{key}_url": url for key, url in simulator.addresses.items()}
    login = {"username": simulator.username, "password": simulator.password}
    return Client(**{**login, **urls, **changes})
