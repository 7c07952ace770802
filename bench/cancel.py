"""From the cancel of a task, on any worker, to the last request that it begins."""

import time
from pathlib import Path
from typing import Any

from bench.figures import Report
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

TASKS = 10
SYMBOLS = 200


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("cancelling on whichever worker answers")
    # A request ends, and another begins, every few milliseconds until the task is cancelled.
    upstream.configure(latency_ms=50)
    for batches in ("quote", "spark"):
        upstream.fault(batches, "status", status=500)
    late = [_cancel_one(server, upstream, number) for number in range(TASKS)]
    report.claim("from DELETE to the last request begun, the worst", max(late) * 1000, 200, " ms")


def _cancel_one(server: Server, upstream: UpstreamServer, number: int) -> float:
    symbols = ",".join(f"CANCEL{number}-{n}" for n in range(SYMBOLS))
    task_id = server.refresh(symbols)["id"]
    assert eventually(
        lambda: any(f"CANCEL{number}-" in entry["symbols"][0] for entry in _charts(upstream))
    )
    asked = time.time()
    server.delete(f"/api/tasks/{task_id}")
    # Long enough for a task that goes on to show.
    time.sleep(1)
    last: float = _charts(upstream)[-1]["at"]
    return max(0.0, last - asked)


def _charts(upstream: UpstreamServer) -> list[dict[str, Any]]:
    return [entry for entry in upstream.requests()["log"] if entry["route"] == "chart"]
