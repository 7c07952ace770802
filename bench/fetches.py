"""200 fetches that take a second each, by one process of `stockapp worker`.

Where they are tasks of their own these lie in the queue when it begins. The source is one that
answers for one symbol at a time and has no limit of requests a second; how many are under way at
once is up to the settings then. Counted is what arrives there.
"""

import os
import signal
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import requests

from bench.cluster import Cluster, Helper, can_run, cpu_seconds
from bench.figures import Report, percentile
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

FETCHES = 200
LIMIT_SECONDS = 4.0
ROUNDS = 3
_ROUTE = "fmp"
_START = "/api/watchlist/live-prices-async"


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print(f"{FETCHES} fetches of a second each, by one worker process")
    if not can_run(report):
        return
    with Cluster(**_settings(upstream)) as cluster:
        web = cluster.web()
        worker = cluster.worker("--slots", str(FETCHES))
        # Connections and code that only the first needs.
        _one_task(cluster, web, worker, "WARM")
        for name, shape in (
            (f"as one task of {FETCHES} symbols", _one_task),
            (f"as {FETCHES} tasks of one symbol", _many_tasks),
        ):
            upstream.reset()
            upstream.configure(latency_ms=1_000)
            took, busy = [], []
            for number in range(ROUNDS):
                cpu = cpu_seconds([worker.pid])
                took.append(shape(cluster, web, worker, f"R{number}N"))
                busy.append(cpu_seconds([worker.pid]) - cpu)
            report.claim(name, percentile(took, 0.5), LIMIT_SECONDS, " s")
            report.note(
                f"median of {ROUNDS}, slowest {max(took):.2f} s; the worker computed"
                f" {percentile(busy, 0.5):.2f} s"
            )
            _count(report, upstream)


def _settings(upstream: UpstreamServer) -> dict[str, object]:
    return {
        "STOCKAPP_SOURCES": "fmp",
        "STOCKAPP_FMP_BASE_URL": upstream.url,
        "FMP_API_KEY": "of-the-benchmark",
        "STOCKAPP_FMP_A_DAY": 0,
        "STOCKAPP_FMP_CONCURRENCY": FETCHES,
        "STOCKAPP_FETCH_THREADS": FETCHES,
        "STOCKAPP_REFRESH_SLOTS": FETCHES,
        "STOCKAPP_LIMIT_STARTS": "",
        "STOCKAPP_LOG_LEVEL": "WARNING",
    }


def _count(report: Report, upstream: UpstreamServer) -> None:
    seen = upstream.requests()
    asked = Counter(symbol for entry in seen["log"] for symbol in entry["symbols"])
    report.claim("symbols asked for more than once", sum(n > 1 for n in asked.values()), 0)
    report.claim("symbols not asked for", ROUNDS * FETCHES - len(asked), 0)
    report.note(f"at once {seen['most_at_once'][_ROUTE]}")


def _one_task(cluster: Cluster, web: Server, worker: Helper, prefix: str) -> float:
    """Seconds from the request to its answer."""
    del cluster, worker
    begun = time.time()
    answer = web.post(
        _START,
        json={"symbols": ",".join(_symbols(prefix)), "force": True},
        headers={"Prefer": "wait=30"},
    ).json()
    took = time.time() - begun
    assert answer["summary"]["ok"] == FETCHES, answer["summary"]
    return took


def _many_tasks(cluster: Cluster, web: Server, worker: Helper, prefix: str) -> float:
    """Seconds from when the worker goes on until the last task has ended."""
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        with requests.Session() as session:
            for symbol in _symbols(prefix):
                body = {"symbols": symbol, "force": True}
                session.post(web.url + _START, json=body, timeout=30).raise_for_status()
    finally:
        begun = time.time()
        os.kill(worker.pid, signal.SIGCONT)
    waiting = ("stockapp:status:pending", "stockapp:status:running")
    assert eventually(lambda: not any(cluster.redis.zcard(name) for name in waiting), 60)
    listed = web.get(f"/api/tasks?kind=live_prices&limit={FETCHES}").json()["tasks"]
    assert {task["status"] for task in listed} == {"completed"}
    assert len(listed) == FETCHES
    return max(datetime.fromisoformat(task["finished_at"]).timestamp() for task in listed) - begun


def _symbols(prefix: str) -> list[str]:
    return [f"{prefix}{_letters(number)}" for number in range(FETCHES)]


def _letters(number: int) -> str:
    return chr(65 + number // 26) + chr(65 + number % 26)
