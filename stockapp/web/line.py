"""A client's connection that has to get on: gunicorn's gevent worker would wait for ever.

Reading a request's head, its body, and writing the answer each have a limit. One that is exceeded
is an error of the connection, as if the client had left.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent
import gevent.socket
from gunicorn.http.errors import LimitRequestHeaders

# From the first byte of a head to its last. All of it is sent at once; a slow line takes a second.
HEAD_SECONDS = 10.0
# A hundred fields of 8 kB would be allowed else, on each of thousands of connections.
HEAD_BYTES = 64_000
# What a body or an answer may take: so long, and a second more for so many bytes.
GRACE_SECONDS = 15.0
BYTES_A_SECOND = 4_000
# Of a body that nobody read: a rest as small as that is skipped, so that the connection can be
# kept. Of a larger one so much is thrown away before the connection ends: who is closed on while
# sending never sees the answer that says why.
_SKIPPED_BYTES = 64_000
_LINGER_BYTES = 16_000_000
_LINGER_SECONDS = 5.0


class Line(gevent.socket.socket):  # type: ignore[misc]
    """Takes the place of the socket that the server accepted."""

    def __init__(self, client: Any) -> None:
        super().__init__(client.family, client.type, client.proto, fileno=client.detach())
        # Over the wait for a request's head; None while there is a request.
        self._wait: gevent.Timeout | None = None
        self._head: gevent.Timeout | None = None
        self._since = time.monotonic()
        self._count = 0
        self.served = 0

    def begin_wait(self, wait: gevent.Timeout) -> None:
        """The next request is waited for, within that time-out; from the first byte on its head
        has one of its own.
        """
        self._wait, self._count = wait, 0

    def end_wait(self) -> bool:
        """It came, or not. Returns whether a part of it came."""
        begun = self._count > 0
        if self._head is not None:
            self._head.close()
        self._wait = self._head = None
        self._count = 0
        self._since = time.monotonic()
        self.served += 1
        return begun

    def recv(self, *args: Any) -> bytes:
        """Raises LimitRequestHeaders, TimeoutError, and ConnectionResetError where a body ends too
        early: a part of it must not be taken for the whole.
        """
        wait = self._wait
        self.settimeout(self._left() if wait is None else None)
        data: bytes = super().recv(*args)
        if wait is not None:
            self._note_head(wait, len(data))
        elif not data:
            raise ConnectionResetError(errno.ECONNRESET, "the client left within a body")
        self._count += len(data)
        return data

    def send(self, *args: Any, **options: Any) -> int:
        """Raises ConnectionResetError also where the client takes nothing."""
        with _given_up():
            return int(super().send(*args, **options))

    def sendall(self, data: Any, flags: int = 0) -> None:
        """The same."""
        self.settimeout(GRACE_SECONDS + len(data) / BYTES_A_SECOND)
        with _given_up():
            super().sendall(data, flags)

    def skip(self, body: Any) -> bool:
        """Read what is left of a request's body; whether another request may follow."""
        try:
            left = _SKIPPED_BYTES
            while left > 0:
                part = body.read(min(left, 8_192))
                if not part:
                    return not body.failed
                left -= len(part)
        except OSError:
            pass
        return False

    def linger(self) -> None:
        """Say that nothing more is told, and let the client finish, within reason."""
        with suppress(OSError), gevent.Timeout(_LINGER_SECONDS, False):
            self.shutdown(socket.SHUT_WR)
            left = _LINGER_BYTES
            while left > 0 and (part := super().recv(65_536)):
                left -= len(part)

    def cut(self) -> None:
        """End it, whoever reads or writes it: that one finds its client gone."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def _note_head(self, wait: gevent.Timeout, count: int) -> None:
        if self._count == 0 and count:
            wait.cancel()
            # It ends the same block.
            self._head = gevent.Timeout.start_new(HEAD_SECONDS, wait)
        if self._count + count > HEAD_BYTES:
            raise LimitRequestHeaders(f"the head is larger than {HEAD_BYTES} bytes")

    def _left(self) -> float:
        """For how long the rest of a body may still be waited for."""
        taken = time.monotonic() - self._since
        left = GRACE_SECONDS + self._count / BYTES_A_SECOND - taken
        if left <= 0:
            raise TimeoutError("the body came too slowly")
        return left


@contextmanager
def _given_up() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise ConnectionResetError(errno.ECONNRESET, "the client does not read") from None
