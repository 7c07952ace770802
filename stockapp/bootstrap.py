"""The composition root: the only module that names concrete classes."""

import logging
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask_caching import Cache

from stockapp import logs
from stockapp.backends.embedded.cache import FlaskResponseCache
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.events import SqliteEventLog
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.shared_state import SqliteSharedState
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.backends.embedded.watchlists import SqliteWatchlistStore
from stockapp.domain.freshness import Lifetime
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.fetching.lane import Lane
from stockapp.fetching.race import Race
from stockapp.fetching.simulated_transport import SimulatedTransport
from stockapp.fetching.yfinance_client import YahooTransport
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import Simulated
from stockapp.providers.yahoo.provider import Yahoo
from stockapp.services.boards import Boards
from stockapp.services.live_prices import LivePrices
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.samples import SAMPLE_REAL
from stockapp.services.sources import Sources
from stockapp.services.vitals import HubLagMeter, Vitals
from stockapp.services.waiting import TaskWaiter
from stockapp.services.watchlists import Watchlists, sample_items
from stockapp.settings import LogFormat, Sample, Settings
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.fanout import Fanout, Follower
from stockapp.tasks.upkeep import Upkeep
from stockapp.web import errors, pages, security
from stockapp.web.api_prices import PricesApi
from stockapp.web.api_tasks import TasksApi
from stockapp.web.api_watchlist import WatchlistApi
from stockapp.web.health import Health
from stockapp.web.json_provider import OrjsonProvider
from stockapp.web.page_feed import PageFeed
from stockapp.web.sse import StreamGate
from stockapp.web.stream import Streams
from stockapp.web.task_stream import TaskStreams

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent


class Backends:
    """The embedded set: every port, on one data folder."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        data_dir = settings.data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        self.clock = SystemClock()
        # A task keeps a thread for as long as it runs; its requests need others.
        self.executor = EmbeddedExecutor(settings.fetch_threads + settings.task_slots)
        self.database = Database(data_dir / "stockapp.sqlite3", self.executor)
        self.doorbell = Doorbell(data_dir)
        self.database.after_commit.append(self.doorbell.ring)
        self.log = SqliteEventLog(self.database, self.doorbell)
        self.tasks = SqliteTaskStore(self.database, self.clock)
        self.watchlists = SqliteWatchlistStore(self.database, self.clock)
        self.shared = SqliteSharedState(self.database, self.clock)
        cache = Cache(
            app,
            config={
                "CACHE_TYPE": "stockapp.backends.embedded.cache.BytesFileCache",
                "CACHE_DIR": str(data_dir / "cache"),
                "CACHE_THRESHOLD": 0,
            },
        )
        self.cache = FlaskResponseCache(cache.cache, self.executor, self.clock)

    def close(self) -> None:
        """Close in the order of dependence."""
        self.database.close()
        self.doorbell.close()
        self.executor.close()


@dataclass(slots=True)
class House:
    """The built application, and the parts of it that have a life of their own."""

    app: Flask
    backends: Backends
    engine: TaskEngine
    fanout: Fanout
    follower: Follower
    upkeep: Upkeep
    meter: HubLagMeter
    vitals: Vitals
    watchlists: Watchlists
    _closed: bool = field(default=False)

    def start(self) -> None:
        """Begin the background work of this worker."""
        self.follower.start()
        self.upkeep.start()
        self.meter.start()
        self.vitals.start()

    def drain(self) -> None:
        """End streams and hand tasks over, so that the worker can stop; safe to call twice."""
        self.fanout.close()
        self.upkeep.stop()
        self.engine.drain()

    def close(self) -> None:
        """Drain, then close all that is open; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.drain()
        self.follower.stop()
        self.meter.stop()
        self.vitals.stop()
        self.backends.close()


