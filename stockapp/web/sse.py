"""Server-Sent Events: their wire form, and how many streams a worker keeps open."""

import threading
from collections.abc import Iterator

from flask import Response, request

from stockapp.web.errors import Problem

RETRY_MS = 1000
# SQLite's ids have at most 19 digits.
_MAX_DIGITS = 18
HEARTBEAT = b": keep-alive\n\n"


def message(data: str, *, event_id: int | None = None, event: str | None = None) -> bytes:
    """One message; data of several lines becomes several data fields."""
    lines = [] if event is None else [f"event: {event}"]
    if event_id is not None:
        lines.append(f"id: {event_id}")
    lines += [f"data: {line}" for line in data.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def last_event_id() -> int | None:
    """Where the client wants to go on: the header, which browsers send when they come back,
    before the query, which a page carries from its rendering. Raises Problem."""
    text = request.headers.get("Last-Event-ID") or request.args.get("last_event_id")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise Problem(
            422,
            "invalid_value",
            "Last-Event-ID must be the id of an event of this stream.",
            field="last_event_id",
        )
    return int(text)


class StreamGate:
    """Counts a worker's open streams, and refuses one too many."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0
        self._lock = threading.Lock()

    def __int__(self) -> int:
        return self._open

    def response(self, messages: Iterator[bytes]) -> Response:
        """A streaming response of these messages. Raises Problem when the worker is full."""
        with self._lock:
            if self._open >= self._limit:
                raise Problem(
                    503,
                    "too_many_streams",
                    "This server has as many open streams as it takes; poll instead, or try later.",
                    headers={"Retry-After": "5"},
                )
            self._open += 1
        response = Response(_first_retry(messages), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(self._leave)
        return response

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1


def _first_retry(messages: Iterator[bytes]) -> Iterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    yield from messages
