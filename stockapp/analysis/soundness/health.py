"""Financial health, 0 to 100: can it pay, and does it earn?"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.soundness import points, yearly
from stockapp.domain.analysis import Point, Score, Unit
from stockapp.domain.statement import Line

_FLAT = 0.02


def score(accounts: Accounts, tax: float) -> Score:
    """Ten lines; ratios of flows are means of five years."""
    free = [yearly.plain_free_cash_flow(year) for year in accounts.years]
    margins = [
        figures.ratio(flow, year.get(Line.REVENUE))
        for flow, year in zip(free, accounts.years, strict=True)
    ]
    roe = yearly.recent_mean(yearly.ratios(accounts, Line.NET_INCOME, Line.EQUITY))
    roa = yearly.recent_mean(yearly.ratios(accounts, Line.NET_INCOME, Line.TOTAL_ASSETS))
    roic = yearly.recent_mean(yearly.returns_on_capital(accounts, tax))
    steadiness = figures.variation(accounts.series(Line.NET_INCOME))
    due = Line.CURRENT_LIABILITIES
    current = yearly.recent_mean(yearly.ratios(accounts, Line.CURRENT_ASSETS, due))
    debt = yearly.recent_mean(yearly.ratios(accounts, Line.TOTAL_DEBT, Line.EQUITY))
    return points.score(
        (
            points.at_least("Current ratio", current, Unit.RATIO, (1.5, 1.0), 10),
            points.at_least("Quick ratio", _quick(accounts), Unit.RATIO, (1.0, 0.5), 10),
            points.at_most("Debt / equity", debt, Unit.RATIO, (0.5, 1.0), 15),
            _interest_cover(accounts),
            points.at_least("Return on equity", roe, Unit.PERCENT, (0.15, 0.10), 10),
            points.at_least("Return on invested capital", roic, Unit.PERCENT, (0.12, 0.08), 10),
            points.at_least("Return on assets", roa, Unit.PERCENT, (0.08, 0.05), 10),
            points.at_least(
                "Free cash flow trend", yearly.trend(free), Unit.PERCENT, (_FLAT, -_FLAT), 10
            ),
            points.at_least(
                "Free cash flow margin",
                yearly.recent_mean(margins),
                Unit.PERCENT,
                (0.10, 0.02),
                5,
            ),
            points.at_most("Earnings variation", steadiness, Unit.RATIO, (0.3, 0.5), 10),
        )
    )


def _quick(accounts: Accounts) -> float | None:
    quick = []
    for year in accounts.years:
        stock = year.get(Line.INVENTORY)
        liquid = None if stock is None else figures.total(year.get(Line.CURRENT_ASSETS), -stock)
        quick.append(figures.ratio(liquid, year.get(Line.CURRENT_LIABILITIES)))
    return yearly.recent_mean(quick)


def _interest_cover(accounts: Accounts) -> Point:
    cover = yearly.recent_mean(
        [
            figures.ratio(year.get(Line.EBIT), abs(interest))
            if (interest := year.get(Line.INTEREST_EXPENSE))
            else None
            for year in accounts.years
        ]
    )
    line = points.at_least("Interest cover", cover, Unit.RATIO, (5.0, 2.0), 10)
    free_of_debt = accounts.get(Line.TOTAL_DEBT) == 0 and not accounts.get(Line.INTEREST_EXPENSE)
    if cover is None and free_of_debt:
        return Point(line.name, None, line.unit, "no debt, no interest: full points", 10, 10)
    return line
