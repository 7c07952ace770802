"""How many streams a worker keeps open, and letting go those that nobody reads."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Response, request

from stockapp.domain.access import Identity
from stockapp.tasks.mailbox import Mailbox
from stockapp.web import departures, guard
from stockapp.web.errors import Problem
from stockapp.web.sse import RETRY_MS
from stockapp.web.wire import Wire

M = TypeVar("M", bound=Mailbox[Any])


class StreamGate:
    """Counts a worker's open streams, and refuses one too many."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0
        self._lock = threading.Lock()
        # Whose the streams are that somebody opened who is known.
        self._opened_by: dict[Mailbox[Any], Identity] = {}

    def __int__(self) -> int:
        return self._open

    def response(
        self,
        subscribe: Callable[[], M],
        unsubscribe: Callable[[M], None],
        messages: Callable[[M, Wire], Iterator[bytes]],
    ) -> Response:
        """A stream of the messages that are made of what one receives when subscribed.

        It is unsubscribed also where the client leaves before the first message is asked for.

        Raises Problem when the worker is full.
        """
        self._enter()
        try:
            mailbox = subscribe()
        except BaseException:
            # Whatever kept it from opening, its place is free again.
            self._leave()
            raise
        watch = departures.watch(request.environ, mailbox)
        stream = messages(mailbox, Wire(request.environ))
        response = Response(_first_retry(stream), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(watch.end)
        response.call_on_close(lambda: unsubscribe(mailbox))
        if opened_by := guard.identity():
            self._opened_by[mailbox] = opened_by
            response.call_on_close(lambda: self._opened_by.pop(mailbox, None))
        response.call_on_close(self._leave)
        return response

    def identities(self) -> set[Identity]:
        """Whose streams are open, as far as that is known."""
        return set(self._opened_by.copy().values())

    def end_of(self, id: str) -> None:
        """End the streams of a session or token."""
        for mailbox, opened_by in list(self._opened_by.items()):
            if opened_by.id == id:
                mailbox.close()

    def _enter(self) -> None:
        with self._lock:
            if self._open >= self._limit:
                raise Problem(
                    503,
                    "too_many_streams",
                    "This server has as many open streams as it takes; poll instead, or try later.",
                    headers={"Retry-After": "5"},
                )
            self._open += 1

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1


def _first_retry(messages: Iterator[bytes]) -> Iterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    yield from messages
