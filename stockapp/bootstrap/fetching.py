"""The sources with their transports, and what guards them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from stockapp.bootstrap.backends import Backends
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.course import Rules
from stockapp.fetching.desk import Desk
from stockapp.fetching.http import HttpTransport
from stockapp.fetching.lane import Gatekeepers, Lane
from stockapp.fetching.latency import LateBounds
from stockapp.fetching.ledger import Ledger
from stockapp.fetching.lookup import SearchDesk
from stockapp.fetching.question import Questioner
from stockapp.fetching.quota import Quotas
from stockapp.fetching.simulated_transport import SimulatedTransport
from stockapp.fetching.transport import Transport
from stockapp.fetching.trend_desk import TrendDesk
from stockapp.fetching.yfinance_client import YahooTransport
from stockapp.ports import Observer
from stockapp.providers import chosen, researchers, searchers, trenders
from stockapp.providers.base import Provider
from stockapp.providers.simulated.exchange import Exchange
from stockapp.services.doctor import Address
from stockapp.settings import RaceMode, Settings


def gatekeepers(settings: Settings, backends: Backends, observer: Observer) -> Gatekeepers:
    """What all lanes ask and tell."""
    shared, clock = backends.shared, backends.clock
    return Gatekeepers(
        Breakers(shared, clock),
        Quotas(shared, clock),
        Ledger(backends.shown_facts, clock, observer),
        # A password that is a usual word must not change what sources tell.
        Redactor(settings.sent_secrets()),
    )


@dataclass(frozen=True, slots=True)
class Outfit:
    """A chosen source with what carries its requests."""

    provider: Provider
    transport: Transport


def outfits(
    settings: Settings, backends: Backends, exchange: Exchange, keepers: Gatekeepers
) -> list[Outfit]:
    """The chosen sources, in the order of preference."""
    return [
        Outfit(provider, _transport(provider, settings, backends, exchange, keepers))
        for provider in chosen(settings)
    ]


def all_lanes(
    sources: Sequence[Outfit], settings: Settings, backends: Backends, keepers: Gatekeepers
) -> list[Lane]:
    """A lane for each method of each source."""
    bounds = LateBounds(settings.hedge_min_seconds, settings.hedge_max_seconds)
    return [
        Lane(source.provider, method, source.transport, backends.clock, keepers, bounds)
        for source in sources
        for method in source.provider.methods
    ]


def all_desks(
    sources: Sequence[Outfit], settings: Settings, backends: Backends, keepers: Gatekeepers
) -> list[Desk]:
    """A desk for each source that tells more than prices, in the order of asking."""
    by_name = {source.provider.name: source for source in sources}
    return [
        Desk(
            researcher,
            Questioner(found.provider, found.transport, backends.clock, keepers),
            partial(backends.executor.run_cpu, timeout_seconds=settings.compute_timeout_seconds),
            concurrency=found.provider.methods[0].concurrency,
        )
        for researcher in researchers(settings)
        if (found := by_name.get(researcher.name))
    ]


def search_desks(
    sources: Sequence[Outfit], settings: Settings, backends: Backends, keepers: Gatekeepers
) -> list[SearchDesk]:
    """A desk for each source that finds symbols by words, in the order of asking."""
    by_name = {source.provider.name: source for source in sources}
    return [
        SearchDesk(searcher, Questioner(found.provider, found.transport, backends.clock, keepers))
        for searcher in searchers(settings)
        if (found := by_name.get(searcher.name))
    ]


def trend_desks(
    sources: Sequence[Outfit], backends: Backends, keepers: Gatekeepers
) -> list[TrendDesk]:
    """A desk for each chosen source that tells trends."""
    by_name = {source.provider.name: source for source in sources}
    return [
        TrendDesk(trender, Questioner(found.provider, found.transport, backends.clock, keepers))
        for trender in trenders()
        if (found := by_name.get(trender.name))
    ]


def _transport(
    provider: Provider,
    settings: Settings,
    backends: Backends,
    exchange: Exchange,
    keepers: Gatekeepers,
) -> Transport:
    """What carries a source's requests: the HTTP client, but for those that need another."""
    if provider.name == "simulated":
        return SimulatedTransport(
            exchange,
            backends.clock,
            backends.executor,
            latency_ms=settings.simulated_latency_ms,
            failure_rate=settings.simulated_failure_rate,
        )
    base_url = getattr(settings, f"{provider.name}_base_url", "")
    if provider.name == "yahoo":
        return YahooTransport(
            backends.executor,
            backends.clock,
            base_url=base_url,
            cache_dir=settings.data_dir / "yfinance",
        )
    connections = sum(method.concurrency for method in provider.methods)
    return HttpTransport(
        provider.title,
        backends.clock,
        keepers.redactor,
        base_url=base_url,
        connections=connections,
    )


def rules(settings: Settings) -> Rules:
    """How races are run."""
    return Rules(
        settings.request_timeout_seconds,
        settings.symbol_deadline_seconds,
        all_at_once=settings.race is RaceMode.ALL,
    )


def addresses(settings: Settings, providers: list[Provider]) -> list[Address]:
    """Where the sources are reached that can be asked at all."""
    found = []
    for provider in providers:
        base = urlsplit(getattr(settings, f"{provider.name}_base_url", ""))
        if base.hostname:
            found.append(Address(base.hostname, base.port or 443, provider.title))
        elif provider.configured:
            found += [Address(host, 443, provider.title) for host in provider.hosts]
    return found
