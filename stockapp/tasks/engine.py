"""Submitting, claiming, running and cancelling tasks in one worker."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from stockapp import context
from stockapp.domain.event import Event, EventType, task_topic
from stockapp.domain.task import Item, NewTask, Task, TaskStatus
from stockapp.ports import (
    FREE,
    NOBODY,
    Cancelled,
    Clock,
    Created,
    Executor,
    Observer,
    Openings,
    StoreTrouble,
    TaskStore,
    Toll,
)
from stockapp.tasks.kinds import Kind
from stockapp.tasks.progress import Pace
from stockapp.tasks.runner import Runner
from stockapp.tasks.slots import Slots
from stockapp.tasks.staged import StagePace

logger = logging.getLogger(__name__)

# A start of so many items more costs a client one more: a whole list is more than one symbol.
_ITEMS_OF_ONE = 250
# Workers of a server claim a new task within some 50 ms.
_SERVERS_FIRST_SECONDS = 0.15


class TaskEngine:
    """This worker's share of the work: at most `slots` tasks at once, each by lease.

    A new task is refused while `queue_limit` tasks wait for any worker, and by the `toll` to a
    client that has started too many. `send` wakes workers elsewhere for it.
    """

    def __init__(
        self,
        store: TaskStore,
        executor: Executor,
        clock: Clock,
        kinds: Sequence[Kind],
        *,
        worker: str,
        slots: int,
        queue_limit: int,
        lease_seconds: float,
        toll: Toll = FREE,
        observer: Observer = NOBODY,
        send: Callable[[str], None] | None = None,
    ) -> None:
        self.worker = worker
        self._send = send
        self._toll = toll
        self._observer = observer
        self._store = store
        self._executor = executor
        self._clock = clock
        self._kinds = {kind.name: kind for kind in kinds}
        self._queue_limit = queue_limit
        self._lease_seconds = lease_seconds
        self._lock = threading.Lock()
        self._slots = Slots(slots, {kind.name: kind.limits.slots for kind in kinds})
        self._paces = {kind.name: StagePace(kind.plan) if kind.plan else Pace() for kind in kinds}
        self._runners: dict[str, Runner] = {}
        # Not before it is opened: a command that shares the data must not run tasks.
        self._taking = False
        self._errands = False
        self._draining = False

    def open(self) -> None:
        """Begin to take tasks."""
        self._taking = True

    def open_for_errands(self) -> None:
        """Take only what this engine is given: by `submit`, unless another worker is quicker, and
        by its id.
        """
        self._errands = True

    def submit(
        self, kind: str, params: Mapping[str, Any], items: Sequence[Item], dedupe_key: str
    ) -> Created:
        """Store a task, or join an equal one, and return at once; it runs as room allows.

        Raises QueueFull, RateLimited and StoreTrouble. What is joined costs its client nothing.
        """
        new = NewTask(uuid.uuid4().hex, kind, params, dedupe_key, tuple(items))
        give_back = self._toll.pay(1 + len(items) // _ITEMS_OF_ONE)
        try:
            created = self._store.create(new, most_pending=self._queue_limit)
        except Exception:
            # Nothing was started.
            give_back()
            raise
        if created.joined:
            give_back()
        else:
            if self._send is not None:
                self._executor.submit(self._send, created.task.id)
            self._executor.submit(self._run_submitted, created.task.id)
        return created

    def cancel(self, task_id: str) -> Cancelled | None:
        """End the task as cancelled; its run stops here now, or on its worker by the event."""
        cancelled = self._store.cancel(task_id)
        if cancelled and cancelled.changed:
            self._stop(task_id)
            self._observer.task_ended(cancelled.task.kind, TaskStatus.CANCELLED, None)
        return cancelled

    def runs(self, task_id: str) -> bool:
        """Whether this worker runs the task."""
        return task_id in self._runners

    @property
    def draining(self) -> bool:
        """Whether it hands its tasks over, as this worker stops."""
        return self._draining

    @property
    def running(self) -> int:
        """How many tasks this worker runs now."""
        return len(self._runners)

    def on_event(self, event: Event) -> None:
        """Stop a run whose task any worker cancelled."""
        if event.type is EventType.CANCELLED:
            for task_id in list(self._runners):
                if event.topic == task_topic(task_id):
                    self._stop(task_id)

    def claim_and_run(self, task_id: str | None = None) -> bool:
        """Run that pending task, or the oldest one, if there is room and no one else has it.

        Returns whether a task was run.
        """
        task = self._claim(task_id)
        if task is None:
            return False
        try:
            if task_id is None:
                # There may be more where it came from; who gives ids gives all of them.
                self._claim_more()
            self._run(task)
        finally:
            self._slots.give_back(task)
        self._claim_more()
        return True

    def claim_in_background(self) -> None:
        """Take over whatever is pending, as far as there is room."""
        openings = self._openings() if self._taking else None
        if openings and self._store.has_claimable(openings):
            self._executor.submit(self._claim_until_none)

    def renew(self) -> None:
        """Extend this worker's leases."""
        if self._runners:
            self._store.renew(self.worker, self._lease_seconds, list(self._runners))

    def drain(self) -> None:
        """Hand everything back for other workers to go on with; safe to call twice."""
        with self._lock:
            if self._draining:
                return
            self._draining = True
        for runner in list(self._runners.values()):
            runner.token.cancel()
        try:
            released = self._store.release(self.worker)
        except StoreTrouble as trouble:
            logger.warning("tasks wait for their leases to lapse", extra={"why": str(trouble)})
        else:
            logger.info("tasks handed over", extra={"count": released})

    def tick(self) -> None:
        """Let every run look at the clock; to be called about once a second."""
        for runner in list(self._runners.values()):
            runner.tick()

    def _claim_more(self) -> None:
        # Else the sweep does it, once the database can be used.
        with suppress(StoreTrouble):
            self.claim_in_background()

    def _run_submitted(self, task_id: str) -> None:
        if not self._taking:
            # A server is warm, and goes on when the command that asks has gone.
            time.sleep(_SERVERS_FIRST_SECONDS)
        self.claim_and_run(task_id)

    def _openings(self) -> Openings | None:
        taking = (self._taking or self._errands) and not self._draining
        return self._slots.openings() if taking else None

    def _claim(self, task_id: str | None) -> Task | None:
        if task_id is not None and self._slots.holds(task_id):
            # It was found before its message came.
            return None
        with self._slots.claiming:
            openings = self._openings()
            if openings is None:
                return None
            task = self._store.claim(self.worker, self._lease_seconds, task_id, openings)
            if task is None or task.id in self._runners:
                # Our own lease had lapsed while this worker was held up: the run just goes on.
                return None
            self._slots.take(task)
            return task

    def _claim_until_none(self) -> None:
        # What it was begun by was another task's run, say.
        with context.of_nothing():
            while self.claim_and_run():
                pass

    def _run(self, task: Task) -> None:
        meter = self._paces[task.kind].meter(task.items, self._clock)
        runner = Runner(
            task,
            self._kinds[task.kind],
            self._store,
            self.worker,
            self._clock,
            meter,
            self._observer,
        )
        self._runners[task.id] = runner
        try:
            if self._draining:
                self._store.release(self.worker)
            else:
                with context.of_task(task.id):
                    runner.run()
        finally:
            del self._runners[task.id]

    def _stop(self, task_id: str) -> None:
        runner = self._runners.get(task_id)
        if runner:
            runner.token.cancel()
