"""The composition root: the only part that names concrete classes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from stockapp import cli, logs
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.fetching import addresses
from stockapp.bootstrap.services import Services
from stockapp.domain.secrecy import Redactor
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import StoreTrouble
from stockapp.services.cache_admin import CacheAdmin, CacheUpkeep
from stockapp.services.doctor import Doctor
from stockapp.services.samples import SAMPLE_REAL
from stockapp.services.storage_watch import StorageWatch
from stockapp.services.vitals import HubLagMeter, Vitals
from stockapp.services.watchlists import sample_items
from stockapp.settings import LogFormat, Sample, Settings
from stockapp.tasks.fanout import Follower
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
from stockapp.web.compare_page import ComparePage
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
        ComparePage(services.analyses, clock).blueprint(),
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
