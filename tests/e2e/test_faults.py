"""Workers that are killed, replaced and restarted under load: no task and no event is lost.

20 seconds by default, two minutes in CI, half an hour by `make soak`.
"""

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from stockapp.backends.embedded.clock import SystemClock
from tests.contract.embedded import open_embedded

from .checks import Stores, mistakes
from .recorder import Recorder
from .server import Server, eventually, running

SECONDS = float(os.environ.get("STOCKAPP_FAULT_SECONDS", "20"))
KILL_EVERY, RELOAD_EVERY, SUBMIT_EVERY = 3.0, 20.0, 0.35


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
@pytest.mark.embedded("kills gunicorn's workers as those who run tasks, and reads SQLite")
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
        backends = open_embedded(server.data_dir / "data", SystemClock())
        stores = Stores(backends.tasks, backends.log)
        # Those whose answer was lost with a worker are found here.
        for task in stores.all_tasks():
            faults.recorder.follow(task.id)
        heard = faults.recorder.heard(90)
        assert eventually(stores.none_is_unended)
        wrong = [line for each in heard for line in mistakes(stores, each)]
        assert wrong == [], f"seed {faults.seed}"
        assert faults.kills >= int(SECONDS / KILL_EVERY / 2)
        assert sum(each.connections for each in heard) > len(heard)
        assert "internal" not in {t.error.code for t in stores.all_tasks() if t.error}
        assert "Traceback" not in server.log()
        backends.close()
