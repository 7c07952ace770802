"""Workers of one installation in one process: real stores, real threads, kinds of the tests."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.events import SqliteEventLog
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.domain.task import Item, ItemState, Task
from stockapp.ports import StoreTrouble
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.fanout import Fanout, Follower
from stockapp.tasks.kinds import Kind, Limits, TaskRun
from stockapp.tasks.upkeep import Upkeep

_names = itertools.count(1)


class Work:
    """A kind whose items wait until they are let go; remembers who did what."""

    def __init__(self) -> None:
        self.limits = Limits(100, 3600)
        self.started: list[str] = []
        self.stopped = threading.Event()
        self._gates: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def gate(self, key: str) -> threading.Event:
        with self._lock:
            return self._gates.setdefault(key, threading.Event())

    def open_all(self, *keys: str) -> None:
        for key in keys:
            self.gate(key).set()

    def kind(self) -> Kind:
        return Kind("work", self._run, _keys, lambda items: "Done", self.limits)

    def _run(self, run: TaskRun) -> None:
        for item in run.task.items:
            if item.state.ended:
                continue
            self.started.append(item.key)
            if item.key == "defect":
                raise ZeroDivisionError
            if item.key == "trouble" and self.started.count("trouble") == 1:
                raise StoreTrouble("the disk is full")
            gate = self.gate(item.key)
            run.token.on_cancel(gate.set)
            gate.wait(30)
            if run.token.cancelled:
                self.stopped.set()
                if item.key == "stumbles":
                    raise RuntimeError("the database is closed")
                return
            done = Item(item.key, ItemState.OK, {"success": True})
            run.record([done], f"{item.key} done")


def _keys(items: Sequence[Item]) -> dict[str, list[str]]:
    return {"keys": sorted(item.key for item in items)}


class Worker:
    """One worker; `close` is an orderly end, `vanish` one without a word."""

    def __init__(
        self,
        data_dir: Path,
        work: Work,
        *,
        slots: int = 4,
        queue: int = 100,
        lease: float = 5.0,
        opened: bool = True,
    ) -> None:
        clock = SystemClock()
        self.executor = EmbeddedExecutor(16)
        self.database = Database(data_dir / "tasks.sqlite3", self.executor)
        self.doorbell = Doorbell(data_dir)
        self.database.after_commit.append(self.doorbell.ring)
        self.log = SqliteEventLog(self.database, self.doorbell)
        self.store = SqliteTaskStore(self.database, clock)
        self.engine = TaskEngine(
            self.store,
            self.executor,
            clock,
            [work.kind()],
            worker=f"worker-{next(_names)}",
            slots=slots,
            queue_limit=queue,
            lease_seconds=lease,
        )
        self.upkeep = Upkeep(
            self.engine,
            self.store,
            self.log,
            self.database,
            clock,
            lease_seconds=lease,
            task_keep_seconds=3600,
            event_keep_seconds=3600,
            most_events=100_000,
        )
        self.fanout = Fanout()
        self.follower = Follower(
            self.log, self.fanout, [self.engine.on_event, self.upkeep.on_event]
        )
        self.follower.start()
        if opened:
            self.upkeep.start()

    def submit(self, *keys: str, dedupe: str | None = None) -> Task:
        items = [Item(key, ItemState.QUEUED) for key in keys]
        return self.engine.submit("work", {}, items, dedupe or "+".join(keys)).task

    def vanish(self) -> None:
        """Stop renewing, claiming and recording, as a killed process does."""
        self.upkeep.stop()
        self.follower.stop()
        self.engine.claim_and_run = lambda task_id=None: False  # type: ignore[method-assign]

    def close(self) -> None:
        self.upkeep.stop()
        self.follower.stop()
        self.engine.drain()
        self.fanout.close()
        self.doorbell.close()
        self.executor.close()
        self.database.close()


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether the condition comes true in time that is ample even on a busy machine."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return condition()
