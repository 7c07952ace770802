"""Waiting, for a bounded time, until a task has ended on whichever worker runs it."""

from stockapp.domain.event import task_topic
from stockapp.domain.task import Task
from stockapp.ports import Clock, TaskStore
from stockapp.tasks.fanout import Fanout
from stockapp.tasks.mailbox import Closed


class TaskWaiter:
    """Waits on this worker's event fan-out; only the asking request waits."""

    def __init__(self, store: TaskStore, fanout: Fanout, clock: Clock) -> None:
        self._store = store
        self._fanout = fanout
        self._clock = clock

    def wait(self, task_id: str, seconds: float) -> Task | None:
        """The task once it has ended, or as it is after that many seconds."""
        until = self._clock.monotonic() + seconds
        subscription = self._fanout.subscribe(task_topic(task_id))
        try:
            task = self._store.get(task_id)
            while task and not task.status.ended:
                left = until - self._clock.monotonic()
                if left <= 0:
                    return task
                event = subscription.get(left)
                if event is None or event.type.ends_task:
                    return self._store.get(task_id)
        except Closed:
            return self._store.get(task_id)
        finally:
            self._fanout.unsubscribe(subscription)
        return task
