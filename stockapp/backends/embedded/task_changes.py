"""The changes in a task's life with their events, inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from stockapp.backends.codec import encode
from stockapp.backends.embedded import task_rows
from stockapp.backends.embedded.connection import Connection
from stockapp.domain.event import EventType, task_topic
from stockapp.domain.task import Item, NewTask, Progress, Task, TaskStatus

# What of an item's result goes into its event.
_TOLD = ("quote", "error", "analysed", "of", "trend")

UNENDED = "status IN ('pending', 'running')"


def waits_at_least(connection: Connection, count: int) -> bool:
    """Whether so many tasks are pending."""
    query = "SELECT 1 FROM tasks WHERE status = 'pending' LIMIT 1 OFFSET ?"
    return count <= 0 or connection.execute(query, (count - 1,)).fetchone() is not None


def insert(connection: Connection, now: datetime, new: NewTask) -> int:
    """Store the task; its row number."""
    progress = Progress(sum(item.state.ended for item in new.items), len(new.items))
    row = connection.execute(
        "INSERT INTO tasks"
        " (id, kind, status, dedupe_key, done, total, message, created_at, params)"
        " VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?) RETURNING number",
        (
            *(new.id, new.kind, new.dedupe_key),
            *(progress.done, progress.total, progress.message),
            *(now.timestamp(), encode(new.params)),
        ),
    ).fetchone()
    task_rows.store_items(connection, row[0], new.items)
    tell_progress(connection, now, row[0])
    return int(row[0])


def claim(
    connection: Connection, now: datetime, number: int, worker: str, lease_seconds: float
) -> Task:
    """Make `worker` the runner of the task, whatever it was before."""
    connection.execute(
        "UPDATE tasks SET status = 'running', worker = :worker, leased_until = :until,"
        " started_at = coalesce(started_at, :now), retries = retries + (status = 'running')"
        " WHERE number = :number",
        {
            "worker": worker,
            "until": now.timestamp() + lease_seconds,
            "now": now.timestamp(),
            "number": number,
        },
    )
    task_rows.requeue_items(connection, number)
    tell_progress(connection, now, number)
    return task_rows.load_whole(connection, number)


def hand_back(
    connection: Connection, now: datetime, whose: str, worker: str, *, retries: int = 0
) -> int:
    """Make what that worker runs pending again, with its ended items kept. Returns how many.

    `whose` is a condition with `worker` for its value; `retries` says how many to count for it.
    """
    rows = connection.execute(
        "UPDATE tasks SET status = 'pending', leased_until = NULL, retries = retries + ?"
        f" WHERE status = 'running' AND {whose} RETURNING number",
        (retries, worker),
    ).fetchall()
    for (number,) in rows:
        task_rows.requeue_items(connection, number)
        tell_progress(connection, now, number)
    return len(rows)


def set_progress(
    connection: Connection, task_id: str, worker: str, progress: Progress
) -> int | None:
    """Set the progress if `worker` runs the task; the row number, or None if it does not."""
    row = connection.execute(
        "UPDATE tasks SET done = :done, total = :total, message = :message, eta_seconds = :eta,"
        " share = :share WHERE id = :id AND status = 'running' AND worker = :worker"
        " RETURNING number",
        {
            "done": progress.done,
            "total": progress.total,
            "message": progress.message,
            "eta": progress.eta_seconds,
            "share": progress.share,
            "id": task_id,
            "worker": worker,
        },
    ).fetchone()
    return None if row is None else int(row[0])


def set_items(
    connection: Connection, now: datetime, task_id: str, number: int, items: Sequence[Item]
) -> None:
    """Store new item states, with an event each."""
    task_rows.store_items(connection, number, items)
    entries = [(EventType.ITEM, _item_data(item)) for item in items]
    connection.tell(now, task_topic(task_id), entries)


def end(connection: Connection, now: datetime, number: int, status: TaskStatus) -> None:
    """End the task with its end event."""
    (task_id,) = connection.execute(
        "UPDATE tasks SET status = :status, finished_at = :now, leased_until = NULL,"
        # Nothing is left of what was not brought to its end.
        " eta_seconds = CASE WHEN :status = 'completed' THEN eta_seconds END,"
        " message = CASE WHEN :status = 'cancelled' THEN 'Cancelled' ELSE message END"
        " WHERE number = :number RETURNING id",
        {"status": status.value, "now": now.timestamp(), "number": number},
    ).fetchone()
    if status is TaskStatus.CANCELLED:
        task_rows.cancel_items(connection, number)
    connection.tell(
        now,
        task_topic(task_id),
        [(EventType(status.value), {"status": status.value})],
    )


def tell_progress(connection: Connection, now: datetime, number: int) -> None:
    """Write the task's stored progress and status as an event."""
    row = connection.execute(
        f"SELECT {task_rows.LISTED} FROM tasks WHERE number = ?", (number,)
    ).fetchone()
    task = task_rows.task(row)
    data = {**task.progress.to_json(), "status": task.status.value, "kind": task.kind}
    connection.tell(now, task_topic(task.id), [(EventType.PROGRESS, data)])


def _item_data(item: Item) -> dict[str, Any]:
    # Without the attempts, which would make the log many times as large.
    result = item.result or {}
    kept = {name: result[name] for name in _TOLD if name in result}
    return {"key": item.key, "state": item.state.value, **kept}
