"""From the kill of a worker to the moment another one runs its task."""

import os
import signal
import sqlite3
import tempfile
import time
from pathlib import Path

from bench.figures import Report, percentile
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

ROUNDS = 15


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("a worker is killed, another takes its task over")
    with tempfile.TemporaryDirectory() as folder:
        ours = Server(
            Path(folder),
            WEB_CONCURRENCY=2,
            STOCKAPP_SIMULATED_LATENCY_MS=4_000,
            STOCKAPP_LOG_LEVEL="WARNING",
        )
        try:
            ours.start()
            took = [_kill_one(ours, number) for number in range(ROUNDS)]
        finally:
            ours.stop()
    report.claim("p95 from the kill to the next run", percentile(took, 0.95), 2, " s")
    report.note(f"median {percentile(took, 0.5) * 1000:.0f} ms, worst {max(took) * 1000:.0f} ms")


def _kill_one(server: Server, number: int) -> float:
    task_id = server.refresh(f"LARK.SIM,K{number}.SIM")["id"]
    database = sqlite3.connect(server.data_dir / "data" / "stockapp.sqlite3", timeout=10)

    def runner() -> str | None:
        query = "SELECT worker FROM tasks WHERE id = ? AND status = 'running'"
        row = database.execute(query, (task_id,)).fetchone()
        return str(row[0]) if row else None

    assert eventually(lambda: runner() is not None)
    first = runner() or ""
    killed = time.monotonic()
    os.kill(int(first.split("-")[0]), signal.SIGKILL)
    while runner() in (None, first):
        time.sleep(0.002)
    took = time.monotonic() - killed
    database.close()
    server.delete(f"/api/tasks/{task_id}")
    # The next round needs two workers again.
    assert eventually(lambda: len(server.worker_pids()) == 2)
    time.sleep(2)
    return took
