"""The composition root: the only part that names concrete classes."""

import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from stockapp import cli, logs
from stockapp.bootstrap.analysis import AnalysisParts
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.fetching import addresses, all_desks, all_lanes, gatekeepers, outfits, rules
from stockapp.caching.policy import SingleFlight
from stockapp.domain.freshness import Lifetime
from stockapp.domain.secrecy import Redactor
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.race import Race
from stockapp.ports import StoreTrouble
from stockapp.providers.simulated.exchange import Exchange
from stockapp.services.boards import Boards
from stockapp.services.cache_admin import CacheAdmin, CacheUpkeep
from stockapp.services.doctor import Doctor
from stockapp.services.live_prices import LivePrices
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.samples import SAMPLE_REAL
from stockapp.services.source_tests import SourceTesting, SourceTests
from stockapp.services.sources import Sources
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.vitals import HubLagMeter, Vitals
from stockapp.services.waiting import TaskWaiter
from stockapp.services.watchlists import Watchlists, sample_items
from stockapp.settings import LogFormat, Sample, Settings
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.fanout import Fanout, Follower
from stockapp.tasks.kinds import Kind, Limits
from stockapp.tasks.periodic import Periodic
from stockapp.tasks.upkeep import Upkeep
from stockapp.web import errors, security, words
from stockapp.web.api_analysis import AnalysisApi
from stockapp.web.api_cache import CacheApi
from stockapp.web.api_history import HistoryApi
from stockapp.web.api_prices import PricesApi
from stockapp.web.api_providers import ProvidersApi
from stockapp.web.api_tasks import TasksApi
from stockapp.web.api_watchlist import WatchlistApi
from stockapp.web.cache_panel import CachePanel
from stockapp.web.feeds import Feeds
from stockapp.web.health import Health
from stockapp.web.json_provider import OrjsonProvider
from stockapp.web.pages import Pages, item_path
from stockapp.web.present_stock import stock_path
from stockapp.web.stock_page import StockPage
from stockapp.web.storage_notice import tell_of_storage
from stockapp.web.stream import Streams
from stockapp.web.stream_gate import StreamGate
from stockapp.web.system_page import SystemPage
from stockapp.web.task_stream import TaskStreams
from stockapp.web.tasks_page import TasksPage

ROOT = Path(__file__).parent.parent.parent


class Services:
    """The use cases, and the engine that runs their tasks."""

    def __init__(self, settings: Settings, backends: Backends) -> None:
        clock = backends.clock
        self.lifetime = Lifetime(settings.quote_fresh_seconds, settings.quote_keep_seconds)
        self.quotes = Quotes(backends.cache, self.lifetime, clock)
        self.exchange = Exchange(settings.simulated_seed)
        self.keepers = gatekeepers(settings, backends)
        chosen = outfits(settings, backends, self.exchange, self.keepers)
        lanes = all_lanes(chosen, settings, backends, self.keepers)
        desks = all_desks(chosen, settings, backends, self.keepers)
        race = Race(lanes, backends.executor, clock, self.keepers, rules(settings))
        self.sources = Sources(
            lanes, desks, self.keepers.ledger, self.keepers.breakers, self.keepers.quotas
        )
        flight = _single_flight(settings, backends)
        live_prices = _live_prices(race, flight, self.quotes, settings, backends)
        parts = AnalysisParts(settings, backends, self.keepers, desks, race, flight, self.quotes)
        self.analysis_store, self.analysis_lifetime = parts.store, parts.lifetime
        source_tests = _source_tests(self.sources, self.keepers.breakers, settings, backends)
        kinds = [live_prices.kind(), source_tests.kind(), *parts.kinds()]
        self.engine = _engine(kinds, settings, backends)
        self.analyses = parts.analyses(self.engine)
        self.source_testing = SourceTesting(self.engine, backends.tasks, self.sources)
        self.admin = TaskAdmin(self.engine, backends.tasks, backends.log)
        self.fanout = Fanout()
        self.waiter = TaskWaiter(backends.tasks, self.fanout, clock)
        self.refreshes = Refreshes(
            self.engine,
            self.quotes,
            backends.watchlists,
            settings.max_symbols,
            fresh_for_watchlist=settings.watchlist_fresh_seconds,
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
            backends.watchlists,
            self.quotes,
            self.analysis_store,
            self.sources,
            backends.tasks,
            backends.log,
            clock,
        )

    def simulated_names(self) -> dict[str, str]:
        """The symbols of the simulated list, with their companies' names."""
        return {company.symbol: company.name for company in self.exchange.sample}


