"""A web node whose workers come, end and are missed; and what commands and pages say of it."""

import base64
import json
import pickle
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests import nodes
from tests.e2e.server import Server, eventually, running

from .commands import Running, answer, run

# Several processes start in each.
pytestmark = pytest.mark.timeout(300)

NO_TASKS = "no worker runs that does tasks"
NO_COMPUTING = "no worker runs that computes"


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    redis, postgres = nodes.servers()
    return {
        "STOCKAPP_REDIS_URL": redis.url,
        "STOCKAPP_REDIS_PREFIX": f"{uuid.uuid4().hex}:",
        "STOCKAPP_DATABASE_URL": postgres.make(uuid.uuid4().hex),
        "STOCKAPP_LIVE_MODE": "true",
        "STOCKAPP_SIMULATED_LATENCY_MS": "5",
        "STOCKAPP_LOG_FORMAT": "json",
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]) -> Iterator[Server]:
    """A web node alone."""
    alone = _Alone(tmp_path_factory.mktemp("web"), cold=False, WEB_CONCURRENCY=1, **settings)
    with running(alone) as server:
        yield server


class _Alone(Server):
    def _help(self, count: int) -> int:
        """Nobody helps it, whichever set the tests run on."""
        return 0


def lacking(server: Server) -> str:
    return " ".join(server.get("/api/health/detailed").json()["lacking"])


def test_without_workers_pages_say_what_is_missing_and_are_served(
    server: Server, settings: dict[str, Any], tmp_path: Path
) -> None:
    assert eventually(lambda: NO_TASKS in lacking(server) and NO_COMPUTING in lacking(server))
    health = server.get("/api/health/detailed").json()
    assert health["status"] == "degraded"
    ready = server.get("/readyz")
    assert ready.status_code == 200
    assert NO_TASKS in ready.text
    for path in ("/", "/system"):
        assert NO_TASKS[1:] in server.get(path).text
    assert "stockapp beat" in lacking(server)
    code, status = answer(tmp_path, settings, "status")
    assert code == 1
    assert NO_TASKS in " ".join(status["lacking"])


def test_what_was_asked_for_meanwhile_is_done_once_they_come_and_the_notices_go(
    server: Server, settings: dict[str, Any], tmp_path: Path
) -> None:
    task = server.refresh("LARK.SIM")
    workers = [Running(tmp_path, settings, *words) for words in (("worker",), ("beat",))]
    try:
        path = f"/api/tasks/{task['task_id']}"
        assert eventually(lambda: server.get(path).json()["status"] == "completed", 60)
        assert eventually(lambda: NO_TASKS not in lacking(server))
        assert eventually(lambda: "beat" not in lacking(server))
        workers.append(Running(tmp_path, settings, "worker", "--cpu", "--slots", "1"))
        assert eventually(lambda: lacking(server) == "", 60), workers[-1].log()
        code, told = answer(tmp_path, settings, "doctor", "--offline")
        found = {finding["what"]: finding["found"] for finding in told["findings"]}
        assert code == 0, told
        assert found["Redis"].startswith("version ")
        assert found["PostgreSQL"].startswith("version ")
        assert found["Workers that do tasks"] == found["Workers that compute"] == "1 at work"
    finally:
        ends = [worker.stop() for worker in workers]
    assert ends == [0, 0, 0], "".join(worker.log() for worker in workers)
    assert eventually(lambda: NO_TASKS in lacking(server))


def test_a_worker_that_is_told_to_end_hands_its_tasks_over_and_logs_as_the_settings_say(
    server: Server, settings: dict[str, Any], tmp_path: Path
) -> None:
    slow = {**settings, "STOCKAPP_SIMULATED_LATENCY_MS": "20000"}
    first = Running(tmp_path, slow, "worker")
    task = server.refresh("QUIL.SIM")
    path = f"/api/tasks/{task['task_id']}"
    assert eventually(lambda: server.get(path).json()["status"] == "running", 60), first.log()
    assert first.stop() == 0
    told = server.get(path).json()
    assert (told["status"], told["retries"]) == ("pending", 0)
    lines = [line for line in first.log().splitlines() if line.startswith("{")]
    handed = [json.loads(line) for line in lines if "handed over" in line]
    assert handed[0]["count"] == 1
    assert "Traceback" not in first.log()
    (tmp_path / "second").mkdir()
    second = Running(tmp_path / "second", settings, "worker")
    assert eventually(lambda: server.get(path).json()["status"] == "completed", 60)
    second.stop()


