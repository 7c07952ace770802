"""What pages read, as it was last while a server cannot be used.

Notices say that it may be old. What decides over work is not read here, but for watchlists, of
which every change is checked by PostgreSQL itself.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, TypeVar

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.sql.database import Database
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.task import Item, ItemState, Task, TaskStatus
from stockapp.domain.watchlist import Watchlist, WatchlistItem
from stockapp.ports import Clock, StoreTrouble

T = TypeVar("T")

_MOST_ANSWERS = 100
_LISTS, _NAMES = "lists", "names"


class _Answers:
    """The last answers to so many questions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def ask(self, question: Hashable, ask: Callable[[], T], otherwise: T | None = None) -> T:
        """The answer, or the last one where there is none now. Raises StoreTrouble without any."""
        try:
            answer = ask()
        except StoreTrouble:
            with self._lock:
                last: T | None = self._kept.get(question, otherwise)
            if last is None:
                raise
            return last
        with self._lock:
            self._kept[question] = answer
            self._kept.move_to_end(question)
            if len(self._kept) > _MOST_ANSWERS:
                self._kept.popitem(last=False)
        return answer


class RememberedWatchlists(SqlWatchlistStore):
    """The lists that this process has read stay readable; changes raise StoreTrouble."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._answers = _Answers()

    def lists(self) -> list[Watchlist]:
        """All lists, in the order in which they were made; `default` is the first."""
        return self._answers.ask(_LISTS, super().lists)

    def find(self, name: str) -> Watchlist | None:
        """One list."""
        return next((one for one in self.lists() if one.name == name), None)

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items in the order of the list."""
        read = super().items
        return self._answers.ask(("items", watchlist), lambda: read(watchlist))

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item."""
        try:
            return super().get(watchlist, symbol)
        except StoreTrouble:
            return next((one for one in self.items(watchlist) if one.symbol == symbol), None)

    def names(self) -> dict[str, str | None]:
        """Each symbol that is on any list, in their order, with a name if any list has one."""
        return self._answers.ask(_NAMES, super().names)


class ShownTasks(RedisTaskStore):
    """Lists of tasks as they were last, without what is under way; a single one as it is."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        super().__init__(link, clock)
        self._answers = _Answers()

    def recent(
        self,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Newest first, without items and results; none when `before` is not known (any more)."""
        read = super().recent
        return self._answers.ask(
            (status, kind, limit, before),
            lambda: read(status=status, kind=kind, limit=limit, before=before),
            [],
        )

    def items(self, task_id: str) -> list[Item]:
        """The items of a task with their results; none for an unknown one."""
        try:
            return super().items(task_id)
        except StoreTrouble:
            return []

    def active_states(self, kind: str, keys: Collection[str]) -> dict[str, ItemState]:
        """Which of these items are queued or running in an unended task of that kind."""
        try:
            return super().active_states(kind, keys)
        except StoreTrouble:
            return {}


class ShownLog(RedisEventLog):
    """A page that is told an older position than it shows is told some of it twice."""

    def __init__(self, link: RedisLink) -> None:
        super().__init__(link)
        self._answers = _Answers()

    def last_id(self) -> int:
        """The id of the newest event ever written; 0 when there was none."""
        return self._answers.ask(None, super().last_id, 0)


class ShownState(RedisSharedState):
    """Facts as they were last."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        super().__init__(link, clock)
        self._answers = _Answers()

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """All values whose key starts with `prefix`, by key."""
        read = super().scan
        return self._answers.ask(prefix, lambda: read(prefix), {})
