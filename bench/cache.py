"""The cache against Flask-Caching's own backends and diskcache, side by side in one run."""

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import diskcache
from flask_caching.backends.filesystemcache import FileSystemCache
from flask_caching.backends.rediscache import RedisCache

from bench.figures import Report, percentile
from bench.load import wrk
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.caching.gate import StoreGate
from stockapp.caching.layered import LayeredCache
from stockapp.caching.lru_filesystem import LruFileSystemCache
from stockapp.caching.memory import Memory
from stockapp.caching.tally import Tally
from stockapp.domain.freshness import Lifetime
from tests.e2e.server import Server
from tests.redis_server import running_redis
from tests.upstream.client import UpstreamServer

ROUNDS = 15
FULL = 20_000
LIFETIME = Lifetime(600, 6000)
Call = Callable[[], object]


def value(size: int) -> dict[str, Any]:
    """An answer of about that many bytes of JSON."""
    rows: list[dict[str, Any]] = []
    while len(json.dumps(rows)) < size - 50:
        rows.append({"symbol": f"S{len(rows)}", "price": 1.5 * len(rows), "fresh": True})
    return {"rows": rows}


def side_by_side(calls: dict[str, Call], times: int) -> dict[str, float]:
    """Microseconds a call, the median of rounds in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(times):
                call()
            taken[name].append((time.perf_counter() - began) / times * 1e6)
    return {name: statistics.median(values) for name, values in taken.items()}


def layered(store: LruFileSystemCache) -> LayeredCache:
    clock = SystemClock()
    return LayeredCache(
        StoreGate(store, EmbeddedExecutor(1), clock), Memory(4_000_000), Tally(), clock
    )


@contextlib.contextmanager
def redis_beside(folder: Path) -> Iterator[dict[str, Any]]:
    """Flask-Caching's Redis backend, where there is a redis-server."""
    if shutil.which("redis-server") is None:
        yield {}
        return
    with running_redis(folder) as server:
        yield {"redis": RedisCache("127.0.0.1", server.port)}


def new_keys(store: Any, content: object) -> Call:
    numbers = iter(range(10_000_000))
    return lambda: store.set(f"new:{next(numbers)}", content)


def gets_and_sets(report: Report, folder: Path, size: int) -> None:
    content = value(size)
    ours = LruFileSystemCache(str(folder / f"ours-{size}"))
    stores: dict[str, Any] = {
        "stock": FileSystemCache(str(folder / f"stock-{size}")),
        "ours": ours,
        "diskcache": diskcache.Cache(str(folder / f"diskcache-{size}"), size_limit=100_000_000),
    }
    with redis_beside(folder) as redis:
        stores |= redis
        for store in stores.values():
            store.set("quote:hot", content)
        layer = layered(ours)
        gets: dict[str, Call] = {
            name: partial(store.get, "quote:hot") for name, store in stores.items()
        }
        gets["layer"] = lambda: layer.get_many(["quote:hot"])["quote:hot"].value
        assert all(call() == content for call in gets.values())
        took = side_by_side(gets, 200)
        told = ", ".join(f"{name} {figure:.0f}" for name, figure in took.items())
        report.claim(f"get of {size} B, ours against stock", took["ours"] / took["stock"], 1)
        report.claim(f"get of {size} B, layer against stock", took["layer"] / took["stock"], 0.2)
        report.note(f"get in us: {told}")
        again: dict[str, Call] = {
            name: partial(store.set, "quote:hot", content) for name, store in stores.items()
        }
        took = side_by_side(again, 20)
        told = ", ".join(f"{name} {figure:.0f}" for name, figure in took.items())
        report.claim(f"set again of {size} B, ours against stock", took["ours"] / took["stock"], 1)
        report.note(f"set again in us: {told}")
        took = side_by_side({n: new_keys(s, content) for n, s in stores.items()}, 20)
        told = ", ".join(f"{name} {figure:.0f}" for name, figure in took.items())
        report.claim(f"set new of {size} B, ours against stock", took["ours"] / took["stock"], 1)
        report.note(f"set new in us: {told}")


def sets_when_full(report: Report, folder: Path) -> None:
    content = value(500)
    stock = FileSystemCache(str(folder / "stock-full"), threshold=0)
    ours = LruFileSystemCache(str(folder / "ours-full"))
    filling = {f"old:{number}": content for number in range(FULL)}
    ours.set_many(filling)
    stock.set_many(filling)
    stock = FileSystemCache(str(folder / "stock-full"), threshold=FULL)
    used = sum(size for _, size in ours.statistics().totals.values())
    ours = LruFileSystemCache(str(folder / "ours-full"), limit_bytes=used)
    took = side_by_side({"stock": new_keys(stock, content), "ours": new_keys(ours, content)}, 2)
    ratio = took["ours"] / took["stock"]
    report.claim("set new among 20,000 at the limit, ours against stock", ratio, 1 / 20)
    report.note(f"stock {took['stock'] / 1000:.0f} ms, ours {took['ours'] / 1000:.2f} ms")
    assert sum(n for (_, what), n in ours.statistics().counters.items() if what == "evictions")


def hub_lag_while_evicting(report: Report, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.evicting", str(folder / "ours-full")],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    lags = told["lags_ms"]
    report.claim("hub lag p99 while a full cache evicts", percentile(lags, 0.99), 10, " ms")
    report.note(
        f"p50 {percentile(lags, 0.5):.2f} ms, largest {max(lags):.1f} ms,"
        f" {told['written']} entries written, {told['evicted']} evicted in {told['seconds']} s"
    )


def cached_route(report: Report, server: Server) -> None:
    if not shutil.which("wrk"):
        report.note("the route is left out: wrk is not installed (apt-get install wrk)")
        return
    server.refresh("CACHED", wait=20)
    bare, ours = [], []
    for _ in range(3):
        bare.append(wrk(server, "/bare")[1])
        ours.append(wrk(server, "/api/quote/CACHED/cached")[1])
    ratio = statistics.median(bare) / statistics.median(ours)
    report.claim("rate of the bare route against /api/quote/T/cached", ratio, 1 / 0.8)
    report.note(f"bare {statistics.median(bare):.0f}/s, ours {statistics.median(ours):.0f}/s")


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    del upstream, lag_folder
    print("the cache, side by side with others")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in (500, 50_000):
            gets_and_sets(report, folder, size)
        sets_when_full(report, folder)
        hub_lag_while_evicting(report, folder)
    cached_route(report, server)
