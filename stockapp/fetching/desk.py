"""One source of research with its transport: whether it may be asked for a part, and asking it."""

import threading
from collections.abc import Callable
from functools import partial

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.research import Finding, Part
from stockapp.fetching.question import Question, Questioner, Told
from stockapp.providers.base import Answer, Provider
from stockapp.providers.research import Researcher

_LOOK_SECONDS = 0.05

# Runs a call where it holds nobody up, and gives what it gives.
Compute = Callable[..., Finding | Failure]


class Desk:
    """A researcher, shared by all tasks of this worker; so many questions are under way at once."""

    def __init__(
        self, researcher: Researcher, questioner: Questioner, compute: Compute, *, concurrency: int
    ) -> None:
        self.researcher = researcher
        self._questioner = questioner
        self._compute = compute
        self._places = threading.BoundedSemaphore(concurrency)

    @property
    def provider(self) -> Provider:
        """The source."""
        return self._questioner.provider

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its ways to ask."""
        return tuple(dict.fromkeys(self.researcher.parts.values()))

    def ask(
        self, part: Part, symbol: str, timeout_seconds: float, stopped: Callable[[], bool]
    ) -> Told[Finding]:
        """The part, or why it cannot be had here; waits for a place, and no longer when stopped."""
        if not self.researcher.covers(part, symbol):
            detail = f"{self.provider.title} does not cover {symbol}."
            return self.spared(part, Failure(Reason.UNSUPPORTED_SYMBOL, detail))
        if unconfigured := self._questioner.unconfigured():
            return self.spared(part, unconfigured)
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            if stopped():
                return self.spared(part, Failure(Reason.CANCELLED, "Not asked: cancelled."))
        try:
            return self._questioner.put(
                Question(
                    self._method(part),
                    partial(self.researcher.request, part, symbol),
                    partial(self._parsed, part, symbol),
                    {"part": part.value, "symbol": symbol},
                    timeout_seconds,
                    stopped,
                )
            )
        finally:
            self._places.release()

    def spared(self, part: Part, why: Failure) -> Told[Finding]:
        """Not asked, for that reason."""
        return self._questioner.skipped(self._method(part), why)

    def _parsed(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        # Five years of bars take some ten milliseconds to read, which would hold the hub.
        if part is Part.HISTORY:
            return self._compute(self.researcher.parse, part, symbol, answer)
        return self.researcher.parse(part, symbol, answer)

    def _method(self, part: Part) -> str:
        return self.researcher.parts.get(part, part.value)
