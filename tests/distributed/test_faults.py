"""Nodes, workers and servers that die under load: no task, no event and no change is lost.

20 seconds by default; STOCKAPP_FAULT_SECONDS says otherwise.
"""

import contextlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.e2e.checks import Stores, mistakes
from tests.e2e.recorder import Recorder
from tests.e2e.server import eventually
from tests.nodes import Worker

from .cluster import Cluster, Node, cluster

SECONDS = float(os.environ.get("STOCKAPP_FAULT_SECONDS", "20"))
KILL_EVERY, SUBMIT_EVERY = 4.0, 0.5
NAMES = ("LARK", "QUIL", "BRAM", "OSTR", "KITS", "NOVE")


class Faults:
    """A cluster under load of which something dies again and again."""

    def __init__(self, made: Cluster, seconds: float) -> None:
        self.recorder = Recorder(lambda: made.node.url)
        self.kills = 0
        # Symbols that a node said it had put on the list.
        self.added: list[str] = []
        # Each run is another one; its seed is told by what fails.
        self.seed = random.randrange(2**32)
        self._random = random.Random(self.seed)
        self._cluster = made
        # One is killed or started at a time.
        self._lock = threading.Lock()
        self._seconds = seconds
        self._since = time.monotonic()

    def run(self) -> None:
        doings = (self._submit, self._add, self._kill, self._supervise, self._restart_servers)
        threads = [threading.Thread(target=doing) for doing in doings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _under_way(self) -> bool:
        return time.monotonic() - self._since < self._seconds

    def _submit(self) -> None:
        number = 0
        while self._under_way():
            number += 1
            # Now and then a thing that is not there: failures are results, too.
            symbols = [f"{name}.SIM" for name in self._random.sample(NAMES, 4)]
            with contextlib.suppress(requests.RequestException, ValueError, KeyError):
                task_id = self._cluster.node.refresh(",".join([*symbols, f"N{number}.SIM"]))["id"]
                self.recorder.follow(task_id)
                if number % 7 == 0:
                    time.sleep(self._random.random())
                    self._cluster.node.delete(f"/api/tasks/{task_id}")
            if number % 5 == 0:
                self._analyse(f"{self._random.choice(NAMES)}.SIM")
            time.sleep(SUBMIT_EVERY)

    def _analyse(self, symbol: str) -> None:
        with contextlib.suppress(requests.RequestException, ValueError, KeyError):
            answer = self._cluster.node.post(f"/api/analyze/{symbol}/async?force=true")
            self.recorder.follow(answer.json()["id"])

    def _add(self) -> None:
        number = 0
        while self._under_way():
            number += 1
            symbol = f"ADD{number}.SIM"
            with contextlib.suppress(requests.RequestException):
                wanted = {"symbol": symbol, "accept_unknown": True}
                if self._cluster.node.post("/api/watchlist", json=wanted).status_code == 201:
                    self.added.append(symbol)
            time.sleep(SUBMIT_EVERY)

    def _kill(self) -> None:
        """Half of the time a worker, else a node; and another one comes."""
        while self._under_way():
            time.sleep(KILL_EVERY)
            of_work = self._random.random() < 0.5
            mortal: list[Node | Worker] = [*self._cluster.nodes]
            if of_work:
                mortal = [*self._cluster.workers]
            dying = self._random.choice(mortal)
            with self._lock:
                dying.kill()
                self.kills += 1
                # It takes its time; the next one may die meanwhile.
                dying.launch()

    def _supervise(self) -> None:
        while self._under_way():
            time.sleep(1)
            self.revive()

    def revive(self) -> None:
        """As what looks after services does: what could not start, as a server was away, tries
        again.
        """
        with self._lock:
            mortal: list[Node | Worker] = [*self._cluster.nodes, *self._cluster.workers]
            for one in mortal:
                if one.ended:
                    one.launch()

    def is_back(self, node: Node) -> bool:
        """Whether the node answers."""
        self.revive()
        return node.answers()

    def _restart_servers(self) -> None:
        self._at(1 / 3, self._restart_redis)
        self._at(2 / 3, self._restart_postgres)

    def _at(self, share: float, do: Callable[[], None]) -> None:
        time.sleep(max(0.0, self._since + share * self._seconds - time.monotonic()))
        do()

    def _restart_redis(self) -> None:
        self._cluster.redis.shut_down()
        time.sleep(1)
        self._cluster.redis.start()

    def _restart_postgres(self) -> None:
        self._cluster.postgres.stop()
        time.sleep(1)
        self._cluster.postgres.start()


@pytest.mark.timeout(SECONDS + 400)
def test_each_task_ends_once_and_each_stream_is_whole_whatever_dies(tmp_path: Path) -> None:
    with cluster(
        tmp_path,
        {
            "STOCKAPP_SIMULATED_LATENCY_MS": 1_200,
            "STOCKAPP_EVENT_LIMIT": 10_000_000,
            "STOCKAPP_EVENT_KEEP_SECONDS": 86_400,
        },
        cpu=1,
    ) as made:
        faults = Faults(made, SECONDS)
        faults.run()
        for node in made.nodes:
            assert eventually(lambda: faults.is_back(node), 60), node.log()  # noqa: B023
        stores = Stores(made.tasks, made.events)
        # Those whose answer was lost with a node are found here.
        for task in stores.all_tasks():
            faults.recorder.follow(task.id)
        heard = faults.recorder.heard(90)
        assert eventually(stores.none_is_unended)
        wrong = [line for each in heard for line in mistakes(stores, each)]
        assert wrong == [], f"seed {faults.seed}"
        assert faults.kills >= int(SECONDS / KILL_EVERY / 2)
        assert sum(each.connections for each in heard) > len(heard)
        assert "internal" not in {t.error.code for t in stores.all_tasks() if t.error}
        kinds = Counter(task.kind for task in stores.all_tasks() if task.status == "completed")
        assert min(kinds["live_prices"], kinds["analysis"]) > 0
        listed = {item["symbol"] for item in made.node.get("/api/watchlist").json()["items"]}
        assert faults.added
        assert set(faults.added) <= listed, f"seed {faults.seed}"
        assert all("Traceback" not in node.log() for node in made.nodes)
