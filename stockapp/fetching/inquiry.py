"""Asking the sources for a part of what is known of a symbol, one after the other.

Statements are large and their sources' requests scarce, so that a source is asked only where those
before it failed; each question, asked or not, is an Attempt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.research import Finding, Part
from stockapp.domain.symbol import is_simulated
from stockapp.fetching.desk import Desk
from stockapp.fetching.ledger import Ledger

# Reasons that say something of the symbol: they are told to people before those of a source.
_OF_THE_SYMBOL = (Reason.NO_DATA, Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a part: the finding, or the failure to tell people; and all attempts."""

    part: Part
    symbol: str
    finding: Finding | None
    error: Failure | None
    attempts: tuple[Attempt, ...]


class Inquiry:
    """The desks of this worker, in the order in which they are asked."""

    def __init__(self, desks: Sequence[Desk], ledger: Ledger, *, timeout_seconds: float) -> None:
        self.desks = tuple(desks)
        self._ledger = ledger
        self._timeout_seconds = timeout_seconds

    def find(
        self,
        part: Part,
        symbol: str,
        tell: Callable[[str], None],
        stopped: Callable[[], bool],
        pointless: Callable[[], Failure | None] = lambda: None,
    ) -> Found:
        """The part from the first source that has it; `tell` hears who is asked (source).

        `pointless` is asked after the first failure, and may wait: why others need not be asked.
        """
        attempts: list[Attempt] = []
        failures: list[Failure] = []
        desks = self._of(symbol)
        if not desks:
            detail = f"No source in use tells more than the price of {symbol}."
            nobody = Failure(Reason.UNSUPPORTED_SYMBOL, detail)
            return Found(part, symbol, None, nobody, ())
        for desk in desks:
            if stopped():
                break
            why = pointless() if failures else None
            if why:
                told = desk.spared(part, why)
            else:
                tell(desk.researcher.name)
                told = desk.ask(part, symbol, self._timeout_seconds, stopped)
            attempts.append(told.attempt)
            if not isinstance(told.outcome, Failure):
                return self._ended(Found(part, symbol, told.outcome, None, tuple(attempts)))
            failures.append(told.outcome)
        return self._ended(Found(part, symbol, None, _worst(failures, attempts), tuple(attempts)))

    def _of(self, symbol: str) -> list[Desk]:
        """The invented exchange is asked for its own symbols, and for these nobody else is."""
        simulated = is_simulated(symbol)
        return [desk for desk in self.desks if desk.provider.simulated == simulated]

    def _ended(self, found: Found) -> Found:
        self._ledger.note_attempts(found.attempts)
        return found


def _worst(failures: Sequence[Failure], attempts: Sequence[Attempt]) -> Failure:
    """What to tell: what was said of the symbol, else by the first that was asked at all."""
    asked = [
        failure
        for failure, attempt in zip(failures, attempts, strict=True)
        if attempt.outcome is Outcome.FAILED
    ]
    of_symbol = [failure for failure in asked if failure.reason in _OF_THE_SYMBOL]
    cancelled = Failure(Reason.CANCELLED, "Cancelled before any source was asked.")
    return (*of_symbol, *asked, *failures, cancelled)[0]
