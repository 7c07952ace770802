"""Many open streams: how late an event comes, whether any is lost, and what a stream costs."""

import array
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Report, percentile
from bench.load import wrk
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

SECONDS = 10
SYMBOL = "LARK.SIM"
# Workers, streams, rows; the first is what is claimed of a worker.
RUNS = ((1, 1_000, 1), (1, 1_000, 5), (2, 100, 1), (2, 1_000, 1), (2, 5_000, 1))


@dataclass
class Heard:
    """What the streams of one run received, by the event's id: when, and on which."""

    late_ms: list[float]
    per_stream: Counter[int]
    events: int
    doubled: int


class Client:
    """The process that listens."""

    def __init__(self, server: Server, count: int, seconds: int, path: str) -> None:
        self._out = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115
        arguments = [str(server.port), str(count), str(seconds), path, self._out.name]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.stream_client", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "open\n":
            raise RuntimeError("the streams were not opened")
        self.pid = self._process.pid

    def heard(self) -> list[tuple[int, int, float]]:
        self._process.wait(120)
        values = array.array("d")
        size = os.path.getsize(self._out.name)
        with open(self._out.name, "rb") as file:
            values.fromfile(file, size // values.itemsize)
        os.unlink(self._out.name)
        return [
            (int(values[n]), int(values[n + 1]), values[n + 2]) for n in range(0, len(values), 3)
        ]


def listen(server: Server, count: int, rows: int) -> Heard:
    """With so many streams open, change so many rows each second."""
    client = Client(server, count, SECONDS, page_of(server))
    # Until all have read what they missed; what comes meanwhile is part of that.
    time.sleep(2)
    symbols = [SYMBOL, "QUIL.SIM", "BRAM.SIM", "OSTR.SIM", "KITS.SIM"][:rows]
    for number in range(SECONDS - 4):
        start = time.time()
        for symbol in symbols:
            server.patch(f"/api/watchlist/{symbol}", json={"note": f"note {number}"})
        time.sleep(max(0.0, start + 1 - time.time()))
    database = sqlite3.connect(server.data_dir / "data" / "stockapp.sqlite3")
    query = "SELECT id, created_at FROM events WHERE type = 'watchlist'"
    committed = dict(database.execute(query))
    # What else happened while the streams were opened is not counted.
    heard = [entry for entry in client.heard() if entry[1] in committed]
    ids = {event_id for _, event_id, _ in heard}
    late = [1000 * (at - committed[event_id]) for _, event_id, at in heard]
    pairs = Counter((stream, event_id) for stream, event_id, _ in heard)
    return Heard(
        late,
        Counter(stream for stream, _, _ in heard),
        len(ids),
        sum(times - 1 for times in pairs.values()),
    )


def page_of(server: Server) -> str:
    """The stream of a page that was rendered just now."""
    now = server.get("/api/watchlist/cached").json()["event_id"]
    return f"/stream?watchlist=default&last_event_id={now}"


def resident(server: Server) -> int:
    """Bytes in RAM of all workers."""
    return sum(
        int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for pid in server.worker_pids()
    )


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    for workers, count, rows in RUNS:
        with _serving(workers) as ours:
            print(f"{count:,} streams on {workers} worker(s), {rows} row(s) changing each second")
            _report(report, listen(ours, count, rows), count, held=rows == 1 and count <= 1_000)
    with _serving(2) as ours:
        _idle(report, ours)
    with _serving(2) as ours:
        _starting(report, ours, server)


def _report(report: Report, heard: Heard, count: int, *, held: bool) -> None:
    p99 = percentile(heard.late_ms, 0.99)
    if held:
        report.claim("p99 from before the write to receipt", p99, 100, " ms")
    else:
        report.note(f"p99 from before the write to receipt: {p99:.0f} ms")
    report.note(f"p50 {percentile(heard.late_ms, 0.5):.0f} ms, {len(heard.late_ms):,} receipts")
    numbers = {heard.per_stream[stream] for stream in range(count)}
    missing = sum(heard.events - heard.per_stream[stream] for stream in range(count))
    report.claim("messages lost", missing, 0)
    report.claim("messages doubled", heard.doubled, 0)
    report.note(f"each stream heard {numbers}")


def _idle(report: Report, server: Server) -> None:
    print("10,000 idle streams on 2 workers")
    before = resident(server)
    client = Client(server, 10_000, 6, page_of(server))
    time.sleep(3)
    after = resident(server)
    client.heard()
    report.claim("memory besides", (after - before) / 1e6, 300, " MB")
    report.note(f"{(after - before) / 10_000 / 1000:.1f} kB a stream")


def _starting(report: Report, server: Server, bare: Server) -> None:
    print("starting tasks at 64 connections while 1,000 streams are open")
    if not shutil.which("wrk"):
        report.note("left out: wrk is not installed (apt-get install wrk)")
        return
    theirs, theirs_rate = wrk(bare, "/bare")
    client = Client(server, 1_000, 12, page_of(server))
    time.sleep(2)
    ours, rate = wrk(server, "/", "bench/start.lua")
    report.note(
        f"p99 {ours:.0f} ms at {rate:.0f}/s; a bare route without streams {theirs:.0f} ms"
        f" at {theirs_rate:.0f}/s: {ours / theirs:.1f} times"
    )
    threading.Thread(target=client.heard).start()


class _serving:  # noqa: N801 - a with block
    def __init__(self, workers: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._server = Server(
            Path(self._folder.name),
            WEB_CONCURRENCY=workers,
            STOCKAPP_SAMPLE="simulated",
            STOCKAPP_MAX_STREAMS=10_000,
            STOCKAPP_MAX_REQUESTS=0,
            STOCKAPP_SIMULATED_LATENCY_MS=20,
            STOCKAPP_TASK_QUEUE_LIMIT=1_000_000,
            STOCKAPP_LOG_LEVEL="WARNING",
        )

    def __enter__(self) -> Server:
        self._server.start()
        self._server.get("/")
        eventually(lambda: not any(w["running_tasks"] for w in self._server.workers()))
        time.sleep(6)
        return self._server

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._folder.cleanup()
