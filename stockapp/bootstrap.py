"""The composition root: the only module that names concrete classes."""

import os
import uuid
from dataclasses import dataclass
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
from stockapp.fetching.transport import Transport
from stockapp.fetching.yfinance_client import YahooTransport
from stockapp.providers import registry
from stockapp.providers.simulated.exchange import Exchange
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
from stockapp.web import errors, security
from stockapp.web.api_prices import PricesApi
from stockapp.web.api_tasks import TasksApi
from stockapp.web.api_watchlist import WatchlistApi
from stockapp.web.health import Health
from stockapp.web.json_provider import OrjsonProvider
from stockapp.web.page_feed import PageFeed
from stockapp.web.pages import Pages, item_path
from stockapp.web.sse import StreamGate
from stockapp.web.stream import Streams
from stockapp.web.task_stream import TaskStreams

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


class Services:
    """The use cases, and the engine that runs their tasks."""

    def __init__(self, settings: Settings, backends: Backends) -> None:
        clock = backends.clock
        self.lifetime = Lifetime(settings.quote_fresh_seconds, settings.quote_keep_seconds)
        self.quotes = Quotes(backends.cache, self.lifetime, clock)
        self.sources = Sources(backends.shared, clock)
        self.exchange = Exchange(settings.simulated_seed)
        race = _race(settings, backends, self.exchange)
        live_prices = LivePrices(race, self.quotes, self.sources, backends.watchlists)
        self.engine = TaskEngine(
            backends.tasks,
            backends.executor,
            clock,
            [live_prices.kind()],
            worker=f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
            slots=settings.task_slots,
            lease_seconds=settings.lease_seconds,
        )
        self.fanout = Fanout()
        self.waiter = TaskWaiter(backends.tasks, self.fanout, clock)
        self.refreshes = Refreshes(
            self.engine, self.quotes, backends.watchlists, settings.max_symbols
        )
        self.watchlists = Watchlists(
            backends.watchlists,
            self.quotes,
            self.refreshes,
            self.waiter,
            clock,
            simulated=self.simulated_names(),
            max_symbols=settings.max_symbols,
            lookup_seconds=settings.add_lookup_seconds,
        )
        self.boards = Boards(
            backends.watchlists, self.quotes, self.sources, backends.tasks, backends.log, clock
        )

    def simulated_names(self) -> dict[str, str]:
        """The symbols of the simulated list, with their companies' names."""
        return {company.symbol: company.name for company in self.exchange.sample}


class House:
    """One worker's application, with the parts of it that have a life of their own."""

    def __init__(self, settings: Settings) -> None:
        self.app = _flask(settings)
        self._backends = Backends(self.app, settings)
        self._services = Services(settings, self._backends)
        gate = StreamGate(settings.max_streams)
        self._background = _background(settings, self._backends, self._services, gate)
        _seed(settings, self._backends, self._services)
        _register(self.app, settings, self._backends, self._services, gate, self._background.vitals)
        self.app.extensions["stockapp"] = self
        self._closed = False

    def start(self) -> None:
        """Begin the background work of this worker."""
        self._background.start()

    def drain(self) -> None:
        """End streams and hand tasks over, so that the worker can stop; safe to call twice."""
        self._services.fanout.close()
        self._background.upkeep.stop()
        self._services.engine.drain()

    def close(self) -> None:
        """Drain, then close all that is open; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.drain()
        self._background.stop()
        self._backends.close()


@dataclass(frozen=True, slots=True)
class Background:
    """What runs in a worker besides requests and tasks."""

    follower: Follower
    upkeep: Upkeep
    meter: HubLagMeter
    vitals: Vitals

    def start(self) -> None:
        """Begin."""
        self.follower.start()
        self.upkeep.start()
        self.meter.start()
        self.vitals.start()

    def stop(self) -> None:
        """End."""
        self.upkeep.stop()
        self.follower.stop()
        self.meter.stop()
        self.vitals.stop()


def build(settings: Settings) -> House:
    """Build everything of one worker, on its data folder."""
    logs.configure(settings.log_level, settings.log_format is LogFormat.JSON)
    return House(settings)


def _flask(settings: Settings) -> Flask:
    app = Flask("stockapp", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json = OrjsonProvider(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["item_path"] = item_path
    errors.register(app)
    security.register(app)
    return app


def _background(
    settings: Settings, backends: Backends, services: Services, gate: StreamGate
) -> Background:
    engine = services.engine
    upkeep = Upkeep(
        engine,
        backends.tasks,
        backends.log,
        backends.clock,
        lease_seconds=settings.lease_seconds,
        task_keep_seconds=settings.task_keep_seconds,
        event_keep_seconds=settings.event_keep_seconds,
    )
    follower = Follower(backends.log, services.fanout, [engine.on_event, upkeep.on_event])
    meter = HubLagMeter(backends.clock)
    gauges = {"running_tasks": lambda: engine.running, "open_streams": lambda: int(gate)}
    vitals = Vitals(backends.shared, backends.clock, engine.worker, meter, gauges)
    return Background(follower, upkeep, meter, vitals)


def _register(
    app: Flask,
    settings: Settings,
    backends: Backends,
    services: Services,
    gate: StreamGate,
    vitals: Vitals,
) -> None:
    clock, tasks, log = backends.clock, backends.tasks, backends.log
    heartbeat = settings.stream_heartbeat_seconds
    feed = PageFeed(
        app, DEFAULT_WATCHLIST, services.boards, services.sources, log, services.fanout, clock
    )
    task_streams = TaskStreams(tasks, log, services.fanout, heartbeat)
    prices = PricesApi(
        services.refreshes,
        services.boards,
        services.quotes,
        services.waiter,
        clock,
        services.lifetime,
    )
    for blueprint in (
        prices.blueprint(),
        TasksApi(tasks, services.engine, services.waiter).blueprint(),
        WatchlistApi(services.watchlists).blueprint(),
        Streams(gate, tasks, task_streams, feed, heartbeat).blueprint(),
        Health(log, services.sources, vitals).blueprint(),
        Pages(services.boards, services.watchlists, services.refreshes, clock).blueprint(),
    ):
        app.register_blueprint(blueprint)


def _race(settings: Settings, backends: Backends, exchange: Exchange) -> Race:
    simulated = SimulatedTransport(
        exchange,
        backends.clock,
        latency_ms=settings.simulated_latency_ms,
        failure_rate=settings.simulated_failure_rate,
    )
    yahoo = YahooTransport(
        backends.executor,
        backends.clock,
        base_url=settings.yahoo_base_url,
        cache_dir=settings.data_dir / "yfinance",
    )
    transports: dict[str, Transport] = {"simulated": simulated, "yahoo": yahoo}
    lanes = [
        Lane(provider, method, transports[provider.name], backends.clock)
        for provider in registry(yahoo_concurrency=settings.yahoo_concurrency)
        for method in provider.methods
    ]
    return Race(
        lanes,
        backends.executor,
        backends.clock,
        timeout_seconds=settings.request_timeout_seconds,
        deadline_seconds=settings.symbol_deadline_seconds,
    )


def _seed(settings: Settings, backends: Backends, services: Services) -> None:
    """Give a new installation its sample list, once."""
    names = {
        Sample.REAL: SAMPLE_REAL,
        Sample.SIMULATED: services.simulated_names(),
        Sample.NONE: {},
    }
    items = sample_items(names[settings.sample], backends.clock)
    backends.watchlists.seed(DEFAULT_WATCHLIST, items)
