"""Starting tasks and polling them at 64 connections while 500 symbols refresh."""

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

from bench.figures import Report, percentile
from bench.refresh import lags, refresh_500
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

SECONDS = 6
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def wrk(server: Server, path: str, script: str | None = None) -> tuple[float, float]:
    """p99 in milliseconds, and requests a second, at 64 connections."""
    options = ["-s", script] if script else []
    done = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{SECONDS}s", "--latency", *options, server.url + path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done).groups()  # type: ignore[union-attr]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done).group(1)  # type: ignore[union-attr]
    if "Non-2xx" in done or "Socket errors" in done:
        print(done)
    return float(value) * _UNITS[unit], float(rate)


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("starting and polling at 64 connections, while 500 symbols refresh again and again")
    if not shutil.which("wrk"):
        report.note("left out: wrk is not installed (apt-get install wrk)")
        return
    bare, bare_rate = wrk(server, "/bare")
    stop = threading.Event()

    def keep_refreshing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            refresh_500(server, f"L{number}-")

    refreshing = threading.Thread(target=keep_refreshing)
    refreshing.start()
    try:
        bare_too, _ = wrk(server, "/bare")
        since = time.time()
        ours, rate = wrk(server, "/", "bench/start_and_poll.lua")
        until = time.time()
    finally:
        stop.set()
        refreshing.join()
    report.claim("p99 against the bare route under the same load", ours / bare_too, 3)
    report.note(f"ours {ours:.0f} ms at {rate:.0f}/s; bare {bare_too:.0f} ms while refreshing")
    report.note(f"bare without a refresh: {bare:.0f} ms at {bare_rate:.0f}/s")
    time.sleep(1)
    # Not a claim: here the processes of load, upstream and workers wait for two cores.
    for worker, values in lags(lag_folder, since, until).items():
        report.note(f"hub lag p99, worker {worker}: {percentile(values, 0.99) * 1000:.0f} ms")
