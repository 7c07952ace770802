"""Server-Sent Events: their wire form, and where a client wants to go on."""

from flask import request

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
    told = (request.headers.get("Last-Event-ID"), request.args.get("last_event_id"))
    texts = [text for text in told if text]
    for text in texts:
        if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
            raise Problem(
                422,
                "invalid_value",
                "Last-Event-ID must be the id of an event of this stream.",
                field="last_event_id",
            )
    return int(texts[0]) if texts else None
