"""A client's connection that has to get on: gunicorn's gevent worker would wait for ever.

Reading a request's head, its body, and writing the answer each have a limit. One that is exceeded
is an error of the connection, as if the client had left.
"""

import errno
import math
import random
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent
import gevent.socket
from gunicorn.http.errors import LimitRequestHeaders, ParseException

# From the first byte of a head to its last, give or take a fifth. All of it is sent at once; a slow
# line takes a second.
_HEAD_SECONDS = 10.0
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
_AT_ONCE = struct.pack("ii", 1, 0)


def head_seconds() -> float:
    """How long a head may take. A thousand that came together do not end, and come again, in one
    moment, in which nobody else would be served.
    """
    return _HEAD_SECONDS * random.uniform(0.8, 1.2)


class Line(gevent.socket.socket):  # type: ignore[misc]
    """Takes the place of the socket that the server accepted."""

    def __init__(self, client: Any) -> None:
        super().__init__(client.family, client.type, client.proto, fileno=client.detach())
        # Over the wait for a request's head; None while there is a request.
        self._awaited: gevent.Timeout | None = None
        self._head_limit: gevent.Timeout | None = None
        self._read_since = time.monotonic()
        self._read_bytes = 0
        self.served = 0

    def begin_wait(self, wait: gevent.Timeout) -> None:
        """The next request is waited for, within that time-out; from the first byte on its head
        has one of its own.
        """
        self._awaited, self._read_bytes = wait, 0

    def end_wait(self) -> bool:
        """It came, or not. Returns whether a part of it came."""
        begun = self._read_bytes > 0
        if self._head_limit is not None:
            self._head_limit.close()
        self._awaited = self._head_limit = None
        self._read_bytes = 0
        self._read_since = time.monotonic()
        self.served += 1
        return begun

    def recv(self, *args: Any) -> bytes:
        """Raises LimitRequestHeaders, TimeoutError, and ConnectionResetError where a body ends too
        early: a part of it must not be taken for the whole.
        """
        wait = self._awaited
        self.settimeout(self._left() if wait is None else None)
        try:
            data: bytes = super().recv(*args)
        except OSError as error:
            raise _as_left(error) from None
        if wait is not None:
            self._note_head(wait, len(data))
        elif not data:
            raise ConnectionResetError(errno.ECONNRESET, "the client left within a body")
        self._read_bytes += len(data)
        return data

    def send(self, *args: Any, **options: Any) -> int:
        """Raises ConnectionResetError also where the client takes nothing."""
        with self._taking():
            return int(super().send(*args, **options))

    def sendall(self, data: Any, flags: int = 0) -> None:
        """The same."""
        self.settimeout(GRACE_SECONDS + len(data) / BYTES_A_SECOND)
        with self._taking():
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

    @contextmanager
    def _taking(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            # Else the kernel would keep for minutes what is not taken.
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            raise ConnectionResetError(errno.ECONNRESET, "the client does not read") from None
        except OSError as error:
            raise _as_left(error) from None

    def _note_head(self, wait: gevent.Timeout, count: int) -> None:
        if self._read_bytes == 0 and count:
            wait.cancel()
            # It ends the same block.
            self._head_limit = gevent.Timeout.start_new(head_seconds(), wait)
        if self._read_bytes + count > HEAD_BYTES:
            raise LimitRequestHeaders(f"the head is larger than {HEAD_BYTES} bytes")

    def _left(self) -> float:
        """For how long the rest of a body may still be waited for."""
        taken = time.monotonic() - self._read_since
        left = GRACE_SECONDS + self._read_bytes / BYTES_A_SECOND - taken
        if left <= 0:
            raise TimeoutError("the body came too slowly")
        return left


def _as_left(error: OSError) -> OSError:
    """Who waits in gevent for a socket that is cut learns of it by another error."""
    if error.errno == errno.EBADF:
        return ConnectionResetError(errno.ECONNRESET, "the connection was ended")
    return error


def more_than_skipped(body: Any) -> bool:
    """Whether so much of a request's body is unread that its connection cannot be kept."""
    left = body.reader.left if isinstance(body.reader, Chunks) else body.reader.length
    return bool(left > _SKIPPED_BYTES)


class Chunks:
    """Reads a body in chunks; what is no chunk is an error of the connection like any other.

    gunicorn's own error would not be known to who reads the body.
    """

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        # How many bytes may come yet: nobody knows, until there are none.
        self.left = math.inf

    def read(self, size: int) -> bytes:
        """Raises OSError."""
        try:
            data = bytes(self._reader.read(size))
        except ParseException as error:
            raise ConnectionResetError(errno.ECONNRESET, str(error)) from error
        if len(data) < size:
            self.left = 0
        return data
