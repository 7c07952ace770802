"""Handing things from one thread or greenlet to another that may be slow."""

import queue
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

# A reader this far behind, or that took nothing for so long, is given up; it comes back and
# resumes by event id.
_MAX_BEHIND = 10_000
_MAX_STALL_SECONDS = 15.0


class Closed(Exception):
    """The mailbox ended: the worker stops, the reader left, or fell too far behind."""


class Mailbox(Generic[T]):
    """An ordered, bounded queue with an end.

    `abandoned` is called when the reader is given up; it may be stuck and not see the end.
    `shortcut` is offered what comes while the reader waits and nothing is before it; it returns
    what is left for the reader.
    """

    def __init__(self) -> None:
        self.abandoned: Callable[[], None] | None = None
        self.shortcut: Callable[[Sequence[T]], Sequence[T]] | None = None
        self._reader_waits = False
        self._queue: queue.SimpleQueue[tuple[T] | None] = queue.SimpleQueue()
        self._closed = False
        # Since when there has been something that was not taken.
        self._untaken_since = 0.0

    def get(self, timeout_seconds: float) -> T | None:
        """The next thing, or None after the time-out. Raises Closed."""
        if self._closed and self._queue.empty():
            raise Closed
        self._reader_waits = True
        try:
            entry = self._queue.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        finally:
            self._reader_waits = False
        self._untaken_since = time.monotonic()
        if entry is None:
            raise Closed
        return entry[0]

    def drain(self) -> list[T]:
        """What is there already, without waiting; the end, if there is one, is left for `get`."""
        entries: list[T] = []
        while True:
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return entries
            if entry is None:
                return entries
            entries.append(entry[0])

    def put(self, entry: T) -> None:
        """Hand something over, or give the reader up."""
        self.put_all([entry])

    def put_all(self, entries: Sequence[T]) -> None:
        """Hand over what came together, or give the reader up."""
        if self._closed:
            return
        waiting = self._queue.qsize()
        if not waiting and self._reader_waits and self.shortcut:
            entries = self.shortcut(entries)
        now = time.monotonic()
        if not waiting:
            self._untaken_since = now
        if waiting >= _MAX_BEHIND or (waiting and now - self._untaken_since > _MAX_STALL_SECONDS):
            self.close()
            if self.abandoned is not None:
                self.abandoned()
        else:
            for entry in entries:
                self._queue.put((entry,))

    def close(self) -> None:
        """End the mailbox after what is already in it."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
