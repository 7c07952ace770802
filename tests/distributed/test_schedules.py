"""Live mode and the end of the day by Celery beat, also by two: each list has its turn once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_caching import Cache

from stockapp.backends.distributed.celery_app import END_OF_DAY, configure
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.freshness import Lifetime
from stockapp.domain.trading_hours import TradingHours
from stockapp.domain.watchlist import WatchlistItem
from tests.contract.embedded import open_cache
from tests.e2e.server import eventually
from tests.e2e.test_streams import connect
from tests.upstream.client import UpstreamServer
from tests.upstream.world import price_of

from .cluster import PREFIX, Cluster, Node, cluster

HOUR = timedelta(hours=1)
# Beats ask for live mode each two seconds.
SOME_ROUNDS = 7.0
# The next of a beat's own calls of the end of the day, where the first came too early.
PATIENCE_SECONDS = 150


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, UpstreamServer]]:
    folder: Path = tmp_path_factory.mktemp("schedules")
    with (
        UpstreamServer() as upstream,
        cluster(
            folder,
            {
                **upstream.settings,
                "STOCKAPP_SOURCES": "yahoo",
                "STOCKAPP_LIVE_MODE": "true",
                "STOCKAPP_LIVE_INTERVAL_SECONDS": 600,
                "STOCKAPP_END_OF_DAY": "true",
                "STOCKAPP_SIMULATED_LATENCY_MS": 5,
                # Nothing is late, so that what is counted are not hedges.
                "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 60,
                "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
                "STOCKAPP_HEDGE_MIN_SECONDS": 60,
                "STOCKAPP_HEDGE_MAX_SECONDS": 60,
            },
            beat=2,
        ) as made,
    ):
        yield made, upstream


def refreshes(made: Cluster, watchlist: str) -> list[dict[str, Any]]:
    """What began of itself of a list."""
    tasks = made.tasks.recent(kind="live_prices", limit=1000)
    return [dict(t.params) for t in tasks if t.params.get("watchlist") == watchlist]


def prices(node: Node, watchlist: str) -> dict[str, float | None]:
    told = node.get(f"/api/watchlist/cached?watchlist={watchlist}").json()["items"]
    return {row["symbol"]: row["quote"] and row["quote"]["price"] for row in told}


def test_a_list_is_refreshed_once_while_it_is_watched_through_any_node(
    made: tuple[Cluster, UpstreamServer],
) -> None:
    pair, _ = made
    time.sleep(SOME_ROUNDS)
    assert refreshes(pair, "default") == []
    windows = [connect(node, "/stream?watchlist=default&live=1") for node in pair.nodes * 2]
    assert eventually(lambda: None not in prices(pair.nodes[0], "default").values())
    time.sleep(SOME_ROUNDS)
    for window in windows:
        window.close()
    begun = refreshes(pair, "default")
    assert [params["live"] for params in begun] == [True], "one for all windows"


def furnish(made: Cluster) -> str:
    """A list of which nothing was fetched yet; London closed an hour ago, Xetra in an hour."""
    now, clock = datetime.now(UTC), SystemClock()
    config = {
        "CACHE_TYPE": "stockapp.caching.json_redis.JsonRedisCache",
        "CACHE_REDIS_URL": made.redis.url,
        "CACHE_KEY_PREFIX": f"{PREFIX}cache:",
    }
    store: Any = Cache(Flask(__name__), config=config).cache
    cache = open_cache(store, EmbeddedExecutor(1), clock)
    for calendar, closes in (("XLON", now - HOUR), ("XETR", now + HOUR)):
        hours = TradingHours([(closes - 8 * HOUR, closes)], now - 200 * HOUR, now + 200 * HOUR)
        entry = {f"sessions:{calendar}": {"hours": hours.to_json()}}
        cache.put_many(entry, Lifetime(86_400, 14 * 86_400))
    return listed(made, "Nobody looks", "VOD.L", "SAP.DE", "BARC.L")


def listed(made: Cluster, title: str, *symbols: str) -> str:
    """A list that no node had a hand in: adding there asks for prices at once."""
    database, clock = PostgresDatabase(made.database_url, made.events), SystemClock()
    lists = SqlWatchlistStore(database, clock)
    name = lists.create(title).name
    lists.add(name, [WatchlistItem(symbol, clock.now()) for symbol in symbols])
    database.close()
    return name


def test_what_has_its_closing_price_is_fetched_once_with_nobody_watching(
    made: tuple[Cluster, UpstreamServer],
) -> None:
    pair, upstream = made
    name = furnish(pair)
    celery = configure(pair.redis.url, PREFIX)
    # As both beats do, once a minute.
    for _ in range(2):
        celery.send_task(END_OF_DAY)
    wanted = {"VOD.L": price_of("VOD.L", 0), "SAP.DE": None, "BARC.L": price_of("BARC.L", 0)}
    assert eventually(lambda: prices(pair.nodes[1], name) == wanted, PATIENCE_SECONDS)
    time.sleep(SOME_ROUNDS)
    assert [sorted(params["symbols"]) for params in refreshes(pair, name)] == [["BARC.L", "VOD.L"]]
    asked = [symbol for entry in upstream.requests()["log"] for symbol in entry["symbols"]]
    assert sorted(filter(None, asked)) == ["BARC.L", "VOD.L"]


def test_beats_that_lost_redis_for_a_while_go_on_when_it_is_back(
    made: tuple[Cluster, UpstreamServer],
) -> None:
    pair, _ = made
    pair.redis.stop()
    time.sleep(SOME_ROUNDS)
    pair.redis.start()
    node = pair.nodes[0]
    assert eventually(lambda: node.get("/readyz").status_code == 200)
    name = listed(pair, "Afterwards", "AFTR")
    with connect(node, f"/stream?watchlist={name}&live=1"):
        assert eventually(lambda: None not in prices(node, name).values())
    assert [params.get("live") for params in refreshes(pair, name)] == [True]
    for beat in pair.of_role("beat"):
        # A line for each time, without traces.
        assert "Couldn't apply scheduled task stockapp.live" in beat.log()
        assert "Traceback" not in beat.log()


def test_a_worker_with_no_slot_left_still_begins_what_is_due(tmp_path: Path) -> None:
    settings = {
        "STOCKAPP_TASK_SLOTS": 1,
        # Longer than anything here takes.
        "STOCKAPP_SIMULATED_LATENCY_MS": 50_000,
        "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 90,
        "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 90,
        "STOCKAPP_LIVE_MODE": "true",
    }
    with cluster(tmp_path, settings, nodes=1, tasks=1, beat=1) as made:
        long = made.node.refresh("LARK.SIM,QUIL.SIM,BRAM.SIM")["id"]
        assert eventually(lambda: status(made, long) == "running")
        with connect(made.node, "/stream?watchlist=default&live=1"):
            assert eventually(lambda: refreshes(made, "default") != [])
        assert status(made, long) == "running"


def status(made: Cluster, task_id: str) -> str:
    found = made.tasks.get(task_id)
    assert found is not None
    return found.status
