"""What is known of symbols besides prices, learnt from sources that tell it, kept for a year."""

from collections.abc import Mapping, Sequence
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

    def complete(self, fetched: Sequence[Fetched]) -> list[Fetched]:
        """The same, with the currency and the name of a symbol where its source left them out."""
        quotes = {entry.symbol: entry.quote for entry in fetched if entry.quote}
        known = self.known(list(quotes))
        whole = {s: completed(quote, known.get(s)) for s, quote in quotes.items()}
        self._learn(whole, known)
        return [
            replace(entry, quote=whole[entry.symbol]) if entry.quote else entry for entry in fetched
        ]

    def known(self, symbols: Sequence[str]) -> dict[str, Profile]:
        """Those of the symbols of which a source has told the currency."""
        entries = self._cache.get_many([_PREFIX + symbol for symbol in symbols])
        return {
            key.removeprefix(_PREFIX): Profile.from_json(entry.value)
            for key, entry in entries.items()
        }

    def _learn(self, quotes: Mapping[str, Quote], known: Mapping[str, Profile]) -> None:
        told = {symbol: profile_of(quote) for symbol, quote in quotes.items()}
        news = {
            _PREFIX + symbol: profile.to_json()
            for symbol, profile in told.items()
            if profile and _is_news(profile, known.get(symbol))
        }
        if news:
            self._cache.put_many(news, _LIFETIME)


def _is_news(profile: Profile, before: Profile | None) -> bool:
    if before is None or before.currency != profile.currency:
        return True
    ratio = profile.price / before.price
    return not 1 / _RENEW_AT_RATIO < ratio < _RENEW_AT_RATIO