def test_commands_do_the_same_as_on_one_machine(
    server: Server, settings: dict[str, Any], tmp_path: Path
) -> None:
    # A command does its own tasks where nobody else does.
    assert answer(tmp_path, settings, "watchlist", "add", "LARK.SIM")[0] == 0
    code, told = answer(tmp_path, settings, "refresh", "LARK.SIM")
    assert (code, told["summary"]["ok"]) == (0, 1)
    symbols = [item["symbol"] for item in server.get("/api/watchlist").json()["items"]]
    assert symbols == ["LARK.SIM"]
    assert answer(tmp_path, settings, "tasks", "list")[1]["tasks"][0]["status"] == "completed"
    assert answer(tmp_path, settings, "cache", "stats")[0] == 0
    assert answer(tmp_path, settings, "providers", "list")[0] == 0
    code, token = answer(tmp_path, settings, "tokens", "create", "tests")
    assert code == 0
    with_token = {"Authorization": f"Bearer {token['token']}"}
    assert server.get("/api/watchlist", headers=with_token).status_code == 200


@pytest.mark.parametrize("words", [("backup",), ("restore", "backup.zip", "--yes")])
def test_backups_are_the_database_servers_matter(
    words: tuple[str, ...], settings: dict[str, Any], tmp_path: Path
) -> None:
    code, problem = answer(tmp_path, settings, *words)
    assert code != 0
    assert "pg_dump" in problem["detail"]


def test_settings_mask_addresses(settings: dict[str, Any], tmp_path: Path) -> None:
    hush = {
        "STOCKAPP_REDIS_URL": "redis://:hush-word@h/0",
        "STOCKAPP_DATABASE_URL": "postgresql://u:hush-word@h/x",
    }
    told = run(tmp_path, {**settings, **hush}, "settings")
    assert told.returncode == 0
    assert "STOCKAPP_REDIS_URL = ********" in told.stdout
    assert "STOCKAPP_DATABASE_URL = ********" in told.stdout
    assert "hush" not in told.stdout + told.stderr


def test_a_pickle_in_a_queue_is_refused_and_runs_nothing(
    settings: dict[str, Any], server: Server, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    worker = Running(tmp_path, settings, "worker")
    try:
        redis = Redis.from_url(settings["STOCKAPP_REDIS_URL"])
        queue = f"{settings['STOCKAPP_REDIS_PREFIX']}celery:tasks"
        redis.lpush(queue, pickled_message(trap))
        assert eventually(lambda: redis.llen(queue) == 0, 60)
        task = server.refresh("LARK.SIM", wait=30)
        assert task["status"] == "completed", worker.log()
        assert not trap.exists()
        assert "pickle" in worker.log()
    finally:
        assert worker.stop() == 0


def test_what_goes_to_workers_is_json_that_names_a_duty_and_a_task(
    settings: dict[str, Any], server: Server
) -> None:
    answer = server.post("/api/watchlist/live-prices-async?symbols=WIRE.SIM&force=true")
    redis = Redis.from_url(settings["STOCKAPP_REDIS_URL"])
    prefix = settings["STOCKAPP_REDIS_PREFIX"]
    queue = f"{prefix}celery:tasks"

    def messages() -> list[dict[str, Any]]:
        return [json.loads(raw) for raw in redis.lrange(queue, 0, -1)]

    def sent() -> list[Any]:
        return [json.loads(base64.b64decode(message["body"]))[0] for message in messages()]

    # And by which request it was begun, for the log. Of earlier tests there may be some already.
    expected = [answer.json()["task_id"], answer.headers["X-Request-ID"]]
    assert eventually(lambda: expected in sent())
    assert {message["content-type"] for message in messages()} == {"application/json"}
    assert {message["headers"]["task"] for message in messages()} == {"stockapp.run"}
    texts = [redis.get(name) for name in redis.keys(f"{prefix}*") if redis.type(name) == b"string"]
    assert texts
    # As every pickle begins since Python 3.4.
    assert [text for text in texts if isinstance(text, bytes) and text.startswith(b"\x80")] == []


class _Trap:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def pickled_message(trap: Path) -> str:
    """A message to run a task of ours, with arguments that touch the file when they are read."""
    body = base64.b64encode(pickle.dumps(([_Trap(trap)], {}, {}))).decode()
    return json.dumps(
        {
            "body": body,
            "content-encoding": "binary",
            "content-type": "application/x-python-serialize",
            "headers": {"lang": "py", "task": "stockapp.run", "id": "1", "root_id": "1"},
            "properties": {
                "correlation_id": "1",
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "tasks"},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": "1",
            },
        }
    )