def _engine(kinds: Sequence[Kind], settings: Settings, backends: Backends) -> TaskEngine:
    return TaskEngine(
        backends.tasks,
        backends.executor,
        backends.clock,
        kinds,
        worker=f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
        slots=settings.task_slots,
        queue_limit=settings.task_queue_limit,
        lease_seconds=settings.lease_seconds,
    )


def _source_tests(
    sources: Sources, breakers: Breakers, settings: Settings, backends: Backends
) -> SourceTests:
    return SourceTests(
        sources,
        breakers,
        backends.executor,
        settings.request_timeout_seconds,
        Limits(settings.source_test_slots, settings.source_test_deadline_seconds),
    )


def _single_flight(settings: Settings, backends: Backends) -> SingleFlight:
    return SingleFlight(
        backends.flights,
        backends.executor,
        backends.clock,
        backends.tally,
        patience_seconds=settings.request_timeout_seconds,
    )


def _live_prices(
    race: Race, flight: SingleFlight, quotes: Quotes, settings: Settings, backends: Backends
) -> LivePrices:
    return LivePrices(
        race,
        flight,
        quotes,
        Profiles(backends.cache),
        backends.tasks,
        backends.watchlists,
        backends.clock,
        fresh_for_watchlist=settings.watchlist_fresh_seconds,
        limits=Limits(settings.refresh_slots, settings.refresh_deadline_seconds),
    )


class House:
    """One worker's application, with the parts of it that have a life of their own."""

    def __init__(self, settings: Settings) -> None:
        self.app = _flask(settings)
        self._backends = Backends(self.app, settings)
        self._services = Services(settings, self._backends)
        gate = StreamGate(settings.max_streams)
        self._background = _background(settings, self._backends, self._services, gate)
        self._seeding = _seeding(settings, self._backends, self._services)
        _register(self.app, settings, self._backends, self._services, gate, self._background)
        doctor = _doctor(settings, self._backends, self._services)
        cli.register(
            self.app,
            doctor,
            self._background.cache_admin,
            self._services.admin,
            self._services.analyses,
            self.close,
        )
        self.app.extensions["stockapp"] = self
        self._closed = False

    def start(self) -> None:
        """Begin the background work of this worker."""
        self._seeding.start()
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
        self._seeding.stop()
        self._background.stop()
        self._backends.close()


@dataclass(frozen=True, slots=True)
class Background:
    """What runs in a worker besides requests and tasks."""

    follower: Follower
    upkeep: Upkeep
    meter: HubLagMeter
    vitals: Vitals
    ledger: Periodic
    cache: CacheUpkeep
    cache_admin: CacheAdmin
    storage: StorageWatch

    def start(self) -> None:
        """Begin."""
        self.storage.start()
        self.follower.start()
        self.upkeep.start()
        self.meter.start()
        self.vitals.start()
        self.ledger.start()
        self.cache.start()

    def stop(self) -> None:
        """End."""
        self.upkeep.stop()
        self.follower.stop()
        self.meter.stop()
        self.vitals.stop()
        self.ledger.stop()
        self.cache.stop()
        self.storage.stop()


def build(settings: Settings) -> House:
    """Build everything of one worker, on its data folder."""
    redactor = Redactor(settings.secrets())
    logs.configure(settings.log_level, settings.log_format is LogFormat.JSON, redactor)
    return House(settings)


