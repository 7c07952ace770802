"""What the application needs of a Flask-Caching backend of ours, beyond Flask-Caching's own."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from stockapp.caching.entry_format import Stored
from stockapp.domain.cache_statistics import CacheCheck, Counter, StoreStatistics


class EntryStore(Protocol):
    """Entries with their times; every call may raise one of `errors`."""

    @property
    def blocks(self) -> bool:
        """Whether calls must be kept off the hub."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What calls raise when the disk or the server fails."""

    def load_many(self, keys: Sequence[str], now: float) -> dict[str, Stored]:
        """The entries there are that have not expired at `now` (seconds since 1970)."""

    def save_many(
        self, values: Mapping[str, Any], now: float, fresh_seconds: float, keep_seconds: float
    ) -> list[str]:
        """Store values in JSON shape. Returns the keys that were refused as too large."""

    def remove_prefix(self, prefix: str | None) -> int:
        """Delete all that is there of that prefix, or of all. Returns how many it was."""

    def count(self, deltas: Mapping[Counter, int]) -> None:
        """Add to the counters that all workers share."""

    def statistics(self) -> StoreStatistics:
        """What there is, and the counters."""

    def sweep(self, now: float) -> int:
        """Delete some of what has expired. Returns how many; 0 when nothing is left to do."""

    def recover(self, *, thorough: bool) -> CacheCheck | None:
        """Put right what killed processes left; None when another process is at it."""
