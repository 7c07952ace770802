"""One method of one source with its transport: asking it, and judging whether it answers."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.transport import Transport, TransportError
from stockapp.ports import Clock
from stockapp.providers.base import Method, Provider, all_failed

logger = logging.getLogger(__name__)

# Reasons that speak of the source or of us, never of a symbol.
_OF_THE_SOURCE = frozenset(
    {
        Reason.TIMEOUT,
        Reason.CONNECT_FAILED,
        Reason.TLS_FAILED,
        Reason.RATE_LIMITED,
        Reason.UNAUTHORIZED,
        Reason.ACCESS_DENIED,
        Reason.BLOCKED,
        Reason.BAD_RESPONSE,
        Reason.UPSTREAM_ERROR,
        Reason.INTERNAL,
    }
)
# After so many failures of that sort in a row, one run leaves the method alone.
_FAILURES_TO_GIVE_UP = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that ended, and what it gave for each of its symbols."""

    started_at: datetime
    ended_at: datetime
    elapsed_seconds: float
    parsed: Mapping[str, Quote | Failure]


class Lane:
    """A method of a source, shared by all runs of this worker."""

    def __init__(
        self, provider: Provider, method: Method, transport: Transport, clock: Clock
    ) -> None:
        self.method = method
        self.source = provider.name
        self.label = f"{provider.name}/{method.name}"
        self._provider = provider
        self._transport = transport
        self._clock = clock
        self._limit = threading.BoundedSemaphore(method.concurrency)

    def supports(self, symbol: str) -> bool:
        """Whether the source could know the symbol."""
        return self._provider.supports(symbol)

    def longest_wait(self, timeout_seconds: float) -> float:
        """Seconds until `ask` has returned at the latest: the wait for a place, then the answer."""
        return 2 * timeout_seconds

    def ask(self, symbols: Sequence[str], timeout_seconds: float) -> Sent:
        """Send one request for these symbols, once there is room, and parse the answer."""
        if not self._limit.acquire(timeout=timeout_seconds):
            now = self._clock.now()
            busy = Failure(Reason.TIMEOUT, f"{self.label} was busy with other requests.")
            return Sent(now, now, timeout_seconds, all_failed(symbols, busy))
        started_at, start = self._clock.now(), self._clock.monotonic()
        try:
            request = self._provider.request(self.method.name, symbols)
            answer = self._transport.send(request, timeout_seconds)
            parsed = self._provider.parse(self.method.name, symbols, answer)
        except TransportError as error:
            parsed = all_failed(symbols, error.failure)
        except Exception:
            # A defect in one provider must not take the others' answers with it.
            logger.exception("provider failed", extra={"lane": self.label})
            failure = Failure(Reason.INTERNAL, f"{self.label} failed by an error of stockapp.")
            parsed = all_failed(symbols, failure)
        finally:
            self._limit.release()
        elapsed = self._clock.monotonic() - start
        return Sent(started_at, self._clock.now(), elapsed, parsed)

    def failure_of_request(self, outcomes: Sequence[Quote | Failure]) -> Failure | None:
        """The failure that the request as a whole had: none of its symbols, by the source."""
        failures = [entry for entry in outcomes if isinstance(entry, Failure)]
        if len(failures) == len(outcomes) and all(f.reason in _OF_THE_SOURCE for f in failures):
            return failures[0]
        return None

    def given_up(self, failures_in_a_row: Sequence[Failure]) -> Failure | None:
        """Why a run should stop asking this method, after these failed requests in a row."""
        if len(failures_in_a_row) < _FAILURES_TO_GIVE_UP:
            return None
        last = failures_in_a_row[-1]
        detail = f"Not asked: {self.label} failed {len(failures_in_a_row)} times in a row."
        return Failure(Reason.CIRCUIT_OPEN, f"{detail} {last.detail}", last.retry_after_seconds)
