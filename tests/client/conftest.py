"""A scripted server, and a client of it that waits for nothing long."""

from collections.abc import Iterator

import pytest

from stockapp.client import Client, Retrying

from .scripted import Scripted, scripted

QUICK = Retrying(first_wait=0.001, longest_wait=0.01)


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as server:
        yield server


@pytest.fixture
def client(script: Scripted) -> Iterator[Client]:
    with Client(script.url, token="tok-secret", timeout=10, retrying=QUICK) as client:
        yield client
