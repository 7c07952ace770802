"""Business quality, 0 to 100: does it earn more than its capital costs, and steadily?"""

import math

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.soundness import points, yearly
from stockapp.domain.analysis import Point, Score, Unit
from stockapp.domain.statement import Line

_SPREAD, _STEADY, _WOBBLY = 0.05, 0.05, 0.15
_SIZES = ((100e9, 10.0), (10e9, 7.0), (1e9, 4.0))
_FLAT_SHARES = 0.005
_MOATS = {
    "Gross margin": "High gross margins: it can set its prices.",
    "Return on capital less its cost": "It earns more than its capital costs.",
    "Operating margin": "High operating margins: it is efficient or hard to do without.",
    "Capital expenditure / revenue": "Little capital is needed to stand still.",
    "Revenue around its trend": "Steady revenue: customers stay.",
}


def score(
    accounts: Accounts, tax: float, wacc: float, market_cap: float | None
) -> tuple[Score, tuple[str, ...]]:
    """Eight lines, and what those with full points hint at; `market_cap` in USD, or None."""
    gross = yearly.ratios(accounts, Line.GROSS_PROFIT, Line.REVENUE)
    operating = yearly.ratios(accounts, Line.OPERATING_INCOME, Line.REVENUE)
    roic = yearly.recent_mean(yearly.returns_on_capital(accounts, tax))
    spent = [
        figures.ratio(abs(amount), year.get(Line.REVENUE))
        if (amount := year.get(Line.CAPITAL_EXPENDITURE)) is not None
        else None
        for year in accounts.years
    ]
    level = yearly.recent_mean(gross)
    margin = yearly.recent_mean(operating)
    around = _variation_around_trend(accounts)
    lines = (
        points.at_least("Gross margin", level, Unit.PERCENT, (0.40, 0.20), 15),
        points.at_most(
            "Gross margin variation",
            figures.variation(gross),
            Unit.RATIO,
            (_STEADY, _WOBBLY),
            10,
        ),
        points.at_least("Operating margin", margin, Unit.PERCENT, (0.20, 0.10), 15),
        _spread(None if roic is None else roic - wacc),
        points.at_most("Revenue around its trend", around, Unit.RATIO, (_STEADY, _WOBBLY), 10),
        points.at_most(
            "Capital expenditure / revenue",
            yearly.recent_mean(spent),
            Unit.PERCENT,
            (0.05, 0.10),
            10,
        ),
        _share_count(accounts),
        _size(figures.known(market_cap)),
    )
    hints = tuple(
        _MOATS[line.name] for line in lines if line.name in _MOATS and line.points == line.out_of
    )
    return points.score(lines), hints


def _spread(spread: float | None) -> Point:
    name, rule = "Return on capital less its cost", "over 5 points: 25; over 0: 12.5"
    got = None
    if spread is not None:
        got = 25.0 if spread > _SPREAD else 12.5 if spread > 0 else 0.0
    return Point(name, spread, Unit.PERCENT, rule, got, 25)


def _variation_around_trend(accounts: Accounts) -> float | None:
    """Standard deviation of revenue around its least-squares line, over the mean."""
    values = list(reversed(accounts.series(Line.REVENUE)))
    level, rise = figures.mean(values), figures.slope(values)
    if not level or rise is None:
        return None
    told = [(place, value) for place, value in enumerate(values) if value is not None]
    middle = figures.mean([float(place) for place, _ in told]) or 0.0
    squares = math.fsum((value - level - rise * (x - middle)) ** 2 for x, value in told)
    return figures.known(math.sqrt(squares / len(told)) / abs(level))


def _share_count(accounts: Accounts) -> Point:
    """Over the years there are; the trend of one year may be an accident."""
    told = [value for value in accounts.series(Line.DILUTED_SHARES) if value]
    change = figures.ratio(told[0] - told[-1], told[-1]) if len(told) > 1 else None
    got = None
    if change is not None:
        got = 5.0 if change < -_FLAT_SHARES else 2.5 if change <= _FLAT_SHARES else 0.0
    return Point("Share count", change, Unit.PERCENT, "shrinking: 5 points; flat: 2.5", got, 5)


def _size(cap: float | None) -> Point:
    got = None if cap is None else next((p for bound, p in _SIZES if cap > bound), 0.0)
    rule = "over 100 bn USD: 10 points; 10 bn: 7; 1 bn: 4"
    return Point("Market capitalisation", cap, Unit.MONEY, rule, got, 10)
