"""The embedded set, wired as the application wires it."""

from pathlib import Path

from stockapp.backends.embedded.cache import BytesFileCache, FlaskResponseCache
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.events import SqliteEventLog
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.shared_state import SqliteSharedState
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.backends.embedded.watchlists import SqliteWatchlistStore
from stockapp.ports import Clock

from .backends import Backends


def open_embedded(folder: Path, clock: Clock) -> Backends:
    """One more worker on the data in that folder."""
    executor = EmbeddedExecutor(network_threads=8)
    database = Database(folder / "stockapp.sqlite3", executor)
    doorbell = Doorbell(folder)
    database.after_commit.append(doorbell.ring)
    files = BytesFileCache(str(folder / "cache"), threshold=0)

    def close() -> None:
        database.close()
        doorbell.close()
        executor.close()

    return Backends(
        tasks=SqliteTaskStore(database, clock),
        log=SqliteEventLog(database, doorbell),
        watchlists=SqliteWatchlistStore(database, clock),
        state=SqliteSharedState(database, clock),
        cache=FlaskResponseCache(files, executor, clock),
        executor=executor,
        close=close,
    )
