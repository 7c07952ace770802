"""The closes of the last month as the cache keeps them, and which are to be asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from stockapp.domain.event import Event, EventType
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.trend import Trend
from stockapp.fetching.trend_desk import FoundTrend
from stockapp.ports import Clock, Entry, ResponseCache
from stockapp.services.aged import Aged
from stockapp.services.board import SymbolReport

# The kind of cached entry that trends are.
PREFIX = "trend"
_FAILURE = f"failure:{PREFIX}:"
_HOUR, _DAY = 3_600.0, 86_400.0
LIFETIME = Lifetime(6 * _HOUR, 7 * _DAY)
# What failed is not asked for again at every look.
_REST = Lifetime(_HOUR, _HOUR)


class TrendStore:
    """Reads never wait for a source."""

    def __init__(self, cache: ResponseCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    def known(self, symbols: Sequence[str]) -> dict[str, Aged[Trend]]:
        """The trends there are; their age is that of the closes, whenever they were kept."""
        entries = self._cache.get_many([key_of(symbol) for symbol in symbols])
        now = self._clock.now()
        aged = {symbol_of(key): _aged(entry, now) for key, entry in entries.items()}
        return {symbol: one for symbol, one in aged.items() if one}

    def due(self, symbols: Sequence[str]) -> list[str]:
        """Those to be asked for: not kept a while ago, and not resting after a failure."""
        kept = self.known(symbols)
        wanted = [s for s in dict.fromkeys(symbols) if s not in kept or not kept[s].recent]
        resting = self._cache.get_many([_FAILURE + symbol for symbol in wanted])
        return [symbol for symbol in wanted if _FAILURE + symbol not in resting]

    def since(self, symbols: Sequence[str], at: datetime) -> list[FoundTrend]:
        """What came of those that were kept recently, or failed after that moment."""
        # Another worker may have fetched them since this one looked last.
        self.forget(symbols)
        keys = [key for symbol in symbols for key in (key_of(symbol), _FAILURE + symbol)]
        entries = self._cache.get_many(keys)
        return [
            found
            for symbol in symbols
            if (
                found := _settled(
                    symbol, entries.get(key_of(symbol)), entries.get(_FAILURE + symbol), at
                )
            )
        ]

    def store(self, found: Sequence[FoundTrend]) -> None:
        """Keep what came of these; a failure leaves the trend that is there alone."""
        now = self._clock.now()
        good = {key_of(one.symbol): one.trend.to_json() for one in found if one.trend}
        bad = {
            _FAILURE + one.symbol: SymbolReport(now, one.error, one.attempts).to_json()
            for one in found
            if one.trend is None
        }
        if good:
            self._cache.put_many(good, LIFETIME)
        if bad:
            self._cache.put_many(bad, _REST)

    def forget(self, symbols: Sequence[str]) -> None:
        """Read these anew: another worker may have fetched them."""
        self._cache.forget([key for s in symbols for key in (key_of(s), _FAILURE + s)])

    def on_event(self, event: Event) -> None:
        """Read anew what another worker may have fetched."""
        if event.type is EventType.ITEM and (symbol := event.data.get(PREFIX)):
            self.forget([symbol])


def key_of(symbol: str) -> str:
    """The cache's key of a symbol's trend."""
    return f"{PREFIX}:{symbol}"


def symbol_of(key: str) -> str:
    """The symbol of such a key."""
    return key.removeprefix(f"{PREFIX}:")


def _aged(entry: Entry, now: datetime) -> Aged[Trend] | None:
    trend = entry.derived(Trend.from_json)
    age = max(0.0, (now - trend.fetched_at).total_seconds())
    freshness = LIFETIME.freshness(age)
    if freshness is Freshness.EXPIRED:
        return None
    fresh_until = trend.fetched_at + timedelta(seconds=LIFETIME.fresh_seconds)
    return Aged(trend, age, freshness, fresh_until, entry.freshness is Freshness.FRESH)


def _settled(
    symbol: str, success: Entry | None, failure: Entry | None, at: datetime
) -> FoundTrend | None:
    if success and success.freshness is Freshness.FRESH:
        return FoundTrend(symbol, success.derived(Trend.from_json), None)
    report = failure.derived(SymbolReport.from_json) if failure else None
    if report and report.at >= at:
        return FoundTrend(symbol, None, report.error, report.attempts)
    return None
