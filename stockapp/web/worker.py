"""gunicorn's gevent worker, less the wait of a stopping one for connections that only idle."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

# Requests that were on their way when the worker was told to stop arrive within this time.
_LAST_REQUESTS_SECONDS = 0.5


class Worker(GeventWorker):  # type: ignore[misc]
    """Closes kept connections soon after it is told to stop, as browsers hold some all the time.

    Otherwise each would hold up the stop until `keepalive` is over.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._idle: dict[gevent.Timeout, gevent.Greenlet] = {}

    def heed_early_signals(self, queued: "SimpleQueue[int]") -> None:
        """Stop at once where a signal to stop came since the fork.

        Until now it went into this process' copy of the master's queue, where nobody would look.
        """
        signal.signal(signal.SIGTERM, self.handle_exit)
        with suppress(Empty):
            while True:
                if queued.get_nowait() == signal.SIGTERM:
                    self.alive = False

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Around the wait for a connection's next request."""
        seconds = self.cfg.keepalive if self.alive else _LAST_REQUESTS_SECONDS
        with gevent.Timeout(seconds, False) as timeout:
            self._idle[timeout] = gevent.getcurrent()
            try:
                yield
            finally:
                del self._idle[timeout]

    def close_idle(self) -> None:
        """End the connections that idle now and are still idle after a moment."""
        idle = list(self._idle)
        gevent.sleep(_LAST_REQUESTS_SECONDS)
        for timeout in idle:
            if timeout in self._idle:
                gevent.kill(self._idle[timeout], timeout)
