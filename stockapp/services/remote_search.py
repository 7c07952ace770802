"""Searches at the sources: cached, asked for once by all workers, and bounded in time."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockapp.caching.policy import Landed, SingleFlight
from stockapp.domain.attempt import Attempt, Failure, Reason
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.listing import Listing
from stockapp.fetching.lookup import LookedUp, Lookup
from stockapp.ports import FREE, Clock, Entry, Executor, ResponseCache, Toll
from stockapp.services.board import SymbolReport

# The kind of cached entry that searches are.
PREFIX = "search"
FRESH_SECONDS = 86_400.0
_LIFETIME = Lifetime(FRESH_SECONDS, 7 * 86_400.0)
# A text that just failed is not asked for again with each window that holds it.
_REST = Lifetime(15.0, 15.0)
# So many searches are under way in a worker: refreshes need the rest of its places.
_AT_ONCE = 4
# A source's own time-out ends a little before that of the whole, and says more.
_MARGIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Remote:
    """What the sources list for a text. `cached`: it was found before this call, and is `age`
    seconds old. With `error` they could not be asked anew.
    """

    listings: Sequence[Listing] = ()
    error: Failure | None = None
    attempts: Sequence[Attempt] = ()
    cached: bool = False
    age: float | None = None


class RemoteSearch:
    """Shared by all requests of this worker."""

    def __init__(
        self,
        lookup: Lookup,
        flight: SingleFlight,
        executor: Executor,
        cache: ResponseCache,
        clock: Clock,
        *,
        limit_seconds: float,
        toll: Toll = FREE,
    ) -> None:
        self._toll = toll
        self._lookup = lookup
        self._flight = flight
        self._executor = executor
        self._cache = cache
        self._clock = clock
        self._limit = limit_seconds
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def find(self, text: str) -> Remote:
        """What is cached if it is fresh, else what the sources say within the time.

        Raises RateLimited.
        """
        key = f"{PREFIX}:{text.casefold()}"
        held = self._held(key)
        if held.answers:
            return held.told()
        self._toll.pay()
        ask = _Ask(text, key, self._clock.monotonic() + self._limit)

        def known(_: Sequence[str]) -> list[str]:
            # Another worker may have asked since this one looked last.
            self._cache.forget([key, _failure_key(key)])
            return [key] if self._held(key).answers else []

        def fetch(_: Sequence[str], landed: Landed) -> None:
            self._fetch(ask)
            landed([key])

        self._flight.run([key], known, fetch, lambda: self._left(ask) <= 0)
        if ask.failure:
            return self._held(key).told(error=ask.failure)
        held = self._held(key)
        if not held.answers:
            late = Failure(Reason.TIMEOUT, f"The search took longer than {self._limit:g} s.")
            return held.told(error=late)
        return held.told(new=ask.asked)

    def held(self, text: str) -> Remote | None:
        """What is cached and answers, without asking anybody; None when sources must be asked."""
        held = self._held(f"{PREFIX}:{text.casefold()}")
        return held.told() if held.answers else None

    def _fetch(self, ask: "_Ask") -> None:
        """Have the sources asked, and wait for that as long as there is time."""
        if not self._places.acquire(timeout=max(0.0, self._left(ask))):
            ask.failure = Failure(Reason.CANCELLED, "Not asked: too many searches are under way.")
            return
        ask.asked = True
        future = self._executor.submit(self._ask_and_leave, ask)
        try:
            future.result(timeout=max(0.0, self._left(ask)))
        except TimeoutError:
            # It goes on behind; should it end well, the next one who types this has the answer.
            late = Failure(Reason.TIMEOUT, f"The search took longer than {self._limit:g} s.")
            self._store(ask.key, LookedUp((), late, ()))

    def _ask_and_leave(self, ask: "_Ask") -> None:
        try:
            seconds = max(_MARGIN_SECONDS, self._left(ask) - _MARGIN_SECONDS)
            self._store(ask.key, self._lookup.find(ask.text, seconds))
        finally:
            self._places.release()

    def _left(self, ask: "_Ask") -> float:
        return ask.until - self._clock.monotonic()

    def _store(self, key: str, found: LookedUp) -> None:
        if found.error:
            report = SymbolReport(self._clock.now(), found.error, found.attempts)
            self._cache.put_many({_failure_key(key): report.to_json()}, _REST)
            return
        value = {
            "listings": [one.to_json() for one in found.listings],
            "attempts": [attempt.to_json() for attempt in found.attempts],
        }
        self._cache.put_many({key: value}, _LIFETIME)

    def _held(self, key: str) -> "_Held":
        entries = self._cache.get_many([key, _failure_key(key)])
        return _Held(entries.get(key), entries.get(_failure_key(key)))


@dataclass(slots=True)
class _Ask:
    """One call: what it wants, until when, and whether it asked the sources itself."""

    text: str
    key: str
    until: float
    asked: bool = False
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """What is cached of a text: the last answer, and the last failure if it is a moment old."""

    good: Entry | None
    bad: Entry | None

    @property
    def failed(self) -> bool:
        """Whether the last time that the sources were asked failed."""
        good, bad = self.good, self.bad
        return bad is not None and (good is None or bad.age_seconds < good.age_seconds)

    @property
    def answers(self) -> bool:
        """Whether nobody need be asked."""
        fresh = self.good is not None and self.good.freshness is Freshness.FRESH
        return fresh or self.failed

    def told(self, *, new: bool = False, error: Failure | None = None) -> Remote:
        """The same for people. `new`: it was asked for just now; `error` is one not kept here."""
        attempts: tuple[Attempt, ...] = ()
        if error is None and self.failed and self.bad:
            report = self.bad.derived(SymbolReport.from_json)
            error, attempts = report.error, report.attempts
        if self.good is None:
            return Remote((), error, attempts)
        if error is None:
            attempts = self.good.derived(_attempts)
        cached = not new or error is not None
        listings = self.good.derived(_listings)
        return Remote(listings, error, attempts, cached, self.good.age_seconds)


def _failure_key(key: str) -> str:
    return f"failure:{key}"


def _listings(value: Mapping[str, Any]) -> tuple[Listing, ...]:
    return tuple(Listing.from_json(data) for data in value["listings"])


def _attempts(value: Mapping[str, Any]) -> tuple[Attempt, ...]:
    return tuple(Attempt.from_json(data) for data in value["attempts"])
