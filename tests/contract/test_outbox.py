"""Events of changes in PostgreSQL reach the log in Redis: all, once, and in their order."""

import time
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.domain.event import EventType
from stockapp.ports import StoreTrouble
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer

from .backends import SetClock

PATIENCE = 60.0
MANY = 2_500


class DeafLog(RedisEventLog):
    """One that never hears that Redis has taken events."""

    def take(self, rows: Iterable[tuple[int, float, str, str, str]]) -> None:
        super().take(rows)
        raise StoreTrouble("the answer was lost")


class Installation:
    """Nodes with one PostgreSQL and one Redis; `log` is as another node reads it."""

    def __init__(self, stack: ExitStack, redis: RedisServer, url: str) -> None:
        self._stack = stack
        self._redis = redis
        self._url = url
        self._prefix = f"{uuid.uuid4().hex}:"
        self.log = RedisEventLog(self._new_link())

    def new_node(self, log: type[RedisEventLog] = RedisEventLog) -> PostgresDatabase:
        """One more, with connections of its own."""
        node = PostgresDatabase(self._url, log(self._new_link()))
        self._stack.callback(node.close)
        return node

    def told(self) -> list[int]:
        """The numbers of all events, as the log has them."""
        return [event.data["n"] for event in self.log.since(0, limit=10 * MANY)]

    def _new_link(self) -> RedisLink:
        link = RedisLink(self._redis.url, self._prefix)
        self._stack.callback(link.close)
        return link


@pytest.fixture
def installation(redis: RedisServer, postgres_server: PostgresServer) -> Iterator[Installation]:
    with ExitStack() as stack:
        yield Installation(stack, redis, postgres_server.make(uuid.uuid4().hex))


def change(node: PostgresDatabase, events: int = 1) -> None:
    """Change something of which so many events tell; all are numbered in their order."""
    count = "INSERT INTO meta VALUES ('n', ?) ON CONFLICT (key) DO UPDATE SET value = "

    def write(transaction: Any) -> None:
        row = transaction.execute(f"{count} meta.value + ? RETURNING value", (events, events))
        last = row.fetchone()[0]
        numbers = range(last - events + 1, last + 1)
        transaction.tell(SetClock().at, "topic", [(EventType.ITEM, {"n": n}) for n in numbers])

    node.write(write)


def left(node: PostgresDatabase) -> int:
    """How many events wait in the outbox."""
    count = "SELECT COUNT(*) FROM outbox"
    return int(node.read(lambda transaction: transaction.execute(count).fetchone()[0]))


def relay_when_possible(node: PostgresDatabase) -> None:
    """Servers that could not be used are tried again after a while only."""
    deadline = time.monotonic() + PATIENCE
    while node.unsent and time.monotonic() < deadline:
        with suppress(StoreTrouble):
            node.relay()
        time.sleep(0.1)


def test_a_change_of_which_many_events_tell_has_told_them_all_when_it_is_made(
    installation: Installation,
) -> None:
    node = installation.new_node()
    change(node, MANY)
    assert installation.told() == list(range(1, MANY + 1))
    assert (left(node), node.unsent) == (0, False)


def test_events_of_nodes_that_change_something_at_the_same_time_come_once_and_in_order(
    installation: Installation, threads: ThreadPoolExecutor
) -> None:
    nodes = [installation.new_node() for _ in range(4)]

    def change_often(node: PostgresDatabase) -> None:
        for _ in range(25):
            change(node, 3)

    list(threads.map(change_often, nodes))
    assert installation.told() == list(range(1, 301))
    assert left(nodes[0]) == 0


def test_events_that_several_nodes_move_at_the_same_time_come_once_and_in_order(
    installation: Installation, redis: RedisServer, threads: ThreadPoolExecutor
) -> None:
    nodes = [installation.new_node() for _ in range(6)]
    redis.stop()
    change(nodes[0], MANY)
    assert nodes[0].unsent
    redis.start()
    list(threads.map(PostgresDatabase.relay, nodes))
    assert installation.told() == list(range(1, MANY + 1))
    assert left(nodes[0]) == 0


def test_events_whose_taking_was_answered_to_nobody_come_once(installation: Installation) -> None:
    deaf, other = installation.new_node(DeafLog), installation.new_node()
    for _ in range(3):
        change(deaf, 2)
    assert (left(deaf), deaf.unsent) == (6, True)
    change(other)
    assert installation.told() == [1, 2, 3, 4, 5, 6, 7]
    assert left(deaf) == 0


def test_a_redis_that_is_frozen_keeps_no_node_from_changes_and_is_no_trouble_of_postgresql(
    installation: Installation, redis: RedisServer, threads: ThreadPoolExecutor
) -> None:
    nodes = [installation.new_node() for _ in range(6)]
    for node in nodes:
        change(node)
    redis.freeze()
    try:
        list(threads.map(change, nodes))
        assert [node.trouble for node in nodes] == [None] * 6
    finally:
        redis.thaw()
    for node in nodes:
        relay_when_possible(node)
    assert installation.told() == list(range(1, 13))


def test_events_of_a_database_that_counts_anew_are_told(
    installation: Installation,
) -> None:
    node = installation.new_node()
    change(node)
    # As a standby does that did not have the last ones when it took over.
    anew = "ALTER TABLE outbox ALTER COLUMN number RESTART"
    node.write(lambda transaction: transaction.execute(anew))
    later = SetClock()
    later.advance(1)
    node.write(lambda transaction: transaction.tell(later.at, "t", [(EventType.ITEM, {"n": 2})]))
    assert installation.told() == [1, 2]
