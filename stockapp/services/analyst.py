"""Computing analyses of what was gathered, in the process pool."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from stockapp.analysis.charted import ready
from stockapp.analysis.inputs import Inputs
from stockapp.analysis.report import analyse
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.report import Report
from stockapp.ports import Clock, Executor, StoreTrouble
from stockapp.services.analysis_store import (
    DAILY,
    Analysis,
    AnalysisStore,
    Chart,
    chart_as_json,
    chart_from_json,
)
from stockapp.services.doubts import doubts
from stockapp.services.gathered import Gathered, Rules, inputs_of, price_of
from stockapp.services.stages import Origin

T = TypeVar("T")


class NotComputed(Exception):
    """The processes that compute had no time for it, or died of it; the message says which."""


class Analyst:
    """Nothing here waits for a source."""

    def __init__(
        self,
        executor: Executor,
        store: AnalysisStore,
        clock: Clock,
        rules: Rules,
        *,
        timeout_seconds: float,
    ) -> None:
        self._executor = executor
        self._store = store
        self._clock = clock
        self._rules = rules
        self._timeout_seconds = timeout_seconds

    def prepare(self) -> None:
        """Have a process ready by the time it is needed, while sources are being asked."""
        self._executor.submit(self._get_ready)

    def _get_ready(self) -> None:
        # Who computes later is told what was wrong with the process.
        with suppress(Exception):
            self._executor.run_cpu(ready, timeout_seconds=self._timeout_seconds)

    def report(self, gathered: Gathered, choices: Choices) -> Report:
        """Value, soundness and doubts. Raises fair_value.BadWeights and NotComputed."""
        return self._compute(analyse, self._inputs(gathered, choices))

    def chart(
        self,
        symbol: str,
        bars: Bars,
        benchmark: Bars | None,
        interval: str = DAILY,
        *,
        keep: bool = True,
    ) -> Chart:
        """Figures and indicators of a history; computed once for each that is kept.

        Raises NotComputed.
        """
        known = self._store.chart(symbol, interval)
        against = benchmark.fetched_at if benchmark else None
        if known and (known.history_at, known.benchmark_at) == (bars.fetched_at, against):
            return known
        told = self._compute(chart_as_json, bars, benchmark)
        return self._store.put_chart(symbol, interval, told) if keep else chart_from_json(told)

    def analysis(
        self,
        gathered: Gathered,
        choices: Choices,
        report: Report,
        chart: Chart | None,
        origins: tuple[Origin, ...],
    ) -> Analysis:
        """The whole."""
        return Analysis(
            gathered.symbol,
            self.now(),
            gathered.data_at or self.now(),
            gathered.incomplete,
            gathered.basis,
            choices,
            gathered.company,
            price_of(gathered),
            report,
            chart.figures if chart else None,
            origins,
        )

    def _compute(self, call: Callable[..., T], *args: Any) -> T:
        try:
            return self._executor.run_cpu(call, *args, timeout_seconds=self._timeout_seconds)
        except StoreTrouble:
            # A task waits until that is over.
            raise
        except (TimeoutError, RuntimeError) as error:
            raise NotComputed(f"It could not be computed: {error}.") from error

    def _inputs(self, gathered: Gathered, choices: Choices) -> Inputs:
        today = self._clock.now().date()
        return inputs_of(gathered, choices, self._rules, today, doubts(gathered, today))

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()
