"""Threads to race on."""

from collections.abc import Iterator

import pytest

from .scripted import Threads


@pytest.fixture
def executor() -> Iterator[Threads]:
    threads = Threads()
    yield threads
    threads.close()
