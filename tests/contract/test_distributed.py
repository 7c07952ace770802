"""The distributed set is held to the same contract."""

import dataclasses
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.flights import RedisFlights
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.remembered import RememberedWatchlists
from stockapp.backends.distributed.servers import Servers
from stockapp.backends.distributed.sessions import RedisSessionStore
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.sql.tokens import SqlTokenStore
from stockapp.domain.event import EventType
from stockapp.domain.task import Item, ItemState, NewTask, Progress
from tests.postgres_server import PostgresServer
from tests.redis_server import RedisServer

from .backends import Backends, SetClock
from .embedded import open_embedded
from .event_log import EventLogContract, WaitingContract
from .flights import FlightsContract
from .session_store import SessionStoreContract
from .shared_state import SharedStateContract
from .task_store import TaskStoreContract
from .token_store import TokenStoreContract
from .watchlist_sets import SetsOfWatchlistsContract
from .watchlist_store import WatchlistStoreContract


@pytest.fixture
def open_backends(
    tmp_path: Path, clock: SetClock, redis_server: RedisServer, postgres_server: PostgresServer
) -> Callable[[], Backends]:
    name = uuid.uuid4().hex
    url = postgres_server.make(name)

    def open_one() -> Backends:
        backends = open_embedded(tmp_path, clock)
        link = RedisLink(redis_server.url, f"test*[{name}]:")
        log = RedisEventLog(link)
        database = PostgresDatabase(url, log)
        flights = RedisFlights(link)

        def close() -> None:
            flights.close()
            database.close()
            link.close()
            backends.close()

        return dataclasses.replace(
            backends,
            tasks=RedisTaskStore(link, clock),
            log=log,
            watchlists=RememberedWatchlists(database, clock),
            sessions=RedisSessionStore(link, clock),
            tokens=SqlTokenStore(database, clock),
            state=RedisSharedState(link, clock),
            flights=flights,
            close=close,
        )

    return open_one


class TestTaskStore(TaskStoreContract): ...


class TestEventLog(EventLogContract): ...


class TestWaiting(WaitingContract): ...


class TestWatchlistStore(WatchlistStoreContract): ...


class TestSetsOfWatchlists(SetsOfWatchlistsContract): ...


class TestSessionStore(SessionStoreContract): ...


class TestTokenStore(TokenStoreContract): ...


class TestSharedState(SharedStateContract): ...


class TestFlights(FlightsContract): ...


@pytest.fixture
def link(redis_server: RedisServer) -> Iterator[RedisLink]:
    link = RedisLink(redis_server.url, f"test*[{uuid.uuid4().hex}]:")
    yield link
    link.close()


def index_of(link: RedisLink, name: str) -> list[str]:
    index: list[str] = link.ask(lambda redis: redis.zrange(link.key(name), 0, -1))
    return index


def test_names_of_facts_go_with_them_though_nobody_looks_for_them(
    link: RedisLink, postgres_server: PostgresServer, clock: SetClock
) -> None:
    state = RedisSharedState(link, clock)
    state.put_many({f"undo:{number:04}": {} for number in range(2500)}, 0.001)
    state.put_many({"aaa": {}, "undo:1500a": {}, "zzz": {}}, 60)
    gone = link.key("shared:undo:2499")
    while link.ask(lambda redis: redis.exists(gone)):
        time.sleep(0.01)
    assert len(index_of(link, "shared")) == 2503
    database = PostgresDatabase(postgres_server.make(uuid.uuid4().hex), RedisEventLog(link))
    Servers(link, database).shrink()
    assert index_of(link, "shared") == ["aaa", "undo:1500a", "zzz"]
    database.close()


def end_task(store: RedisTaskStore, id_: str, *, live: bool) -> None:
    store.create(NewTask(id_, "kind", {"live": live, "symbols": []}, id_, ()))
    store.cancel(id_)


def test_to_clear_live_tasks_away_no_other_task_is_looked_at(
    link: RedisLink, redis_server: RedisServer, clock: SetClock
) -> None:
    store = RedisTaskStore(link, clock)
    end_task(store, "live", live=True)
    for number in range(30):
        end_task(store, f"other-{number}", live=False)
    clock.advance(1)
    assert store.purge(clock.at, having="live") == 1
    with Redis.from_url(redis_server.url) as redis:
        before = redis.info("stats")["total_commands_processed"]
        assert store.purge(clock.at, having="live") == 0
        assert redis.info("stats")["total_commands_processed"] - before < 5
    assert len(store.recent()) == 30


def test_tasks_that_are_purged_leave_no_index(link: RedisLink, clock: SetClock) -> None:
    store = RedisTaskStore(link, clock)
    end_task(store, "live", live=True)
    end_task(store, "other", live=False)
    clock.advance(1)
    assert index_of(link, "ended:live") == ["live"]
    assert store.purge(clock.at) == 2
    assert (index_of(link, "ended"), index_of(link, "ended:live")) == ([], [])


def test_items_whose_record_was_answered_to_nobody_are_told_once(
    open_backends: Callable[[], Backends],
) -> None:
    backends = open_backends()
    backends.tasks.create(NewTask("t", "kind", {}, "key", (Item("A", ItemState.QUEUED),)))
    backends.tasks.claim("worker", 60)
    done = [Item("A", ItemState.OK, {"n": 1})]
    for _ in range(2):
        assert backends.tasks.record("t", "worker", done, Progress(1, 1))
    # News is told all the same.
    again = [Item("A", ItemState.OK, {"n": 2})]
    assert backends.tasks.record("t", "worker", again, Progress(1, 1))
    told = [event for event in backends.log.since(0) if event.type is EventType.ITEM]
    assert len(told) == 2
    assert backends.tasks.items("t") == again
    backends.close()
