"""Workers that are killed, replaced and restarted under load: no task and no event is lost.

20 seconds by default, two minutes in CI, half an hour by `make soak`.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from .recorder import Heard, Recorder
from .server import Server, eventually, running

SECONDS = float(os.environ.get("STOCKAPP_FAULT_SECONDS", "20"))
KILL_EVERY, RELOAD_EVERY, SUBMIT_EVERY = 3.0, 20.0, 0.35
ENDED_ITEMS = {"ok", "stale", "failed", "cancelled"}


class Faults:
    """A server under load that loses its workers again and again."""

    def __init__(self, server: Server, seconds: float) -> None:
        self.recorder = Recorder(lambda: server.url)
        self.kills = 0
        self._server = server
        self._until = time.monotonic() + seconds
        self._half = time.monotonic() + seconds / 2
        self._down = threading.Lock()
        # Each run is another one; its seed is told by what fails.
        self.seed = random.randrange(2**32)
        self._random = random.Random(self.seed)

    def run(self) -> None:
        submitting = threading.Thread(target=self._submit)
        submitting.start()
        killing = threading.Thread(target=self._kill)
        killing.start()
        reload_at = time.monotonic() + RELOAD_EVERY
        restarted = False
        while time.monotonic() < self._until:
            time.sleep(0.2)
            if time.monotonic() >= reload_at:
                reload_at += RELOAD_EVERY
                self._server.signal(signal.SIGHUP)
            if not restarted and time.monotonic() >= self._half:
                restarted = True
                with self._down:
                    self._server.stop()
                    self._server.start()
        submitting.join()
        killing.join()

    def _submit(self) -> None:
        number = 0
        while time.monotonic() < self._until:
            number += 1
            # Now and then a thing that is not there: failures are results, too.
            names = self._random.sample(["LARK", "QUIL", "BRAM", "OSTR", "KITS", "NOVE"], 4)
            symbols = [f"{name}.SIM" for name in names] + [f"N{number}.SIM"]
            with contextlib.suppress(requests.RequestException, ValueError, KeyError):
                task_id = self._server.refresh(",".join(symbols))["id"]
                self.recorder.follow(task_id)
                if number % 7 == 0:
                    time.sleep(self._random.random())
                    self._server.delete(f"/api/tasks/{task_id}")
            if number % 20 == 0:
                with contextlib.suppress(requests.RequestException):
                    self._server.post("/api/providers/simulated/test")
            time.sleep(SUBMIT_EVERY)

    def _kill(self) -> None:
        while time.monotonic() < self._until:
            time.sleep(KILL_EVERY)
            with self._down:
                workers = self._server.worker_pids()
                if workers:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(self._random.choice(workers), signal.SIGKILL)
                        self.kills += 1


@pytest.mark.first
@pytest.mark.timeout(SECONDS + 300)
def test_each_task_ends_once_and_each_stream_is_whole_whatever_dies(tmp_path: Path) -> None:
    with running(
        Server(
            tmp_path,
            cold=True,
            WEB_CONCURRENCY=4,
            STOCKAPP_SIMULATED_LATENCY_MS=1_200,
            STOCKAPP_EVENT_LIMIT=10_000_000,
            STOCKAPP_EVENT_KEEP_SECONDS=86_400,
        )
    ) as server:
        faults = Faults(server, SECONDS)
        faults.run()
        database = server.data_dir / "data" / "stockapp.sqlite3"
        # Those whose answer was lost with a worker are found here.
        for task_id in rows(database, "SELECT id FROM tasks"):
            faults.recorder.follow(task_id[0])
        heard = faults.recorder.heard(90)
        assert eventually(lambda: not unended(database))
        wrong = [line for each in heard for line in mistakes(database, each)]
        assert wrong == [], f"seed {faults.seed}"
        assert faults.kills >= int(SECONDS / KILL_EVERY / 2)
        assert sum(each.connections for each in heard) > len(heard)
        assert "internal" not in {error for (error,) in rows(database, _ERROR_CODES)}
        assert "Traceback" not in server.log()


_ERROR_CODES = "SELECT json_extract(error, '$.code') FROM tasks"


def mistakes(database: Path, heard: Heard) -> list[str]:
    """All that is wrong with a task that has ended, and with what was heard of it."""
    (task,) = rows(
        database,
        "SELECT status, retries, result, params, error, kind FROM tasks WHERE id = ?",
        heard.task_id,
    )
    status, retries, result, params, error, kind = task
    events = rows(
        database, "SELECT id, type, data FROM events WHERE topic = ?", f"task:{heard.task_id}"
    )
    wrong = []
    if heard.ends != [status]:
        wrong.append(f"ended as {heard.ends}, stored as {status}")
    if Counter(type_ for _, type_, _ in events)[status] != 1:
        wrong.append(f"{status} stands not once in the log")
    stored = [(id_, type_) for id_, type_, _ in events if id_ > heard.began_at]
    # One that had ended before it was followed tells its end again, as of the snapshot.
    told = [event for event in heard.events if event[0] > heard.began_at]
    if told != stored:
        wrong.append(f"heard {told}, stored {stored}")
    if retries > 3 and "worker_lost" not in (error or ""):
        wrong.append(f"taken over {retries} times")
    wrong += items_gone_wrong(database, heard.task_id, status)
    wrong += [f"done twice: {key}" for key in done_twice(events)]
    if status == "completed" and kind == "live_prices":
        lost = set(json.loads(params)["symbols"]) - json.loads(result)["live_prices"].keys()
        wrong += [f"{key} is not in the result" for key in lost]
    return [f"{heard.task_id} ({status}, {retries} retries): {line}" for line in wrong]


def items_gone_wrong(database: Path, task_id: str, status: str) -> list[str]:
    query = "SELECT key, state FROM task_items JOIN tasks ON task = number WHERE id = ?"
    unended = [key for key, state in rows(database, query, task_id) if state not in ENDED_ITEMS]
    return [f"{key} has not ended" for key in unended if status == "completed"]


def done_twice(events: list[tuple[Any, ...]]) -> list[str]:
    """Items that something was done about after they had ended."""
    ended: set[str] = set()
    again = []
    for _, type_, text in events:
        if type_ == "item":
            data = json.loads(text)
            if data["key"] in ended:
                again.append(data["key"])
            if data["state"] in ENDED_ITEMS:
                ended.add(data["key"])
    return again


def unended(database: Path) -> list[tuple[Any, ...]]:
    return rows(database, "SELECT id FROM tasks WHERE status IN ('pending', 'running')")


def rows(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database, timeout=30)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
