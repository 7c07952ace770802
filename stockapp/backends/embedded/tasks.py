"""Tasks in the database: every change, with its events, is one compare-and-set transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from stockapp.backends.codec import encode_optional
from stockapp.backends.embedded import events, task_rows
from stockapp.backends.embedded import task_changes as changes
from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.task_changes import UNENDED
from stockapp.domain.task import Item, ItemState, NewTask, Progress, Task, TaskError, TaskStatus
from stockapp.ports import ANY_TASK, Cancelled, Clock, Created, Openings, QueueFull, Unended

PURGE_BATCH = 100

_CLAIMABLE = (
    "(status = 'pending' OR (status = 'running' AND leased_until <= :now))"
    " AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))"
    " AND (:most_items IS NULL OR total <= :most_items)"
)


class SqliteTaskStore:
    """TaskStore; a lease is a time of the shared clock, kept with the task."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, new: NewTask, *, most_pending: int | None = None) -> Created:
        """Store a pending task with its first `progress` event, or join an equal one.

        Raises QueueFull where `most_pending` tasks wait already.
        """
        now = self._clock.now()

        def create(connection: Connection) -> Created:
            equal = connection.execute(
                f"SELECT number FROM tasks WHERE dedupe_key = ? AND {UNENDED}", (new.dedupe_key,)
            ).fetchone()
            if equal is not None:
                return Created(task_rows.load(connection, equal[0]), joined=True)
            if most_pending is not None and changes.waits_at_least(connection, most_pending):
                raise QueueFull(f"{most_pending} tasks are waiting already")
            number = changes.insert(connection, now, new)
            return Created(task_rows.load(connection, number), joined=False)

        return self._database.write(create)

    def get(self, task_id: str) -> Task | None:
        """The task with its result, and its items' states without their results."""
        return self._database.read(lambda connection: _get(connection, task_id))

    def items(self, task_id: str) -> list[Item]:
        """The items of a task with their results; none for an unknown one."""

        def items(connection: Connection) -> list[Item]:
            number = task_rows.find(connection, task_id)
            return [] if number is None else task_rows.items(connection, number)

        return self._database.read(items)

    def snapshot(self, task_id: str) -> tuple[Task, int] | None:
        """The task, and the id of the last event of the whole log that it reflects."""

        def snapshot(connection: Connection) -> tuple[Task, int] | None:
            task = _get(connection, task_id)
            return None if task is None else (task, events.last_id(connection))

        return self._database.read(snapshot)

    def recent(
        self,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Newest first, without items and results; none when `before` is not known (any more)."""
        conditions = ["1"]
        if status is not None:
            conditions.append("status = :status")
        if kind is not None:
            conditions.append("kind = :kind")
        if before is not None:
            conditions.append(
                "(created_at, number) < (SELECT created_at, number FROM tasks WHERE id = :before)"
            )
        query = (
            f"SELECT {task_rows.LISTED} FROM tasks WHERE {' AND '.join(conditions)}"
            " ORDER BY created_at DESC, number DESC LIMIT :limit"
        )
        values = {"status": status, "kind": kind, "before": before, "limit": max(0, limit)}
        return self._database.read(
            lambda connection: [task_rows.task(row) for row in connection.execute(query, values)]
        )

    def unended(self) -> Unended:
        """How many tasks have not ended; a cheap read."""
        query = f"SELECT status, COUNT(*) FROM tasks WHERE {UNENDED} GROUP BY status"
        counts: dict[str, int] = self._database.read(
            lambda connection: dict(connection.execute(query).fetchall())
        )
        return Unended(counts.get(TaskStatus.RUNNING, 0), counts.get(TaskStatus.PENDING, 0))

    def claim(
        self,
        worker: str,
        lease_seconds: float,
        task_id: str | None = None,
        openings: Openings = ANY_TASK,
    ) -> Task | None:
        """Make `worker` the runner of that pending task, or of the oldest one that fits; else None.

        The task returned holds its items with their results.
        """
        now = self._clock.now()
        wanted = _CLAIMABLE if task_id is None else f"{_CLAIMABLE} AND id = :id"
        query = f"SELECT number FROM tasks WHERE {wanted} ORDER BY created_at, number LIMIT 1"
        values = {**_values(now, openings), "id": task_id}

        def claim(connection: Connection) -> Task | None:
            row = connection.execute(query, values).fetchone()
            return changes.claim(connection, now, row[0], worker, lease_seconds) if row else None

        return self._database.write(claim)

    def has_claimable(self, openings: Openings = ANY_TASK) -> bool:
        """Whether `claim` without a task id would find one; a cheap read."""
        query = f"SELECT EXISTS (SELECT 1 FROM tasks WHERE {_CLAIMABLE})"
        values = _values(self._clock.now(), openings)
        return self._database.read(
            lambda connection: bool(connection.execute(query, values).fetchone()[0])
        )

    def active_states(self, kind: str, keys: Collection[str]) -> dict[str, ItemState]:
        """Which of these items are queued or running in an unended task of that kind."""
        wanted = set(keys)

        def active_states(connection: Connection) -> dict[str, ItemState]:
            # In two tasks at once an item is running if it runs in one: 'running' sorts last.
            rows = connection.execute(
                "SELECT key, state FROM tasks JOIN task_items ON task = number"
                f" WHERE {UNENDED} AND kind = ? AND state IN ('queued', 'running')"
                " ORDER BY state",
                (kind,),
            )
            return {key: ItemState(state) for key, state in rows if key in wanted}

        return self._database.read(active_states)

    def renew(self, worker: str, lease_seconds: float, task_ids: Collection[str]) -> None:
        """Extend the leases of these tasks, as far as `worker` runs them."""
        until = self._clock.now().timestamp() + lease_seconds
        rows = [(until, worker, task_id) for task_id in task_ids]

        def renew(connection: Connection) -> None:
            connection.executemany(
                "UPDATE tasks SET leased_until = ?"
                " WHERE status = 'running' AND worker = ? AND id = ?",
                rows,
            )

        self._database.write(renew)

    def record(self, task_id: str, worker: str, items: Sequence[Item], progress: Progress) -> bool:
        """Store new item states with their events, if `worker` still runs the task."""
        now = self._clock.now()

        def record(connection: Connection) -> bool:
            number = changes.set_progress(connection, task_id, worker, progress)
            if number is None:
                return False
            changes.set_items(connection, now, task_id, number, items)
            changes.tell_progress(connection, now, number)
            return True

        return self._database.write(record)

    def finish(
        self,
        task_id: str,
        worker: str,
        status: TaskStatus,
        progress: Progress,
        result: Mapping[str, Any] | None = None,
        error: TaskError | None = None,
    ) -> bool:
        """End the task with its end event, if `worker` still runs it.

        Raises ValueError for a status that is no end.
        """
        if not status.ended:
            raise ValueError(f"{status} does not end a task")
        now = self._clock.now()
        failure = encode_optional(error.to_json() if error else None)

        def finish(connection: Connection) -> bool:
            number = changes.set_progress(connection, task_id, worker, progress)
            if number is None:
                return False
            connection.execute(
                "UPDATE tasks SET result = ?, error = ? WHERE number = ?",
                (encode_optional(result), failure, number),
            )
            changes.end(connection, now, number, status)
            return True

        return self._database.write(finish)

    def cancel(self, task_id: str) -> Cancelled | None:
        """End the task and its unended items as cancelled, unless it ended before."""
        now = self._clock.now()

        def cancel(connection: Connection) -> Cancelled | None:
            row = connection.execute(
                f"SELECT number, {UNENDED} FROM tasks WHERE id = ?", (task_id,)
            ).fetchone()
            if row is None:
                return None
            number, changed = row
            if changed:
                changes.end(connection, now, number, TaskStatus.CANCELLED)
            return Cancelled(task_rows.load(connection, number), bool(changed))

        return self._database.write(cancel)

    def release(self, worker: str) -> int:
        """Hand back all that `worker` runs: pending again, ended items kept. Returns how many."""
        now = self._clock.now()

        return self._database.write(
            lambda connection: changes.hand_back(connection, now, "worker = ?", worker)
        )

    def purge(self, ended_before: datetime, having: str | None = None) -> int:
        """Delete tasks that ended before then, or of those the ones with that parameter set."""
        wanted = "" if having is None else " AND json_extract(params, :path)"
        values = {
            "before": ended_before.timestamp(),
            "most": PURGE_BATCH,
            "path": f'$."{having}"',
        }

        def purge(connection: Connection) -> int:
            return connection.execute(
                "DELETE FROM tasks WHERE number IN (SELECT number FROM tasks"
                f" WHERE finished_at < :before{wanted} LIMIT :most)",
                values,
            ).rowcount

        deleted = 0
        # In parts, so that other writers get their turn.
        while count := self._database.write(purge):
            deleted += count
        return deleted


def _values(now: datetime, openings: Openings) -> dict[str, Any]:
    kinds = None if openings.kinds is None else json.dumps(sorted(openings.kinds))
    return {"now": now.timestamp(), "kinds": kinds, "most_items": openings.most_items}


def _get(connection: Connection, task_id: str) -> Task | None:
    number = task_rows.find(connection, task_id)
    return None if number is None else task_rows.load(connection, number)
