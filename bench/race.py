"""What a hanging source costs, and what hedging costs when nothing hangs."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Report
from tests.e2e.server import Server, serving
from tests.upstream.client import UpstreamServer

SYMBOLS = 200
LATENCY_MS = 300
JITTER_MS = 250
HEDGE_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0
RUNS = 5
_KEY = {"FMP_API_KEY": "bench-key", "STOCKAPP_FMP_BATCH": "true", "STOCKAPP_FMP_A_DAY": 0}
# (what hangs, whether Financial Modeling Prep with batches is there, the backup)
_CASES = (("quote", False, "yahoo/spark"), ("yahoo", True, "fmp/batch"))


def refresh(server: Server, prefix: str, count: int = SYMBOLS) -> tuple[float, dict[str, Any]]:
    symbols = ",".join(f"{prefix}{number}" for number in range(count))
    begun = time.monotonic()
    task = server.post(
        "/api/watchlist/live-prices-async",
        json={"symbols": symbols, "force": True},
        headers={"Prefer": "wait=30"},
    ).json()
    took = time.monotonic() - begun
    failed = [e for e in task["live_prices"].values() if not e["success"]]
    assert not failed, failed[0]
    return took, task


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    """Each case on a server of its own, as sources differ."""
    print(f"{SYMBOLS} symbols with the primary hanging, upstream at {LATENCY_MS} ms")
    for hung, with_fmp, backup in _CASES:
        settings = {
            **upstream.settings,
            **(_KEY if with_fmp else {}),
            "STOCKAPP_REQUEST_TIMEOUT_SECONDS": TIMEOUT_SECONDS,
        }
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder), **settings) as own:
            _hanging(report, own, upstream, hung, backup)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), **upstream.settings) as own:
        _requests(report, own, upstream)


def _hanging(
    report: Report, server: Server, upstream: UpstreamServer, hung: str, backup: str
) -> None:
    # The backup alone, then behind a primary that hangs; both after the methods are warm.
    _behave(upstream)
    _warm_up(server, upstream)
    others = ("quote",) if backup == "yahoo/spark" else ("yahoo",)
    alone, behind = [], []
    for number in range(RUNS):
        for route in others:
            upstream.fault(route, "status", status=429)
        # Once, to have the breakers open: what is measured is the backup's own time.
        refresh(server, f"OPEN{number}X")
        alone.append(refresh(server, f"ALONE{number}X")[0])
        upstream.reset()
        _behave(upstream)
        server.close_breakers()
        upstream.fault(hung, "hang")
        took, task = refresh(server, f"BEHIND{number}X")
        behind.append(took)
        won = {
            f"{e['quote']['source']}/{e['quote']['method']}" for e in task["live_prices"].values()
        }
        assert won == {backup}, won
        # Let what hangs time out: released now, it would count as slow answers.
        time.sleep(TIMEOUT_SECONDS)
        upstream.reset()
        _behave(upstream)
        server.close_breakers()
    own, late = statistics.median(alone), statistics.median(behind)
    report.claim(f"{hung} hangs, {backup} takes over", late, HEDGE_SECONDS + 1.5 * own, " s")
    report.note(f"{backup} alone: {own:.2f} s; medians of {RUNS}")


def _requests(report: Report, server: Server, upstream: UpstreamServer) -> None:
    print("requests with everything up")
    _behave(upstream)
    _warm_up(server, upstream)
    upstream.reset()
    upstream.configure(faults={"*": {"latency_ms": LATENCY_MS, "jitter_ms": JITTER_MS}})
    runs = 20
    for number in range(runs):
        refresh(server, f"UP{number}X", 500)
    counts = upstream.requests()["counts"]
    needed = runs * 500 / 50
    extra = 100 * (sum(counts.values()) - needed) / needed
    report.claim(
        f"hedging, of {runs} x 500 symbols at {LATENCY_MS} +- {JITTER_MS} ms",
        extra,
        5,
        " % more requests",
    )
    upstream.reset()
    _behave(upstream)
    refresh(server, "COUNT", 500)
    total = sum(upstream.requests()["counts"].values())
    report.claim("requests for 500 symbols", total, 500 / 50 + 2)


def _warm_up(server: Server, upstream: UpstreamServer) -> None:
    """Refresh until every worker has its crumb, then until it knows how long answers take."""
    for number in range(30):
        if upstream.requests()["counts"].get("getcrumb", 0) >= len(server.workers()):
            break
        refresh(server, f"COLD{number}X")
    for number in range(20):
        refresh(server, f"WARM{number}X")
    time.sleep(5)
    refresh(server, "LAST")
    upstream.reset()
    _behave(upstream)


def _behave(upstream: UpstreamServer) -> None:
    upstream.configure(latency_ms=LATENCY_MS)
