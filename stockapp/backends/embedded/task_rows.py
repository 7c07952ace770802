"""Tasks and their items as rows, read and written inside the caller's transaction."""

from collections.abc import Iterable
from typing import Any

from stockapp.backends.codec import (
    decode,
    decode_optional,
    encode_optional,
)
from stockapp.backends.embedded.connection import Connection
from stockapp.domain import moment
from stockapp.domain.task import Item, ItemState, Progress, Task, TaskError, TaskStatus

# `result` last: a listing then never reads the pages it fills.
LISTED = (
    "id, kind, status, done, total, message, eta_seconds, share, created_at, started_at,"
    " finished_at, worker, retries, error, params, result IS NOT NULL"
)


def load(connection: Connection, number: int) -> Task:
    """The task in that row, with its result, and its items' states without their results."""
    items = connection.execute(
        "SELECT key, state FROM task_items WHERE task = ? ORDER BY position", (number,)
    )
    return _load(connection, number, tuple(Item(key, ItemState(state)) for key, state in items))


def load_whole(connection: Connection, number: int) -> Task:
    """The task in that row, with its result and its items' results."""
    return _load(connection, number, tuple(items(connection, number)))


def items(connection: Connection, number: int) -> list[Item]:
    """The items of the task in that row, with their results."""
    rows = connection.execute(
        "SELECT key, state, result FROM task_items WHERE task = ? ORDER BY position", (number,)
    )
    return [Item(key, ItemState(state), decode_optional(result)) for key, state, result in rows]


def find(connection: Connection, task_id: str) -> int | None:
    """The row number of a task."""
    row = connection.execute("SELECT number FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return None if row is None else int(row[0])


def task(row: Any, result: str | None = None, items: tuple[Item, ...] = ()) -> Task:
    """The task from the columns `LISTED`, with the rest where it was asked for."""
    id_, kind, status, done, total, message, eta_seconds, share = row[:8]
    created_at, started_at, finished_at, worker, retries, error, params, has_result = row[8:]
    failure = decode_optional(error)
    return Task(
        id=id_,
        kind=kind,
        status=TaskStatus(status),
        params=decode(params),
        progress=Progress(done, total, message, eta_seconds, share),
        created_at=moment.from_epoch(created_at),
        started_at=None if started_at is None else moment.from_epoch(started_at),
        finished_at=None if finished_at is None else moment.from_epoch(finished_at),
        worker=worker,
        retries=retries,
        result=decode_optional(result),
        has_result=bool(has_result),
        error=TaskError(**failure) if failure else None,
        items=items,
    )


def store_items(connection: Connection, number: int, items: Iterable[Item]) -> None:
    """Set the states of items; one that the task did not have yet is added at the end."""
    connection.executemany(
        "INSERT INTO task_items (task, key, state, result) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (task, key) DO UPDATE SET state = excluded.state, result = excluded.result",
        [(number, item.key, item.state.value, encode_optional(item.result)) for item in items],
    )


def requeue_items(connection: Connection, number: int) -> None:
    """Let the items that a lost or leaving worker had under way wait for the next one."""
    connection.execute(
        "UPDATE task_items SET state = ? WHERE task = ? AND state = ?",
        (ItemState.QUEUED.value, number, ItemState.RUNNING.value),
    )


def cancel_items(connection: Connection, number: int) -> None:
    """End the items that have not ended as cancelled."""
    connection.execute(
        "UPDATE task_items SET state = ? WHERE task = ? AND state IN (?, ?)",
        (
            ItemState.CANCELLED.value,
            number,
            ItemState.QUEUED.value,
            ItemState.RUNNING.value,
        ),
    )


def _load(connection: Connection, number: int, items: tuple[Item, ...]) -> Task:
    row = connection.execute(
        f"SELECT {LISTED}, result FROM tasks WHERE number = ?", (number,)
    ).fetchone()
    return task(row[:-1], result=row[-1], items=items)
