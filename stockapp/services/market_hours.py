"""Whether the market of a symbol is open, told at once from what is known of exchanges' hours.

The hours are computed in the process pool, by one worker for all, and kept in the cache; each
worker keeps those it needed in memory.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stockapp.analysis.trading_calendar import trading_hours
from stockapp.caching.policy import Landed, SingleFlight
from stockapp.domain.exchanges import ALWAYS_OPEN, exchange_of
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.trading_hours import UNKNOWN, Session, SessionState, TradingHours
from stockapp.ports import Clock, Executor, ResponseCache

logger = logging.getLogger(__name__)

# The kind of cached entry that hours are.
PREFIX = "sessions"
_KEY = f"{PREFIX}:"
_DAY = 86_400.0
_LIFETIME = Lifetime(_DAY, 14 * _DAY)
# Longer than any holidays, to know the last close; and for as long as an entry is kept.
_BACK, _AHEAD = timedelta(days=21), timedelta(days=21)
# What could not be computed for want of time is tried again after so long.
_TRY_AGAIN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Known:
    """Hours, None where they could not be had; to be asked for anew at a monotonic time."""

    hours: TradingHours | None
    again_at: float


class MarketHours:
    """Never waits: what is not known yet is looked up behind, and unknown until then."""

    def __init__(
        self,
        cache: ResponseCache,
        flight: SingleFlight,
        executor: Executor,
        clock: Clock,
        *,
        timeout_seconds: float,
    ) -> None:
        self._cache = cache
        self._flight = flight
        self._executor = executor
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        # What is to be looked up, and what is being looked up now.
        self._wanted: set[str] = set()
        self._sought: set[str] = set()
        self._learning = False

    def state(self, symbol: str, now: datetime) -> Session:
        """Whether the market of the symbol is open at that instant, which is about the present."""
        exchange = exchange_of(symbol)
        if exchange is None:
            return UNKNOWN
        if exchange == ALWAYS_OPEN:
            return Session(SessionState.OPEN)
        known = self._known.get(exchange.calendar)
        if known is None or known.again_at <= self._clock.monotonic():
            self._want(exchange.calendar)
        if known is None:
            return Session(SessionState.UNKNOWN, awaited=True)
        return known.hours.session(now) if known.hours else UNKNOWN

    def _want(self, calendar: str) -> None:
        with self._lock:
            if calendar in self._sought:
                return
            self._wanted.add(calendar)
            if self._learning:
                return
            self._learning = True
        try:
            self._executor.submit(self._learn)
        except RuntimeError:
            # The worker stops.
            self._learning = False

    def _learn(self) -> None:
        """Look up all that is wanted, until nothing is."""
        while True:
            with self._lock:
                self._sought, self._wanted = self._wanted, set()
                self._learning = bool(self._sought)
            if not self._sought:
                return
            self._look_up(sorted(self._sought))
            self._settle(self._sought)

    def _look_up(self, calendars: Sequence[str]) -> None:
        keys = [_KEY + calendar for calendar in calendars]
        try:
            self._flight.run(keys, self._read, self._compute, lambda: False)
        except Exception as error:
            # The hours stay as they were, and are tried for again.
            logger.warning("trading hours not looked up", extra={"error": repr(error)})

    def _settle(self, calendars: set[str]) -> None:
        """Leave in peace for a while what was not found."""
        now = self._clock.monotonic()
        for calendar in calendars:
            known = self._known.get(calendar)
            if known is None or known.again_at <= now:
                hours = known.hours if known else None
                self._known[calendar] = _Known(hours, now + _TRY_AGAIN_SECONDS)

    def _read(self, keys: Sequence[str]) -> list[str]:
        """Take what the cache has. Returns the keys of what is fresh."""
        # Another worker may have computed it a moment ago.
        self._cache.forget(keys)
        now = self._clock.monotonic()
        fresh = []
        for key, entry in self._cache.get_many(keys).items():
            left = _LIFETIME.fresh_seconds - entry.age_seconds
            hours = entry.derived(_from_json)
            self._known[key.removeprefix(_KEY)] = _Known(hours, now + left)
            if entry.freshness is Freshness.FRESH:
                fresh.append(key)
        return fresh

    def _compute(self, keys: Sequence[str], landed: Landed) -> None:
        """One after the other, so that whoever else computes gets a turn in between."""
        now = self._clock.now()
        start, end = (now - _BACK).date(), (now + _AHEAD).date()
        for key in keys:
            calendar = key.removeprefix(_KEY)
            try:
                hours = self._executor.run_cpu(
                    trading_hours, calendar, start, end, timeout_seconds=self._timeout_seconds
                )
            except (TimeoutError, RuntimeError) as error:
                logger.warning(
                    "trading hours not computed", extra={"calendar": calendar, "error": repr(error)}
                )
                continue
            again_at = self._clock.monotonic() + _LIFETIME.fresh_seconds
            self._known[calendar] = _Known(hours, again_at)
            self._cache.put_many({key: {"hours": hours.to_json() if hours else None}}, _LIFETIME)
            landed([key])


def _from_json(value: Mapping[str, Any]) -> TradingHours | None:
    return TradingHours.from_json(value["hours"]) if value["hours"] else None
