"""The use cases of one worker, and the engine that runs their tasks."""

import os
import uuid
from collections.abc import Sequence

from stockapp.bootstrap.access import access_of
from stockapp.bootstrap.analysis import AnalysisParts
from stockapp.bootstrap.backends import Backends
from stockapp.bootstrap.fetching import (
    all_desks,
    all_lanes,
    gatekeepers,
    outfits,
    rules,
    search_desks,
    trend_desks,
)
from stockapp.bootstrap.outside import Outside
from stockapp.caching.policy import SingleFlight
from stockapp.domain.freshness import Lifetime
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.lane import Gatekeepers
from stockapp.fetching.lookup import Lookup, SearchDesk
from stockapp.fetching.race import Race
from stockapp.fetching.trend_desk import TrendDesk
from stockapp.fetching.trend_inquiry import TrendInquiry
from stockapp.ports import Toll
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import listings
from stockapp.services.boards import Boards
from stockapp.services.end_of_day import EndOfDay
from stockapp.services.findings import Findings
from stockapp.services.live_mode import LiveMode
from stockapp.services.live_prices import LivePrices
from stockapp.services.live_rows import LiveRows
from stockapp.services.market_hours import MarketHours
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.remote_search import RemoteSearch
from stockapp.services.search import Search
from stockapp.services.source_tests import SourceTesting, SourceTests
from stockapp.services.sources import Sources
from stockapp.services.task_admin import TaskAdmin
from stockapp.services.trend_store import TrendStore
from stockapp.services.trending import Trending
from stockapp.services.trends import Trends
from stockapp.services.undo import Removals
from stockapp.services.waiting import TaskWaiter
from stockapp.services.watch_signs import LiveRounds, WatchSigns
from stockapp.services.watchers import Watchers
from stockapp.services.watchlists import Watchlists
from stockapp.settings import Settings
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.fanout import Fanout
from stockapp.tasks.kinds import Kind, Limits


