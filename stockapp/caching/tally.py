"""Counting in one worker, until the counts are added to those of all."""

import threading
from collections.abc import Mapping

from stockapp.domain.cache_statistics import Counter


class Tally:
    """Counts by prefix and what is counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Counter, int] = {}

    def add(self, prefix: str, what: str, n: int = 1) -> None:
        """Count."""
        self.add_all({(prefix, what): n})

    def take(self) -> dict[Counter, int]:
        """All counts since this was last called."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts

    def add_all(self, counts: Mapping[Counter, int]) -> None:
        """Count several things."""
        with self._lock:
            for counter, n in counts.items():
                self._counts[counter] = self._counts.get(counter, 0) + n
