"""The last quote of each symbol and how its last fetch went, as the cache keeps them.

A success is one entry (quote and attempts), a failure another, so that a failure never touches
the quote that is there; the younger of the two tells how the last fetch went.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from stockapp.domain.attempt import Attempt
from stockapp.domain.event import Event, EventType
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.quote import Quote
from stockapp.domain.task import ItemState
from stockapp.fetching.news import Fetched
from stockapp.ports import Clock, Entry, ResponseCache
from stockapp.services.board import QuoteView, SymbolReport

# The kind of cached entry that quotes are.
PREFIX = "quote"
_QUOTE = f"{PREFIX}:"
_FAILURE = "failure:"
# Read in parts, so that making quotes of a thousand entries does not hold up all else.
_SYMBOLS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a symbol without asking anybody."""

    quote: QuoteView | None
    report: SymbolReport | None


class Quotes:
    """Reads never wait for a source."""

    def __init__(self, cache: ResponseCache, lifetime: Lifetime, clock: Clock) -> None:
        self._cache = cache
        self._lifetime = lifetime
        self._clock = clock

    def cached(self, symbols: Sequence[str]) -> dict[str, QuoteView]:
        """The last quotes there are, fresh or stale."""
        entries = self._cache.get_many([_QUOTE + symbol for symbol in symbols])
        now = self._clock.now()
        return {key.removeprefix(_QUOTE): _view(entry, now) for key, entry in entries.items()}

    def known(self, symbols: Sequence[str]) -> dict[str, Known]:
        """The last quote and the last report of each of the symbols."""
        known: dict[str, Known] = {}
        for start in range(0, len(symbols), _SYMBOLS_AT_ONCE):
            part = symbols[start : start + _SYMBOLS_AT_ONCE]
            keys = [prefix + symbol for symbol in part for prefix in (_QUOTE, _FAILURE)]
            entries = self._cache.get_many(keys)
            now = self._clock.now()
            for symbol in part:
                success, failure = entries.get(_QUOTE + symbol), entries.get(_FAILURE + symbol)
                known[symbol] = _known(success, failure, now)
        return known

    def on_event(self, event: Event) -> None:
        """Read a symbol anew that another worker may have fetched."""
        if event.type is EventType.ITEM and ItemState(event.data["state"]).ended:
            # The item of an analysis is a stage, and says of which symbol.
            self.forget([event.data.get("of") or event.data["key"]])

    def forget(self, symbols: Sequence[str]) -> None:
        """Read these anew: another worker may have fetched them."""
        self._cache.forget([p + symbol for symbol in symbols for p in (_QUOTE, _FAILURE)])

    def new_view(self, quote: Quote) -> QuoteView:
        """A quote that was fetched just now."""
        fresh_until = self._clock.now() + timedelta(seconds=self._lifetime.fresh_seconds)
        return QuoteView(quote, 0.0, Freshness.FRESH, fresh_until)

    def store(self, fetched: Sequence[Fetched]) -> None:
        """Keep how these fetches went."""
        now = self._clock.now()
        values: dict[str, Mapping[str, Any]] = {}
        for entry in fetched:
            if entry.quote:
                attempts = [attempt.to_json() for attempt in entry.attempts]
                values[_QUOTE + entry.symbol] = {
                    "quote": entry.quote.to_json(),
                    "attempts": attempts,
                }
            else:
                report = SymbolReport(now, entry.error, entry.attempts)
                values[_FAILURE + entry.symbol] = report.to_json()
        if values:
            self._cache.put_many(values, self._lifetime)


def key_of(symbol: str) -> str:
    """The cache's key of a symbol's quote."""
    return _QUOTE + symbol


def _view(entry: Entry, now: datetime) -> QuoteView:
    left = timedelta(seconds=entry.lifetime.fresh_seconds - entry.age_seconds)
    quote, told = entry.derived(_quote), entry.derived(_told)
    return QuoteView(quote, entry.age_seconds, entry.freshness, now + left, told)


def _known(success: Entry | None, failure: Entry | None, now: datetime) -> Known:
    quote = _view(success, now) if success else None
    if failure and (success is None or failure.age_seconds < success.age_seconds):
        return Known(quote, failure.derived(SymbolReport.from_json))
    if success is None or quote is None:
        return Known(None, None)
    return Known(quote, SymbolReport(quote.quote.fetched_at, None, success.derived(_attempts)))


def _quote(value: Mapping[str, Any]) -> Quote:
    return Quote.from_json(value["quote"])


def _told(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(_quote(value).to_json())


def _attempts(value: Mapping[str, Any]) -> tuple[Attempt, ...]:
    return tuple(Attempt.from_json(data) for data in value["attempts"])
