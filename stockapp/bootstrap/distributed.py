"""The distributed set of backends: on a Redis and a PostgreSQL server that all nodes share."""

from flask import Flask

from stockapp.backends.distributed import celery_app
from stockapp.backends.distributed.errands import send
from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.flights import RedisFlights
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.remembered import (
    RememberedWatchlists,
    ShownLog,
    ShownState,
    ShownTasks,
)
from stockapp.backends.distributed.remote_executor import RemoteExecutor
from stockapp.backends.distributed.servers import Servers
from stockapp.backends.distributed.sessions import RedisSessionStore
from stockapp.backends.distributed.shared_secret import shared_secret
from stockapp.backends.distributed.shared_state import RedisSharedState
from stockapp.backends.distributed.tasks import RedisTaskStore
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.sql.tokens import SqlTokenStore
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.caching import open_cache
from stockapp.bootstrap.computations import computations
from stockapp.caching.tally import Tally
from stockapp.ports import StoreTrouble
from stockapp.settings import Settings

_OF_A_TASK = 10


class DistributedBackends(Backends):
    """Backends of one process of one node. Nothing is connected before it is needed.

    Raises ValueError for an address that cannot be meant.
    """

    def __init__(self, app: Flask, settings: Settings) -> None:
        url, prefix = settings.redis_url.get_secret_value(), settings.redis_prefix
        self.clock = SystemClock()
        # First, as it looks at the address.
        self._link = RedisLink(url, prefix)
        self.celery = celery_app.configure(url, prefix)
        self.send = send(self.celery, self._link)
        self.executor = RemoteExecutor(
            self.celery,
            self._link,
            computations(settings),
            network_threads=settings.fetch_threads + _OF_A_TASK * settings.task_slots,
        )
        # A cache that hangs must not keep the threads of others.
        self._cache_executor = EmbeddedExecutor(network_threads=1, native_threads=4)
        self.log = RedisEventLog(self._link)
        self._postgres = PostgresDatabase(settings.database_url.get_secret_value(), self.log)
        self._servers = self.database = Servers(self._link, self._postgres)
        self.tasks = RedisTaskStore(self._link, self.clock)
        self.watchlists = RememberedWatchlists(self._postgres, self.clock)
        self.sessions = RedisSessionStore(self._link, self.clock)
        self.tokens = SqlTokenStore(self._postgres, self.clock)
        self.shared = RedisSharedState(self._link, self.clock)
        self.shown_log = ShownLog(self._link)
        self.shown_tasks = ShownTasks(self._link, self.clock)
        self.shown_facts = ShownState(self._link, self.clock)
        self._flights = self.flights = RedisFlights(self._link)
        self.tally = Tally()
        self.cache = open_cache(app, settings, self._cache_executor, self.clock, self.tally)

    def secret(self) -> bytes:
        """What forms are signed with, the same for all nodes. Raises SystemExit."""
        try:
            self._servers.reach()
            return shared_secret(self._postgres)
        except StoreTrouble as trouble:
            raise SystemExit(f"stockapp cannot start: {trouble}.") from None

    def close(self) -> None:
        """Close in the order of dependence."""
        self.cache.flush()
        self._flights.close()
        self._postgres.close()
        self.executor.close()
        self._cache_executor.close()
        self._link.close()
