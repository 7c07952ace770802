"""The JSON interface, the pages and their streams."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.background import Background
from stockapp.bootstrap.services import Services
from stockapp.settings import Settings
from stockapp.web import words
from stockapp.web.api_analysis import AnalysisApi
from stockapp.web.api_cache import CacheApi
from stockapp.web.api_history import HistoryApi
from stockapp.web.api_prices import PricesApi
from stockapp.web.api_providers import ProvidersApi
from stockapp.web.api_system import SystemApi
from stockapp.web.api_tasks import TasksApi
from stockapp.web.api_watchlist import WatchlistApi
from stockapp.web.cache_panel import CachePanel
from stockapp.web.compare_page import ComparePage
from stockapp.web.feeds import Feeds
from stockapp.web.health import Health
from stockapp.web.pages import Pages
from stockapp.web.sources_panel import SourcesPanel
from stockapp.web.stock_page import StockPage
from stockapp.web.storage_notice import tell_of_storage
from stockapp.web.stream import Streams
from stockapp.web.stream_gate import StreamGate
from stockapp.web.system_page import SystemPage
from stockapp.web.task_stream import TaskStreams
from stockapp.web.tasks_page import TasksPage
from stockapp.web.work_panel import WorkPanel


def register(
    app: Flask,
    settings: Settings,
    backends: Backends,
    services: Services,
    gate: StreamGate,
    background: Background,
) -> None:
    """Add all routes to the application."""
    words.name_sources(services.sources.titles())
    feeds = _feeds(app, backends, services)
    tell_of_storage(app, background.storage, feeds)
    heartbeat = settings.stream_heartbeat_seconds
    task_streams = TaskStreams(backends.tasks, backends.log, services.fanout, heartbeat)
    streams = Streams(gate, backends.tasks, task_streams, feeds, heartbeat)
    app.register_blueprint(streams.blueprint())
    for blueprint in (*_apis(backends, services, background), *_pages(backends, services)):
        app.register_blueprint(blueprint)
    for blueprint in _system(backends, services, background):
        app.register_blueprint(blueprint)


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
        services.boards,
        services.quotes,
        waiter,
        backends.clock,
        services.lifetime,
    ).blueprint()
    yield ProvidersApi(services.sources, services.source_testing, waiter).blueprint()
    yield TasksApi(services.admin, services.engine, backends.tasks, waiter).blueprint()
    yield WatchlistApi(services.watchlists).blueprint()
    yield AnalysisApi(analyses, waiter, services.analysis_lifetime).blueprint()
    yield HistoryApi(analyses, waiter).blueprint()
    yield CacheApi(background.cache_admin).blueprint()
    yield Health(
        backends.log,
        services.sources,
        background.vitals,
        background.cache_admin,
        background.storage,
        background.samples,
    ).blueprint()
    yield SystemApi(background.samples).blueprint()


def _pages(backends: Backends, services: Services) -> Iterator[Blueprint]:
    analyses, clock = services.analyses, backends.clock
    yield ComparePage(analyses, clock).blueprint()
    yield StockPage(analyses, clock, services.analysis_lifetime.fresh_seconds).blueprint()
    yield TasksPage(services.admin, services.boards, clock).blueprint()
    yield Pages(
        services.boards,
        services.watchlists,
        services.refreshes,
        analyses,
        clock,
    ).blueprint()
