"""Seeing a task through for somebody who waits for it at a terminal.

A running stockapp does it where there is one; else this process does, and that task only. It is
claimed like by any worker, so that it is never done twice, and what is fetched is cached for all.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from stockapp.domain.event import EventType, task_topic
from stockapp.domain.task import Progress, Task
from stockapp.ports import Executor, StoreTrouble, TaskStore
from stockapp.services.task_admin import NoSuchTask
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.fanout import Fanout
from stockapp.tasks.mailbox import Closed

# So often one looks whether its worker has died, and whether an event was missed.
_LOOK_SECONDS = 0.25


class Errands:
    """One command's; the engine must be open for errands, and the event log be followed."""

    def __init__(
        self, engine: TaskEngine, tasks: TaskStore, fanout: Fanout, executor: Executor
    ) -> None:
        self._engine = engine
        self._tasks = tasks
        self._fanout = fanout
        self._executor = executor
        self._claiming: Future[bool] | None = None

    def see_through(self, task: Task, told: Callable[[Progress], None]) -> Task:
        """The task once it has ended; `told` hears how far it is.

        Raises NoSuchTask where it is removed meanwhile, and StoreTrouble.
        """
        subscription = self._fanout.subscribe(task_topic(task.id))
        try:
            while not task.status.ended:
                event = subscription.get(_LOOK_SECONDS)
                if event is not None and event.type is EventType.PROGRESS:
                    told(_progress(event.data))
                elif event is None or event.type.ends_task:
                    task = self._look(task.id)
                    told(task.progress)
        except Closed:
            raise StoreTrouble("the log of events cannot be followed") from None
        finally:
            self._fanout.unsubscribe(subscription)
        return self._look(task.id)

    def _look(self, task_id: str) -> Task:
        task = self._tasks.get(task_id)
        if task is None:
            raise NoSuchTask("The task was removed meanwhile.")
        idle = self._claiming is None or self._claiming.done()
        if not task.status.ended and idle and not self._engine.runs(task_id):
            # It waits for a worker, or its worker died; else the claim comes to nothing.
            self._claiming = self._executor.submit(self._engine.claim_and_run, task_id)
        return task


def _progress(data: Mapping[str, Any]) -> Progress:
    share = data["percent"] / 100
    return Progress(data["done"], data["total"], data["message"], data["eta_seconds"], share)
