"""What happened, in the order it happened: the log that every stream is cut from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

# The topic of the set of watchlists: which there are, and what they are called.
WATCHLISTS_TOPIC = "watchlists"
# The topic of who may use stockapp; streams never carry it.
ACCESS_TOPIC = "access"


class EventType(StrEnum):
    """`snapshot` and `reset` exist on streams only; `watchlist` only on the topics of one
    watchlist, and of the set of them; `access` only between workers.
    """

    SNAPSHOT = "snapshot"
    PROGRESS = "progress"
    ITEM = "item"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RESET = "reset"
    WATCHLIST = "watchlist"
    ACCESS = "access"

    @property
    def ends_task(self) -> bool:
        """Whether a task's stream ends with this event."""
        return self in (EventType.COMPLETED, EventType.FAILED, EventType.CANCELLED)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log; `id` grows with every entry over all topics.

    Data by type: progress: Progress.to_json() plus `status` and `kind`; item: `key`, `state` and
    the item's result without its attempts; completed, failed, cancelled: `status`; watchlist, of
    one list: `action` (added, changed, removed, moved: to another place of the list) and `symbol`;
    of the set of lists: `action` (created, renamed, deleted) and the list's name as `watchlist`;
    access: the `id` of a session or token that has ended.
    """

    id: int
    topic: str
    type: EventType
    data: Mapping[str, Any]
    created_at: datetime


def task_topic(task_id: str) -> str:
    """The topic of one task's events."""
    return f"task:{task_id}"


def watchlist_topic(name: str) -> str:
    """The topic of one watchlist's events."""
    return f"watchlist:{name}"
