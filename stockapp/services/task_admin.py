"""Looking at tasks, stopping them, and doing again what failed."""

from collections.abc import Sequence

from stockapp.domain.task import Item, ItemState, Task, TaskStatus
from stockapp.ports import Cancelled, Created, EventLog, TaskStore
from stockapp.tasks.engine import TaskEngine


class NoSuchTask(LookupError):
    """There is no task of that id."""


class NotEnded(ValueError):
    """The task has not ended, so it cannot be done again."""


class TaskAdmin:
    """What people and commands do with tasks of any kind."""

    def __init__(self, engine: TaskEngine, tasks: TaskStore, log: EventLog) -> None:
        self._engine = engine
        self._tasks = tasks
        self._log = log

    def recent(self, *, limit: int, before: str | None = None) -> list[Task]:
        """Newest first, without items and results."""
        return self._tasks.recent(limit=limit, before=before)

    def under_way(self, limit: int) -> list[Task]:
        """The newest of those that run, then of those that wait, without items and results."""
        running = self._tasks.recent(status=TaskStatus.RUNNING, limit=limit)
        waiting = self._tasks.recent(status=TaskStatus.PENDING, limit=limit - len(running))
        return [*running, *waiting]

    def ended(self, limit: int) -> list[Task]:
        """Those that ended last, without items and results; they are kept for a day or so."""
        ended = [
            task
            for status in TaskStatus
            if status.ended
            for task in self._tasks.recent(status=status, limit=limit)
        ]
        return sorted(ended, key=lambda task: task.finished_at or task.created_at, reverse=True)[
            :limit
        ]

    def last_event_id(self) -> int:
        """The id of the newest event; to be read before what a page shows."""
        return self._log.last_id()

    def task(self, task_id: str) -> Task:
        """A task with its items' states. Raises NoSuchTask."""
        found = self._tasks.get(task_id)
        if found is None:
            raise NoSuchTask("There is no task of that id; ended ones are removed in time.")
        return found

    def items(self, task_id: str) -> Sequence[Item]:
        """The items of a task with their results."""
        return self._tasks.items(task_id)

    def cancel(self, task_id: str) -> Cancelled:
        """End the task as cancelled, unless it has ended. Raises NoSuchTask."""
        cancelled = self._engine.cancel(task_id)
        if cancelled is None:
            raise NoSuchTask("There is no task of that id; ended ones are removed in time.")
        return cancelled

    def retry(self, task_id: str) -> Created:
        """Start a task for what an ended one did not do; for all of it where nothing failed.

        Raises NoSuchTask, NotEnded, QueueFull and RateLimited.
        """
        task = self.task(task_id)
        if not task.status.ended:
            raise NotEnded(f"The task is still {task.status.value}; cancel it first.")
        items = self._tasks.items(task_id)
        todo = [item for item in items if item.state is not ItemState.OK] or items
        again = {item.key for item in todo}
        params = {**task.params, "retry_of": task.id}
        # Somebody asks for it now.
        params.pop("live", None)
        if "force" in params:
            # Else what failed a moment ago would be taken for the answer.
            params["force"] = True
        fresh = [Item(item.key, ItemState.QUEUED) if item.key in again else item for item in items]
        return self._engine.submit(task.kind, params, fresh, f"retry {task.id}")
