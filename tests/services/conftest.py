"""Workers that look after lists, shared by the tests of live mode and of the end of the day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .live_house import SYMBOLS, House, Worker


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def worker(house: House) -> Worker:
    worker = house.worker()
    worker.put(*SYMBOLS)
    return worker
