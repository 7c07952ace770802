"""One source of trends with its transport: asking it for many symbols in one request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from stockapp.domain.attempt import Attempt, Failure, Outcome
from stockapp.domain.trend import Trend
from stockapp.fetching.lane import failure_of_request
from stockapp.fetching.question import Question, Questioner
from stockapp.providers.base import Answer, Provider
from stockapp.providers.trends import ParsedTrends, Trender


@dataclass(frozen=True, slots=True)
class FoundTrend:
    """What came of a symbol: its trend, or the failure to tell people; and what was tried."""

    symbol: str
    trend: Trend | None
    error: Failure | None
    attempts: tuple[Attempt, ...] = ()


class TrendDesk:
    """A trender, shared by all tasks of this worker."""

    def __init__(self, trender: Trender, questioner: Questioner) -> None:
        self.trender = trender
        self._questioner = questioner

    @property
    def provider(self) -> Provider:
        """The source."""
        return self._questioner.provider

    @property
    def methods(self) -> tuple[str, ...]:
        """The name of its one way to ask."""
        return (self.trender.method,)

    def ask(
        self, symbols: Sequence[str], timeout_seconds: float, stopped: Callable[[], bool]
    ) -> list[FoundTrend]:
        """What one request gives for them."""
        question: Question[ParsedTrends] = Question(
            self.trender.method,
            partial(self.trender.request, symbols),
            partial(self._parsed, symbols),
            {"symbols": list(symbols)},
            timeout_seconds,
            stopped,
            len(symbols),
        )
        told = self._questioner.put(question)
        if isinstance(told.outcome, Failure):
            return [FoundTrend(symbol, None, told.outcome, (told.attempt,)) for symbol in symbols]
        return [_found(symbol, told.outcome[symbol], told.attempt) for symbol in symbols]

    def _parsed(self, symbols: Sequence[str], answer: Answer) -> ParsedTrends | Failure:
        parsed = self.trender.parse(symbols, answer)
        return failure_of_request(list(parsed.values())) or parsed


def _found(symbol: str, outcome: Trend | Failure, attempt: Attempt) -> FoundTrend:
    if isinstance(outcome, Trend):
        return FoundTrend(symbol, outcome, None, (attempt,))
    failed = replace(attempt, outcome=Outcome.FAILED, reason=outcome.reason, detail=outcome.detail)
    return FoundTrend(symbol, None, outcome, (failed,))
