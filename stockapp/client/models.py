"""Tasks and their events, as values. Members that a newer server adds stay readable in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

_ENDED = frozenset({"completed", "failed", "cancelled"})


def time_of(text: str | None) -> datetime | None:
    """A time of the interface; null stays None."""
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is; `percent` 0 to 100, `eta_seconds` None until an estimate means something.

    As an argument of a call-back it is printed as one line.
    """

    done: int
    total: int
    percent: float
    message: str
    eta_seconds: float | None

    @classmethod
    def of(cls, data: Json) -> "Progress":
        """From the members of a `progress` event, or a task's `progress`."""
        return cls(
            data["done"], data["total"], data["percent"], data["message"], data["eta_seconds"]
        )

    def __str__(self) -> str:
        left = "" if self.eta_seconds is None else f", {self.eta_seconds:.0f} s left"
        return f"{self.done} of {self.total} ({self.percent:.0f} %{left}) {self.message}".rstrip()


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task failed, or a symbol has no price: a stable code and a sentence."""

    code: str
    detail: str

    @classmethod
    def of(cls, data: Json | None) -> "TaskError | None":
        """From an `error`, which may be null."""
        return cls(data["code"], data["detail"]) if data else None


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """A symbol or stage of a task: queued, running, ok, stale, failed or cancelled."""

    key: str
    state: str


@dataclass(frozen=True, slots=True)
class Task:
    """Background work. `items` and `result` are empty in listings."""

    id: str
    kind: str
    status: str
    progress: Progress
    params: Json
    created_at: datetime | None
    finished_at: datetime | None
    retries: int
    error: TaskError | None
    items: tuple[ItemProgress, ...]
    result: Json | None = field(repr=False)
    raw: Json = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _ENDED

    @classmethod
    def of(cls, data: Json) -> "Task":
        """From the JSON of a task."""
        return cls(
            id=data["id"],
            kind=data["kind"],
            status=data["status"],
            progress=Progress.of(data["progress"]),
            params=data["params"],
            created_at=time_of(data["created_at"]),
            finished_at=time_of(data["finished_at"]),
            retries=data["retries"],
            error=TaskError.of(data["error"]),
            items=tuple(ItemProgress(one["key"], one["state"]) for one in data.get("items", ())),
            result=data.get("result"),
            raw=data,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a task.

    `type`: snapshot (the whole task, first of all), progress, item, then one of completed, failed
    and cancelled (the whole task); reset where the server no longer knew what came between, with
    a new snapshot after it. `id` is None where the task is polled.
    """

    type: str
    id: int | None
    data: Json

    @property
    def ends(self) -> bool:
        """Whether it is the last one."""
        return self.type in _ENDED

    @property
    def task(self) -> Task | None:
        """The whole task, where the event carries it."""
        return Task.of(self.data) if self.ends or self.type == "snapshot" else None

    @property
    def progress(self) -> Progress | None:
        """How far the task is, where the event tells."""
        if self.type == "progress":
            return Progress.of(self.data)
        task = self.task
        return task.progress if task else None
