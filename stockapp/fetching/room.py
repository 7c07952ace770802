"""Places for requests under way, shared by all runs of a worker; no thread waits for one."""

import threading
from collections.abc import Callable


class Room:
    """A number of places, given to those who wait for one in turn.

    A run that wants a thousand places gets one in its turn and is last in line again, so that one
    that wants a single place does not wait for the thousand.
    """

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        # Who waits, known by the call that wakes them; the first has waited for longest.
        self._waiting: dict[Callable[[], None], None] = {}

    def take(self, when_free: Callable[[], None]) -> bool:
        """Take a place, unless there is none or others have waited for it longer.

        Then `when_free` is called once there may be one; it stays in line until it has taken one
        or leaves.
        """
        with self._lock:
            before = list(self._waiting)
            ahead = before.index(when_free) if when_free in self._waiting else len(before)
            if self._free > ahead:
                self._free -= 1
                self._waiting.pop(when_free, None)
                return True
            self._waiting.setdefault(when_free)
            return False

    def leave(self, when_free: Callable[[], None]) -> None:
        """Stand in line no more."""
        with self._lock:
            if when_free not in self._waiting:
                return
            del self._waiting[when_free]
        self._call()

    def give_back(self) -> None:
        """Give a place back, and tell those who wait."""
        with self._lock:
            self._free += 1
        self._call()

    def _call(self) -> None:
        with self._lock:
            called = list(self._waiting)[: self._free]
        for call in called:
            call()
