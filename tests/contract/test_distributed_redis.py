"""What lies in Redis is held to the contract."""

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.flights import RedisFlights
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.distributed.tasks import RedisTaskStore
from tests.redis_server import RedisServer, running_redis

from .backends import Backends, SetClock
from .embedded import open_embedded
from .flights import FlightsContract
from .shared_state import SharedStateContract
from .task_store import TaskStoreContract


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def open_backends(
    tmp_path: Path, clock: SetClock, redis_server: RedisServer
) -> Callable[[], Backends]:
    prefix = f"test*[{uuid.uuid4().hex}]:"

    def open_one() -> Backends:
        backends = open_embedded(tmp_path, clock)
        link = RedisLink(redis_server.url, prefix)
        return dataclasses.replace(
            backends,
            tasks=RedisTaskStore(link, clock),
            log=RedisEventLog(link),
            state=RedisSharedState(link, clock),
            flights=RedisFlights(link),
        )

    return open_one


class TestTaskStore(TaskStoreContract): ...


class TestSharedState(SharedStateContract): ...


class TestFlights(FlightsContract): ...
