"""Who writes to PostgreSQL holds up those who write, and nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.watchlist import WatchlistItem
from tests.postgres_server import running_postgres
from tests.redis_server import running_redis

from .backends import SetClock


@pytest.fixture
def database(tmp_path: Path) -> Iterator[PostgresDatabase]:
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis(tmp_path))
        url = stack.enter_context(running_postgres()).make("lists")
        link = RedisLink(redis.url, "test:")
        stack.callback(link.close)
        found = PostgresDatabase(url, RedisEventLog(link))
        stack.callback(found.close)
        yield found


def test_names_that_nothing_lacks_are_not_waited_for(database: PostgresDatabase) -> None:
    watchlists = SqlWatchlistStore(database, SetClock())
    watchlists.add("default", [WatchlistItem("A", SetClock().at, "Alpha")])

    def meanwhile(_: object) -> int:
        # In here nobody else can write: it would be given up after seconds, with StoreTrouble.
        return watchlists.fill_names({"A": "Other", "B": "Beta"})

    assert database.write(meanwhile) == 0
