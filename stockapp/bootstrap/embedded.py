"""The embedded set of backends, on one data folder."""

from flask import Flask

from stockapp.backends.embedded import occupancy
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.events import SqliteEventLog
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.flights import FileFlights
from stockapp.backends.embedded.secret_key import secret_key
from stockapp.backends.embedded.sessions import SqliteSessionStore
from stockapp.backends.embedded.shared_state import SqliteSharedState
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.backends.sql.tokens import SqlTokenStore
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.caching import open_cache
from stockapp.caching.tally import Tally
from stockapp.settings import DATABASE, Settings

_OF_A_TASK = 10


class EmbeddedBackends(Backends):
    """Backends on one data folder."""

    send = None

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._data_dir = data_dir = settings.data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        self._occupancy = occupancy.enter(data_dir)
        self.clock = SystemClock()
        # A task keeps threads for as long as it runs, an analysis up to nine; requests need others.
        self.executor = EmbeddedExecutor(
            settings.fetch_threads + _OF_A_TASK * settings.task_slots,
            cpu_processes=settings.cpu_processes,
        )
        # A cache whose lock or disk hangs must not keep the database's threads.
        self._cache_executor = EmbeddedExecutor(network_threads=1, native_threads=4)
        self._database = self.database = Database(data_dir / DATABASE, self.executor)
        self.doorbell = Doorbell(data_dir)
        self.database.after_commit.append(self.doorbell.ring)
        self.log = SqliteEventLog(self.database, self.doorbell)
        self.tasks = SqliteTaskStore(self.database, self.clock)
        self.watchlists = SqlWatchlistStore(self.database, self.clock)
        self.sessions = SqliteSessionStore(self.database, self.clock)
        self.tokens = SqlTokenStore(self.database, self.clock)
        self.shared = SqliteSharedState(self.database, self.clock)
        # A database that is locked can be read.
        self.shown_log, self.shown_tasks, self.shown_facts = self.log, self.tasks, self.shared
        self._flights = self.flights = FileFlights(data_dir / "flights", self.executor)
        self.tally = Tally()
        self.cache = open_cache(app, settings, self._cache_executor, self.clock, self.tally)

    def secret(self) -> bytes:
        """What forms are signed with, the same for all workers. Raises SystemExit."""
        return secret_key(self._data_dir)

    def close(self) -> None:
        """Close in the order of dependence."""
        self.cache.flush()
        self._flights.close()
        self._database.close()
        self.doorbell.close()
        self.executor.close()
        self._cache_executor.close()
        self._occupancy.leave()
