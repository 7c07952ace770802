"""From an event's writing in one worker to its line on 100 streams of all workers."""

import selectors
import socket
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from bench.figures import Report, percentile
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

STREAMS = 100
SYMBOLS = 60


class Reader:
    """One stream as raw bytes; notes when each event of the task came."""

    def __init__(self, server: Server, task_id: str) -> None:
        self.heard: list[tuple[int, float]] = []
        self._event = b""
        self._rest = b""
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        request = f"GET /api/tasks/{task_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        self.socket.sendall(request.encode())
        self.socket.setblocking(False)

    def read(self) -> bool:
        """Take in what is there; False once the stream has ended."""
        data = self.socket.recv(1 << 16)
        now = time.time()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"event: "):
                self._event = line[7:].strip()
            elif line.startswith(b"id: ") and self._event in (b"item", b"progress"):
                self.heard.append((int(line[4:]), now))
        return bool(data) and self._event != b"completed"


def read_all(readers: list[Reader]) -> None:
    """Read all streams to their ends, in one thread that does nothing else."""
    selector = selectors.DefaultSelector()
    for reader in readers:
        selector.register(reader.socket, selectors.EVENT_READ, reader)
    while selector.get_map():
        for key, _ in selector.select(timeout=60):
            if not key.data.read():
                selector.unregister(key.fileobj)
                key.data.socket.close()


def heard_by_all(server: Server, upstream: UpstreamServer) -> list[Reader]:
    """What the streams of a task hear that has single events over some seconds."""
    # A slow chart for each symbol makes these.
    upstream.configure(latency_ms=1_500, faults={"chart": {"latency_ms": 150}})
    # Before that, time to open the streams; not so long that the answer would be called late.
    upstream.fault("quote", "status", status=500, latency_ms=900)
    upstream.fault("spark", "status", status=500, latency_ms=900)
    symbols = ",".join(f"E{number}" for number in range(SYMBOLS))
    task_id = server.refresh(symbols)["id"]
    readers = [Reader(server, task_id) for _ in range(STREAMS)]
    read_all(readers)
    upstream.reset()
    return readers


def lateness(readers: list[Reader], written: Mapping[int, float]) -> list[float]:
    """Milliseconds from before each event was written to each receipt."""
    return [1000 * (at - written[number]) for reader in readers for number, at in reader.heard]


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print(f"an event on {STREAMS} streams")
    readers = heard_by_all(server, upstream)
    database = sqlite3.connect(server.data_dir / "data" / "stockapp.sqlite3")
    late = lateness(readers, dict(database.execute("SELECT id, created_at FROM events")))
    counts = {len(reader.heard) for reader in readers}
    report.claim("p99 from before the write to receipt", percentile(late, 0.99), 25, " ms")
    report.note(f"{len(late)} receipts, p50 {percentile(late, 0.5):.1f} ms; per stream {counts}")
