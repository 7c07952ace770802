"""One source of research with its transport: whether it may be asked for a part, and asking it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.research import Finding, Part
from stockapp.fetching.lane import OF_THE_SOURCE, Gatekeepers
from stockapp.fetching.ledger import Asked
from stockapp.fetching.transport import Transport, TransportError
from stockapp.ports import Clock
from stockapp.providers.base import Answer, Provider
from stockapp.providers.research import Researcher

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.05

# Runs a call where it holds nobody up, and gives what it gives.
Compute = Callable[..., Finding | Failure]


@dataclass(frozen=True, slots=True)
class Told:
    """What a source said of a part, and the attempt that it was."""

    outcome: Finding | Failure
    attempt: Attempt


class Desk:
    """A researcher, shared by all tasks of this worker; so many questions are under way at once."""

    def __init__(
        self,
        researcher: Researcher,
        provider: Provider,
        transport: Transport,
        clock: Clock,
        keepers: Gatekeepers,
        compute: Compute,
        *,
        concurrency: int,
    ) -> None:
        self.researcher = researcher
        self.provider = provider
        self._transport = transport
        self._clock = clock
        self._keepers = keepers
        self._compute = compute
        self._places = threading.BoundedSemaphore(concurrency)

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its ways to ask."""
        return tuple(dict.fromkeys(self.researcher.parts.values()))

    def ask(
        self, part: Part, symbol: str, timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Told:
        """The part, or why it cannot be had here; waits for a place, and no longer when stopped."""
        obstacle = self._unusable(part, symbol)
        if obstacle:
            return self._skipped(part, obstacle)
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            if stopped():
                return self._skipped(part, Failure(Reason.CANCELLED, "Not asked: cancelled."))
        try:
            return self._ask(part, symbol, timeout_seconds, stopped)
        finally:
            self._places.release()

    def spared(self, part: Part, why: Failure) -> Told:
        """Not asked, for that reason."""
        return self._skipped(part, why)

    def _unusable(self, part: Part, symbol: str) -> Failure | None:
        title = self.provider.title
        if not self.researcher.covers(part, symbol):
            return Failure(Reason.UNSUPPORTED_SYMBOL, f"{title} does not cover {symbol}.")
        if not self.provider.configured:
            detail = f"{title} needs a key: set {self.provider.key_name} and restart."
            return Failure(Reason.NOT_CONFIGURED, detail)
        return None

    def _ask(
        self, part: Part, symbol: str, timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Told:
        label = f"{self.researcher.name}/{self._method(part)}"
        # No race may have looked at what other workers have learnt.
        self._keepers.breakers.refresh()
        obstacle = self._keepers.breakers.obstacle(label, self.provider.key_mark)
        if obstacle:
            return self._skipped(part, obstacle)
        turn = self._keepers.quotas.reserve(self.provider, 1)
        if isinstance(turn, Failure):
            return self._skipped(part, turn)
        sleep(turn)
        started_at, start = self._clock.now(), self._clock.monotonic()
        outcome = self._exchange(part, symbol, timeout_seconds, stopped)
        elapsed_ms = (self._clock.monotonic() - start) * 1000
        self._note(part, label, symbol, outcome, elapsed_ms)
        return Told(outcome, self._attempt(part, outcome, started_at, elapsed_ms))

    def _exchange(
        self, part: Part, symbol: str, timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Finding | Failure:
        try:
            self._transport.prepare()
            request = self.researcher.request(part, symbol)
            answer = self._transport.send(request, timeout_seconds)
            outcome = self._parsed(part, symbol, answer)
        except TransportError as error:
            outcome = error.failure
        except Exception:
            if stopped():
                # At the end of a worker its processes are gone: no news.
                return Failure(Reason.CANCELLED, "Cancelled.")
            # A defect in one source must not take the others' answers with it.
            logger.exception("research failed", extra={"source": self.researcher.name})
            title = self.provider.title
            outcome = Failure(Reason.INTERNAL, f"{title} failed by an error of stockapp.")
        if isinstance(outcome, Failure):
            return replace(outcome, detail=self._keepers.redactor.text(outcome.detail))
        return outcome

    def _parsed(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        # Five years of bars take some ten milliseconds to read, which would hold the hub.
        if part is Part.HISTORY:
            return self._compute(self.researcher.parse, part, symbol, answer)
        return self.researcher.parse(part, symbol, answer)

    def _note(
        self, part: Part, label: str, symbol: str, outcome: Finding | Failure, elapsed_ms: float
    ) -> None:
        failure = outcome if isinstance(outcome, Failure) else None
        of_source = failure if failure and failure.reason in OF_THE_SOURCE else None
        asked = Asked(self._clock.now(), elapsed_ms, of_source)
        self._keepers.ledger.note_request(self.researcher.name, self._method(part), asked)
        told = {
            "lane": label,
            "part": part.value,
            "symbol": symbol,
            "elapsed_ms": round(elapsed_ms),
        }
        logger.info("asked", extra={**told, "failed": failure.detail if failure else None})
        try:
            self._keepers.breakers.note(label, self.provider.key_mark, of_source)
        except Exception as error:
            # The answer is good without this. It happens where the worker is stopping.
            logger.warning("not noted", extra={"lane": label, "error": repr(error)})

    def _method(self, part: Part) -> str:
        return self.researcher.parts.get(part, part.value)

    def _skipped(self, part: Part, failure: Failure) -> Told:
        now = self._clock.now()
        cancelled = failure.reason is Reason.CANCELLED
        outcome = Outcome.CANCELLED if cancelled else Outcome.SKIPPED
        return Told(failure, self._failed(part, failure, now, 0.0, outcome))

    def _attempt(
        self, part: Part, outcome: Finding | Failure, started_at: datetime, elapsed_ms: float
    ) -> Attempt:
        if isinstance(outcome, Failure):
            return self._failed(part, outcome, started_at, elapsed_ms, Outcome.FAILED)
        source, method = self.researcher.name, self._method(part)
        return Attempt(source, method, started_at, elapsed_ms, Outcome.OK)

    def _failed(
        self, part: Part, failure: Failure, at: datetime, elapsed_ms: float, outcome: Outcome
    ) -> Attempt:
        return Attempt(
            self.researcher.name,
            self._method(part),
            at,
            elapsed_ms,
            outcome,
            failure.reason,
            failure.detail,
            failure.retry_after_seconds,
        )
