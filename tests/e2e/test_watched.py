"""What holds for all workers of a server: metrics, limits, and whose work a line tells of."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.free_port import free_port

from .server import DISTRIBUTED, Server, eventually, running

REQUESTS, TASKS = "stockapp_http_requests_total", "stockapp_tasks_ended_total"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers that log in JSON; a start costs 250 symbols, and there may be six an hour."""
    folder: Path = tmp_path_factory.mktemp("watched")
    settings: dict[str, Any] = {
        "STOCKAPP_LOG_FORMAT": "json",
        "STOCKAPP_ACCESS_LOG": "true",
        "STOCKAPP_LIMIT_STARTS": "6/hour",
        "STOCKAPP_SIMULATED_LATENCY_MS": 300,
    }
    if DISTRIBUTED:
        settings["STOCKAPP_WORKER_METRICS"] = f"127.0.0.1:{free_port()}"
    # Where counts are kept is read when their library is imported, so not a server that is forked.
    server = Server(folder, cold=True, **settings)
    server.task_workers = 1
    with running(server):
        yield server


def fresh_get(server: Server, path: str) -> requests.Response:
    """On a connection of its own, so that any worker may answer."""
    return server.get(path, headers={"Connection": "close"})


def metric(server: Server, name: str, text: str | None = None, **labels: str) -> float:
    """Of all that has these labels; in what the server tells unless in that text."""
    families = text_string_to_metric_families(text or fresh_get(server, "/metrics").text)
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def ended_tasks(server: Server) -> float:
    """How many refreshes those have counted who do tasks."""
    elsewhere = server.settings.get("STOCKAPP_WORKER_METRICS")
    text = requests.get(f"http://{elsewhere}/metrics", timeout=20).text if elsewhere else None
    return metric(server, TASKS, text, kind="live_prices")


def lines(server: Server) -> list[dict[str, Any]]:
    """What was logged in JSON."""
    return [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]


def workers_that_answered(server: Server, endpoint: str) -> int:
    """In how many workers' files the endpoint was counted."""
    folder = server.data_dir / "data" / "metrics"
    return sum(endpoint.encode() in path.read_bytes() for path in folder.glob("counter_[1-9]*.db"))


def start(server: Server, symbol: str, request_id: str = "") -> requests.Response:
    headers = {"X-Request-ID": request_id} if request_id else {}
    path = f"/api/watchlist/live-prices-async?symbols={symbol}&force=true"
    return server.post(path, headers={**headers, "Prefer": "wait=20"})


def test_limits_metrics_and_ids_hold_for_all_workers(server: Server) -> None:
    answers = [start(server, f"S{number}.SIM", f"try-{number}") for number in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 3
    assert [re.findall(r"r=(\d+)", a.headers["RateLimit"])[0] for a in answers] == list("543210000")
    assert answers[-1].headers["X-Request-ID"] == "try-8"
    assert metric(server, "stockapp_rate_limited_requests_total", policy="starts") == 3
    assert eventually(lambda: ended_tasks(server) == 6)
    # What a task logs, in other greenlets too, says which it is, and by which request it began
    # unless another worker took it.
    asked = {tuple(line["symbols"]): line for line in lines(server) if line["event"] == "asked"}
    assert len(asked) == 6
    for number in range(6):
        line = asked[(f"S{number}.SIM",)]
        assert line["task_id"] == answers[number].json()["id"]
        assert line.get("request_id") in (f"try-{number}", None)
    assert any("request_id" in line for line in asked.values())
    (told,) = [
        line for line in lines(server) if line.get("request_id") == "try-8" and "path" in line
    ]
    assert (told["endpoint"], told["status"]) == ("api_prices.refresh", "429")


def test_counts_of_all_workers_are_added_up_and_outlive_a_kill(server: Server) -> None:
    asked = 0

    def ask() -> bool:
        nonlocal asked
        asked += fresh_get(server, "/healthz").ok
        return workers_that_answered(server, "health.alive") == 2

    assert eventually(ask)
    for _ in range(20):
        ask()
    assert eventually(lambda: metric(server, REQUESTS, endpoint="health.alive") == asked)
    took = "stockapp_http_request_duration_seconds_count"
    assert metric(server, took, endpoint="health.alive") == asked
    victim, other = server.worker_pids()
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: victim not in server.worker_pids() and len(server.worker_pids()) == 2)
    assert metric(server, REQUESTS, endpoint="health.alive") == asked
    # Told once more, now that the dead one's are added to those of the dead.
    assert metric(server, REQUESTS, endpoint="health.alive") == asked
    names = {path.name for path in (server.data_dir / "data" / "metrics").iterdir()}
    assert f"counter_{victim}.db" not in names
    assert {"counter_0.db", "histogram_0.db", f"counter_{other}.db"} <= names
    everyone = 2 + (server.task_workers if DISTRIBUTED else 0)
    assert eventually(lambda: metric(server, "stockapp_workers") == everyone)


def test_all_that_is_told_is_told_once(server: Server) -> None:
    text = fresh_get(server, "/metrics").text
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(set(names)) == len(names)
    samples = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(set(samples)) == len(samples)
    assert "Multiprocess metric" not in text
