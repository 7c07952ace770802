"""The simulated exchange's wire: it takes its time, and fails as often as it is told to."""

import random
import time
from http import HTTPStatus

from stockapp.domain.attempt import Failure, Reason
from stockapp.fetching.transport import TransportError
from stockapp.ports import Clock, Executor
from stockapp.providers.base import Answer, Request
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.wire import body_of

_FAULTS = (
    (429, b"Too Many Requests (simulated)"),
    (500, b"Internal Server Error (simulated)"),
    (None, b""),
)


class SimulatedTransport:
    """Answers after a random time of mean `latency_ms`; a share of answers fails."""

    def __init__(
        self,
        exchange: Exchange,
        clock: Clock,
        executor: Executor,
        *,
        latency_ms: float,
        failure_rate: float,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._executor = executor
        self._latency_seconds = latency_ms / 1000
        self._failure_rate = failure_rate
        self._random = random.Random()

    def prepare(self) -> None:
        """Nothing to do: the exchange is in this process."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        """The exchange's answer. Raises TransportError for a simulated time-out."""
        delay = self._latency_seconds * self._random.uniform(0.5, 1.5)
        time.sleep(min(delay, timeout_seconds))
        failing = self._random.random() < self._failure_rate
        status, body = self._random.choice(_FAULTS) if failing else (HTTPStatus.OK, b"")
        if status is None or delay > timeout_seconds:
            detail = "The simulated exchange did not answer in time (simulated failure)."
            raise TransportError(Failure(Reason.TIMEOUT, detail))
        now = self._clock.now()
        if status == HTTPStatus.OK:
            # Five years of a history take the exchange a while to invent.
            body = self._executor.run_blocking(body_of, self._exchange, request, now)
        return Answer(status, {}, body, now, request.url)
