"""Clients that do not behave: what they send byte by byte, and how long they are borne with."""

import re
import select
import socket
import time
from collections.abc import Iterable
from contextlib import suppress

HOST = b"Host: localhost\r\n"
ADDRESS = "127.0.0.1"


def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """A request whose headers are as given, besides Host."""
    return line + b" HTTP/1.1\r\n" + HOST + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


def post(
    body: bytes, kind: bytes = b"application/json", line: bytes = b"POST /api/watchlist"
) -> bytes:
    length = b"Content-Length: %d" % len(body)
    return request(line, b"Content-Type: " + kind, length, b"Connection: close", body=body)


def connect(port: int, source: str = ADDRESS) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))


def exchange(port: int, data: bytes) -> bytes:
    """All that is answered to these bytes, after which the client says no more."""
    with connect(port) as client:
        with suppress(OSError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        return heard(client)


def heard(client: socket.socket) -> bytes:
    parts = []
    with suppress(OSError):
        while part := client.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def statuses(answers: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"(?m)^HTTP/1\.[01] (\d{3}) ", answers)]


class Crowd:
    """Many connections at once."""

    def __init__(self) -> None:
        self.clients: list[socket.socket] = []

    def join(self, port: int, count: int, first_words: bytes, *, receive: int = 0) -> None:
        """So many more, which say that and then stop. `receive`: bytes that they have room for."""
        for _ in range(count):
            client = socket.socket()
            if receive:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
            client.connect(("127.0.0.1", port))
            with suppress(OSError):
                client.sendall(first_words)
            self.clients.append(client)

    def say(self, words: bytes) -> None:
        """Each that is still there says a little more."""
        for client in self.held():
            with suppress(OSError):
                client.sendall(words)

    def held(self) -> list[socket.socket]:
        """Those that the server has not let go."""
        return [client for client in self.clients if not _ended(client)]

    def come_again(self, port: int, first_words: bytes) -> None:
        """Each that was let go is back."""
        held = self.held()
        gone = set(self.clients) - set(held)
        for client in gone:
            client.close()
        self.clients = held
        self.join(port, len(gone), first_words)

    def close(self) -> None:
        for client in self.clients:
            client.close()


def _ended(client: socket.socket) -> bool:
    """Whether the server closed it; what it said by then is left unread."""
    poll = select.poll()
    poll.register(client, select.POLLRDHUP)
    return bool(poll.poll(0))


def trickle(crowds: Iterable[Crowd], words: bytes, seconds: float) -> None:
    """One byte a second, or so, until all are let go."""
    until = time.monotonic() + seconds
    crowds = list(crowds)
    while time.monotonic() < until and any(crowd.held() for crowd in crowds):
        for crowd in crowds:
            crowd.say(words)
        time.sleep(1)
