"""Putting one question to one source, by the gates that all requests pass."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.fetching.lane import OF_THE_SOURCE, Gatekeepers
from stockapp.fetching.ledger import Asked
from stockapp.fetching.transport import Transport, TransportError
from stockapp.ports import Clock, StoreTrouble
from stockapp.providers.base import Answer, Provider, Request

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked, and how its answer is read. `about` says so in the log.

    `stopped` tells whether anybody still wants to know; `symbols` how many it is about.
    """

    method: str
    request: Callable[[], Request]
    parse: Callable[[Answer], T | Failure]
    about: Mapping[str, Any]
    timeout_seconds: float
    stopped: Callable[[], bool] = lambda: False
    symbols: int = 1


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a source said, and the attempt that it was."""

    outcome: T | Failure
    attempt: Attempt


class Questioner:
    """One source with its transport: breaker and quota are asked before it, and told after it."""

    def __init__(
        self, provider: Provider, transport: Transport, clock: Clock, keepers: Gatekeepers
    ) -> None:
        self.provider = provider
        self._transport = transport
        self._clock = clock
        self._keepers = keepers

    def put(self, question: Question[T]) -> Told[T]:
        """The answer, or why there is none. Raises StoreTrouble."""
        if unconfigured := self.unconfigured():
            return self.skipped(question.method, unconfigured)
        label = f"{self.provider.name}/{question.method}"
        # No race may have looked at what other workers have learnt.
        self._keepers.breakers.refresh()
        obstacle = self._keepers.breakers.obstacle(label, self.provider.key_mark)
        if obstacle:
            return self.skipped(question.method, obstacle)
        cost = question.symbols if self.provider.counts_symbols else 1
        turn = self._keepers.quotas.reserve(self.provider, cost)
        if isinstance(turn, Failure):
            return self.skipped(question.method, turn)
        time.sleep(turn)
        started_at, start = self._clock.now(), self._clock.monotonic()
        outcome = self._exchange(question)
        elapsed_ms = (self._clock.monotonic() - start) * 1000
        failure = outcome if isinstance(outcome, Failure) else None
        self._note(question, label, failure, elapsed_ms)
        how = Outcome.FAILED if failure else Outcome.OK
        attempt = self._attempt(question.method, how, failure, started_at, elapsed_ms)
        return Told(outcome, attempt)

    def unconfigured(self) -> Failure | None:
        """That the source lacks its key."""
        provider = self.provider
        if provider.configured:
            return None
        detail = f"{provider.title} needs a key: set {provider.key_name} and restart."
        return Failure(Reason.NOT_CONFIGURED, detail)

    def skipped(self, method: str, why: Failure) -> Told[T]:
        """Not asked, for that reason."""
        cancelled = why.reason is Reason.CANCELLED
        how = Outcome.CANCELLED if cancelled else Outcome.SKIPPED
        attempt = self._attempt(method, how, why, self._clock.now(), 0.0)
        return Told(why, attempt)

    def _exchange(self, question: Question[T]) -> T | Failure:
        try:
            self._transport.prepare()
            answer = self._transport.send(question.request(), question.timeout_seconds)
            outcome = question.parse(answer)
        except TransportError as error:
            outcome = error.failure
        except StoreTrouble:
            # What computes cannot be reached: that says nothing of the source.
            raise
        except Exception:
            if question.stopped():
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
        self, question: Question[T], label: str, failure: Failure | None, elapsed_ms: float
    ) -> None:
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

    def _attempt(
        self,
        method: str,
        outcome: Outcome,
        failure: Failure | None,
        at: datetime,
        elapsed_ms: float,
    ) -> Attempt:
        return Attempt(
            self.provider.name,
            method,
            at,
            elapsed_ms,
            outcome,
            failure.reason if failure else None,
            failure.detail if failure else None,
            failure.retry_after_seconds if failure else None,
        )
