"""What a price has been doing: returns, swings and falls, against a benchmark too."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from stockapp.analysis import figures
from stockapp.domain.analysis import Drawdown, PriceFigures
from stockapp.domain.bars import Bars

_TRADING_DAYS = 252
_LEAST_DAYS = 60
_LEAST_WEEKS = 52
_WEEKS = 104
# A week or so: markets close for holidays, and no longer.
_LONGEST_GAP = timedelta(days=10)
# A start that is late by this part of the span changes little.
_SPAN_PER_GAP = 50
_SPANS = {
    "1d": timedelta(days=1),
    "1w": timedelta(days=7),
    "1m": timedelta(days=30),
    "3m": timedelta(days=91),
    "1y": timedelta(days=365),
    "3y": timedelta(days=3 * 365 + 1),
    "5y": timedelta(days=5 * 365 + 1),
}


def price_figures(bars: Bars, benchmark: Bars | None) -> PriceFigures:
    """All figures; those for which there are too few bars are None."""
    beta, correlation = _against(bars, benchmark) if benchmark else (None, None)
    low, high, position = _year_range(bars)
    return PriceFigures(
        returns=_returns(bars),
        volatility=_volatility(bars.adjusted),
        drawdown=_drawdown(bars),
        week52_low=low,
        week52_high=high,
        week52_position=position,
        beta=beta,
        correlation=correlation,
        benchmark=benchmark.symbol if benchmark and beta is not None else None,
    )


def _returns(bars: Bars) -> Mapping[str, float | None]:
    """Total returns up to the newest bar."""
    if not len(bars):
        return {}
    newest = bars.days[-1]
    returns = {
        name: _return_since(bars, newest - span, min(_LONGEST_GAP, span / _SPAN_PER_GAP))
        for name, span in _SPANS.items()
    }
    returns["ytd"] = _return_since(bars, date(newest.year - 1, 12, 31), timedelta())
    # The last trading day, however long ago.
    returns["1d"] = _change(bars, len(bars) - 2) if len(bars) > 1 else None
    return returns


def _return_since(bars: Bars, start: date, late: timedelta) -> float | None:
    """From the last bar on or before that day; else from the first one, if it is no later than
    `late` after it, as sources cut their histories to the day. None where neither is.
    """
    for place in range(len(bars) - 1, -1, -1):
        if bars.days[place] <= start:
            return _change(bars, place) if start - bars.days[place] <= _LONGEST_GAP else None
    return _change(bars, 0) if bars.days[0] - start <= late else None


def _change(bars: Bars, place: int) -> float | None:
    quotient = figures.ratio(bars.adjusted[-1], bars.adjusted[place])
    return None if quotient is None else quotient - 1


def _logs(values: Sequence[float]) -> list[float]:
    return [math.log(b / a) for a, b in pairwise(values) if a > 0 and b > 0]


def _volatility(closes: Sequence[float]) -> float | None:
    """Standard deviation of the last year's daily log returns, times the root of 252."""
    changes = _logs(closes)[-_TRADING_DAYS:]
    if len(changes) < _LEAST_DAYS:
        return None
    return figures.known(_deviation(changes) * math.sqrt(_TRADING_DAYS))


def _deviation(values: Sequence[float]) -> float:
    middle = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - middle) ** 2 for v in values) / (len(values) - 1))


def _drawdown(bars: Bars) -> Drawdown | None:
    """The deepest fall from a peak of the adjusted closes."""
    deepest: Drawdown | None = None
    peak = 0
    for place, value in enumerate(bars.adjusted):
        if value >= bars.adjusted[peak]:
            peak = place
            continue
        depth = value / bars.adjusted[peak] - 1
        if deepest is None or depth < deepest.depth:
            deepest = Drawdown(depth, bars.days[peak], bars.days[place])
    return deepest


def _year_range(bars: Bars) -> tuple[float | None, float | None, float | None]:
    """Lowest low, highest high of 52 weeks, and where between them the last close is."""
    if not len(bars) or bars.days[-1] - bars.days[0] < timedelta(days=350):
        return None, None, None
    year = bars.days[-1] - timedelta(days=364)
    first = next(place for place, day in enumerate(bars.days) if day >= year)
    low, high = min(bars.low[first:]), max(bars.high[first:])
    return low, high, figures.ratio(bars.close[-1] - low, high - low)


def _against(bars: Bars, benchmark: Bars) -> tuple[float | None, float | None]:
    """Beta and correlation of weekly log returns over two years."""
    if not len(bars):
        return None, None
    first = bars.days[-1] - timedelta(weeks=_WEEKS + 1)
    own, other = _weekly(bars, first), _weekly(benchmark, first)
    weeks = sorted(own.keys() & other.keys())
    if len(weeks) <= _LEAST_WEEKS:
        return None, None
    x, y = _logs([other[week] for week in weeks]), _logs([own[week] for week in weeks])
    if len(x) != len(y):
        return None, None
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    together = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    square_x = math.fsum((a - mean_x) ** 2 for a in x)
    square_y = math.fsum((b - mean_y) ** 2 for b in y)
    return (
        figures.ratio(together, square_x),
        figures.ratio(together, math.sqrt(square_x * square_y)),
    )


def _weekly(bars: Bars, first: date) -> dict[tuple[int, int], float]:
    """The last adjusted close of each week since that day."""
    return {
        day.isocalendar()[:2]: value
        for day, value in zip(bars.days, bars.adjusted, strict=True)
        if day >= first
    }
