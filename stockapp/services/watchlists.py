"""Adding to, changing and removing from watchlists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from stockapp.domain.attempt import Reason
from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.domain.watchlist import WatchlistFull, WatchlistItem
from stockapp.ports import Clock, Executor, WatchlistStore
from stockapp.services import list_import
from stockapp.services.additions import Added, AddedMany, Imported, NotTaken, UnknownSymbol
from stockapp.services.item_rules import InvalidItem, check, symbol_of_many
from stockapp.services.list_admin import ListAdmin, Removed
from stockapp.services.list_import import ImportRow, Preview
from stockapp.services.quotes import Known, Quotes
from stockapp.services.refresh import Refreshes, TooManySymbols
from stockapp.services.undo import Removals
from stockapp.services.waiting import TaskWaiter

__all__ = ["InvalidItem", "UnknownSymbol", "WatchlistFull", "Watchlists", "sample_items"]


class Watchlists(ListAdmin):
    """Changes take milliseconds; adding a symbol never seen waits briefly for a source's word."""

    def __init__(
        self,
        store: WatchlistStore,
        removals: Removals,
        quotes: Quotes,
        refreshes: Refreshes,
        waiter: TaskWaiter,
        executor: Executor,
        clock: Clock,
        *,
        simulated: Mapping[str, str],
        max_symbols: int,
        lookup_seconds: float,
    ) -> None:
        super().__init__(store, removals, max_symbols)
        self._quotes = quotes
        self._refreshes = refreshes
        self._waiter = waiter
        self._executor = executor
        self._clock = clock
        self._simulated = simulated
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
        text: str,
        *,
        note: str = "",
        target_price: float | None = None,
        accept_unknown: bool = False,
    ) -> Added:
        """Add a symbol, after a source has confirmed it or the wait for that is over.

        Raises InvalidSymbol, InvalidItem, WatchlistFull, NoSuchList, and UnknownSymbol unless
        accepted.
        """
        symbol = parse_symbol(text)
        check(note, target_price)
        existing = self._store.get(watchlist, symbol)
        if existing:
            return Added(existing, created=False, verified=True)
        item = WatchlistItem(symbol, self._clock.now(), None, note, target_price)
        # Nobody is asked for a symbol that has no room.
        self._check_room(watchlist)
        known = self._look_up(symbol, 0 if accept_unknown else self._lookup_seconds)
        if known.quote is None and _nobody_knows(known) and not accept_unknown:
            raise UnknownSymbol(symbol, known.report.attempts if known.report else ())
        item = replace(item, added_at=self._clock.now(), name=_name(known))
        created = bool(self._store.add(watchlist, [item], most_items=self._max_symbols))
        return Added(item, created, verified=known.quote is not None)

    def add_many(self, watchlist: str, symbols: Sequence[str]) -> AddedMany:
        """Add all that can be symbols, at once, in one transaction; they are looked up behind.

        Raises TooManySymbols, WatchlistFull and NoSuchList, and adds none then.
        """
        if len(symbols) > self._max_symbols:
            raise TooManySymbols(
                f"{len(symbols)} symbols are too many; add at most {self._max_symbols} at a time."
            )
        wanted: list[str] = []
        not_taken: list[NotTaken] = []
        for text in symbols:
            try:
                wanted.append(symbol_of_many(text))
            except InvalidSymbol as error:
                not_taken.append(NotTaken(text, str(error)))
        wanted = list(dict.fromkeys(wanted))
        now = self._clock.now()
        items = self._named([WatchlistItem(symbol, now) for symbol in wanted])
        added = self._store.add(watchlist, items, most_items=self._max_symbols)
        self._look_behind(added)
        new = set(added)
        there = tuple(symbol for symbol in wanted if symbol not in new)
        return AddedMany(tuple(added), there, tuple(not_taken))

    def pasted(self, text: str) -> str:
        """Symbols as people write them, as a CSV file; what is one already stays as it is."""
        return self._executor.run_blocking(list_import.pasted, text)

    def preview(self, watchlist: str, text: str | bytes) -> Preview:
        """What an import of that CSV file would do to the list. Raises InvalidItem, NoSuchList."""
        self.require(watchlist)
        listed = {item.symbol for item in self.items(watchlist)}
        # A large file takes a while, in which others must have their turn.
        return self._executor.run_blocking(list_import.understand, text, listed)

    def import_rows(
        self, watchlist: str, rows: Iterable[ImportRow], *, overwrite: bool = False
    ) -> Imported:
        """Add the new symbols of these rows, and give those that are there their note and target.

        What people wrote before stays, unless with `overwrite`. Raises WatchlistFull and
        NoSuchList, and changes nothing then.
        """
        every = list(rows)
        now = self._clock.now()
        items = [
            WatchlistItem(row.symbol, now, row.name or None, row.note, row.target_price)
            for row in every
            if row.is_taken
        ]
        merged = self._store.merge(
            watchlist,
            self._named(items),
            overwrite=overwrite,
            most_items=self._max_symbols,
        )
        self._look_behind(merged.added)
        done = {*merged.added, *merged.changed}
        skipped = [
            NotTaken(
                row.text, row.why or "It is listed already, and nothing of it is new.", row.line
            )
            for row in every
            if not row.is_taken or row.symbol not in done
        ]
        return Imported(merged.added, merged.changed, tuple(skipped))

    def update(
        self, watchlist: str, symbol: str, changes: Mapping[str, Any]
    ) -> WatchlistItem | None:
        """Set the note or the target price. Raises InvalidItem; None when it is not listed."""
        check(**changes)
        return self._store.update(watchlist, symbol, changes)

    def remove_samples(self, watchlist: str) -> Removed:
        """Remove what the installation, not the user, put on the list."""
        samples = [item.symbol for item in self._store.items(watchlist) if item.sample]
        return self.remove(watchlist, samples)

    def add_simulated(self, watchlist: str) -> list[str]:
        """Add the sample of the simulated exchange. Returns the symbols that are new."""
        room = self._max_symbols - len(self._store.items(watchlist))
        items = sample_items(self._simulated, self._clock)
        return self._store.add(watchlist, items[: max(0, room)])

    def _check_room(self, watchlist: str) -> None:
        if self.get_list(watchlist).size >= self._max_symbols:
            raise WatchlistFull(self._max_symbols, 0)

    def _named(self, items: Sequence[WatchlistItem]) -> list[WatchlistItem]:
        """The items by the names that sources tell; else by those they have."""
        known = self._quotes.known([item.symbol for item in items])
        return [replace(item, name=_name(known[item.symbol]) or item.name) for item in items]

    def _look_behind(self, added: Sequence[str]) -> None:
        if added:
            self._refreshes.start_behind(added)

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


def _name(known: Known) -> str | None:
    return known.quote.quote.name if known.quote else None


def _nobody_knows(known: Known) -> bool:
    error = known.report.error if known.report else None
    return error is not None and error.reason is Reason.NOT_FOUND
