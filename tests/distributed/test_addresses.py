"""Addresses of other kinds: PostgreSQL by TLS, which is checked, and Redis by a socket."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer, running_postgres
from tests.redis_server import running_redis

from .cluster import Cluster
from .commands import answer
from .guarded_redis import make_certificates

# Several processes start.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def guarded() -> Iterator[PostgresServer]:
    """It takes no connection without TLS."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        files = Path(folder)
        make_certificates(files)
        server.stop()
        server.guard(files / "redis.crt", files / "redis.key", files / "ca.crt")
        server.start()
        yield server


@pytest.fixture(scope="module")
def made(guarded: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with ExitStack() as stack:
        # The path of a socket may have some hundred characters and no more.
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        redis = stack.enter_context(running_redis(Path(folder), by_socket=True))
        made = Cluster(tmp_path_factory.mktemp("addresses"), redis, guarded, {})
        stack.callback(made.end)
        for role in ("tasks", "cpu"):
            made.add_worker(role)
        made.add_node()
        made.wait_for_workers()
        yield made


def test_all_work_is_done(made: Cluster) -> None:
    node = made.node
    assert node.get("/readyz").status_code == 200
    assert node.refresh("LARK.SIM,QUIL.SIM", wait=30)["status"] == "completed"
    told = node.post("/api/analyze/LARK.SIM/async", headers={"Prefer": "wait=60"}).json()
    assert told["status"] == "completed", told["error"]
    assert node.patch("/api/watchlist/LARK.SIM", json={"note": "by TLS"}).status_code == 200
    assert "by TLS" in node.get("/").text
    # Nor does a worker find out by itself, once a second, that there is something to do.
    assert all("Cannot connect" not in worker.log() for worker in made.workers)
    assert made.messages() == 0


def test_doctor_finds_both(made: Cluster, tmp_path: Path) -> None:
    told = answer(tmp_path, made.node.settings, "doctor", "--offline")[1]
    found = {finding["what"]: finding["found"] for finding in told["findings"]}
    assert found["Redis"].startswith("version ")
    assert found["PostgreSQL"].startswith("version ")


def test_a_server_with_another_certificate_is_refused_with_the_reason(
    made: Cluster, guarded: PostgresServer, tmp_path: Path
) -> None:
    make_certificates(tmp_path)
    address = guarded.make(uuid.uuid4().hex).partition("sslrootcert=")[0]
    other = {"STOCKAPP_DATABASE_URL": f"{address}sslrootcert={tmp_path / 'ca.crt'}"}
    code, problem = answer(tmp_path, made.node.settings | other, "doctor", "--offline")
    assert (code, problem["code"]) == (5, "cannot_start")
    assert "PostgreSQL cannot be reached" in problem["detail"]
    assert "certificate verify failed" in problem["detail"]
