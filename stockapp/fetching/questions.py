"""Asking a source for what is no price: in one's turn, past what guards it, and noted after."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep
from typing import Any, Generic, TypeVar

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.fetching.lane import OF_THE_SOURCE, Gatekeepers
from stockapp.fetching.ledger import Asked
from stockapp.fetching.transport import Transport, TransportError
from stockapp.ports import Clock
from stockapp.providers.base import Answer, Provider, Request

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.05

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What to ask by which method, for how many symbols, and how to read the answer.

    `about` says in the log what it was about.
    """

    method: str
    request: Callable[[], Request]
    read: Callable[[Answer], T | Failure]
    about: Mapping[str, Any]
    symbols: int = 1


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a source said, or why it said nothing, and the attempt that it was."""

    outcome: T | Failure
    attempt: Attempt


class Questioner:
    """Asks one source, for all tasks of this worker; so many questions are under way at once."""

    def __init__(
        self,
        provider: Provider,
        transport: Transport,
        clock: Clock,
        keepers: Gatekeepers,
        *,
        concurrency: int,
    ) -> None:
        self.provider = provider
        self._transport = transport
        self._clock = clock
        self._keepers = keepers
        self._places = threading.BoundedSemaphore(concurrency)

    def ask(
        self, question: Question[T], timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Told[T]:
        """The answer, or why there is none; waits for a place, and no longer when stopped."""
        if not self.provider.configured:
            detail = f"{self.provider.title} needs a key: set {self.provider.key_name} and restart."
            return self.spared(question.method, Failure(Reason.NOT_CONFIGURED, detail))
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            if stopped():
                cancelled = Failure(Reason.CANCELLED, "Not asked: cancelled.")
                return self.spared(question.method, cancelled)
        try:
            return self._ask(question, timeout_seconds, stopped)
        finally:
            self._places.release()

    def spared(self, method: str, why: Failure) -> Told[T]:
        """Not asked, for that reason."""
        cancelled = why.reason is Reason.CANCELLED
        outcome = Outcome.CANCELLED if cancelled else Outcome.SKIPPED
        return Told(why, self._failed(method, why, self._clock.now(), 0.0, outcome))

    def _ask(
        self, question: Question[T], timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Told[T]:
        method, label = question.method, f"{self.provider.name}/{question.method}"
        # No race may have looked at what other workers have learnt.
        self._keepers.breakers.refresh()
        obstacle = self._keepers.breakers.obstacle(label, self.provider.key_mark)
        if obstacle:
            return self.spared(method, obstacle)
        cost = question.symbols if self.provider.counts_symbols else 1
        turn = self._keepers.quotas.reserve(self.provider, cost)
        if isinstance(turn, Failure):
            return self.spared(method, turn)
        sleep(turn)
        started_at, start = self._clock.now(), self._clock.monotonic()
        outcome = self._exchange(question, timeout_seconds, stopped)
        elapsed_ms = (self._clock.monotonic() - start) * 1000
        self._note(question, label, outcome, elapsed_ms)
        if isinstance(outcome, Failure):
            attempt = self._failed(method, outcome, started_at, elapsed_ms, Outcome.FAILED)
        else:
            attempt = Attempt(self.provider.name, method, started_at, elapsed_ms, Outcome.OK)
        return Told(outcome, attempt)

    def _exchange(
        self, question: Question[T], timeout_seconds: float, stopped: Callable[[], bool]
    ) -> T | Failure:
        outcome: T | Failure
        try:
            self._transport.prepare()
            outcome = question.read(self._transport.send(question.request(), timeout_seconds))
        except TransportError as error:
            outcome = error.failure
        except Exception:
            if stopped():
                # At the end of a worker its processes are gone: no news.
                return Failure(Reason.CANCELLED, "Cancelled.")
            # A defect in one source must not take the others' answers with it.
            logger.exception("question failed", extra={"source": self.provider.name})
            title = self.provider.title
            outcome = Failure(Reason.INTERNAL, f"{title} failed by an error of stockapp.")
        if isinstance(outcome, Failure):
            return replace(outcome, detail=self._keepers.redactor.text(outcome.detail))
        return outcome

    def _note(
        self, question: Question[T], label: str, outcome: T | Failure, elapsed_ms: float
    ) -> None:
        failure = outcome if isinstance(outcome, Failure) else None
        of_source = failure if failure and failure.reason in OF_THE_SOURCE else None
        asked = Asked(self._clock.now(), elapsed_ms, of_source)
        self._keepers.ledger.note_request(self.provider.name, question.method, asked)
        told = {"lane": label, **question.about, "elapsed_ms": round(elapsed_ms)}
        logger.info("asked", extra={**told, "failed": failure.detail if failure else None})
        try:
            self._keepers.breakers.note(label, self.provider.key_mark, of_source)
        except Exception as error:
            # The answer is good without this. It happens where the worker is stopping.
            logger.warning("not noted", extra={"lane": label, "error": repr(error)})

    def _failed(
        self, method: str, failure: Failure, at: datetime, elapsed_ms: float, outcome: Outcome
    ) -> Attempt:
        return Attempt(
            self.provider.name,
            method,
            at,
            elapsed_ms,
            outcome,
            failure.reason,
            failure.detail,
            failure.retry_after_seconds,
        )
