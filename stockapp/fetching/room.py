"""Places for requests under way, shared by all runs of a worker; no thread waits for one."""

import threading
from collections.abc import Callable


class Room:
    """A number of places; who finds none is called when one is free."""

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: set[Callable[[], None]] = set()

    def take(self, when_free: Callable[[], None]) -> bool:
        """Take a place. Where there is none, `when_free` is called once there may be one."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            self._waiting.add(when_free)
            return False

    def give_back(self) -> None:
        """Give a place back, and tell all who wait."""
        with self._lock:
            self._free += 1
            waiting, self._waiting = self._waiting, set()
        for call in waiting:
            call()
