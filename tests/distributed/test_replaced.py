"""Processes that die while Redis and PostgreSQL are away are replaced, and take nobody along."""

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.server import eventually
from tests.free_port import free_port
from tests.postgres_server import PostgresServer, running_postgres
from tests.redis_server import RedisServer, running_redis

from .commands import Running

# Several processes start in each.
pytestmark = pytest.mark.timeout(300)

Servers = tuple[RedisServer, PostgresServer, dict[str, str]]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Of this test alone, as it stops them."""
    with running_redis(tmp_path) as redis, running_postgres() as postgres:
        settings = {
            "STOCKAPP_REDIS_URL": redis.url,
            "STOCKAPP_DATABASE_URL": postgres.make(uuid.uuid4().hex),
            "WEB_CONCURRENCY": "1",
            "PORT": str(free_port()),
        }
        yield redis, postgres, settings


def children(pid: int) -> set[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return set()
    return {int(child) for child in told.split()}


def test_a_web_worker_is_replaced_and_serves_what_it_can(servers: Servers, tmp_path: Path) -> None:
    redis, postgres, settings = servers
    node = Running(tmp_path, settings, "serve")
    url = f"http://127.0.0.1:{settings['PORT']}"

    def answers(path: str) -> int:
        try:
            return requests.get(url + path, timeout=20).status_code
        except requests.RequestException:
            return 0

    try:
        assert eventually(lambda: answers("/readyz") == 200, 60), node.log()
        (before,) = children(node.process.pid)
        redis.stop()
        postgres.stop()
        os.kill(before, signal.SIGKILL)
        assert eventually(lambda: bool(children(node.process.pid) - {before}), 60), node.log()
        assert eventually(lambda: answers("/healthz") == 200, 60), node.log()
        assert answers("/readyz") == 503
        assert "cannot be reached" in requests.get(url, timeout=20).text
        redis.start()
        postgres.start()
        assert eventually(lambda: answers("/readyz") == 200, 60), node.log()
    finally:
        node.stop()


def test_a_process_that_computes_is_replaced(servers: Servers, tmp_path: Path) -> None:
    redis, _, settings = servers
    worker = Running(tmp_path, settings, "worker", "--cpu", "--slots", "1")
    pid = worker.process.pid
    try:
        assert eventually(lambda: "ready." in worker.log(), 60), worker.log()
        (before,) = children(pid)
        redis.stop()
        os.kill(before, signal.SIGKILL)
        redis.start()
        assert eventually(lambda: bool(children(pid) - {before}), 60), worker.log()
        assert worker.process.poll() is None
    finally:
        worker.stop()
