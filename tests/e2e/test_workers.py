"""Several worker processes as one application."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.web.streams import Message, messages

from .server import Server, eventually, running, serving

SIM = "LARK.SIM,QUIL.SIM,BRAM.SIM"


def open_stream(server: Server, path: str, after: int | None = None) -> requests.Response:
    headers = {"Last-Event-ID": str(after)} if after is not None else {}
    # A connection of its own, so that the kernel may hand it to another worker.
    return requests.get(server.url + path, headers=headers, stream=True, timeout=40)


def test_no_poll_for_a_task_ever_misses_it_on_another_worker(simulated: Server) -> None:
    task_id = simulated.refresh(SIM)["id"]
    statuses = {simulated.get(f"/api/tasks/{task_id}").status_code for _ in range(60)}
    assert statuses == {200}


def test_every_stream_hears_every_event_whichever_worker_runs_the_task(simulated: Server) -> None:
    task_id = simulated.refresh(SIM)["id"]
    heard: list[list[Message]] = [[] for _ in range(6)]

    def follow(into: list[Message]) -> None:
        response = open_stream(simulated, f"/api/tasks/{task_id}/events")
        into += messages(response.iter_content(None))

    threads = [threading.Thread(target=follow, args=(into,)) for into in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert [entries[0].event for entries in heard] == ["snapshot"] * 6
    assert [entries[-1].event for entries in heard] == ["completed"] * 6
    for entries in heard:
        ids = [m.id for m in entries if m.event not in ("snapshot",) and m.id is not None]
        assert ids == sorted(set(ids))


def test_a_cancel_is_heard_by_whichever_worker_runs_the_task(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SIMULATED_LATENCY_MS=20_000) as server:
        for symbol in SIM.split(","):
            _start_and_cancel(server, symbol)
        assert eventually(lambda: not any(worker["running_tasks"] for worker in server.workers()))


def test_a_stopping_server_ends_its_streams_without_waiting_for_them(tmp_path: Path) -> None:
    with running(Server(tmp_path, cold=True, STOCKAPP_SIMULATED_LATENCY_MS=5_000)) as server:
        task_id = server.refresh(SIM)["id"]
        streams = [
            open_stream(server, path)
            for path in (f"/api/tasks/{task_id}/events", "/stream?watchlist=default") * 5
        ]
        ended: list[str] = []

        def drain(stream: requests.Response) -> None:
            for _ in stream.iter_content(None):
                pass
            ended.append(stream.url)

        threads = [threading.Thread(target=drain, args=(stream,)) for stream in streams]
        for thread in threads:
            thread.start()
        assert server.stop() == 0
        for thread in threads:
            thread.join(20)
        assert len(ended) == 10
        assert server.log().count("Worker exiting") == 2
        assert "Traceback" not in server.log()


def test_a_stopping_server_does_not_wait_for_connections_that_idle(tmp_path: Path) -> None:
    with serving(tmp_path) as server, requests.Session() as browser:
        browser.get(server.url + "/healthz", timeout=10)
        server.stop()
        # Those that are killed for taking too long cannot say this.
        assert server.log().count("Worker exiting") == 2


def test_a_task_under_way_goes_on_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SIMULATED_LATENCY_MS=3_000) as server:
        task_id = server.refresh(SIM)["id"]
        assert eventually(lambda: _status(server, task_id) == "running")
        server.stop()
        server.start()
        task = server.get(f"/api/tasks/{task_id}", headers={"Prefer": "wait=30"}).json()
        assert (task["status"], task["retries"]) == ("completed", 0)
        assert task["result"]["summary"]["ok"] == 3
        assert "Traceback" not in server.log()


@pytest.mark.embedded("gunicorn's master tells which of its workers died")
def test_a_killed_workers_task_is_taken_over(tmp_path: Path) -> None:
    # The lease would not lapse in the time of this test: the server itself says who died.
    with running(
        Server(tmp_path, cold=True, STOCKAPP_SIMULATED_LATENCY_MS=3_500, STOCKAPP_LEASE_SECONDS=300)
    ) as server:
        task_id = server.refresh(SIM)["id"]

        def runner() -> list[int]:
            return [worker["pid"] for worker in server.workers() if worker["running_tasks"]]

        assert eventually(lambda: bool(runner()))
        for pid in runner():
            os.kill(pid, signal.SIGKILL)
        task = server.get(f"/api/tasks/{task_id}", headers={"Prefer": "wait=30"}).json()
        assert (task["status"], task["retries"]) == ("completed", 1)


def test_the_task_of_a_server_that_was_killed_whole_goes_on_after_the_next_start(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, STOCKAPP_SIMULATED_LATENCY_MS=3_500, STOCKAPP_LEASE_SECONDS=2) as server:
        task_id = server.refresh(SIM)["id"]
        assert eventually(lambda: _status(server, task_id) == "running")
        server.kill()
        server.start()
        task = server.get(f"/api/tasks/{task_id}", headers={"Prefer": "wait=30"}).json()
        assert (task["status"], task["retries"]) == ("completed", 1)


def test_a_reload_hands_tasks_over_and_counts_no_retry(tmp_path: Path) -> None:
    with running(
        Server(tmp_path, cold=True, STOCKAPP_SIMULATED_LATENCY_MS=3_000, STOCKAPP_LEASE_SECONDS=300)
    ) as server:
        before = _pids(server)
        task_id = server.refresh(SIM)["id"]
        assert eventually(lambda: _status(server, task_id) == "running")
        server.signal(signal.SIGHUP)
        assert eventually(lambda: bool(_pids(server)) and not before & _pids(server))
        task = server.get(f"/api/tasks/{task_id}", headers={"Prefer": "wait=30"}).json()
        assert (task["status"], task["retries"]) == ("completed", 0)


def test_workers_told_to_stop_while_they_start_do_so(tmp_path: Path) -> None:
    server = Server(tmp_path, cold=True)
    server.launch()
    assert eventually(lambda: server.log().count("Booting worker") == 2)
    server.stop()
    # Those that do not listen are killed when the time to stop is over, and cannot say this.
    assert server.log().count("Worker exiting") == 2


def test_workers_that_are_replaced_after_their_requests_lose_nothing(tmp_path: Path) -> None:
    with running(
        Server(tmp_path, cold=True, STOCKAPP_MAX_REQUESTS=30, STOCKAPP_SIMULATED_LATENCY_MS=300)
    ) as server:
        first = _pids(server)
        task_ids = []
        for number in range(12):
            task_ids.append(server.refresh(f"LARK.SIM,QUIL.SIM,X{number}.SIM")["id"])
            assert all(server.get("/healthz").status_code == 200 for _ in range(10))
        # Each question brings the next replacement nearer, so they are few.
        assert _slowly(lambda: bool(server.workers()) and not first & _pids(server))
        for task_id in task_ids:
            assert _slowly(lambda task_id=task_id: _status(server, task_id) == "completed")  # type: ignore[misc]
            task = server.get(f"/api/tasks/{task_id}").json()
            assert task["result"]["summary"] == {"ok": 2, "stale": 0, "failed": 1}


def _slowly(condition: Callable[[], bool]) -> bool:
    for _ in range(40):
        if condition():
            return True
        time.sleep(1)
    return False


def _start_and_cancel(server: Server, symbol: str) -> None:
    task_id = server.refresh(symbol)["id"]
    assert eventually(lambda: _status(server, task_id) == "running")
    answer = requests.delete(f"{server.url}/api/tasks/{task_id}", timeout=20)
    assert answer.status_code in {200, 202}
    assert _status(server, task_id) == "cancelled"


def _status(server: Server, task_id: str) -> str:
    status: str = server.get(f"/api/tasks/{task_id}").json()["status"]
    return status


def _pids(server: Server) -> set[int]:
    """The live workers that serve pages; Celery's are not the server's own."""
    return {worker["pid"] for worker in server.workers()}.difference(server.helper_pids())


def test_a_thousand_symbols_do_not_hold_up_a_single_quote(tmp_path: Path) -> None:
    with serving(tmp_path, WEB_CONCURRENCY=1, STOCKAPP_SIMULATED_LATENCY_MS=500) as server:
        # The symbol stands last in the large one's line, too.
        path = "/api/watchlist/live-prices-async"
        large = []
        for name in "XY":
            many = [*(f"{name}{number}.SIM" for number in range(999)), "LARK.SIM"]
            large.append(server.post(path, json={"symbols": many, "force": True}).json()["id"])
        assert eventually(lambda: all(_status(server, task_id) == "running" for task_id in large))
        for symbol in ("QUIL.SIM", "LARK.SIM"):
            single = server.refresh(symbol, wait=30)
            assert single["status"] == "completed"
            assert single["result"]["summary"]["ok"] == 1
        assert [_status(server, task_id) for task_id in large] == ["running"] * 2
        for task_id in large:
            server.delete(f"/api/tasks/{task_id}")


def test_a_full_queue_is_said_so_at_once(tmp_path: Path) -> None:
    with serving(
        tmp_path,
        STOCKAPP_TASK_SLOTS=1,
        STOCKAPP_TASK_QUEUE_LIMIT=3,
        STOCKAPP_SIMULATED_LATENCY_MS=20_000,
    ) as server:
        path = "/api/watchlist/live-prices-async?symbols="
        answers = [server.post(f"{path}X{number}.SIM") for number in range(8)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert refused[0].json()["code"] == "queue_full"
        assert int(refused[0].headers["Retry-After"]) > 0
        # What is shown does not depend on a task.
        assert server.get("/").status_code == 200
        assert server.post("/api/watchlist", json={"symbol": "LARK.SIM"}).status_code == 201


def test_a_body_over_the_limit_is_refused_also_when_it_does_not_say_its_length(
    simulated: Server,
) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"symbol": "LUMI.SIM", "note": "'
        for _ in range(20):
            yield b"x" * 100_000
        yield b'"}'

    headers = {"Content-Type": "application/json"}
    answer = simulated.post("/api/watchlist", data=parts(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request_entity_too_large")
    assert simulated.get("/api/watchlist/LUMI.SIM").status_code == 404
