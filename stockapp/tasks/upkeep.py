"""What keeps tasks alive and the stores small: leases, orphans, cleaning."""

import time
from datetime import timedelta

from stockapp.domain.event import Event, EventType
from stockapp.domain.task import TaskStatus
from stockapp.ports import Clock, EventLog, Storage, TaskStore
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.periodic import Periodic

_TICK_SECONDS = 1.0
_PURGE_SECONDS = 60.0
_KEEP_LIVE = timedelta(minutes=10)
# Time for the worker that accepted a task to claim it, before others try.
_GRACE_SECONDS = 0.03


class Upkeep:
    """The regular duties of one worker towards the tasks of all."""

    def __init__(
        self,
        engine: TaskEngine,
        store: TaskStore,
        log: EventLog,
        storage: Storage,
        clock: Clock,
        *,
        lease_seconds: float,
        task_keep_seconds: float,
        event_keep_seconds: float,
        most_events: int,
        sweep_seconds: float = 0.25,
    ) -> None:
        self._engine = engine
        self._store = store
        self._log = log
        self._storage = storage
        self._clock = clock
        self._task_keep = timedelta(seconds=task_keep_seconds)
        self._event_keep = timedelta(seconds=event_keep_seconds)
        self._most_events = most_events
        # A loop each, so that a slow duty delays no lease.
        self._sweep = Periodic("claim-sweep", self._claim, sweep_seconds)
        self._of_what_runs = (
            Periodic("lease-renewal", engine.renew, lease_seconds / 3),
            Periodic("task-clock", engine.tick, _TICK_SECONDS),
        )
        self._duties = (
            self._sweep,
            *self._of_what_runs,
            Periodic("purge", self._purge, _PURGE_SECONDS),
        )

    def start(self) -> None:
        """Begin."""
        self._engine.open()
        for duty in self._duties:
            duty.start()

    def start_for_errands(self) -> None:
        """Begin to look after what this process runs for itself, and after nothing else."""
        self._engine.open_for_errands()
        for duty in self._of_what_runs:
            duty.start()

    def stop(self) -> None:
        """End soon."""
        for duty in self._duties:
            duty.stop()

    def on_event(self, event: Event) -> None:
        """Look for work sooner when a task is new or handed back."""
        if (
            event.type is EventType.PROGRESS
            and event.data.get("status") == TaskStatus.PENDING.value
        ):
            self._sweep.nudge()

    def _claim(self) -> None:
        time.sleep(_GRACE_SECONDS)
        self._engine.claim_in_background()

    def _purge(self) -> None:
        now = self._clock.now()
        self._store.purge(now - self._task_keep)
        # There are so many, and nobody asked for them: what came of them is on their rows.
        self._store.purge(now - _KEEP_LIVE, having="live")
        self._log.purge(now - self._event_keep, self._most_events)
        self._storage.shrink()
