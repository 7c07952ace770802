"""What was fetched, kept for a while; and who fetches what at present."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from stockapp.domain.cache_statistics import CacheCheck, CacheStatistics
from stockapp.domain.freshness import Freshness, Lifetime

T = TypeVar("T")


@dataclass(slots=True)
class Entry:
    """A cached answer in JSON shape, with its age at reading."""

    value: Mapping[str, Any]
    age_seconds: float
    lifetime: Lifetime
    # Shared by all readings of a copy that a worker holds, and gone with it.
    _derived: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def freshness(self) -> Freshness:
        """What the entry was when it was read."""
        return self.lifetime.freshness(self.age_seconds)

    def derived(self, make: Callable[[Mapping[str, Any]], T]) -> T:
        """What `make` makes of the value, which must be read-only; made once where it can be."""
        if make not in self._derived:
            self._derived[make] = make(self.value)
        made: T = self._derived[make]
        return made


class ResponseCache(Protocol):
    """What was fetched, kept across restarts. Expired and unreadable entries are misses."""

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The entries there are."""

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        """Store values. Storing is best effort: a full disk loses the entry, not the task."""

    def forget(self, keys: Iterable[str]) -> None:
        """Say that another worker wrote these, where this one keeps copies."""

    def clear(self, prefix: str | None = None) -> int:
        """Delete all entries whose keys begin with `prefix:`, or all. Returns how many it was.

        Raises CacheTrouble.
        """

    def statistics(self) -> CacheStatistics | None:
        """What there is, with the counts of all workers; None when that cannot be told now."""

    def verify(self) -> CacheCheck:
        """Check every entry, delete what is damaged, count anew. Raises CacheTrouble."""

    @property
    def trouble(self) -> str | None:
        """Why entries cannot be stored at present; None when all is well."""


class CacheTrouble(Exception):
    """The cache cannot do that at present; the message says why."""


class Flights(Protocol):
    """Claims of keys, each held by one caller among all workers until released, or its death."""

    def claim(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that nobody held, and this caller holds now. Never waits."""

    def release(self, keys: Collection[str]) -> None:
        """Let others claim these."""
