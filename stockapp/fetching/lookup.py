"""Asking the sources for what fits a text: the next one only where those before it failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.fetching.ledger import Ledger
from stockapp.fetching.question import Question, Questioner, Told
from stockapp.ports import Clock
from stockapp.providers.base import Provider
from stockapp.providers.searching import Listings, Searcher

# What is kept of the time for each source that may still have to be asked.
_TURN_SECONDS = 1.0
_SHORT = 3


class SearchDesk:
    """A searcher, shared by all requests of this worker."""

    def __init__(self, searcher: Searcher, questioner: Questioner) -> None:
        self._searcher = searcher
        self._questioner = questioner

    @property
    def provider(self) -> Provider:
        """The source."""
        return self._questioner.provider

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its ways to ask."""
        return self._searcher.methods

    def ask(self, text: str, timeout_seconds: float) -> Told[Listings]:
        """What the source lists for the text, or why it does not."""
        method = self._searcher.method(text)
        if self.provider.scarce and self.provider.configured and len(text) < _SHORT:
            detail = f"Not asked: {self.provider.title} allows few requests, and the text is short."
            return self._questioner.skipped(method, Failure(Reason.UNSUPPORTED_SYMBOL, detail))
        return self._questioner.put(
            Question(
                method,
                partial(self._searcher.request, text),
                partial(self._searcher.parse, text),
                {"text": text},
                timeout_seconds,
            )
        )


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the first source that answered lists, or the failure to tell people; all attempts."""

    listings: Listings
    error: Failure | None
    attempts: tuple[Attempt, ...]


class Lookup:
    """The search desks of this worker, in the order in which they are asked."""

    def __init__(self, desks: Sequence[SearchDesk], ledger: Ledger, clock: Clock) -> None:
        self._desks = tuple(desks)
        self._ledger = ledger
        self._clock = clock

    def find(self, text: str, seconds: float) -> LookedUp:
        """What fits the text, from the first source that answers. Raises StoreTrouble."""
        until = self._clock.monotonic() + seconds
        told: list[Told[Listings]] = []
        for place, desk in enumerate(self._desks):
            later = sum(other.provider.configured for other in self._desks[place + 1 :])
            left = until - self._clock.monotonic()
            if left <= 0:
                break
            told.append(desk.ask(text, max(left / 2, left - later * _TURN_SECONDS)))
            if not isinstance(told[-1].outcome, Failure):
                break
        attempts = tuple(entry.attempt for entry in told)
        self._ledger.note_attempts(attempts)
        if told and not isinstance(told[-1].outcome, Failure):
            return LookedUp(told[-1].outcome, None, attempts)
        return LookedUp((), _worst(told), attempts)


def _worst(told: Sequence[Told[Listings]]) -> Failure:
    """What to tell: why the first that was asked gave nothing, else why none was asked."""
    failures = [
        (entry.attempt.outcome, entry.outcome)
        for entry in told
        if isinstance(entry.outcome, Failure)
    ]
    asked = [failure for outcome, failure in failures if outcome is Outcome.FAILED]
    nobody = Failure(Reason.NOT_CONFIGURED, "No source in use can search.")
    return (*asked, *(failure for _, failure in failures), nobody)[0]
