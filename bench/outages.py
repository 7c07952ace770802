"""Of several nodes: a worker is killed; Redis, then PostgreSQL, says nothing for 20 seconds."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from bench.cluster import Cluster, Helper, can_run
from bench.figures import Report, percentile
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.embedded.clock import SystemClock
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

ROUNDS = 15
AWAY_SECONDS = 20.0
_READERS = 4
# What the owner asked for; and what a server that says nothing may take from a page.
_MOST_UNTIL_TAKEN_OVER, _MOST_OF_A_PAGE = 10.0, 6.0


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("a worker is killed, another takes its task over; Redis or PostgreSQL is away")
    if not can_run(report):
        return
    with Cluster(
        STOCKAPP_SIMULATED_LATENCY_MS=4_000, STOCKAPP_LOG_LEVEL="ERROR", STOCKAPP_SAMPLE="simulated"
    ) as cluster:
        web = cluster.web()
        workers = [cluster.worker(), cluster.worker()]
        _takeovers(report, cluster, web, workers)
        for name, there in (
            ("Redis", cluster.redis_server),
            ("PostgreSQL", cluster.postgres_server),
        ):
            there.freeze()
            try:
                took = _read_meanwhile(web)
            finally:
                there.thaw()
            report.claim(
                f"longest wait for a page without {name}", max(took), _MOST_OF_A_PAGE, " s"
            )
            report.note(f"median {percentile(took, 0.5) * 1000:.0f} ms, of {len(took)} pages")
            assert eventually(lambda: web.get("/readyz").status_code == 200, 60)


def _takeovers(report: Report, cluster: Cluster, web: Server, workers: list[Helper]) -> None:
    took, tasks = [], RedisTaskStore(RedisLink(cluster.url, "stockapp:"), SystemClock())
    for number in range(ROUNDS):
        took.append(_kill_one(web, tasks, workers, number))
        workers.append(cluster.worker())
    report.claim(
        "p95 from the kill to the next run", percentile(took, 0.95), _MOST_UNTIL_TAKEN_OVER, " s"
    )
    report.note(f"median {percentile(took, 0.5):.2f} s, longest {max(took):.2f} s")


def _kill_one(web: Server, tasks: RedisTaskStore, workers: list[Helper], number: int) -> float:
    task_id = web.refresh(f"LARK.SIM,K{number}.SIM")["id"]
    runner = _runner(tasks, task_id)
    assert eventually(lambda: runner() is not None)
    first = runner()
    dying = next(worker for worker in workers if worker.pid == int((first or "").split("-")[0]))
    killed = time.monotonic()
    os.kill(dying.pid, signal.SIGKILL)
    workers.remove(dying)
    while runner() in (None, first):
        time.sleep(0.01)
    took = time.monotonic() - killed
    web.delete(f"/api/tasks/{task_id}")
    return took


def _runner(tasks: RedisTaskStore, task_id: str) -> Callable[[], str | None]:
    def runner() -> str | None:
        task = tasks.get(task_id)
        return task.worker if task else None

    return runner


def _read_meanwhile(web: Server) -> list[float]:
    """Seconds that each page took."""
    until = time.monotonic() + AWAY_SECONDS

    def read() -> list[float]:
        took = []
        with requests.Session() as session:
            while (since := time.monotonic()) < until:
                session.get(web.url, timeout=60).raise_for_status()
                took.append(time.monotonic() - since)
                time.sleep(0.05)
        return took

    with ThreadPoolExecutor(_READERS) as pool:
        reading = [pool.submit(read) for _ in range(_READERS)]
        return [seconds for each in reading for seconds in each.result()]
