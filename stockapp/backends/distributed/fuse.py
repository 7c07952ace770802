"""Sparing others the wait for a server that did not answer somebody a moment ago."""

import threading
import time

from stockapp.ports import StoreTrouble

# Whoever looks after a server does so once a second, and waits for it so long at most.
_REST_SECONDS, _LOOK_SECONDS = 1.5, 6.0


class Fuse:
    """Blown while a server does not answer: what needs it is refused at once, in the same words.

    Who looks whether it is back passes all the same. Where nobody does, anyone may try after a
    while.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: str | None = None
        self._until = 0.0

    def guard(self, *, probing: bool) -> None:
        """Raises StoreTrouble while it is blown, unless this one looks whether that is over."""
        with self._lock:
            if self._words is None:
                return
            now = time.monotonic()
            if probing or now >= self._until:
                # One at a time.
                self._until = now + _LOOK_SECONDS
                return
            words = self._words
        raise StoreTrouble(words)

    def blow(self, words: str) -> None:
        """The server does not answer."""
        with self._lock:
            self._words, self._until = words, time.monotonic() + _REST_SECONDS

    def mend(self) -> None:
        """It answered."""
        self._words = None
