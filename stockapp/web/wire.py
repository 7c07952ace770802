"""Writing to the client of a stream past the server, as far as that is possible at once.

A message to a thousand streams would wake a thousand greenlets, each of which goes through the
whole server: some 60 us each. Written here it takes a tenth of that.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import gevent.socket

from stockapp.tasks.mailbox import Mailbox
from stockapp.web.line import Line

T = TypeVar("T")


class Wire:
    """The connection of one request; it can be used once the answer's headers have been sent."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        client = environ.get("gunicorn.socket")
        # Not an encrypted one, which has a state of its own.
        self._client = client if type(client) in (Line, gevent.socket.socket) else None
        # As gunicorn sends a body whose length is not known.
        self._chunked = environ.get("SERVER_PROTOCOL") == "HTTP/1.1"

    def send(self, message: bytes) -> bytes | None:
        """Write what can be written without waiting; what is left, None if nothing was written."""
        if self._client is None:
            return None
        frame = b"%X\r\n%b\r\n" % (len(message), message) if self._chunked else message
        try:
            # gevent's sockets never block.
            count = os.write(self._client.fileno(), frame)
        except OSError:
            # Full, or the client is gone: whoever sends it in the usual way will see.
            return None
        return frame[count:]

    def finish(self, rest: bytes) -> None:
        """Write what was left, however long that takes."""
        if self._client is not None:
            self._client.sendall(rest)


class Delivery(Generic[T]):
    """Takes from a mailbox for a stream, and sends at once what comes while the stream waits.

    `message` gives what is sent of an entry: b"" for nothing, None where the stream has to look at
    it itself. `sent` is told of each that went out here.
    """

    def __init__(
        self,
        mailbox: Mailbox[T],
        wire: Wire,
        message: Callable[[T], bytes | None],
        sent: Callable[[T], None],
    ) -> None:
        self._mailbox = mailbox
        self._wire = wire
        self._message = message
        self._sent = sent
        self._rest = b""
        mailbox.shortcut = self._at_once

    def next(self, timeout_seconds: float) -> T | None:
        """The next entry that is still to be sent, or None after the time-out. Raises Closed."""
        while True:
            entry = self._mailbox.get(timeout_seconds)
            if not self._rest:
                return entry
            # Of this one a part is on its way.
            rest, self._rest = self._rest, b""
            self._wire.finish(rest)

    def _at_once(self, entries: Sequence[T]) -> Sequence[T]:
        """Send what can be sent of these, in one write. Returns what is left for the stream."""
        parts: list[bytes] = []
        count = 0
        for entry in entries:
            part = self._message(entry)
            if part is None:
                break
            parts.append(part)
            count += 1
        message = b"".join(parts)
        rest = self._wire.send(message) if message else b""
        if rest is None:
            return entries
        for entry in entries[:count]:
            self._sent(entry)
        self._rest = rest
        # The last of them wakes the stream, where it has to finish.
        return entries[count - 1 :] if rest else entries[count:]
