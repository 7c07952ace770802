"""How far the time left that is told at half way is from the truth."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.figures import Report, percentile
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

ROUNDS = 5
# Only charts answer, one symbol a request: the work then takes long enough to be told of.
UPSTREAMS: dict[str, dict[str, Any]] = {
    "fast": {"latency_ms": 150, "jitter_ms": 50},
    "slow": {"latency_ms": 900, "jitter_ms": 300},
    "mixed": {"latency_ms": 500, "jitter_ms": 450},
}
SYMBOLS = {"fast": 150, "slow": 40, "mixed": 80}


@dataclass
class Told:
    """What a stream told: seconds since the start, percent, and the seconds left."""

    at: float
    percent: float
    left: float | None


def follow(server: Server, task_id: str) -> list[Told]:
    """All progress of a task, to its end."""
    start, told = time.monotonic(), []
    url = f"{server.url}/api/tasks/{task_id}/events"
    with requests.get(url, stream=True, timeout=60) as response:
        event = ""
        for line in response.iter_lines(1, decode_unicode=True):
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == "progress":
                data = json.loads(line[6:])
                at = time.monotonic() - start
                told.append(Told(at, data["percent"], data["eta_seconds"]))
            elif event in ("completed", "failed", "cancelled"):
                break
    told.append(Told(time.monotonic() - start, 100.0, 0.0))
    return told


def error_at_half(told: list[Told]) -> float | None:
    """The relative error of what was told last before half of the time was over."""
    whole = told[-1].at
    before = [entry for entry in told if entry.at <= whole / 2 and entry.left is not None]
    if not before or before[-1].left is None:
        return None
    # It is counted from when it was told.
    truth = whole - before[-1].at
    return abs(before[-1].left - truth) / truth


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("the time left, told at half way")
    for name, faults in UPSTREAMS.items():
        upstream.reset()
        server.close_breakers()
        upstream.configure(latency_ms=300, faults={"chart": faults})
        for batches in ("quote", "spark"):
            upstream.fault(batches, "status", status=500)
        errors, least, none = [], 0.0, 0
        for number in range(ROUNDS):
            symbols = ",".join(f"T{name[0]}{number}-{n}" for n in range(SYMBOLS[name]))
            told = follow(server, server.refresh(symbols)["id"])
            least = min([least, *(entry.left or 0.0 for entry in told)])
            error = error_at_half(told)
            if error is None:
                none += 1
            else:
                errors.append(error)
        report.claim(f"{name}: median error", 100 * percentile(errors, 0.5), 25, " %")
        report.claim(f"{name}: the least time left told", -least, 0, " s")
        report.note(f"{len(errors)} rounds, none told in {none}, worst {100 * max(errors):.0f} %")
    upstream.reset()
    server.close_breakers()
