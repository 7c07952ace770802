"""Kinds of task: what a task of each does, and what its result looks like."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stockapp.domain.task import Item, Task, TaskError
from stockapp.tasks.cancellation import CancelToken
from stockapp.tasks.staged import Plan


class TaskRun(Protocol):
    """What a kind sees of the task it runs."""

    @property
    def task(self) -> Task:
        """The task as it was when this worker took it, with its items."""

    @property
    def token(self) -> CancelToken:
        """Set when the run must stop: cancelled, handed over, or lost to another worker."""

    def begin(self, keys: Iterable[str]) -> None:
        """Say that work on these items begins now, or begins anew: that tells how long one takes.

        Stores nothing.
        """

    def record(self, items: Sequence[Item], message: str) -> None:
        """Store new item states. Raises Superseded when the task is no longer this worker's."""


class Superseded(Exception):
    """The task was cancelled or taken by another worker: stop, quietly."""


class Undoable(Exception):
    """The task as a whole has failed, by no defect; `error` tells why."""

    def __init__(self, error: TaskError) -> None:
        super().__init__(error.detail)
        self.error = error


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tasks of a kind one worker runs at once, and how long after its first start one may
    run, whichever workers had it.
    """

    slots: int
    deadline_seconds: float


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` does the items that have not ended; `result` makes the task's result of all items,
    `closing_words` the message of its last progress. `plan`: where the items are stages."""

    name: str
    run: Callable[[TaskRun], None]
    result: Callable[[Sequence[Item]], Mapping[str, Any]]
    closing_words: Callable[[Sequence[Item]], str]
    limits: Limits
    plan: Plan | None = None
