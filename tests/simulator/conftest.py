"""Plain requests to the simulator, and the file it writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sms4a.simulator import Simulator
from tests.simulator.api import Api


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "simulator.db"


@pytest.fixture
def api(simulator: Simulator) -> Iterator[Api]:
    api = Api(simulator)
    yield api
    api.session.close()
