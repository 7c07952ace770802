"""The embedded set against the distributed one, as many processes each: what a task costs, and how
late its events come.

The one has two workers that do all; the other a web node, a worker, and the two servers.
"""

import sqlite3
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.cluster import Cluster, can_run, cpu_seconds
from bench.events import heard_by_all, lateness
from bench.figures import Report, percentile
from bench.load import wrk
from tests.e2e.server import Server, eventually, serving
from tests.upstream.client import UpstreamServer

SINGLE = 40
# Waking a worker elsewhere may cost so much more than a call in the same process.
_MOST_MS = 100.0


class Installation(ABC):
    """One set that runs, and its books."""

    name: str
    server: Server

    @abstractmethod
    def cpu(self) -> float:
        """Seconds of CPU that all of it has used, but for PostgreSQL."""

    @abstractmethod
    def times(self) -> list[tuple[float, float, float]]:
        """When each task that has ended was created, was begun, and ended."""

    @abstractmethod
    def left(self) -> int:
        """Tasks that have not ended."""

    @abstractmethod
    def written(self) -> dict[int, float]:
        """When each event was recorded, by id."""


class Embedded(Installation):
    """SQLite's."""

    name = "embedded"

    def __init__(self, server: Server) -> None:
        self.server = server
        path = server.data_dir / "data" / "stockapp.sqlite3"
        self._database = sqlite3.connect(path, timeout=30)

    def cpu(self) -> float:
        return cpu_seconds(self.server.worker_pids())

    def times(self) -> list[tuple[float, float, float]]:
        query = "SELECT created_at, started_at, finished_at FROM tasks WHERE status = 'completed'"
        return self._database.execute(query).fetchall()

    def left(self) -> int:
        query = "SELECT count(*) FROM tasks WHERE status IN ('pending', 'running')"
        return int(self._database.execute(query).fetchone()[0])

    def written(self) -> dict[int, float]:
        return dict(self._database.execute("SELECT id, created_at FROM events"))


class Distributed(Installation):
    """Redis'."""

    name = "distributed"

    def __init__(self, cluster: Cluster, **settings: Any) -> None:
        self._cluster, self._redis = cluster, cluster.redis
        self.server = cluster.web(1, **settings)
        self._worker = cluster.worker("--slots", "8", **settings)

    def cpu(self) -> float:
        pids = [*self.server.worker_pids(), self._worker.pid, self._cluster.redis_pid]
        return cpu_seconds(pids)

    def times(self) -> list[tuple[float, float, float]]:
        ids = self._redis.zrange("stockapp:ended", 0, -1)
        pipe = self._redis.pipeline(transaction=False)
        for task_id in ids:
            pipe.hmget(f"stockapp:task:{task_id}", "created_at", "started_at", "finished_at")
        return [(float(a), float(b), float(c)) for a, b, c in pipe.execute()]

    def left(self) -> int:
        return sum(self._redis.zcard(f"stockapp:status:{s}") for s in ("pending", "running"))

    def written(self) -> dict[int, float]:
        found = self._redis.xrange("stockapp:events")
        return {int(name.split("-")[0]): float(entry["at"]) for name, entry in found}


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("the embedded set against the distributed one")
    if not can_run(report):
        return
    settings = {
        "STOCKAPP_SOURCES": "yahoo",
        "STOCKAPP_YAHOO_BASE_URL": upstream.url,
        "STOCKAPP_SIMULATED_LATENCY_MS": 0,
        "STOCKAPP_TASK_QUEUE_LIMIT": 1_000_000,
        "STOCKAPP_MAX_REQUESTS": 0,
        "STOCKAPP_LOG_LEVEL": "WARNING",
    }
    begins, costs = {}, {}
    for installation in _both(settings):
        single = _single(installation)
        tasks, cost = _flood(installation)
        late = _events(installation, upstream)
        begins[installation.name], costs[installation.name] = percentile(single, 0.5), cost
        report.note(
            f"{installation.name}: {tasks:.0f} tasks/s, {1000 * cost:.1f} ms of CPU each;"
            f" a single one begins after {percentile(single, 0.5):.1f} ms"
            f" (p99 {percentile(single, 0.99):.1f}); an event comes after"
            f" {percentile(late, 0.5):.1f} ms (p99 {percentile(late, 0.99):.1f})"
        )
        report.claim(f"{installation.name}: p99 of events", percentile(late, 0.99), _MOST_MS, " ms")
    report.claim("distributed: until a task begins", begins["distributed"], _MOST_MS, " ms")
    report.note(f"a task costs {costs['distributed'] / costs['embedded']:.1f} x the CPU")


def _both(settings: dict[str, Any]) -> Iterator[Installation]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), **settings) as server:
        yield Embedded(server)
    with _distributed(settings) as installation:
        yield installation


@contextmanager
def _distributed(settings: dict[str, Any]) -> Iterator[Installation]:
    with Cluster() as cluster:
        yield Distributed(cluster, **settings)


def _single(installation: Installation) -> list[float]:
    """Milliseconds from creation to begin of tasks that come one after the other."""
    for number in range(SINGLE):
        installation.server.refresh(f"S{number}.SIM", wait=10)
    return [1000 * (begun - created) for created, begun, _ in installation.times()]


def _flood(installation: Installation) -> tuple[float, float]:
    """Tasks a second, and seconds of CPU for each, with more of them than can be done."""
    before, cpu, since = len(installation.times()), installation.cpu(), time.time()
    wrk(installation.server, "/", "bench/start.lua")
    assert eventually(lambda: installation.left() == 0, 300)
    done = [times for times in installation.times() if times[0] >= since]
    cost = (installation.cpu() - cpu) / len(done)
    assert len(installation.times()) == before + len(done)
    return len(done) / (max(ended for _, _, ended in done) - since), cost


def _events(installation: Installation, upstream: UpstreamServer) -> list[float]:
    """How late events come, in milliseconds. yfinance is imported before."""
    installation.server.refresh("WARM", wait=20)
    return lateness(heard_by_all(installation.server, upstream), installation.written())
