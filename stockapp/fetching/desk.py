"""One source of research with its transport: whether it may be asked for a part, and asking it."""

from collections.abc import Callable
from functools import partial

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.research import Finding, Part
from stockapp.fetching.lane import Gatekeepers
from stockapp.fetching.questions import Question, Questioner, Told
from stockapp.fetching.transport import Transport
from stockapp.ports import Clock
from stockapp.providers.base import Answer, Provider
from stockapp.providers.research import Researcher

# Runs a call where it holds nobody up, and gives what it gives.
Compute = Callable[..., Finding | Failure]


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
        self._compute = compute
        self._questioner = Questioner(provider, transport, clock, keepers, concurrency=concurrency)

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
        question: Question[Finding] = Question(
            self._method(part),
            partial(self.researcher.request, part, symbol),
            partial(self._parsed, part, symbol),
            {"part": part.value, "symbol": symbol},
        )
        return self._questioner.ask(question, timeout_seconds, stopped)

    def spared(self, part: Part, why: Failure) -> Told[Finding]:
        """Not asked, for that reason."""
        return self._questioner.spared(self._method(part), why)

    def _parsed(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        # Five years of bars take some ten milliseconds to read, which would hold the hub.
        if part is Part.HISTORY:
            return self._compute(self.researcher.parse, part, symbol, answer)
        return self.researcher.parse(part, symbol, answer)

    def _method(self, part: Part) -> str:
        return self.researcher.parts.get(part, part.value)
