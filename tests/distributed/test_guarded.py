"""Web nodes, workers and commands on a Redis that lets in little, and only by TLS."""

import contextlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import nodes
from tests.e2e.server import ROOT, Server, eventually, running
from tests.e2e.test_streams import connect

from .commands import Running, run
from .guarded_redis import EXAMPLE, PASSWORD, QUOTED, GuardedRedis, running_guarded_redis

# Several processes start in each.
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Cluster:
    redis: GuardedRedis
    server: Server
    workers: list[Running]
    folder: Path

    def told(self) -> str:
        """All that any process of it wrote."""
        return self.server.log() + "".join(worker.log() for worker in self.workers)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("guarded")
    _, postgres = nodes.servers()
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(running_guarded_redis(folder))
        settings = {
            "STOCKAPP_REDIS_URL": redis.url,
            "STOCKAPP_REDIS_PREFIX": "stockapp:",
            "STOCKAPP_DATABASE_URL": postgres.make(uuid.uuid4().hex),
            "STOCKAPP_LIVE_MODE": "true",
            "STOCKAPP_SAMPLE": "simulated",
            "STOCKAPP_SIMULATED_LATENCY_MS": "5",
            "STOCKAPP_LOG_LEVEL": "DEBUG",
        }
        server = Server(folder / "web", cold=True, WEB_CONCURRENCY=1, **settings)
        workers = []
        for words in (("worker",), ("worker", "--cpu", "--slots", "1"), ("beat",)):
            # Without one data folder between them, as on machines of their own.
            own = folder / "-".join(words)
            own.mkdir()
            workers.append(Running(own, settings, *words))
            stack.callback(workers[-1].stop)
        stack.enter_context(running(server))
        assert eventually(lambda: len(server.workers()) >= 2, 60), workers[0].log()
        yield Cluster(redis, server, workers, folder)


def test_work_is_done_and_computed_and_begun_by_schedule(cluster: Cluster) -> None:
    server = cluster.server
    assert server.refresh("LARK.SIM,QUIL.SIM", wait=30)["status"] == "completed"
    answer = server.post("/api/analyze/LARK.SIM/async", headers={"Prefer": "wait=30"})
    assert answer.json()["status"] == "completed", answer.text
    window = connect(server, "/stream?watchlist=default&live=1")

    def live_refreshes() -> int:
        tasks = server.get("/api/tasks?kind=live_prices").json()["tasks"]
        return sum(bool(task["params"].get("live")) for task in tasks)

    assert eventually(lambda: live_refreshes() > 0, 60), cluster.told()
    window.close()


def test_the_cache_is_there_too_without_a_setting_of_its_own(cluster: Cluster) -> None:
    cluster.server.refresh("LARK.SIM", wait=30)
    names = cluster.redis.admin().keys("stockapp:cache:quote:*")
    assert "stockapp:cache:quote:LARK.SIM" in names
    assert cluster.server.get("/api/cache/stats").json()["prefixes"]["quote"]["entries"] > 0
    assert cluster.server.delete("/api/cache/quote").json()["deleted"] > 0
    assert not (cluster.folder / "web/data/cache").exists()


def test_commands_work_there(cluster: Cluster) -> None:
    settings = cluster.server.settings
    told = run(cluster.folder, settings, "quote", "LARK.SIM")
    assert told.returncode == 0, told.stderr


def test_nothing_was_tried_that_the_user_may_not_do(cluster: Cluster) -> None:
    cluster.server.refresh("LARK.SIM", wait=30)
    cluster.server.post("/api/analyze/QUIL.SIM/async", headers={"Prefer": "wait=30"})
    assert cluster.redis.admin().acl_log() == []


def test_all_that_scripts_call_may_be_called() -> None:
    called = {
        name.lower()
        for script in (ROOT / "stockapp/backends/distributed/lua").glob("*.lua")
        for name in re.findall(r"redis\.p?call\('(\w+)'", script.read_text())
    }
    assert "xadd" in called
    assert called - set(re.findall(r"\+(\S+)", EXAMPLE.read_text())) == set()


def test_all_names_begin_with_the_prefix(cluster: Cluster) -> None:
    cluster.server.refresh("LARK.SIM,QUIL.SIM", wait=30)
    cluster.server.post("/api/analyze/LARK.SIM/async?force=true", headers={"Prefer": "wait=30"})
    admin = cluster.redis.admin()
    names = [str(name) for name in admin.keys("*")]
    assert any(name.startswith("stockapp:celery:") for name in names)
    assert [name for name in names if not name.startswith("stockapp:")] == []
    channels = [str(name) for name in admin.pubsub_channels()]
    assert [name for name in channels if not name.startswith("stockapp:")] == []


def test_its_password_is_told_nowhere(cluster: Cluster) -> None:
    cluster.server.refresh("LARK.SIM", wait=30)
    shown = run(cluster.folder, cluster.server.settings, "settings", "--json")
    doctor = run(cluster.folder, cluster.server.settings, "doctor", "--offline")
    pages = "".join(cluster.server.get(path).text for path in ("/system", "/api/health/detailed"))
    told = shown.stdout + shown.stderr + doctor.stdout + doctor.stderr + pages + cluster.told()
    assert '"STOCKAPP_REDIS_URL"' in shown.stdout
    assert [secret for secret in (PASSWORD, QUOTED) if secret in told] == []


def test_workers_begin_without_a_banner(cluster: Cluster) -> None:
    assert all("[config]" not in worker.log() for worker in cluster.workers)
    assert all("is starting." not in worker.log() for worker in cluster.workers)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((QUOTED, "wrong-word"), "Redis refuses the password"),
        (("rediss://", "redis://"), "asks for what is not known"),
        (("stockapp:", "nobody:"), "Redis refuses the password"),
        (("ca.crt", "other.crt"), "Redis cannot be reached by TLS"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    cluster: Cluster, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    other = cluster.folder / "other.crt"
    other.write_text((cluster.folder / "redis.crt").read_text())
    url = cluster.redis.url.replace(*change)
    told = run(tmp_path, {**cluster.server.settings, "STOCKAPP_REDIS_URL": url}, "worker")
    assert told.returncode == 1
    assert words in told.stderr
    assert told.stderr.count("\n") == 1
    assert "wrong-word" not in told.stderr
