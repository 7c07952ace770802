"""Running one claimed task to its end."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from stockapp.domain.task import Item, Progress, Task, TaskError, TaskStatus
from stockapp.ports import NOBODY, Clock, Observer, StoreTrouble, TaskStore
from stockapp.tasks.cancellation import CancelToken
from stockapp.tasks.kinds import Kind, Superseded, Undoable

logger = logging.getLogger(__name__)

T = TypeVar("T")

MOST_RETRIES = 3
WORKER_LOST = TaskError(
    "worker_lost",
    f"The worker that ran it died, and so did those that took it over {MOST_RETRIES} times;"
    " what had been done by then is kept.",
)
INTERNAL = TaskError("internal", "The task failed by an error of stockapp; the log has it.")

# A database that is locked or full is tried again this often.
_PAUSE_SECONDS = 0.5


def overrun(seconds: float) -> TaskError:
    """The error of a task that ran for longer than that."""
    return TaskError(
        "deadline",
        f"The task was not done after {seconds:g} s, the longest that one of its kind may run;"
        " what had been done by then is kept.",
    )


def _seconds_since(first_begun: datetime | None, clock: Clock) -> float:
    # By the clocks of two machines, of which one may be behind: nobody is given more time for that.
    return max(0.0, (clock.now() - first_begun).total_seconds()) if first_begun else 0.0


class Meter(Protocol):
    """Counts what ends, and estimates the time left."""

    def begin(self, keys: Iterable[str]) -> None:
        """Something is being done about these items now."""

    def end(self, keys: Iterable[str]) -> None:
        """These items have ended just now."""

    def progress(self, message: str) -> Progress:
        """The state now."""


class Runner:
    """One run of a task by one worker; implements kinds.TaskRun."""

    def __init__(
        self,
        task: Task,
        kind: Kind,
        store: TaskStore,
        worker: str,
        clock: Clock,
        meter: Meter,
        observer: Observer = NOBODY,
    ) -> None:
        self._observer = observer
        self.task = task
        self.token = CancelToken()
        self._kind = kind
        self._store = store
        self._worker = worker
        self._clock = clock
        self._started = clock.monotonic()
        self._spent_before = _seconds_since(task.started_at, clock)
        self._recording = threading.Lock()
        self._items = {item.key: item for item in task.items}
        self._meter = meter
        self._told_at = self._started
        self._message = ""

    def begin(self, keys: Iterable[str]) -> None:
        """Say that work on these items begins now."""
        self._meter.begin(keys)

    def record(self, items: Sequence[Item], message: str) -> None:
        """Store new item states and the progress they mean, in one transaction."""
        # Parts of a kind may record beside each other; progress must not go back.
        with self._recording:
            ended = [
                item for item in items if item.state.ended and not self._items[item.key].state.ended
            ]
            self._items.update({item.key: item for item in items})
            self._meter.end([item.key for item in ended])
            self._message = message
            self._tell(items)
            self._observer.items_ended(self.task.kind, ended)

    def tick(self) -> None:
        """Look at the clock: end what overruns; else tell the time left anew, if nothing else did.

        To be called once in a while.
        """
        now = self._clock.monotonic()
        if self._spent_before + now - self._started >= self._kind.limits.deadline_seconds:
            logger.warning("task overran", extra={"task_id": self.task.id})
            self.fail(overrun(self._kind.limits.deadline_seconds))
            self.token.cancel()
        elif now - self._told_at >= 1.0 and self._recording.acquire(blocking=False):
            try:
                self._tell(())
            except Superseded:
                self.token.cancel()
            finally:
                self._recording.release()

    def run(self) -> None:
        """Run the kind, then end the task; compare-and-set, so a late end changes nothing."""
        if self.task.retries > MOST_RETRIES:
            self.fail(WORKER_LOST)
            return
        try:
            self._patiently(self._do_the_rest)
        except Superseded:
            logger.info("task given up", extra={"task_id": self.task.id})
            return
        except Undoable as undoable:
            self.fail(undoable.error)
            self.token.cancel()
            return
        except Exception:
            if self.token.cancelled:
                # At the end of a worker the database closes under what still runs: no news.
                return
            # A defect in a kind must end its task, not leave it running for ever.
            logger.exception("task failed", extra={"task_id": self.task.id})
            self.fail(INTERNAL)
            # What it began besides must not go on.
            self.token.cancel()
            return
        if not self.token.cancelled:
            self._complete()

    def _do_the_rest(self) -> None:
        # Again after trouble with the database: only what has not ended by then.
        self.task = replace(self.task, items=tuple(self._items.values()))
        self._kind.run(self)

    def fail(self, error: TaskError) -> None:
        """End the task as failed, with what it has."""
        result = self._kind.result([item for item in self._items.values() if item.state.ended])
        self._finish(TaskStatus.FAILED, self._meter.progress("Failed"), result, error)

    def _complete(self) -> None:
        items = list(self._items.values())
        result = self._kind.result(items)
        progress = self._meter.progress(self._kind.closing_words(items))
        self._finish(TaskStatus.COMPLETED, progress, result)

    def _finish(
        self,
        status: TaskStatus,
        progress: Progress,
        result: Mapping[str, Any],
        error: TaskError | None = None,
    ) -> None:
        if self._patiently(
            lambda: self._store.finish(
                self.task.id, self._worker, status, progress, result=result, error=error
            )
        ):
            seconds = self._clock.monotonic() - self._started
            told = {"kind": self.task.kind, "status": status.value, "seconds": round(seconds, 3)}
            logger.info("task ended", extra=told)
            self._observer.task_ended(self.task.kind, status, seconds)

    def _tell(self, items: Sequence[Item]) -> None:
        self._told_at = self._clock.monotonic()
        progress = self._meter.progress(self._message)
        if self.token.cancelled or not self._patiently(
            lambda: self._store.record(self.task.id, self._worker, items, progress)
        ):
            raise Superseded

    def _patiently(self, change: Callable[[], T]) -> T:
        """Make the change once the database takes it. Raises Superseded when told to stop."""
        told = ""
        while True:
            try:
                return change()
            except StoreTrouble as trouble:
                if str(trouble) != told:
                    told = str(trouble)
                    extra = {"task_id": self.task.id, "trouble": told}
                    logger.warning("task waits for the database", extra=extra)
            time.sleep(_PAUSE_SECONDS)
            if self.token.cancelled:
                raise Superseded