def _flask(settings: Settings) -> Flask:
    app = Flask("stockapp", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json = OrjsonProvider(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"item_path": item_path, "stock_path": stock_path}
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
        backends.database,
        backends.clock,
        lease_seconds=settings.lease_seconds,
        task_keep_seconds=settings.task_keep_seconds,
        event_keep_seconds=settings.event_keep_seconds,
        most_events=settings.event_limit,
    )
    listeners = [
        services.quotes.on_event,
        services.analysis_store.on_event,
        engine.on_event,
        upkeep.on_event,
    ]
    follower = Follower(backends.log, services.fanout, listeners)
    meter = HubLagMeter(backends.clock)
    gauges: dict[str, Callable[[], Any]] = {
        "running_tasks": lambda: engine.running,
        "open_streams": lambda: int(gate),
    }
    gauges |= {"cache": backends.cache.vitals}
    vitals = Vitals(backends.shared, backends.clock, engine.worker, meter, gauges)
    # What ends when its run is over, such as a request that hung, is shared by this.
    ledger = Periodic("ledger", services.keepers.ledger.flush, 1.0)
    admin = CacheAdmin(backends.cache, backends.shared, vitals, backends.clock)
    cache = CacheUpkeep(backends.cache, admin)
    storage = StorageWatch(backends.database, backends.clock)
    return Background(follower, upkeep, meter, vitals, ledger, cache, admin, storage)


def _register(
    app: Flask,
    settings: Settings,
    backends: Backends,
    services: Services,
    gate: StreamGate,
    background: Background,
) -> None:
    clock, tasks, log = backends.clock, backends.tasks, backends.log
    words.name_sources(services.sources.titles())
    heartbeat = settings.stream_heartbeat_seconds
    fresh_seconds = services.analysis_lifetime.fresh_seconds
    feeds = Feeds(
        app,
        services.boards,
        services.sources,
        services.admin,
        log,
        services.fanout,
        clock,
        services.analyses,
        fresh_seconds,
    )
    tell_of_storage(app, background.storage, feeds)
    task_streams = TaskStreams(tasks, log, services.fanout, heartbeat)
    prices = PricesApi(
        services.refreshes,
        services.boards,
        services.quotes,
        services.waiter,
        clock,
        services.lifetime,
    )
    panel = CachePanel(background.cache_admin, clock)
    for blueprint in (
        prices.blueprint(),
        ProvidersApi(services.sources, services.source_testing, services.waiter).blueprint(),
        SystemPage(services.sources, services.source_testing, panel, clock).blueprint(),
        panel.blueprint(),
        TasksApi(services.admin, services.engine, tasks, services.waiter).blueprint(),
        WatchlistApi(services.watchlists).blueprint(),
        AnalysisApi(services.analyses, services.waiter, services.analysis_lifetime).blueprint(),
        HistoryApi(services.analyses, services.waiter).blueprint(),
        Streams(gate, tasks, task_streams, feeds, heartbeat).blueprint(),
        CacheApi(background.cache_admin).blueprint(),
        Health(
            log, services.sources, background.vitals, background.cache_admin, background.storage
        ).blueprint(),
        StockPage(services.analyses, clock, fresh_seconds).blueprint(),
        TasksPage(services.admin, services.boards, clock).blueprint(),
        Pages(
            services.boards,
            services.watchlists,
            services.refreshes,
            services.analyses,
            clock,
        ).blueprint(),
    ):
        app.register_blueprint(blueprint)


def _doctor(settings: Settings, backends: Backends, services: Services) -> Doctor:
    return Doctor(
        services.sources,
        backends.executor,
        addresses=addresses(settings, services.sources.providers()),
        data_dir=settings.data_dir,
        static_dir=ROOT / "static",
        timeout_seconds=settings.request_timeout_seconds,
    )


def _seeding(settings: Settings, backends: Backends, services: Services) -> Periodic:
    """Give a new installation its sample list, once; now, or when the database can be used."""
    names = {
        Sample.REAL: SAMPLE_REAL,
        Sample.SIMULATED: services.simulated_names(),
        Sample.NONE: {},
    }
    items = sample_items(names[settings.sample], backends.clock)

    def seed() -> None:
        backends.watchlists.seed(DEFAULT_WATCHLIST, items)
        again.stop()

    again = Periodic("seed", seed, 2.0)
    with suppress(StoreTrouble):
        seed()
    return again
