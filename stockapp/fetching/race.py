"""Asking the sources for many symbols: who is asked, when, and with what in the end.

Batch methods are asked for all symbols at once. What a request did not give goes on to the next
method as soon as it fails, or while it is late; the first price of a symbol wins. Every question
asked, or not asked, is an Attempt. Nothing waits for a source that hangs.
"""

from collections.abc import Callable, Sequence

from stockapp.domain.symbol import is_simulated
from stockapp.fetching.course import Course, OnCancel, Rules
from stockapp.fetching.lane import Gatekeepers, Lane
from stockapp.fetching.news import News
from stockapp.fetching.race_run import Run
from stockapp.fetching.seeker import in_order
from stockapp.ports import Clock, Executor

_LEARN_SECONDS = 5.0


class Race:
    """The lanes of this worker; runs share each lane's limit of requests under way."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        executor: Executor,
        clock: Clock,
        keepers: Gatekeepers,
        rules: Rules,
    ) -> None:
        self._course = Course(tuple(in_order(lanes)), executor, clock, keepers, rules)
        self._learn_again_at = clock.monotonic()

    @property
    def lanes(self) -> Sequence[Lane]:
        """All lanes, in the order in which they are asked."""
        return self._course.lanes

    def has_plenty_for(self, symbol: str) -> bool:
        """Whether any source but those with few requests could know the symbol."""
        return any(
            lane.provider.simulated is is_simulated(symbol)
            and not lane.provider.scarce
            and lane.unusable(symbol) is None
            for lane in self.lanes
        )

    def run(
        self,
        symbols: Sequence[str],
        tell: Callable[[News], None],
        on_cancel: OnCancel,
        *,
        sparing: bool = False,
    ) -> None:
        """Fetch all symbols, telling the news as it comes; stops at once when cancelled.

        With `sparing`, sources with few requests are left out.
        """
        self._learn()
        try:
            Run(self._course, symbols, tell, sparing=sparing).go(on_cancel)
        finally:
            self._course.keepers.ledger.flush()

    def _learn(self) -> None:
        """How long answers take, from what other workers know, until this one knows itself."""
        now = self._course.clock.monotonic()
        unknown = [lane for lane in self.lanes if not lane.knows_latency]
        if not unknown or now < self._learn_again_at:
            return
        self._learn_again_at = now + _LEARN_SECONDS
        records = {f"{r.source}/{r.method}": r for r in self._course.keepers.ledger.records()}
        for lane in unknown:
            if lane.label in records:
                lane.learn(records[lane.label].answered_ms)
