"""The embedded set, wired as the application wires it."""

from pathlib import Path

from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.events import SqliteEventLog
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.flights import FileFlights
from stockapp.backends.embedded.sessions import SqliteSessionStore
from stockapp.backends.embedded.shared_state import SqliteSharedState
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.backends.sql.tokens import SqlTokenStore
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.caching.gate import StoreGate
from stockapp.caching.layered import LayeredCache
from stockapp.caching.lru_filesystem import LruFileSystemCache
from stockapp.caching.memory import Memory
from stockapp.caching.store import EntryStore
from stockapp.caching.tally import Tally
from stockapp.ports import Clock, Executor

from .backends import Backends


def open_embedded(folder: Path, clock: Clock) -> Backends:
    """One more worker on the data in that folder."""
    executor = EmbeddedExecutor(network_threads=8)
    database = Database(folder / "stockapp.sqlite3", executor)
    doorbell = Doorbell(folder)
    database.after_commit.append(doorbell.ring)
    flights = FileFlights(folder / "flights", executor)
    cache = open_cache(LruFileSystemCache(str(folder / "cache")), executor, clock)

    def close() -> None:
        cache.flush()
        flights.close()
        database.close()
        doorbell.close()
        executor.close()

    return Backends(
        tasks=SqliteTaskStore(database, clock),
        log=SqliteEventLog(database, doorbell),
        watchlists=SqlWatchlistStore(database, clock),
        sessions=SqliteSessionStore(database, clock),
        tokens=SqlTokenStore(database, clock),
        state=SqliteSharedState(database, clock),
        cache=cache,
        flights=flights,
        executor=executor,
        close=close,
    )


def open_cache(
    store: EntryStore, executor: Executor, clock: Clock, memory_bytes: int = 1_000_000
) -> LayeredCache:
    """One more worker's cache in that store."""
    return LayeredCache(StoreGate(store, executor, clock), Memory(memory_bytes), Tally(), clock)
