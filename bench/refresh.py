"""500 symbols in one refresh: how long, against one batch and against fast_info."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import Report, percentile
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

SYMBOLS = 500
LATENCY_MS = 300


def refresh_500(server: Server, prefix: str = "S") -> tuple[float, dict[str, Any]]:
    """Seconds from the request to the result, and the finished task."""
    symbols = ",".join(f"{prefix}{number}" for number in range(SYMBOLS))
    begun = time.monotonic()
    started = server.post(
        "/api/watchlist/live-prices-async",
        json={"symbols": symbols, "force": True},
        headers={"Prefer": "wait=30"},
    ).json()
    return time.monotonic() - begun, started


def warm_up(server: Server, upstream: UpstreamServer) -> float:
    """Refresh until each worker has imported yfinance and asked for its crumb.

    Returns the seconds of the first refresh.
    """
    upstream.reset()
    upstream.configure(latency_ms=LATENCY_MS)
    cold, _ = refresh_500(server, "COLD")
    workers = len(server.workers())
    for number in range(30):
        if upstream.requests()["counts"].get("getcrumb", 0) >= workers:
            break
        refresh_500(server, f"WARM{number}-")
    return cold


def slowest_batch(task: dict[str, Any]) -> float:
    """Seconds that the slowest request took."""
    prices = task["live_prices"].values()
    slowest: float = max(entry["attempts"][0]["elapsed_ms"] for entry in prices)
    return slowest / 1000


def lags(folder: Path, since: float, until: float) -> dict[str, list[float]]:
    """Hub-lag samples of each worker in that span, in seconds."""
    found = {}
    for path in folder.glob("*.csv"):
        rows = (line.split(",") for line in path.read_text().splitlines() if line.count(",") == 1)
        found[path.stem] = [float(lag) for at, lag in rows if since <= float(at) <= until]
    return found


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("500 symbols, upstream at 300 ms")
    memory_before = memory(server)
    cold = warm_up(server, upstream)
    report.note(f"a worker's first refresh, which imports yfinance: {cold:.2f} s")
    upstream.reset()
    upstream.configure(latency_ms=LATENCY_MS)
    since = time.time()
    runs = [refresh_500(server, f"RUN{number}-") for number in range(7)]
    until = time.time()
    requests = upstream.requests()["counts"]
    seconds, task = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
    assert task["summary"]["ok"] == SYMBOLS, task["summary"]
    batch = slowest_batch(task)
    report.claim("refresh by `quote`, of its slowest batch", seconds, 1.5 * batch + 1, " s")
    report.note(f"median of {len(runs)}; its slowest batch {batch:.2f} s")
    report.note(f"requests of all: {requests}")
    usual = float(
        subprocess.run(
            [sys.executable, "-m", "bench.fast_info", upstream.url, str(SYMBOLS)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    report.claim("of fast_info's time in 32 threads", seconds / usual, 1 / 20)
    report.note(f"refresh {seconds:.2f} s, fast_info {usual:.1f} s: {usual / seconds:.0f} x")
    time.sleep(1)
    report_lags(report, "while refreshing", lags(lag_folder, since, until))
    memory_after = memory(server)
    report.note(f"resident MB per worker: {memory_before} before, {memory_after} after")


def report_lags(report: Report, when: str, samples: dict[str, list[float]]) -> None:
    for worker, values in samples.items():
        if values:
            worst = percentile(values, 0.99) * 1000
            report.claim(f"hub lag p99 {when}, worker {worker}", worst, 25, " ms")


def memory(server: Server) -> list[int]:
    return [round(worker["resident_bytes"] / 2**20) for worker in server.workers()]
