"""Small lines for rows: what is known of them, and having fetched what is due."""

import hashlib
from collections.abc import Sequence

from stockapp.domain.event import Event
from stockapp.domain.task import Item, ItemState, Task
from stockapp.domain.trend import Trend
from stockapp.ports import QueueFull, RateLimited, StoreTrouble, TaskStore
from stockapp.services.aged import Aged
from stockapp.services.trend_store import TrendStore
from stockapp.services.trending import KIND
from stockapp.tasks.engine import TaskEngine

# The task under way is looked for among so many of the newest of its kind.
_RECENT = 20


class Trends:
    """Every call returns in milliseconds."""

    def __init__(self, engine: TaskEngine, tasks: TaskStore, store: TrendStore) -> None:
        self._engine = engine
        self._tasks = tasks
        self._store = store

    def known(self, symbols: Sequence[str]) -> dict[str, Aged[Trend]]:
        """The trends that the cache has, of any age that may be shown."""
        return self._store.known(symbols)

    def start_due(self, symbols: Sequence[str]) -> Task | None:
        """Fetch behind what is due of these and not under way; else the task that is at it.

        None where nothing is due, or no task is taken at present.
        """
        due = self._store.due(symbols)
        if not due:
            return None
        try:
            under_way = self._tasks.active_states(KIND, due)
            wanted = [symbol for symbol in due if symbol not in under_way]
            if not wanted:
                return self._running()
            items = [Item(symbol, ItemState.QUEUED) for symbol in wanted]
            return self._engine.submit(KIND, {"symbols": wanted}, items, _dedupe_key(wanted)).task
        except (QueueFull, RateLimited, StoreTrouble):
            return None

    def on_event(self, event: Event) -> None:
        """Read anew what another worker may have fetched."""
        self._store.on_event(event)

    def _running(self) -> Task | None:
        recent = self._tasks.recent(kind=KIND, limit=_RECENT)
        return next((task for task in recent if not task.status.ended), None)


def _dedupe_key(symbols: Sequence[str]) -> str:
    """Equal for the same symbols, in whatever order."""
    return hashlib.sha256(f"{KIND} {' '.join(sorted(symbols))}".encode()).hexdigest()
