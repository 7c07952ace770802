"""Fixtures of the contract suite. A module of a backend set defines `open_backends`."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask_caching import Cache
from flask_caching.backends.base import BaseCache

from stockapp.ports import (
    EventLog,
    ResponseCache,
    SessionStore,
    SharedState,
    TaskStore,
    TokenStore,
    WatchlistStore,
)
from tests.postgres_server import PostgresServer, running_postgres
from tests.redis_server import RedisServer, running_redis

from .backends import Backends, SetClock


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One for all tests of a module, each with names of its own."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """One of a test's own, which it may stop."""
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[PostgresServer]:
    """One for all tests of a module, each with a database of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def clock() -> SetClock:
    """The clock that all backends of a test share."""
    return SetClock()


@pytest.fixture
def new_worker(open_backends: Callable[[], Backends]) -> Iterator[Callable[[], Backends]]:
    """Opens the ports of one more worker on the same data; closed at the end."""
    opened: list[Backends] = []

    def open_one() -> Backends:
        opened.append(open_backends())
        return opened[-1]

    yield open_one
    for backends in opened:
        backends.close()


@pytest.fixture
def backends(new_worker: Callable[[], Backends]) -> Backends:
    """The first worker."""
    return new_worker()


@pytest.fixture
def other(backends: Backends, new_worker: Callable[[], Backends]) -> Backends:
    """A second worker on the same data."""
    return new_worker()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for what happens at the same time."""
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def store(backends: Backends) -> TaskStore:
    """The tasks of the first worker."""
    return backends.tasks


@pytest.fixture
def log(backends: Backends) -> EventLog:
    """The events as the first worker sees them."""
    return backends.log


@pytest.fixture
def watchlists(backends: Backends) -> WatchlistStore:
    """The watchlists of the first worker."""
    return backends.watchlists


@pytest.fixture
def sessions(backends: Backends) -> SessionStore:
    """Sessions and the password as the first worker sees them."""
    return backends.sessions


@pytest.fixture
def tokens(backends: Backends) -> TokenStore:
    """The tokens as the first worker sees them."""
    return backends.tokens


@pytest.fixture
def state(backends: Backends) -> SharedState:
    """The shared facts as the first worker sees them."""
    return backends.state


@pytest.fixture
def cache(backends: Backends) -> ResponseCache:
    """The cache of the first worker."""
    return backends.cache


@pytest.fixture
def app() -> Flask:
    """An application that uses Flask-Caching as any other does."""
    return Flask(__name__)


@pytest.fixture
def backend(extension: Cache) -> BaseCache:
    """Flask-Caching's backend. A module of a backend defines `extension`."""
    return extension.cache
