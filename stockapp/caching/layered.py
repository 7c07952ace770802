"""The cache as the application sees it: this worker's memory in front of the store of all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from stockapp.caching.entry_format import Stored, times, to_json
from stockapp.caching.gate import StoreGate
from stockapp.caching.memory import Held, Memory, hold
from stockapp.caching.tally import Tally
from stockapp.domain.cache_statistics import (
    CacheCheck,
    CacheStatistics,
    Counter,
    prefix_of,
    summarise,
)
from stockapp.domain.freshness import Lifetime
from stockapp.ports import Clock, Entry

# So many are tried at once of what the store did not take before.
_RETRIED = 100
_PROBE = "probe"


class LayeredCache:
    """ResponseCache. `upkeep` is to be called every second or so."""

    def __init__(self, gate: StoreGate, memory: Memory, tally: Tally, clock: Clock) -> None:
        self._gate = gate
        self._memory = memory
        self._tally = tally
        self._clock = clock
        self._memory_hits = 0

    @property
    def trouble(self) -> str | None:
        """Why entries cannot be stored; None when all is well."""
        return self._gate.trouble

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The entries there are, read-only."""
        if not keys:
            return {}
        known, unknown = self._memory.find(keys, self._clock.monotonic())
        self._memory_hits += len(known)
        if unknown:
            known |= self._look_up(unknown)
        now = self._clock.now().timestamp()
        found: dict[str, Entry] = {}
        counts: dict[Counter, int] = {}
        for key in keys:
            entry = _entry(known[key], now)
            prefix = prefix_of(key)
            if entry is None:
                counts[prefix, "misses"] = counts.get((prefix, "misses"), 0) + 1
                continue
            found[key] = entry
            counts[prefix, "hits"] = counts.get((prefix, "hits"), 0) + 1
            if entry.age_seconds >= entry.lifetime.fresh_seconds:
                counts[prefix, "stale_hits"] = counts.get((prefix, "stale_hits"), 0) + 1
        self._tally.add_all(counts)
        return found

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        """Store values; what the store does not take is kept in this worker for the time being."""
        if not values:
            return
        now = self._clock.now().timestamp()
        refused = self._gate.save(values, now, lifetime)
        if refused is None:
            when = times(now, lifetime.fresh_seconds, lifetime.keep_seconds)
            held = {}
            for key, value in values.items():
                data = to_json(value)
                held[key] = hold(Stored(orjson.loads(data), when, len(data)))
            self._memory.keep_unsaved(held, self._clock.monotonic())
            return
        for key in refused:
            self._tally.add(prefix_of(key), "refused")
        self._memory.replaced(values)

    def forget(self, keys: Iterable[str]) -> None:
        """Look these up anew: another worker wrote them."""
        self._memory.forget(keys)

    def clear(self, prefix: str | None = None) -> int:
        """Delete all entries of a prefix, or all. Returns how many the store held."""
        deleted = self._gate.remove_prefix(prefix)
        self._memory.clear(None if prefix is None else f"{prefix}:")
        return deleted

    def statistics(self) -> CacheStatistics | None:
        """What there is, with the counts of all workers."""
        self.flush()
        store = self._gate.statistics()
        return summarise(store) if store else None

    def verify(self) -> CacheCheck:
        """Check every entry and delete what is damaged."""
        return self._gate.verify()

    def vitals(self) -> dict[str, int | str | None]:
        """This worker's memory in figures, and its trouble with the store."""
        return {
            "trouble": self.trouble,
            "entries": len(self._memory),
            "bytes": self._memory.bytes,
            "limit_bytes": self._memory.limit_bytes,
            "hits": self._memory_hits,
        }

    def flush(self) -> None:
        """Add this worker's counts to those of all."""
        counts = self._tally.take()
        if counts and not self._gate.count(counts):
            self._tally.add_all(counts)

    def upkeep(self) -> None:
        """Pass counts on, and try again what the store did not take."""
        self.flush()
        for key, held in self._memory.unsaved(_RETRIED).items():
            if not self._save_late(key, held):
                return
            self._memory.saved({key: held})
        if self._gate.trouble:
            # There is nothing to store, and it must show whether storing works again.
            self._gate.save({f"{_PROBE}:": {}}, self._clock.now().timestamp(), Lifetime(1, 1))

    def sweep(self) -> None:
        """Delete what has expired."""
        self._gate.sweep()

    def recover(self) -> None:
        """Put right what killed processes left."""
        self._gate.recover()

    def _save_late(self, key: str, held: Held) -> bool:
        there = (self._gate.load([key]) or {}).get(key)
        if there and there.times.stored_at >= held.stored.times.stored_at:
            return True
        return self._gate.save({key: held.stored.value}, held.stored_at, held.lifetime) is not None

    def _look_up(self, keys: Sequence[str]) -> dict[str, Held | None]:
        marks = self._memory.expect(keys, self._clock.monotonic())
        loaded = self._gate.load(keys)
        if loaded is None:
            return self._memory.last_known(marks, keys)
        found = {key: hold(loaded[key]) if key in loaded else None for key in keys}
        self._memory.keep(found, marks)
        return found


def _entry(held: Held | None, now: float) -> Entry | None:
    if held is None:
        return None
    # A clock that was set back must not make an entry younger than new.
    age = max(0.0, now - held.stored_at)
    if age >= held.lifetime.keep_seconds:
        return None
    return Entry(held.stored.value, age, held.lifetime, held.derived)
