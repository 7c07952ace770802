"""Web nodes, workers, Redis and PostgreSQL: an installation of its own on one machine."""

import contextlib
import random
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.embedded.clock import SystemClock
from tests.e2e.server import Server, eventually
from tests.namespace import HERE, Place
from tests.nodes import Worker
from tests.postgres_server import PostgresServer, running_postgres
from tests.redis_server import RedisServer, running_redis

PREFIX = "stockapp:"


class Node(Server):
    """One web node. Its workers are elsewhere."""

    def start(self) -> "Node":
        """Launch it, and wait until it answers."""
        self.launch()
        if not eventually(self.answers, 60):
            raise RuntimeError(f"the node did not start:\n{self.log()}")
        return self

    def answers(self) -> bool:
        try:
            return self.get("/healthz").status_code == 200
        except requests.RequestException:
            return False


class Cluster:
    """Nodes have a process each."""

    def __init__(
        self,
        folder: Path,
        redis: RedisServer,
        postgres: PostgresServer,
        settings: Mapping[str, Any],
    ) -> None:
        self.redis = redis
        self.postgres = postgres
        self.nodes: list[Node] = []
        self.workers: list[Worker] = []
        self.database_url = postgres.make("cluster")
        self._folder = folder
        self._settings: dict[str, Any] = {
            "WEB_CONCURRENCY": "1",
            "STOCKAPP_REDIS_URL": redis.url,
            "STOCKAPP_CACHE_REDIS_URL": redis.url,
            "STOCKAPP_REDIS_PREFIX": PREFIX,
            "STOCKAPP_DATABASE_URL": self.database_url,
            "STOCKAPP_SAMPLE": "simulated",
            "STOCKAPP_SIMULATED_LATENCY_MS": "100",
            "STOCKAPP_LIVE_MODE": "false",
            "STOCKAPP_END_OF_DAY": "false",
            "STOCKAPP_LIMIT_STARTS": "",
            "STOCKAPP_LIMIT_SEARCHES": "",
            **{name: str(value) for name, value in settings.items()},
        }
        self._link = RedisLink(redis.url, PREFIX)
        self.tasks = RedisTaskStore(self._link, SystemClock())
        self.events = RedisEventLog(self._link)

    @property
    def node(self) -> Node:
        """Any of the nodes."""
        return random.choice(self.nodes)

    def add_node(self) -> Node:
        node = Node(self._folder / f"node{len(self.nodes)}", **self._settings)
        self.nodes.append(node)
        return node.start()

    def add_worker(self, role: str, at: Place = HERE) -> Worker:
        name = f"{role}{len(self.workers)}"
        settings = {**self._settings, "STOCKAPP_DATA_DIR": str(self._folder / name)}
        worker = Worker(role, self._folder / f"{name}.log", settings, at=at)
        self.workers.append(worker)
        return worker.start()

    def of_role(self, role: str) -> list[Worker]:
        return [worker for worker in self.workers if worker.role == role]

    def wait_for_workers(self) -> None:
        """Until all do tasks."""
        for worker in self.of_role("tasks"):
            self.wait_for(worker)

    def wait_for(self, worker: Worker) -> None:
        """Until it does tasks, so far as it tells."""
        if not eventually(lambda: worker.pid in {w["pid"] for w in self.node.workers()}, 60):
            raise RuntimeError(f"the worker did not start:\n{worker.log()}")

    def stop(self) -> None:
        """End all nodes and workers as a service manager does."""
        for node in self.nodes:
            node.stop()
        for worker in self.workers:
            worker.stop()

    def goes_to(self, database_url: str) -> None:
        """Start what has been stopped, now with that database."""
        self.database_url = database_url
        for worker in self.workers:
            worker.set("STOCKAPP_DATABASE_URL", database_url)
            worker.start()
        for node in self.nodes:
            node.settings["STOCKAPP_DATABASE_URL"] = database_url
            node.start()
        self.wait_for_workers()

    def messages(self) -> int:
        """How many wake-ups nobody has taken from the queue."""
        return int(self._link.ask(lambda redis: redis.llen(f"{PREFIX}celery:tasks")))

    def end(self) -> None:
        """At once: how they end by themselves is for other tests."""
        mortal: list[Node | Worker] = [*self.nodes, *self.workers]
        for one in mortal:
            if one.runs:
                one.kill()


@contextlib.contextmanager
def cluster(
    folder: Path,
    settings: Mapping[str, Any],
    *,
    nodes: int = 2,
    tasks: int = 2,
    cpu: int = 0,
    beat: int = 0,
    redis_at: Place = HERE,
    postgres_at: Place = HERE,
) -> Iterator[Cluster]:
    """An installation for the time of a with block; so many of each."""
    with (
        tempfile.TemporaryDirectory(prefix="redis") as redis_folder,
        running_redis(Path(redis_folder), durable=True, at=redis_at) as redis,
        running_postgres(at=postgres_at) as postgres,
    ):
        made = Cluster(folder, redis, postgres, settings)
        try:
            for role, count in {"tasks": tasks, "cpu": cpu, "beat": beat}.items():
                for _ in range(count):
                    made.add_worker(role)
            for _ in range(nodes):
                made.add_node()
            made.wait_for_workers()
            yield made
        finally:
            made.end()
