"""`status`: whether stockapp runs on this data folder, and how it fares."""

from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.domain.worker_names import names

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools

_SHOWN = 50


def register(group: click.Group, shell: Shell) -> None:
    """Add the command."""
    shell.command(group, "status")(_status)


def _status(tools: "Tools", asked: Asked) -> Answer:
    """Tell of the workers that run, of tasks under way, and of troubles.

    Ends with 1 when no worker runs, the cache cannot store, or nobody does the tasks.
    """
    workers = list(tools.vitals.workers())
    tasks = tools.tasks.under_way(_SHOWN)
    troubles = tools.cache.troubles()
    lacking = tools.workforce.lacking()
    lines = [f"{len(workers)} workers run" if workers else "no worker runs"]
    for worker, name in zip(workers, names(workers), strict=True):
        memory = worker["resident_bytes"]
        told = f"{memory / 1e6:,.0f} MB" if memory else "memory unknown"
        lag = worker["hub_lag_ms"]["p99"]
        about = f"{told}, lag {lag:g} ms, {worker['running_tasks']} tasks"
        lines.append(f"  {name}: {about}, {worker['open_streams']} streams")
    lines.append(f"{len(tasks)} tasks under way")
    lines += [f"  {task.id}  {task.kind}  {task.status.value}" for task in tasks]
    lines += [*(f"cache: {trouble}" for trouble in troubles), *lacking]
    document = {
        "workers": workers,
        "tasks": [task.to_json() for task in tasks],
        "troubles": troubles,
        "lacking": list(lacking),
    }
    well = workers and not troubles and not lacking
    return Answer(document, lines, Exit.DONE if well else Exit.FAILED)
