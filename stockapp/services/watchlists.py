"""Adding to, changing and removing from watchlists."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stockapp.domain.attempt import Attempt, Reason
from stockapp.domain.symbol import parse_symbol
from stockapp.domain.watchlist import MAX_NOTE_LENGTH, WatchlistItem
from stockapp.ports import Clock, WatchlistStore
from stockapp.services.quotes import Known, Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.waiting import TaskWaiter


class InvalidItem(ValueError):
    """A field of an item cannot have that value."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class UnknownSymbol(ValueError):
    """No source knows the symbol; the attempts say who was asked."""

    def __init__(self, symbol: str, attempts: Sequence[Attempt]) -> None:
        super().__init__(
            f"No source knows {symbol}. Check the spelling and the exchange's suffix,"
            " or add it anyway."
        )
        self.symbol = symbol
        self.attempts = attempts


class WatchlistFull(ValueError):
    """The list holds as many symbols as it may."""


@dataclass(frozen=True, slots=True)
class Added:
    """An item on the list. `created`: it was not there before. `verified`: a source knows it."""

    item: WatchlistItem
    created: bool
    verified: bool


class Watchlists:
    """Changes take milliseconds; adding a symbol never seen waits briefly for a source's word."""

    def __init__(
        self,
        store: WatchlistStore,
        quotes: Quotes,
        refreshes: Refreshes,
        waiter: TaskWaiter,
        clock: Clock,
        *,
        simulated: Mapping[str, str],
        max_symbols: int,
        lookup_seconds: float,
    ) -> None:
        self._store = store
        self._quotes = quotes
        self._refreshes = refreshes
        self._waiter = waiter
        self._clock = clock
        self._simulated = simulated
        self._max_symbols = max_symbols
        self._lookup_seconds = lookup_seconds

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items of the list."""
        return self._store.items(watchlist)

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item of the list."""
        return self._store.get(watchlist, symbol)

    def add(
        self,
        watchlist: str,
        symbol_text: str,
        *,
        note: str = "",
        target_price: float | None = None,
        accept_unknown: bool = False,
    ) -> Added:
        """Add a symbol, after a source has confirmed it or the wait for that is over.

        Raises InvalidSymbol, InvalidItem, WatchlistFull, and UnknownSymbol unless accepted.
        """
        symbol = parse_symbol(symbol_text)
        _check(note=note, target_price=target_price)
        existing = self._store.get(watchlist, symbol)
        if existing:
            return Added(existing, created=False, verified=True)
        if len(self._store.items(watchlist)) >= self._max_symbols:
            raise WatchlistFull(
                f"The list holds {self._max_symbols} symbols, as many as it may. Remove some first."
            )
        known = self._look_up(symbol, 0 if accept_unknown else self._lookup_seconds)
        if known.quote is None and _nobody_knows(known) and not accept_unknown:
            raise UnknownSymbol(symbol, known.report.attempts if known.report else ())
        name = known.quote.quote.name if known.quote else None
        item = WatchlistItem(symbol, self._clock.now(), name, note, target_price)
        created = bool(self._store.add(watchlist, [item]))
        return Added(item, created, verified=known.quote is not None)

    def update(
        self, watchlist: str, symbol: str, changes: Mapping[str, Any]
    ) -> WatchlistItem | None:
        """Set the note or the target price. Raises InvalidItem; None when it is not listed."""
        _check(**changes)
        return self._store.update(watchlist, symbol, changes)

    def remove(self, watchlist: str, symbols: Iterable[str]) -> list[str]:
        """Remove items. Returns the symbols that were there."""
        return self._store.remove(watchlist, symbols)

    def remove_samples(self, watchlist: str) -> list[str]:
        """Remove what the installation, not the user, put on the list."""
        samples = [item.symbol for item in self._store.items(watchlist) if item.sample]
        return self._store.remove(watchlist, samples)

    def add_simulated(self, watchlist: str) -> list[str]:
        """Add the sample of the simulated exchange. Returns the symbols that are new."""
        room = self._max_symbols - len(self._store.items(watchlist))
        items = sample_items(self._simulated, self._clock)
        return self._store.add(watchlist, items[: max(0, room)])

    def _look_up(self, symbol: str, seconds: float) -> Known:
        """What is known of the symbol, after asking the sources if nothing was."""
        known = self._quotes.known([symbol])[symbol]
        if known.quote:
            return known
        started = self._refreshes.start_behind([symbol])
        if started and seconds > 0:
            task = self._waiter.wait(started.id, seconds)
            if task and not task.status.ended:
                return replace(known, report=None)
        return self._quotes.known([symbol])[symbol]


def sample_items(names: Mapping[str, str], clock: Clock) -> list[WatchlistItem]:
    """Items for a sample list of symbols with their names."""
    now = clock.now()
    return [WatchlistItem(symbol, now, name, sample=True) for symbol, name in names.items()]


def _nobody_knows(known: Known) -> bool:
    error = known.report.error if known.report else None
    return error is not None and error.reason is Reason.NOT_FOUND


def _check(note: str = "", target_price: float | None = None) -> None:
    if len(note) > MAX_NOTE_LENGTH:
        raise InvalidItem("note", f"The note may have at most {MAX_NOTE_LENGTH} characters.")
    if any(not character.isprintable() and character not in "\n\r\t" for character in note):
        raise InvalidItem("note", "The note holds control characters; remove them.")
    if target_price is not None and (not math.isfinite(target_price) or target_price <= 0):
        raise InvalidItem("target_price", "The target price must be a number above 0.")
