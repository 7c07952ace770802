"""Who writes to PostgreSQL holds up those who write, and nobody else, and not for ever."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.watchlist import WatchlistItem
from stockapp.ports import StoreTrouble
from tests.postgres_server import running_postgres
from tests.redis_server import running_redis

from .backends import SetClock

PATIENCE = 20.0


@pytest.fixture
def new_node(tmp_path: Path) -> Iterator[Callable[[], PostgresDatabase]]:
    """Opens the database as one more node does."""
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis(tmp_path))
        url = stack.enter_context(running_postgres()).make("lists")
        link = RedisLink(redis.url, "test:")
        stack.callback(link.close)

        def open_one() -> PostgresDatabase:
            opened = PostgresDatabase(url, RedisEventLog(link))
            stack.callback(opened.close)
            return opened

        yield open_one


@pytest.fixture
def database(new_node: Callable[[], PostgresDatabase]) -> PostgresDatabase:
    return new_node()


def test_names_that_nothing_lacks_are_not_waited_for(database: PostgresDatabase) -> None:
    watchlists = SqlWatchlistStore(database, SetClock())
    watchlists.add("default", [WatchlistItem("A", SetClock().at, "Alpha")])

    def meanwhile(_: object) -> int:
        # In here nobody else can write: it would be given up after seconds, with StoreTrouble.
        return watchlists.fill_names({"A": "Other", "B": "Beta"})

    assert database.write(meanwhile) == 0


def test_a_node_that_stops_in_the_middle_of_a_change_keeps_others_from_theirs_for_a_while_only(
    new_node: Callable[[], PostgresDatabase], threads: ThreadPoolExecutor
) -> None:
    stopping, other = new_node(), SqlWatchlistStore(new_node(), SetClock())
    stopped, go_on = threading.Event(), threading.Event()

    def change(transaction: Any) -> None:
        rename = "UPDATE watchlists SET title = ?"
        transaction.execute(rename, ("by the one that stopped",))
        stopped.set()
        go_on.wait(3 * PATIENCE)
        transaction.execute(rename, ("by the one that stopped",))

    change_of_it = threads.submit(stopping.write, change)
    assert stopped.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while len(other.lists()) == 1 and time.monotonic() < deadline:
        with suppress(StoreTrouble):
            other.create("Another")
    go_on.set()
    assert [one.title for one in other.lists()] == ["Watchlist", "Another"]
    with pytest.raises(StoreTrouble, match="this node stood still for too long"):
        change_of_it.result(PATIENCE)
    # It can go on at once.
    SqlWatchlistStore(stopping, SetClock()).create("Third")


def test_a_server_notices_soon_that_a_node_is_cut_off_that_asks_for_nothing(
    database: PostgresDatabase,
) -> None:
    def seconds(name: str) -> int:
        setting = f"SELECT setting FROM pg_settings WHERE name = 'tcp_{name}'"
        return int(database.read(lambda transaction: transaction.execute(setting).fetchone()[0]))

    probes = seconds("keepalives_interval") * seconds("keepalives_count")
    assert 0 < seconds("keepalives_idle") + probes <= 30
    assert 0 < seconds("user_timeout") <= 30_000
