"""Searches of one worker over real ports, with sources whose wire a test holds."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Lifetime
from stockapp.domain.watchlist import DEFAULT_WATCHLIST, WatchlistItem
from stockapp.fetching.lookup import Lookup, SearchDesk
from stockapp.fetching.question import Questioner
from stockapp.fetching.transport import TransportError
from stockapp.providers.base import Answer, Provider, Request
from stockapp.providers.fmp import Fmp
from stockapp.providers.fmp_search import FmpSearch
from stockapp.providers.searching import Searcher
from stockapp.providers.simulated.provider import listings
from stockapp.providers.yahoo.provider import Yahoo
from stockapp.providers.yahoo.search import YahooSearch
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Quotes
from stockapp.services.remote_search import RemoteSearch
from stockapp.services.search import Search
from tests.contract.backends import Backends, SetClock
from tests.fetching.scripted import gatekeepers

# The body and the status of an answer, for a request.
Say = Callable[[Request], tuple[object, int]]


def yahoo_lists(*symbols: str) -> Say:
    """Answers every text with these."""
    rows = [{"symbol": s, "longname": f"{s} plc", "quoteType": "EQUITY"} for s in symbols]
    return lambda request: ({"quotes": rows}, 200)


def fmp_lists(*symbols: str) -> Say:
    rows = [{"symbol": s, "name": f"{s} plc", "currency": "GBp"} for s in symbols]
    return lambda request: (rows, 200)


def says(body: object, status: int = 200) -> Say:
    return lambda request: (body, status)


def no_connection(request: Request) -> tuple[object, int]:
    raise TransportError(Failure(Reason.CONNECT_FAILED, "The connection failed."))


class Wire:
    """A transport that says what a test wants; `asked` are the texts, `timeouts` the seconds."""

    def __init__(self, clock: SetClock, say: Say) -> None:
        self._clock = clock
        self.say = say
        self.asked: list[str] = []
        self.timeouts: list[float] = []
        self.reached = threading.Semaphore(0)
        # Closed, it holds every answer back.
        self.gate = threading.Event()
        self.gate.set()

    def prepare(self) -> None:
        """Always ready."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        named = request.params
        self.asked.append(named.get("q") or named.get("query") or named["isin"])
        self.timeouts.append(timeout_seconds)
        self.reached.release()
        assert self.gate.wait(20)
        body, status = self.say(request)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(status, {}, raw, self._clock.now())


class Searches:
    """One worker's, over Yahoo and, with a key, Financial Modeling Prep."""

    def __init__(
        self,
        backends: Backends,
        clock: SetClock,
        *,
        fmp_key: str = "",
        sources: Sequence[str] = ("yahoo", "fmp"),
        limit_seconds: float = 3.0,
    ) -> None:
        self.backends, self.clock = backends, clock
        self.yahoo = Wire(clock, yahoo_lists("ACME", "ACMB"))
        self.fmp = Wire(clock, fmp_lists("ACME.L"))
        keepers = gatekeepers(backends.state, clock, [fmp_key])
        self.quotes = Quotes(backends.cache, Lifetime(900, 86_400), clock)
        self.profiles = Profiles(backends.cache)
        known: dict[str, tuple[Searcher, Provider, Wire]] = {
            "yahoo": (YahooSearch(), Yahoo(4), self.yahoo),
            "fmp": (FmpSearch(fmp_key), Fmp(fmp_key, a_day=250, batch=False), self.fmp),
        }
        desks = [
            SearchDesk(searcher, Questioner(provider, wire, clock, keepers))
            for searcher, provider, wire in (known[name] for name in sources)
        ]
        remote = RemoteSearch(
            Lookup(desks, keepers.ledger, clock),
            SingleFlight(backends.flights, backends.executor, clock, Tally(), patience_seconds=60),
            backends.executor,
            backends.cache,
            clock,
            limit_seconds=limit_seconds,
        )
        self.search = Search(
            remote,
            backends.watchlists,
            self.quotes,
            self.profiles,
            simulated=listings(),
            titles={"yahoo": "Yahoo", "fmp": "Financial Modeling Prep"},
        )
        self.find = self.search.find

    def watch(self, symbol: str, name: str | None = None) -> None:
        item = WatchlistItem(symbol, self.clock.now(), name)
        self.backends.watchlists.add(DEFAULT_WATCHLIST, [item])

    def symbols(self, text: str, **options: Any) -> list[str]:
        return [listing.symbol for listing in self.find(text, **options).listings]
