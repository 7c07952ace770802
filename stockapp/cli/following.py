"""Waiting for a task, with a bar on a terminal; Ctrl-C cancels what this command started."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.domain.task import Progress, Task, TaskStatus

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools

_WIDTH = 24
_LONGEST = 100


class Bar:
    """One line of standard error that is written again and again; nothing where nobody looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._drawn = False

    def __enter__(self) -> Callable[[Progress], None]:
        return self._draw

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _draw(self, progress: Progress) -> None:
        if self._shown:
            self._drawn = True
            click.echo(f"\r{line(progress)[:_LONGEST]}\x1b[K", err=True, nl=False)


def line(progress: Progress) -> str:
    """How far it is: [######------] 3 of 6, AAPL from yahoo/quote, 4 s left."""
    full = round(_WIDTH * progress.percent / 100)
    parts = [f"{progress.done} of {progress.total}", progress.message]
    if progress.eta_seconds is not None:
        parts.append(f"{progress.eta_seconds:.0f} s left")
    bar = f"[{'#' * full}{'-' * (_WIDTH - full)}]"
    return f"{bar} {', '.join(part for part in parts if part)}"


def follow(tools: "Tools", task: Task, *, joined: bool) -> Task:
    """The task once it has ended as completed or failed.

    Raises Problem where it was cancelled. Ctrl-C cancels it; but not one that somebody else had
    started before (`joined`), which goes on.
    """
    try:
        with Bar() as told:
            ended = tools.errands.see_through(task, told)
    except KeyboardInterrupt:
        extra = {"task": task.id}
        if joined:
            words = f"Not waited for any longer: task {task.id}, begun by somebody else, goes on."
            raise Problem(Exit.CANCELLED, "left", words, extra) from None
        tools.tasks.cancel(task.id)
        raise Problem(Exit.CANCELLED, "cancelled", "Cancelled.", extra) from None
    if ended.status is TaskStatus.CANCELLED:
        words = "The task was cancelled elsewhere."
        raise Problem(Exit.CANCELLED, "cancelled", words, {"task": task.id})
    return ended
