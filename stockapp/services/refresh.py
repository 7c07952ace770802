"""Refreshing quotes: what is due becomes a task; an equal one that runs is joined."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.domain.task import Item, ItemState, Task
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.ports import Cancelled, Created, QueueFull, RateLimited, StoreTrouble, WatchlistStore
from stockapp.services.board import Board, QuoteView
from stockapp.services.live_prices import KIND, fresh_item, result_of
from stockapp.services.quotes import Quotes
from stockapp.tasks.engine import TaskEngine


class TooManySymbols(ValueError):
    """More symbols than one refresh may have; the message says how many that is."""


@dataclass(frozen=True, slots=True)
class Started:
    """A refresh: its task; or none, and then the quotes, as all are fresh.

    `joined` says that the task was running already.
    """

    task: Task | None
    joined: bool
    fresh: tuple[QuoteView, ...] = ()

    def result(self) -> Mapping[str, Any]:
        """The result that a task would have had, of what is fresh."""
        return result_of([fresh_item(view) for view in self.fresh])


class Refreshes:
    """Starting and stopping refreshes; every call returns in milliseconds."""

    def __init__(
        self,
        engine: TaskEngine,
        quotes: Quotes,
        watchlists: WatchlistStore,
        max_symbols: int,
        *,
        fresh_for_watchlist: float,
    ) -> None:
        self._engine = engine
        self._quotes = quotes
        self._watchlists = watchlists
        self._max_symbols = max_symbols
        self._fresh_for_watchlist = fresh_for_watchlist

    def start(
        self, symbols: Sequence[str] | None, *, watchlist: str = DEFAULT_WATCHLIST, force: bool
    ) -> Started:
        """Refresh the symbols, or the whole list; with `force` also what is young enough.

        Raises InvalidSymbol, TooManySymbols, QueueFull, RateLimited and StoreTrouble.
        """
        whole_list = symbols is None
        wanted = self._wanted(symbols, watchlist)
        good_for = self._fresh_for_watchlist if whole_list else math.inf
        cached = self._quotes.cached(wanted)
        fresh = {
            symbol: view
            for symbol, view in cached.items()
            if view.is_younger_than(good_for) and not force
        }
        if len(fresh) == len(wanted):
            return Started(None, False, tuple(fresh.values()))
        for_list = watchlist if whole_list else None
        created = self._submit(wanted, fresh, force=force, watchlist=for_list)
        return Started(created.task, created.joined)

    def start_picked(self, watchlist: str, symbols: Sequence[str]) -> Started:
        """Refresh some rows of a list, whatever their age; raises as `start` does."""
        wanted = self._wanted(symbols, watchlist)
        created = self._submit(wanted, {}, force=True, watchlist=watchlist)
        return Started(created.task, created.joined)

    def start_due(self, board: Board, now: datetime) -> Task | None:
        """Refresh what is due of a board that is looked at; not right after another refresh.

        So one that was cancelled is not started again by the page that says so.
        """
        due = [row.item.symbol for row in board.rows if row.is_due(now, self._fresh_for_watchlist)]
        if not due or board.refresh:
            return None
        return self._behind(lambda: self._submit(due, {}, force=False, watchlist=board.watchlist))

    def start_behind(self, symbols: Sequence[str]) -> Task | None:
        """Refresh what is due of these, besides something else that must not fail for it.

        None where nothing is due, or no task is taken at present.
        """
        return self._behind(lambda: self.start(symbols, force=False))

    def start_live(
        self, watchlist: str, symbols: Sequence[str], max_age_seconds: float
    ) -> Task | None:
        """Refresh these of a list, asked for by nobody, but for what is younger than that by then.

        Sources with few requests are left out. One runs of each list at a time.
        """
        items = [Item(symbol, ItemState.QUEUED) for symbol in symbols]
        params = {
            "symbols": list(symbols),
            "force": False,
            "watchlist": watchlist,
            "live": True,
            "max_age_seconds": max_age_seconds,
        }
        key = f"{KIND} live {watchlist}"
        return self._behind(lambda: self._engine.submit(KIND, params, items, key))

    def _behind(self, start: Callable[[], Created | Started]) -> Task | None:
        try:
            return start().task
        except (QueueFull, RateLimited, StoreTrouble):
            return None

    def cancel(self, task_id: str) -> Cancelled | None:
        """Cancel a task; None when there is no such task."""
        return self._engine.cancel(task_id)

    def _submit(
        self,
        wanted: Sequence[str],
        fresh: Mapping[str, QuoteView],
        *,
        force: bool,
        watchlist: str | None,
    ) -> Created:
        items = [
            fresh_item(fresh[symbol]) if symbol in fresh else Item(symbol, ItemState.QUEUED)
            for symbol in wanted
        ]
        params = {"symbols": list(wanted), "force": force, "watchlist": watchlist}
        return self._engine.submit(KIND, params, items, _dedupe_key(wanted, force))

    def _wanted(self, symbols: Sequence[str] | None, watchlist: str) -> list[str]:
        if symbols is None:
            return [item.symbol for item in self._watchlists.items(watchlist)]
        wanted = list(dict.fromkeys(_parse_all(symbols)))
        if len(wanted) > self._max_symbols:
            raise TooManySymbols(
                f"{len(wanted)} symbols are too many for one refresh;"
                f" ask for at most {self._max_symbols} at a time."
            )
        return wanted


def _parse_all(symbols: Sequence[str]) -> Iterator[str]:
    for number, symbol in enumerate(symbols, 1):
        try:
            yield parse_symbol(symbol)
        except InvalidSymbol as error:
            raise InvalidSymbol(f"Symbol {number} of {len(symbols)}: {error}") from None


def _dedupe_key(symbols: Sequence[str], force: bool) -> str:
    """Equal for the same work, whatever the order of its symbols."""
    text = f"{KIND} {force} {' '.join(sorted(symbols))}"
    return hashlib.sha256(text.encode()).hexdigest()
