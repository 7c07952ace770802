"""One method of one source with its transport: whether it may be asked, and asking it."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.latency import LateBounds, Latency
from stockapp.fetching.ledger import Asked, Ledger
from stockapp.fetching.quota import Quotas
from stockapp.fetching.room import Room
from stockapp.fetching.transport import Transport, TransportError
from stockapp.ports import Clock, StoreTrouble
from stockapp.providers.base import FollowUp, Method, Parsed, Provider, all_failed

logger = logging.getLogger(__name__)

# Reasons that speak of the source or of us, never of a symbol.
OF_THE_SOURCE = frozenset(
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
        Reason.QUOTA_EXHAUSTED,
        Reason.INTERNAL,
    }
)
_MOST_FOLLOW_UPS = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that ended, and what it gave for each symbol; `asked` is false if none was sent."""

    started_at: datetime
    elapsed_seconds: float
    parsed: Mapping[str, Quote | Failure]
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Gatekeepers:
    """What all lanes of a worker ask before a request, and tell after it."""

    breakers: Breakers
    quotas: Quotas
    ledger: Ledger
    redactor: Redactor


class Lane:
    """A method of a source, shared by all runs of this worker."""

    def __init__(
        self,
        provider: Provider,
        method: Method,
        transport: Transport,
        clock: Clock,
        keepers: Gatekeepers,
        bounds: LateBounds,
    ) -> None:
        self.provider = provider
        self.method = method
        self.source = provider.name
        self.label = f"{provider.name}/{method.name}"
        self.room = Room(method.concurrency)
        # 0 for those to ask first, 1 where requests are scarce, 2 where prices are of the day.
        self.tier = 2 if method.end_of_day else 1 if provider.scarce else 0
        self._transport = transport
        self._clock = clock
        self._keepers = keepers
        self._latency = Latency(bounds)
        self._lock = threading.Lock()
        self._sent_at: dict[int, float] = {}
        # Monotonic; of the last request that was answered, whatever the run.
        self.answered_at = -math.inf

    def late_after(self, left_seconds: float = math.inf, others: int = 0) -> float:
        """Seconds after which an answer is late.

        With so many seconds left for a symbol, and so many other sources to be tried, each of them
        must have its turn.
        """
        turn = max(self._latency.least, left_seconds / (others + 1))
        return min(self._latency.late_after, turn)

    def learn(self, answered_ms: Sequence[float]) -> None:
        """Take over how long recent answers took in other workers, or before a restart."""
        for milliseconds in answered_ms:
            self._latency.note(milliseconds / 1000)

    @property
    def knows_latency(self) -> bool:
        """Whether it has enough answers of its own to tell when one is late."""
        return self._latency.is_known

    def unusable(self, symbol: str) -> Failure | None:
        """Why it makes no sense to ask this method for the symbol, now or later."""
        title = self.provider.title
        if not self.provider.supports(self.method.name, symbol):
            return Failure(Reason.UNSUPPORTED_SYMBOL, f"{title} does not cover {symbol}.")
        if not self.provider.configured:
            detail = f"{title} needs a key: set {self.provider.key_name} and restart."
            return Failure(Reason.NOT_CONFIGURED, detail)
        return None

    def obstacle(self) -> Failure | None:
        """Why no request may be sent just now; None lets the caller send one, and only one."""
        return self._keepers.breakers.obstacle(self.label, self.provider.key_mark)

    def is_stuck(self) -> bool:
        """Whether every place is taken by a request that is late."""
        now = self._clock.monotonic()
        with self._lock:
            sent_at = list(self._sent_at.values())
        full = len(sent_at) >= self.method.concurrency
        return full and all(now - at > self.late_after() for at in sent_at)

    def ask(
        self, symbols: Sequence[str], timeout_seconds: float, on_sent: Callable[[], None]
    ) -> Sent:
        """Send one request for these symbols, in a place taken before, and give the place back.

        `on_sent` is called when it leaves; a source's turn may have to be waited for first. Raises
        StoreTrouble where requests cannot be counted.
        """
        try:
            cost = len(symbols) if self.provider.counts_symbols else 1
            turn = self._keepers.quotas.reserve(self.provider, cost)
            if isinstance(turn, Failure):
                return Sent(self._clock.now(), 0.0, all_failed(symbols, turn), asked=False)
            time.sleep(turn)
            self._transport.prepare()
            return self._ask(symbols, timeout_seconds, on_sent)
        except StoreTrouble:
            raise
        except Exception:
            # A defect in one provider must not take the others' answers with it.
            logger.exception("provider failed", extra={"lane": self.label})
            failure = Failure(Reason.INTERNAL, f"{self.label} failed by an error of stockapp.")
            return Sent(self._clock.now(), 0.0, all_failed(symbols, failure))
        finally:
            self.room.give_back()

    def _ask(
        self, symbols: Sequence[str], timeout_seconds: float, on_sent: Callable[[], None]
    ) -> Sent:
        started_at, start = self._clock.now(), self._clock.monotonic()
        mark = id(on_sent)
        with self._lock:
            self._sent_at[mark] = start
        on_sent()
        try:
            parsed = self._exchange(symbols, start + timeout_seconds)
        except TransportError as error:
            parsed = all_failed(symbols, error.failure)
        except Exception:
            # As above: a defect of one provider's, told as a reason.
            logger.exception("provider failed", extra={"lane": self.label})
            failure = Failure(Reason.INTERNAL, f"{self.label} failed by an error of stockapp.")
            parsed = all_failed(symbols, failure)
        finally:
            with self._lock:
                del self._sent_at[mark]
        sent = Sent(started_at, self._clock.monotonic() - start, self._clean(parsed))
        self._note(symbols, sent)
        return sent

    def _exchange(self, symbols: Sequence[str], until: float) -> Parsed:
        """The answer to the request, and to those it leads to. Raises TransportError."""
        request = self.provider.request(self.method.name, symbols)
        for _ in range(_MOST_FOLLOW_UPS):
            left = until - self._clock.monotonic()
            if left <= 0:
                detail = f"{self.provider.title} took too long to find the symbol."
                raise TransportError(Failure(Reason.TIMEOUT, detail))
            answer = self._transport.send(request, left)
            outcome = self.provider.parse(self.method.name, symbols, answer)
            if not isinstance(outcome, FollowUp):
                return outcome
            request = outcome.request
        detail = f"{self.provider.title} leads from one address to the next."
        raise TransportError(Failure(Reason.BAD_RESPONSE, detail))

    def _clean(self, parsed: Parsed) -> Parsed:
        """Without secrets in what a source says, such as a key that it sends back."""
        clean = self._keepers.redactor.text
        return {
            symbol: replace(outcome, detail=clean(outcome.detail))
            if isinstance(outcome, Failure)
            else outcome
            for symbol, outcome in parsed.items()
        }

    def _note(self, symbols: Sequence[str], sent: Sent) -> None:
        failure = failure_of_request(list(sent.parsed.values()))
        if failure is None:
            self._latency.note(sent.elapsed_seconds)
            self.answered_at = self._clock.monotonic()
        asked = Asked(self._clock.now(), sent.elapsed_seconds * 1000, failure)
        self._keepers.ledger.note_request(self.source, self.method.name, asked)
        logger.info(
            "asked",
            extra={
                "source": self.source,
                "method": self.method.name,
                "symbols": list(symbols),
                "elapsed_ms": round(asked.elapsed_ms, 1),
                "failed": _by_failure(sent.parsed),
            },
        )
        try:
            self._keepers.breakers.note(self.label, self.provider.key_mark, failure)
        except Exception as error:
            # The answer is good without this. It happens where the worker is stopping.
            logger.warning("not noted", extra={"lane": self.label, "error": repr(error)})


def _by_failure(parsed: Parsed) -> dict[str, list[str]]:
    """The symbols that a request did not give, by why not."""
    failed: dict[str, list[str]] = {}
    for symbol, outcome in parsed.items():
        if isinstance(outcome, Failure):
            failed.setdefault(f"{outcome.reason}: {outcome.detail}", []).append(symbol)
    return failed


def failure_of_request(outcomes: Sequence[object]) -> Failure | None:
    """The failure that a request as a whole had: none of its symbols, by the source."""
    failures = [entry for entry in outcomes if isinstance(entry, Failure)]
    if len(failures) == len(outcomes) and all(f.reason in OF_THE_SOURCE for f in failures):
        return failures[0]
    return None
