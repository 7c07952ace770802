"""Noticing at once that the client of an open stream has left, and cutting off one that stalls.

Without it a stream would notice at its second heartbeat, and a reader that stalls would hold its
greenlet for ever.
"""

import fcntl
import socket
import struct
import termios
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import gevent

from stockapp.tasks.mailbox import Mailbox

_READ = 1
_INT = struct.Struct("i")


class Watch:
    """Over one stream; `end` it with the stream."""

    def __init__(self, client: "socket.socket | None", mailbox: Mailbox[Any]) -> None:
        self._client = client
        self._mailbox = mailbox
        self._readable: Any = None
        if client is not None:
            mailbox.abandoned = self._cut_off
            self._readable = gevent.get_hub().loop.io(client.fileno(), _READ)
            self._readable.start(self._on_readable)

    def end(self) -> None:
        """Watch no more."""
        if self._readable is not None:
            self._readable.stop()
            self._readable.close()
            self._readable = None

    def _on_readable(self) -> None:
        """In the hub, so it must not wait. A client that streams has nothing more to say."""
        if self._client is None or self._readable is None:
            return
        self._readable.stop()
        if _bytes_to_read(self._client) == 0:
            self._mailbox.close()

    def _cut_off(self) -> None:
        # Whoever is blocked in sending to it gets an error then.
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)


def watch(environ: Mapping[str, Any], mailbox: Mailbox[Any]) -> Watch:
    """Watch the client of the request; where the server does not tell its socket, nobody."""
    return Watch(environ.get("gunicorn.socket"), mailbox)


def _bytes_to_read(client: socket.socket) -> int:
    """How much has come that was not read; 0 for a socket that is readable says: its end."""
    try:
        answer = fcntl.ioctl(client.fileno(), termios.FIONREAD, _INT.pack(0))
    except OSError:
        return 0
    count: int = _INT.unpack(answer)[0]
    return count
