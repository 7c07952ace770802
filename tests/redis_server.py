"""A real Redis server for the time of some tests."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.free_port import free_port
from tests.namespace import HERE, Place

MAXMEMORY = 50_000_000
# No files by itself; and what DUMP gives can be searched for words.
_PLAIN = ("--save", "", "--rdbcompression", "no", "--protected-mode", "no")


class RedisServer:
    """It can be stopped and started again, and keeps nothing then unless it is `durable`.

    Where it is reached by a socket there is no port.
    """

    def __init__(
        self, folder: Path, *, durable: bool = False, by_socket: bool = False, at: Place = HERE
    ) -> None:
        self._folder = folder
        self._at = at
        self._kept = "--appendonly yes --appendfsync everysec" if durable else "--appendonly no"
        self.port = free_port()
        self._reached = f"--port {self.port} --bind {self._at.address}"
        self.url = f"redis://{self._at.address}:{self.port}/0"
        if by_socket:
            self._reached = f"--port 0 --unixsocket {folder}/redis.sock"
            self.url = f"unix://{folder}/redis.sock?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = f"{self._reached} {self._kept} --maxmemory {MAXMEMORY}"
        program = [*self._at.within, "redis-server", *options.split(), *_PLAIN]
        self._process = subprocess.Popen(
            [*program, "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(500):
            with contextlib.suppress(RedisError):
                Redis.from_url(self.url).ping()
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def shut_down(self) -> None:
        """End it as a service manager does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It takes connections, and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """It has no memory left, and lets nothing go."""
        with Redis.from_url(self.url) as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", MAXMEMORY)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def running_redis(
    folder: Path, *, durable: bool = False, by_socket: bool = False, at: Place = HERE
) -> Iterator[RedisServer]:
    """A server; the test is skipped where it is not installed."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server found: apt-get install redis-server")
    server = RedisServer(folder, durable=durable, by_socket=by_socket, at=at)
    server.start()
    try:
        yield server
    finally:
        server.stop()
