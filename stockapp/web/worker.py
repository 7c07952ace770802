"""gunicorn's gevent worker, which lets no client hold a connection without getting on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

import gevent
import gevent.socket
from gunicorn import util
from gunicorn.http.body import ChunkedReader
from gunicorn.workers.ggevent import GeventWorker

from stockapp.web.crowd import Crowd, address_of
from stockapp.web.line import Chunks, Line, head_seconds, more_than_skipped

# Requests that were on their way when the worker was told to stop arrive within this time.
_LAST_REQUESTS_SECONDS = 0.5
_WHY_FULL = b"Your address has too many open connections; close some.\n"
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(_WHY_FULL), _WHY_FULL)
)


class Worker(GeventWorker):  # type: ignore[misc]
    """Besides, closes kept connections soon after it is told to stop: browsers hold some all the
    time, and each would hold up the stop until `keepalive` is over.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._idle: dict[gevent.Timeout, gevent.Greenlet] = {}
        self._lines: dict[gevent.Greenlet, tuple[Line, str]] = {}
        self._crowd = Crowd(self.worker_connections)

    def heed_early_signals(self, queued: "SimpleQueue[int]") -> None:
        """Stop at once where a signal to stop came since the fork.

        Until now it went into this process' copy of the master's queue, where nobody would look.
        """
        signal.signal(signal.SIGTERM, self.handle_exit)
        with suppress(Empty):
            while True:
                if queued.get_nowait() == signal.SIGTERM:
                    self.alive = False

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        address = address_of(addr)
        if not self._crowd.enter(address):
            util.write_nonblock(client, _FULL)
            client.close()
            return
        try:
            # An encrypted one has a state of its own.
            if type(client) is gevent.socket.socket:
                client = Line(client)
                self._lines[gevent.getcurrent()] = client, address
            super().handle(listener, client, addr)
        finally:
            self._lines.pop(gevent.getcurrent(), None)
            self._crowd.leave(address)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request; a body that was not read does not hold up the connection."""
        if not isinstance(sock, Line):
            super().handle_request(listener_name, req, sock, addr)
            return
        if isinstance(req.body.reader, ChunkedReader):
            req.body.reader = Chunks(req.body.reader)
        # Asked when the answer's head is made: a proxy that is not told would send its next request
        # on a connection that ends.
        asked, body = req.should_close, req.body
        req.should_close = lambda: asked() or more_than_skipped(body)
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            skipped = sock.skip(req.body)
            if not skipped:
                sock.linger()
        if not skipped:
            raise StopIteration

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Around the wait for a connection's next request."""
        greenlet = gevent.getcurrent()
        line, address = self._lines.get(greenlet, (None, ""))
        came, begun = False, False
        with gevent.Timeout(self._patience(line), False) as timeout:
            self._idle[timeout] = greenlet
            if line is not None:
                self._crowd.idles(address, line, line.cut)
                line.begin_wait(timeout)
            try:
                yield
                came = True
            finally:
                del self._idle[timeout]
                if line is not None:
                    self._crowd.works(address, line)
                    begun = line.end_wait()
        if line is not None and begun and not came:
            util.write_error(line, 408, "Request Timeout", "The request did not come in time.")

    def _patience(self, line: Line | None) -> float:
        if not self.alive:
            return _LAST_REQUESTS_SECONDS
        if line is not None and not line.served:
            # Who connects has something to ask.
            return head_seconds()
        return float(self.cfg.keepalive)

    def close_idle(self) -> None:
        """End the connections that idle now and are still idle after a moment."""
        idle = list(self._idle)
        gevent.sleep(_LAST_REQUESTS_SECONDS)
        for timeout in idle:
            if timeout in self._idle:
                gevent.kill(self._idle[timeout], timeout)
