"""What the application needs from the outside, as small protocols.

Each set of backends (backends/embedded) implements them all and passes the same contract suite.
Every method may be called from any thread or greenlet, returns when done, and lets other
greenlets run meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from stockapp.domain.cache_statistics import CacheCheck, CacheStatistics
from stockapp.domain.event import Event
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.task import Item, ItemState, NewTask, Progress, Task, TaskError, TaskStatus
from stockapp.domain.watchlist import Merged, Moved, Removal, Restored, Watchlist, WatchlistItem

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed point, never going back."""


class Executor(Protocol):
    """Where work runs: network waits beside each other, blocking calls off the hub."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call that waits on the network, or on others; the concurrent.futures pool."""

    def run_blocking(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call that would block the hub in a native thread, and wait for it.

        The call must not log, use queues or locks, or touch yfinance: under gevent those are
        patched, and a patched lock contended from a native thread never comes back.
        """

    def run_cpu(self, call: Callable[..., T], /, *args: Any, timeout_seconds: float) -> T:
        """Compute something that takes the interpreter for long, in another process, and wait.

        The call, its arguments and what it gives must be picklable. Raises what the call raises,
        and TimeoutError, at which the computation is stopped.
        """

    def close(self) -> None:
        """Take no more work; do not wait for what runs, and stop what computes."""


@dataclass(frozen=True, slots=True)
class Created:
    """What became of a new task: stored, or an equal unended one joined."""

    task: Task
    joined: bool


@dataclass(frozen=True, slots=True)
class Unended:
    """How many tasks some worker runs, and how many wait for one."""

    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Openings:
    """Which tasks a worker has room for: of these kinds, None: any; with at most so many items."""

    kinds: frozenset[str] | None = None
    most_items: int | None = None


ANY_TASK = Openings()


class StoreTrouble(Exception):
    """The store cannot do that at present, such as for a full disk; the message says why."""


class Storage(Protocol):
    """How the store of tasks, events, watchlists and shared state fares."""

    @property
    def trouble(self) -> str | None:
        """Why it cannot be used at present; None when all is well."""

    def set_aside(self) -> Sequence[str]:
        """The names of damaged files that were replaced, and are still there."""

    def shrink(self) -> None:
        """Give room back that deleted things left, a part at a time."""


class QueueFull(Exception):
    """So many tasks wait already that no further one is taken."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of a cancel: `changed` when this call ended the task as cancelled."""

    task: Task
    changed: bool


class TaskStore(Protocol):
    """Tasks and their items. Every change writes its events in the same transaction."""

    def create(self, new: NewTask, *, most_pending: int | None = None) -> Created:
        """Store a pending task with its first `progress` event, or join an equal one.

        Raises QueueFull where `most_pending` tasks wait already.
        """

    def get(self, task_id: str) -> Task | None:
        """The task with its result, and its items' states without their results."""

    def items(self, task_id: str) -> list[Item]:
        """The items of a task with their results; none for an unknown one."""

    def snapshot(self, task_id: str) -> tuple[Task, int] | None:
        """The task, and the id of the last event of the whole log that it reflects."""

    def recent(
        self,
        *,
        status: TaskStatus | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Newest first, without items and results; `before` is the id of a task to start after."""

    def unended(self) -> Unended:
        """How many tasks have not ended; a cheap read."""

    def claim(
        self,
        worker: str,
        lease_seconds: float,
        task_id: str | None = None,
        openings: Openings = ANY_TASK,
    ) -> Task | None:
        """Make `worker` the runner of that pending task, or of the oldest one that fits; else None.

        A running task whose lease has lapsed counts as pending; its `retries` grow by one.
        The task returned holds its items with their results.
        """

    def has_claimable(self, openings: Openings = ANY_TASK) -> bool:
        """Whether `claim` without a task id would find one; a cheap read."""

    def active_states(self, kind: str, keys: Collection[str]) -> dict[str, ItemState]:
        """Which of these items are queued or running in an unended task of that kind."""

    def renew(self, worker: str, lease_seconds: float, task_ids: Collection[str]) -> None:
        """Extend the leases of these tasks, as far as `worker` runs them."""

    def record(self, task_id: str, worker: str, items: Sequence[Item], progress: Progress) -> bool:
        """Store new item states with their events, if `worker` still runs the task."""

    def finish(
        self,
        task_id: str,
        worker: str,
        status: TaskStatus,
        progress: Progress,
        result: Mapping[str, Any] | None = None,
        error: TaskError | None = None,
    ) -> bool:
        """End the task with its end event, if `worker` still runs it."""

    def cancel(self, task_id: str) -> Cancelled | None:
        """End the task and its unended items as cancelled, unless it ended before."""

    def release(self, worker: str) -> int:
        """Hand back all that `worker` runs: pending again, ended items kept. Returns how many."""

    def purge(self, ended_before: datetime, having: str | None = None) -> int:
        """Delete tasks that ended before then; only those with that parameter set, where it is
        given. Returns how many.
        """


class EventLog(Protocol):
    """The ordered log of events of all topics."""

    def since(self, after_id: int, *, topic: str | None = None, limit: int = 1000) -> list[Event]:
        """Events after that id, oldest first."""

    def last_id(self) -> int:
        """The id of the newest event ever written; 0 when there was none."""

    def trimmed_through(self) -> int:
        """Events up to this id may have been deleted; 0 when none were."""

    def wait(self, timeout_seconds: float) -> None:
        """Return when new events may have been written by any worker, or after the time-out."""

    def purge(self, written_before: datetime, most_kept: int) -> int:
        """Delete older events, and those before the newest `most_kept`. Returns how many."""


class WatchlistStore(Protocol):
    """Watchlists. Every change writes its `watchlist` events in the same transaction.

    The list `default` is always there. What puts symbols on a list raises NoSuchList where there
    is none of that name, and WatchlistFull, having changed nothing, where it would hold more than
    `most_items`. What reads or removes takes an unknown list for an empty one.
    """

    def lists(self) -> list[Watchlist]:
        """All lists, in the order in which they were made; `default` is the first."""

    def find(self, name: str) -> Watchlist | None:
        """One list."""

    def create(self, title: str, *, most_lists: int | None = None) -> Watchlist:
        """Make a list; its name follows from the title. Raises ListExists and TooManyLists."""

    def rename(self, name: str, title: str) -> Watchlist:
        """Give a list another title; its name stays. Raises ListExists and NoSuchList."""

    def delete(self, name: str) -> Removal | None:
        """Delete a list with its items; None when there is none. Raises ValueError: `default`."""

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items in the order of the list."""

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item."""

    def add(
        self, watchlist: str, items: Iterable[WatchlistItem], *, most_items: int | None = None
    ) -> list[str]:
        """Add what is not there yet, at the end. Returns the symbols that were added."""

    def merge(
        self,
        watchlist: str,
        items: Iterable[WatchlistItem],
        *,
        overwrite: bool = False,
        most_items: int | None = None,
    ) -> Merged:
        """Add what is not there yet; where it is, fill in note and target price if it has none.

        With `overwrite` also where it has one. What these items lack changes nothing.
        """

    def update(
        self, watchlist: str, symbol: str, changes: Mapping[str, Any]
    ) -> WatchlistItem | None:
        """Set `name`, `note` or `target_price`. Returns the item after it, None when absent."""

    def names(self) -> dict[str, str | None]:
        """Each symbol that is on any list, in their order, with a name if any list has one."""

    def fill_names(self, names: Mapping[str, str]) -> int:
        """Set the name of items, on every list, that have none. Returns how many changed."""

    def remove(self, watchlist: str, symbols: Iterable[str]) -> Removal:
        """Remove items. Returns those that were there."""

    def restore(
        self,
        removal: Removal,
        *,
        most_items: int | None = None,
        most_lists: int | None = None,
    ) -> Restored:
        """Put back what was removed, as it was and where it was.

        What is there again gets the note and the target price that it lacks. A deleted list comes
        back under another name or title where that was taken since. Raises NoSuchList where the
        list of removed items was deleted, and TooManyLists.
        """

    def move(
        self, symbols: Iterable[str], source: str, target: str, *, most_items: int | None = None
    ) -> Moved:
        """Put items on another list, at its end, in their order.

        Of one that is there already, note and target price fill in what it has none of; where
        it has others, the item stays.
        """

    def place(self, watchlist: str, symbols: Sequence[str], before: str | None) -> list[str]:
        """Put items, in the order given, before that one; None: at the end. Returns which.

        Raises NotListed for a `before` that is not on the list.
        """

    def seed(self, watchlist: str, items: Iterable[WatchlistItem]) -> bool:
        """Put the items on the list if no list was ever seeded here. Returns whether it did."""


# Not frozen: one is made on each reading, in a third of the time. The value cannot be changed.
@dataclass(slots=True)
class Entry:
    """A cached answer in JSON shape, with its age at reading."""

    value: Mapping[str, Any]
    age_seconds: float
    lifetime: Lifetime
    # Shared by all readings of a copy that a worker holds, and gone with it.
    _derived: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def freshness(self) -> Freshness:
        """What the entry was when it was read."""
        return self.lifetime.freshness(self.age_seconds)

    def derived(self, make: Callable[[Mapping[str, Any]], T]) -> T:
        """What `make` makes of the value, which must be read-only; made once where it can be."""
        if make not in self._derived:
            self._derived[make] = make(self.value)
        made: T = self._derived[make]
        return made


class ResponseCache(Protocol):
    """What was fetched, kept across restarts. Expired and unreadable entries are misses."""

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The entries there are."""

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        """Store values. Storing is best effort: a full disk loses the entry, not the task."""

    def forget(self, keys: Iterable[str]) -> None:
        """Say that another worker wrote these, where this one keeps copies."""

    def clear(self, prefix: str | None = None) -> int:
        """Delete all entries whose keys begin with `prefix:`, or all. Returns how many it was.

        Raises CacheTrouble.
        """

    def statistics(self) -> CacheStatistics | None:
        """What there is, with the counts of all workers; None when that cannot be told now."""

    def verify(self) -> CacheCheck:
        """Check every entry, delete what is damaged, count anew. Raises CacheTrouble."""

    @property
    def trouble(self) -> str | None:
        """Why entries cannot be stored at present; None when all is well."""


class CacheTrouble(Exception):
    """The cache cannot do that at present; the message says why."""


class Flights(Protocol):
    """Claims of keys, each held by one caller among all workers until released, or its death."""

    def claim(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that nobody held, and this caller holds now. Never waits."""

    def release(self, keys: Collection[str]) -> None:
        """Let others claim these."""


class SharedState(Protocol):
    """Small facts that all workers share, such as how each source last answered."""

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        """Set values, each forgotten after `keep_seconds`."""

    def update(
        self,
        key: str,
        change: Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, T]],
        keep_seconds: float,
    ) -> T:
        """Replace a value by what `change` makes of it, with no other worker in between.

        `change` gets the value, None where there is none, and gives the new one (None: forget it)
        and what to return here. It may be called more than once, so it must not do anything else.
        """

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """All values whose key starts with `prefix`, by key."""

    def delete(self, keys: Iterable[str]) -> None:
        """Forget values."""
