"""One answer of the database for all who ask the same at about the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedRead(Generic[T]):
    """Who asks while a read is under way waits for the next, with all others who came meanwhile.

    So no answer is older than its question, and a crowd makes two reads.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._next: Future[T] | None = None

    def ask(self) -> T:
        """What a read gives that begins now or later. Raises what it raises."""
        with self._lock:
            answer, is_first = self._next, self._next is None
            if answer is None:
                answer = self._next = Future()
        if is_first:
            with self._reading:
                with self._lock:
                    self._next = None
                self._carry_out(answer)
        return answer.result()

    def _carry_out(self, answer: "Future[T]") -> None:
        try:
            answer.set_result(self._read())
        except BaseException as error:
            # Also where this one is told to stop: others wait for the same answer.
            answer.set_exception(error)
