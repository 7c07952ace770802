"""The ports of one worker, as a backend set gives them to the contract suite."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stockapp.ports import (
    EventLog,
    Executor,
    Flights,
    ResponseCache,
    SessionStore,
    SharedState,
    TaskStore,
    TokenStore,
    WatchlistStore,
)


@dataclass(frozen=True)
class Backends:
    """All ports as one worker has them; two of them on the same data are two workers."""

    tasks: TaskStore
    log: EventLog
    watchlists: WatchlistStore
    sessions: SessionStore
    tokens: TokenStore
    state: SharedState
    cache: ResponseCache
    flights: Flights
    executor: Executor
    close: Callable[[], None]


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        """The set instant."""
        return self.at

    def monotonic(self) -> float:
        """The set instant in seconds."""
        return self.at.timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
