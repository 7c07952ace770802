"""Background work: a task is one run of a kind, over items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from stockapp.domain import moment


class TaskStatus(StrEnum):
    """pending -> running -> completed | failed | cancelled; running -> pending on hand-over."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing can change any more."""
        return self not in (TaskStatus.PENDING, TaskStatus.RUNNING)


class ItemState(StrEnum):
    """The state of one symbol or stage. `stale`: all sources failed, an older value stays."""

    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    STALE = "stale"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether this item needs no more work."""
        return self not in (ItemState.QUEUED, ItemState.RUNNING)


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a task. `result` is the part's own result in JSON shape, once it ended."""

    key: str
    state: ItemState
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is. `eta_seconds` is None until an estimate means something.

    `share` of the work that is done, 0 to 1, where items differ in size; else None.
    """

    done: int
    total: int
    message: str = ""
    eta_seconds: float | None = None
    share: float | None = None

    @property
    def percent(self) -> float:
        """Done of total, 0 to 100; 100 when there is nothing to do."""
        if self.share is not None:
            return round(100 * self.share, 1)
        return round(100 * self.done / self.total, 1) if self.total else 100.0

    def to_json(self) -> dict[str, Any]:
        """The progress as the JSON interface shows it."""
        return {
            "done": self.done,
            "total": self.total,
            "percent": self.percent,
            "message": self.message,
            "eta_seconds": self.eta_seconds,
        }


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task failed: a stable code and a sentence for people."""

    code: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        """The error as the JSON interface shows it."""
        return {"code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be stored. An unended task with the same `dedupe_key` is joined instead."""

    id: str
    kind: str
    params: Mapping[str, Any]
    dedupe_key: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A stored task. `items` is empty and `result` None where a listing leaves them out.

    `worker` is who runs it now, or ran it last; `retries` counts how often another had to take
    it over after a loss (an orderly hand-over is not counted).
    """

    id: str
    kind: str
    status: TaskStatus
    params: Mapping[str, Any]
    progress: Progress
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    worker: str | None = None
    retries: int = 0
    result: Mapping[str, Any] | None = None
    has_result: bool = False
    error: TaskError | None = None
    items: tuple[Item, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The task as listings show it: without items and result."""
        return {
            "id": self.id,
            "kind": self.kind,
            "status": self.status.value,
            "progress": self.progress.to_json(),
            "params": dict(self.params),
            "created_at": moment.to_text(self.created_at),
            "started_at": moment.to_text(self.started_at) if self.started_at else None,
            "finished_at": moment.to_text(self.finished_at) if self.finished_at else None,
            "retries": self.retries,
            "has_result": self.has_result,
            "error": self.error.to_json() if self.error else None,
        }
