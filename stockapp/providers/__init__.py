"""One module or folder a service, and the registry that lists them."""

from stockapp.providers.alpha_vantage import AlphaVantage
from stockapp.providers.alpha_vantage_research import AlphaVantageResearch
from stockapp.providers.base import Provider
from stockapp.providers.fmp import Fmp
from stockapp.providers.fmp_research import FmpResearch
from stockapp.providers.fmp_search import FmpSearch
from stockapp.providers.google import Google
from stockapp.providers.marketstack import MarketStack
from stockapp.providers.research import Researcher
from stockapp.providers.searching import Searcher
from stockapp.providers.simulated.provider import Simulated
from stockapp.providers.simulated.research import SimulatedResearch
from stockapp.providers.simulated.trends import SimulatedTrends
from stockapp.providers.trends import Trender
from stockapp.providers.yahoo.provider import Yahoo
from stockapp.providers.yahoo.research import YahooResearch
from stockapp.providers.yahoo.search import YahooSearch
from stockapp.providers.yahoo.trend import YahooTrends
from stockapp.settings import Settings


def registry(settings: Settings) -> tuple[Provider, ...]:
    """Every source, in the order in which they are preferred where the settings name none."""
    return (
        Simulated(),
        Yahoo(settings.yahoo_concurrency),
        Google(settings.google_concurrency),
        Fmp(
            settings.fmp_api_key.get_secret_value(),
            a_day=settings.fmp_a_day,
            batch=settings.fmp_batch,
            concurrency=settings.fmp_concurrency,
        ),
        MarketStack(
            settings.marketstack_api_key.get_secret_value(),
            a_second=settings.marketstack_a_second,
            a_month=settings.marketstack_a_month,
            version=settings.marketstack_version,
            concurrency=settings.marketstack_concurrency,
        ),
        AlphaVantage(
            settings.alpha_vantage_api_key.get_secret_value(),
            a_second=settings.alpha_vantage_a_second,
            a_day=settings.alpha_vantage_a_day,
            bulk=settings.alpha_vantage_bulk,
            concurrency=settings.alpha_vantage_concurrency,
        ),
    )


def researchers(settings: Settings) -> tuple[Researcher, ...]:
    """Every source that tells more than prices, in the order in which they are asked."""
    return (
        SimulatedResearch(),
        YahooResearch(),
        FmpResearch(settings.fmp_api_key.get_secret_value()),
        AlphaVantageResearch(settings.alpha_vantage_api_key.get_secret_value()),
    )


def searchers(settings: Settings) -> tuple[Searcher, ...]:
    """Every source that finds symbols by words, in the order in which they are asked."""
    return YahooSearch(), FmpSearch(settings.fmp_api_key.get_secret_value())


def trenders() -> tuple[Trender, ...]:
    """Every source that tells the last month's closes of many symbols at once.

    Each has its own symbols: the simulated exchange `.SIM`, Yahoo all others.
    """
    return (SimulatedTrends(), YahooTrends())


class UnknownSource(ValueError):
    """The settings name a source that does not exist; the message says which ones do."""


def chosen(settings: Settings) -> tuple[Provider, ...]:
    """The simulated source, then those that the settings name, in that order; all for none.

    Raises UnknownSource.
    """
    providers = registry(settings)
    by_name = {provider.name: provider for provider in providers if not provider.simulated}
    names = [name.strip() for name in settings.sources.split(",") if name.strip()] or by_name
    for name in names:
        if name not in by_name:
            known = ", ".join(by_name)
            raise UnknownSource(f"STOCKAPP_SOURCES: there is no {name!r}; there are {known}")
    simulated = tuple(provider for provider in providers if provider.simulated)
    return simulated + tuple(by_name[name] for name in dict.fromkeys(names))
