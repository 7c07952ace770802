"""Running one claimed task to its end."""

import logging
import threading
from collections.abc import Sequence

from stockapp.domain.task import Item, Progress, Task, TaskError, TaskStatus
from stockapp.ports import Clock, TaskStore
from stockapp.tasks.cancellation import CancelToken
from stockapp.tasks.kinds import Kind, Superseded
from stockapp.tasks.progress import ProgressMeter

logger = logging.getLogger(__name__)


class Runner:
    """One run of a task by one worker; implements kinds.TaskRun."""

    def __init__(self, task: Task, kind: Kind, store: TaskStore, worker: str, clock: Clock) -> None:
        self.task = task
        self.token = CancelToken()
        self._kind = kind
        self._store = store
        self._worker = worker
        self._recording = threading.Lock()
        self._items = {item.key: item for item in task.items}
        ended = sum(item.state.ended for item in task.items)
        self._meter = ProgressMeter(len(task.items), ended, clock)

    def record(self, items: Sequence[Item], message: str) -> None:
        """Store new item states and the progress they mean, in one transaction."""
        # Parts of a kind may record beside each other; progress must not go back.
        with self._recording:
            ended_now = sum(
                item.state.ended and not self._items[item.key].state.ended for item in items
            )
            self._items.update({item.key: item for item in items})
            self._meter.advance(ended_now)
            progress = self._meter.progress(message)
            if self.token.cancelled or not self._store.record(
                self.task.id, self._worker, items, progress
            ):
                raise Superseded

    def run(self) -> None:
        """Run the kind, then end the task; compare-and-set, so a late end changes nothing."""
        try:
            self._kind.run(self)
        except Superseded:
            logger.info("task given up", extra={"task_id": self.task.id})
            return
        except Exception:
            # A defect in a kind must end its task, not leave it running for ever.
            logger.exception("task failed", extra={"task_id": self.task.id})
            self._fail()
            return
        if not self.token.cancelled:
            self._finish()

    def _finish(self) -> None:
        items = list(self._items.values())
        result = self._kind.result(items)
        progress = self._meter.progress(self._kind.closing_words(items))
        self._store.finish(
            self.task.id, self._worker, TaskStatus.COMPLETED, progress, result=result
        )

    def _fail(self) -> None:
        error = TaskError("internal", "The task failed by an error of stockapp; the log has it.")
        result = self._kind.result([item for item in self._items.values() if item.state.ended])
        progress: Progress = self._meter.progress("Failed")
        self._store.finish(
            self.task.id, self._worker, TaskStatus.FAILED, progress, result=result, error=error
        )
