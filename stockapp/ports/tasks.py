"""Tasks and their events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from stockapp.domain.event import Event
from stockapp.domain.task import Item, ItemState, NewTask, Progress, Task, TaskError, TaskStatus


@dataclass(frozen=True, slots=True)
class Created:
    """What became of a new task: stored, or an equal unended one joined."""

    task: Task
    joined: bool


@dataclass(frozen=True, slots=True)
class Unended:
    """How many tasks some worker runs, and how many wait for one."""

    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Openings:
    """Which tasks a worker has room for: of these kinds, None: any; with at most so many items."""

    kinds: frozenset[str] | None = None
    most_items: int | None = None


ANY_TASK = Openings()


class QueueFull(Exception):
    """So many tasks wait already that no further one is taken."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of a cancel: `changed` when this call ended the task as cancelled."""

    task: Task
    changed: bool


class TaskStore(Protocol):
    """Tasks and their items. Every change writes its events in the same transaction."""

    def create(self, new: NewTask, *, most_pending: int | None = None) -> Created:
        """Store a pending task with its first `progress` event, or join an equal one.

        Raises QueueFull where `most_pending` tasks wait already.
        """

    def get(self, task_id: str) -> Task | None:
        """The task with its result, and its items' states without their results."""

    def items(self, task_id: str) -> list[Item]:
        """The items of a task with their results; none for an unknown one."""

    def snapshot(self, task_id: str) -> tuple[Task, int] | None:
        """The task, and the id of the last event of the whole log that it reflects."""

    def recent(
        self,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Newest first, without items and results; `before` is the id of a task to start after."""

    def unended(self) -> Unended:
        """How many tasks have not ended; a cheap read."""

    def claim(
        self,
        worker: str,
        lease_seconds: float,
        task_id: str | None = None,
        openings: Openings = ANY_TASK,
    ) -> Task | None:
        """Make `worker` the runner of that pending task, or of the oldest one that fits; else None.

        A running task whose lease has lapsed counts as pending; its `retries` grow by one.
        The task returned holds its items with their results.
        """

    def has_claimable(self, openings: Openings = ANY_TASK) -> bool:
        """Whether `claim` without a task id would find one; a cheap read."""

    def active_states(self, kind: str, keys: Collection[str]) -> dict[str, ItemState]:
        """Which of these items are queued or running in an unended task of that kind."""

    def renew(self, worker: str, lease_seconds: float, task_ids: Collection[str]) -> None:
        """Extend the leases of these tasks, as far as `worker` runs them."""

    def record(self, task_id: str, worker: str, items: Sequence[Item], progress: Progress) -> bool:
        """Store new item states with their events, if `worker` still runs the task."""

    def finish(
        self,
        task_id: str,
        worker: str,
        status: TaskStatus,
        progress: Progress,
        result: Mapping[str, Any] | None = None,
        error: TaskError | None = None,
    ) -> bool:
        """End the task with its end event, if `worker` still runs it."""

    def cancel(self, task_id: str) -> Cancelled | None:
        """End the task and its unended items as cancelled, unless it ended before."""

    def release(self, worker: str) -> int:
        """Hand back all that `worker` runs: pending again, ended items kept. Returns how many."""

    def purge(self, ended_before: datetime, having: str | None = None) -> int:
        """Delete tasks that ended before then; only those with that parameter set, where it is
        given. Returns how many.
        """


class EventLog(Protocol):
    """The ordered log of events of all topics."""

    def since(self, after_id: int, *, topic: str | None = None, limit: int = 1000) -> list[Event]:
        """Events after that id, oldest first."""

    def last_id(self) -> int:
        """The id of the newest event ever written; 0 when there was none."""

    def trimmed_through(self) -> int:
        """Events up to this id may have been deleted; 0 when none were."""

    def wait(self, timeout_seconds: float) -> None:
        """Return when new events may have been written by any worker, or after the time-out."""

    def purge(self, written_before: datetime, most_kept: int) -> int:
        """Delete older events, and those before the newest `most_kept`. Returns how many."""
