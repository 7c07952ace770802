"""The two sets of backends, and which of them the settings mean."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from flask import Flask

from stockapp.caching.layered import LayeredCache
from stockapp.caching.tally import Tally
from stockapp.ports import (
    Clock,
    EventLog,
    Executor,
    Flights,
    SessionStore,
    SharedState,
    Storage,
    TaskStore,
    TokenStore,
    WatchlistStore,
)
from stockapp.settings import Settings
from stockapp.settings.scaling import lacking

# Tells those who do the work that a task is new, by its id; best effort.
Send = Callable[[str], None]


class Backends(ABC):
    """Every port, as one worker has it. `send` is None where this worker does tasks itself.

    What is `shown_` may be old where the stores cannot be used: pages read it, and go on.
    """

    clock: Clock
    executor: Executor
    database: Storage
    log: EventLog
    tasks: TaskStore
    watchlists: WatchlistStore
    sessions: SessionStore
    tokens: TokenStore
    shared: SharedState
    shown_log: EventLog
    shown_tasks: TaskStore
    shown_facts: SharedState
    flights: Flights
    tally: Tally
    cache: LayeredCache
    send: Send | None

    @abstractmethod
    def secret(self) -> bytes:
        """What forms are signed with, the same for all workers. Raises SystemExit."""

    @abstractmethod
    def close(self) -> None:
        """Close in the order of dependence."""


def open_backends(app: Flask, settings: Settings) -> Backends:
    """The set that the settings mean. Raises SystemExit where it cannot be had."""
    if not settings.distributed:
        from stockapp.bootstrap.embedded import EmbeddedBackends

        return EmbeddedBackends(app, settings)
    try:
        from stockapp.bootstrap.distributed import DistributedBackends
    except ImportError as error:
        raise SystemExit(lacking(error.name)) from None
    try:
        return DistributedBackends(app, settings)
    except ValueError as error:
        raise SystemExit(f"stockapp cannot start: {error}.") from None
