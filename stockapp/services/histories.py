"""Price histories as charts and downloads show them: a range of bars, with indicators."""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from stockapp.analysis import resampling
from stockapp.domain import moment
from stockapp.domain.bars import Bars
from stockapp.domain.indicators import Indicators
from stockapp.domain.research import Part
from stockapp.services.analyst import Analyst
from stockapp.services.gathered import Gathered


class HistoryRange(StrEnum):
    """How far back."""

    ONE_MONTH = "1mo"
    THREE_MONTHS = "3mo"
    SIX_MONTHS = "6mo"
    YEAR_TO_DATE = "ytd"
    ONE_YEAR = "1y"
    THREE_YEARS = "3y"
    ALL = "5y"


class HistoryInterval(StrEnum):
    """The length of a bar."""

    DAY = "1d"
    WEEK = "1wk"
    MONTH = "1mo"


_DAYS = {
    HistoryRange.ONE_MONTH: 31,
    HistoryRange.THREE_MONTHS: 92,
    HistoryRange.SIX_MONTHS: 183,
    HistoryRange.ONE_YEAR: 366,
    HistoryRange.THREE_YEARS: 3 * 366,
    HistoryRange.ALL: 6 * 366,
}


@dataclass(frozen=True, slots=True)
class History:
    """Bars with their indicators, which were computed with the bars before these, too."""

    bars: Bars
    indicators: Indicators
    age_seconds: float
    stale: bool

    def to_json(self) -> dict[str, Any]:
        """The history as the JSON interface shows it, in columns."""
        bars = self.bars
        return {
            "symbol": bars.symbol,
            "currency": bars.currency,
            "source": bars.source,
            "method": bars.method,
            "fetched_at": moment.to_text(bars.fetched_at),
            "age_seconds": round(self.age_seconds, 1),
            "freshness": "stale" if self.stale else "fresh",
            "days": [day.isoformat() for day in bars.days],
            "open": list(bars.open),
            "high": list(bars.high),
            "low": list(bars.low),
            "close": list(bars.close),
            "volume": list(bars.volume),
            "adjusted": list(bars.adjusted),
            "indicators": {
                field.name: list(getattr(self.indicators, field.name))
                for field in fields(Indicators)
            },
        }


def history(
    gathered: Gathered, analyst: Analyst, span: HistoryRange, interval: HistoryInterval
) -> History | None:
    """That part of the history that is held; None where none is."""
    bars = gathered.bars
    if bars is None:
        return None
    held = gathered.parts[Part.HISTORY]
    joined, benchmark = bars, gathered.benchmark_bars
    if interval is HistoryInterval.WEEK:
        joined, benchmark = resampling.weekly(bars), None
    elif interval is HistoryInterval.MONTH:
        joined, benchmark = resampling.monthly(bars), None
    chart = analyst.chart(bars.symbol, joined, benchmark, interval.value)
    first = _first(span, bars.days[-1])
    kept = resampling.since(joined, first)
    start = len(joined) - len(kept)
    indicators = replace(
        chart.indicators,
        **{
            field.name: getattr(chart.indicators, field.name)[start:]
            for field in fields(Indicators)
        },
    )
    return History(kept, indicators, held.age_seconds, not held.is_fresh or held.error is not None)


def _first(span: HistoryRange, last: date) -> date:
    if span is HistoryRange.YEAR_TO_DATE:
        return date(last.year, 1, 1)
    return last - timedelta(days=_DAYS[span])
