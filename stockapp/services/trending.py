"""The kind `trends`: fetching the closes of the last month for the symbols of a task."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from stockapp.caching.policy import Landed, SingleFlight
from stockapp.domain.bars import Bars
from stockapp.domain.freshness import Freshness
from stockapp.domain.research import Part
from stockapp.domain.task import Item, ItemState
from stockapp.domain.trend import NoTrend, Trend
from stockapp.fetching.trend_desk import FoundTrend
from stockapp.fetching.trend_inquiry import TrendInquiry
from stockapp.ports import Clock
from stockapp.services.board import failure_to_json
from stockapp.services.findings import Findings
from stockapp.services.trend_store import LIFETIME, PREFIX, TrendStore, key_of, symbol_of
from stockapp.tasks.kinds import Kind, Limits, TaskRun

KIND = "trends"
# Small lines wait for nobody, and hold nobody up.
_LIMITS = Limits(slots=2, deadline_seconds=120)


class Trending:
    """Runs such tasks. What another one is asking for already is waited for instead."""

    def __init__(
        self,
        inquiry: TrendInquiry,
        flight: SingleFlight,
        store: TrendStore,
        findings: Findings,
        clock: Clock,
    ) -> None:
        self._inquiry = inquiry
        self._flight = flight
        self._store = store
        self._findings = findings
        self._clock = clock

    def kind(self) -> Kind:
        """The kind, for the engine."""
        return Kind(KIND, self.run, result_of, closing_words, _LIMITS)

    def run(self, run: TaskRun) -> None:
        """Fetch what has not ended, and nobody else is fetching."""
        keys = [key_of(item.key) for item in run.task.items if not item.state.ended]

        def known(keys: Sequence[str]) -> list[str]:
            found = self._store.since([symbol_of(key) for key in keys], run.task.created_at)
            _record(run, found)
            return [key_of(one.symbol) for one in found]

        def fetch(keys: Sequence[str], landed: Landed) -> None:
            def tell(found: Sequence[FoundTrend]) -> None:
                whole = [one if one.trend else self._from_history(one) for one in found]
                # Cache first, then record: whoever hears of an item finds its trend.
                self._store.store(whole)
                _record(run, whole)
                landed([key_of(one.symbol) for one in whole])

            symbols = [symbol_of(key) for key in keys]
            self._inquiry.find(symbols, run.begin, tell, lambda: run.token.cancelled)

        self._flight.run(keys, known, fetch, lambda: run.token.cancelled)

    def _from_history(self, failed: FoundTrend) -> FoundTrend:
        """The end of a price history that an analysis has left; that costs no request."""
        symbol = failed.symbol
        bars = self._findings.known(symbol, [Part.HISTORY])[Part.HISTORY].finding
        if not isinstance(bars, Bars) or _is_over(bars, self._clock.now()):
            return failed
        try:
            return replace(failed, trend=Trend.of_bars(bars), error=None)
        except NoTrend:
            return failed


def _is_over(bars: Bars, now: datetime) -> bool:
    age = (now - bars.fetched_at).total_seconds()
    return LIFETIME.freshness(age) is Freshness.EXPIRED


def _record(run: TaskRun, found: Sequence[FoundTrend]) -> None:
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        run.record([_item(one) for one in found], f"{found[0].symbol}{more}")


def _item(one: FoundTrend) -> Item:
    result = {
        "success": one.trend is not None,
        # By this, listeners know an item of this kind.
        PREFIX: one.symbol,
        "attempts": [attempt.to_json() for attempt in one.attempts],
    }
    if one.trend:
        return Item(one.symbol, ItemState.OK, {**result, "note": _note(one.trend)})
    error = failure_to_json(one.error)
    return Item(one.symbol, ItemState.FAILED, {**result, "error": error})


def _note(trend: Trend) -> str:
    return f"{len(trend.closes)} daily closes up to {trend.days[-1]:%Y-%m-%d}"


def result_of(items: Sequence[Item]) -> Mapping[str, Any]:
    """The result of a task from its items."""
    ok = sum(item.state is ItemState.OK for item in items)
    failed = sum(item.state is ItemState.FAILED for item in items)
    return {
        "trends": {item.key: item.result for item in items if item.result is not None},
        "summary": {"ok": ok, "failed": failed},
    }


def closing_words(items: Sequence[Item]) -> str:
    """What to say when all is done: 48 fetched, 2 not to be had."""
    summary = result_of(items)["summary"]
    words = {"ok": "fetched", "failed": "not to be had"}
    return ", ".join(f"{n} {words[name]}" for name, n in summary.items() if n) or "Nothing to do"
