"""Several nodes on a Redis and a PostgreSQL of their own, and what these have had to do."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
from redis import Redis

from tests.e2e.server import ROOT, Server, eventually
from tests.postgres_server import running_postgres
from tests.redis_server import running_redis

_COMMAND = "from stockapp.command.main import main; main()"
# As in compose.yaml; the tests' own server keeps nothing on disk.
_REDIS = {"maxmemory": "1gb", "maxmemory-policy": "volatile-lru", "appendonly": "yes"}


def can_run(report: Any) -> bool:
    """Whether the two servers are installed; else the report says so."""
    there = shutil.which("redis-server") and Path("/usr/lib/postgresql").exists()
    if not there:
        report.note("left out: apt-get install redis-server postgresql")
    return bool(there)


@dataclass(frozen=True)
class Usage:
    """What Redis and PostgreSQL have done since they started."""

    at: float
    commands: Counter[str]
    redis_cpu: float
    sent: int
    transactions: int
    connections: int


@dataclass(frozen=True)
class Spent:
    """The difference of two usages, for each second between them."""

    seconds: float
    commands: dict[str, float]
    redis_cpu: float
    sent: float
    transactions: float

    @property
    def all_commands(self) -> float:
        """Of any name, those within scripts too."""
        return sum(self.commands.values())


class Helper:
    """`stockapp worker` or `stockapp beat`, as people start it."""

    def __init__(self, words: Iterable[str], folder: Path, settings: dict[str, str]) -> None:
        self._log = folder / "log"
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "STOCKAPP_DATA_DIR": str(folder / "data"),
            "STOCKAPP_SAMPLE": "none",
            **settings,
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _COMMAND, *words],
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End it as a service manager does."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()
        self._process.wait(20)


class Cluster:
    """`settings` are those of every node."""

    def __init__(self, **settings: Any) -> None:
        self._stack = contextlib.ExitStack()
        self._settings: dict[str, Any] = {name: str(value) for name, value in settings.items()}
        self._count = 0

    def __enter__(self) -> "Cluster":
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench"))
        self._folder = Path(folder)
        self.redis_server = redis = self._stack.enter_context(running_redis(self._folder))
        self.postgres_server = postgres = self._stack.enter_context(running_postgres())
        self.url = redis.url
        self.redis: Any = Redis.from_url(redis.url, decode_responses=True)
        for name, value in _REDIS.items():
            self.redis.config_set(name, value)
        self.redis_pid = int(self.redis.info()["process_id"])
        self._database = postgres.make("bench")
        self._settings |= {
            "STOCKAPP_REDIS_URL": redis.url,
            "STOCKAPP_DATABASE_URL": self._database,
        }
        self._postgres = self._stack.enter_context(
            psycopg.connect(self._database, autocommit=True, application_name="bench")
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def web(self, workers: int = 1, **settings: Any) -> Server:
        """A web node that is up."""
        folder = self._new_folder()
        given: dict[str, Any] = {**self._settings, **settings}
        server = Server(folder, WEB_CONCURRENCY=workers, **given)
        before = self._there()
        server.launch()
        self._stack.callback(server.stop)
        self._await(before, workers, server.log)
        return server

    def worker(self, *words: str, **settings: Any) -> Helper:
        """A worker that is up; `words` are its options."""
        own = {name: str(value) for name, value in settings.items()}
        helper = Helper(("worker", *words), self._new_folder(), {**self._settings, **own})
        before = self._there()
        self._stack.callback(helper.stop)
        if "--cpu" not in words:
            self._await(before, 1, helper.log)
        return helper

    def usage(self) -> Usage:
        """What the servers have done until now."""
        info, stats = self.redis.info(), self.redis.info("commandstats")
        query = (
            "SELECT xact_commit, (SELECT count(*) FROM pg_stat_activity WHERE application_name"
            " = 'stockapp') FROM pg_stat_database WHERE datname = current_database()"
        )
        # Sessions tell of their transactions within a second.
        transactions, connections = self._postgres.execute(query).fetchone() or (0, 0)
        return Usage(
            time.monotonic(),
            Counter({name.removeprefix("cmdstat_"): each["calls"] for name, each in stats.items()}),
            cpu_seconds([self.redis_pid]),
            int(info["total_net_output_bytes"]),
            transactions,
            connections,
        )

    def spent_since(self, before: Usage) -> Spent:
        """What a second cost since then."""
        after = self.usage()
        seconds = after.at - before.at
        counts = after.commands - before.commands
        return Spent(
            seconds,
            {name: count / seconds for name, count in counts.items() if name != "info"},
            (after.redis_cpu - before.redis_cpu) / seconds,
            (after.sent - before.sent) / seconds,
            (after.transactions - before.transactions) / seconds,
        )

    def _there(self) -> set[str]:
        """The processes that tell of themselves."""
        return set(self.redis.scan_iter("stockapp:shared:worker:*"))

    def _await(self, before: set[str], more: int, log: Any) -> None:
        if not eventually(lambda: len(self._there() - before) >= more, 60):
            raise RuntimeError(f"a node did not start:\n{log()}")

    def _new_folder(self) -> Path:
        self._count += 1
        return self._folder / f"node{self._count}"


def cpu_seconds(pids: Iterable[int]) -> float:
    """What these processes have used, by all threads that there are still."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def pin(pids: Iterable[int], core: int) -> None:
    """Keep these processes, with all their threads, on one core."""
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), {core})


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Start what is started meanwhile on that core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
