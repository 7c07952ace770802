"""The way to the store: off the hub, never raising, and telling when the store is in trouble."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from stockapp.caching.entry_format import Stored
from stockapp.caching.store import EntryStore
from stockapp.domain.cache_statistics import CacheCheck, Counter, StoreStatistics
from stockapp.domain.freshness import Lifetime
from stockapp.ports import CacheTrouble, Clock, Executor

P = ParamSpec("P")
T = TypeVar("T")

# A store that failed is left alone for so long, so that nobody waits for it again and again.
REST_SECONDS = 1.0
# Readers leave one that took this long to fail alone until it can be written again, which upkeep
# tries; or, where nobody tries, for longer.
SLOW_SECONDS, READERS_REST_SECONDS = 0.5, 15.0

_log = logging.getLogger(__name__)


class StoreGate:
    """Calls one worker's store. While it fails, nothing is known and nothing is stored."""

    def __init__(self, store: EntryStore, executor: Executor, clock: Clock) -> None:
        self._store = store
        self._executor = executor
        self._clock = clock
        self._trouble: str | None = None
        self._rest_until = self._loads_rest_until = float("-inf")
        self._hangs = False

    @property
    def trouble(self) -> str | None:
        """Why entries cannot be stored; None when all is well."""
        return self._trouble

    def load(self, keys: Sequence[str]) -> dict[str, Stored] | None:
        """The entries there are; None when nobody can tell."""
        # A disk that is full can still be read: what cannot be stored says nothing of this.
        began = self._clock.monotonic()
        if began < self._loads_rest_until:
            return None
        now = self._clock.now().timestamp()
        try:
            return self._run(self._store.load_many, keys, now)
        except self._store.errors as error:
            self._failed(error)
            self._hangs = self._clock.monotonic() - began > SLOW_SECONDS
            self._spare_readers()
            return None

    def save(
        self, values: Mapping[str, Any], stored_at: float, lifetime: Lifetime
    ) -> list[str] | None:
        """Store values. Returns the keys refused as too large; None when nothing was stored."""
        fresh, keep = lifetime.fresh_seconds, lifetime.keep_seconds
        if self._resting():
            return None
        try:
            refused = self._run(self._store.save_many, values, stored_at, fresh, keep)
        except self._store.errors as error:
            self._failed(error)
            return None
        self._works()
        for key in refused:
            _log.warning("refused to cache %s: it is larger than the cache's limit", key)
        return refused

    def remove_prefix(self, prefix: str | None) -> int:
        """Delete all that is there of that prefix, or of all. Raises CacheTrouble."""
        try:
            return self._run(self._store.remove_prefix, prefix)
        except self._store.errors as error:
            self._failed(error)
            raise CacheTrouble(self._trouble) from error

    def count(self, deltas: Mapping[Counter, int]) -> bool:
        """Add to the counters of all. Returns whether that worked."""
        try:
            self._run(self._store.count, deltas)
        except self._store.errors as error:
            self._failed(error)
            return False
        return True

    def statistics(self) -> StoreStatistics | None:
        """What there is; None when the store does not tell."""
        try:
            return self._run(self._store.statistics)
        except self._store.errors as error:
            self._failed(error)
            return None

    def sweep(self) -> None:
        """Delete all that has expired, in parts."""
        now = self._clock.now().timestamp()
        try:
            while self._run(self._store.sweep, now):
                pass
        except self._store.errors as error:
            self._failed(error)

    def recover(self) -> None:
        """Put right what killed processes left."""
        try:
            check = self._run(self._recover, False)
        except self._store.errors as error:
            self._failed(error)
            return
        if check and (check.damaged or check.uncounted or check.missing):
            _log.info(
                "mended the cache: %d files damaged, %d not counted, %d missing",
                check.damaged,
                check.uncounted,
                check.missing,
            )

    def verify(self) -> CacheCheck:
        """Check every entry. Raises CacheTrouble, also while another process does the same."""
        try:
            check = self._run(self._recover, True)
        except self._store.errors as error:
            self._failed(error)
            raise CacheTrouble(self._trouble) from error
        if check is None:
            raise CacheTrouble("another process checks the cache already; try again in a moment")
        return check

    def _recover(self, thorough: bool) -> CacheCheck | None:
        return self._store.recover(thorough=thorough)

    def _run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._store.blocks:
            return self._executor.run_blocking(call, *args, **kwargs)
        return call(*args, **kwargs)

    def _resting(self) -> bool:
        return self._trouble is not None and self._clock.monotonic() < self._rest_until

    def _spare_readers(self) -> None:
        seconds = READERS_REST_SECONDS if self._hangs else REST_SECONDS
        self._loads_rest_until = self._clock.monotonic() + seconds

    def _failed(self, error: Exception) -> None:
        self._rest_until = self._clock.monotonic() + REST_SECONDS
        if self._hangs:
            self._spare_readers()
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if self._trouble is None:
            _log.warning("the cache cannot be used, going on without it: %s", why)
        self._trouble = why

    def _works(self) -> None:
        if self._trouble is not None:
            _log.info("the cache can be used again")
        if self._hangs:
            self._hangs, self._loads_rest_until = False, float("-inf")
        self._trouble = None
