"""Longer bars made of daily ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import groupby

from stockapp.domain.bars import Bars


def weekly(bars: Bars) -> Bars:
    """One bar for each week, with the day of its last bar."""
    return _joined(bars, lambda day: day.isocalendar()[:2])


def monthly(bars: Bars) -> Bars:
    """One bar for each month, with the day of its last bar."""
    return _joined(bars, lambda day: (day.year, day.month))


def since(bars: Bars, first: date) -> Bars:
    """The bars from that day on."""
    start = next((place for place, day in enumerate(bars.days) if day >= first), len(bars))
    return replace(
        bars,
        days=bars.days[start:],
        open=bars.open[start:],
        high=bars.high[start:],
        low=bars.low[start:],
        close=bars.close[start:],
        volume=bars.volume[start:],
        adjusted=bars.adjusted[start:],
    )


def _joined(bars: Bars, period: Callable[[date], tuple[int, ...]]) -> Bars:
    """First open, highest high, lowest low, last close, and the sum of volumes."""
    groups = [
        [place for place, _ in group]
        for _, group in groupby(enumerate(bars.days), key=lambda pair: period(pair[1]))
    ]
    return replace(
        bars,
        days=[bars.days[group[-1]] for group in groups],
        open=[bars.open[group[0]] for group in groups],
        high=[max(bars.high[group[0] : group[-1] + 1]) for group in groups],
        low=[min(bars.low[group[0] : group[-1] + 1]) for group in groups],
        close=[bars.close[group[-1]] for group in groups],
        volume=[sum(bars.volume[group[0] : group[-1] + 1]) for group in groups],
        adjusted=[bars.adjusted[group[-1]] for group in groups],
    )
