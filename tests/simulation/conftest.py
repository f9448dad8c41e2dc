"""The line of steps, on both databases."""

import pytest

from sms4a.campaigns.store import Store
from sms4a.client import Client
from sms4a.simulator import Simulator
from tests.clock import Clock
from tests.line import Line


@pytest.fixture
def line(store: Store, client: Client, simulator: Simulator, clock: Clock) -> Line:
    return Line(store, client, simulator, clock)
