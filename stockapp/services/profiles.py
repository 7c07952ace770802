"""What is known of symbols besides prices, learnt from sources that tell it, kept for a year."""

from collections.abc import Sequence
from dataclasses import replace

from stockapp.domain.freshness import Lifetime
from stockapp.domain.profile import Profile, completed, profile_of
from stockapp.domain.quote import Quote
from stockapp.fetching.news import Fetched
from stockapp.ports import ResponseCache

_PREFIX = "profile:"
_YEAR = 365 * 86_400.0
_LIFETIME = Lifetime(_YEAR, _YEAR)
# A profile's price is there to see a change of unit; so coarse a one is renewed now and then.
_RENEW_AT_RATIO = 1.5


class Profiles:
    """Completes quotes of sources that tell the price alone."""

    def __init__(self, cache: ResponseCache) -> None:
        self._cache = cache
        self._kept: dict[str, Profile] = {}

    def complete(self, fetched: Sequence[Fetched]) -> list[Fetched]:
        """The same, with the currency and the name of a symbol where its source left them out."""
        quotes = {entry.symbol: entry.quote for entry in fetched if entry.quote}
        known = self._known(list(quotes))
        whole = {s: completed(quote, known.get(s)) for s, quote in quotes.items()}
        self._learn(whole)
        return [
            replace(entry, quote=whole[entry.symbol]) if entry.quote else entry for entry in fetched
        ]

    def _known(self, symbols: Sequence[str]) -> dict[str, Profile]:
        """The profiles, from this worker's memory or else from the cache."""
        missing = [_PREFIX + symbol for symbol in symbols if symbol not in self._kept]
        for key, entry in self._cache.get_many(missing).items() if missing else ():
            self._kept[key.removeprefix(_PREFIX)] = Profile.from_json(entry.value)
        return {symbol: self._kept[symbol] for symbol in symbols if symbol in self._kept}

    def _learn(self, quotes: dict[str, Quote]) -> None:
        told = {symbol: profile_of(quote) for symbol, quote in quotes.items()}
        news = {
            symbol: profile
            for symbol, profile in told.items()
            if profile and self._is_news(symbol, profile)
        }
        if news:
            values = {_PREFIX + symbol: profile.to_json() for symbol, profile in news.items()}
            self._cache.put_many(values, _LIFETIME)
            self._kept.update(news)

    def _is_news(self, symbol: str, profile: Profile) -> bool:
        before = self._kept.get(symbol)
        if before is None or before.currency != profile.currency:
            return True
        ratio = profile.price / before.price
        return not 1 / _RENEW_AT_RATIO < ratio < _RENEW_AT_RATIO
