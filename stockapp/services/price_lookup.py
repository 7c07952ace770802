"""Prices that other work needs: from the cache if fresh, else by the race, asked for only once."""

from collections.abc import Callable, Sequence
from datetime import datetime

from stockapp.caching.policy import Landed, SingleFlight
from stockapp.fetching.course import OnCancel
from stockapp.fetching.news import News
from stockapp.fetching.race import Race
from stockapp.ports import Clock
from stockapp.services.profiles import Profiles
from stockapp.services.quotes import Known, Quotes, key_of


class PriceLookup:
    """What a refresh does for its rows, for whoever needs a price within a task of another kind."""

    def __init__(
        self,
        race: Race,
        flight: SingleFlight,
        quotes: Quotes,
        profiles: Profiles,
        clock: Clock,
    ) -> None:
        self._race = race
        self._flight = flight
        self._quotes = quotes
        self._profiles = profiles
        self._clock = clock

    def obtain(
        self,
        symbols: Sequence[str],
        *,
        since: datetime | None,
        stopped: Callable[[], bool],
        on_cancel: OnCancel,
    ) -> dict[str, Known]:
        """Each symbol's quote, not older than `since` where that is given.

        Returns what there is when stopped, and where no source gives one.
        """
        by_key = {key_of(symbol): symbol for symbol in symbols}

        def known(keys: Sequence[str]) -> list[str]:
            wanted = [by_key[key] for key in keys]
            # Another worker may have fetched them since this one looked last.
            self._quotes.forget(wanted)
            found = self._quotes.known(wanted)
            return [key for key in keys if self._answers(found[by_key[key]], since)]

        def fetch(keys: Sequence[str], landed: Landed) -> None:
            def tell(news: News) -> None:
                fetched = self._profiles.complete(news.fetched)
                self._quotes.store(fetched)
                landed([key_of(entry.symbol) for entry in fetched])

            self._race.run([by_key[key] for key in keys], tell, on_cancel)

        self._flight.run(list(by_key), known, fetch, stopped)
        return self._quotes.known(symbols)

    def _answers(self, known: Known, since: datetime | None) -> bool:
        if known.report is None:
            return False
        if since is not None:
            return known.report.at >= since
        if known.report.error:
            return known.report.rest_seconds(self._clock.now()) > 0
        return known.quote is not None and known.quote.is_fresh
