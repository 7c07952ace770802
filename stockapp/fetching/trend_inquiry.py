"""Asking for the trends of many symbols, in full batches beside each other.

No other source stands in where one fails: a small line is not worth a scarce request.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.symbol import is_simulated
from stockapp.fetching.ledger import Ledger
from stockapp.fetching.trend_desk import FoundTrend, TrendDesk
from stockapp.ports import Executor

_AT_ONCE = 4
_LOOK_SECONDS = 0.1


class TrendInquiry:
    """The desks of this worker; the simulated exchange has its own symbols."""

    def __init__(
        self,
        desks: Sequence[TrendDesk],
        executor: Executor,
        ledger: Ledger,
        *,
        timeout_seconds: float,
    ) -> None:
        self._desks = {desk.provider.simulated: desk for desk in desks}
        self._executor = executor
        self._ledger = ledger
        self._timeout_seconds = timeout_seconds

    def find(
        self,
        symbols: Sequence[str],
        begun: Callable[[Sequence[str]], None],
        tell: Callable[[Sequence[FoundTrend]], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Tell what came of each symbol as its batch ends; nothing more when stopped.

        `begun` hears of symbols that are asked for now.
        """
        homeless = [symbol for symbol in symbols if is_simulated(symbol) not in self._desks]
        if homeless:
            tell([_nobody(symbol) for symbol in homeless])
        waiting = deque(self._batches(symbols))
        running: set[Future[list[FoundTrend]]] = set()
        while (waiting or running) and not stopped():
            while waiting and len(running) < _AT_ONCE:
                desk, batch = waiting.popleft()
                begun(batch)
                timeout = self._timeout_seconds
                running.add(self._executor.submit(desk.ask, batch, timeout, stopped))
            done, running = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
            for future in done:
                self._ended(future.result(), tell)

    def _ended(
        self, found: Sequence[FoundTrend], tell: Callable[[Sequence[FoundTrend]], None]
    ) -> None:
        self._ledger.note_attempts([attempt for one in found for attempt in one.attempts])
        # What a cancel or the end of a worker cut short says nothing of the symbols.
        told = [one for one in found if not one.error or one.error.reason is not Reason.CANCELLED]
        if told:
            tell(told)

    def _batches(self, symbols: Sequence[str]) -> Iterator[tuple[TrendDesk, Sequence[str]]]:
        for simulated, desk in self._desks.items():
            own = [symbol for symbol in symbols if is_simulated(symbol) == simulated]
            size = desk.trender.batch_size
            for start in range(0, len(own), size):
                yield desk, own[start : start + size]


def _nobody(symbol: str) -> FoundTrend:
    detail = f"No source in use tells the closes of {symbol} in plenty."
    return FoundTrend(symbol, None, Failure(Reason.UNSUPPORTED_SYMBOL, detail))
