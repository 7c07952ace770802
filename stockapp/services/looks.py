"""Asking a part how it is without waiting for one that hangs."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Generic, TypeVar

from stockapp.ports import CacheTrouble, StoreTrouble

T = TypeVar("T")

PATIENCE_SECONDS = 1.0


class Look(Generic[T]):
    """Reads a part in a thread of its own, one at a time however many ask."""

    def __init__(self, read: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    def begin(self) -> "Future[T]":
        """Begin to look, so that several parts are looked at beside each other."""
        with self._lock:
            # One that hangs is not asked again: each would keep a thread.
            if self._running is None or self._running.done():
                self._running = Future()
                # Not a pool's: its threads may all wait for sources.
                thread = threading.Thread(target=self._look, args=(self._running,), daemon=True)
                thread.start()
            return self._running

    def told(self) -> "tuple[T | None, str | None]":
        """What it says, or else why it says nothing."""
        try:
            return self.begin().result(self._seconds), None
        except Late:
            return None, f"it did not answer within {self._seconds:g} s"
        except (StoreTrouble, CacheTrouble) as trouble:
            return None, str(trouble)
        except RuntimeError as closed:
            # The worker stops: what it would look at is closed.
            return None, str(closed)

    def _look(self, future: "Future[T]") -> None:
        try:
            future.set_result(self._read())
        except Exception as error:
            # It is raised where somebody waits for what the part says.
            future.set_exception(error)
