"""`tasks`: background work: looking at it, stopping it, doing it again."""

from typing import TYPE_CHECKING

import click

from stockapp.cli.exits import Exit, Problem
from stockapp.cli.following import follow
from stockapp.cli.shell import Answer, Asked, Shell
from stockapp.domain import moment
from stockapp.domain.task import Item, ItemState, Task

if TYPE_CHECKING:
    from stockapp.cli.tools import Tools


def register(group: click.Group, shell: Shell) -> None:
    """Add the commands."""
    tasks = click.Group(
        "tasks", help="Background work: looking at it, stopping it, doing it again."
    )
    group.add_command(tasks)
    shell.command(tasks, "list")(_list)
    shell.command(tasks, "show")(_show)
    shell.command(tasks, "follow")(_follow)
    shell.command(tasks, "cancel")(_cancel)
    shell.command(tasks, "retry")(_retry)


@click.option("--limit", default=20, type=click.IntRange(1, 1000), help="How many.")
def _list(tools: "Tools", asked: Asked, limit: int) -> Answer:
    """Show the newest tasks."""
    found = tools.tasks.recent(limit=limit)
    notes = [] if found else ["No tasks; ended ones are removed in time."]
    document = {"tasks": [task.to_json() for task in found]}
    return Answer(document, [_line(task) for task in found], notes=notes)


@click.argument("task_id")
def _show(tools: "Tools", asked: Asked, task_id: str) -> Answer:
    """Show a task with its items."""
    return _whole(tools, tools.tasks.task(task_id))


@click.argument("task_id")
def _follow(tools: "Tools", asked: Asked, task_id: str) -> Answer:
    """Wait until a task has ended, then show it; Ctrl-C leaves it alone."""
    task = follow(tools, tools.tasks.task(task_id), joined=True)
    return _whole(tools, task, ended=True)


@click.argument("task_id")
def _cancel(tools: "Tools", asked: Asked, task_id: str) -> Answer:
    """End a task as cancelled; its worker stops at once."""
    cancelled = tools.tasks.cancel(task_id)
    if not cancelled.changed:
        words = f"It had ended already, as {cancelled.task.status.value}."
        raise Problem(Exit.FAILED, "task_ended", words)
    return Answer(cancelled.task.to_json(), ["cancelled"])


@click.argument("task_id")
def _retry(tools: "Tools", asked: Asked, task_id: str) -> Answer:
    """Do again what an ended task did not do; all of it where nothing failed."""
    created = tools.tasks.retry(task_id)
    task = follow(tools, created.task, joined=created.joined)
    return _whole(tools, task, ended=True)


def _whole(tools: "Tools", task: Task, *, ended: bool = False) -> Answer:
    items = tools.tasks.items(task.id)
    told = [{"key": i.key, "state": i.state.value, "result": i.result} for i in items]
    lines = [_line(task)]
    if task.error:
        lines.append(f"  {task.error.code}: {task.error.detail}")
    lines += [_item_line(item) for item in items]
    failed = task.error or any(item.state is not ItemState.OK for item in items)
    exit_ = Exit.FAILED if ended and failed else Exit.DONE
    return Answer({**task.to_json(), "items": told}, lines, exit_)


def _line(task: Task) -> str:
    progress = task.progress
    parts = [
        task.id,
        f"{task.kind:<12} {task.status.value:<9}",
        f"{progress.done} of {progress.total}",
        moment.to_text(task.created_at),
        progress.message,
    ]
    if task.retries:
        parts.append(f"taken over {task.retries} x")
    return "  ".join(part for part in parts if part)


def _item_line(item: Item) -> str:
    result = item.result or {}
    error, quote = result.get("error") or {}, result.get("quote") or {}
    price = f"{quote['price']:g} {quote.get('currency') or ''}" if quote else ""
    said = error.get("detail") or price
    lines = [f"  {item.key:<12} {item.state.value:<9} {said}"]
    for attempt in result.get("attempts", ()):
        why = f" ({attempt['reason']})" if attempt.get("reason") else ""
        label = f"{attempt['source']}/{attempt['method']}"
        took = f"{attempt['elapsed_ms']:,.0f} ms"
        lines.append(f"      {label:<28} {attempt['outcome']}{why}, {took}")
    return "\n".join(lines)
