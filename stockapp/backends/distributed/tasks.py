"""Tasks in Redis: every change, with its events, is one script."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from stockapp.backends.codec import encode_optional
from stockapp.backends.distributed import task_codec
from stockapp.backends.distributed.link import RedisLink
from stockapp.domain.task import Item, ItemState, NewTask, Progress, Task, TaskError, TaskStatus
from stockapp.ports import ANY_TASK, Cancelled, Clock, Created, Openings, QueueFull, Unended

PURGE_BATCH = 100


class RedisTaskStore:
    """TaskStore; a lease is a time of the clocks of all nodes, which must agree to a second."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def create(self, new: NewTask, *, most_pending: int | None = None) -> Created:
        """Store a pending task with its first `progress` event, or join an equal one.

        Raises QueueFull where `most_pending` tasks wait already.
        """
        answer = self._link.run("create", *task_codec.of_new(new, self._now(), most_pending))
        if answer is None:
            raise QueueFull(f"{most_pending} tasks are waiting already")
        task, joined = answer
        return Created(task_codec.loaded(task), bool(joined))

    def get(self, task_id: str) -> Task | None:
        """The task with its result, and its items' states without their results."""
        found = self.snapshot(task_id)
        return found[0] if found else None

    def items(self, task_id: str) -> list[Item]:
        """The items of a task with their results; none for an unknown one."""
        task = self._link.run("load_whole", task_id)
        return list(task_codec.loaded(task).items) if task else []

    def snapshot(self, task_id: str) -> tuple[Task, int] | None:
        """The task, and the id of the last event of the whole log that it reflects."""
        task, newest = self._link.run("load", task_id)
        return (task_codec.loaded(task), int(newest)) if task else None

    def recent(
        self,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Newest first, without items and results; none when `before` is not known (any more)."""
        wanted = (status.value if status else "", kind or "", max(0, limit), before or "")
        return [task_codec.listed(fields) for fields in self._link.run("recent", *wanted)]

    def unended(self) -> Unended:
        """How many tasks have not ended; a cheap read."""
        names = [self._link.key(f"status:{status}") for status in ("running", "pending")]
        return Unended(*self._link.ask(lambda redis: [int(redis.zcard(name)) for name in names]))

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
        now = self._now()
        times = (repr(now), repr(now + lease_seconds))
        answer = self._link.run("claim", worker, *times, task_id or "", *_wanted(openings))
        return task_codec.loaded(answer) if answer else None

    def has_claimable(self, openings: Openings = ANY_TASK) -> bool:
        """Whether `claim` without a task id would find one; a cheap read."""
        return bool(self._link.run("has_claimable", repr(self._now()), *_wanted(openings)))

    def active_states(self, kind: str, keys: Collection[str]) -> dict[str, ItemState]:
        """Which of these items are queued or running in an unended task of that kind."""
        if not keys:
            return {}
        found = self._link.run("active_states", kind, *keys)
        return {key: ItemState(state) for key, state in zip(found[::2], found[1::2], strict=True)}

    def renew(self, worker: str, lease_seconds: float, task_ids: Collection[str]) -> None:
        """Extend the leases of these tasks, as far as `worker` runs them."""
        self._link.run("renew", worker, repr(self._now() + lease_seconds), *task_ids)

    def record(self, task_id: str, worker: str, items: Sequence[Item], progress: Progress) -> bool:
        """Store new item states with their events, if `worker` still runs the task."""
        values = [
            *(task_id, worker, repr(self._now()), *task_codec.of_progress(progress)),
            *(str(len(items)), *map(task_codec.item_event, items), *task_codec.of_items(items)),
        ]
        return bool(self._link.run("record", *values))

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
        values = [
            *(task_id, worker, repr(self._now()), *task_codec.of_progress(progress)),
            *(status.value, encode_optional(result) or ""),
            encode_optional(error.to_json() if error else None) or "",
        ]
        return bool(self._link.run("finish", *values))

    def cancel(self, task_id: str) -> Cancelled | None:
        """End the task and its unended items as cancelled, unless it ended before."""
        answer = self._link.run("cancel", task_id, repr(self._now()))
        return Cancelled(task_codec.loaded(answer[0]), bool(answer[1])) if answer else None

    def release(self, worker: str) -> int:
        """Hand back all that `worker` runs: pending again, ended items kept. Returns how many."""
        return int(self._link.run("release", worker, repr(self._now())))

    def purge(self, ended_before: datetime, having: str | None = None) -> int:
        """Delete tasks that ended before then, or of those the ones with that parameter set."""
        name = self._link.key("ended" if having is None else f"ended:{having}")
        bound = f"({ended_before.timestamp()!r}"
        ids = self._link.ask(lambda redis: list(redis.zrangebyscore(name, "-inf", bound)))
        deleted = 0
        # In parts, so that others get their turn.
        for first in range(0, len(ids), PURGE_BATCH):
            deleted += int(self._link.run("delete", *ids[first : first + PURGE_BATCH]))
        return deleted

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _wanted(openings: Openings) -> list[str]:
    most = "" if openings.most_items is None else str(openings.most_items)
    kinds = [""] if openings.kinds is None else ["kinds", *sorted(openings.kinds)]
    return [most, *kinds]
