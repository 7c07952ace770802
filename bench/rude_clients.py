"""An ordinary user, alone and then beside a thousand half-open and a hundred slow connections."""

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Report, percentile
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

ROUNDS = 3
# Long enough for all of them to be let go once and to come again.
SECONDS = 12.0
PATHS = ("/", "/api/watchlist/cached", "/api/tasks")


def use(server: Server) -> list[float]:
    """What each request took a user with one kept connection, in milliseconds."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=60, source_address=("127.0.0.2", 0)
    )
    took = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for path in PATHS:
            start = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            took.append(1000 * (time.perf_counter() - start))
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered {answer.status}")
            time.sleep(0.005)
    connection.close()
    return took


@contextmanager
def attack(server: Server) -> Iterator[None]:
    """They are there for the time of a with block."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.rude_crowd", str(server.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as crowd:
        assert crowd.stdin is not None
        assert crowd.stdout is not None
        if crowd.stdout.readline() != "open\n":
            raise RuntimeError("the connections were not opened")
        try:
            yield
        finally:
            crowd.stdin.close()


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("a user beside 1,000 half-open and 100 slow connections that come again and again")
    alone: list[float] = []
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        ours = Server(Path(folder), STOCKAPP_SAMPLE="simulated", STOCKAPP_MAX_REQUESTS=0)
        try:
            ours.start()
            ours.get("/")
            eventually(lambda: not any(worker["running_tasks"] for worker in ours.workers()))
            for _ in range(ROUNDS):
                alone += use(ours)
                with attack(ours):
                    beside += use(ours)
        finally:
            ours.stop()
    ours_p99, theirs = percentile(beside, 0.99), percentile(alone, 0.99)
    report.claim("p99 beside them against p99 alone", ours_p99 / theirs, 3)
    report.note(f"alone {theirs:.1f} ms, beside them {ours_p99:.1f} ms; p50 {_p50(alone, beside)}")


def _p50(alone: list[float], beside: list[float]) -> str:
    return f"{percentile(alone, 0.5):.1f} ms and {percentile(beside, 0.5):.1f} ms"
