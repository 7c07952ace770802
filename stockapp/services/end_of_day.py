"""The end of the day: rows of all lists are refreshed once after their markets have closed."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from stockapp.ports import Clock, SharedState, TaskStore, WatchlistStore
from stockapp.services.claims import Claims
from stockapp.services.due import seconds_until_closing_price
from stockapp.services.live_prices import KIND
from stockapp.services.market_hours import MarketHours
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes

# One worker looks in this time, of however many that are called every minute.
_CLAIM, _CLAIM_SECONDS = "end-of-day", 50.0
# What was begun is left in peace for so long, also where it was cancelled or gave no price.
_BEGUN, _BEGUN_SECONDS = "end-of-day-begun:", 3600.0
# A row is not looked at for so long where nothing is to be done: no market closes and has its
# closing price in less.
_LONGEST_REST = 600.0
# Hours that this worker does not know are looked up behind: it waits so often for so long.
_HOURS_LOOKS, _HOURS_SECONDS = 40, 0.25
_ROWS_AT_ONCE = 100
_TURN_SECONDS = 0.001


class EndOfDay:
    """Where nobody knows when a market closes, or it never does, nothing is done.

    `has_plenty_for` says whether a symbol can be had without asking sources of few requests.
    """

    def __init__(
        self,
        watchlists: WatchlistStore,
        quotes: Quotes,
        tasks: TaskStore,
        refreshes: Refreshes,
        hours: MarketHours,
        shared: SharedState,
        clock: Clock,
        has_plenty_for: Callable[[str], bool],
    ) -> None:
        self._watchlists = watchlists
        self._quotes = quotes
        self._tasks = tasks
        self._refreshes = refreshes
        self._hours = hours
        self._shared = shared
        self._claims = Claims(shared, clock)
        self._clock = clock
        self._has_plenty_for = has_plenty_for
        # When to look at rows again, monotonic. It only saves work: other workers have their own.
        self._look_at: dict[str, float] = {}

    def refresh(self) -> None:
        """Start what is due; to be called about once a minute, by however many workers.

        Raises StoreTrouble.
        """
        if self._claims.take(_CLAIM, _CLAIM_SECONDS) > 0:
            return
        now, then = self._clock.now(), self._clock.monotonic()
        listed = self._watchlists.names()
        self._look_at = {s: at for s, at in self._look_at.items() if at > then and s in listed}
        symbols = [symbol for symbol in listed if symbol not in self._look_at]
        self._wait_for_hours(symbols, now)
        due: set[str] = set()
        for part in _parts(symbols):
            due.update(self._due(part, now))
        if due:
            self._start(due - self._begun(due))

    def _wait_for_hours(self, symbols: Sequence[str], now: datetime) -> None:
        awaited = symbols
        for _ in range(_HOURS_LOOKS):
            awaited = [
                symbol
                for part in _parts(awaited)
                for symbol in part
                if self._hours.state(symbol, now).awaited
            ]
            if not awaited:
                return
            time.sleep(_HOURS_SECONDS)

    def _due(self, symbols: Sequence[str], now: datetime) -> list[str]:
        """Those to be refreshed now; of all others that are certain, when to look again is kept."""
        due = []
        cheap = [symbol for symbol in symbols if self._has_plenty_for(symbol)]
        sessions = {symbol: self._hours.state(symbol, now) for symbol in cheap}
        known = self._quotes.known([s for s in cheap if sessions[s].closed_at])
        for symbol in symbols:
            wait = None
            if symbol in known:
                wait = seconds_until_closing_price(known[symbol], sessions[symbol], now)
            if wait is not None and wait <= 0:
                due.append(symbol)
            elif symbol not in sessions or not sessions[symbol].awaited:
                rest = _LONGEST_REST if wait is None else min(wait, _LONGEST_REST)
                self._look_at[symbol] = self._clock.monotonic() + rest
        return due

    def _begun(self, symbols: set[str]) -> set[str]:
        """Which of them are under way, or were a while ago."""
        marks = self._shared.scan(_BEGUN).values()
        begun = {symbol for mark in marks for symbol in mark["symbols"]}
        return symbols & begun | self._tasks.active_states(KIND, list(symbols)).keys()

    def _start(self, due: set[str]) -> None:
        """A symbol on several lists is fetched with the first of them."""
        for watchlist in self._watchlists.lists() if due else ():
            # Of one that was deleted meanwhile there are none.
            items = self._watchlists.items(watchlist.name)
            wanted = [item.symbol for item in items if item.symbol in due]
            task = self._refreshes.start_live(watchlist.name, wanted, 0.0) if wanted else None
            if task is None:
                continue
            # What it joined may not be about all of them.
            begun = set(wanted).intersection(task.params["symbols"])
            self._shared.put_many({_BEGUN + task.id: {"symbols": sorted(begun)}}, _BEGUN_SECONDS)
            due = due - begun


def _parts(symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at once, with a turn for others after each part."""
    for start in range(0, len(symbols), _ROWS_AT_ONCE):
        yield symbols[start : start + _ROWS_AT_ONCE]
        time.sleep(_TURN_SECONDS)
