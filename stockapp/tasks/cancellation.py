"""Telling running work to stop, at once and from any thread or greenlet."""

import threading
from collections.abc import Callable


class CancelToken:
    """A flag that is set once; whoever waits for something else asks to be called then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._cancelled

    def cancel(self) -> None:
        """Set the flag and make every call that was asked for, once."""
        with self._lock:
            callbacks, self._callbacks = self._callbacks, []
            self._cancelled = True
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Make this call when the flag is set, or now if it is set already.

        Gives a call that takes it back.
        """
        with self._lock:
            waits = not self._cancelled
            if waits:
                self._callbacks.append(callback)
        if not waits:
            callback()
        return lambda: self._forget(callback)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
