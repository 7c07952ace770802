"""`make bench`: run all, against the simulated upstream; exits 1 when a claim is missed.

`python -m bench analysis race` runs these alone.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import (
    analysis,
    cache,
    cancel,
    events,
    fetches,
    first_row,
    load,
    outages,
    race,
    refresh,
    rude_clients,
    sets,
    silence,
    simulation,
    streams,
    takeover,
    time_left,
    two_nodes,
)
from bench.figures import Report
from bench.refresh import LATENCY_MS
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

Bench = Callable[[Report, Server, UpstreamServer, Path], None]
BENCHES: tuple[Bench, ...] = (
    refresh.run,
    cancel.run,
    events.run,
    load.run,
    race.run,
    cache.run,
    time_left.run,
    takeover.run,
    streams.run,
    analysis.run,
    first_row.run,
    rude_clients.run,
    silence.run,
    fetches.run,
    outages.run,
    sets.run,
    two_nodes.run,
    simulation.run,
)


def _chosen() -> list[Bench]:
    wanted = sys.argv[1:]
    return [run for run in BENCHES if not wanted or run.__module__.removeprefix("bench.") in wanted]


def main() -> int:
    report = Report()
    with tempfile.TemporaryDirectory() as folder, UpstreamServer() as upstream:
        lag_folder = Path(folder) / "lags"
        lag_folder.mkdir()
        os.environ["BENCH_LAGS"] = str(lag_folder)
        upstream.configure(latency_ms=LATENCY_MS)
        server = Server(
            Path(folder),
            config="bench/gunicorn_probe.py",
            application="bench.wsgi:app",
            STOCKAPP_SOURCES="yahoo",
            STOCKAPP_YAHOO_BASE_URL=upstream.url,
            STOCKAPP_MAX_REQUESTS=0,
        )
        try:
            server.start()
            for bench in _chosen():
                bench(report, server, upstream, lag_folder)
                upstream.reset()
                server.close_breakers()
                upstream.configure(latency_ms=LATENCY_MS)
        finally:
            server.stop()
    print("all claims held" if not report.missed else f"missed: {'; '.join(report.missed)}")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
