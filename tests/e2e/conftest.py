"""A server with simulated companies, shared by the tests of one process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import Server, serving


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers; the simulated exchange takes about half a second."""
    folder: Path = tmp_path_factory.mktemp("simulated")
    with serving(folder, STOCKAPP_SIMULATED_LATENCY_MS=400) as server:
        yield server
