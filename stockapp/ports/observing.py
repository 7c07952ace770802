"""Who watches from outside how work goes."""

from collections.abc import Sequence
from typing import Protocol

from stockapp.domain.attempt import Attempt, Failure
from stockapp.domain.task import Item, TaskStatus


class Observer(Protocol):
    """Told of what this worker did, once, when it is done. Never called in a native thread."""

    def task_ended(self, kind: str, status: TaskStatus, seconds: float | None) -> None:
        """A task ended; it ran for so long here, None where this worker did not run it."""

    def items_ended(self, kind: str, items: Sequence[Item]) -> None:
        """Items of a task ended, with their results."""

    def source_answered(
        self, source: str, method: str, seconds: float, failure: Failure | None
    ) -> None:
        """A request to a source ended."""

    def attempts_ended(self, attempts: Sequence[Attempt]) -> None:
        """Attempts to get something from sources ended, or were skipped."""


class Nobody:
    """An observer that looks away."""

    def task_ended(self, kind: str, status: TaskStatus, seconds: float | None) -> None:
        """Not noticed."""

    def items_ended(self, kind: str, items: Sequence[Item]) -> None:
        """Not noticed."""

    def source_answered(
        self, source: str, method: str, seconds: float, failure: Failure | None
    ) -> None:
        """Not noticed."""

    def attempts_ended(self, attempts: Sequence[Attempt]) -> None:
        """Not noticed."""


NOBODY = Nobody()