def build(settings: Settings) -> House:
    """Build everything of one worker, on its data folder."""
    logs.configure(settings.log_level, settings.log_format is LogFormat.JSON)
    app = Flask("stockapp", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json = OrjsonProvider(app)
    backends = Backends(app, settings)
    lifetime = Lifetime(settings.quote_fresh_seconds, settings.quote_keep_seconds)
    quotes = Quotes(backends.cache, lifetime, backends.clock)
    sources = Sources(backends.shared, backends.clock)
    exchange = Exchange(settings.simulated_seed)
    live_prices = LivePrices(
        _race(settings, backends, exchange), quotes, sources, backends.watchlists
    )
    engine = TaskEngine(
        backends.tasks,
        backends.executor,
        backends.clock,
        [live_prices.kind()],
        worker=f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
        slots=settings.task_slots,
        lease_seconds=settings.lease_seconds,
    )
    upkeep = Upkeep(
        engine,
        backends.tasks,
        backends.log,
        backends.clock,
        lease_seconds=settings.lease_seconds,
        task_keep_seconds=settings.task_keep_seconds,
        event_keep_seconds=settings.event_keep_seconds,
    )
    fanout = Fanout()
    follower = Follower(backends.log, fanout, [engine.on_event, upkeep.on_event])
    refreshes = Refreshes(engine, quotes, backends.watchlists, settings.max_symbols)
    waiter = TaskWaiter(backends.tasks, fanout, backends.clock)
    simulated = {company.symbol: company.name for company in exchange.sample}
    watchlists = Watchlists(
        backends.watchlists,
        quotes,
        refreshes,
        waiter,
        backends.clock,
        simulated=simulated,
        max_symbols=settings.max_symbols,
        lookup_seconds=settings.add_lookup_seconds,
    )
    boards = Boards(
        backends.watchlists, quotes, sources, backends.tasks, backends.log, backends.clock
    )
    gate = StreamGate(settings.max_streams)
    meter = HubLagMeter(backends.clock)
    gauges = {"running_tasks": lambda: engine.running, "open_streams": lambda: int(gate)}
    vitals = Vitals(backends.shared, backends.clock, engine.worker, meter, gauges)
    feed = PageFeed(app, DEFAULT_WATCHLIST, boards, sources, backends.log, fanout, backends.clock)
    heartbeat = settings.stream_heartbeat_seconds
    task_streams = TaskStreams(backends.tasks, backends.log, fanout, heartbeat)
    blueprints = [
        PricesApi(refreshes, boards, quotes, waiter, backends.clock, lifetime).blueprint(),
        TasksApi(backends.tasks, engine, waiter).blueprint(),
        WatchlistApi(watchlists).blueprint(),
        Streams(gate, backends.tasks, task_streams, feed, heartbeat).blueprint(),
        Health(backends.log, sources, vitals).blueprint(),
        pages.create_blueprint(boards, watchlists, refreshes, backends.clock),
    ]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    errors.register(app)
    security.register(app)
    _seed(settings, backends, simulated)
    house = House(app, backends, engine, fanout, follower, upkeep, meter, vitals, watchlists)
    app.extensions["stockapp"] = house
    return house


def _race(settings: Settings, backends: Backends, exchange: Exchange) -> Race:
    yahoo = Yahoo(settings.yahoo_concurrency)
    yahoo_transport = YahooTransport(
        backends.executor,
        backends.clock,
        base_url=settings.yahoo_base_url,
        cache_dir=settings.data_dir / "yfinance",
    )
    simulated = Simulated(exchange)
    simulated_transport = SimulatedTransport(
        exchange,
        backends.clock,
        latency_ms=settings.simulated_latency_ms,
        failure_rate=settings.simulated_failure_rate,
    )
    lanes = [
        Lane(provider, method, transport, backends.clock)
        for provider, transport in (
            (simulated, simulated_transport),
            (yahoo, yahoo_transport),
        )
        for method in provider.methods
    ]
    return Race(
        lanes,
        backends.executor,
        backends.clock,
        timeout_seconds=settings.request_timeout_seconds,
        deadline_seconds=settings.symbol_deadline_seconds,
    )


def _seed(settings: Settings, backends: Backends, simulated: Mapping[str, str]) -> None:
    """Give a new installation its sample list, once."""
    names = {Sample.REAL: SAMPLE_REAL, Sample.SIMULATED: simulated, Sample.NONE: {}}
    backends.watchlists.seed(
        DEFAULT_WATCHLIST, sample_items(names[settings.sample], backends.clock)
    )