class Services:
    """The use cases, and the engine that runs their tasks."""

    def __init__(self, settings: Settings, backends: Backends, outside: Outside) -> None:
        clock = backends.clock
        self.access = access_of(settings, backends)
        self.lifetime = Lifetime(settings.quote_fresh_seconds, settings.quote_keep_seconds)
        self.quotes = Quotes(backends.cache, self.lifetime, clock)
        self.exchange = Exchange(settings.simulated_seed)
        self.keepers = gatekeepers(settings, backends, outside.counts)
        chosen = outfits(settings, backends, self.exchange, self.keepers)
        lanes = all_lanes(chosen, settings, backends, self.keepers)
        desks = all_desks(chosen, settings, backends, self.keepers)
        race = Race(lanes, backends.executor, clock, self.keepers, rules(settings))
        searching = search_desks(chosen, settings, backends, self.keepers)
        lines = trend_desks(chosen, backends, self.keepers)
        self.sources = Sources(
            lanes,
            [*desks, *searching, *lines],
            self.keepers.ledger,
            self.keepers.breakers,
            self.keepers.quotas,
        )
        flight = _single_flight(settings, backends)
        self.search = self._search(searching, flight, settings, backends, outside.searches)
        live_prices = _live_prices(race, flight, self.quotes, settings, backends)
        parts = AnalysisParts(settings, backends, self.keepers, desks, race, flight, self.quotes)
        self.analysis_store, self.analysis_lifetime = parts.store, parts.lifetime
        self.findings = parts.findings
        trend_store = TrendStore(backends.cache, clock)
        trending = _trending(
            lines, self.keepers, flight, trend_store, self.findings, settings, backends
        )
        source_tests = _source_tests(self.sources, self.keepers.breakers, settings, backends)
        kinds = [live_prices.kind(), source_tests.kind(), trending.kind(), *parts.kinds()]
        self.engine = _engine(kinds, settings, backends, outside)
        self.trends = Trends(self.engine, backends.tasks, trend_store)
        self.analyses = parts.analyses(self.engine)
        self.source_testing = SourceTesting(self.engine, backends.tasks, self.sources)
        self.admin = TaskAdmin(self.engine, backends.shown_tasks, backends.shown_log)
        self.fanout = Fanout()
        self.waiter = TaskWaiter(backends.tasks, self.fanout, clock)
        self.refreshes = self._refreshes(settings, backends)
        self.market_hours = _market_hours(flight, settings, backends)
        self.watchers = Watchers(clock)
        self.live_rows = self._live_rows(settings, backends, race)
        self.live = self._live(backends)
        self.rounds = LiveRounds(backends.shared, self.live_rows, clock)
        self.end_of_day = self._end_of_day(backends, race)
        self.watchlists = self._watchlists(settings, backends)
        self.boards = self._boards(backends)

    def _refreshes(self, settings: Settings, backends: Backends) -> Refreshes:
        return Refreshes(
            self.engine,
            self.quotes,
            backends.watchlists,
            settings.max_symbols,
            fresh_for_watchlist=settings.watchlist_fresh_seconds,
        )

    def _boards(self, backends: Backends) -> Boards:
        return Boards(
            backends.watchlists,
            self.quotes,
            self.analysis_store,
            self.trends,
            self.sources,
            backends.shown_tasks,
            backends.shown_log,
            backends.clock,
        )

    def _live_rows(self, settings: Settings, backends: Backends, race: Race) -> LiveRows:
        return LiveRows(
            backends.watchlists,
            self.quotes,
            backends.tasks,
            self.refreshes,
            self.trends,
            self.market_hours,
            backends.shared,
            backends.clock,
            race.has_plenty_for,
            on=settings.live_mode,
            interval_seconds=settings.live_interval_seconds,
            fresh_seconds=settings.watchlist_fresh_seconds,
        )

    def _live(self, backends: Backends) -> LiveMode | WatchSigns:
        """What keeps watched lists refreshed: this worker, or one that is told of them."""
        if backends.send is None:
            return LiveMode(self.watchers, self.live_rows, backends.clock)
        return WatchSigns(self.watchers, backends.shared, self.engine.worker)

    def _end_of_day(self, backends: Backends, race: Race) -> EndOfDay:
        return EndOfDay(
            backends.watchlists,
            self.quotes,
            backends.tasks,
            self.refreshes,
            self.market_hours,
            backends.shared,
            backends.clock,
            race.has_plenty_for,
        )

    def _watchlists(self, settings: Settings, backends: Backends) -> Watchlists:
        return Watchlists(
            backends.watchlists,
            Removals(backends.shared),
            self.quotes,
            self.refreshes,
            self.waiter,
            backends.executor,
            backends.clock,
            simulated=self.simulated_names(),
            max_symbols=settings.max_symbols,
            lookup_seconds=settings.add_lookup_seconds,
        )

    def _search(
        self,
        desks: Sequence[SearchDesk],
        flight: SingleFlight,
        settings: Settings,
        backends: Backends,
        toll: Toll,
    ) -> Search:
        remote = RemoteSearch(
            Lookup(desks, self.keepers.ledger, backends.clock),
            flight,
            backends.executor,
            backends.cache,
            backends.clock,
            limit_seconds=settings.search_seconds,
            toll=toll,
        )
        return Search(
            remote,
            backends.watchlists,
            self.quotes,
            Profiles(backends.cache),
            simulated=listings(),
            titles=self.sources.titles(),
        )

    def simulated_names(self) -> dict[str, str]:
        """The symbols of the simulated list, with their companies' names."""
        return {company.symbol: company.name for company in self.exchange.sample}


def _engine(
    kinds: Sequence[Kind], settings: Settings, backends: Backends, outside: Outside
) -> TaskEngine:
    return TaskEngine(
        backends.tasks,
        backends.executor,
        backends.clock,
        kinds,
        worker=f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
        slots=settings.task_slots,
        queue_limit=settings.task_queue_limit,
        lease_seconds=settings.lease_seconds,
        toll=outside.starts,
        observer=outside.counts,
        send=backends.send,
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


def _market_hours(flight: SingleFlight, settings: Settings, backends: Backends) -> MarketHours:
    return MarketHours(
        backends.cache,
        flight,
        backends.executor,
        backends.clock,
        timeout_seconds=settings.compute_timeout_seconds,
    )


def _trending(
    desks: Sequence[TrendDesk],
    keepers: Gatekeepers,
    flight: SingleFlight,
    store: TrendStore,
    findings: Findings,
    settings: Settings,
    backends: Backends,
) -> Trending:
    inquiry = TrendInquiry(
        desks,
        backends.executor,
        keepers.ledger,
        timeout_seconds=settings.request_timeout_seconds,
    )
    return Trending(inquiry, flight, store, findings, backends.clock)


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
