"""What live mode refreshes of a list, of which any number of workers may look at the same one.

Of all of them one at a time starts a refresh of a list, and none sooner than the interval after
the last.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.trading_hours import Session, SessionState
from stockapp.ports import Clock, SharedState, TaskStore, WatchlistStore
from stockapp.services.claims import Claims
from stockapp.services.due import Pace, seconds_until_due
from stockapp.services.live_prices import KIND
from stockapp.services.market_hours import MarketHours
from stockapp.services.quotes import Known, Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.trends import Trends

# Where nothing will be due for long, or nobody can say when: markets open, and fetches fail.
_LONGEST_PAUSE = 15.0
# While rows are under way, or hours are being looked up.
_SHORT_PAUSE = 5.0
_CLAIM, _TRENDS_CLAIM = "live:", "live-trends:"
# A page that is kept open has its small lines looked at so often, whatever markets do.
_TRENDS_SECONDS = 3600.0
# What will be due within this share of the interval is refreshed with what is due now.
_TAKEN_ALONG = 0.5


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How live mode fares with a list: rows by the state of their market."""

    on: bool
    interval_seconds: float
    open: int
    closed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that nobody is refreshing."""

    symbol: str
    known: Known
    session: Session

    def wait(self, now: datetime, pace: Pace) -> float | None:
        """Seconds until it is due."""
        return seconds_until_due(self.known, self.session, now, pace)


class LiveRows:
    """`has_plenty_for` says whether a symbol can be had without asking sources of few requests."""

    def __init__(
        self,
        watchlists: WatchlistStore,
        quotes: Quotes,
        tasks: TaskStore,
        refreshes: Refreshes,
        trends: Trends,
        hours: MarketHours,
        shared: SharedState,
        clock: Clock,
        has_plenty_for: Callable[[str], bool],
        *,
        on: bool,
        interval_seconds: float,
        fresh_seconds: float,
    ) -> None:
        self._watchlists = watchlists
        self._quotes = quotes
        self._tasks = tasks
        self._refreshes = refreshes
        self._trends = trends
        self._hours = hours
        self._claims = Claims(shared, clock)
        self._clock = clock
        self._has_plenty_for = has_plenty_for
        self._on = on
        self._interval = interval_seconds
        self._pace = Pace(interval_seconds, fresh_seconds, fresh_seconds)
        early = interval_seconds * _TAKEN_ALONG
        self._early_pace = Pace(early, fresh_seconds, fresh_seconds)

    def status(self, watchlist: str) -> LiveStatus:
        """How the list fares, from what is known."""
        now = self._clock.now()
        states = [
            self._hours.state(item.symbol, now).state for item in self._watchlists.items(watchlist)
        ]
        return LiveStatus(
            self._on,
            self._interval,
            states.count(SessionState.OPEN),
            states.count(SessionState.CLOSED),
            states.count(SessionState.UNKNOWN),
        )

    def refresh_due(self, watchlist: str) -> float:
        """Start what is due of the list. Returns in how many seconds to look again."""
        now = self._clock.now()
        rows, under_way = self._rows(watchlist, now)
        waits = [wait for row in rows if (wait := row.wait(now, self._pace)) is not None]
        soonest = min(waits, default=math.inf)
        pause = _LONGEST_PAUSE
        if soonest <= 0:
            soonest = pause = self._start(watchlist, rows, now)
        elif under_way or any(row.session.awaited for row in rows):
            pause = _SHORT_PAUSE
        return min(pause, soonest)

    def renew_trends(self, watchlist: str) -> float:
        """Have small lines fetched that are due. Returns in how many seconds to do it again."""
        wait = self._claims.take(f"{_TRENDS_CLAIM}{watchlist}", _TRENDS_SECONDS)
        if wait > 0:
            return wait
        self._trends.start_due([item.symbol for item in self._watchlists.items(watchlist)])
        return _TRENDS_SECONDS

    def _rows(self, watchlist: str, now: datetime) -> tuple[list[_Row], bool]:
        """Rows that live mode may refresh, and whether others are being refreshed now."""
        symbols = [item.symbol for item in self._watchlists.items(watchlist)]
        under_way = self._tasks.active_states(KIND, symbols)
        wanted = [s for s in symbols if s not in under_way and self._has_plenty_for(s)]
        known = self._quotes.known(wanted)
        rows = [_Row(s, known[s], self._hours.state(s, now)) for s in wanted]
        return rows, bool(under_way)

    def _start(self, watchlist: str, rows: Sequence[_Row], now: datetime) -> float:
        """Refresh what is due, if no worker did a moment ago. Returns seconds until the next."""
        wait = self._claims.take(f"{_CLAIM}{watchlist}", self._interval)
        if wait > 0:
            return wait
        due = [
            row
            for row in rows
            if (early := row.wait(now, self._early_pace)) is not None and early <= 0
        ]
        ages = [row.known.quote.age_seconds for row in due if row.known.quote]
        # What somebody fetches before the task gets there is younger than any of these.
        self._refreshes.start_live(
            watchlist, [row.symbol for row in due], min([self._interval, *ages])
        )
        return self._interval
