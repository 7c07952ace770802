"""Which lists somebody watches through this process."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stockapp.ports import Clock

# A page that polls does so every 2 s.
_POLLER_STAYS = 10.0


class Watchers:
    """Pages that stream, and pages that come back every few seconds.

    `on_news` is called when a list is newly watched, and when the last stream of one ends.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._streams: Counter[str] = Counter()
        # By the monotonic clock.
        self._polled_until: dict[str, float] = {}
        self.on_news: list[Callable[[], None]] = []

    @contextmanager
    def watching(self, watchlist: str) -> Iterator[None]:
        """For as long as somebody has the list before their eyes."""
        with self._lock:
            self._streams[watchlist] += 1
            is_news = self._streams[watchlist] == 1
        self._tell(is_news)
        try:
            yield
        finally:
            with self._lock:
                self._streams[watchlist] -= 1
                is_news = self._streams[watchlist] == 0
                if is_news:
                    del self._streams[watchlist]
            self._tell(is_news)

    def polled(self, watchlist: str) -> None:
        """Somebody watches the list who comes back every few seconds."""
        with self._lock:
            now = self._clock.monotonic()
            is_news = watchlist not in self._polled_until
            self._polled_until[watchlist] = now + _POLLER_STAYS
        self._tell(is_news)

    def watched(self) -> set[str]:
        """The lists that somebody watches now."""
        now = self._clock.monotonic()
        with self._lock:
            for name, until in list(self._polled_until.items()):
                if until < now:
                    del self._polled_until[name]
            return self._streams.keys() | self._polled_until.keys()

    def _tell(self, is_news: bool) -> None:
        if is_news:
            for call in self.on_news:
                call()
