"""What a cache holds, and how it served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The prefix of the keys, and what is counted: see `PrefixStatistics`.
Counter = tuple[str, str]


def prefix_of(key: str) -> str:
    """What stands before the first colon: `quote` of `quote:AAPL`; else nothing."""
    prefix, colon, _ = key.partition(":")
    return prefix if colon else ""


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """`totals`: entries and bytes by prefix. `counters` by prefix and what is counted.

    `limit_bytes` is None where the store has no limit of ours.
    """

    totals: Mapping[str, tuple[int, int]]
    counters: Mapping[Counter, int]
    limit_bytes: int | None


@dataclass(frozen=True, slots=True)
class PrefixStatistics:
    """The entries whose keys begin alike. Counts are of all workers since the cache was made.

    hits: fresh or stale ones found; stale_hits: those of them that were stale; coalesced: asked
    for while another was fetching them, and served by that; expirations and evictions: deleted as
    too old, or for room; damaged: not as written; refused: larger than the limit.
    """

    entries: int = 0
    bytes: int = 0
    hits: int = 0
    misses: int = 0
    stale_hits: int = 0
    coalesced: int = 0
    evictions: int = 0
    expirations: int = 0
    damaged: int = 0
    refused: int = 0

    @property
    def hit_rate(self) -> float | None:
        """The share of look-ups that found something, 0 to 1; None before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None

    def to_json(self) -> dict[str, int]:
        """The figures as the JSON interface shows them."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """The whole cache, and each prefix that has entries or counts."""

    total: PrefixStatistics
    limit_bytes: int | None
    prefixes: Mapping[str, PrefixStatistics] = field(default_factory=dict)

    @property
    def utilisation(self) -> float | None:
        """The share of the limit that is used, 0 to 1; None without a limit."""
        return self.total.bytes / self.limit_bytes if self.limit_bytes else None

    def to_json(self) -> dict[str, Any]:
        """The figures as the JSON interface shows them."""
        return {
            **self.total.to_json(),
            "limit_bytes": self.limit_bytes,
            "utilisation": self.utilisation,
            "hit_rate": self.total.hit_rate,
            "prefixes": {name: entry.to_json() for name, entry in self.prefixes.items()},
        }


@dataclass(slots=True)
class CacheCheck:
    """What a check of all entries found and put right.

    `damaged`: what was no whole entry, deleted. Files only: `uncounted`, which the index did not
    know or had another size for; `missing`, which it knew and were not there; `half_written`, left
    by a process that was killed while it wrote.
    """

    entries: int = 0
    damaged: int = 0
    uncounted: int = 0
    missing: int = 0
    half_written: int = 0


def summarise(store: StoreStatistics) -> CacheStatistics:
    """The statistics from what the store tells."""
    names = {*store.totals, *(prefix for prefix, _ in store.counters)}
    prefixes = {
        name: PrefixStatistics(
            *store.totals.get(name, (0, 0)),
            **{
                what: n
                for (prefix, what), n in store.counters.items()
                if prefix == name and what in PrefixStatistics.__slots__
            },
        )
        for name in sorted(names)
    }
    total = PrefixStatistics(
        **{
            what: sum(getattr(entry, what) for entry in prefixes.values())
            for what in PrefixStatistics.__slots__
        }
    )
    return CacheStatistics(total, store.limit_bytes, prefixes)
