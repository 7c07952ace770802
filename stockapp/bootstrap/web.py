"""The JSON interface, the pages and their streams."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from stockapp.bootstrap import access
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.background import Background
from stockapp.bootstrap.outside import Outside
from stockapp.bootstrap.services import Services
from stockapp.services.overview import Overviews
from stockapp.settings import Settings
from stockapp.tasks.periodic import Periodic
from stockapp.web import compression, words
from stockapp.web.api_analysis import AnalysisApi
from stockapp.web.api_cache import CacheApi
from stockapp.web.api_docs import ApiDocs
from stockapp.web.api_history import HistoryApi
from stockapp.web.api_prices import PricesApi
from stockapp.web.api_providers import ProvidersApi
from stockapp.web.api_search import SearchApi
from stockapp.web.api_system import SystemApi
from stockapp.web.api_tasks import TasksApi
from stockapp.web.api_watchlist import WatchlistApi
from stockapp.web.api_watchlist_many import WatchlistManyApi
from stockapp.web.api_watchlists import WatchlistsApi
from stockapp.web.cache_panel import CachePanel
from stockapp.web.compare_page import ComparePage
from stockapp.web.feeds import Feeds
from stockapp.web.health import Health
from stockapp.web.import_forms import ImportForms
from stockapp.web.layout_forms import LayoutForms
from stockapp.web.list_forms import ListForms
from stockapp.web.list_screen import ListScreen, Reading
from stockapp.web.metrics_page import MetricsPage
from stockapp.web.search_page import SearchPage
from stockapp.web.sources_panel import SourcesPanel
from stockapp.web.stock_page import StockPage
from stockapp.web.storage_notice import tell_of_storage
from stockapp.web.stream import Streams
from stockapp.web.stream_gate import StreamGate
from stockapp.web.system_page import SystemPage
from stockapp.web.task_stream import TaskStreams
from stockapp.web.tasks_page import TasksPage
from stockapp.web.watchlist_page import WatchlistPage
from stockapp.web.work_panel import WorkPanel

# A page that hears nothing for twice as long says that the connection is lost (static/js/live.js).
_BEAT_SECONDS = 2.0


def register(
    app: Flask,
    settings: Settings,
    backends: Backends,
    services: Services,
    gate: StreamGate,
    background: Background,
    outside: Outside,
) -> Periodic:
    """Add all routes to the application. Returns what keeps open pages assured, to be started."""
    access.guarded(app, settings, services.access)
    words.name_sources(services.sources.titles())
    feeds = _feeds(app, backends, services)
    tell_of_storage(app, background.storage, feeds)
    heartbeat = settings.stream_heartbeat_seconds
    task_streams = TaskStreams(backends.tasks, backends.log, services.fanout, heartbeat)
    streams = Streams(gate, backends.tasks, task_streams, feeds, services.watchers, heartbeat)
    app.register_blueprint(streams.blueprint())
    for blueprint in _apis(backends, services, background):
        app.register_blueprint(blueprint)
    app.register_blueprint(access.api(settings, services.access))
    for blueprint in _watching(backends, services, background, outside):
        app.register_blueprint(blueprint)
    for blueprint in _pages(backends, services, background):
        blueprint.after_request(compression.compressed)
        app.register_blueprint(blueprint)
    # Not compressed: what stands beside a secret could be guessed by the length.
    for blueprint in access.pages(settings, backends, services.access):
        app.register_blueprint(blueprint)
    return Periodic("beats", feeds.beat, _BEAT_SECONDS)


def _system(backends: Backends, services: Services, background: Background) -> Iterator[Blueprint]:
    clock = backends.clock
    cache = CachePanel(background.cache_admin, clock)
    yield cache.blueprint()
    work = WorkPanel(services.admin, background.vitals, background.samples)
    yield work.blueprint()
    sources = SourcesPanel(services.sources, services.source_testing, background.samples, clock)
    yield sources.blueprint()
    yield SystemPage(
        sources, cache, work, background.storage, services.sources, background.vitals, clock
    ).blueprint()


def _feeds(app: Flask, backends: Backends, services: Services) -> Feeds:
    return Feeds(
        app,
        services.boards,
        services.watchlists,
        services.sources,
        services.admin,
        backends.log,
        services.fanout,
        backends.clock,
        services.analyses,
        services.analysis_lifetime.fresh_seconds,
    )


def _apis(backends: Backends, services: Services, background: Background) -> Iterator[Blueprint]:
    waiter, analyses = services.waiter, services.analyses
    yield PricesApi(
        services.refreshes,
        services.watchlists,
        services.boards,
        services.quotes,
        waiter,
        backends.clock,
        services.lifetime,
    ).blueprint()
    yield ProvidersApi(services.sources, services.source_testing, waiter).blueprint()
    yield TasksApi(services.admin, services.engine, backends.tasks, waiter).blueprint()
    yield WatchlistApi(services.watchlists, services.boards).blueprint()
    yield WatchlistManyApi(services.watchlists).blueprint()
    yield WatchlistsApi(services.watchlists).blueprint()
    yield AnalysisApi(analyses, services.watchlists, waiter, services.analysis_lifetime).blueprint()
    yield HistoryApi(analyses, waiter).blueprint()
    yield SearchApi(services.search).blueprint()
    yield CacheApi(background.cache_admin).blueprint()
    yield SystemApi(background.samples).blueprint()


def _watching(
    backends: Backends, services: Services, background: Background, outside: Outside
) -> Iterator[Blueprint]:
    """How all is, for machines."""
    overviews = Overviews(
        backends.clock,
        backends.database,
        backends.cache,
        background.cache_admin,
        background.storage,
        background.folder,
        background.vitals,
        background.samples,
        services.sources,
        lambda: services.engine.draining,
    )
    yield Health(overviews).blueprint()
    yield MetricsPage(outside.counts, overviews, backends.executor).blueprint()
    docs = ApiDocs(backends.executor).blueprint()
    docs.after_request(compression.compressed)
    yield docs


def _pages(backends: Backends, services: Services, background: Background) -> Iterator[Blueprint]:
    analyses, clock = services.analyses, backends.clock
    yield from _system(backends, services, background)
    yield ComparePage(analyses, clock).blueprint()
    yield StockPage(analyses, clock, services.analysis_lifetime.fresh_seconds).blueprint()
    yield TasksPage(services.admin, services.boards, clock).blueprint()
    yield SearchPage(services.search).blueprint()
    yield from _lists(backends, services)


def _lists(backends: Backends, services: Services) -> Iterator[Blueprint]:
    watchlists, boards, refreshes = services.watchlists, services.boards, services.refreshes
    reading = Reading(
        boards, watchlists, refreshes, services.trends, services.live_rows, backends.clock
    )
    screen = ListScreen(reading)
    yield WatchlistPage(screen, watchlists, refreshes, services.search).blueprint()
    yield ListForms(screen, watchlists, boards, refreshes, services.analyses).blueprint()
    yield LayoutForms(screen, watchlists).blueprint()
    yield ImportForms(screen, watchlists).blueprint()
