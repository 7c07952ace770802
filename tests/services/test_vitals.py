"""What workers tell of themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stockapp.services.vitals import HubLagMeter, Vitals
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded


@pytest.fixture
def backends(tmp_path: Path) -> Iterator[Backends]:
    backends = open_embedded(tmp_path, SetClock())
    yield backends
    backends.close()


def told(backends: Backends, **does: bool) -> dict[str, Any]:
    """What a worker tells that does this."""
    clock = SetClock()
    gauges = {"stream_limit": lambda: 2000}
    vitals = Vitals(backends.state, clock, "one", HubLagMeter(clock), gauges)
    vitals.start(**does)
    vitals.publish()
    (worker,) = vitals.workers()
    vitals.stop()
    return dict(worker)


def test_one_that_does_tasks_alone_says_so_and_opens_no_streams(backends: Backends) -> None:
    both = told(backends, pages=True, work=True)
    assert (both["does"], both["stream_limit"]) == (["pages", "tasks"], 2000)
    tasks = told(backends, pages=False, work=True)
    assert (tasks["does"], tasks["stream_limit"]) == (["tasks"], 0)
    assert tasks["host"]
