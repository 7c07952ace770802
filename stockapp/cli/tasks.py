"""`flask tasks`."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator

import click
from flask import Flask
from flask.cli import AppGroup

from stockapp.domain import moment
from stockapp.domain.task import Item, Task
from stockapp.ports import QueueFull, StoreTrouble
from stockapp.services.task_admin import NoSuchTask, NotEnded, TaskAdmin

_as_json = click.option("--json", "as_json", is_flag=True, help="JSON.")


def register(app: Flask, admin: TaskAdmin, close: Callable[[], None]) -> None:
    """Add the commands."""
    group = AppGroup("tasks", help="Background work: looking at it, stopping it, doing it again.")
    app.cli.add_command(group)
    _register_looking(group, admin, close)
    _register_changing(group, admin, close)


def _register_looking(group: AppGroup, admin: TaskAdmin, close: Callable[[], None]) -> None:
    @group.command("list")
    @click.option("--limit", default=20, type=click.IntRange(1, 1000), help="How many.")
    @_as_json
    def list_(limit: int, as_json: bool) -> None:
        """Show the newest tasks."""
        with _telling(close):
            found = admin.recent(limit=limit)
        if as_json:
            click.echo(json.dumps([task.to_json() for task in found]))
            return
        for task in found:
            click.echo(_line(task))
        if not found:
            click.echo("No tasks; ended ones are removed in time.")

    @group.command("show")
    @click.argument("task_id")
    @_as_json
    def show(task_id: str, as_json: bool) -> None:
        """Show a task with its items."""
        with _telling(close):
            task, items = admin.task(task_id), admin.items(task_id)
        if as_json:
            told = [{"key": i.key, "state": i.state.value, "result": i.result} for i in items]
            click.echo(json.dumps({**task.to_json(), "items": told}))
            return
        click.echo(_line(task))
        if task.error:
            click.echo(f"  {task.error.code}: {task.error.detail}")
        for item in items:
            click.echo(_item_line(item))


def _register_changing(group: AppGroup, admin: TaskAdmin, close: Callable[[], None]) -> None:
    @group.command("cancel")
    @click.argument("task_id")
    def cancel(task_id: str) -> None:
        """End a task as cancelled; its worker stops at once."""
        with _telling(close):
            cancelled = admin.cancel(task_id)
        if not cancelled.changed:
            raise click.ClickException(f"it had ended already, as {cancelled.task.status.value}")
        click.echo("cancelled")

    @group.command("retry")
    @click.argument("task_id")
    def retry(task_id: str) -> None:
        """Do again what an ended task did not do; a running stockapp takes it."""
        with _telling(close):
            created = admin.retry(task_id)
        click.echo(created.task.id)


@contextlib.contextmanager
def _telling(close: Callable[[], None]) -> Iterator[None]:
    logging.getLogger("stockapp").setLevel(logging.ERROR)
    try:
        yield
    except (NoSuchTask, NotEnded, QueueFull, StoreTrouble) as error:
        raise click.ClickException(str(error)) from None
    finally:
        close()


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
